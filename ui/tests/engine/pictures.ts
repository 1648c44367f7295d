/** Pictures of every screen over the real engine and simulated data, in both languages and themes: `cargo xtask screenshots`. */
import { expect, test, type Page } from "@playwright/test";

import type { Language, Theme } from "../../src/lib/backend/bindings";
import { PLACES } from "../fixtures/settings";
import { Twin, type Seed } from "./twin";

const FOLDER = "dist-screens/engine";
const LANGUAGES: [Language, string][] = [
  ["en", "en-US"],
  ["nb", "nb-NO"],
];
const THEMES: Theme[] = ["light", "dark"];

interface Picture {
  name: string;
  /** The address of the screen, where it does not depend on what is in the history. */
  at: string | ((twin: Twin) => Promise<string>);
  /** What is done before the picture is taken. */
  act?: (page: Page) => Promise<void>;
  /** Whether the whole of a long page is taken and not only what a window shows. */
  whole?: boolean;
}

const steps = ["preflight", "tax", "shop", "token", "accounts", "modes", "purchasing", "preview"];

async function newest(twin: Twin, kind: "sales_receipt" | "credit_memo"): Promise<string> {
  const query = { states: ["posted"], kinds: [kind], from: null, to: null, text: null, run: null };
  const { rows } = await twin.ask("entries", { query, offset: 0, limit: 1 });
  return encodeURIComponent(rows[0]?.key ?? "");
}

async function batch(twin: Twin): Promise<string> {
  const { rows } = await twin.ask("runs", { offset: 0, limit: 100 });
  return rows.find((run) => run.posted > 0)?.id ?? "";
}

const WORLDS: { name: string; seed: Seed; held?: boolean; pictures: Picture[] }[] = [
  {
    name: "begin",
    seed: "ready",
    pictures: ["preflight", "tax", "shop", "token"].map((step) => ({
      name: `setup-first-${step}`,
      at: `setup/${step}`,
      whole: true,
    })),
  },
  {
    name: "onboarded",
    seed: "onboarded",
    pictures: [
      ...steps.map((step) => ({ name: `setup-${step}`, at: `setup/${step}`, whole: step !== "accounts" })),
      {
        name: "setup-start",
        at: "setup/preview",
        act: async (page) => {
          await page.locator("[data-step=preview] button").last().click();
          await expect(page.getByRole("dialog")).toBeVisible();
        },
      },
    ],
  },
  {
    name: "running",
    seed: "running",
    pictures: [
      { name: "home", at: "home", whole: true },
      { name: "setup-done", at: "setup", whole: true },
      { name: "history-entries", at: "history/entries" },
      { name: "history-runs", at: "history/runs" },
      { name: "history-documents", at: "history/documents" },
      {
        name: "history-entry",
        at: async (twin) => `history/entries/${await newest(twin, "sales_receipt")}`,
        whole: true,
      },
      {
        name: "history-undo",
        at: async (twin) => `history/entries/${await newest(twin, "sales_receipt")}`,
        act: async (page) => {
          await page.getByRole("button", { name: /^(Undo|Angre)$/ }).click();
          await expect(page.getByRole("dialog").getByRole("table")).toBeVisible();
        },
      },
      { name: "history-run", at: async (twin) => `history/runs/${await batch(twin)}` },
      { name: "attention-none", at: "attention" },
      ...PLACES.map((section) => ({
        name: `settings-${section.replace("/", "-")}`,
        at: `settings/${section}`,
        whole: section !== "mapping",
      })),
      {
        name: "settings-support-bundle",
        at: "settings/support",
        act: async (page) => {
          await page
            .getByRole("button", { name: /^(Show what it would hold|Vis hva den ville inneholde)$/ })
            .click();
          await expect(page.getByRole("button", { name: /(Save|Lagre)/ }).first()).toBeVisible();
        },
      },
    ],
  },
  {
    name: "held",
    seed: "running",
    held: true,
    pictures: [
      { name: "home-attention", at: "home", whole: true },
      { name: "attention", at: "attention" },
      {
        name: "attention-choose",
        at: "attention",
        act: async (page) => {
          await page
            .getByRole("button", { name: /^(Choose an account|Velg konto)$/ })
            .last()
            .click();
          const dialog = page.getByRole("dialog");
          await dialog.getByRole("combobox").fill("clearing");
          await page.getByRole("option").first().click();
          await expect(dialog.getByRole("button", { name: /\d/ }).last()).toBeEnabled();
        },
      },
      { name: "history-held", at: "history/entries?state=held" },
    ],
  },
];

for (const world of WORLDS) {
  test(`pictures: ${world.name}`, async ({ browser }) => {
    test.setTimeout(900_000);
    const twin = await Twin.start({ seed: world.seed, everyMs: 1000 });
    try {
      if (world.held === true) {
        await twin.deactivateAccount("Shopify Payments Clearing");
        await twin.atShop({ orders: 4 });
        await twin.ask("syncNow");
        await expect
          .poll(async () => (await twin.ask("overview")).status.held, { timeout: 60_000 })
          .toBeGreaterThan(0);
      }
      for (const [language, locale] of LANGUAGES) {
        // The browser writes dates in its own fields.
        const page = await browser.newPage({ locale, timezoneId: "America/New_York" });
        await twin.showAsOnWindows(page);
        for (const theme of THEMES) {
          await twin.ask("setPreferences", {
            preferences: { language, theme, notifications: true, start_with_system: false },
          });
          for (const picture of world.pictures) {
            await take(page, twin, picture, `${picture.name}-${language}-${theme}`);
          }
        }
        await page.close();
      }
    } finally {
      await twin.stop();
    }
  });
}

async function take(
  page: Page,
  twin: Twin,
  { at, act, whole = false }: Picture,
  name: string,
): Promise<void> {
  const size = { width: 1040, height: 720 };
  await page.setViewportSize(size);
  await page.goto("about:blank");
  await page.goto(`${twin.url}/#/${typeof at === "string" ? at : await at(twin)}`);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  // What is still awaited is no picture of the screen.
  await expect(page.locator("[role=status] [aria-hidden=true].bg-edge")).toHaveCount(0);
  await act?.(page);
  if (whole) {
    const more = await page.locator("main").evaluate((main) => main.scrollHeight - main.clientHeight);
    await page.setViewportSize({ ...size, height: size.height + Math.min(Math.max(more, 0), 2400) });
  }
  await page.mouse.move(0, 0);
  await page.waitForTimeout(300);
  await page.screenshot({ path: `${FOLDER}/${name}.png`, animations: "disabled" });
}
