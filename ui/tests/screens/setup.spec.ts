import { expect, test, type Locator, type Page } from "@playwright/test";

import type { SetupStep } from "../../src/lib/backend/bindings";
import { overview, preferences } from "../fixtures/answers";
import { NEVER, Refusal, serve, type Answers, type FakeEngine } from "../fixtures/backend";
import {
  expectAccessible,
  expectNoSidewaysScroll,
  lookName,
  LOOKS,
  screenshot,
  watch,
  type Look,
} from "../fixtures/look";
import {
  decidedCategories,
  firstPreflight,
  manyCategories,
  message,
  missingConnector,
  noToken,
  notAskedYet,
  notCalledYet,
  obstructedPreview,
  purchasing,
  refusedToken,
  restingConnector,
  settingUp,
  setupAt,
  shopThatLacks,
  started,
  startPreview,
  taxedPreflight,
  underWay,
} from "../fixtures/setup";

const NOW = new Date("2026-11-27T14:56:40Z");

/** Opens a step of the set-up as it stands with these answers. */
async function open(page: Page, step: SetupStep, more: Answers = {}): Promise<FakeEngine> {
  await page.clock.setFixedTime(NOW);
  const engine = await serve(page, { ...settingUp(step), ...more });
  await page.goto(`/#/setup/${step}`);
  return engine;
}

/** Takes the picture of all of a page, however long it is. */
async function picture(page: Page, name: string): Promise<void> {
  const height = await page.evaluate(() => {
    const main = document.querySelector("main");
    return main === null ? 0 : main.scrollHeight - main.clientHeight;
  });
  const size = page.viewportSize() ?? { width: 960, height: 680 };
  await page.setViewportSize({ width: size.width, height: size.height + Math.min(height, 4000) });
  await screenshot(page, name);
  await page.setViewportSize(size);
}

interface State {
  name: string;
  step: SetupStep;
  answers: Answers;
  /** What is on screen when the state is. */
  seen: (page: Page) => Locator;
  /** What is done before it is looked at. */
  act?: (page: Page) => Promise<void>;
}

const inStep = (step: SetupStep, state = "open") => `[data-step=${step}][data-state=${state}]`;

const STATES: State[] = [
  {
    name: "preflight-first",
    step: "preflight",
    answers: { preflight: firstPreflight, shopConnection: null, quickBooksConnection: notCalledYet },
    seen: (page) => page.locator("[data-check=pos_migration]"),
  },
  {
    name: "preflight",
    step: "preflight",
    answers: {},
    seen: (page) => page.locator("[data-check=closing_date][data-finding=not_found]"),
  },
  {
    name: "tax-waiting",
    step: "tax",
    answers: {
      preflight: firstPreflight,
      quickBooksConnection: notCalledYet,
      setup: setupAt("tax", { tax: "waiting" }),
    },
    seen: (page) => page.locator(`${inStep("tax", "waiting")} [data-check=sales_tax]`),
  },
  {
    name: "tax",
    step: "tax",
    answers: {},
    seen: (page) => page.locator("[data-check=tax_item][data-finding=not_found]"),
  },
  {
    name: "tax-done",
    step: "tax",
    answers: { preflight: taxedPreflight, setup: setupAt("tax", { tax: "done" }) },
    seen: (page) => page.locator("[data-check=tax_item][data-finding=found]"),
  },
  {
    name: "shop-first",
    step: "shop",
    answers: { shopConnection: null },
    seen: (page) => page.getByText("read_inventory_shipments"),
  },
  {
    name: "shop-lacks",
    step: "shop",
    answers: { shopConnection: shopThatLacks, setup: setupAt("shop", { shop: "problem" }) },
    seen: (page) => page.getByText("read_all_orders").first(),
  },
  { name: "shop", step: "shop", answers: {}, seen: (page) => page.getByText("America/New_York") },
  {
    name: "token-first",
    step: "token",
    answers: { appToken: noToken, quickBooksConnection: notCalledYet },
    seen: (page) => page.locator("[data-token=not_given]"),
  },
  {
    name: "token-refused",
    step: "token",
    answers: {
      appToken: refusedToken,
      quickBooksConnection: {
        ...notCalledYet,
        last_call_at: "2026-11-27T14:52:00Z",
        reach: { state: "refused", at: "2026-11-27T14:52:00Z", message: refusedToken.refused },
      },
      setup: setupAt("token", { token: "problem" }),
    },
    seen: (page) => page.locator("[data-token=waiting]"),
  },
  {
    name: "token-connector-missing",
    step: "token",
    answers: { appToken: noToken, quickBooksConnection: notCalledYet, connector: missingConnector },
    seen: (page) => page.locator("[data-connector=not_found]"),
  },
  {
    name: "token-connector-resting",
    step: "token",
    answers: { appToken: noToken, quickBooksConnection: notCalledYet, connector: restingConnector },
    seen: (page) => page.locator("[data-connector=found]"),
  },
  {
    name: "token-not-needed",
    step: "token",
    answers: { appToken: noToken, quickBooksConnection: notAskedYet },
    seen: (page) => page.getByText("Ask QuickBooks now").or(page.getByText("Spør QuickBooks nå")),
  },
  { name: "token", step: "token", answers: {}, seen: (page) => page.locator("[data-token=proven]") },
  {
    name: "accounts",
    step: "accounts",
    answers: {},
    seen: (page) => page.locator("[data-category=sales][data-state=problem]"),
  },
  {
    name: "accounts-done",
    step: "accounts",
    answers: { categories: decidedCategories, setup: setupAt("accounts", { accounts: "done" }) },
    seen: (page) => page.locator("[data-category=sales][data-state=fine]"),
  },
  {
    name: "accounts-many",
    step: "accounts",
    answers: { categories: manyCategories },
    seen: (page) => page.locator("[data-category='by_product_type.Type 60']"),
  },
  {
    name: "accounts-empty",
    step: "accounts",
    answers: {
      categories: [],
      chart: [],
      quickBooksConnection: notCalledYet,
      setup: setupAt("accounts", { accounts: "waiting" }),
    },
    seen: (page) => page.locator(inStep("accounts", "waiting")),
  },
  { name: "modes", step: "modes", answers: {}, seen: (page) => page.locator("[data-list=names]") },
  {
    name: "modes-waiting",
    step: "modes",
    answers: {
      ceilings: null,
      quickBooksConnection: notCalledYet,
      setup: setupAt("modes", { modes: "waiting" }),
    },
    seen: (page) => page.locator(inStep("modes", "waiting")),
  },
  {
    name: "purchasing",
    step: "purchasing",
    answers: {},
    seen: (page) => page.getByRole("radio").nth(3),
  },
  {
    name: "purchasing-stocky",
    step: "purchasing",
    answers: {
      purchasing: {
        ...purchasing,
        source: "stocky",
        decided: true,
        has_key: true,
        problem: message("stocky.retired", { problem: "410 Gone" }),
      },
    },
    seen: (page) => page.locator("input[type=password]"),
  },
  {
    name: "purchasing-archive",
    step: "purchasing",
    answers: {
      purchasing: {
        ...purchasing,
        source: "archive",
        decided: true,
        path: "C:\\Users\\Anna\\Documents\\stocky-rescue-2026-08-30.zip",
      },
    },
    seen: (page) => page.getByText("stocky-rescue-2026-08-30.zip"),
  },
  {
    name: "preview",
    step: "preview",
    answers: {},
    seen: (page) => page.getByText("48,210.35").or(page.getByText("48 210,35")),
  },
  {
    name: "preview-obstructed",
    step: "preview",
    answers: { startPreview: obstructedPreview },
    seen: (page) => page.locator("a[href='#/setup/tax']").last(),
  },
  {
    name: "preview-empty",
    step: "preview",
    answers: { startPreview: { ...startPreview, counts: [], ready: 0, held: 0, held_by: [], effect: [] } },
    seen: (page) => page.locator(`${inStep("preview")} button`).last(),
  },
  {
    name: "preview-confirm",
    step: "preview",
    answers: {},
    act: (page) =>
      page
        .locator(`${inStep("preview")} button`)
        .last()
        .click(),
    seen: (page) => page.getByRole("dialog"),
  },
  {
    name: "started",
    step: "preview",
    answers: { setup: started, integration: underWay, overview },
    seen: (page) => page.locator("[data-stage=history]"),
  },
  {
    name: "started-paused",
    step: "preview",
    answers: {
      setup: started,
      integration: { ...underWay, stage: "beginning", paused: true, minutes_left: null },
      overview: { ...overview, paused: true },
    },
    seen: (page) => page.locator("[data-stage=beginning]"),
  },
  {
    name: "done",
    step: "preview",
    answers: {
      setup: started,
      integration: { ...underWay, stage: "done", done_at: "2026-11-27T15:20:00Z" },
      overview,
    },
    seen: (page) => page.locator("[data-stage=done]"),
  },
  {
    name: "loading",
    step: "accounts",
    answers: { categories: NEVER },
    seen: (page) => page.locator(`${inStep("accounts")} [role=status]`).first(),
  },
  {
    name: "error",
    step: "modes",
    answers: { modes: new Refusal("store.failed", { problem: "disk I/O error" }) },
    seen: (page) => page.getByRole("alert"),
  },
];

async function lookAt(page: Page, state: State, look: Look): Promise<void> {
  const problems = watch(page);
  await page.setViewportSize(look);
  await open(page, state.step, { ...state.answers, preferences: { ...preferences, ...look } });
  await state.act?.(page);
  await expect(state.seen(page)).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("lang", look.language);
  await expectNoSidewaysScroll(page);
  await expectAccessible(page);
  await picture(page, `setup-${state.name}-${lookName(look)}`);
  expect(problems).toEqual([]);
}

for (const state of STATES) {
  for (const look of LOOKS) {
    test(`the set-up reads well: ${state.name}, ${lookName(look)}`, async ({ page }) => {
      // A long list takes axe its time.
      if (state.step === "accounts") test.slow();
      await lookAt(page, state, look);
    });
  }
}
