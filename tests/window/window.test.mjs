// The real window: that it opens with the page in it, and that the page may do what its capability lists and no more.
// Usage: node --test tests/window/   with TILLBRIDGE_APP = the app's binary, built with the UI inside, and
// TILLBRIDGE_WORLD = the simulated world's (`simulated-world`).
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Computer, until } from "./app.mjs";

let computer;
let page;

before(async () => {
  computer = await Computer.start({ world: true });
  page = await computer.open();
});

after(async () => {
  await computer?.stop();
});

/** Calls a command as the page does, and gives its answer or its refusal. */
function ask(command, args = {}) {
  return page.executeAsync(
    "const [command, args, done] = arguments;" +
      "window.__TAURI_INTERNALS__.invoke(command, args).then((answer) => done({ answer }), (refusal) => done({ refusal }));",
    command,
    args,
  );
}

test("a fresh installation opens with a page that says something", async () => {
  await until("the page is there", async () => (await page.text("#app")).trim().length > 0);
  const { answer } = await ask("overview");
  assert.equal(answer.integration, "not_started");
});

test("the page may load nothing from outside and call nothing that no capability lists", async () => {
  const broken = await page.executeAsync(
    "const done = arguments[0];" +
      "document.addEventListener('securitypolicyviolation', (event) => done(event.effectiveDirective));" +
      "fetch('http://127.0.0.1:9/').catch(() => undefined);",
  );
  assert.equal(broken, "connect-src");
  const { refusal } = await ask("plugin:app|version");
  assert.match(String(refusal), /not allowed/);
});

test("the app connects the simulated shop, and QuickBooks calls it", async () => {
  const { address, client_id, client_secret } = computer.world.shop;
  const form = { address, sign_in: "client_credentials", client_id, secret: client_secret };
  const connected = await ask("connect_shop", { form });
  assert.equal(connected.answer?.problem, null, JSON.stringify(connected));
  const made = await ask("generate_token", { replace: false });
  assert.ok(made.answer?.token, JSON.stringify(made));
  await computer.world.connector({ password: made.answer.token, call: true });
  await until("QuickBooks is known", async () => {
    const { answer } = await ask("quick_books_connection");
    return answer.company_file !== null;
  });
});

test("the app is opened again over the same data", async () => {
  await computer.close();
  page = await computer.open();
  await until("the page is there", async () => (await page.text("#app")).trim().length > 0);
  const { answer } = await ask("shop_connection");
  assert.equal(answer.address, computer.world.shop.address);
});
