import { expect, test } from "@playwright/test";

import { atWork, overview, preferences, status } from "../fixtures/answers";
import { serve } from "../fixtures/backend";
import {
  expectAccessible,
  expectNoSidewaysScroll,
  lookName,
  LOOKS,
  screenshot,
  watch,
} from "../fixtures/look";

const NOW = new Date("2026-11-27T14:56:40Z");

for (const look of LOOKS) {
  test(`Home of a shop at work reads well: ${lookName(look)}`, async ({ page }) => {
    const problems = watch(page);
    await page.setViewportSize(look);
    await page.clock.setFixedTime(NOW);
    await serve(page, { ...atWork, preferences: { ...preferences, ...look } });
    await page.goto("/#/home");
    await expect(page.locator("[data-stage=fine]")).toBeVisible();
    await expect(page.locator("html")).toHaveAttribute("lang", look.language);
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await screenshot(page, `home-${lookName(look)}`);
    expect(problems).toEqual([]);
  });
}

test("what changes in the engine is on screen without being asked for", async ({ page }) => {
  const engine = await serve(page, atWork);
  await page.goto("/#/home");
  await expect(page.getByText("All is well")).toBeVisible();
  engine.answer({
    overview: {
      ...overview,
      status: {
        ...status,
        stage: "needs_attention",
        attention: [{ message: { code: "held.unknown_gateway", facts: { gateway: "klarna" } }, entries: 37 }],
      },
    },
  });
  engine.emit("changed", {});
  await expect(page.getByText("Something waits for you.")).toBeVisible();
  await expect(page.getByRole("navigation").getByText("1 waiting")).toBeAttached();
});

test("the focus follows to the heading of a page, and Alt+Left leads back", async ({ page }) => {
  await serve(page, atWork);
  await page.goto("/#/home");
  await page.getByRole("link", { name: "History" }).press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "History" })).toBeFocused();
  await expect(page).toHaveTitle("History – Tillbridge");
  await page.keyboard.press("Alt+ArrowLeft");
  await expect(page.getByRole("heading", { level: 1, name: "Home" })).toBeFocused();
});

test("before the start there is only the way to it", async ({ page }) => {
  await serve(page, { ...atWork, overview: { ...overview, integration: "not_started" } });
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1, name: "Set-up" })).toBeVisible();
  await expect(page.getByRole("navigation").getByRole("link")).toHaveText(["Set-up", "Settings"]);
});

test("the tray opens the page that it means", async ({ page }) => {
  const engine = await serve(page, atWork);
  await page.goto("/#/home");
  await expect(page.getByText("All is well")).toBeVisible();
  engine.emit("opened", { page: "attention" });
  await expect(page.getByRole("heading", { level: 1, name: "Needs attention" })).toBeFocused();
});
