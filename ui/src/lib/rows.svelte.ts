import { createQueries, queryOptions, type CreateQueryResult } from "@tanstack/svelte-query";

import type { RowsPage, RowsSource } from "./queries";

/** Rows that are asked for at once. */
export const PAGE_SIZE = 100;

/** A long list of which only the pages on screen, and those visited lately, are held. */
export interface Rows<Row> {
  /** How many rows there are; 0 while the first page is awaited. */
  readonly total: number;
  /** Whether nothing is known of the list yet. */
  readonly pending: boolean;
  /** Whether an answer for rows on screen is awaited. */
  readonly fetching: boolean;
  /** Why the rows on screen could not be had, or null. */
  readonly error: unknown;
  /** A row; undefined while its page is awaited. */
  at: (index: number) => Row | undefined;
  /** Tells which rows are on screen. */
  show: (first: number, last: number) => void;
  /** Asks for the rows on screen again. */
  retry: () => void;
}

/** The pages that hold the rows from `first` to `last`, both included. */
export function pagesOf(first: number, last: number): number[] {
  const from = Math.floor(Math.max(0, first) / PAGE_SIZE);
  const to = Math.max(from, Math.floor(last / PAGE_SIZE));
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

/**
 * The rows of `source`, for a VirtualTable. Reactive: another key is another list. Called while a component is made.
 */
export function createRows<Row>(source: () => RowsSource<Row>): Rows<Row> {
  let first = $state(0);
  let last = $state(0);
  let known = $state<number | null>(null);

  const pages = $derived(pagesOf(first, last));
  const answers: CreateQueryResult<RowsPage<Row>>[] = createQueries(() => {
    const { key, ask } = source();
    return {
      queries: pages.map((page) =>
        queryOptions({
          queryKey: [...key, "page", page],
          queryFn: () => ask(page * PAGE_SIZE, PAGE_SIZE),
        }),
      ),
    };
  });
  const total = $derived(answers.find((answer) => answer.data !== undefined)?.data.total);

  // Between two lists, and while another page is awaited, the list keeps its length, so that nothing jumps.
  $effect(() => {
    if (total !== undefined) known = total;
  });

  return {
    get total() {
      return total ?? known ?? 0;
    },
    get pending() {
      return total === undefined && known === null;
    },
    get fetching() {
      return answers.some((answer) => answer.isFetching);
    },
    get error() {
      return answers.find((answer) => answer.isError)?.error ?? null;
    },
    at(index) {
      const page = Math.floor(index / PAGE_SIZE);
      return answers[page - (pages[0] ?? 0)]?.data?.rows[index % PAGE_SIZE];
    },
    show(from, to) {
      first = from;
      last = to;
    },
    retry() {
      for (const answer of answers) void answer.refetch();
    },
  };
}
