import type { EntryQuery } from "$lib/backend";

/** The states that can be asked for, in the order of an entry's life. */
export const STATES = [
  "held",
  "ready",
  "summarised",
  "sent",
  "uncertain",
  "posted",
  "rejected",
  "undone",
  "dropped",
] as const;

/** The kinds that can be asked for: sales, purchases and stock, lists, and what takes back. */
export const KINDS = [
  "sales_receipt",
  "invoice",
  "receive_payment",
  "credit_memo",
  "application",
  "ar_refund_credit_card",
  "check",
  "sales_order",
  "journal_entry",
  "cost",
  "purchase_order",
  "item_receipt",
  "bill",
  "vendor_credit",
  "inventory_adjustment",
  "transfer_inventory",
  "customer",
  "vendor",
  "item",
  "account",
  "class",
  "payment_method",
  "standard_terms",
  "change",
  "void",
  "deletion",
] as const;

const list = (text: string | undefined) => (text ?? "").split(",").filter((word) => word !== "");
const one = (text: string | undefined) => (text === undefined || text === "" ? null : text);

/** The filter that an address carries. */
export function filterOf(query: Record<string, string>): EntryQuery {
  return {
    states: list(query["state"]),
    kinds: list(query["kind"]),
    text: one(query["text"]),
    from: one(query["from"]),
    to: one(query["to"]),
    run: one(query["run"]),
  };
}

/** What the address carries of a filter: only what is set. */
export function queryOf(filter: EntryQuery): Record<string, string> {
  const all = {
    state: filter.states.join(","),
    kind: filter.kinds.join(","),
    text: filter.text ?? "",
    from: filter.from ?? "",
    to: filter.to ?? "",
    run: filter.run ?? "",
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ""));
}

export function isEmpty(filter: EntryQuery): boolean {
  return Object.keys(queryOf(filter)).length === 0;
}
