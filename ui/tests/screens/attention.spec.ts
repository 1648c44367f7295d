import { expect, test } from "@playwright/test";

import { atWork, overview, preferences } from "../fixtures/answers";
import { byHand, entriesOf, gateway, needing, overpaid, refused } from "../fixtures/attention";
import { NEVER, Refusal, serve } from "../fixtures/backend";
import {
  expectAccessible,
  expectNoSidewaysScroll,
  lookName,
  LOOKS,
  screenshot,
  watch,
} from "../fixtures/look";
import { categories } from "../fixtures/settings";

const NOW = new Date("2026-11-27T14:56:40Z");

for (const look of LOOKS) {
  test(`every cause and its entries read well: ${lookName(look)}`, async ({ page }) => {
    const problems = watch(page);
    await page.setViewportSize(look);
    await page.clock.setFixedTime(NOW);
    await serve(page, { ...needing, preferences: { ...preferences, ...look } });
    await page.goto("/#/attention");
    await expect(page.getByRole("heading", { level: 2 })).toHaveCount(7);
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await screenshot(page, `attention-${lookName(look)}`);

    await page.goto("/#/attention/refused-3140");
    await expect(page.getByRole("grid").getByText("#1001")).toBeVisible();
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await screenshot(page, `attention-cause-${lookName(look)}`);
    expect(problems).toEqual([]);
  });

  test(`choosing right there reads well: ${lookName(look)}`, async ({ page }) => {
    const problems = watch(page);
    await page.setViewportSize(look);
    await page.clock.setFixedTime(NOW);
    await serve(page, { ...needing, preferences: { ...preferences, ...look } });
    await page.goto("/#/attention");
    await page
      .getByRole("button", { name: look.language === "en" ? "Choose an account" : "Velg konto" })
      .click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: /Klarna Clearing/ }).click();
    await expect(dialog.getByText(/1\D?204/)).toBeVisible();
    await expectAccessible(page);
    await screenshot(page, `attention-choose-${lookName(look)}`);
    expect(problems).toEqual([]);
  });
}

test("nothing to do is said as good news", async ({ page }) => {
  await serve(page, { ...atWork, attention: [] });
  await page.goto("/#/attention");
  await expect(page.getByText("Nothing needs you")).toBeVisible();
  await expectAccessible(page);
  await screenshot(page, "attention-empty");
});

test("causes that are awaited or can't be read are said", async ({ page }) => {
  const engine = await serve(page, { ...atWork, attention: NEVER });
  await page.goto("/#/attention");
  await expect(page.getByRole("main").getByRole("status")).toContainText("Loading");
  engine.answer({ attention: new Refusal("store.failed", { problem: "disk I/O error" }) });
  await page.reload();
  await expect(page.getByRole("alert")).toContainText("disk I/O error");
  await expectAccessible(page);
  await screenshot(page, "attention-error");
  engine.answer({ attention: [] });
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByText("Nothing needs you")).toBeVisible();
});

test("a cause is freed by choosing an account, by keyboard alone", async ({ page }) => {
  const engine = await serve(page, needing);
  engine.answer({
    chooseAccount: () => {
      engine.answer({ attention: [overpaid] });
      return categories;
    },
  });
  await page.goto("/#/attention");
  const choose = page.getByRole("button", { name: "Choose an account" });
  await choose.focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Choose an account" });
  await expect(dialog).toBeVisible();
  const input = dialog.getByRole("combobox");
  await input.focus();
  await page.keyboard.press("Control+A");
  await page.keyboard.type("paypal cl");
  await expect(page.getByRole("option")).toHaveCount(1);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(dialog.getByText("held entries are freed")).toBeVisible();
  const confirm = dialog.getByRole("button", { name: "Use this and free 1,240 entries" });
  await expect(confirm).toBeEnabled();
  await confirm.focus();
  await page.keyboard.press("Enter");

  const note = page.getByRole("region", { name: "What happens next" });
  await expect(note).toContainText("1,240 entries are on their way");
  await expect(note).toBeFocused();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("heading", { level: 2 })).toHaveCount(1);
  expect(engine.asked).toContainEqual({
    command: "choose_account",
    args: { key: "gateways.klarna", fullName: "PayPal Clearing" },
  });
  await expectAccessible(page);
  await screenshot(page, "attention-freed");
  await page.keyboard.press("Tab");
  await expect(note.getByRole("button", { name: "Sync now" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByText("A run has begun")).toBeVisible();
  await expect(note).toBeHidden();
});

test("an account that is to be made counts as chosen", async ({ page }) => {
  const engine = await serve(page, { ...needing, createAccount: categories });
  await page.goto("/#/attention");
  await page.getByRole("button", { name: "Choose an account" }).click();
  await page
    .getByRole("dialog")
    .getByRole("button", { name: /Create the account Klarna/ })
    .click();
  await expect(page.getByRole("region", { name: "What happens next" })).toContainText("It is kept");
  expect(engine.asked).toContainEqual({ command: "create_account", args: { key: "gateways.klarna" } });
});

test("a choice that is refused stays open and says why", async ({ page }) => {
  await serve(page, {
    ...needing,
    chooseAccount: new Refusal("mapping.inactive", { name: "Klarna Clearing" }),
  });
  await page.goto("/#/attention");
  await page.getByRole("button", { name: "Choose an account" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: /Accept Klarna Clearing/ }).click();
  await dialog.getByRole("button", { name: /Use this and free/ }).click();
  await expect(dialog.getByRole("alert")).toContainText("Klarna Clearing is inactive in QuickBooks");
  await expectAccessible(page);
  await screenshot(page, "attention-choice-refused");
});

test("a cause is released only after a question that names how many and which", async ({ page }) => {
  const engine = await serve(page, { ...needing, attention: [overpaid], releaseGroup: 3 });
  await page.goto("/#/attention");
  await page.getByRole("button", { name: "Release 3 entries" }).click();
  const dialog = page.getByRole("dialog", { name: "Release 3 entries?" });
  await expect(dialog.getByRole("listitem")).toHaveCount(3);
  await expect(dialog.getByText("#1080 Anna Berg")).toBeVisible();
  await expectAccessible(page);
  await screenshot(page, "attention-release");
  await page.keyboard.press("Escape");
  expect(engine.asked.map(({ command }) => command)).not.toContain("release_group");

  await page.getByRole("button", { name: "Release 3 entries" }).click();
  await dialog.getByRole("button", { name: "Release 3 entries" }).click();
  await expect(page.getByText("3 entries are on their way")).toBeVisible();
  expect(engine.asked).toContainEqual({ command: "release_group", args: { group: "overpaid" } });
});

test("a release that is refused says why, and nothing is said to be freed", async ({ page }) => {
  await serve(page, { ...needing, attention: [overpaid], releaseGroup: new Refusal("store.locked") });
  await page.goto("/#/attention");
  await page.getByRole("button", { name: "Release 3 entries" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Release 3 entries" }).click();
  await expect(dialog.getByRole("alert")).toContainText("Another Tillbridge");
  await expect(page.getByText("on their way")).toHaveCount(0);
});

test("each cause leads to the one place where it is put right", async ({ page }) => {
  await serve(page, needing);
  await page.goto("/#/attention");
  await expect(page.getByRole("link", { name: "Open connections" })).toHaveAttribute(
    "href",
    "#/settings/connections/shop",
  );
  await expect(page.getByRole("link", { name: "Change modes" })).toHaveAttribute("href", "#/settings/modes");
  await expect(page.getByText("Nothing to press here")).toBeVisible();
});

test("posting that is paused goes on with one press", async ({ page }) => {
  const engine = await serve(page, { ...needing, pause: null });
  await page.goto("/#/attention");
  await page.getByRole("button", { name: "Resume posting" }).click();
  await expect(page.getByRole("region", { name: "What happens next" })).toContainText("Posting goes on");
  expect(engine.asked).toContainEqual({ command: "pause", args: { paused: false } });
});

test("before the start a cause leads into the set-up", async ({ page }) => {
  await serve(page, { ...needing, overview: { ...overview, integration: "not_started" } });
  await page.goto("/#/attention");
  await expect(page.getByRole("link", { name: "Open this step of the set-up" })).toHaveAttribute(
    "href",
    "#/setup/shop",
  );
});

test("a thousand entries are gone through by keyboard and opened", async ({ page }) => {
  await serve(page, { ...needing, attention: [gateway], attentionEntries: entriesOf(1240) });
  await page.goto("/#/attention/gateway-klarna");
  const first = page.getByRole("row", { name: /#1001/ });
  await first.focus();
  await page.keyboard.press("End");
  await expect(page.getByRole("row", { name: /#2240/ })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/#\/history\/entries\/order%2F2240%2Fsale/);
});

test("one entry of a cause is tried again by itself", async ({ page }) => {
  const engine = await serve(page, { ...needing, attention: [refused], retry: null });
  await page.goto("/#/attention/refused-3140");
  await page.getByRole("button", { name: /Retry #1002/ }).click();
  const dialog = page.getByRole("dialog", { name: "Retry 1 entry?" });
  await dialog.getByRole("button", { name: "Retry 1 entry" }).click();
  await expect(page.getByRole("region", { name: "What happens next" })).toContainText(
    "1 entry is on its way",
  );
  expect(engine.asked).toContainEqual({ command: "retry", args: { key: "order/1002/sale" } });
});

test("a cause that is gone says so and leads back", async ({ page }) => {
  await serve(page, { ...needing, attention: [byHand], attentionEntries: entriesOf(0) });
  await page.goto("/#/attention/gateway-klarna");
  await expect(page.getByText("Nothing waits for this any more")).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("link", { name: "All that needs attention" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Needs attention" })).toBeFocused();
});
