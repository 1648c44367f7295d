import { queryOptions } from "@tanstack/svelte-query";

import { commands, type RunView } from "$lib/backend";

/**
 * The run with this number, or null. Runs are told newest first and numbered one after the other, so its place follows from
 * the newest one's number.
 */
export const runQuery = (id: string) =>
  queryOptions({ queryKey: ["runs", "one", id], queryFn: () => find(id) });

async function find(id: string): Promise<RunView | null> {
  const newest = (await commands.runs(0, 1)).rows[0];
  if (newest === undefined || newest.id === id) return newest ?? null;
  const offset = Number(newest.id) - Number(id);
  if (!Number.isInteger(offset) || offset < 0) return null;
  return (await commands.runs(offset, 1)).rows.find((run) => run.id === id) ?? null;
}
