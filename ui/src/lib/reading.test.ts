import { expect, test } from "vitest";

import { Question } from "./reading.svelte";

test("an answer that a newer question has overtaken is dropped", async () => {
  const pending: ((value: string) => void)[] = [];
  const question = new Question(() => new Promise<string>((resolve) => pending.push(resolve)));
  const second = question.refresh();
  pending[1]?.("new");
  await second;
  pending[0]?.("old");
  await Promise.resolve();
  expect(question.reading).toEqual({ state: "there", value: "new" });
});
