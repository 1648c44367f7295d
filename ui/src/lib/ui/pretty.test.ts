import { expect, test } from "vitest";

import { pretty } from "./pretty";

test("XML is laid out one thing a line, with its text as it was", () => {
  expect(pretty(`<?xml version="1.0"?><A><B>1 &amp; 2</B><C/><D><E x="1">t</E></D></A>`, "xml")).toBe(
    [
      `<?xml version="1.0"?>`,
      `<A>`,
      `  <B>1 &amp; 2</B>`,
      `  <C/>`,
      `  <D>`,
      `    <E x="1">t</E>`,
      `  </D>`,
      `</A>`,
    ].join("\n"),
  );
});

test("what is no JSON is shown as it is", () => {
  expect(pretty(`{"a":1}`, "json")).toBe(`{\n  "a": 1\n}`);
  expect(pretty(`{"a":`, "json")).toBe(`{"a":`);
});
