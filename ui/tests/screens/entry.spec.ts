import { expect, test } from "@playwright/test";

import { preferences } from "../fixtures/answers";
import { NEVER, Refusal, serve } from "../fixtures/backend";
import {
  dayPage,
  differingPage,
  heldPage,
  history,
  partPage,
  postedPage,
  rejectedPage,
} from "../fixtures/history";
import {
  expectAccessible,
  expectNoSidewaysScroll,
  lookName,
  LOOKS,
  screenshot,
  watch,
} from "../fixtures/look";
import { mapping } from "../fixtures/settings";

const NOW = new Date("2026-11-27T14:56:40Z");
const address = (key: string) => `/#/history/entries/${encodeURIComponent(key)}`;

const PAGES = {
  posted: postedPage,
  differing: differingPage,
  held: heldPage,
  rejected: rejectedPage,
  day: dayPage,
  part: partPage,
  uncertain: { ...heldPage, entry: { ...heldPage.entry, state: "uncertain", reasons: [] } },
  undone: { ...postedPage, entry: { ...postedPage.entry, state: "undone" } },
};

for (const look of LOOKS) {
  for (const [name, entry] of Object.entries(PAGES)) {
    test(`An entry reads well, ${name}: ${lookName(look)}`, async ({ page }) => {
      const problems = watch(page);
      await page.setViewportSize(look);
      await page.clock.setFixedTime(NOW);
      await serve(page, { ...history, entry, preferences: { ...preferences, ...look } });
      await page.goto(address(entry.entry.key));
      await expect(page.getByRole("heading", { level: 2 }).first()).toBeVisible();
      await expectNoSidewaysScroll(page);
      await expectAccessible(page);
      await screenshot(page, `entry-${name}-${lookName(look)}`);
      if (process.env["SCREENSHOTS"] !== undefined) {
        await page.locator("main").evaluate((main) => {
          main.scrollTo(0, main.clientHeight - 40);
        });
        await screenshot(page, `entry-${name}-below-${lookName(look)}`);
      }
      expect(problems).toEqual([]);
    });
  }
}

test("that planned and booked are equal is said, and so is a cent of difference", async ({ page }) => {
  const engine = await serve(page, history);
  await page.goto(address(postedPage.entry.key));
  await expect(page.getByText("QuickBooks booked exactly what was planned.")).toBeVisible();
  engine.answer({ entry: differingPage });
  engine.emit("changed", {});
  await expect(page.getByText("QuickBooks booked something else")).toBeVisible();
  await expect(page.getByRole("row", { name: /Sales Tax Payable.*4\.13 differs 4\.14/ })).toBeVisible();
  await expect(page.getByRole("row", { name: /Cash Rounding.*differs 0\.01/ })).toBeVisible();
});

test("what Shopify said comes in plain facts; its text and the XML for those who ask", async ({ page }) => {
  await serve(page, history);
  await page.goto(address(postedPage.entry.key));
  await expect(page.getByText("Jürgen Kowalski")).toBeVisible();
  await expect(page.getByRole("row", { name: /Dog Bandana, Red HP-BAN-R 2 50\.00/ })).toBeVisible();
  await page.getByText("Word for word").press("Enter");
  await expect(page.getByRole("region", { name: "As it came" })).toContainText("displayFinancialStatus");
  await page.getByText("Its request to QuickBooks").first().press("Enter");
  await expect(page.getByRole("region", { name: "Its request to QuickBooks" })).toContainText(
    "<RefNumber>1040",
  );
  await expectAccessible(page);
});

test("a held entry says why; released by keyboard, it says so", async ({ page }) => {
  const engine = await serve(page, history);
  await page.goto(address(heldPage.entry.key));
  await expect(page.getByText("Choose an account for payments through Klarna.")).toBeVisible();
  await page.getByRole("button", { name: "Release" }).press("Enter");
  const dialog = page.getByRole("dialog", { name: "Release #1041?" });
  await expect(dialog).toContainText("What still stands in its way holds it again");
  await expectAccessible(page);
  engine.answer({ release: new Refusal("store.failed", { problem: "disk full" }) });
  await dialog.getByRole("button", { name: "Release" }).press("Enter");
  await expect(dialog).toContainText("disk full");
  engine.answer({ release: null });
  await dialog.getByRole("button", { name: "Release" }).press("Enter");
  await expect(page.getByText("Released. The next run looks at it anew.")).toBeVisible();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Release" })).toBeFocused();
  expect(engine.asked.filter(({ command }) => command === "release").at(-1)?.args).toEqual({
    key: "sale:held",
  });
});

test("what a held entry waits for is chosen right there, as in what needs attention", async ({ page }) => {
  const engine = await serve(page, { ...history, ...mapping });
  await page.goto(address(heldPage.entry.key));
  await page.getByRole("button", { name: "Choose an account" }).press("Enter");
  const dialog = page.getByRole("dialog", { name: "Choose an account" });
  await dialog.getByRole("button", { name: /Accept Klarna Clearing/ }).press("Enter");
  await expectAccessible(page);
  await dialog.getByRole("button", { name: /Use this/ }).press("Enter");
  await expect(dialog).toHaveCount(0);
  await expect(page.getByText(/entr(y is|ies are) on (its|their) way/)).toBeVisible();
  expect(engine.asked.find(({ command }) => command === "choose_account")?.args).toEqual({
    key: "gateways.klarna",
    fullName: "Klarna Clearing",
  });
  engine.answer({ entry: { ...heldPage, action: { kind: "setup", step: "tax" } } });
  engine.emit("changed", {});
  await expect(page.getByRole("link", { name: "Open this step of the set-up" })).toHaveAttribute(
    "href",
    "#/setup/tax",
  );
});

test("a refused entry tells QuickBooks' words and is tried again by keyboard", async ({ page }) => {
  const engine = await serve(page, history);
  await page.goto(address(rejectedPage.entry.key));
  await expect(page.getByText("There is an invalid reference to an item.")).toBeVisible();
  await page.getByRole("button", { name: "Try again" }).press("Enter");
  await page.getByRole("dialog").getByRole("button", { name: "Try again" }).press("Enter");
  await expect(page.getByText("It is tried again with the next run.")).toBeVisible();
  expect(engine.asked.find(({ command }) => command === "retry")?.args).toEqual({ key: "sale:rejected" });
});

test("a part leads to its day, and has nothing to be done about by itself", async ({ page }) => {
  await serve(page, history);
  await page.goto(address(partPage.entry.key));
  await expect(page.getByRole("button", { name: "Undo" })).toHaveCount(0);
  await page.getByRole("link", { name: "2026-11-26 Online Store" }).press("Enter");
  await expect(page.getByRole("grid", { name: "Its parts" })).toHaveAttribute("aria-rowcount", "251");
  expect(await page.locator("[role=row][data-index]").count()).toBeLessThan(30);
  await page.getByRole("row", { name: "#1200" }).focus();
  await page.keyboard.press("End");
  await expect(page.getByRole("row", { name: "#951" })).toBeFocused();
});

test("an entry that is awaited, refused or not there says so", async ({ page }) => {
  const engine = await serve(page, { ...history, entry: NEVER });
  await page.goto(address("sale:any"));
  await expect(page.getByRole("status").filter({ hasText: "Loading" })).toBeAttached();
  await expectAccessible(page);
  engine.answer({ entry: new Refusal("store.failed", { problem: "disk full" }) });
  await page.reload();
  await expect(page.getByRole("alert")).toContainText("disk full");
  engine.answer({ entry: null });
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByText("There is no such entry")).toBeVisible();
  await expectAccessible(page);
});
