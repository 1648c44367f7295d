import { expect, test } from "vitest";

import { told } from "./told";

const money = (amount: string) => ({ shopMoney: { amount } });
const order = {
  name: "#1040",
  processedAt: "2026-10-31T23:41:39Z",
  app: { name: "Online Store" },
  customer: { displayName: "Jürgen Kowalski" },
  displayFinancialStatus: "PAID",
  displayFulfillmentStatus: "UNFULFILLED",
  currencyCode: "USD",
  subtotalPriceSet: money("15.25"),
  totalDiscountsSet: money("0.0"),
  totalTaxSet: money("0.0"),
  totalPriceSet: money("32.5"),
  totalRefundedSet: money("4.0"),
  lineItems: {
    nodes: [
      { title: "Bandana", variantTitle: "Red", sku: "HP", quantity: 2, originalUnitPriceSet: money("7.6") },
    ],
  },
  transactions: [
    { kind: "AUTHORIZATION", status: "SUCCESS", gateway: "paypal", amountSet: money("32.5") },
    { kind: "CAPTURE", status: "SUCCESS", gateway: "paypal", amountSet: money("32.5") },
    { kind: "CAPTURE", status: "FAILURE", gateway: "paypal", amountSet: money("32.5") },
  ],
};

test("an order is read as it was kept", () => {
  const read = told(JSON.stringify(order));
  expect(read?.customer).toBe("Jürgen Kowalski");
  expect(read?.lines).toEqual([{ title: "Bandana, Red", sku: "HP", quantity: "2", price: "7.60" }]);
});

test("what is zero and nobody asks for is left out; tax is there though it is zero", () => {
  expect(told(JSON.stringify(order))?.totals).toEqual([
    { of: "subtotal", amount: "15.25" },
    { of: "tax", amount: "0.00" },
    { of: "total", amount: "32.50" },
    { of: "refunded", amount: "4.00" },
  ]);
});

test("money that was only reserved, or that did not come, is no payment", () => {
  expect(told(JSON.stringify(order))?.payments).toHaveLength(1);
});

test("what is no order, or can't be read, is left to its raw text", () => {
  expect(told(JSON.stringify({ name: "Boston", address: {} }))).toBeNull();
  expect(told("{")).toBeNull();
});
