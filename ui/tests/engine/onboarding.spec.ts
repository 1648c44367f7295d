/** From a fresh installation to posted entries, on the real engine. */
import { expect, test, type Page } from "@playwright/test";

import { expectAccessible, watch } from "../fixtures/look";
import { Twin } from "./twin";

let twin: Twin;

test.beforeAll(async () => {
  twin = await Twin.start({ seed: "ready", orders: 20 });
});

test.afterAll(async () => {
  await twin.stop();
});

const step = (page: Page, name: string) => page.locator(`[data-step=${name}]`);

async function next(page: Page, to: string): Promise<void> {
  await page.getByRole("button", { name: "Next" }).click();
  await expect(step(page, to)).toBeVisible();
}

test("a merchant sets Tillbridge up, leaves midway, comes back, and starts", async ({ page, context }) => {
  const problems = watch(page);
  await page.goto(twin.url);
  await expect(step(page, "preflight")).toBeVisible();
  await page.getByRole("button", { name: "We don't use Point of Sale" }).first().click();
  await expect(page.locator("[data-check=pos_migration][data-finding=found]")).toBeVisible();
  await next(page, "tax");
  await expect(page.getByText("QuickBooks has not called yet", { exact: false }).first()).toBeVisible();
  await next(page, "shop");

  const shop = await twin.shop();
  await page.getByRole("textbox", { name: "Shop address" }).fill(shop.address);
  await page.getByRole("textbox", { name: "Client ID" }).fill(shop.client_id);
  await page.getByLabel("Client secret").fill("not the secret");
  await page.getByRole("button", { name: "Next" }).click();
  await expect(page.getByRole("alert")).toContainText("Shopify refused the sign-in");
  await page.getByLabel("Client secret").fill(shop.client_secret);
  await next(page, "token");

  await page.getByRole("button", { name: "Generate app token now" }).click();
  await expect(page.locator("[data-token=proven]")).toBeVisible();
  await next(page, "accounts");

  // She leaves here, and another window shows where she was.
  await page.close();
  const again = await context.newPage();
  await again.goto(twin.url);
  await expect(step(again, "accounts")).toBeVisible();
  await expectAccessible(again);
  await again.getByRole("button", { name: /^Accept all \d+ proposals$/ }).click();
  // For bank deposits nothing in the company file comes near: she is not let on until she has an account for them.
  await expect(again.getByText("One category needs your decision.")).toBeVisible();
  await again.getByRole("button", { name: "Next" }).click();
  await expect(again.getByRole("alert")).toContainText(
    "Choose an account for payments through Bank Deposit.",
  );
  await again.getByRole("button", { name: /^Create the account Bank Deposit/ }).click();
  await expect(again.getByText("Every category that the shop uses has its account.")).toBeVisible();
  await next(again, "modes");
  await expect(again.locator("[data-list=names]")).toBeVisible();
  await again.getByRole("group", { name: "Vendors" }).getByRole("radio", { name: "Summary" }).check();
  await next(again, "purchasing");
  await again.getByText("Shopify's own purchase orders", { exact: true }).click();
  await next(again, "preview");

  await expect(again.getByRole("heading", { name: "Effect on the trial balance" })).toBeVisible();
  await expectAccessible(again);
  await again.getByRole("button", { name: "Start integration" }).click();
  const dialog = again.getByRole("dialog");
  await dialog.getByRole("textbox").fill("Harbour & Pine");
  await dialog.getByRole("button", { name: "Start integration" }).click();
  await expect(again.locator("[data-stage=done]")).toBeVisible({ timeout: 90_000 });

  await again.getByRole("link", { name: "Go to Home" }).click();
  await expect(again.getByRole("heading", { name: "All is well" })).toBeVisible();
  await again.getByRole("link", { name: "History" }).first().click();
  await expect(again.getByRole("row").filter({ hasText: "Posted" }).first()).toBeVisible();
  expect(problems).toEqual([]);
});
