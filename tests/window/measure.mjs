// How soon the window can be used, and what the app holds in memory. No test: it asserts nothing.
// Usage: node tests/window/measure.mjs [DATA]   with TILLBRIDGE_APP = a release build of the app; DATA is a data folder to
// measure over, which is copied first, or else a fresh one is.
import { cp, readFile } from "node:fs/promises";

import { Computer, until } from "./app.mjs";

const TIMES = 5;
/** What can be used: the first page's heading, with what the engine said of it. */
const USABLE = "main h1";

const middle = (numbers) => numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)];

/** The memory of a process in MB: all that is resident, its share of that, and what it wrote itself. */
async function memory(pid) {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, "utf8");
  const [resident, share, written] = ["Rss", "Pss", "Private_Dirty"].map((of) => {
    const [, kilobytes] = new RegExp(`^${of}: +(\\d+)`, "m").exec(rollup);
    return Math.round(Number(kilobytes) / 1024);
  });
  return `${resident} MB resident, ${share} MB its share of it, ${written} MB its own data`;
}

const computer = await Computer.start();
try {
  const [, , data] = process.argv;
  if (data) await cp(data, computer.data, { recursive: true });

  const starts = [];
  for (let time = 0; time < TIMES; time += 1) {
    const began = performance.now();
    const page = await computer.open();
    await page.find(USABLE);
    starts.push(Math.round(performance.now() - began));
    await computer.close();
  }
  console.log(`from start to a usable window, driver included: ${middle(starts)} ms of ${starts.join(", ")}`);

  const hidden = await computer.launch(["--hidden"]);
  await new Promise((resolve) => setTimeout(resolve, 10_000));
  console.log(`without a window: ${await memory(hidden.pid)}`);
  await computer.launch();
  await until("there is a window", async () => (await computer.windows()) === 1);
  await new Promise((resolve) => setTimeout(resolve, 10_000));
  console.log(`with its window: ${await memory(hidden.pid)}; the web view's processes not counted`);
  await computer.windows({ close: true });
  await new Promise((resolve) => setTimeout(resolve, 10_000));
  console.log(`after it was closed: ${await memory(hidden.pid)}`);
} finally {
  await computer.stop();
}
