import { expect, test, type Locator, type Page } from "@playwright/test";

import type { SetupStep } from "../../src/lib/backend/bindings";
import { overview } from "../fixtures/answers";
import { Refusal, serve, type Answers, type FakeEngine } from "../fixtures/backend";
import { watch } from "../fixtures/look";
import {
  calledPreflight,
  calls,
  decidedCategories,
  firstPreflight,
  missingConnector,
  modes,
  noToken,
  notAskedYet,
  notCalledYet,
  plan,
  provenToken,
  purchasing,
  restingConnector,
  runningConnector,
  settingUp,
  setupAt,
  shop,
  started,
  STEPS,
  taxedPreflight,
  underWay,
  waitingToken,
} from "../fixtures/setup";

const NOW = new Date("2026-11-27T14:56:40Z");

async function open(page: Page, step: SetupStep, more: Answers = {}): Promise<FakeEngine> {
  await page.clock.setFixedTime(NOW);
  const engine = await serve(page, { ...settingUp(step), ...more });
  await page.goto(`/#/setup/${step}`);
  await expect(page.locator(`[data-step=${step}]`)).toBeVisible();
  return engine;
}

/** What a command was asked with, the latest last. */
const argsOf = (engine: FakeEngine, command: string) =>
  engine.asked.filter((one) => one.command === command).map((one) => one.args);

const next = (page: Page) => page.getByRole("button", { name: "Next" });

test("the set-up opens where she left it", async ({ page }) => {
  await serve(page, settingUp("modes"));
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1, name: "D. Sync mode" })).toBeVisible();
});

test("a step that is opened is remembered, by its link and by Back", async ({ page }) => {
  const engine = await open(page, "shop");
  await page
    .getByRole("navigation", { name: "Steps of the set-up" })
    .getByRole("link", { name: "Sync mode" })
    .click();
  await expect(page.getByRole("heading", { level: 1, name: "D. Sync mode" })).toBeFocused();
  await page.getByRole("link", { name: "Back", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "D. Account mapping" })).toBeFocused();
  expect(argsOf(engine, "open_setup_step")).toEqual([{ step: "modes" }, { step: "accounts" }]);
  await page.reload();
  await expect(page.getByRole("heading", { level: 1, name: "D. Account mapping" })).toBeVisible();
});

test("Next proves the step, and a refusal says what is missing", async ({ page }) => {
  const engine = await open(page, "tax", { finishSetupStep: new Refusal("company.sales_tax_off") });
  await next(page).click();
  await expect(page.getByRole("alert")).toContainText("Sales tax is off in QuickBooks.");
  await expect(page.getByRole("heading", { level: 1, name: "B. Tax preferences" })).toBeVisible();
  engine.answer({ finishSetupStep: setupAt("shop"), setup: setupAt("shop") });
  await next(page).click();
  await expect(page.getByRole("heading", { level: 1, name: "C. Shopify" })).toBeFocused();
  await expect(page.getByRole("alert")).toHaveCount(0);
});

test("Point of Sale is confirmed, or said not to be used", async ({ page }) => {
  const engine = await open(page, "preflight", { preflight: firstPreflight });
  engine.answer({ preflight: calledPreflight });
  await page.getByRole("button", { name: "We don't use Point of Sale" }).first().click();
  await expect(page.locator("[data-check=pos_migration][data-finding=found]")).toBeVisible();
  expect(argsOf(engine, "confirm")).toEqual([{ what: "no_pos" }]);
});

test("what QuickBooks says is there as soon as it has called", async ({ page }) => {
  const engine = await open(page, "tax", {
    preflight: firstPreflight,
    quickBooksConnection: notCalledYet,
    setup: setupAt("tax", { tax: "waiting" }),
  });
  await expect(page.getByText("QuickBooks has not been in touch yet.")).toBeVisible();
  engine.answer({
    preflight: taxedPreflight,
    quickBooksConnection: calls,
    setup: setupAt("tax", { tax: "done" }),
  });
  engine.emit("changed", {});
  await expect(page.locator("[data-check=tax_item][data-finding=found]")).toBeVisible();
});

test("a change that is no call of QuickBooks does not ask the preflight again", async ({ page }) => {
  const engine = await open(page, "tax");
  await expect(page.locator("[data-check=tax_item]")).toBeVisible();
  const asked = argsOf(engine, "preflight").length;
  const setups = argsOf(engine, "setup").length;
  engine.emit("changed", {});
  await expect.poll(() => argsOf(engine, "setup").length).toBeGreaterThan(setups);
  expect(argsOf(engine, "preflight")).toHaveLength(asked);
});

test("the item of 0 % is made for her", async ({ page }) => {
  const engine = await open(page, "tax");
  engine.answer({ preflight: taxedPreflight });
  await page.getByRole("button", { name: "Have the item made for me" }).click();
  await expect(page.locator("[data-check=tax_item][data-finding=found]")).toBeVisible();
  expect(argsOf(engine, "create_tax_item")).toHaveLength(1);
});

test("Next signs in with what is filled in, and a refusal stays at the form", async ({ page }) => {
  const engine = await open(page, "shop", {
    shopConnection: null,
    connectShop: new Refusal("shop.sign_in", { problem: "app_not_installed" }),
  });
  await page.getByRole("textbox", { name: "Shop address" }).fill("harbour-and-pine.myshopify.com");
  await page.getByRole("textbox", { name: "Client ID" }).fill("2f4a");
  await page.getByLabel("Client secret").fill("shh");
  await next(page).click();
  await expect(page.getByRole("alert")).toContainText("app_not_installed");
  expect(argsOf(engine, "finish_setup_step")).toEqual([]);
  engine.answer({ connectShop: shop, shopConnection: shop });
  await next(page).click();
  await expect(page.getByRole("heading", { level: 1, name: "D. Enter token" })).toBeVisible();
  expect(argsOf(engine, "connect_shop").at(-1)).toEqual({
    form: {
      address: "harbour-and-pine.myshopify.com",
      sign_in: "client_credentials",
      client_id: "2f4a",
      secret: "shh",
    },
  });
});

test("a kept secret is not asked for again, but for another way of signing in it is", async ({ page }) => {
  const engine = await open(page, "shop");
  await page.getByRole("button", { name: "Sign in again" }).click();
  await expect
    .poll(() => argsOf(engine, "connect_shop"))
    .toEqual([
      {
        form: {
          address: shop.address,
          sign_in: "client_credentials",
          client_id: shop.client_id,
          secret: null,
        },
      },
    ]);
  await page.getByText("Access token", { exact: true }).click();
  await expect(page.getByRole("button", { name: "Sign in again" })).toBeDisabled();
});

test("the app's permissions are copied as Shopify takes them", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open(page, "shop", { shopConnection: null });
  await page.getByRole("button", { name: "Copy all permissions" }).click();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toContain("read_orders,read_all_orders,read_customers,read_products,read_locations");
});

test("a token made here is shown once, copied, and proven by QuickBooks' call", async ({ page }) => {
  const engine = await open(page, "token", { appToken: noToken, quickBooksConnection: notCalledYet });
  engine.answer({
    generateToken: { token: "abcde-fghjk-mnpqr-stuvw-xyz23", view: waitingToken },
    appToken: waitingToken,
  });
  await page.getByRole("button", { name: "Generate app token now" }).click();
  await expect(page.getByText("abcde-fghjk-mnpqr-stuvw-xyz23")).toBeVisible();
  await expect(page.getByRole("button", { name: "Copy token" })).toBeVisible();
  await expect(page.locator("[data-token=waiting]")).toBeVisible();
  expect(argsOf(engine, "generate_token")).toEqual([{ replace: false }]);
  engine.answer({ appToken: provenToken, quickBooksConnection: calls });
  engine.emit("changed", {});
  await expect(page.locator("[data-token=proven]")).toBeVisible();
  await page.getByRole("link", { name: "Back", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "C. Shopify" })).toBeVisible();
  await page.goBack();
  await expect(page.locator("[data-token=proven]")).toBeVisible();
  await expect(page.getByText("abcde-fghjk-mnpqr-stuvw-xyz23")).toHaveCount(0);
});

test("a pasted token that is none says why at the field", async ({ page }) => {
  await open(page, "token", {
    appToken: noToken,
    pasteToken: new Refusal("token.wrong.short", { least: "8" }),
  });
  await page.getByText("From QuickBooks: Manage Web Apps").click();
  await page.getByLabel("App token").last().fill("abc");
  await next(page).click();
  await expect(page.getByRole("alert")).toContainText("too short");
  await expect(page.getByRole("heading", { level: 1, name: "D. Enter token" })).toBeVisible();
});

test("a token that is given is replaced only when she says so", async ({ page }) => {
  const engine = await open(page, "token", {
    generateToken: { token: "new-token", view: waitingToken },
  });
  await page.getByRole("button", { name: "Generate app token now" }).click();
  await expect(page.getByRole("dialog", { name: "Replace the app token?" })).toBeVisible();
  expect(argsOf(engine, "generate_token")).toEqual([]);
  await page.getByRole("button", { name: "Replace it" }).click();
  await expect(page.getByText("new-token")).toBeVisible();
  expect(argsOf(engine, "generate_token")).toEqual([{ replace: true }]);
});

test("the connection file is saved where she wants it", async ({ page }) => {
  const engine = await open(page, "token", { saveConnectorFile: null, revealFile: null });
  await page.getByRole("button", { name: "Save connection file…" }).click();
  await expect(page.getByText("Saved to")).toHaveCount(0);
  engine.answer({ saveConnectorFile: "C:\\Users\\Anna\\Desktop\\Tillbridge.qwc" });
  await page.getByRole("button", { name: "Save connection file…" }).click();
  await expect(page.getByText("Saved to C:\\Users\\Anna\\Desktop\\Tillbridge.qwc")).toBeVisible();
});

test("where the Web Connector is installed, it is opened with the connection file", async ({ page }) => {
  const engine = await open(page, "token", {
    connector: restingConnector,
    openConnectorFile: new Refusal("connector.cannot_open", { problem: "busy", file: "C:\\Tillbridge.qwc" }),
  });
  const program = page.getByRole("region", { name: "QuickBooks Web Connector" });
  await expect(program.getByRole("listitem")).toHaveText([
    "Installed, version 34.0.10003.40",
    "Not running",
    "Does not start with Windows",
  ]);
  await page.getByRole("button", { name: "Open in the Web Connector" }).press("Enter");
  await expect(page.getByRole("alert")).toContainText("take the file C:\\Tillbridge.qwc");
  await expect(page.getByRole("button", { name: "Save connection file…" })).toBeVisible();
  engine.answer({ openConnectorFile: null, connector: runningConnector });
  await page.getByRole("button", { name: "Open in the Web Connector" }).press("Enter");
  await expect(page.getByText("It asks whether to take Tillbridge.")).toBeVisible();
  await expect(program.getByRole("listitem")).toHaveText([
    "Installed, version 34.0.10003.40",
    "Running",
    "Starts with Windows",
  ]);
});

test("where the Web Connector is missing, that and what to do is said; where it can't be told, nothing", async ({
  page,
}) => {
  const engine = await open(page, "token", { connector: missingConnector });
  const program = page.getByRole("region", { name: "QuickBooks Web Connector" });
  await expect(program.getByRole("listitem")).toHaveText(["Not installed"]);
  await expect(program).toContainText("File > App Management > Update Web Services");
  await expect(page.getByRole("button", { name: "Open in the Web Connector" })).toHaveCount(0);
  engine.answer({ connector: settingUp().connector ?? missingConnector });
  await page.reload();
  await expect(page.getByRole("button", { name: "Save connection file…" })).toBeVisible();
  await expect(program).toHaveCount(0);
});

test("where QuickBooks is called on this computer, no token is asked for: its answer is the proof", async ({
  page,
}) => {
  const engine = await open(page, "token", {
    appToken: noToken,
    quickBooksConnection: notAskedYet,
    syncNow: null,
  });
  await expect(page.getByText("no app token and no Web Connector are needed")).toBeVisible();
  await expect(page.getByRole("button", { name: /token|connection file/ })).toHaveCount(0);
  await page.getByText("What to check").press("Enter");
  await expect(page.getByText("Auto-Run")).toHaveCount(0);
  await page.getByRole("button", { name: "Ask QuickBooks now" }).press("Enter");
  await expect.poll(() => argsOf(engine, "sync_now")).toHaveLength(1);
  engine.answer({ quickBooksConnection: { ...calls, connection: "request_processor" } });
  engine.emit("changed", {});
  await expect(page.getByText("QuickBooks answers")).toBeVisible();
  await next(page).click();
  await expect(page.getByRole("heading", { level: 1, name: "D. Account mapping" })).toBeVisible();
});

test("an account is found by its number among 220, and chosen", async ({ page }) => {
  const engine = await open(page, "accounts");
  const sales = page.getByRole("combobox", { name: "Account in QuickBooks for Sales" });
  await sales.fill("4010");
  await page.getByRole("option", { name: "Sales Income:Wholesale" }).click();
  await expect
    .poll(() => argsOf(engine, "choose_account"))
    .toEqual([{ key: "sales", fullName: "Sales Income:Wholesale" }]);
});

test("an account that does not fit is found, and says so instead of being chosen", async ({ page }) => {
  const engine = await open(page, "accounts");
  await page.getByRole("combobox", { name: "Account in QuickBooks for Sales" }).fill("5000");
  const option = page.getByRole("option", { name: "Cost of Goods Sold" });
  await expect(option).toContainText("does not fit here");
  await expect(option).toHaveAttribute("aria-disabled", "true");
  expect(argsOf(engine, "choose_account")).toEqual([]);
});

test("a proposal is accepted, an account is made, and all proposals are taken at once", async ({ page }) => {
  const engine = await open(page, "accounts");
  await page.getByRole("button", { name: "Accept Sales Income for Sales" }).click();
  await expect
    .poll(() => argsOf(engine, "choose_account"))
    .toEqual([{ key: "sales", fullName: "Sales Income" }]);
  await page.getByRole("button", { name: "Create the account Klarna Clearing" }).click();
  await expect.poll(() => argsOf(engine, "create_account")).toEqual([{ key: "gateways.klarna" }]);
  engine.answer({ categories: decidedCategories });
  await page.getByRole("button", { name: "Accept all 4 proposals" }).click();
  await expect(page.getByText("Every category that the shop uses has its account.")).toBeVisible();
});

test("only what needs a decision is shown, and what is decided does not vanish under her hands", async ({
  page,
}) => {
  const engine = await open(page, "accounts");
  await page.getByRole("switch", { name: "Only what needs a decision" }).check();
  await expect(page.locator("[data-category]")).toHaveCount(4);
  engine.answer({ categories: decidedCategories });
  engine.emit("changed", {});
  await expect(page.locator("[data-category=sales][data-state=fine]")).toBeVisible();
  await expect(page.locator("[data-category]")).toHaveCount(4);
});

test("categories are found by what is chosen for them", async ({ page }) => {
  await open(page, "accounts");
  await page.getByRole("searchbox").fill("Shopify Clearing");
  await expect(page.locator("[data-category]")).toHaveCount(1);
  await page.getByRole("searchbox").fill("no such thing");
  await page.getByRole("button", { name: "Show all" }).click();
  await expect(page.locator("[data-category=sales]")).toBeVisible();
});

test("a choice that is refused says why at the account", async ({ page }) => {
  await open(page, "accounts", {
    chooseAccount: new Refusal("mapping.inactive", { name: "Sales Income" }),
  });
  await page.getByRole("button", { name: "Accept Sales Income for Sales" }).click();
  await expect(page.locator("[data-category=sales]").getByRole("alert")).toContainText(
    "inactive in QuickBooks",
  );
});

test("detailed can't be chosen where the lists have no room, and where they have it can", async ({
  page,
}) => {
  const engine = await open(page, "modes");
  const customers = page.getByRole("group", { name: "Customers" });
  await expect(customers.getByRole("radio", { name: "Detailed" })).toBeDisabled();
  await expect(page.locator("[data-mode=customers]")).toContainText("15,360");
  engine.answer({
    modes: [{ ...modes[0], from: null, customers: "summary", inventory: "summary", vendors: "detailed" }],
  });
  await page.getByRole("group", { name: "Vendors" }).getByRole("radio", { name: "Detailed" }).check();
  await expect
    .poll(() => argsOf(engine, "choose_modes"))
    .toEqual([{ modes: { customers: "summary", inventory: "summary", vendors: "detailed" } }]);
  await expect(
    page.getByRole("group", { name: "Vendors" }).getByRole("radio", { name: "Detailed" }),
  ).toBeChecked();
});

test("a mode that is refused goes back to what counts", async ({ page }) => {
  await open(page, "modes", {
    chooseModes: new Refusal("ceilings.refused", {
      list: "items",
      total: "1",
      ceiling: "1",
      used: "1",
      would_add: "1",
    }),
  });
  const detailed = page.getByRole("group", { name: "Inventory" }).getByRole("radio", { name: "Detailed" });
  await detailed.click();
  await expect(page.getByRole("alert")).toBeVisible();
  await expect(detailed).not.toBeChecked();
});

test("Next takes over the purchasing source that is chosen", async ({ page }) => {
  const engine = await open(page, "purchasing", {
    pickArchive: "C:\\Stocky\\archive.zip",
    choosePurchasing: { ...purchasing, source: "archive", decided: true, path: "C:\\Stocky\\archive.zip" },
  });
  await page.getByText("A Stocky archive").click();
  await page.getByRole("button", { name: "Choose a file…" }).click();
  await expect(page.getByText("C:\\Stocky\\archive.zip")).toBeVisible();
  await next(page).click();
  await expect(page.getByRole("heading", { level: 1, name: "F. Preview and start" })).toBeVisible();
  expect(argsOf(engine, "choose_purchasing")).toEqual([
    { choice: { source: "archive", key: null, path: "C:\\Stocky\\archive.zip" } },
  ]);
});

test("a Stocky key that is refused keeps her here, with the reason", async ({ page }) => {
  await open(page, "purchasing", { choosePurchasing: new Refusal("stocky.retired", { problem: "410" }) });
  await page.getByText("Stocky API key").click();
  await page.getByLabel("Enter Stocky API key").fill("a-key");
  await next(page).click();
  await expect(page.getByRole("alert")).toContainText("31 August 2026");
  await expect(page.getByRole("heading", { level: 1, name: "E. Purchasing source" })).toBeVisible();
});

test("another start date works everything out anew", async ({ page }) => {
  const engine = await open(page, "preview");
  const before = argsOf(engine, "start_preview").length;
  await page.getByLabel("Start date").fill("2026-10-01");
  engine.answer({ plan: { ...plan, start_date: "2026-10-01" } });
  await page.getByRole("button", { name: "Work it out anew" }).click();
  await expect
    .poll(() => argsOf(engine, "choose_plan"))
    .toEqual([{ startDate: "2026-10-01", openingStock: true }]);
  await expect.poll(() => argsOf(engine, "start_preview").length).toBeGreaterThan(before);
  await expect(page.getByLabel("Start date")).toHaveValue("2026-10-01");
});

test("the start waits for its word, and is refused where the engine refuses it", async ({ page }) => {
  const engine = await open(page, "preview", {
    start: new Refusal("integration.started_before", { at: "today" }),
  });
  await page.getByRole("button", { name: "Start integration" }).click();
  const dialog = page.getByRole("dialog");
  const confirm = dialog.getByRole("button", { name: "Start integration" });
  await expect(dialog).toContainText("only once");
  await expect(confirm).toBeDisabled();
  await dialog.getByRole("textbox").fill("Harbour");
  await expect(confirm).toBeDisabled();
  await dialog.getByRole("textbox").fill("Harbour & Pine");
  await confirm.click();
  await expect(dialog.getByRole("alert")).toContainText("It can be done once");
  engine.answer({ start: underWay, setup: started, integration: underWay, overview });
  await confirm.click();
  await expect(page.getByRole("heading", { level: 1, name: "Integration under way" })).toBeVisible();
  await expect(page.getByText("About 17 minutes left")).toBeVisible();
});

test("what stands in the way leads to where it is put right", async ({ page }) => {
  await open(page, "preview", {
    startPreview: () => new Refusal("store.failed", { problem: "disk I/O error" }),
  });
  await expect(page.getByRole("alert")).toContainText("disk I/O error");
  await expect(page.getByRole("button", { name: "Start integration" })).toBeDisabled();
});

test("the integration is paused and goes on", async ({ page }) => {
  const engine = await serve(page, {
    ...settingUp(),
    setup: started,
    integration: underWay,
    overview,
    pause: null,
  });
  await page.goto("/#/setup");
  await expect(page.getByRole("button", { name: "Pause" })).toBeVisible();
  engine.answer({ integration: { ...underWay, paused: true } });
  await page.getByRole("button", { name: "Pause" }).click();
  await expect(page.getByText("Nothing is sent to QuickBooks until you let it go on.")).toBeVisible();
  engine.answer({ integration: underWay });
  await page.getByRole("button", { name: "Go on" }).click();
  await expect(page.getByRole("button", { name: "Pause" })).toBeVisible();
  expect(argsOf(engine, "pause")).toEqual([{ paused: true }, { paused: false }]);
});

/** Presses Tab until the focus is on `target`. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let presses = 0; presses < 150; presses += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error("Tab does not lead there");
}

test("the whole set-up is walked through by keyboard alone", async ({ page }) => {
  test.slow();
  const problems = watch(page);
  const engine = await open(page, "preflight");
  for (const step of STEPS.slice(0, -1)) {
    await expect(page.locator(`[data-step=${step}]`)).toBeVisible();
    if (step === "accounts") {
      await tabTo(page, page.getByRole("combobox", { name: "Account in QuickBooks for Sales" }));
      await page.keyboard.type("wholesale");
      await page.keyboard.press("Enter");
      await expect
        .poll(() => argsOf(engine, "choose_account"))
        .toEqual([{ key: "sales", fullName: "Sales Income:Wholesale" }]);
    }
    await tabTo(page, next(page));
    await page.keyboard.press("Enter");
  }
  await expect(page.locator("[data-step=preview]")).toBeVisible();
  await expect(page.getByText("48,210.35")).toBeVisible();
  await tabTo(page, page.getByRole("button", { name: "Start integration" }));
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog");
  await tabTo(page, dialog.getByRole("textbox"));
  await page.keyboard.type("Harbour & Pine");
  engine.answer({ setup: started, integration: underWay, overview });
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Integration under way" })).toBeVisible();
  expect(argsOf(engine, "start")).toEqual([{ typed: "Harbour & Pine" }]);
  expect(problems).toEqual([]);
});
