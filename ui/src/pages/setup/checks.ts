import type { Check, Point } from "$lib/backend";
import { m } from "$lib/paraglide/messages";

const names: Record<Check, () => string> = {
  product: m.setup_check_product,
  release: m.setup_check_release,
  edition: m.setup_check_edition,
  company_file: m.setup_check_company_file,
  file_mode: m.setup_check_file_mode,
  sales_tax: m.setup_check_sales_tax,
  tax_item: m.setup_check_tax_item,
  closing_date: m.setup_check_closing_date,
  shop: m.setup_check_shop,
  scopes: m.setup_check_scopes,
  currency: m.setup_check_currency,
  time_zone: m.setup_check_time_zone,
  clock: m.setup_check_clock,
  pos_migration: m.setup_check_pos_migration,
  same_computer: m.setup_check_same_computer,
};

/** What a point of the preflight is about. */
export function checkName(check: Check): string {
  return names[check]();
}

/** The points that the step of the sales tax is about. */
export const TAX_CHECKS: Check[] = ["sales_tax", "tax_item"];

/** Points that somebody can read about now, by whom they ask; and those that wait for the same thing, under one message. */
export interface Sorted {
  groups: { key: "computer" | "quickbooks" | "shop"; points: Point[] }[];
  later: { code: string; points: Point[] }[];
}

const asks: Record<Sorted["groups"][number]["key"], Check[]> = {
  computer: ["pos_migration", "same_computer", "clock"],
  quickbooks: ["product", "release", "edition", "company_file", "file_mode", "closing_date"],
  shop: ["shop", "scopes", "currency", "time_zone"],
};

/** Sorts the points of the preflight, without those of the sales tax. */
export function sorted(points: Point[]): Sorted {
  const mine = points.filter(({ check }) => !TAX_CHECKS.includes(check));
  const waits = (point: Point) => point.finding === "cant_tell" && point.remedy === null;
  const later: Sorted["later"] = [];
  for (const point of mine.filter(waits)) {
    const same = later.find(({ code }) => code === point.message.code);
    if (same === undefined) later.push({ code: point.message.code, points: [point] });
    else same.points.push(point);
  }
  const groups = (["computer", "quickbooks", "shop"] as const)
    .map((key) => ({ key, points: mine.filter((point) => asks[key].includes(point.check) && !waits(point)) }))
    .filter((group) => group.points.length > 0);
  return { groups, later };
}
