import { isZero, sum } from "../format";

/** What the shop said of a sale, as far as people ask for it first. Amounts are in the shop's own currency. */
export interface Told {
  name: string;
  placedAt: string | null;
  channel: string | null;
  customer: string | null;
  /** In Shopify's own words, such as `PARTIALLY_REFUNDED`. */
  paid: string | null;
  delivered: string | null;
  cancelledAt: string | null;
  currency: string | null;
  lines: { title: string; sku: string | null; quantity: string; price: string }[];
  totals: { of: Total; amount: string }[];
  payments: { gateway: string; kind: string; at: string | null; amount: string }[];
}

export const TOTALS = [
  "subtotal",
  "discounts",
  "shipping",
  "tax",
  "tips",
  "total",
  "received",
  "refunded",
  "outstanding",
] as const;
export type Total = (typeof TOTALS)[number];

const PLACES: Record<Total, string> = {
  subtotal: "subtotalPriceSet",
  discounts: "totalDiscountsSet",
  shipping: "totalShippingPriceSet",
  tax: "totalTaxSet",
  tips: "totalTipReceivedSet",
  total: "totalPriceSet",
  received: "totalReceivedSet",
  refunded: "totalRefundedSet",
  outstanding: "totalOutstandingSet",
};

/** Shown even when they are zero. */
const ALWAYS: Total[] = ["subtotal", "tax", "total", "received"];

/** Reads a Shopify order as it was kept. Null for anything else: then there is only the raw text to show. */
export function told(raw: string): Told | null {
  const order = parsed(raw);
  const lines = at(order, "lineItems", "nodes");
  const name = text(at(order, "name"));
  if (name === null || !Array.isArray(lines) || amount(order, "totalPriceSet") === null) return null;
  return {
    name,
    placedAt: text(at(order, "processedAt")) ?? text(at(order, "createdAt")),
    channel: text(at(order, "app", "name")) ?? text(at(order, "sourceName")),
    customer: text(at(order, "customer", "displayName")) ?? text(at(order, "email")),
    paid: text(at(order, "displayFinancialStatus")),
    delivered: text(at(order, "displayFulfillmentStatus")),
    cancelledAt: text(at(order, "cancelledAt")),
    currency: text(at(order, "currencyCode")),
    lines: list(lines).map((line) => ({
      title: [text(at(line, "title")), text(at(line, "variantTitle"))]
        .filter((part) => part !== null)
        .join(", "),
      sku: text(at(line, "sku")),
      quantity: text(at(line, "quantity")) ?? "",
      price: amount(line, "originalUnitPriceSet") ?? "",
    })),
    totals: TOTALS.flatMap((of) => {
      const found = amount(order, PLACES[of]);
      return found === null || (isZero(found) && !ALWAYS.includes(of)) ? [] : [{ of, amount: found }];
    }),
    payments: list(at(order, "transactions"))
      .filter((payment) => at(payment, "status") === "SUCCESS" && at(payment, "kind") !== "AUTHORIZATION")
      .map((payment) => ({
        gateway: text(at(payment, "gateway")) ?? "",
        kind: text(at(payment, "kind")) ?? "",
        at: text(at(payment, "processedAt")),
        amount: amount(payment, "amountSet") ?? "",
      })),
  };
}

function parsed(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    return null;
  }
}

function at(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === "object" && inner !== null ? (inner as Record<string, unknown>)[key] : undefined,
    value,
  );
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string | null {
  if (typeof value === "number") return value.toString();
  return typeof value === "string" && value !== "" ? value : null;
}

/** With two decimals at least, as money is read. */
function amount(value: unknown, key: string): string | null {
  const found = text(at(value, key, "shopMoney", "amount"));
  return found === null ? null : sum([found]);
}
