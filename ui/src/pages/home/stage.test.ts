import { expect, test } from "vitest";

import type { Overview } from "$lib/backend";
import { overview, status } from "../../../tests/fixtures/answers";
import { homeState } from "./stage";

const attention = [{ message: { code: "held.unknown_gateway", facts: {} }, entries: 3 }];
const trouble = { code: "store.locked", facts: {} };
const closed = { state: "closed", at: null, message: null } as const;

const STATES: [string, Partial<Overview>, string][] = [
  ["a shop at work with nothing open", {}, "fine"],
  ["a run under way", { running: true }, "working"],
  [
    "entries that wait while QuickBooks is closed",
    { status: { ...status, ready: 2 }, quickbooks_reach: closed },
    "quickbooks_closed",
  ],
  ["QuickBooks closed, and nothing to send", { quickbooks_reach: closed }, "fine"],
  [
    "something to decide, even while a run goes on",
    { running: true, status: { ...status, attention } },
    "attention",
  ],
  ["a pause, whatever else is so", { paused: true, status: { ...status, attention } }, "paused"],
  ["an engine that is not at work", { paused: true, trouble }, "trouble"],
  ["the start under way", { integration: "beginning" }, "beginning"],
  ["nothing posted yet", { status: { ...status, posted: 0 } }, "nothing_yet"],
];

for (const [name, change, state] of STATES) {
  test(name, () => {
    expect(homeState({ ...overview, ...change })).toBe(state);
  });
}
