import { expect, test } from "@playwright/test";

import {
  expectAccessible,
  expectNoSidewaysScroll,
  lookName,
  LOOKS,
  screenshot,
  watch,
} from "../fixtures/look";

for (const look of LOOKS) {
  test(`every component reads well: ${lookName(look)}`, async ({ page }) => {
    const problems = watch(page);
    await page.setViewportSize({ width: look.width, height: 2900 });
    await page.goto(`/?language=${look.language}&theme=${look.theme}`);
    await expect(page.getByText("#100000")).toBeVisible();
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await screenshot(page, `gallery-${lookName(look)}`);
    expect(problems).toEqual([]);
  });
}

test("nothing gets lost in forced colours", async ({ page }) => {
  await page.emulateMedia({ forcedColors: "active", contrast: "more" });
  await page.setViewportSize({ width: 960, height: 2900 });
  await page.goto("/");
  await expect(page.getByText("#100000")).toBeVisible();
  await screenshot(page, "gallery-forced-colours");
});

test("a hundred thousand rows are walked by keyboard, and only those on screen exist", async ({ page }) => {
  await page.goto("/");
  const grid = page.getByRole("grid", { name: "Entries" });
  await expect(grid).toHaveAttribute("aria-rowcount", "100001");
  await grid.getByRole("row").nth(1).focus();
  await page.keyboard.press("ArrowDown");
  await expect(grid.locator("[data-index='1']")).toBeFocused();
  await page.keyboard.press("End");
  const last = grid.locator("[data-index='99999']");
  await expect(last).toBeFocused();
  await expect(last).toContainText("#1");
  await expect(last).toHaveAttribute("aria-rowindex", "100001");
  await page.keyboard.press("Enter");
  await expect(page.locator("[data-opened]")).toHaveText("#1");
  await page.keyboard.press("Home");
  await expect(grid.locator("[data-index='0']")).toBeFocused();
  await page.keyboard.press("PageDown");
  expect(await grid.getByRole("row").count()).toBeLessThan(40);
});

test("an account is found by typing a part of its path", async ({ page }) => {
  const problems = watch(page);
  await page.goto("/");
  const box = page.getByRole("combobox", { name: "Account for PayPal fees" });
  await box.click();
  await box.fill("paypal");
  await screenshot(page, "gallery-combobox");
  const list = page.getByRole("listbox", { name: "Account for PayPal fees" });
  await expect(list.getByRole("option")).toHaveCount(1);
  await expectAccessible(page);
  await screenshot(page, "gallery-combobox");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(box).toHaveValue("Expenses:Merchant fees:PayPal fees");
  await box.fill("nothing like it");
  await page.keyboard.press("Tab");
  await expect(box).toHaveValue("Expenses:Merchant fees:PayPal fees");
  expect(problems).toEqual([]);
});

test("what can't be taken back has to be typed, and the focus comes back", async ({ page }) => {
  const problems = watch(page);
  await page.goto("/");
  const opener = page.getByRole("button", { name: "Undo the batch" });
  await opener.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Undo batch 412?" });
  await expect(dialog.getByRole("button", { name: "Undo" })).toBeDisabled();
  await expectAccessible(page);
  await screenshot(page, "gallery-dialog");
  await page.keyboard.press("Escape");
  await expect(opener).toBeFocused();
  await opener.press("Enter");
  await dialog.getByRole("textbox").fill("Harbour & Pine");
  await page.keyboard.press("Enter");
  await expect(page.locator("[data-confirmed]")).toHaveText("Harbour & Pine");
  await expect(dialog).toBeHidden();
  expect(problems).toEqual([]);
});
