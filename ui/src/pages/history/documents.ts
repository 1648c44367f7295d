import { m } from "$lib/paraglide/messages";
import type { Tone } from "$lib/ui/Icon";

export const DOCUMENT_KINDS: Record<string, () => string> = {
  order: m.history_document_order,
  customer: m.history_document_customer,
  variant: m.history_document_variant,
  stock_item: m.history_document_stock_item,
  stock_adjustment: m.history_document_stock_adjustment,
  stock_transfer: m.history_document_stock_transfer,
  purchase_order: m.history_document_purchase_order,
  supplier: m.history_document_supplier,
  opening_stock: m.history_document_opening_stock,
  location: m.history_document_location,
  shop: m.history_document_shop,
  day: m.history_document_day,
};

export function documentKind(kind: string): string {
  return DOCUMENT_KINDS[kind]?.() ?? kind;
}

const outcomes: Record<string, { text: () => string; tone: Tone }> = {
  unmapped: { text: m.history_mapping_unmapped, tone: "info" },
  mapped: { text: m.history_mapping_mapped, tone: "good" },
  held: { text: m.history_mapping_held, tone: "warn" },
  waits: { text: m.history_mapping_waits, tone: "neutral" },
  nothing: { text: m.history_mapping_nothing, tone: "neutral" },
};

/** What became of a document, and how that is meant. */
export function outcome(mapping: string): { text: string; tone: Tone } {
  const known = outcomes[mapping];
  return known === undefined ? { text: mapping, tone: "neutral" } : { text: known.text(), tone: known.tone };
}
