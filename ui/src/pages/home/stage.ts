import type { Overview } from "$lib/backend";

/** How the whole stands, in one word; the most pressing that is true. */
export type HomeState =
  | "not_started"
  | "trouble"
  | "paused"
  | "beginning"
  | "attention"
  | "first_call"
  | "working"
  | "quickbooks_closed"
  | "shop_offline"
  | "nothing_yet"
  | "fine";

export function homeState(now: Overview): HomeState {
  const { status } = now;
  if (now.integration === "not_started") return "not_started";
  if (now.trouble !== null) return "trouble";
  if (now.paused) return "paused";
  if (status.stage === "needs_attention" || status.attention.length > 0) return "attention";
  if (now.integration === "beginning") return "beginning";
  if (status.stage === "waiting_for_quick_books") return "first_call";
  if (now.running) return "working";
  if (status.ready + status.uncertain > 0 && now.quickbooks_reach.state !== "reached")
    return "quickbooks_closed";
  if (now.shop_reach.state === "offline") return "shop_offline";
  if (status.posted === 0) return "nothing_yet";
  return "fine";
}
