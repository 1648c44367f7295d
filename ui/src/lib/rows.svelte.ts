import { QueryObserver, useQueryClient, type QueryObserverResult } from "@tanstack/svelte-query";
import { untrack } from "svelte";

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

/** The pages from one to another, both included. */
function pagesOf(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

/**
 * The rows of `source`, for a VirtualTable. Reactive: another key is another list. Called while a component is made.
 */
export function createRows<Row>(source: () => RowsSource<Row>): Rows<Row> {
  const client = useQueryClient();
  const list = $derived(source());
  let first = $state(0);
  let last = $state(0);
  let answers = $state.raw<{ page: number; result: QueryObserverResult<RowsPage<Row>> }[]>([]);
  let known = $state<number | null>(null);
  let observers: QueryObserver<RowsPage<Row>>[] = [];

  const from = $derived(Math.floor(first / PAGE_SIZE));
  const to = $derived(Math.max(from, Math.floor(last / PAGE_SIZE)));

  $effect(() => {
    const pages = pagesOf(from, to);
    const start = from;
    const { key, ask } = list;
    return untrack(() => {
      observers = pages.map(
        (page) =>
          new QueryObserver<RowsPage<Row>>(client, {
            queryKey: [...key, "page", page],
            queryFn: () => ask(page * PAGE_SIZE, PAGE_SIZE),
            // What comes into view again is as good as the engine's last word on changes.
            staleTime: Infinity,
          }),
      );
      const look = () => {
        answers = observers.map((observer, index) => ({
          page: start + index,
          result: observer.getCurrentResult(),
        }));
        for (const { result } of answers) {
          // Between two lists, and while another page is awaited, the list keeps its length, so that nothing jumps.
          if (result.data !== undefined) known = result.data.total;
        }
      };
      const stops = observers.map((observer) => observer.subscribe(look));
      look();
      return () => {
        for (const stop of stops) stop();
      };
    });
  });

  return {
    get total() {
      return known ?? 0;
    },
    get pending() {
      return known === null;
    },
    get fetching() {
      return answers.some(({ result }) => result.isFetching);
    },
    get error() {
      return answers.find(({ result }) => result.isError)?.result.error ?? null;
    },
    at(index) {
      const page = Math.floor(index / PAGE_SIZE);
      return answers.find((answer) => answer.page === page)?.result.data?.rows[index % PAGE_SIZE];
    },
    show(firstShown, lastShown) {
      first = firstShown;
      last = lastShown;
    },
    retry() {
      for (const observer of observers) void observer.refetch();
    },
  };
}
