import { expect, test } from "@playwright/test";

import { overview, preferences } from "../fixtures/answers";
import { NEVER, Refusal, serve } from "../fixtures/backend";
import {
  expectAccessible,
  expectNoSidewaysScroll,
  lookName,
  LOOKS,
  screenshot,
  watch,
} from "../fixtures/look";
import { bundle, modes, PLACES, quickbooks, request, settled, shop, versions } from "../fixtures/settings";

const NOW = new Date("2026-11-27T14:56:40Z");

for (const look of LOOKS) {
  for (const place of PLACES) {
    test(`${place} reads well: ${lookName(look)}`, async ({ page }) => {
      const problems = watch(page);
      await page.setViewportSize(look);
      await page.clock.setFixedTime(NOW);
      await serve(page, { ...settled, preferences: { ...preferences, ...look } });
      await page.goto(`/#/settings/${place}`);
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      await expect(page.getByRole("main").getByText(/Loading|Laster/)).toHaveCount(0);
      await expectNoSidewaysScroll(page);
      await expectAccessible(page);
      await screenshot(page, `settings-${place.replace("/", "-")}-${lookName(look)}`);
      expect(problems).toEqual([]);
    });
  }
}

test("in a narrow window the sections are a list, and each leads back to it", async ({ page }) => {
  await page.setViewportSize({ width: 480, height: 600 });
  await serve(page, settled);
  await page.goto("/#/settings");
  await expect(page.getByRole("navigation", { name: "Sections" }).getByRole("link")).toHaveCount(9);
  await expectNoSidewaysScroll(page);
  await expectAccessible(page);
  await screenshot(page, "settings-list");
  await page.getByRole("link", { name: "Backups" }).press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Backups" })).toBeFocused();
  await page.getByRole("main").getByRole("link", { name: "Settings" }).press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Settings" })).toBeFocused();
});

test("in a wide window the list of sections stays beside the section", async ({ page }) => {
  await serve(page, settled);
  await page.goto("/#/settings");
  await expect(page.getByRole("heading", { level: 1, name: "General" })).toBeVisible();
  const list = page.getByRole("navigation", { name: "Sections" });
  await expect(list.getByRole("link", { name: "General" })).toHaveAttribute("aria-current", "page");
  await list.getByRole("link", { name: "About" }).press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "About" })).toBeFocused();
  await expect(list.getByRole("link", { name: "About" })).toHaveAttribute("aria-current", "page");
});

test("the language changes by keyboard alone, at once", async ({ page }) => {
  const engine = await serve(page, settled);
  const kept = { ...preferences, language: "nb" as const };
  engine.answer({
    setPreferences: () => {
      engine.answer({ preferences: kept });
      return kept;
    },
  });
  await page.goto("/#/settings/general");
  const language = page.getByRole("combobox", { name: "Language" });
  await language.focus();
  await page.keyboard.type("Norsk");
  await expect(page.getByRole("heading", { level: 1, name: "Generelt" })).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("lang", "nb");
  await expect(page.getByRole("combobox", { name: "Språk" })).toBeFocused();
  expect(engine.asked).toContainEqual({
    command: "set_preferences",
    args: { preferences: { ...kept, start_with_system: false } },
  });
});

test("a choice that can't be saved goes back to what is kept, and says why", async ({ page }) => {
  await serve(page, { ...settled, setPreferences: new Refusal("store.locked") });
  await page.goto("/#/settings/general");
  const notifications = page.getByRole("switch", { name: "Notifications" });
  await expect(notifications).toBeChecked();
  await notifications.press("Space");
  await expect(page.getByRole("alert")).toContainText("Another Tillbridge");
  await expect(notifications).toBeChecked();
  await page.getByRole("combobox", { name: "Appearance" }).selectOption("dark");
  await expect(page.getByRole("combobox", { name: "Appearance" })).toHaveValue("light");
  await expectAccessible(page);
  await screenshot(page, "settings-not-saved");
});

test("what Windows has switched off is shown as off, with where to switch it on", async ({ page }) => {
  const blocked = { ...preferences, start_with_system: "switched_off_by_system" as const };
  const engine = await serve(page, { ...settled, preferences: blocked, setPreferences: blocked });
  await page.goto("/#/settings/general");
  const start = page.getByRole("switch", { name: "Start with Windows" });
  await expect(start).not.toBeChecked();
  await expect(start).toBeDisabled();
  await expect(page.getByText("Settings > Apps > Startup")).toBeVisible();
  await expectAccessible(page);
  await screenshot(page, "settings-start-blocked");
  // Another choice does not take back what she once asked for.
  await page.getByRole("switch", { name: "Notifications" }).press("Space");
  await expect
    .poll(() => engine.asked.find(({ command }) => command === "set_preferences")?.args)
    .toMatchObject({ preferences: { notifications: false, start_with_system: true } });
});

test("a computer that can't start it says so", async ({ page }) => {
  await serve(page, { ...settled, preferences: { ...preferences, start_with_system: "not_available" } });
  await page.goto("/#/settings/general");
  await expect(page.getByRole("switch", { name: "Start with Windows" })).toBeDisabled();
  await expect(page.getByText("This computer does not offer it.")).toBeVisible();
});

test("another way into the shop is kept only when the shop lets it in", async ({ page }) => {
  const engine = await serve(page, {
    ...settled,
    connectShop: new Refusal("shop.sign_in", { problem: "401" }),
  });
  await page.goto("/#/settings/connections/shop");
  await page.getByRole("button", { name: "Change sign-in" }).click();
  const dialog = page.getByRole("dialog", { name: "Change sign-in" });
  await dialog.getByLabel("Client secret").fill("shpss_wrong");
  await dialog.getByRole("button", { name: "Sign in again" }).click();
  await expect(dialog.getByRole("alert")).toContainText("Shopify refused the sign-in");
  await expectAccessible(page);
  await screenshot(page, "settings-shop-refused");
  engine.answer({ connectShop: shop });
  await dialog.getByRole("button", { name: "Sign in again" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText("Signed in: this is used from now on")).toBeVisible();
});

test("what the shop's app may not do is named", async ({ page }) => {
  await serve(page, {
    ...settled,
    shopConnection: {
      ...shop,
      missing: [
        { code: "shop.missing_scope", facts: { scope: "read_orders" } },
        { code: "shop.stock_scope", facts: { scope: "read_inventory" } },
      ],
      problem: { code: "shop.offline", facts: { problem: "timeout" } },
    },
  });
  await page.goto("/#/settings/connections/shop");
  await expect(page.getByText("read_inventory")).toBeVisible();
  await expect(page.getByRole("alert")).toContainText("could not be reached");
  await expectAccessible(page);
  await screenshot(page, "settings-shop-missing");
});

test("a refused QuickBooks says what was wrong; a revoked token is asked about first", async ({ page }) => {
  const engine = await serve(page, {
    ...settled,
    appToken: {
      stage: "waiting",
      message: { code: "token.waiting", facts: {} },
      refused: { code: "token.refused.quotes", facts: { count: "3", last: "14:40" } },
      place: "",
    },
    quickBooksConnection: {
      ...quickbooks,
      company_file: null,
      product: null,
      release: null,
      last_call_at: null,
      reach: { state: "waiting", at: null, message: null },
    },
    revokeToken: {
      stage: "not_given",
      message: { code: "token.not_given", facts: {} },
      refused: null,
      place: "",
    },
  });
  await page.goto("/#/settings/connections/quickbooks");
  await expect(
    page.getByText("between quotation marks").or(page.getByText("in quotation marks")),
  ).toBeVisible();
  await expectAccessible(page);
  await screenshot(page, "settings-quickbooks-refused");
  await page.getByRole("button", { name: "Revoke…" }).click();
  const dialog = page.getByRole("dialog", { name: "Revoke the app token?" });
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "Revoke the app token" }).click();
  await expect(page.getByText("The app token is revoked")).toBeVisible();
  expect(engine.asked.map(({ command }) => command)).toContain("revoke_token");
});

test("a QuickBooks that is called on this computer has no token and no address", async ({ page }) => {
  await serve(page, { ...settled, quickBooksConnection: { ...quickbooks, connection: "request_processor" } });
  await page.goto("/#/settings/connections/quickbooks");
  await expect(page.getByRole("button", { name: "Ask QuickBooks now" })).toBeVisible();
  await expect(page.getByText("Where the Web Connector calls")).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Revoke…" })).toHaveCount(0);
  await expectAccessible(page);
});

test("a connection's tab has an address of its own", async ({ page }) => {
  await serve(page, settled);
  await page.goto("/#/settings/connections");
  await page.getByRole("tab", { name: "Shopify" }).focus();
  await page.keyboard.press("ArrowRight");
  await expect(page).toHaveURL(/#\/settings\/connections\/quickbooks$/);
  await expect(page.getByText(quickbooks.address)).toBeVisible();
});

test("an address asks for a category; another account is confirmed with what it changes", async ({
  page,
}) => {
  const engine = await serve(page, settled);
  await page.goto("/#/settings/mapping?category=gateways.klarna");
  const category = page.getByRole("group", { name: "Payments through klarna" });
  await expect(category.getByRole("combobox")).toBeFocused();
  await page.keyboard.press("Escape");
  await category.getByRole("button", { name: /Accept Klarna Clearing/ }).click();
  const dialog = page.getByRole("dialog", { name: "Payments through klarna" });
  await expect(dialog.getByText("posted entries stay as they are")).toBeVisible();
  await expectAccessible(page);
  await screenshot(page, "settings-mapping-preview");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  expect(engine.asked.map(({ command }) => command)).not.toContain("choose_account");
  await category.getByRole("button", { name: /Accept Klarna Clearing/ }).click();
  await dialog.getByRole("button", { name: "Use this" }).click();
  await expect(page.getByText("Kept: it counts from now on")).toBeVisible();
  await expect(dialog).toBeHidden();
  expect(engine.asked).toContainEqual({
    command: "choose_account",
    args: { key: "gateways.klarna", fullName: "Klarna Clearing" },
  });
});

test("a preview that can't be made lets nothing be chosen", async ({ page }) => {
  await serve(page, { ...settled, chooseAccountPreview: new Refusal("mapping.lists_not_read") });
  await page.goto("/#/settings/mapping");
  await page.getByRole("button", { name: /Accept Klarna Clearing/ }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("alert")).toContainText("QuickBooks has not told its lists yet");
  await expect(dialog.getByRole("button", { name: "Use this" })).toBeDisabled();
});

test("the history of the mapping shows before and after, the newest first, and all of it when asked", async ({
  page,
}) => {
  const many = Array.from({ length: 12 }, (_, index) => ({
    version: index + 4,
    at: "2026-11-21T10:00:00Z",
    why: { code: "mapping.why_chosen", facts: {} },
    changes: [{ key: "tips", before: `Tips ${index.toString()}`, after: `Tips ${(index + 1).toString()}` }],
  }));
  await serve(page, { ...settled, mappingHistory: [...versions, ...many] });
  await page.goto("/#/settings/mapping");
  const history = page.locator("section", {
    has: page.getByRole("heading", { name: "What was changed, and when" }),
  });
  await expect(history.getByText(/^Version/)).toHaveText([/15/, /14/, /13/, /12/, /11/]);
  await history.getByRole("button", { name: "Show 10 older versions" }).click();
  await expect(history.getByText(/^Version/)).toHaveCount(15);
  await expectAccessible(page);
});

test("before the start, mapping and modes lead to the set-up", async ({ page }) => {
  await serve(page, { ...settled, overview: { ...overview, integration: "not_started" } });
  await page.goto("/#/settings/modes");
  await expect(page.getByRole("link", { name: "Go to the set-up" })).toHaveAttribute("href", "#/setup/modes");
  await expect(page.getByRole("button", { name: /See what changes/ })).toHaveCount(0);
});

test("modes change from a day that has not begun, with what that comes to", async ({ page }) => {
  await page.clock.setFixedTime(NOW);
  const engine = await serve(page, settled);
  engine.answer({
    changeModes: () => {
      const planned = {
        from: "2026-12-01",
        customers: "summary" as const,
        inventory: "summary" as const,
        vendors: "detailed" as const,
      };
      engine.answer({ modes: [...modes, planned] });
      return [...modes, planned];
    },
  });
  await page.goto("/#/settings/modes");
  const see = page.getByRole("button", { name: /See what changes/ });
  await expect(see).toBeDisabled();
  await page.getByRole("group", { name: "Inventory" }).getByRole("radio", { name: "Summary" }).check();
  await page.getByLabel("From the day").fill("2026-11-27");
  await expect(page.getByRole("alert")).toContainText("Nov 28, 2026 at the earliest");
  await expect(see).toBeDisabled();
  await page.getByLabel("From the day").fill("2026-12-01");
  await see.click();
  const dialog = page.getByRole("dialog", { name: "Change modes from Dec 1, 2026?" });
  await expect(dialog.getByRole("row", { name: "Entries in the books 455 30" })).toBeVisible();
  await expectAccessible(page);
  await screenshot(page, "settings-modes-preview");
  await dialog.getByRole("button", { name: "Change modes" }).click();
  await expect(page.getByText("Modes change from Dec 1, 2026")).toBeVisible();
  await expect(page.getByRole("row", { name: /Dec 1, 2026 Planned/ })).toBeVisible();
  expect(engine.asked).toContainEqual({
    command: "change_modes",
    args: {
      from: "2026-12-01",
      modes: { customers: "summary", inventory: "summary", vendors: "detailed" },
    },
  });
});

test("modes for which QuickBooks has no room are refused with the reason", async ({ page }) => {
  await page.clock.setFixedTime(NOW);
  await serve(page, { ...settled, modesPreview: new Refusal("modes.begun", { from: "x", today: "y" }) });
  await page.goto("/#/settings/modes");
  await page.getByRole("group", { name: "Inventory" }).getByRole("radio", { name: "Summary" }).check();
  await page.getByRole("button", { name: /See what changes/ }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("alert")).toContainText("Modes change from a day that has not begun");
  await expect(dialog.getByRole("button", { name: "Change modes" })).toBeDisabled();
});

test("a backup is made at once, and a refusal is said where it happened", async ({ page }) => {
  const engine = await serve(page, { ...settled, backups: [], backUpNow: [] });
  await page.goto("/#/settings/backups");
  await expect(page.getByText("No backup yet")).toBeVisible();
  await expectAccessible(page);
  await screenshot(page, "settings-backups-empty");
  await page.getByRole("button", { name: "Back up now" }).press("Enter");
  await expect(page.getByText("Backed up", { exact: true })).toBeVisible();
  engine.answer({ backUpNow: new Refusal("store.not_writable", { folder: "D:\\Books" }) });
  await page.getByRole("button", { name: "Back up now" }).press("Enter");
  await expect(page.getByRole("alert")).toContainText("D:\\Books");
});

test("the diagnostics file is read word for word and saved, by keyboard alone", async ({ page }) => {
  const path = "C:\\Users\\Mary\\Desktop\\tillbridge-diagnostics.zip";
  const engine = await serve(page, { ...settled, saveDiagnostics: path, revealFile: null });
  await page.goto("/#/settings/support");
  await expect(page.getByRole("button", { name: "Save as a zip file" })).toHaveCount(0);
  await page.getByRole("button", { name: "Show what it would hold" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "3 files" })).toBeVisible();
  const log = page.locator("summary", { hasText: "tillbridge.log" });
  await expect(log).toContainText("300 lines");
  await log.focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("region", { name: "tillbridge.log" })).toHaveText(bundle[1]?.text ?? "");
  await expectAccessible(page);
  await screenshot(page, "settings-support-bundle");
  await page.getByRole("button", { name: "Save as a zip file" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByText(path)).toBeVisible();
  await page.getByRole("button", { name: "Show in folder" }).focus();
  await page.keyboard.press("Enter");
  await expect.poll(() => engine.asked).toContainEqual({ command: "reveal_file", args: { path } });
  await expectAccessible(page);
  await screenshot(page, "settings-support-saved");
});

test("a bundle that is gathered, refused, or not saved after all says so", async ({ page }) => {
  const engine = await serve(page, { ...settled, diagnostics: NEVER });
  await page.goto("/#/settings/support");
  await page.getByRole("button", { name: "Show what it would hold" }).click();
  await expect(page.getByText("Gathering…")).toBeAttached();
  engine.answer({ diagnostics: new Refusal("store.failed", { problem: "disk I/O error" }) });
  await page.reload();
  await page.getByRole("button", { name: "Show what it would hold" }).click();
  await expect(page.getByRole("alert")).toContainText("disk I/O error");
  engine.answer({ diagnostics: bundle, saveDiagnostics: null });
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("button", { name: "Save as a zip file" }).click();
  await expect.poll(() => engine.asked.map(({ command }) => command)).toContain("save_diagnostics");
  await expect(page.getByText("Attach it to your message")).toHaveCount(0);
});

test("a reset takes a code and a typed word, and tells what came of it", async ({ page }) => {
  const engine = await serve(page, { ...settled, reset: new Refusal("reset.used") });
  await page.goto("/#/settings/reset");
  await expect(page.getByText(request.request)).toBeVisible();
  const open = page.getByRole("button", { name: "Reset the integration…" });
  await expect(open).toBeDisabled();
  const code = page.getByLabel("Code from support");
  await code.fill("AAAA-BBBB");
  await open.click();
  const dialog = page.getByRole("dialog", { name: "Reset the integration?" });
  const confirm = dialog.getByRole("button", { name: "Reset the integration" });
  await expect(confirm).toBeDisabled();
  await dialog.getByLabel("Type RESET to go on").fill("RESET");
  await expectAccessible(page);
  await screenshot(page, "settings-reset-confirm");
  await confirm.click();
  await expect(page.getByRole("alert")).toContainText("The code was used before");
  await expect(code).toHaveValue("AAAA-BBBB");
  await expectAccessible(page);
  await screenshot(page, "settings-reset-refused");

  engine.answer({ reset: { code: "reset.done", facts: { count: "1", backup: "C:\\backup.db" } } });
  await open.click();
  await dialog.getByLabel("Type RESET to go on").fill("RESET");
  await confirm.click();
  await expect(page.getByText("The integration is open again")).toBeVisible();
  await expect(page.getByText("Nothing in QuickBooks was touched, and what is posted")).toBeVisible();
  await expect(page.getByRole("link", { name: "Go to the set-up" })).toBeVisible();
  await expect(code).toHaveValue("");
  await screenshot(page, "settings-reset-done");
});

test("where there is nothing to reset, that is what is said", async ({ page }) => {
  await serve(page, { ...settled, resetRequest: new Refusal("reset.not_paired") });
  await page.goto("/#/settings/reset");
  await expect(page.getByRole("alert")).toContainText("There is nothing to reset");
  await expectAccessible(page);
});

test("what had to be mended at the start is told, and the data folder opens", async ({ page }) => {
  const engine = await serve(page, {
    ...settled,
    about: {
      version: "0.1.0",
      data_folder: "C:\\Users\\Mary\\AppData\\Local\\Tillbridge",
      licence: "MIT OR Apache-2.0",
      notice: { code: "store.restored", facts: { damaged: "tillbridge.db", backup: "tillbridge-1.db" } },
    },
    openFolder: null,
  });
  await page.goto("/#/settings/about");
  await expect(page.getByText("restored from tillbridge-1.db")).toBeVisible();
  await page.getByRole("button", { name: "Open the data folder" }).press("Enter");
  await expect.poll(() => engine.asked).toContainEqual({ command: "open_folder", args: { which: "data" } });
  await expectAccessible(page);
  await screenshot(page, "settings-about-notice");
});
