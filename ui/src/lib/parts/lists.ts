import type { CeilingList, Message } from "../backend";
import { count } from "../format";
import { m } from "../paraglide/messages";
import { words } from "../words";

const names: Record<CeilingList, () => string> = {
  names: m.setup_list_names,
  customers: m.setup_list_customers,
  vendors: m.setup_list_vendors,
  items: m.setup_list_items,
  accounts: m.setup_list_accounts,
  classes: m.setup_list_classes,
};

/** What people call a list of QuickBooks. */
export function listName(list: CeilingList): string {
  return names[list]();
}

/** A message about a list, whose facts are a list's word and numbers, in the reader's language. */
export function wordsOfList(message: Message): string {
  const fact = (text: string) => {
    const list = (Object.keys(names) as CeilingList[]).find((known) => known === text);
    if (list !== undefined) return listName(list);
    return /^\d+$/.test(text) ? count(Number(text)) : text;
  };
  const facts = Object.entries(message.facts).map(([name, text]) => [name, fact(text)] as const);
  return words({ code: message.code, facts: Object.fromEntries(facts) });
}
