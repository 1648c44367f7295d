import type { Theme } from "./backend";

/** Shows the window in `theme`. The style sheet does the rest, by `data-theme` or the system's own preference. */
export function useTheme(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
}
