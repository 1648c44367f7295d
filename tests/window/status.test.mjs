// The real window: the built app under a virtual display, driven through WebDriver as a person would use it.
//
// WebKitWebDriver can start and drive the app by itself, so nothing stands between. Linux only.
// Usage: node --test tests/window/   with TILLBRIDGE_APP = the app's binary, built with the UI inside.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

const START_LIMIT_MS = 60_000;
/** The key under which WebDriver gives an element's id (W3C WebDriver, section 12). */
const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";
const ENTER = "\uE007";

const children = [];
let home;
let session;

before(async () => {
  const app = process.env.TILLBRIDGE_APP;
  assert.ok(app, "TILLBRIDGE_APP names no binary");
  home = await mkdtemp(join(tmpdir(), "tillbridge-window-"));

  const display = await startDisplay();
  const port = await freePort();
  const driver = `http://127.0.0.1:${port}`;
  start("dbus-run-session", ["--", "WebKitWebDriver", `--port=${port}`], {
    ...process.env,
    DISPLAY: `:${display}`,
    WAYLAND_DISPLAY: "",
    XDG_DATA_HOME: home,
    XDG_CONFIG_HOME: home,
    XDG_CACHE_HOME: home,
    // Without these GTK starts helpers that outlive the test.
    GTK_USE_PORTAL: "0",
    NO_AT_BRIDGE: "1",
    // Tauri lets a driver in only when asked to.
    TAURI_AUTOMATION: "true",
    TAURI_WEBVIEW_AUTOMATION: "true",
    // A virtual display has no graphics card.
    LIBGL_ALWAYS_SOFTWARE: "1",
    WEBKIT_DISABLE_COMPOSITING_MODE: "1",
    WEBKIT_DISABLE_DMABUF_RENDERER: "1",
    LC_ALL: "C",
  });
  await until(
    "the driver answers",
    async () => (await fetch(`${driver}/status`)).ok,
  );

  const capabilities = {
    alwaysMatch: { "webkitgtk:browserOptions": { binary: app, args: [] } },
  };
  const { sessionId } = await call(`${driver}/session`, "POST", {
    capabilities,
  });
  session = `${driver}/session/${sessionId}`;
});

after(async () => {
  // The driver's answer may hang under a virtual display, so it is waited for only so long.
  if (session)
    await fetch(session, {
      method: "DELETE",
      signal: AbortSignal.timeout(3000),
    }).catch(() => undefined);
  for (const child of children.reverse()) await stop(child);
  if (home) await rm(home, { recursive: true, force: true, maxRetries: 5 });
});

test("a fresh installation says that it is not set up", async () => {
  assert.equal(await text("h1"), "Status");
  assert.equal(await text("[data-stage=not_set_up] h2"), "Not set up yet");
});

test("the status can be asked for again with the keyboard alone", async () => {
  await execute(
    "window.busyStates = [];" +
      "const main = document.querySelector('main');" +
      "new MutationObserver(() => window.busyStates.push(main.ariaBusy)).observe(main, { attributeFilter: ['aria-busy'] });",
  );
  const button = await find("button");
  await call(`${session}/element/${button}/value`, "POST", { text: ENTER });
  await until(
    "a new answer is there",
    async () => (await execute("return window.busyStates.at(-1)")) === "false",
  );
  assert.equal(await text("[data-stage] h2"), "Not set up yet");
});

test("the page may load nothing from outside and call nothing that no capability lists", async () => {
  const broken = await executeAsync(
    "const done = arguments[0];" +
      "document.addEventListener('securitypolicyviolation', (event) => done(event.effectiveDirective));" +
      "fetch('http://127.0.0.1:9/').catch(() => undefined);",
  );
  assert.equal(broken, "connect-src");
  const refusal = await executeAsync(
    "const done = arguments[0];" +
      "window.__TAURI_INTERNALS__.invoke('plugin:app|version').then(() => done('answered'), (e) => done(String(e)));",
  );
  assert.match(refusal, /not allowed/);
});

/** Starts an X server on a display of its own choice and gives the number. */
async function startDisplay() {
  const server = start(
    "Xvfb",
    ["-displayfd", "3", "-screen", "0", "1100x760x24", "-nolisten", "tcp"],
    process.env,
    ["ignore", "ignore", "inherit", "pipe"],
  );
  let number = "";
  for await (const part of server.stdio[3]) {
    number += part;
    if (number.endsWith("\n")) break;
  }
  assert.match(number, /^\d+\n$/, "Xvfb did not start");
  return number.trim();
}

/** Starts a program in a process group of its own, so that `stop` reaches what it has started in turn. */
function start(program, args, env, stdio = ["ignore", "ignore", "ignore"]) {
  const child = spawn(program, args, { env, stdio, detached: true });
  child.on("error", (error) => console.error(`${program}: ${error.message}`));
  children.push(child);
  return child;
}

async function stop(child) {
  if (
    child.pid === undefined ||
    child.exitCode !== null ||
    child.signalCode !== null
  )
    return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  process.kill(-child.pid);
  await gone;
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Waits until `holds` gives true; what it throws counts as not yet. */
async function until(what, holds) {
  const end = Date.now() + START_LIMIT_MS;
  let last;
  while (Date.now() < end) {
    try {
      if (await holds()) return;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`waited in vain until ${what}`, { cause: last });
}

async function call(url, method, body) {
  const answer = await fetch(url, {
    method,
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(START_LIMIT_MS),
  });
  const { value } = await answer.json();
  if (!answer.ok) throw new Error(`${value.error}: ${value.message}`);
  return value;
}

/** The id of the first element that matches, as soon as there is one. */
async function find(css) {
  let id;
  await until(`there is ${css}`, async () => {
    id = (
      await call(`${session}/element`, "POST", {
        using: "css selector",
        value: css,
      })
    )[ELEMENT];
    return true;
  });
  return id;
}

async function text(css) {
  return call(`${session}/element/${await find(css)}/text`, "GET");
}

async function execute(script) {
  return call(`${session}/execute/sync`, "POST", { script, args: [] });
}

async function executeAsync(script) {
  return call(`${session}/execute/async`, "POST", { script, args: [] });
}
