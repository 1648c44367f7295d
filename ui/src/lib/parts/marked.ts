/** A part of a text; `said` is what stands on the screen of another program, word for word. */
export interface MarkedPart {
  text: string;
  said: boolean;
}

/** A text in whose messages what another program says stands between asterisks: `Choose *File > Open*.` */
export function marked(text: string): MarkedPart[] {
  return text
    .split("*")
    .map((part, index) => ({ text: part, said: index % 2 === 1 }))
    .filter((part) => part.text !== "");
}
