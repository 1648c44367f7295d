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
    first: "St. Paul Ltd. Sales, chosen for sales, was deleted in QuickBooks or merged into something else.",
    rest: "Choose anew in the mapping.",
  });
  expect(sentences(unknownGateway).rest).toBe("");
});
