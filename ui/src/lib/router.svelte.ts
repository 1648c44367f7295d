import { href, placeOf, type PageName } from "./places";

export { href, type PageName, type Place } from "./places";

/** Where the reader is, and how to go elsewhere. */
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

  /**
   * Follows the address, and takes Alt+Left and Alt+Right where the web view doesn't. Calls `onarrival` at each new
   * place. Returns how to stop.
   */
  follow(onarrival: () => void): () => void {
    const hashchange = () => {
      this.place = placeOf(location.hash);
      onarrival();
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
