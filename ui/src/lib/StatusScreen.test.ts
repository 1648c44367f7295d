import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { afterEach, expect, test } from "vitest";

import type { Backend, Message, Status } from "./backend";
import StatusScreen from "./StatusScreen.svelte";

const notSetUp: Status = {
  stage: "not_set_up",
  company_file: null,
  shop: null,
  last_run_at: null,
  documents: 0,
  posted: 0,
  ready: 0,
  uncertain: 0,
  held: 0,
  rejected: 0,
  attention: [],
};

/** What a command of the engine rejects with: an object that is no `Error`. */
class Refusal {
  constructor(readonly message: Message) {}
}

/** A backend that gives these answers one after the other; a refusal is thrown. */
function answering(...answers: (Status | Refusal)[]): Backend {
  const left = [...answers];
  return {
    installationStatus: () => {
      const answer = left.shift();
      if (answer === undefined) throw new Error("asked too often");
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the engine's errors are plain objects
      return answer instanceof Refusal ? Promise.reject(answer) : Promise.resolve(answer);
    },
  };
}

afterEach(cleanup);

test("while the answer is awaited the screen says so", () => {
  const never: Backend = { installationStatus: () => new Promise(() => undefined) };
  render(StatusScreen, { backend: never });
  expect(screen.getByRole("status").textContent).toContain("Looking up");
  expect(screen.getByRole("main").getAttribute("aria-busy")).toBe("true");
});

test("an installation that is not set up shows no counts", async () => {
  render(StatusScreen, { backend: answering(notSetUp) });
  expect(await screen.findByRole("heading", { name: "Not set up yet" })).toBeTruthy();
  expect(screen.queryByText("In QuickBooks")).toBeNull();
});

test("an installation at work names both sides, its counts and what waits", async () => {
  render(StatusScreen, {
    backend: answering({
      ...notSetUp,
      stage: "needs_attention",
      company_file: "Harbour & Pine.qbw",
      shop: "Harbour & Pine",
      last_run_at: "2026-11-23T12:05:00Z",
      posted: 1204,
      held: 1,
      attention: [{ message: { code: "held.unknown_gateway", facts: { gateway: "klarna" } }, entries: 1 }],
    }),
  });
  expect(await screen.findByRole("heading", { name: "Needs attention" })).toBeTruthy();
  expect(screen.getByText("Harbour & Pine.qbw")).toBeTruthy();
  expect(screen.getByText("Harbour & Pine")).toBeTruthy();
  expect(screen.getByText("1,204")).toBeTruthy();
  expect(screen.getByRole("listitem").textContent).toContain("klarna");
  expect(screen.queryByText("Refused by QuickBooks")).toBeNull();
});

test("a failure is told with its reason, and asking again mends it", async () => {
  const locked = new Refusal({ code: "store.failed", facts: { problem: "the disk is full" } });
  render(StatusScreen, { backend: answering(locked, notSetUp) });
  expect((await screen.findByRole("alert")).textContent).toContain("the disk is full");
  await fireEvent.click(screen.getByRole("button", { name: "Check again" }));
  expect(await screen.findByRole("heading", { name: "Not set up yet" })).toBeTruthy();
  expect(screen.queryByRole("alert")).toBeNull();
});
