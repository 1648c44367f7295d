import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { afterEach, expect, test } from "vitest";

import type { Backend, Status } from "./backend";
import StatusScreen from "./StatusScreen.svelte";

const notSetUp: Status = {
  stage: "not_set_up",
  company_file: null,
  shop: null,
  last_run_at: null,
  posted: 0,
  ready: 0,
  held: 0,
  needs_attention: [],
};

/** A backend that gives these answers one after the other; an Error is thrown. */
function answering(...answers: (Status | Error)[]): Backend {
  const left = [...answers];
  return {
    installationStatus: () => {
      const answer = left.shift();
      if (answer === undefined) throw new Error("asked too often");
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
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
      stage: "needs_attention",
      company_file: "Harbour & Pine.qbw",
      shop: "harbour-pine.myshopify.com",
      last_run_at: "2026-11-23T12:05:00Z",
      posted: 1204,
      ready: 3,
      held: 1,
      needs_attention: ["Order #1001 uses an account that is not mapped."],
    }),
  });
  expect(await screen.findByRole("heading", { name: "Needs attention" })).toBeTruthy();
  expect(screen.getByText("Harbour & Pine.qbw")).toBeTruthy();
  expect(screen.getByText("harbour-pine.myshopify.com")).toBeTruthy();
  expect(screen.getByText("1,204")).toBeTruthy();
  expect(screen.getByRole("listitem").textContent).toContain("#1001");
});

test("a failure is told with its reason, and asking again mends it", async () => {
  render(StatusScreen, { backend: answering(new Error("the data folder is locked"), notSetUp) });
  expect((await screen.findByRole("alert")).textContent).toContain("the data folder is locked");
  await fireEvent.click(screen.getByRole("button", { name: "Check again" }));
  expect(await screen.findByRole("heading", { name: "Not set up yet" })).toBeTruthy();
  expect(screen.queryByRole("alert")).toBeNull();
});
