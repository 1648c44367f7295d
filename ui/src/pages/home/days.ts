import type { TieOutDay } from "$lib/backend";
import { isZero } from "$lib/format";

/** How a day stands: only a difference of 0.00 is equal; a difference with entries that are still to go may be just those. */
export type DayState = "equal" | "waiting" | "differs" | "empty";

export function dayState(day: TieOutDay): DayState {
  if (!isZero(day.difference)) return day.open > 0 ? "waiting" : "differs";
  return day.entries === 0 && isZero(day.shop) && isZero(day.company) ? "empty" : "equal";
}

/** How high a bar is, against the highest of all days. For the eye alone: amounts are never reckoned with as floats. */
export function share(amount: string, days: TieOutDay[]): string {
  const highest = Math.max(
    ...days.flatMap((day) => [Math.abs(Number(day.shop)), Math.abs(Number(day.company))]),
  );
  return `${(highest === 0 ? 0 : (Math.abs(Number(amount)) / highest) * 100).toFixed(1)}%`;
}
