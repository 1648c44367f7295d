import en from "../../../crates/sync/messages/en.json";
import nb from "../../../crates/sync/messages/nb.json";
import type { Message } from "./backend";
import { day, instant } from "./format";
import { m } from "./paraglide/messages";
import { getLocale } from "./paraglide/runtime";

/** The engine's own catalogue: what it tells people, by code. */
const catalogues: Record<"en" | "nb", Record<string, string>> = { en, nb };

/** A message of the engine in the reader's language. A code that the catalogue lacks stands for itself. */
export function words(message: Message): string {
  return fill(textOf(message), message);
}

/** The same in two: its first sentence, and what follows it, for places where the first one stands out. */
export function sentences(message: Message): { first: string; rest: string } {
  // Taken apart before the facts come in, which may have full stops of their own.
  const [first = "", ...rest] = textOf(message).split(/(?<=[.!?]) (?=[\p{Lu}{«])/u);
  return { first: fill(first, message), rest: fill(rest.join(" "), message) };
}

function textOf(message: Message): string {
  return catalogues[getLocale()][message.code] ?? message.code;
}

function fill(text: string, message: Message): string {
  return Object.entries(message.facts).reduce(
    (result, [placeholder, fact]) => result.replaceAll(`{${placeholder}}`, () => said(placeholder, fact)),
    text,
  );
}

/** Facts that are keys of the engine's, by their placeholder: the family of codes under which they have words. */
const families: Record<string, string> = {
  purpose: "category",
  key: "category",
  list: "list",
  paid: "paid",
  delivered: "delivered",
  form: "form",
  gateway: "gateway",
};

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/;
/** A time as the engine says it to people, in UTC and to the minute. */
const MINUTE = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}) UTC$/;

/** A text of the engine's, with a day or a time in the manner of the language where it is one and nothing else. */
export function dated(text: string): string {
  if (DAY.test(text)) return day(text);
  const minute = MINUTE.exec(text);
  if (minute !== null) return instant(`${minute[1] ?? ""}T${minute[2] ?? ""}:00Z`);
  return INSTANT.test(text) ? instant(text) : text;
}

/** A fact as the reader says it: keys in words, days and times in the manner of the language. */
function said(placeholder: string, fact: string): string {
  const family = families[placeholder];
  const known = family === undefined ? undefined : catalogues[getLocale()][`${family}.${fact}`];
  return known ?? (family === "category" ? categoryOf(fact) : null) ?? dated(fact);
}

/** Categories of which the shop has many, by what their keys begin with: the code of their words, and its placeholder. */
const CATEGORIES: Record<string, [code: string, placeholder: string]> = {
  "gateways.": ["mapping.gateway", "gateway"],
  "tax.items.": ["mapping.tax", "name"],
  "locations.classes.": ["mapping.location", "name"],
  "by_product_type.": ["mapping.product_type", "name"],
  "adjustments.": ["mapping.adjustment", "name"],
};

/** A category of the mapping by its key, such as `gateways.cash.by_location.Harbour Street`. */
function categoryOf(key: string): string | null {
  if (key === "locations.online") return words({ code: "mapping.online", facts: {} });
  const [, place = "", purpose] = /^by_location\.(.+)\.([^.]+)$/.exec(key) ?? [];
  if (purpose !== undefined) return `${words({ code: `category.${purpose}`, facts: {} })} (${place})`;
  const [everywhere = "", location] = key.split(".by_location.");
  const found = Object.entries(CATEGORIES).find(([start]) => everywhere.startsWith(start));
  if (found === undefined) return null;
  const [start, [code, placeholder]] = found;
  const name = words({ code, facts: { [placeholder]: everywhere.slice(start.length) } });
  return location === undefined ? name : `${name} (${location})`;
}

/** What an entry or a document is, such as "Sales receipt". */
export function kindName(kind: string): string {
  return words({ code: `kind.${kind}`, facts: {} });
}

/** The state of an entry in one or two words, such as "held". */
export function stateName(state: string): string {
  return words({ code: `state.${state}`, facts: {} });
}

/** What an error that a command rejected with says to people. */
export function wordsOfError(error: unknown): string {
  const message = messageOf(error);
  if (message !== null) return words(message);
  if (typeof error === "string") return error;
  return error instanceof Error ? error.message : m.common_error_unknown();
}

/** The engine's message in an error that a command rejected with; none in what the engine did not say. */
export function messageOf(error: unknown): Message | null {
  return isObject(error) && isMessage(error["message"]) ? error["message"] : null;
}

function isMessage(value: unknown): value is Message {
  return isObject(value) && typeof value["code"] === "string" && isObject(value["facts"]);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
