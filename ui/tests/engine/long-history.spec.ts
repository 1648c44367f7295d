/** A history of 100,000 entries, on the real engine: opened, filtered, scrolled to its end. */
import { expect, test } from "@playwright/test";

import { Twin } from "./twin";

let twin: Twin;

test.beforeAll(async () => {
  const folder = process.env["TILLBRIDGE_LONG_HISTORY"];
  if (folder === undefined)
    throw new Error("TILLBRIDGE_LONG_HISTORY names no folder; `cargo xtask test` makes it");
  twin = await Twin.start({ seed: "ready", folder });
});

test.afterAll(async () => {
  await twin.stop();
});

test("a hundred thousand entries are scrolled from the first to the last, and found among", async ({
  page,
}) => {
  await page.goto(`${twin.url}/#/history/entries`);
  await expect(page.getByText("100,000 entries")).toBeVisible();
  const list = page.getByRole("grid");
  const rows = list.locator("[data-index]");
  await expect(list.getByText("#100000", { exact: true })).toBeVisible();
  await list.evaluate((element) => {
    element.scrollTop = element.scrollHeight / 2;
  });
  await expect(list.getByText(/^#(49|50)\d{3}$/).first()).toBeVisible();
  await rows.first().focus();
  await page.keyboard.press("End");
  await expect(list.getByText("#1", { exact: true })).toBeVisible();
  // However long the list is, the page holds what is on screen and little more.
  expect(await rows.count()).toBeLessThan(60);
  await page.getByRole("searchbox").fill("#4711");
  await expect(list.getByText("#4711", { exact: true })).toBeVisible();
  await page.getByRole("searchbox").fill("synnøve nordmann 42");
  await expect(page.getByText(/^\d[\d,]* entries$/)).not.toHaveText("100,000 entries");
});
