import { expect, test } from "vitest";

import { filterOf, isEmpty, queryOf } from "./filter";

test("a filter comes back from its address as it was", () => {
  const filter = {
    states: ["held", "rejected"],
    kinds: ["invoice"],
    text: "1,000.00 & co",
    from: "2026-11-01",
    to: "2026-11-30",
    run: "412",
  };
  expect(filterOf(queryOf(filter))).toEqual(filter);
});

test("an address without a filter finds everything, and nothing of it stands in the address", () => {
  expect(isEmpty(filterOf({}))).toBe(true);
  expect(queryOf(filterOf({ state: "", text: "" }))).toEqual({});
  expect(isEmpty(filterOf({ state: "held" }))).toBe(false);
});
