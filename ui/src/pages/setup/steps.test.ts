import { expect, test } from "vitest";

import { isStep, stepFor, STEPS } from "./steps";

test("what the engine tells is put right in the step that it is about", () => {
  const step = (code: string) => stepFor({ code, facts: {} });
  expect(step("company.sales_tax_off")).toBe("tax");
  expect(step("company.wrong_file")).toBe("preflight");
  expect(step("held.unknown_gateway")).toBe("accounts");
  expect(step("held.list_full")).toBe("modes");
  expect(step("ceilings.refused")).toBe("modes");
  expect(step("integration.quickbooks_not_read")).toBe("token");
  expect(step("held.no_unit_cost"), "is put right in the shop, not in the set-up").toBeNull();
});

test("only the steps are steps", () => {
  expect(Object.keys(STEPS).every(isStep)).toBe(true);
  expect(isStep("constructor")).toBe(false);
  expect(isStep(undefined)).toBe(false);
});
