import { expect, test } from "vitest";

import type { AccountView, CategoryView } from "../backend";
import { matching } from "../ui/choices";
import { choicesFor, groupOf, takesProposal } from "./categories";
import { wordsOfList } from "./lists";
import { marked } from "./marked";

const category: CategoryView = {
  key: "sales",
  name: { code: "category.sales", facts: {} },
  location: null,
  state: "problem",
  required: true,
  chosen: null,
  problem: null,
  fitting: ["Sales"],
  proposed: { full_name: "Sales", score: 90, because: { code: "proposal.usual_name", facts: {} } },
  candidates: [],
  can_be_made: null,
};

const account = (full_name: string, account_type: string, active = true): AccountView => ({
  full_name,
  account_type,
  number: full_name === "Rent" ? "6100" : null,
  description: null,
  active,
});

test("every category has its place, those of a shop's own too", () => {
  expect(groupOf("gateways.cash.by_location.Harbour Street")).toBe("money");
  expect(groupOf("by_product_type.Hats")).toBe("sales");
  expect(groupOf("tax.items.New York State Tax")).toBe("taxes");
  expect(groupOf("by_location.Harbour Street.sales")).toBe("locations");
  expect(groupOf("something_new")).toBe("other");
});

test("what fits comes first, and the rest says why it can't be chosen", () => {
  const chart = [account("Rent", "Expense"), account("Old", "Income", false), account("Sales", "Income")];
  const choices = choicesFor(category, chart);
  expect(choices.map(({ value, disabled }) => [value, disabled])).toEqual([
    ["Sales", false],
    ["Rent", true],
    ["Old", true],
  ]);
  expect(choices[1]?.detail).toContain("does not fit");
  expect(choices[2]?.detail).toBe("inactive");
  expect(matching(choices, "6100").map(({ value }) => value)).toEqual(["Rent"]);
});

test("a class or a tax's item is not looked for among the accounts", () => {
  const online = { ...category, key: "locations.online", fitting: ["Online"] };
  expect(choicesFor(online, [account("Rent", "Expense")]).map(({ value }) => value)).toEqual(["Online"]);
});

test("a proposal counts where nothing usable is chosen, and nowhere else", () => {
  expect(takesProposal(category)).toBe(true);
  expect(takesProposal({ ...category, state: "common" })).toBe(true);
  expect(takesProposal({ ...category, state: "problem", chosen: "Gone" })).toBe(true);
  expect(takesProposal({ ...category, state: "fine", chosen: "Other" })).toBe(false);
  expect(takesProposal({ ...category, proposed: null })).toBe(false);
});

test("a message about a list names it and its numbers as people do", () => {
  const text = wordsOfList({
    code: "ceilings.refused",
    facts: { list: "items", total: "15360", ceiling: "14500", used: "9120", would_add: "6240" },
  });
  expect(text).toContain("Items would hold 15,360");
});

test("what another program says is told apart from the rest", () => {
  expect(marked("Choose *File > Open*.")).toEqual([
    { text: "Choose ", said: false },
    { text: "File > Open", said: true },
    { text: ".", said: false },
  ]);
});
