import type { Message, SetupStep } from "$lib/backend";
import { m } from "$lib/paraglide/messages";

/** A page of the set-up. The letters are those of Shopify's instructions; D has three pages. */
export interface StepWords {
  letter: "A" | "B" | "C" | "D" | "E" | "F";
  name: () => string;
  /** What it is for, in one sentence. */
  lead: () => string;
}

export const STEPS: Record<SetupStep, StepWords> = {
  preflight: { letter: "A", name: m.setup_step_preflight, lead: m.setup_lead_preflight },
  tax: { letter: "B", name: m.setup_step_tax, lead: m.setup_lead_tax },
  shop: { letter: "C", name: m.setup_step_shop, lead: m.setup_lead_shop },
  token: { letter: "D", name: m.setup_step_token, lead: m.setup_lead_token },
  accounts: { letter: "D", name: m.setup_step_accounts, lead: m.setup_lead_accounts },
  modes: { letter: "D", name: m.setup_step_modes, lead: m.setup_lead_modes },
  purchasing: { letter: "E", name: m.setup_step_purchasing, lead: m.setup_lead_purchasing },
  preview: { letter: "F", name: m.setup_step_preview, lead: m.setup_lead_preview },
};

/** Whether a text is the name of a step. */
export function isStep(text: string | undefined): text is SetupStep {
  return text !== undefined && Object.hasOwn(STEPS, text);
}

/** What the engine's messages of these beginnings are put right in, the longest beginning first. */
const REMEDIES: [string, SetupStep][] = [
  ["company.sales_tax", "tax"],
  ["preflight.tax_item", "tax"],
  ["preflight.sales_tax", "tax"],
  ["held.footer_taxed", "tax"],
  ["held.closed_period", "preview"],
  ["held.list_full", "modes"],
  ["held.unknown_", "accounts"],
  ["held.no_account", "accounts"],
  ["held.inactive_account", "accounts"],
  ["held.wrong_account_type", "accounts"],
  ["held.not_per_location", "accounts"],
  ["held.choice_gone", "accounts"],
  ["mapping.", "accounts"],
  ["ceilings.", "modes"],
  ["company.", "preflight"],
  ["preflight.", "preflight"],
  ["integration.shop_not_read", "shop"],
  ["integration.quickbooks_not_read", "token"],
  ["shop.", "shop"],
  ["token.", "token"],
  ["archive.", "purchasing"],
  ["stocky.", "purchasing"],
];

/** The step in which what a message tells is put right; null where it is put right elsewhere. */
export function stepFor(message: Message): SetupStep | null {
  return REMEDIES.find(([beginning]) => message.code.startsWith(beginning))?.[1] ?? null;
}
