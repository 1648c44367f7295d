import { expect, test } from "@playwright/test";

import { overview, preferences, status } from "../fixtures/answers";
import { NEVER, Refusal, serve } from "../fixtures/backend";
import { beginning, dayView, home, STATES, uneven } from "../fixtures/home";
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
  for (const [state, now] of Object.entries(STATES)) {
    test(`Home tells how things stand, ${state}: ${lookName(look)}`, async ({ page }) => {
      const problems = watch(page);
      await page.setViewportSize(look);
      await page.clock.setFixedTime(NOW);
      await serve(page, {
        ...home,
        overview: now,
        integration: beginning,
        tieOutDays: state === "attention" ? uneven : (home.tieOutDays ?? NEVER),
        preferences: { ...preferences, ...look },
      });
      await page.goto("/#/home");
      await expect(page.locator(`[data-state=${state}]`)).toBeVisible();
      await expect(page.getByRole("list").getByRole("link").nth(13)).toBeAttached();
      await expect(page.locator("html")).toHaveAttribute("lang", look.language);
      await expectNoSidewaysScroll(page);
      await expectAccessible(page);
      await screenshot(page, `home-${state}-${lookName(look)}`);
      expect(problems).toEqual([]);
    });
  }

  for (const [name, date] of Object.entries({
    uneven: dayView.date,
    even: "2026-11-25",
    empty: "2026-11-17",
  })) {
    test(`A day's tie-out reads well, ${name}: ${lookName(look)}`, async ({ page }) => {
      const problems = watch(page);
      await page.setViewportSize(look);
      await page.clock.setFixedTime(NOW);
      await serve(page, { ...home, preferences: { ...preferences, ...look } });
      await page.goto(`/#/home/days/${date}`);
      await expect(page.getByRole("heading", { level: 1 })).toContainText("2026");
      await expect(
        page.locator("main [aria-hidden=true] + div, main table, main .card").first(),
      ).toBeVisible();
      await expectNoSidewaysScroll(page);
      await expectAccessible(page);
      await screenshot(page, `day-${name}-${lookName(look)}`);
      expect(problems).toEqual([]);
    });
  }
}

test("Home is awaited, and says why when it could not be read", async ({ page }) => {
  const engine = await serve(page, {
    ...home,
    tieOutDays: new Refusal("store.failed", { problem: "disk full" }),
  });
  await page.goto("/#/home");
  await expect(page.getByRole("alert")).toContainText("disk full");
  await expectAccessible(page);
  engine.answer({ tieOutDays: uneven });
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByText("1 day differs.")).toBeVisible();
});

test("a day is green only where the difference is 0.00, and leads to its orders with their causes", async ({
  page,
}) => {
  await serve(page, { ...home, tieOutDays: uneven });
  await page.goto("/#/home");
  const chart = page.getByRole("region", { name: "Tie-out", exact: true });
  await expect(chart.getByRole("link", { name: /ties out/ })).toHaveCount(11);
  await expect(chart.getByRole("link", { name: /nothing to compare/ })).toHaveCount(1);
  await expect(chart.getByRole("link", { name: /not all posted yet/ })).toHaveCount(1);
  await chart.getByRole("link", { name: /Nov 24, 2026: differs.*difference 0\.01/ }).press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
  await expect(page.getByText("2 accounts differ")).toBeVisible();
  await expect(page.getByRole("row", { name: /#1038 was changed in QuickBooks by hand/ })).toBeVisible();
  await page.getByRole("link", { name: "#1038" }).press("Enter");
  await expect(page).toHaveURL(/#\/history\/entries\?text=%231038$/);
});

test("the numbers of the chart stand in a table that anybody can open", async ({ page }) => {
  await serve(page, { ...home, tieOutDays: uneven });
  await page.goto("/#/home");
  await page.getByText("Show the numbers").press("Enter");
  const row = page.getByRole("table").getByRole("row", { name: /Nov 24, 2026/ });
  await expect(row.getByRole("cell")).toHaveText(["1,300.40", "1,300.39", "0.01", "0"]);
  await expectAccessible(page);
});

test("a run that she asks for is told while it goes on", async ({ page }) => {
  const engine = await serve(page, home);
  await page.goto("/#/home");
  await page.getByRole("button", { name: "Sync now" }).press("Enter");
  await expect.poll(() => engine.asked.some(({ command }) => command === "sync_now")).toBe(true);
  engine.answer({ overview: STATES["working"] ?? NEVER });
  engine.emit("progressed", { running: true, pulled: 4, settled: 1, ready: 3 });
  const standing = page.getByRole("region", { name: "How things stand" });
  await expect(standing).toContainText("Documents read");
  await expect(standing.locator("dd")).toHaveText(["4", "1", "3"]);
  await expect(page.getByRole("button", { name: "Sync now" })).toHaveAttribute("aria-busy", "true");
});

test("the causes that hold most lead to where they are decided", async ({ page }) => {
  await serve(page, { ...home, overview: STATES["attention"] ?? NEVER });
  await page.goto("/#/home");
  const causes = page.getByRole("region", { name: "Needs attention" });
  await expect(causes.getByRole("listitem")).toHaveCount(3);
  await expect(causes.getByRole("link", { name: "All 4" })).toHaveAttribute("href", "#/attention");
  await causes.getByRole("link", { name: /payments through Klarna.*37 entries/ }).press("Enter");
  await expect(page).toHaveURL(/#\/attention\/group%2F0$/);
});

test("that QuickBooks is closed is a state: nothing is lost, and there is nothing to do", async ({
  page,
}) => {
  await serve(page, { ...home, overview: STATES["quickbooks_closed"] ?? NEVER });
  await page.goto("/#/home");
  await expect(page.getByText("12 entries go out as soon as the company file is open")).toBeVisible();
  await expect(page.getByRole("alert")).toHaveCount(0);
});

test("posting is paused and goes on by the same button", async ({ page }) => {
  const engine = await serve(page, home);
  await page.goto("/#/home");
  await expect(page.getByRole("button", { name: "Pause" })).toBeVisible();
  engine.answer({ overview: STATES["paused"] ?? NEVER });
  await page.getByRole("button", { name: "Pause" }).press("Enter");
  await expect(page.getByText("Nothing goes to QuickBooks until you resume")).toBeVisible();
  engine.answer({ overview });
  await page.getByRole("button", { name: "Resume" }).click();
  await expect(page.getByRole("button", { name: "Pause" })).toBeVisible();
  expect(engine.asked.filter(({ command }) => command === "pause").map(({ args }) => args)).toEqual([
    { paused: true },
    { paused: false },
  ]);
});

test("the tie-out is written to a file that can be shown", async ({ page }) => {
  const engine = await serve(page, home);
  await page.goto("/#/home");
  await page.getByRole("button", { name: "Export" }).press("Enter");
  await page.getByRole("menuitem", { name: "PDF" }).press("Enter");
  await expect(page.getByText("Written to C:\\Users\\Ann\\Documents\\tie-out.pdf")).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Show in folder" }).press("Enter");
  await expect.poll(() => engine.asked.some(({ command }) => command === "reveal_file")).toBe(true);
  expect(engine.asked.find(({ command }) => command === "export_tie_out")?.args).toEqual({
    from: "2026-11-14",
    to: "2026-11-27",
    format: "pdf",
  });
});

test("what changes in the engine is on screen without being asked for", async ({ page }) => {
  const engine = await serve(page, home);
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
  await expect(page.getByText("1 thing needs you")).toBeVisible();
  await expect(page.getByRole("navigation").getByText("1 waiting")).toBeAttached();
});

test("the focus follows to the heading of a page, and Alt+Left leads back", async ({ page }) => {
  await serve(page, home);
  await page.goto("/#/home");
  await page.getByRole("link", { name: "History" }).press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "History" })).toBeFocused();
  await expect(page).toHaveTitle("History – Tillbridge");
  await page.keyboard.press("Alt+ArrowLeft");
  await expect(page.getByRole("heading", { level: 1, name: "Home" })).toBeFocused();
});

test("before the start there is only the way to it", async ({ page }) => {
  await serve(page, { ...home, overview: { ...overview, integration: "not_started" } });
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1, name: "Set-up" })).toBeVisible();
  await expect(page.getByRole("navigation").getByRole("link")).toHaveText(["Set-up", "Settings"]);
});

test("the tray opens the page that it means", async ({ page }) => {
  const engine = await serve(page, home);
  await page.goto("/#/home");
  await expect(page.getByText("All is well")).toBeVisible();
  engine.emit("opened", { page: "attention" });
  await expect(page.getByRole("heading", { level: 1, name: "Needs attention" })).toBeFocused();
});
