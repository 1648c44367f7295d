/** A history of 100,000 entries, on the real engine: opened, filtered, scrolled to its end. */
import { expect, test } from "@playwright/test";

import { Twin } from "./twin";

let twin: Twin;

test.beforeAll(async () => {
  const data = process.env["TILLBRIDGE_LONG_HISTORY"];
  if (data === undefined)
    throw new Error("TILLBRIDGE_LONG_HISTORY names no folder; `cargo xtask screens` makes it");
  twin = await Twin.start({ seed: "ready", data });
});

test.afterAll(async () => {
  await twin.stop();
});

test("a hundred thousand entries are scrolled from the first to the last, and found among", async ({
  page,
}) => {
  await page.goto(`${twin.url}/#/history/entries`);
  await expect(page.getByText("100,000 entries")).toBeVisible();
  const table = page.getByRole("table", { name: "Entries" });
  await expect(table.getByText("#100000", { exact: true })).toBeVisible();
  const rows = table.getByRole("row");
  const scroll = (share: number) =>
    table.evaluate((element, part) => {
      element.scrollTop = element.scrollHeight * part;
    }, share);
  await scroll(0.5);
  await expect(
    table
      .getByText("#50000", { exact: true })
      .or(table.getByText("#49990", { exact: true }))
      .first(),
  ).toBeVisible();
  await scroll(1);
  await expect(table.getByText("#1", { exact: true })).toBeVisible();
  // However long the list is, the page holds what is on screen and little more.
  expect(await rows.count()).toBeLessThan(120);
  await page.getByRole("searchbox").fill("#4711");
  await expect(table.getByText("#4711", { exact: true })).toBeVisible();
  await page.getByRole("searchbox").fill("synnøve nordmann 42");
  await expect(page.getByText(/^\d[\d,]* entries$/)).not.toHaveText("100,000 entries");
});
