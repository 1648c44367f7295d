import { afterEach, expect, test } from "vitest";

import { day, fileName, money, relative, size, sum } from "./format";
import { useLanguage } from "./locale.svelte";

afterEach(() => {
  useLanguage(null);
});

test("an amount keeps every cent, however large it is", () => {
  useLanguage("en");
  expect(money("12345678901234567.89")).toBe("12,345,678,901,234,567.89");
  expect(money("-3.5")).toBe("-3.50");
  expect(money("to be told")).toBe("to be told");
});

test("amounts are written as the language does", () => {
  useLanguage("nb");
  expect(money("1234.5").replaceAll(/\s/g, " ")).toBe("1 234,50");
});

test("debits sum exactly, where floats would not", () => {
  expect(sum(["0.1", "0.2", ""])).toBe("0.30");
  expect(sum(["-0.05", "0.01"])).toBe("-0.04");
  expect(sum(["9007199254740993.01", "0.005"])).toBe("9007199254740993.015");
  expect(sum([])).toBe("0.00");
});

test("a day of the shop's calendar is the same day in every time zone", () => {
  useLanguage("nb");
  expect(day("2026-11-27")).toBe("27. nov. 2026");
  expect(day("no day")).toBe("no day");
});

test("how soon something is, to the minute", () => {
  useLanguage("en");
  const now = Date.parse("2026-11-27T12:00:00Z");
  expect(relative("2026-11-27T12:03:20Z", now)).toBe("in 3 minutes");
  expect(relative("2026-11-27T09:59:00Z", now)).toBe("2 hours ago");
  expect(relative("2026-11-27T11:59:40Z", now)).toBe("now");
});

test("sizes are told in the unit that people read", () => {
  useLanguage("en");
  expect(size(5 * 1024 * 1024)).toBe("5 MB");
});

test("a file is named without its folders, whichever system it is of", () => {
  expect(fileName("C:\\Users\\Anna\\Harbour & Pine.qbw")).toBe("Harbour & Pine.qbw");
  expect(fileName("/data/books.simulated")).toBe("books.simulated");
  expect(fileName(null)).toBeNull();
});
