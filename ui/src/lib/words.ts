import en from "../../../crates/sync/messages/en.json";
import nb from "../../../crates/sync/messages/nb.json";
import type { Message } from "./backend";
import { getLocale } from "./paraglide/runtime";

/** The engine's own catalogue: what it tells people, by code. */
const catalogues: Record<"en" | "nb", Record<string, string>> = { en, nb };

/** A message of the engine in the reader's language. A code that the catalogue lacks stands for itself. */
export function words(message: Message): string {
  const text = catalogues[getLocale()][message.code] ?? message.code;
  return Object.entries(message.facts).reduce(
    (result, [placeholder, fact]) => result.replaceAll(`{${placeholder}}`, () => fact),
    text,
  );
}

/** What an error that a command rejected with says to people, or null if it says nothing that could be shown. */
export function wordsOfError(error: unknown): string | null {
  if (typeof error === "string") return error;
  if (error instanceof Error) return error.message;
  if (isObject(error) && isMessage(error["message"])) return words(error["message"]);
  return null;
}

function isMessage(value: unknown): value is Message {
  return isObject(value) && typeof value["code"] === "string" && isObject(value["facts"]);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
