/** The real engine behind the screens: a twin of the app with a simulated shop and a simulated company file around it. */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

import type { Page } from "@playwright/test";

import type { commands } from "../../src/lib/backend/bindings";

type Commands = typeof commands;

/** How far the installation is at the beginning; `src-tauri/twin/seeds.rs` says what each means. */
export type Seed = "fresh" | "ready" | "onboarded" | "running";

interface Beginning {
  seed: Seed;
  /** How many orders the shop has. */
  orders?: number;
  /** Milliseconds between the Web Connector's sessions; 0: it calls only when told to. */
  everyMs?: number;
  /** The folder that it works in and leaves as it is; a new one, removed at the end, when not given. */
  folder?: string;
}

/** What the shop is signed in to with. */
interface Shop {
  address: string;
  client_id: string;
  client_secret: string;
}

const SNAKE = /[A-Z]/g;
const PROGRAM = process.env["TILLBRIDGE_TWIN"] ?? resolve("../target/debug/examples/twin");

export class Twin {
  private constructor(
    /** Where its pages are. */
    readonly url: string,
    private readonly folder: string,
    private readonly passing: boolean,
    private readonly process: ChildProcess,
  ) {}

  static async start({ seed, orders = 60, everyMs = 1000, folder: kept }: Beginning): Promise<Twin> {
    const folder = kept ?? (await mkdtemp(join(tmpdir(), "tillbridge-twin-")));
    const child = spawn(
      PROGRAM,
      [
        ["--folder", folder],
        ["--pages", resolve("dist-twin")],
        ["--seed", seed],
        ["--orders", orders.toString()],
        ["--every-ms", everyMs.toString()],
      ].flat(),
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    const url = await new Promise<string>((found, failed) => {
      createInterface({ input: child.stdout }).once("line", found);
      child.once("error", failed);
      child.once("exit", (code) => {
        failed(new Error(`the twin ended with ${String(code)}`));
      });
    });
    return new Twin(url, folder, kept === undefined, child);
  }

  async stop(): Promise<void> {
    const gone = new Promise((ended) => this.process.once("exit", ended));
    this.process.kill();
    await gone;
    if (this.passing) await rm(this.folder, { recursive: true, force: true });
  }

  /** Asks the engine as a page does. */
  async ask<Name extends keyof Commands>(
    name: Name,
    args: Record<string, unknown> = {},
  ): Promise<Awaited<ReturnType<Commands[Name]>>> {
    const command = name.replace(SNAKE, (letter) => `_${letter.toLowerCase()}`);
    return (await this.post(`/ipc/${command}`, args)) as Awaited<ReturnType<Commands[Name]>>;
  }

  /** The shop, and how to sign in to it. */
  async shop(): Promise<Shop> {
    const answer = await fetch(`${this.url}/control`);
    return ((await answer.json()) as { shop: Shop }).shop;
  }

  /** What the Web Connector does, such as `{ call: true }` for one session now. */
  connector(orders: { every_ms?: number; call?: boolean }): Promise<unknown> {
    return this.post("/control/connector", orders);
  }

  /** What happens at the shop, such as `{ orders: 3 }` or `{ offline: true }`. */
  atShop(orders: { orders?: number; offline?: boolean }): Promise<unknown> {
    return this.post("/control/shop", orders);
  }

  /** `{ open: false }` closes QuickBooks. */
  quickBooks(orders: { open: boolean }): Promise<unknown> {
    return this.post("/control/quickbooks", orders);
  }

  /** Somebody makes an account inactive at the QuickBooks window. */
  async deactivateAccount(fullName: string): Promise<void> {
    const query = `<AccountQueryRq><FullName>${fullName}</FullName></AccountQueryRq>`;
    const found = JSON.stringify(await this.post("/control/quickbooks", { by_hand: query }));
    const [id, edited] = [/<ListID>(.*?)</, /<EditSequence>(.*?)</].map(
      (part) => part.exec(found)?.[1] ?? "",
    );
    const change = `<ListID>${id ?? ""}</ListID><EditSequence>${edited ?? ""}</EditSequence><IsActive>false</IsActive>`;
    await this.post("/control/quickbooks", {
      by_hand: `<AccountModRq><AccountMod>${change}</AccountMod></AccountModRq>`,
    });
  }

  /** Shows the folders of this twin under the names that they have on a merchant's computer. */
  async showAsOnWindows(page: Page): Promise<void> {
    const names = [
      [
        join(this.folder, "Harbour & Pine.simulated"),
        "C:\\Users\\Anna\\Documents\\QuickBooks\\Harbour & Pine.qbw",
      ],
      [join(this.folder, "data"), "C:\\Users\\Anna\\AppData\\Local\\Tillbridge"],
    ] as const;
    await page.route("**/ipc/*", async (route) => {
      const response = await route.fetch();
      const told = names.reduce(
        (text, [here, there]) => text.replaceAll(here, () => JSON.stringify(there).slice(1, -1)),
        await response.text(),
      );
      await route.fulfill({ response, body: told });
    });
  }

  /** The text of the one saved file whose name ends so. */
  async saved(ending: string): Promise<string> {
    const folder = join(this.folder, "saved");
    const [name, another] = (await readdir(folder)).filter((file) => file.endsWith(ending));
    if (name === undefined || another !== undefined) throw new Error(`not one file *${ending} in ${folder}`);
    return readFile(join(folder, name), "latin1");
  }

  private async post(path: string, body: unknown): Promise<unknown> {
    const answer = await fetch(this.url + path, { method: "POST", body: JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path}: ${text}`);
    return text === "" ? null : JSON.parse(text);
  }
}
