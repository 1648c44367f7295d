import { m } from "$lib/paraglide/messages";
import { href } from "$lib/router.svelte";

let left = $state<string | null>(null);

/** Remembers the list on screen, with its filter: the way back leads there. */
export function leaveFrom(address: string): void {
  left = address;
}

/** The way back to the list that was left last, or to `section`. */
export function back(section: string): { href: string; label: string } {
  return { href: left ?? href("history", [section]), label: m.nav_history() };
}
