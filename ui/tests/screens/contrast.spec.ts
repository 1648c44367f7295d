/** Every screen in the system's high contrast (Windows' contrast themes), where backgrounds and shadows are not painted. */
import { expect, test, type Page } from "@playwright/test";

import { overview, preferences } from "../fixtures/answers";
import { needing } from "../fixtures/attention";
import { serve, type Answers } from "../fixtures/backend";
import { heldPage, history, postedPage, rejectedPage } from "../fixtures/history";
import { home, uneven } from "../fixtures/home";
import { expectAccessible, screenshot } from "../fixtures/look";
import { PLACES, settled } from "../fixtures/settings";
import {
  noToken,
  notCalledYet,
  restingConnector,
  settingUp,
  STEPS,
  underWay,
  started,
} from "../fixtures/setup";

const NOW = new Date("2026-11-27T14:56:40Z");
const entry = (key: string) => `history/entries/${encodeURIComponent(key)}`;

interface Screen {
  answers: Answers;
  at: string;
  act?: (page: Page) => Promise<void>;
}

const press = (name: string) => async (page: Page) => {
  await page.getByRole("button", { name, exact: true }).first().press("Enter");
  await expect(page.getByRole("dialog")).toBeVisible();
};

const SCREENS: Record<string, Screen> = {
  home: { answers: { ...home, tieOutDays: uneven }, at: "home" },
  day: { answers: home, at: "home/days/2026-11-26" },
  entries: { answers: history, at: "history/entries?state=held" },
  runs: { answers: history, at: "history/runs" },
  documents: { answers: history, at: "history/documents" },
  run: { answers: history, at: "history/runs/408" },
  entry: { answers: history, at: entry(postedPage.entry.key) },
  "entry-held": { answers: history, at: entry(heldPage.entry.key) },
  "entry-refused": { answers: history, at: entry(rejectedPage.entry.key) },
  undo: { answers: history, at: entry(postedPage.entry.key), act: press("Undo") },
  attention: { answers: needing, at: "attention" },
  "attention-cause": { answers: needing, at: "attention/refused-3140" },
  "attention-choose": { answers: needing, at: "attention", act: press("Choose an account") },
  ...Object.fromEntries(
    PLACES.map((place) => [
      `settings-${place.replace("/", "-")}`,
      { answers: settled, at: `settings/${place}` },
    ]),
  ),
  ...Object.fromEntries(
    STEPS.map((step) => [
      `setup-${step}`,
      {
        answers: {
          ...settingUp(step),
          ...(step === "token"
            ? { appToken: noToken, quickBooksConnection: notCalledYet, connector: restingConnector }
            : {}),
        },
        at: `setup/${step}`,
      },
    ]),
  ),
  "setup-begun": {
    answers: { ...settingUp("preview"), setup: started, integration: underWay, overview },
    at: "setup",
  },
};

/** What is pressed or filled in, and has no edge that is painted: its background is not. */
async function withoutEdge(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const canvas = getComputedStyle(document.body).backgroundColor;
    const painted = (element: Element) => {
      const { borderBottomStyle, borderBottomWidth, borderBottomColor, backgroundColor } =
        getComputedStyle(element);
      const edge = borderBottomStyle !== "none" && parseFloat(borderBottomWidth) > 0;
      return (
        (edge && borderBottomColor !== canvas) || ![canvas, "rgba(0, 0, 0, 0)"].includes(backgroundColor)
      );
    };
    const fields = "input:not([type=radio], [type=checkbox]), input[role=switch], select, textarea";
    const found = document.querySelectorAll(`button, ${fields}, [role=meter], progress, dialog, .card`);
    return (
      [...found]
        .filter((element) => element.checkVisibility() && element.getBoundingClientRect().width > 1)
        .filter((element) => !element.matches("[role=tab], .sr-only"))
        // An icon is its own edge.
        .filter((element) => !element.matches("button") || element.textContent.trim() !== "")
        .filter((element) => !painted(element))
        .map((element) => element.outerHTML.slice(0, 120))
    );
  });
}

/** What has the focus, unless a ring that is painted around it or around what it stands for shows that. */
async function withoutRing(page: Page): Promise<string | null> {
  return page.evaluate(async () => {
    // A ring that fades in is there when it has.
    const fades = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
    await Promise.allSettled(fades.map((fade) => fade.finished));
    const canvas = getComputedStyle(document.body).backgroundColor;
    const focused = document.activeElement;
    if (focused === null || focused === document.body) return null;
    const rings = [focused, focused.closest("label")].filter((element) => element !== null);
    const seen = rings.some((element) => {
      const { outlineStyle, outlineWidth, outlineColor, outlineOffset, backgroundColor } =
        getComputedStyle(element);
      const under = parseFloat(outlineOffset) < 0 ? backgroundColor : canvas;
      return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 && outlineColor !== under;
    });
    return seen || focused.matches("main, h1") ? null : focused.outerHTML.slice(0, 200);
  });
}

/** What is chosen among others, and looks like them. */
async function likeTheOthers(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const look = (element: Element) => {
      const { backgroundColor, borderBottomColor, borderLeftColor } = getComputedStyle(element);
      return [backgroundColor, borderBottomColor, borderLeftColor].join();
    };
    const groups = [
      ["nav a[aria-current]", "nav a:not([aria-current])"],
      ["[role=tab][aria-selected=true]", "[role=tab][aria-selected=false]"],
    ] as const;
    return groups
      .filter(([chosen, others]) => {
        const [one, other] = [document.querySelector(chosen), document.querySelector(others)];
        return one !== null && other !== null && look(one) === look(other);
      })
      .map(([chosen]) => chosen);
  });
}

/** The colours are the system's in either theme: in light, these few stand for all. */
const IN_LIGHT = ["home", "entries", "attention-choose", "setup-token"];

for (const theme of ["light", "dark"] as const) {
  test.describe(`high contrast, ${theme}`, () => {
    test.use({ contextOptions: { forcedColors: "active", reducedMotion: "reduce" }, colorScheme: theme });

    for (const [name, { answers, at, act }] of Object.entries(SCREENS)) {
      if (theme === "light" && !IN_LIGHT.includes(name)) continue;
      test(`${name} is readable`, async ({ page }) => {
        test.slow();
        await page.clock.setFixedTime(NOW);
        await serve(page, { ...answers, preferences: { ...preferences, theme } });
        await page.goto(`/#/${at}`);
        await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
        await expect(page.getByRole("main").getByText("Loading…")).toHaveCount(0);
        await act?.(page);
        await screenshot(page, `contrast-${name}-${theme}`);
        expect.soft(await withoutEdge(page), "without an edge").toEqual([]);
        expect.soft(await likeTheOthers(page), "chosen, and like the others").toEqual([]);
        await expectAccessible(page);
        const unseen = new Set<string>();
        for (let stop = 0; stop < 30; stop++) {
          await page.keyboard.press("Tab");
          const ring = await withoutRing(page);
          if (ring !== null) unseen.add(ring);
        }
        expect([...unseen], "focused, and not seen to be").toEqual([]);
      });
    }

    test("the bars of the tie-out are told apart, by more than colour", async ({ page }) => {
      await page.clock.setFixedTime(NOW);
      await serve(page, { ...home, preferences: { ...preferences, theme } });
      await page.goto("/#/home");
      const bars = page
        .getByRole("list", { name: "Tie-out" })
        .getByRole("link")
        .last()
        .locator("span > span");
      await expect(bars.nth(1)).toBeAttached();
      const looks = await bars.evaluateAll((all) =>
        all.slice(0, 2).map((bar) => {
          const { backgroundColor, borderTopWidth } = getComputedStyle(bar);
          const canvas = getComputedStyle(document.body).backgroundColor;
          return { filled: backgroundColor !== canvas, edge: borderTopWidth !== "0px" };
        }),
      );
      expect(looks).toEqual([
        { filled: false, edge: true },
        { filled: true, edge: false },
      ]);
    });
  });
}
