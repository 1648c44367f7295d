import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

import { useTheme } from "./theme";

test("the system's theme leaves the choice to the style sheet", () => {
  useTheme("dark");
  expect(document.documentElement.dataset["theme"]).toBe("dark");
  useTheme("system");
  expect(document.documentElement.dataset["theme"]).toBeUndefined();
});

const css = readFileSync("src/app.css", "utf8");

function colour(name: string, theme: 0 | 1): number[] {
  const both = new RegExp(`--color-${name}: light-dark\\((#\\w{6}), (#\\w{6})\\)`).exec(css);
  const hex = both?.[theme + 1];
  if (hex === undefined) throw new Error(`no colour ${name}`);
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255);
}

function luminance(rgb: number[]): number {
  const [red = 0, green = 0, blue = 0] = rgb.map((part) =>
    part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string, theme: 0 | 1): number {
  const [dark = 0, light = 0] = [luminance(colour(one, theme)), luminance(colour(other, theme))].sort(
    (a, b) => a - b,
  );
  return (light + 0.05) / (dark + 0.05);
}

const TEXTS: [string, string[]][] = [
  ["ink", ["page", "card", "sunk", "accent-soft", "good-soft", "warn-soft", "bad-soft"]],
  ["quiet", ["page", "card", "sunk", "accent-soft"]],
  ["accent", ["page", "card", "sunk", "accent-soft"]],
  ["good", ["card", "good-soft"]],
  ["warn", ["card", "warn-soft"]],
  ["bad", ["card", "bad-soft"]],
  ["on-accent", ["accent"]],
  ["on-bad", ["bad"]],
];

test.each([0, 1] as const)(
  "every text can be read on every ground (theme %i): WCAG AA, 4.5 to 1",
  (theme) => {
    const faint = TEXTS.flatMap(([text, grounds]) =>
      grounds
        .map((ground) => ({ text, ground, contrast: contrast(text, ground, theme) }))
        .filter((pair) => pair.contrast < 4.5),
    );
    expect(faint).toEqual([]);
  },
);

test.each([0, 1] as const)("what can be filled in stands out from its ground (theme %i): 3 to 1", (theme) => {
  for (const ground of ["page", "card"]) expect(contrast("outline", ground, theme)).toBeGreaterThanOrEqual(3);
});
