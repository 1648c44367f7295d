import { expect, test } from "vitest";

import type { PostingView } from "../backend";
import { compare } from "./compare";

const debit = (account: string, amount: string, ofClass: string | null = null): PostingView => ({
  account,
  class: ofClass,
  debit: amount,
  credit: "",
});
const credit = (account: string, amount: string): PostingView => ({
  account,
  class: null,
  debit: "",
  credit: amount,
});

test("the same postings in another order, and with other decimals, are equal", () => {
  const planned = [debit("Clearing", "32.89"), credit("Sales", "15.2"), credit("Sales", "17.69")];
  const booked = [credit("Sales", "17.69"), credit("Sales", "15.20"), debit("Clearing", "32.89")];
  expect(compare(planned, booked).every((pair) => pair.equal)).toBe(true);
});

test("an account that was booked with another amount stands beside what was meant", () => {
  expect(compare([debit("Clearing", "32.89")], [debit("Clearing", "32.88")])).toEqual([
    { planned: debit("Clearing", "32.89"), booked: debit("Clearing", "32.88"), equal: false },
  ]);
});

test("a posting booked twice, one that is missing and another class are told", () => {
  expect(compare([credit("Sales", "5.00")], [credit("Sales", "5.00"), credit("Sales", "5.00")])).toEqual([
    { planned: credit("Sales", "5.00"), booked: credit("Sales", "5.00"), equal: true },
    { planned: null, booked: credit("Sales", "5.00"), equal: false },
  ]);
  expect(compare([debit("Clearing", "5.00")], [])).toEqual([
    { planned: debit("Clearing", "5.00"), booked: null, equal: false },
  ]);
  const [pair] = compare([debit("Clearing", "5.00", "Online")], [debit("Clearing", "5.00", "Boston")]);
  expect(pair?.equal).toBe(false);
});
