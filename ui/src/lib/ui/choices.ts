/** Something that can be chosen from a long list. */
export interface Choice {
  value: string;
  /** In full: an account with the accounts above it. */
  label: string;
  /** What else tells it apart, such as its type or number. */
  detail?: string;
  /** Other words by which it is found. */
  keywords?: string;
  disabled?: boolean;
}

/** The choices that have every word of `typed` somewhere; those that begin with it, or whose last part does, come first. */
export function matching(choices: Choice[], typed: string): Choice[] {
  const words = plain(typed)
    .split(/\s+/)
    .filter((word) => word !== "");
  const [first] = words;
  if (first === undefined) return choices;
  const found = choices.filter((choice) => {
    const text = plain(`${choice.label} ${choice.detail ?? ""} ${choice.keywords ?? ""}`);
    return words.every((word) => text.includes(word));
  });
  const begins = (choice: Choice) =>
    plain(choice.label)
      .split(":")
      .some((part) => part.trim().startsWith(first));
  return [...found.filter(begins), ...found.filter((choice) => !begins(choice))];
}

function plain(text: string): string {
  return text.toLocaleLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");
}
