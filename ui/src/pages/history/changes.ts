/** One thing that is said otherwise in a newer version; null where a side does not say it. */
export interface Change {
  /** Where it stands, such as `lineItems.nodes.0.quantity`. */
  place: string;
  before: string | null;
  after: string | null;
}

/** What the newer of two texts of the shop says otherwise. Null when one of them can't be taken apart. */
export function changes(before: string, after: string): Change[] | null {
  const [old, fresh] = [leaves(before), leaves(after)];
  if (old === null || fresh === null) return null;
  const places = [...new Set([...old.keys(), ...fresh.keys()])];
  return places
    .map((place) => ({ place, before: old.get(place) ?? null, after: fresh.get(place) ?? null }))
    .filter((change) => change.before !== change.after);
}

function leaves(text: string): Map<string, string> | null {
  const found = new Map<string, string>();
  const walk = (value: unknown, place: string) => {
    if (typeof value === "object" && value !== null) {
      for (const [key, inner] of Object.entries(value)) walk(inner, place === "" ? key : `${place}.${key}`);
    } else if (value !== null) {
      found.set(place, typeof value === "string" ? value : JSON.stringify(value));
    }
  };
  try {
    walk(JSON.parse(text), "");
  } catch {
    return null;
  }
  return found;
}
