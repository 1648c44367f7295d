// The whole life of an installation in the real window, in both languages: onboarding that is left midway and resumed by
// another process, the start, history, a held entry released, a batch undone. Usage as in `window.test.mjs`.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { Computer, until } from "./app.mjs";

const LANGUAGES = { en: "C", nb: "nb_NO.UTF-8" };

/** What the window says in a language, from its catalogue; of a plural the form for `count`. */
async function sayings(language) {
  const read = async (path) => JSON.parse(await readFile(new URL(path, import.meta.url), "utf8"));
  const window = await read(`../../ui/messages/${language}.json`);
  const engine = await read(`../../crates/sync/messages/${language}.json`);
  return (key, facts = {}) => {
    const saying = window[key] ?? engine[key];
    assert.ok(saying, `no saying ${key}`);
    const forms = Array.isArray(saying) ? saying[0].match : { "": saying };
    const text = (facts.count === 1 && forms["plural=one"]) || Object.values(forms).at(-1);
    return Object.entries(facts).reduce((said, [name, fact]) => said.replaceAll(`{${name}}`, fact), text);
  };
}

/** Controls whose name begins so. */
const beginning = (text) => new RegExp(`^${text.replaceAll(/[^\p{L}\p{N} ]/gu, "\\$&")}`, "u");

for (const [language, locale] of Object.entries(LANGUAGES)) {
  test(`an installation's life, in the language ${language}`, async (t) => {
    const say = await sayings(language);
    const computer = await Computer.start({ world: true, locale });
    t.after(() => computer.stop());
    let page = await computer.open();
    const { world } = computer;

    const ask = async (command, args = {}) => {
      const { answer, refusal } = await page.executeAsync(
        "const [command, args, done] = arguments;" +
          "window.__TAURI_INTERNALS__.invoke(command, args).then((answer) => done({ answer }), (refusal) => done({ refusal }));",
        command,
        args,
      );
      assert.equal(refusal, undefined);
      return answer;
    };
    const entries = (state) =>
      ask("entries", {
        query: { states: [state], kinds: [], from: null, to: null, text: null, run: null },
        offset: 0,
        limit: 10,
      });
    const next = async (step) => {
      await page.press(say("setup_next"));
      await page.find(`[data-step=${step}]`);
    };

    await t.test("the set-up begins, in the language that is chosen", async () => {
      await page.find("[data-step=preflight]");
      // Whether the computer itself speaks it depends on what is installed there.
      const preferences = { language, theme: "system", notifications: true, start_with_system: false };
      await ask("set_preferences", { preferences });
      await until(
        "the page speaks it",
        async () => (await page.execute("return document.documentElement.lang;")) === language,
      );
      await page.press(say("setup_confirm_no_pos"));
      await page.find("[data-check=pos_migration][data-finding=found]");
      await next("tax");
      await next("shop");
    });

    await t.test("the shop is signed in to", async () => {
      const { address, client_id, client_secret } = world.shop;
      await page.fill(say("setup_shop_address"), address);
      await page.fill(say("setup_shop_client_id"), client_id);
      await page.fill(say("setup_shop_secret"), client_secret);
      await next("token");
    });

    await t.test("the app is closed midway; another process goes on where it was", async () => {
      await computer.close();
      page = await computer.open();
      await page.find("[data-step=token]");
    });

    await t.test("QuickBooks signs in with the token that was made", async () => {
      await page.press(say("setup_token_generate"));
      const token = await page.text("[data-step=token] code.text-base");
      await world.connector({ password: token.trim(), every_ms: 500 });
      await page.find("[data-token=proven]");
      await next("accounts");
    });

    await t.test("accounts, modes and purchases are chosen", async () => {
      await page.press(beginning(say("setup_categories_accept_all", { count: 7 }).split("{")[0]));
      await until("every category is decided", async () =>
        (await ask("categories")).every(({ state }) => state !== "problem"),
      );
      await next("modes");
      await page.find("[data-list=names]");
      await next("purchasing");
      await page.press(beginning(say("setup_purchasing_none")));
      await next("preview");
    });

    await t.test("the integration is started by typing the company's name, and runs to its end", async () => {
      await page.says(say("setup_preview_effect"));
      const { confirm_with: word } = await ask("start_preview");
      await page.press(say("setup_start"));
      await page.fill(say("setup_start_type", { word }), word);
      await page.press(say("setup_start"));
      await page.find("[data-stage=done]");
      await page.press(say("setup_home"));
      await page.says(say("home_fine"));
    });

    await t.test("history shows what was posted", async () => {
      await page.press(say("nav_history"));
      await page.says(say("kind.sales_receipt"));
      const { rows, total } = await entries("posted");
      assert.ok(total > 60, `${total} entries`);
      await page.says(rows.find(({ kind }) => kind === "sales_receipt").title);
    });

    await t.test("what is held for an account is released by choosing another", async () => {
      await world.makeInactive("Shopify Payments Clearing");
      await world.atShop({ orders: 2 });
      await page.press(say("nav_home"));
      await page.press(say("home_sync_now"));
      await until("something is held", async () => (await ask("overview")).status.held > 0);
      await page.press(beginning(say("nav_attention")));
      await page.press(say("attention_choose_account"));
      await page.type("[role=dialog] [role=combobox]", "clearing");
      await page.press(/^(?!Shopify Payments).*Clearing/u);
      await page.press(beginning(say("settings_choice_choose_freeing", { count: 7 }).split("{")[0]));
      await until("nothing is held any more", async () => {
        const { status } = await ask("overview");
        return status.held === 0 && status.ready === 0;
      });
    });

    await t.test("a batch is undone", async () => {
      await world.atShop({ orders: 2 });
      await page.press(say("nav_home"));
      const before = (await entries("posted")).total;
      await page.press(say("home_sync_now"));
      let batch;
      await until("the orders are posted", async () => {
        const { rows } = await ask("runs", { offset: 0, limit: 20 });
        batch = rows.find(
          ({ trigger, posted, finished_at }) => trigger === "by hand" && posted > 0 && finished_at,
        );
        return (await entries("posted")).total > before && batch;
      });
      await page.execute("location.hash = arguments[0];", `#/history/runs/${batch.id}`);
      await page.press(say("history_undo_batch"));
      const [confirm] = say("history_undo_confirm_void", { count: 7 }).split("{");
      await page.press(new RegExp(`^${confirm}\\d`, "u"));
      await page.says(say("history_undo_planned"));
      await until("they are undone in QuickBooks", async () => (await entries("undone")).total > 0);
    });
  });
}
