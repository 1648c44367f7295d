import { expect, test } from "@playwright/test";

import { preferences } from "../fixtures/answers";
import { NEVER, Refusal, serve } from "../fixtures/backend";
import { history, postedPage, undoPreview } from "../fixtures/history";
import {
  expectAccessible,
  expectNoSidewaysScroll,
  lookName,
  LOOKS,
  screenshot,
  watch,
} from "../fixtures/look";

const entry = `/#/history/entries/${encodeURIComponent(postedPage.entry.key)}`;

for (const look of LOOKS) {
  test(`What an undo does is shown before: ${lookName(look)}`, async ({ page }) => {
    const problems = watch(page);
    await page.setViewportSize(look);
    await serve(page, { ...history, preferences: { ...preferences, ...look } });
    await page.goto(entry);
    await page.getByRole("button", { name: { en: "Undo", nb: "Angre" }[look.language], exact: true }).click();
    await expect(page.getByRole("dialog").getByRole("table")).toBeVisible();
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await screenshot(page, `undo-${lookName(look)}`);
    await page
      .getByRole("dialog")
      .getByRole("button", { name: /^Void 2|^Annuller 2/ })
      .click();
    await expect(page.getByRole("dialog").getByRole("status")).toBeVisible();
    await expectAccessible(page);
    await screenshot(page, `undo-planned-${lookName(look)}`);
    expect(problems).toEqual([]);
  });
}

test("an entry is undone by keyboard: preview, obstacles, choice, and what comes of it", async ({ page }) => {
  const engine = await serve(page, history);
  await page.goto(entry);
  await page.getByRole("button", { name: "Undo", exact: true }).press("Enter");
  const dialog = page.getByRole("dialog", { name: "Undo" });
  await expect(dialog).toContainText("2 steps in QuickBooks");
  await expect(dialog).toContainText("1 step can't be done yet");
  await expect(dialog).toContainText("the books are closed in QuickBooks until");
  await dialog.getByRole("radio", { name: "Void" }).press("ArrowDown");
  await expect(dialog.getByRole("button", { name: "Delete 2 entries" })).toBeEnabled();
  await dialog.getByRole("button", { name: "Delete 2 entries" }).press("Enter");
  await expect(dialog).toContainText("1 ready, 1 held");
  expect(engine.asked.find(({ command }) => command === "undo")?.args).toEqual({
    what: { entry: postedPage.entry.key },
    removal: "delete",
  });
  await dialog.getByRole("link", { name: "See the entries" }).press("Enter");
  await expect(page).toHaveURL(/#\/history\/entries\?kind=deletion$/);
  await expect(page.getByRole("dialog")).toHaveCount(0);
});

test("a batch is undone from its run", async ({ page }) => {
  const engine = await serve(page, history);
  await page.goto("/#/history/runs/410");
  await page.getByRole("button", { name: "Undo this batch" }).click();
  await expect(page.getByRole("dialog")).toContainText("2 steps in QuickBooks");
  expect(engine.asked.findLast(({ command }) => command === "undo_preview")?.args).toEqual({
    what: { batch: "410" },
    removal: "void",
  });
});

test("since a day: the day is chosen, and without one nothing is asked", async ({ page }) => {
  const engine = await serve(page, history);
  await page.clock.setFixedTime(new Date("2026-11-27T14:56:40Z"));
  await page.goto("/#/history/entries");
  await page.getByRole("button", { name: "Undo since a day…" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByLabel("Everything posted since")).toHaveValue("2026-11-27");
  await dialog.getByLabel("Everything posted since").fill("2026-11-20");
  await expect
    .poll(() => engine.asked.findLast(({ command }) => command === "undo_preview")?.args)
    .toEqual({ what: { since: "2026-11-20" }, removal: "void" });
  await expectAccessible(page);
  await dialog.getByLabel("Everything posted since").fill("");
  await expect(dialog.getByRole("button", { name: /^Void/ })).toBeDisabled();
});

test("nothing to undo, a preview that is awaited, and one that failed can't be confirmed", async ({
  page,
}) => {
  const engine = await serve(page, { ...history, undoPreview: { steps: [], effect: [] } });
  await page.goto(entry);
  const undo = page.getByRole("button", { name: "Undo", exact: true });
  const dialog = page.getByRole("dialog");
  await undo.click();
  await expect(dialog).toContainText("Nothing of this is in QuickBooks");
  await expect(dialog.getByRole("button", { name: /^Void/ })).toBeDisabled();
  await expectAccessible(page);

  engine.answer({ undoPreview: NEVER });
  await page.reload();
  await undo.click();
  await expect(dialog.getByRole("button", { name: /^Void/ })).toBeDisabled();

  engine.answer({ undoPreview: new Refusal("store.part_of_day", { day: "2026-11-26" }) });
  await page.reload();
  await undo.click();
  await expect(dialog.getByRole("alert")).toContainText("Only the whole day can be taken back");
  await expect(dialog.getByRole("button", { name: /^Void/ })).toBeDisabled();
});

test("of a thousand steps the first hundred are listed, and an undo that failed says why", async ({
  page,
}) => {
  const [step] = undoPreview.steps;
  const steps = Array.from({ length: 1000 }, (_, index) => ({ ...step, key: `void:${index.toString()}` }));
  await serve(page, {
    ...history,
    undoPreview: { ...undoPreview, steps } as typeof undoPreview,
    undo: new Refusal("store.locked"),
  });
  await page.goto(entry);
  await page.getByRole("button", { name: "Undo", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText("and 900 more")).toBeAttached();
  await dialog.getByRole("button", { name: "Void 1,000 entries" }).click();
  await expect(dialog.getByRole("alert")).toContainText("Another Tillbridge is working");
});
