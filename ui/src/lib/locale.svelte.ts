import type { Language } from "./backend";
import { extractLocaleFromNavigator, overwriteGetLocale } from "./paraglide/runtime";

let chosen = $state<Language | null>(null);

/** The system's language where it is one of ours. Windows in Nynorsk, or in Norwegian as such, is read in Bokmål. */
function systemLanguage(): Language {
  for (const language of navigator.languages) {
    if (/^(nb|nn|no)\b/i.test(language)) return "nb";
    if (/^en\b/i.test(language)) return "en";
  }
  return extractLocaleFromNavigator() ?? "en";
}

/** The language of everything on screen. Reactive: what is read from it, messages included, changes with it. */
export function language(): Language {
  return chosen ?? systemLanguage();
}

/** Takes `language`, or the system's for null. Nothing of it is kept here: it is one of the engine's preferences. */
export function useLanguage(language: Language | null): void {
  chosen = language;
}

/** The tag by which numbers, money and dates are written: the system's own variety of the language where it has one. */
export function formatLocale(): string {
  const spoken = language();
  return navigator.languages.find((tag) => tag.toLowerCase().startsWith(`${spoken}-`)) ?? spoken;
}

overwriteGetLocale(language);
