// The app without its window: started hidden, opened by a second start, closed, and at work all the while. Nobody drives it
// here, for a driver ends the app with its last window. Usage as in `window.test.mjs`.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Computer, until } from "./app.mjs";

test("closing the window leaves the engine at work, and a second start opens it again", async (t) => {
  const computer = await Computer.start({ world: true });
  t.after(() => computer.stop());
  const { world } = computer;
  const page = await computer.open();
  const ask = async (command, args) =>
    page.executeAsync(
      "const [command, args, done] = arguments;" +
        "window.__TAURI_INTERNALS__.invoke(command, args).then(done, (refusal) => done({ refusal }));",
      command,
      args,
    );
  const { address, client_id, client_secret } = world.shop;
  const form = { address, sign_in: "client_credentials", client_id, secret: client_secret };
  assert.equal((await ask("connect_shop", { form })).problem, null);
  const { token } = await ask("generate_token", { replace: false });
  await computer.close();

  /** QuickBooks calls once more, and is answered. */
  const isAtWork = async () => {
    await world.connector({ password: token, call: true });
    return (await world.look()).last_session === "Done";
  };

  const engine = await computer.launch(["--hidden"]);
  await until("the hidden app answers QuickBooks", isAtWork);
  assert.equal(await computer.windows(), 0);

  const second = await computer.launch();
  await until("the second start opens the first one's window", async () => (await computer.windows()) === 1);
  await until("the second start has ended", () => second.exitCode === 0);

  await computer.windows({ close: true });
  await until("the window is closed", async () => (await computer.windows()) === 0);
  assert.equal(engine.exitCode, null);
  assert.ok(await isAtWork());

  await computer.launch();
  await until("the window opens again", async () => (await computer.windows()) === 1);
});
