import { expect, test } from "vitest";

import type { TieOutDay } from "$lib/backend";
import { dayState, share } from "./days";

const day: TieOutDay = {
  date: "2026-11-27",
  shop: "200.00",
  company: "200.00",
  difference: "0.00",
  entries: 4,
  open: 0,
};

test("a day is equal only when its difference is nothing, to the cent", () => {
  expect(dayState(day)).toBe("equal");
  expect(dayState({ ...day, difference: "0.01" })).toBe("differs");
  expect(dayState({ ...day, difference: "-0.01" })).toBe("differs");
});

test("a day with entries that are still to go waits, and one without anything is empty", () => {
  expect(dayState({ ...day, difference: "-200.00", company: "0.00", open: 4 })).toBe("waiting");
  expect(dayState({ ...day, shop: "0.00", company: "0.00", entries: 0 })).toBe("empty");
});

test("bars stand against the highest day", () => {
  const days = [day, { ...day, shop: "400.00" }];
  expect(share("200.00", days)).toBe("50.0%");
  expect(share("-400.00", days)).toBe("100.0%");
  expect(share("0.00", [{ ...day, shop: "0", company: "0" }])).toBe("0.0%");
});
