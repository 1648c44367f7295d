import type { AccountView, CategoryView } from "../backend";
import { m } from "../paraglide/messages";
import type { Choice } from "../ui/choices";
import { words } from "../words";
import { accountType } from "./accountTypes";

/** What categories are about, in the order in which they are shown. */
export const GROUPS = ["sales", "money", "taxes", "stock", "purchases", "locations", "other"] as const;
export type Group = (typeof GROUPS)[number];

const groups: Record<string, Group> = {
  sales: "sales",
  discounts: "sales",
  shipping: "sales",
  returns: "sales",
  tips: "sales",
  gift_cards: "sales",
  store_credit: "sales",
  customer_deposits: "sales",
  duties: "sales",
  fees: "sales",
  by_product_type: "sales",
  gateways: "money",
  accounts_receivable: "money",
  cash_rounding: "money",
  sales_tax: "taxes",
  marketplace_tax: "taxes",
  tax: "taxes",
  cogs: "stock",
  inventory_asset: "stock",
  shrinkage: "stock",
  opening_stock: "stock",
  adjustments: "stock",
  accounts_payable: "purchases",
  freight: "purchases",
  purchase_discounts: "purchases",
  locations: "locations",
  by_location: "locations",
};

/** What a category is about, told by the first word of its key. */
export function groupOf(key: string): Group {
  return groups[key.split(".", 1)[0] ?? ""] ?? "other";
}

/** What is chosen for a category: an account, or for a tax its item and for a location its class. */
export type Chosen = "account" | "item" | "class";

export function chosenFor(key: string): Chosen {
  if (key.startsWith("tax.items.")) return "item";
  return key.startsWith("locations.") ? "class" : "account";
}

/** The name of a category, with its location where it has one. */
export function nameOf(category: CategoryView): string {
  const name = words(category.name);
  return category.location === null ? name : m.setup_category_at({ name, location: category.location });
}

/** Whether somebody has to decide before everything can be carried over. */
export function needsDecision(category: CategoryView): boolean {
  return category.state === "problem";
}

/** Whether accepting all proposals chooses something for it. */
export function takesProposal(category: CategoryView): boolean {
  return category.proposed !== null && (category.chosen === null || category.state === "problem");
}

/** What can be chosen for a category: what fits, and after it the rest of the chart, which says why it does not. */
export function choicesFor(category: CategoryView, chart: AccountView[]): Choice[] {
  const accounts = new Map(chart.map((account) => [account.full_name, account]));
  const choice = (name: string, disabled: boolean): Choice => {
    const account = accounts.get(name);
    if (account === undefined) return { value: name, label: name };
    const type = accountType(account.account_type);
    const reason = account.active ? m.setup_category_does_not_fit({ type }) : m.setup_category_inactive();
    return {
      value: name,
      label: name,
      detail: [account.number, disabled ? reason : type].filter((text) => text !== null).join(" · "),
      keywords: `${account.account_type} ${account.description ?? ""}`,
      disabled,
    };
  };
  const fitting = new Set(category.fitting);
  const others = chosenFor(category.key) === "account" ? chart : [];
  return [
    ...category.fitting.map((name) => choice(name, false)),
    ...others
      .filter((account) => !fitting.has(account.full_name))
      .map((account) => choice(account.full_name, true)),
  ];
}
