/** A started integration from day to day, on the real engine: one world, in which one thing happens after the other. */
import { expect, test, type Page } from "@playwright/test";

import { expectAccessible, watch } from "../fixtures/look";
import { Twin } from "./twin";

let twin: Twin;
let problems: string[];

test.describe.configure({ mode: "serial" });

test.beforeAll(async () => {
  twin = await Twin.start({ seed: "running", everyMs: 500 });
});

test.afterAll(async () => {
  await twin.stop();
});

test.beforeEach(({ page }) => {
  problems = watch(page);
});

test.afterEach(() => {
  expect(problems).toEqual([]);
});

async function open(page: Page, address: string): Promise<void> {
  await page.goto(`${twin.url}/#/${address}`);
}

const entries = (page: Page) => page.getByRole("row").filter({ hasText: "Posted" });

test("what is held is freed by choosing another account, and then all is well", async ({ page }) => {
  await open(page, "home");
  await expect(page.getByText("All is well", { exact: true })).toBeVisible();
  await twin.deactivateAccount("Shopify Payments Clearing");
  await twin.atShop({ orders: 3 });
  await page.getByRole("button", { name: "Sync now" }).click();
  await expect(page.getByText("1 thing needs you", { exact: true })).toBeVisible();
  await open(page, "attention");
  await expect(page.getByText("Shopify Payments Clearing", { exact: false }).first()).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Choose an account" }).click();
  const dialog = page.getByRole("dialog", { name: "Choose an account" });
  await dialog.getByRole("combobox").fill("clearing");
  await page.getByRole("option").and(page.locator(":not([aria-disabled=true])")).first().click();
  await dialog.getByRole("button", { name: /^Use this and free \d+/ }).click();
  await expect(page.getByText("Nothing needs you")).toBeVisible();
  await open(page, "home");
  await expect(page.getByText("All is well", { exact: true })).toBeVisible();
  await expectAccessible(page);
});

test("every day ties out, and its numbers are there", async ({ page }) => {
  await open(page, "home");
  await expect(page.getByText("Shopify and QuickBooks agree to the cent on every day.")).toBeVisible();
  await page.getByText("Show the numbers").click();
  await expect(page.getByRole("table").getByRole("row").nth(1)).toBeVisible();
});

test("an entry is found by its order number, and shows what was posted", async ({ page }) => {
  await open(page, "history/entries");
  const [first] = (
    await twin.ask("entries", {
      query: { states: ["posted"], kinds: ["sales_receipt"], from: null, to: null, text: null, run: null },
      offset: 0,
      limit: 1,
    })
  ).rows;
  const title = first?.title ?? "none";
  await page.getByRole("searchbox").fill(title);
  await expect(entries(page)).toHaveCount(1);
  await entries(page).first().click();
  await expect(page.getByRole("heading", { level: 1, name: `Sales receipt ${title}` })).toBeVisible();
  await expect(page.getByText(first?.quickbooks_id ?? "none").first()).toBeVisible();
  await expect(page.getByRole("table").first()).toContainText("Merchandise Sales");
  await expectAccessible(page);
});

test("new orders are posted by Sync now, and their batch is undone", async ({ page }) => {
  await twin.atShop({ orders: 3 });
  await open(page, "home");
  await page.getByRole("button", { name: "Sync now" }).click();
  await expect
    .poll(async () =>
      (await twin.ask("runs", { offset: 0, limit: 20 })).rows.some(
        (run) => run.documents > 0 && run.posted > 0 && run.trigger === "by hand",
      ),
    )
    .toBe(true);
  const runs = (await twin.ask("runs", { offset: 0, limit: 20 })).rows;
  const run = runs.find((one) => one.trigger === "by hand" && one.documents > 0 && one.posted > 0);
  await open(page, `history/runs/${run?.id ?? ""}`);
  await page.getByRole("button", { name: "Undo this batch" }).click();
  const dialog = page.getByRole("dialog", { name: "Undo" });
  await expect(dialog.getByRole("table")).toBeVisible();
  await expectAccessible(page);
  await dialog.getByRole("button", { name: /^Void \d+/ }).click();
  await expect(dialog).toContainText("The undo is planned");
  await dialog.getByRole("link", { name: "See the entries" }).click();
  await expect(page.getByRole("row").filter({ hasText: "Voiding" }).first()).toContainText(/posted/i);
  await open(page, "history/entries?state=undone");
  await expect(page.getByRole("row").filter({ hasText: "Undone" }).first()).toBeVisible();
});

test("the entries are exported for the accountant, as a table and as a document", async ({ page }) => {
  await open(page, "history/entries");
  await expect(entries(page).first()).toBeVisible();
  await page.getByRole("button", { name: "Export" }).click();
  await page.getByRole("menuitem", { name: /CSV/ }).click();
  await expect.poll(() => twin.saved(".csv").catch(() => "")).toContain("Merchandise Sales");
  await page.getByRole("button", { name: "Export" }).click();
  await page.getByRole("menuitem", { name: /PDF/ }).click();
  await expect.poll(() => twin.saved(".pdf").catch(() => "")).toMatch(/^%PDF-/);
});

test("QuickBooks that is closed and a shop that is offline are states, and pass", async ({ page }) => {
  await open(page, "home");
  await twin.quickBooks({ open: false });
  await twin.atShop({ orders: 1 });
  await page.getByRole("button", { name: "Sync now" }).click();
  await expect(page.getByText("QuickBooks: closed").first()).toBeVisible();
  await twin.quickBooks({ open: true });
  await expect(page.getByText("QuickBooks: reachable").first()).toBeVisible();
  await twin.atShop({ offline: true });
  await page.getByRole("button", { name: "Sync now" }).click();
  await expect(page.getByText("Shopify: offline").first()).toBeVisible();
  await twin.atShop({ offline: false });
  await page.getByRole("button", { name: "Sync now" }).click();
  await expect(page.getByText("Shopify: reachable").first()).toBeVisible();
});

test("another language holds at once, and after the window was closed", async ({ page }) => {
  await open(page, "settings/general");
  await page.getByLabel("Language").selectOption("nb");
  await expect(page.getByRole("heading", { level: 1, name: "Generelt" })).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("lang", "nb");
  await page.reload();
  await expect(page.getByRole("heading", { level: 1, name: "Generelt" })).toBeVisible();
  await open(page, "home");
  await expect(page.getByRole("heading", { level: 1, name: "Hjem" })).toBeVisible();
  await expectAccessible(page);
});
