import { expect, test, type Page } from "@playwright/test";

import { preferences } from "../fixtures/answers";
import { NEVER, Refusal, serve } from "../fixtures/backend";
import { history, MANY } from "../fixtures/history";
import {
  expectAccessible,
  expectNoSidewaysScroll,
  lookName,
  LOOKS,
  screenshot,
  watch,
} from "../fixtures/look";

const NOW = new Date("2026-11-27T14:56:40Z");
const dataRows = (page: Page) => page.locator("[role=row][data-index]");

const SCREENS: Record<string, string> = {
  entries: "entries",
  "entries-filtered": "entries?state=held%2Crejected&kind=invoice&from=2026-11-01&to=2026-11-27&run=412",
  "entries-no-hits": "entries?text=nothing+fits",
  runs: "runs",
  run: "runs/408",
  documents: "documents",
  document: `documents/${encodeURIComponent("gid://shopify/Order/5600000159745")}`,
};

for (const look of LOOKS) {
  for (const [name, address] of Object.entries(SCREENS)) {
    test(`History reads well, ${name}: ${lookName(look)}`, async ({ page }) => {
      const problems = watch(page);
      await page.setViewportSize(look);
      await page.clock.setFixedTime(NOW);
      await serve(page, { ...history, preferences: { ...preferences, ...look } });
      await page.goto(`/#/history/${address}`);
      await expect(
        name.endsWith("no-hits") ? page.locator("main p.font-semibold") : dataRows(page).first(),
      ).toBeVisible();
      await expectNoSidewaysScroll(page);
      await expectAccessible(page);
      await screenshot(page, `history-${name}-${lookName(look)}`);
      expect(problems).toEqual([]);
    });
  }
}

for (const list of ["entries", "runs", "documents"] as const) {
  test(`${list}: awaited, refused, tried again, and empty`, async ({ page }) => {
    const engine = await serve(page, { ...history, [list]: NEVER });
    await page.goto(`/#/history/${list}`);
    await expect(page.getByRole("status").filter({ hasText: "Loading" })).toBeAttached();
    await expectAccessible(page);

    engine.answer({ [list]: new Refusal("store.failed", { problem: "disk full" }) });
    await page.reload();
    await expect(page.getByRole("alert")).toContainText("disk full");
    await expectAccessible(page);

    engine.answer({ [list]: { rows: [], total: 0 } });
    await page.getByRole("button", { name: "Try again" }).click();
    await expect(page.locator("main p.font-semibold")).toHaveText(
      { entries: "No entries yet", runs: "There was no run yet", documents: "Nothing was read yet" }[list],
    );
    await expect(page.getByRole("button", { name: "Clear filters" })).toHaveCount(0);
    await expectAccessible(page);
  });
}

test("of 100,000 entries only those on screen exist, down to the last one", async ({ page }) => {
  const engine = await serve(page, history);
  await page.goto("/#/history/entries");
  await expect(page.getByText("100,000 entries")).toBeVisible();
  expect(await dataRows(page).count()).toBeLessThan(40);
  await dataRows(page).first().focus();
  await page.keyboard.press("End");
  const last = page.locator(`[data-index="${(MANY - 1).toString()}"]`);
  await expect(last).toBeFocused();
  await expect(last).toContainText(/#1(?!\d)/);
  expect(await dataRows(page).count()).toBeLessThan(40);
  const pages = engine.asked.filter(({ command }) => command === "entries").length;
  expect(pages, "pages that were asked for on the way").toBeLessThan(8);
});

test("a search, a filter and a period narrow the list and live in the address", async ({ page }) => {
  const engine = await serve(page, history);
  await page.goto("/#/history/entries");
  await page.getByRole("searchbox").fill("Kowalski");
  await expect(page.getByText("3 entries")).toBeVisible();
  await page.getByRole("button", { name: "State" }).press("Enter");
  await page.getByRole("menuitemcheckbox", { name: "held" }).press("Enter");
  await page.getByRole("menuitemcheckbox", { name: "refused" }).press("Enter");
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Date" }).press("Enter");
  await page.getByLabel("From", { exact: true }).fill("2026-11-01");
  await page.keyboard.press("Escape");
  await expect(page).toHaveURL(/entries\?state=held%2Crejected&text=Kowalski&from=2026-11-01$/);
  expect(engine.asked.filter(({ command }) => command === "entries").at(-1)?.args).toEqual({
    query: {
      states: ["held", "rejected"],
      kinds: [],
      text: "Kowalski",
      from: "2026-11-01",
      to: null,
      run: null,
    },
    offset: 0,
    limit: 100,
  });
  await page.getByRole("button", { name: "Remove the filter refused" }).click();
  await expect(page).toHaveURL(/state=held&/);
  await page.getByRole("button", { name: "Clear filters" }).click();
  await expect(page).toHaveURL(/#\/history\/entries$/);
  await expect(page.getByRole("searchbox")).toHaveValue("");
  await expect(page.getByText("100,000 entries")).toBeVisible();
});

test("what nothing fits says so, and lets the filters go", async ({ page }) => {
  await serve(page, history);
  await page.goto("/#/history/entries");
  await page.getByRole("searchbox").fill("nothing fits");
  await expect(page.getByText("Nothing fits this search")).toBeVisible();
  await page.locator("main").getByRole("button", { name: "Clear filters" }).last().click();
  await expect(dataRows(page).first()).toBeVisible();
});

test("by keyboard alone: search, down the rows, open, and back to the same row", async ({ page }) => {
  await serve(page, history);
  await page.goto("/#/history/entries");
  await page.getByRole("searchbox").focus();
  for (let presses = 0; presses < 12; presses += 1) {
    await page.keyboard.press("Tab");
    if (await page.evaluate(() => document.activeElement?.getAttribute("role") === "row")) break;
  }
  await expect(page.locator('[data-index="0"]')).toBeFocused();
  for (let presses = 0; presses < 5; presses += 1) await page.keyboard.press("PageDown");
  await page.keyboard.press("ArrowDown");
  const active = page.locator('[data-index][tabindex="0"]');
  await expect(active).toBeFocused();
  const index = (await active.getAttribute("data-index")) ?? "";
  expect(Number(index)).toBeGreaterThan(20);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
  await expect(page).toHaveURL(/#\/history\/entries\/sale/);
  await page.keyboard.press("Alt+ArrowLeft");
  await expect(page.locator(`[data-index="${index}"]`)).toBeFocused();
  await expect(page.locator(`[data-index="${index}"]`)).toBeInViewport();
});

test("the way back from an entry leads to the list as it was filtered", async ({ page }) => {
  await serve(page, history);
  await page.goto("/#/history/entries?state=held");
  await dataRows(page).nth(1).click();
  await page.getByRole("main").getByRole("link", { name: "History" }).click();
  await expect(page).toHaveURL(/#\/history\/entries\?state=held$/);
  await expect(page.locator('[data-index="1"]')).toBeFocused();
});

test("what the filter finds is exported, and where it was written is said", async ({ page }) => {
  const engine = await serve(page, history);
  await page.goto("/#/history/entries?state=posted");
  await page.getByRole("button", { name: "Export" }).press("Enter");
  await page.getByRole("menuitem", { name: "CSV" }).press("Enter");
  await expect(page.getByText("entries.csv")).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Show in folder" }).click();
  await expect.poll(() => engine.asked.at(-1)?.command).toBe("reveal_file");
  const asked = engine.asked.find(({ command }) => command === "export_entries");
  expect(asked?.args).toMatchObject({ query: { states: ["posted"] }, format: "csv" });
});

test("a file that could not be written says why; a changed mind says nothing", async ({ page }) => {
  const engine = await serve(page, {
    ...history,
    exportEntries: new Refusal("store.failed", { problem: "no room" }),
  });
  await page.goto("/#/history/entries");
  const write = async () => {
    await page.getByRole("button", { name: "Export" }).click();
    await page.getByRole("menuitem", { name: "CSV" }).click();
  };
  await write();
  await expect(page.getByRole("alert")).toContainText("no room");
  engine.answer({ exportEntries: null });
  await write();
  await expect(page.getByRole("alert")).toHaveCount(0);
  await expect(page.getByText("Written to")).toHaveCount(0);
});

test("an export tells how far it is, and is stopped by keyboard without a file", async ({ page }) => {
  let stop: (path: null) => void = () => undefined;
  const engine = await serve(page, {
    ...history,
    exportEntries: () => new Promise<null>((resolve) => (stop = resolve)),
    stopExport: () => {
      stop(null);
      engine.emit("exporting", { running: false, done: 0, total: 0 });
      return null;
    },
  });
  await page.goto("/#/history/entries");
  await page.getByRole("button", { name: "Export" }).press("Enter");
  await page.getByRole("menuitem", { name: "PDF" }).press("Enter");
  await expect(page.getByRole("button", { name: "Exporting…" })).toBeDisabled();
  engine.emit("exporting", { running: true, done: 0, total: 0 });
  engine.emit("exporting", { running: true, done: 1204, total: 33000 });
  await expect(page.getByRole("progressbar", { name: "Exporting…" })).toHaveAttribute("value", "1204");
  await expect(page.getByText("1,204 of 33,000").first()).toBeVisible();
  await expect(page.getByRole("button", { name: "Stop exporting" })).toBeFocused();
  await expectAccessible(page);
  await screenshot(page, "history-exporting");
  // It goes on while she looks elsewhere, and can be stopped where she comes back to.
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByRole("link", { name: "History" }).click();
  await page.getByRole("button", { name: "Stop exporting" }).press("Enter");
  await expect(page.getByText("The export was stopped. No file was written.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Export" })).toBeFocused();
  await expect(page.getByText("Written to")).toHaveCount(0);
});

test("a document shows its versions, and what a newer one says otherwise", async ({ page }) => {
  await serve(page, history);
  await page.goto(`/#/history/${SCREENS["document"] ?? ""}`);
  await expect(page.getByRole("row", { name: "displayFinancialStatus PENDING PAID" })).toBeVisible();
  await page.getByLabel("Version").selectOption({ index: 1 });
  await expect(page.getByText("Not paid")).toBeVisible();
  await page.getByText("Word for word").click();
  await expect(page.getByRole("region", { name: "As it came" })).toContainText('"PENDING"');
});

test("a run tells what it did, and leads to its entries", async ({ page }) => {
  await serve(page, history);
  await page.goto("/#/history/runs/408");
  await expect(page.getByRole("heading", { level: 1, name: "Run 408" })).toBeVisible();
  await expect(page.getByText("Web Connector did not call")).toBeVisible();
  await dataRows(page).first().click();
  await expect(page).toHaveURL(/#\/history\/entries\/sale/);
  await page.keyboard.press("Alt+ArrowLeft");
  await expect(page.locator('[data-index="0"]')).toBeFocused();
});
