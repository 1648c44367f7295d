/**
 * Where the reader is: `#/history/entries/KEY?state=held`. The browser's own history keeps the way back, links are links,
 * and an address that means nothing is Home.
 */
export const PAGES = ["home", "history", "attention", "settings", "setup"] as const;
export type PageName = (typeof PAGES)[number];

export interface Place {
  page: PageName;
  /** What comes after the page, such as `["entries", KEY]`. */
  parts: string[];
  /** What comes after the question mark, such as `{ state: "held" }`. */
  query: Record<string, string>;
}

/** The address of a place, for links. */
export function href(page: PageName, parts: string[] = [], query: Record<string, string> = {}): string {
  const path = [page, ...parts].map(encodeURIComponent).join("/");
  const search = new URLSearchParams(query).toString();
  return `#/${path}${search === "" ? "" : `?${search}`}`;
}

export function placeOf(hash: string): Place {
  const [path = "", search = ""] = hash.replace(/^#\/?/, "").split(/\?(.*)/s);
  const [name, ...parts] = path.split("/").map(decoded);
  const page = PAGES.find((known) => known === name);
  if (page === undefined) return { page: "home", parts: [], query: {} };
  return {
    page,
    parts: parts.filter((part) => part !== ""),
    query: Object.fromEntries(new URLSearchParams(search)),
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

class Router {
  place = $state.raw(placeOf(location.hash));

  /** Goes to a place; the way back leads here. */
  go(page: PageName, parts: string[] = [], query: Record<string, string> = {}): void {
    location.hash = href(page, parts, query);
  }

  /** Goes to a place that takes this one's place in the history: a filter that changes as somebody types. */
  replace(page: PageName, parts: string[] = [], query: Record<string, string> = {}): void {
    history.replaceState(history.state, "", href(page, parts, query));
    this.place = placeOf(location.hash);
  }

  /** Follows the address, and takes Alt+Left and Alt+Right where the web view doesn't. Returns how to stop. */
  follow(): () => void {
    const hashchange = () => {
      this.place = placeOf(location.hash);
    };
    const keydown = (event: KeyboardEvent) => {
      if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
      if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
      event.preventDefault();
      if (event.key === "ArrowLeft") history.back();
      else history.forward();
    };
    addEventListener("hashchange", hashchange);
    addEventListener("keydown", keydown);
    return () => {
      removeEventListener("hashchange", hashchange);
      removeEventListener("keydown", keydown);
    };
  }
}

export const router = new Router();
