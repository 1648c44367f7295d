import { expect, test } from "vitest";

import type { Check, Finding, Point, Remedy } from "$lib/backend";

import { sorted } from "./checks";

const point = (check: Check, finding: Finding, code: string, remedy: Remedy | null = null): Point => ({
  check,
  finding,
  message: { code, facts: {} },
  remedy,
});

test("what waits for the same thing is told once, and what she can answer is never put off", () => {
  const { groups, later } = sorted([
    point("product", "cant_tell", "preflight.not_called"),
    point("sales_tax", "not_found", "company.sales_tax_off"),
    point("edition", "cant_tell", "preflight.not_called"),
    point("clock", "cant_tell", "preflight.clock.unknown"),
    point("pos_migration", "cant_tell", "preflight.pos.migration_unknown", "confirm_pos_migration"),
    point("scopes", "found", "preflight.scopes.found"),
  ]);
  expect(groups.map(({ key, points }) => [key, points.map(({ check }) => check)])).toEqual([
    ["computer", ["pos_migration"]],
    ["shop", ["scopes"]],
  ]);
  expect(later.map(({ points }) => points.map(({ check }) => check))).toEqual([
    ["product", "edition"],
    ["clock"],
  ]);
});
