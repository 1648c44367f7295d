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
