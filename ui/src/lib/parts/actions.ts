import type { AttentionAction, SetupStep } from "../backend";
import { m } from "../paraglide/messages";
import { href } from "../router.svelte";

/** A way to the page where something is put right, and what the link says. */
interface Way {
  href: string;
  label: () => string;
}

/** Where a step of the set-up is put right once the integration is started; the others stay in the set-up. */
const AFTERWARDS: Partial<Record<SetupStep, Way>> = {
  shop: { href: href("settings", ["connections", "shop"]), label: m.attention_open_connections },
  token: { href: href("settings", ["connections", "quickbooks"]), label: m.attention_open_connections },
  purchasing: { href: href("settings", ["connections", "purchases"]), label: m.attention_open_connections },
  accounts: { href: href("settings", ["mapping"]), label: m.attention_open_mapping },
  modes: { href: href("settings", ["modes"]), label: m.attention_open_modes },
};

/** Where an action leads; none for those that are done at once. */
export function wayOf(action: AttentionAction, started: boolean): Way | null {
  if (action.kind === "modes") {
    return { href: href("settings", ["modes"]), label: m.attention_open_modes };
  }
  if (action.kind !== "setup") return null;
  const afterwards = started ? AFTERWARDS[action.step] : undefined;
  return afterwards ?? { href: href("setup", [action.step]), label: m.attention_open_setup };
}

/** What is chosen for a category, by its key: classes and sales-tax items are chosen like accounts. */
export function chooseLabel(category: string): string {
  if (category.startsWith("tax.items.")) return m.attention_choose_tax_item();
  if (category.startsWith("locations.")) return m.attention_choose_class();
  return m.attention_choose_account();
}

/** What an action came to, for the words about what happens next. */
export type Outcome = { of: "freed"; entries: number } | { of: "resumed" };
