import { getLocale } from "./paraglide/runtime";

/** A count, with the reader's thousands separator. */
export function count(value: number): string {
  return new Intl.NumberFormat(getLocale()).format(value);
}

/** An RFC 3339 instant in the reader's own time zone; a text that is none is shown as it is. */
export function instant(value: string): string {
  const date = new Date(value);
  if (Number.isNaN(date.getTime())) return value;
  return new Intl.DateTimeFormat(getLocale(), { dateStyle: "medium", timeStyle: "short" }).format(date);
}
