import { expect, test } from "vitest";

import { changes } from "./changes";

test("what a newer version says otherwise is told with its place", () => {
  const before = JSON.stringify({ name: "#1", total: "10.00", note: null, lines: [{ quantity: 1 }] });
  const after = JSON.stringify({ name: "#1", total: "12.00", note: "gift", lines: [{ quantity: 2 }, {}] });
  expect(changes(before, after)).toEqual([
    { place: "total", before: "10.00", after: "12.00" },
    { place: "lines.0.quantity", before: "1", after: "2" },
    { place: "note", before: null, after: "gift" },
  ]);
});

test("what is left out is told; texts that say the same have no changes; what is no JSON is not compared", () => {
  expect(changes('{"a":1}', "{}")).toEqual([{ place: "a", before: "1", after: null }]);
  expect(changes('{"a":1,"b":2}', '{"b":2, "a":1}')).toEqual([]);
  expect(changes("no", "{}")).toBeNull();
});
