import type { Tone } from "./Icon";

export interface Toast {
  id: number;
  text: string;
  tone: Extract<Tone, "good" | "info" | "bad">;
  /** What can be done about it; such a toast stays until it is closed. */
  action: ToastAction | null;
}

export interface ToastAction {
  label: string;
  run: () => void;
}

/** How long a toast stays, in milliseconds. */
const STAYS = 6000;

let next = 0;

/** What was done, said in passing. Errors belong to the place where they happened, not here. */
export const toasts = $state<Toast[]>([]);

export function toast(text: string, tone: Toast["tone"] = "good", action: ToastAction | null = null): void {
  const id = next++;
  toasts.push({ id, text, tone, action });
  if (action !== null) return;
  setTimeout(() => {
    dismiss(id);
  }, STAYS);
}

export function dismiss(id: number): void {
  const index = toasts.findIndex((shown) => shown.id === id);
  if (index >= 0) toasts.splice(index, 1);
}
