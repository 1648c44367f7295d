import { describe, expect, it } from "vitest";

import { dayAfter, modesAfter, modesOn, sameModes, todayIn } from "./modes";

const beginning = {
  from: null,
  customers: "summary",
  inventory: "summary",
  vendors: "summary",
} as const;
const march = { ...beginning, from: "2027-03-01", customers: "detailed" } as const;

describe("modes by the shop's calendar", () => {
  it("is tomorrow already where the shop is ahead of the clock", () => {
    const now = new Date("2026-11-27T14:00:00Z");
    expect(todayIn("Pacific/Auckland", now)).toBe("2026-11-28");
    expect(todayIn("America/New_York", now)).toBe("2026-11-27");
  });

  it("goes over the end of a month and of a leap February", () => {
    expect(dayAfter("2026-12-31")).toBe("2027-01-01");
    expect(dayAfter("2028-02-28")).toBe("2028-02-29");
  });

  it("has a change hold from its day on, and not before", () => {
    expect(modesOn([beginning, march], "2027-02-28")).toBe(beginning);
    expect(modesOn([beginning, march], "2027-03-01")).toBe(march);
    expect(modesAfter([beginning, march], "2027-02-28")).toEqual([march]);
    expect(modesAfter([beginning, march], "2027-03-01")).toEqual([]);
  });

  it("tells modes apart by each of the three", () => {
    expect(sameModes(beginning, { ...beginning })).toBe(true);
    expect(sameModes(beginning, march)).toBe(false);
  });
});
