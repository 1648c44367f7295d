import { MutationCache, QueryClient, queryOptions } from "@tanstack/svelte-query";

import type { DocumentQuery, EntryQuery, Modes, Overview, Removal, UndoSelection } from "./backend";
import { commands, events } from "./backend";

/** A query that asks the outside world or costs much: it is asked again by hand or by what somebody does, not by each change. */
const BY_HAND = { meta: { live: false }, staleTime: Infinity };

/** A query over so much that each change would be too often: while it is on screen it is asked again each minute. */
const EACH_MINUTE = { meta: { live: false }, refetchInterval: 60_000 };

/** A query about other programs of the computer: it is asked again when somebody comes back from them to the window. */
const ON_RETURN = { meta: { live: false } };

/** Every question to the engine by its key. What depends on the same thing begins with the same word. */
export const queries = {
  overview: () => queryOptions({ queryKey: ["overview"], queryFn: commands.overview }),
  tieOutDays: (days: number) =>
    queryOptions({
      queryKey: ["tieOutDays", days],
      queryFn: () => commands.tieOutDays(days),
      ...EACH_MINUTE,
    }),
  tieOutDay: (date: string) =>
    queryOptions({ queryKey: ["tieOutDay", date], queryFn: () => commands.tieOutDay(date) }),

  setup: () => queryOptions({ queryKey: ["setup"], queryFn: commands.setup }),
  preflight: () => queryOptions({ queryKey: ["preflight"], queryFn: commands.preflight, ...BY_HAND }),
  shopConnection: () => queryOptions({ queryKey: ["shopConnection"], queryFn: commands.shopConnection }),
  appToken: () => queryOptions({ queryKey: ["appToken"], queryFn: commands.appToken }),
  quickBooksConnection: () =>
    queryOptions({ queryKey: ["quickBooksConnection"], queryFn: commands.quickBooksConnection }),
  connector: () => queryOptions({ queryKey: ["connector"], queryFn: commands.connector, ...ON_RETURN }),
  categories: () => queryOptions({ queryKey: ["categories"], queryFn: commands.categories }),
  chart: () => queryOptions({ queryKey: ["chart"], queryFn: commands.chart }),
  chooseAccountPreview: (key: string, fullName: string) =>
    queryOptions({
      queryKey: ["chooseAccountPreview", key, fullName],
      queryFn: () => commands.chooseAccountPreview(key, fullName),
    }),
  mappingHistory: () => queryOptions({ queryKey: ["mappingHistory"], queryFn: commands.mappingHistory }),
  ceilings: () => queryOptions({ queryKey: ["ceilings"], queryFn: commands.ceilings }),
  modes: () => queryOptions({ queryKey: ["modes"], queryFn: commands.modes }),
  modesPreview: (from: string, modes: Modes) =>
    queryOptions({
      queryKey: ["modesPreview", from, modes],
      queryFn: () => commands.modesPreview(from, modes),
      ...BY_HAND,
    }),
  purchasing: () => queryOptions({ queryKey: ["purchasing"], queryFn: commands.purchasing }),
  plan: () => queryOptions({ queryKey: ["plan"], queryFn: commands.plan }),
  startPreview: () => queryOptions({ queryKey: ["startPreview"], queryFn: commands.startPreview }),
  integration: () => queryOptions({ queryKey: ["integration"], queryFn: commands.integration }),

  entry: (key: string) => queryOptions({ queryKey: ["entry", key], queryFn: () => commands.entry(key) }),
  document: (id: string) =>
    queryOptions({ queryKey: ["document", id], queryFn: () => commands.document(id) }),
  undoPreview: (what: UndoSelection, removal: Removal) =>
    queryOptions({
      queryKey: ["undoPreview", what, removal],
      queryFn: () => commands.undoPreview(what, removal),
    }),

  attention: () => queryOptions({ queryKey: ["attention"], queryFn: commands.attention }),

  preferences: () => queryOptions({ queryKey: ["preferences"], queryFn: commands.preferences }),
  diagnostics: () => queryOptions({ queryKey: ["diagnostics"], queryFn: commands.diagnostics, ...BY_HAND }),
  backups: () => queryOptions({ queryKey: ["backups"], queryFn: commands.backups }),
  resetRequest: () => queryOptions({ queryKey: ["resetRequest"], queryFn: commands.resetRequest }),
  updateState: () => queryOptions({ queryKey: ["updateState"], queryFn: commands.updateState }),
  about: () => queryOptions({ queryKey: ["about"], queryFn: commands.about, staleTime: Infinity }),
};

/** One page of a long list. */
export interface RowsPage<Row> {
  rows: Row[];
  /** How many rows the whole list has. */
  total: number;
}

/** A long list that is asked for page by page; for `createRows`. */
export interface RowsSource<Row> {
  key: readonly unknown[];
  ask: (offset: number, limit: number) => Promise<RowsPage<Row>>;
}

/** Every long list of the engine. */
export const lists = {
  runs: () => ({
    key: ["runs"],
    ask: commands.runs,
  }),
  entries: (query: EntryQuery) => ({
    key: ["entries", query],
    ask: (offset: number, limit: number) => commands.entries(query, offset, limit),
  }),
  entryMembers: (entry: string) => ({
    key: ["entryMembers", entry],
    ask: (offset: number, limit: number) => commands.entryMembers(entry, offset, limit),
  }),
  documents: (query: DocumentQuery) => ({
    key: ["documents", query],
    ask: (offset: number, limit: number) => commands.documents(query, offset, limit),
  }),
  attentionEntries: (group: string) => ({
    key: ["attentionEntries", group],
    ask: (offset: number, limit: number) => commands.attentionEntries(group, offset, limit),
  }),
};

/**
 * The one client. The engine is on this computer and says when something changed: nothing is asked again by time, nothing
 * waits for a network, and what failed is said at once instead of being tried again in silence.
 */
export function createClient(): QueryClient {
  const client: QueryClient = new QueryClient({
    // Whatever somebody did, or tried to do, may have changed anything that is on screen.
    mutationCache: new MutationCache({ onSettled: () => client.invalidateQueries() }),
    defaultOptions: {
      queries: { retry: false, networkMode: "always", refetchOnReconnect: false },
      mutations: { retry: false, networkMode: "always" },
    },
  });
  return client;
}

/**
 * Asks what is on screen again when the engine says that something changed. A change that comes while the answers to an
 * earlier one are awaited is not lost, and does not cut them off. Returns how to stop.
 */
export function followChanges(client: QueryClient): () => void {
  let asking = false;
  let again = false;
  const ask = async () => {
    again = true;
    if (asking) return;
    asking = true;
    while (again) {
      again = false;
      await client.invalidateQueries({ predicate: (query) => query.meta?.["live"] !== false });
    }
    asking = false;
  };
  const stop = events.changed.listen(() => void ask());
  return () => {
    void stop.then((unlisten) => {
      unlisten();
    });
  };
}

/** Shows how updates of the program stand as the app tells it, without asking for anything. Returns how to stop. */
export function followUpdates(client: QueryClient): () => void {
  const stop = events.updated.listen(({ payload }) => {
    client.setQueryData(queries.updateState().queryKey, payload);
  });
  return () => {
    void stop.then((unlisten) => {
      unlisten();
    });
  };
}

/** Shows how far a run is as the engine tells it, without asking for anything. Returns how to stop. */
export function followProgress(client: QueryClient): () => void {
  const stop = events.progressed.listen(({ payload }) => {
    client.setQueryData<Overview>(queries.overview().queryKey, (overview) =>
      overview === undefined ? undefined : { ...overview, running: payload.running, progress: payload },
    );
  });
  return () => {
    void stop.then((unlisten) => {
      unlisten();
    });
  };
}
