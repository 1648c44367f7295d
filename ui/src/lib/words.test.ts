import { expect, test } from "vitest";

import { useLanguage } from "./locale.svelte";
import { m } from "./paraglide/messages";
import { messageOf, sentences, words, wordsOfError } from "./words";

const unknownGateway = { code: "held.unknown_gateway", facts: { gateway: "klarna $&" } };

test("the engine's messages and the window's follow the language at once", () => {
  useLanguage("en");
  expect(words(unknownGateway)).toBe("Choose an account for payments through klarna $&.");
  expect(m.common_cancel()).toBe("Cancel");
  useLanguage("nb");
  expect(words(unknownGateway)).toContain("klarna $&");
  expect(words(unknownGateway)).not.toContain("Choose");
  expect(m.common_cancel()).toBe("Avbryt");
});

test("what a command rejected with is told, whatever it is", () => {
  useLanguage("en");
  expect(wordsOfError({ message: unknownGateway })).toContain("klarna");
  expect(wordsOfError(new Error("no window"))).toBe("no window");
  expect(wordsOfError(undefined)).toBe(m.common_error_unknown());
  expect(messageOf({ message: unknownGateway })?.code).toBe("held.unknown_gateway");
  expect(messageOf("text")).toBeNull();
});

test("a message's first sentence ends where its own full stop is, not one of its facts'", () => {
  useLanguage("en");
  const gone = { code: "held.choice_gone", facts: { name: "St. Paul Ltd. Sales", purpose: "sales" } };
  expect(sentences(gone)).toEqual({
    first: "St. Paul Ltd. Sales, chosen for Sales, was deleted in QuickBooks or merged into something else.",
    rest: "Choose anew in the mapping.",
  });
  expect(sentences(unknownGateway).rest).toBe("");
});

test("a category of the mapping is said in words, not by its key", () => {
  useLanguage("en");
  const inactive = (purpose: string) =>
    words({ code: "held.inactive_account", facts: { account: "Till", purpose } });
  expect(inactive("sales_tax")).toContain("chosen for Sales tax owed,");
  expect(inactive("gateways.shopify_payments")).toContain("chosen for Payments through Shopify Payments,");
  expect(inactive("gateways.cash.by_location.Harbour St. 1")).toMatch(
    /for Payments through .*ash.* \(Harbour St\. 1\),/,
  );
  expect(inactive("by_location.Harbour St. 1.tips")).toContain("chosen for Tips (Harbour St. 1),");
  expect(inactive("locations.online")).toContain("chosen for Class of online sales,");
  expect(inactive("Cost of Goods")).toContain("chosen for Cost of Goods,");
});

test("facts are said in the reader's words: keys of ours, days and times", () => {
  const full = { code: "held.list_full", facts: { list: "names", used: "9", ceiling: "10" } };
  const closed = { code: "held.closed_period", facts: { date: "2026-11-03", closed_until: "2026-10-31" } };
  const proven = { code: "token.proven", facts: { at: "2026-11-03T10:11:12.123Z", file: "books.qbw" } };
  useLanguage("en");
  expect(words(full)).toContain("list of names");
  expect(words(closed)).toContain("Nov 3, 2026");
  expect(words(closed)).not.toContain("2026-10-31");
  useLanguage("nb");
  expect(words(full)).toContain("Listen navn");
  expect(words(closed)).not.toContain("2026-11-03");
  expect(words(proven)).not.toContain("2026-11-03");
  const said = { code: "preflight.pos.none", facts: { at: "2026-11-03 10:11 UTC" } };
  expect(words(said)).not.toContain("UTC");
});
