import { createQuery, type CreateQueryResult } from "@tanstack/svelte-query";
import { untrack } from "svelte";

import type { Preflight } from "$lib/backend";
import { queries } from "$lib/queries";

/**
 * The preflight, asked again whenever QuickBooks has called or the shop stands otherwise: asking costs too much to do it with
 * every change. Called while a component is made.
 */
export function createPreflight(): CreateQueryResult<Preflight> {
  const preflight = createQuery(queries.preflight);
  const connection = createQuery(queries.quickBooksConnection);
  const shop = createQuery(queries.shopConnection);
  const heard = $derived(
    connection.data === undefined || shop.data === undefined
      ? null
      : JSON.stringify([connection.data.last_call_at, connection.data.reach.state, shop.data]),
  );
  let before: string | null = null;
  $effect(() => {
    const now = heard;
    if (before !== null && now !== null && now !== before) untrack(() => void preflight.refetch());
    before = now;
  });
  return preflight;
}
