/** `text` with one thing a line, for reading only; what can't be taken apart is shown as it is. */
export function pretty(text: string, language: "xml" | "json" | "text"): string {
  if (language === "json") return prettyJson(text);
  if (language === "xml") return prettyXml(text);
  return text;
}

function prettyJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** Only breaks and indents between tags: no character of the text is read as anything else. */
function prettyXml(text: string): string {
  const lines: string[] = [];
  let depth = 0;
  for (const part of text.replace(/>\s+</g, "><").split(/(?<=>)(?=<)/)) {
    const closes = part.startsWith("</");
    if (closes) depth -= 1;
    lines.push(`${"  ".repeat(Math.max(0, depth))}${part.trim()}`);
    const opens = /^<[^/?!]/.test(part) && !/\/>$|<\//.test(part);
    if (opens) depth += 1;
  }
  return lines.join("\n");
}
