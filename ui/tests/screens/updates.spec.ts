import { expect, test } from "@playwright/test";

import { preferences } from "../fixtures/answers";
import { Refusal, serve } from "../fixtures/backend";
import {
  expectAccessible,
  expectNoSidewaysScroll,
  lookName,
  LOOKS,
  screenshot,
  watch,
} from "../fixtures/look";
import { settled } from "../fixtures/settings";
import { ready, release, standing, states, upToDate } from "../fixtures/updates";

const NOW = new Date("2026-11-27T14:56:40Z");
const PLACE = "/#/settings/updates";

for (const look of LOOKS) {
  for (const [name, updateState] of Object.entries(states)) {
    test(`an update that is ${name} reads well: ${lookName(look)}`, async ({ page }) => {
      const problems = watch(page);
      await page.setViewportSize(look);
      await page.clock.setFixedTime(NOW);
      await serve(page, { ...settled, updateState, preferences: { ...preferences, ...look } });
      await page.goto(PLACE);
      await expect(page.getByRole("heading", { name: /Version 0\.1\.0|Versjon 0\.1\.0/ })).toBeVisible();
      await page.getByRole("main").locator("summary").click();
      await expect(page.getByRole("radio", { name: /^Beta/ })).toBeVisible();
      await expectNoSidewaysScroll(page);
      await expectAccessible(page);
      await screenshot(page, `updates-${name}-${lookName(look)}`);
      expect(problems).toEqual([]);
    });
  }
}

test("she looks for an update, sees it come, reads what is new, and has it installed", async ({ page }) => {
  await page.clock.setFixedTime(NOW);
  const engine = await serve(page, { ...settled, updateState: { ...upToDate, checked_at: null } });
  const told = (view: typeof upToDate) => {
    engine.answer({ updateState: view });
    engine.emit("updated", view);
  };
  engine.answer({
    checkForUpdate: () => {
      told(standing({ kind: "checking" }));
      return standing({ kind: "checking" });
    },
    installUpdate: () => {
      told(states["waiting"] ?? upToDate);
      return states["waiting"] ?? upToDate;
    },
  });
  await page.goto(PLACE);
  await expect(page.getByText("Not looked yet")).toBeVisible();
  await page.getByRole("button", { name: "Check now" }).press("Enter");
  await expect(page.getByText("Looking for a newer version")).toBeVisible();
  told(standing({ kind: "downloading", release, percent: 40 }));
  await expect(page.getByRole("progressbar", { name: "Download" })).toHaveAttribute("value", "40");
  await expect(page.getByRole("button", { name: "Install now" })).toHaveCount(0);
  told(ready);
  await expect(page.getByRole("heading", { name: "Version 0.2.0 is there" })).toBeVisible();
  await expect(page.getByText("Sales of several locations")).toBeVisible();
  await page.getByRole("button", { name: "Install now" }).press("Enter");
  await expect(page.getByText("QuickBooks has not confirmed yet")).toBeVisible();
  told(standing({ kind: "installing", release }));
  await expect(page.getByText("comes back by itself")).toBeVisible();
  await expect(page.getByRole("button", { name: "Check now" })).toHaveCount(0);
});

test("later is one press, and said", async ({ page }) => {
  const engine = await serve(page, { ...settled, updateState: ready, postponeUpdate: ready });
  await page.goto(PLACE);
  await page.getByRole("button", { name: "Later" }).press("Enter");
  await expect(page.getByText("It waits for a day.")).toBeVisible();
  expect(engine.asked.map(({ command }) => command)).toContain("postpone_update");
  expect(engine.asked.map(({ command }) => command)).not.toContain("install_update");
});

test("an update that is ready is told on every page, in few words, and leads to what is new", async ({
  page,
}) => {
  const engine = await serve(page, { ...settled, updateState: upToDate });
  await page.goto("/#/settings/about");
  const strip = page.getByRole("contentinfo", { name: "State of Tillbridge" });
  await expect(strip).toBeVisible();
  await expect(strip.getByRole("link")).toHaveCount(0);
  engine.answer({ updateState: ready });
  engine.emit("updated", ready);
  await strip.getByRole("link", { name: "Update 0.2.0 is ready" }).press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Updates" })).toBeFocused();
});

test("another channel is chosen among the advanced things, and what it means is said", async ({ page }) => {
  const beta = { ...upToDate, channel: "beta" as const };
  const engine = await serve(page, { ...settled, updateState: upToDate });
  engine.answer({
    chooseChannel: ({ channel }: { channel: string }) => {
      expect(channel).toBe("beta");
      engine.answer({ updateState: beta });
      return beta;
    },
  });
  await page.goto(PLACE);
  await expect(page.getByRole("radio", { name: /^Beta/ })).toHaveCount(0);
  await page.getByText("Advanced", { exact: true }).click();
  await expect(page.getByRole("radio", { name: /^Stable/ })).toBeChecked();
  await expect(page.getByText("never puts an older version over a newer one")).toBeVisible();
  await page.getByRole("radio", { name: /^Beta/ }).check();
  await expect(page.getByRole("radio", { name: /^Beta/ })).toBeChecked();
});

test("what can't be done is said where it was asked for", async ({ page }) => {
  await serve(page, { ...settled, updateState: ready, installUpdate: new Refusal("store.locked") });
  await page.goto(PLACE);
  await page.getByRole("button", { name: "Install now" }).press("Enter");
  await expect(page.getByRole("alert")).toContainText("Another Tillbridge");
  await expectAccessible(page);
});
