import { expect, test } from "vitest";

import { href, placeOf } from "./places";

test("an address leads to the place that it was made for", () => {
  const address = href("history", ["entries", "order/1 #5?"], { state: "held", text: "a&b" });
  expect(placeOf(address)).toEqual({
    page: "history",
    parts: ["entries", "order/1 #5?"],
    query: { state: "held", text: "a&b" },
  });
});

test("an address that means nothing is Home", () => {
  const home = { page: "home", parts: [], query: {} };
  for (const address of ["", "#", "#/", "#/nowhere/else", "#/__proto__"])
    expect(placeOf(address)).toEqual(home);
  expect(placeOf("#/history/%E0%A4%A")).toEqual({ page: "history", parts: ["%E0%A4%A"], query: {} });
});
