import type { Modes, ModesView } from "$lib/backend";

/** Today by a shop's calendar, as the engine writes days. */
export function todayIn(timeZone: string | null, now: Date): string {
  const format = new Intl.DateTimeFormat("en-CA", {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    ...(timeZone === null ? {} : { timeZone }),
  });
  return format.format(now);
}

/** The day after, as the engine writes days. */
export function dayAfter(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + 1);
  return date.toISOString().slice(0, 10);
}

/** The modes that hold on a day; none while nothing is known. */
export function modesOn(all: ModesView[], day: string): ModesView | undefined {
  return all.findLast((view) => view.from === null || view.from <= day);
}

/** Those that begin after a day. */
export function modesAfter(all: ModesView[], day: string): ModesView[] {
  return all.filter((view) => view.from !== null && view.from > day);
}

export function sameModes(one: Modes, other: Modes): boolean {
  return (
    one.customers === other.customers && one.inventory === other.inventory && one.vendors === other.vendors
  );
}
