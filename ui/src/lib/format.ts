import { formatLocale } from "./locale.svelte";

const made = new Map<string, unknown>();

/** Formatters are dear to make and are asked for by the thousand. */
function keep<T>(kind: string, options: object, make: (locale: string) => T): T {
  const key = `${kind} ${formatLocale()} ${JSON.stringify(options)}`;
  const kept = made.get(key) as T | undefined;
  if (kept !== undefined) return kept;
  const fresh = make(formatLocale());
  made.set(key, fresh);
  return fresh;
}

function numbers(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  return keep("number", options, (locale) => new Intl.NumberFormat(locale, options));
}

function dates(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return keep("date", options, (locale) => new Intl.DateTimeFormat(locale, options));
}

/** A count, with the reader's thousands separator. */
export function count(value: number): string {
  return numbers({}).format(value);
}

/** A share of 1 in whole per cent. */
export function percent(share: number): string {
  return numbers({ style: "percent", maximumFractionDigits: 0 }).format(share);
}

/**
 * An amount as the engine tells it (`-1234.5`), with two decimals at least and without ever becoming a float. A text that is
 * no amount is shown as it is. With `currency` (ISO 4217) the amount says what it is in.
 */
export function money(amount: string, currency?: string): string {
  if (!isAmount(amount)) return amount;
  const options: Intl.NumberFormatOptions =
    currency === undefined
      ? { minimumFractionDigits: 2, maximumFractionDigits: 6 }
      : { style: "currency", currency, maximumFractionDigits: 6 };
  return numbers(options).format(amount);
}

/** Whether an amount is zero, however many decimals it has. */
export function isZero(amount: string): boolean {
  return /^-?0*(\.0*)?$/.test(amount);
}

function isAmount(text: string): text is Intl.StringNumericLiteral {
  return /^-?\d+(\.\d+)?$/.test(text);
}

/** The exact sum of amounts as the engine tells them, with two decimals at least; what is empty counts as nothing. */
export function sum(amounts: string[]): string {
  const parts = amounts.filter(isAmount).map((amount) => amount.split(".") as [string, string?]);
  const decimals = Math.max(2, ...parts.map(([, fraction = ""]) => fraction.length));
  const units = parts.reduce(
    (total, [whole, fraction = ""]) => total + BigInt(whole + fraction.padEnd(decimals, "0")),
    0n,
  );
  const digits = (units < 0n ? -units : units).toString().padStart(decimals + 1, "0");
  return `${units < 0n ? "-" : ""}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

/** A day as the engine tells it (`2026-11-27`); a text that is none is shown as it is. */
export function day(value: string, style: "medium" | "short" | "full" = "medium"): string {
  const date = new Date(`${value}T00:00:00Z`);
  if (Number.isNaN(date.getTime())) return value;
  return dates({ dateStyle: style, timeZone: "UTC" }).format(date);
}

/** A day without its year, for axes and narrow columns. */
export function shortDay(value: string): string {
  const date = new Date(`${value}T00:00:00Z`);
  if (Number.isNaN(date.getTime())) return value;
  return dates({ day: "numeric", month: "short", timeZone: "UTC" }).format(date);
}

/** A month as the engine tells it (`2027-03`); a text that is none is shown as it is. */
export function month(value: string): string {
  const date = new Date(`${value}-01T00:00:00Z`);
  if (Number.isNaN(date.getTime())) return value;
  return dates({ month: "long", year: "numeric", timeZone: "UTC" }).format(date);
}

/** An RFC 3339 instant in the reader's own time zone; a text that is none is shown as it is. */
export function instant(value: string): string {
  const date = new Date(value);
  if (Number.isNaN(date.getTime())) return value;
  return dates({ dateStyle: "medium", timeStyle: "short" }).format(date);
}

/** The time of day of an RFC 3339 instant in the reader's own time zone. */
export function timeOfDay(value: string): string {
  const date = new Date(value);
  if (Number.isNaN(date.getTime())) return value;
  return dates({ timeStyle: "short" }).format(date);
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

/** How long ago, or how soon, an RFC 3339 instant is from `now` (milliseconds), to the minute. */
export function relative(value: string, now: number): string {
  const then = new Date(value).getTime();
  if (Number.isNaN(then)) return value;
  const seconds = (then - now) / 1000;
  const format = keep("relative", {}, (locale) => new Intl.RelativeTimeFormat(locale, { numeric: "auto" }));
  for (const [unit, size] of STEPS) {
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
  }
  return format.format(0, "second");
}

/** A size in bytes, as people say it. */
export function size(bytes: number): string {
  const [unit, value]: [string, number] =
    bytes < 1024
      ? ["byte", bytes]
      : bytes < 1024 ** 2
        ? ["kilobyte", bytes / 1024]
        : ["megabyte", bytes / 1024 ** 2];
  return numbers({ style: "unit", unit, maximumFractionDigits: 1 }).format(value);
}

/** The name of a file without the folders it is in; none of none. */
export function fileName(path: string | null): string | null {
  return path?.split(/[\\/]/).at(-1) ?? null;
}
