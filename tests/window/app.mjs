// The built app under a virtual display, driven through WebDriver as a person would use it, and the simulated world around
// it. WebKitWebDriver can start and drive the app by itself, so nothing stands between. Linux only.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const START_LIMIT_MS = 60_000;
/** The key under which WebDriver gives an element's id (W3C WebDriver, section 12). */
const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";

export const KEYS = { enter: "\uE007", tab: "\uE004", escape: "\uE00C" };

/**
 * A computer with a screen, on which the app can be opened, closed and opened again over the same data.
 *
 * `world`: a simulated shop, company file and Web Connector around the app, started with it; see `World`.
 * `locale`: the language of the computer, such as `nb_NO.UTF-8`.
 */
export class Computer {
  #children = [];
  #session;
  #display;
  #bus;

  static async start({ world = false, locale = "C" } = {}) {
    const computer = new Computer();
    computer.home = await mkdtemp(join(tmpdir(), "tillbridge-window-"));
    computer.locale = locale;
    computer.quickBooksPort = await freePort();
    if (world) computer.world = await World.start(computer);
    return computer;
  }

  /** Where the app keeps its data. */
  get data() {
    return join(this.home, "data");
  }

  /** Opens the app's window and gives what drives it. */
  async open(args = []) {
    const port = await freePort();
    const driver = `http://127.0.0.1:${port}`;
    const driverProcess = this.run("WebKitWebDriver", [`--port=${port}`], {
      ...(await this.#environment()),
      // Tauri lets a driver in only when asked to.
      TAURI_AUTOMATION: "true",
      TAURI_WEBVIEW_AUTOMATION: "true",
    });
    await until("the driver answers", async () => (await fetch(`${driver}/status`)).ok);
    const capabilities = { alwaysMatch: { "webkitgtk:browserOptions": { binary: app(), args } } };
    const { sessionId } = await call(`${driver}/session`, "POST", { capabilities });
    this.#session = { url: `${driver}/session/${sessionId}`, process: driverProcess };
    return new Window(this.#session.url);
  }

  /** Starts the app with nobody who drives it, as Windows or a click on its icon does; gives the process. */
  async launch(args = []) {
    return this.run(app(), args, await this.#environment());
  }

  /** How many windows of the app are open. With `close`, each is asked to close, as by the cross in its corner. */
  async windows({ close = false } = {}) {
    const script = new URL("windows.py", import.meta.url).pathname;
    const args = [script, ...(close ? ["--close"] : [])];
    const { stdout } = await promisify(execFile)("python3", args, { env: await this.#environment() });
    return Number(stdout);
  }

  /** Ends the app, as a shutdown of the computer does. */
  async close() {
    if (!this.#session) return;
    const { url, process: driverProcess } = this.#session;
    this.#session = undefined;
    // The driver's answer may hang under a virtual display, so it is waited for only so long.
    await fetch(url, { method: "DELETE", signal: AbortSignal.timeout(3000) }).catch(() => undefined);
    await stop(driverProcess);
  }

  /** Ends everything that runs here. */
  async stop() {
    await this.close();
    for (const child of this.#children.reverse()) await stop(child);
    await rm(this.home, { recursive: true, force: true, maxRetries: 5 });
  }

  /** Starts a program in a process group of its own, so that `stop` reaches what it has started in turn. */
  run(program, args, env, stdio = ["ignore", "ignore", "ignore"]) {
    const child = spawn(program, args, { env, stdio, detached: true });
    child.on("error", (error) => console.error(`${program}: ${error.message}`));
    this.#children.push(child);
    return child;
  }

  /** What every program on this computer finds, with a display and a session bus, by which a second app finds the first. */
  async #environment() {
    this.#display ??= await this.#startDisplay();
    this.#bus ??= await this.#startBus();
    return {
      ...process.env,
      DISPLAY: `:${this.#display}`,
      DBUS_SESSION_BUS_ADDRESS: this.#bus,
      WAYLAND_DISPLAY: "",
      XDG_DATA_HOME: this.home,
      XDG_CONFIG_HOME: this.home,
      XDG_CACHE_HOME: this.home,
      TILLBRIDGE_DATA_DIR: this.data,
      TILLBRIDGE_QUICKBOOKS_PORT: String(this.quickBooksPort),
      ...(this.world && { TILLBRIDGE_SHOP_URL: this.world.shop.base_url }),
      // Without these GTK starts helpers that outlive the test.
      GTK_USE_PORTAL: "0",
      NO_AT_BRIDGE: "1",
      // A virtual display has no graphics card.
      LIBGL_ALWAYS_SOFTWARE: "1",
      WEBKIT_DISABLE_COMPOSITING_MODE: "1",
      WEBKIT_DISABLE_DMABUF_RENDERER: "1",
      LC_ALL: this.locale,
      LANG: this.locale,
      LANGUAGE: "",
    };
  }

  /** Starts a session bus and gives its address. */
  async #startBus() {
    const args = ["--session", "--nofork", "--nopidfile", "--print-address=1"];
    const bus = this.run("dbus-daemon", args, process.env, ["ignore", "pipe", "ignore"]);
    const [address] = await once(createInterface({ input: bus.stdout }), "line");
    return address;
  }

  /** Starts an X server on a display of its own choice and gives the number. */
  async #startDisplay() {
    const server = this.run(
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
}

/** A simulated shop, company file and Web Connector: `crates/simulator/src/world.rs` says what they can be told. */
export class World {
  static async start(computer) {
    const program = process.env.TILLBRIDGE_WORLD;
    assert.ok(program, "TILLBRIDGE_WORLD names no binary");
    const folder = join(computer.home, "world");
    const child = computer.run(program, ["--folder", folder], process.env, ["ignore", "pipe", "inherit"]);
    const [address] = await Promise.race([
      once(createInterface({ input: child.stdout }), "line"),
      once(child, "exit").then(() => assert.fail("the simulated world did not start")),
    ]);
    const world = new World();
    world.address = address;
    ({ shop: world.shop } = await world.look());
    // The address that the .qwc file of this app has.
    await world.connector({ url: `http://localhost:${computer.quickBooksPort}/qbwc`, user: "tillbridge" });
    return world;
  }

  /** Where the shop is, how to sign in, and how the last session ended. */
  look() {
    return call(`${this.address}/control`, "GET", undefined, (answer) => answer);
  }

  /** Such as `{ password: token, every_ms: 500 }`, or `{ call: true }` for one session now. */
  connector(orders) {
    return this.#tell("connector", orders);
  }

  /** `{ open: false }` closes QuickBooks. */
  quickBooks(orders) {
    return this.#tell("quickbooks", orders);
  }

  /** Somebody makes an account inactive at the QuickBooks window. */
  async makeInactive(account) {
    const by_hand = `<AccountQueryRq><FullName>${account}</FullName></AccountQueryRq>`;
    const found = JSON.stringify(await this.quickBooks({ by_hand }));
    const [id, edited] = [/<ListID>(.*?)</, /<EditSequence>(.*?)</].map((part) => part.exec(found)[1]);
    const change = `<ListID>${id}</ListID><EditSequence>${edited}</EditSequence><IsActive>false</IsActive>`;
    await this.quickBooks({ by_hand: `<AccountModRq><AccountMod>${change}</AccountMod></AccountModRq>` });
  }

  /** Such as `{ offline: true }` or `{ orders: 3 }`. */
  atShop(orders) {
    return this.#tell("shop", orders);
  }

  #tell(whom, orders) {
    return call(`${this.address}/control/${whom}`, "POST", orders, (answer) => answer);
  }
}

/** The app's window. */
export class Window {
  #session;

  constructor(session) {
    this.#session = session;
  }

  /** The id of the first element that matches, as soon as there is one. */
  async find(css) {
    let id;
    await until(`there is ${css}`, async () => {
      id = (await call(`${this.#session}/element`, "POST", { using: "css selector", value: css }))[ELEMENT];
      return true;
    });
    return id;
  }

  async text(css) {
    return call(`${this.#session}/element/${await this.find(css)}/text`, "GET");
  }

  async click(css) {
    return call(`${this.#session}/element/${await this.find(css)}/click`, "POST", {});
  }

  /** Types as a person does, into the element that matches. */
  async type(css, text) {
    return call(`${this.#session}/element/${await this.find(css)}/value`, "POST", { text });
  }

  /** Clicks the first control on screen that is called so, by text or pattern: a button, link, radio, option, menu item. */
  async press(name) {
    // While the page moves under an answer that has just come, something else may be where the control was.
    await until(`${name} is pressed`, async () => {
      const id = await this.#named(
        `a control called ${name}`,
        name,
        "button, a, [role=option], [role=menuitem], [role=radio], input[type=radio], label",
      );
      await call(`${this.#session}/element/${id}/click`, "POST", {});
      return true;
    });
  }

  /** Types into the field with this label, over what is in it. */
  async fill(label, text) {
    const id = await this.#named(`a field called ${label}`, label, "input:not([type=radio]), textarea");
    await call(`${this.#session}/element/${id}/clear`, "POST", {});
    return call(`${this.#session}/element/${id}/value`, "POST", { text });
  }

  /** Waits until the page says `text`. */
  async says(text) {
    await until(`the page says ${text}`, () =>
      this.execute("return document.body.innerText.includes(arguments[0]);", text),
    );
  }

  /** The element that can be used now, matches `css` and has this accessible name, as soon as there is one. */
  async #named(what, name, css) {
    let id;
    await until(`there is ${what}`, async () => {
      const found = await this.execute(
        `const [name, pattern, css] = arguments;
        const said = (text) => text?.replaceAll(/\\s+/g, " ").trim() ?? "";
        // What stands behind an open dialog can't be used.
        const scope = [...document.querySelectorAll("[role=dialog], [role=alertdialog]")].at(-1);
        const inList = [...document.querySelectorAll("[role=option], [role=menuitem]")];
        const all = [...inList, ...(scope ?? document).querySelectorAll(css)];
        const names = (element) => [
          element.getAttribute("aria-label"),
          ...[...(element.labels ?? [])].map((label) => label.innerText),
          element.innerText,
        ].map(said);
        return all.find((element) =>
          element.checkVisibility() && !element.disabled &&
          element.getAttribute("aria-disabled") !== "true" && names(element).some((called) =>
            pattern === null ? called === name : new RegExp(pattern, "u").test(called))) ?? null;`,
        name instanceof RegExp ? null : name,
        name instanceof RegExp ? name.source : null,
        css,
      );
      id = found?.[ELEMENT];
      return id !== undefined;
    });
    return id;
  }

  async execute(script, ...args) {
    return call(`${this.#session}/execute/sync`, "POST", { script, args });
  }

  /** `script` calls its last argument with the answer. */
  async executeAsync(script, ...args) {
    return call(`${this.#session}/execute/async`, "POST", { script, args });
  }

  /** A picture of the page, as a PNG file's bytes. */
  async picture() {
    return Buffer.from(await call(`${this.#session}/screenshot`, "GET"), "base64");
  }
}

/** Waits until `holds` gives true; what it throws counts as not yet. */
export async function until(what, holds) {
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

function once(emitter, event) {
  return new Promise((resolve) => emitter.once(event, (...args) => resolve(args)));
}

function app() {
  const app = process.env.TILLBRIDGE_APP;
  assert.ok(app, "TILLBRIDGE_APP names no binary");
  return app;
}

async function stop(child) {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
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

async function call(url, method, body, read = (answer) => answer.value) {
  const answer = await fetch(url, {
    method,
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(START_LIMIT_MS),
  });
  const json = await answer.json();
  if (!answer.ok) throw new Error(JSON.stringify(json));
  return read(json);
}
