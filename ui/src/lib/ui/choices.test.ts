import { expect, test } from "vitest";

import { matching } from "./choices";

const choices = ["Income:Sales", "Expenses:Merchant fees:PayPal fees", "Wholesale", "Réserves"].map(
  (label) => ({
    value: label,
    label,
  }),
);
const found = (typed: string) => matching(choices, typed).map((choice) => choice.label);

test("every word typed has to be somewhere in the path", () => {
  expect(found("paypal exp")).toEqual(["Expenses:Merchant fees:PayPal fees"]);
  expect(found("paypal income")).toEqual([]);
});

test("what begins with it comes before what only contains it", () => {
  expect(found("sale")).toEqual(["Income:Sales", "Wholesale"]);
});

test("accents and case don't matter, and nothing typed is everything", () => {
  expect(found("RESERVES")).toEqual(["Réserves"]);
  expect(found("  ")).toHaveLength(4);
});
