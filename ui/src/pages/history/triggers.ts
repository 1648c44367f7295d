import { m } from "$lib/paraglide/messages";

const triggers: Record<string, () => string> = {
  schedule: m.history_trigger_schedule,
  "by hand": m.history_trigger_hand,
  quickbooks: m.history_trigger_quickbooks,
  choice: m.history_trigger_choice,
  plan: m.history_trigger_plan,
  start: m.history_trigger_start,
  undo: m.history_trigger_undo,
};

/** What began a run, in words. */
export function triggerName(trigger: string): string {
  return triggers[trigger]?.() ?? trigger;
}
