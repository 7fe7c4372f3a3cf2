/**
 * WCAG 2.2 AA, as far as a program can tell: axe on every page, in both themes, at twice the size of text and in three
 * languages; and all of it by keyboard alone. The pages are those of `tests/shots`, with two people who live in memory.
 */

import axe from "axe-core";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "puppeteer-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { PAGES, type Shown } from "../shots/pages.mjs";
import { serve } from "../shots/server.mjs";
import { CHROMIUM, chromium } from "./chromium";
import { until } from "./phone";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const CONTROLS = "a[href], button, input, select, textarea, summary, [tabindex='0']";
const still = PAGES.filter(({ moving }) => !moving);
const named = (name: string): Shown => PAGES.find((each) => each.name === name)!;

describe.skipIf(CHROMIUM === null)("a page", () => {
  const folder = mkdtempSync(join(tmpdir(), "twinbell-pretend-"));
  let server: Server;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    const web = join(import.meta.dirname, "..", "..");
    const vite = join(web, "node_modules", "vite", "bin", "vite.js");
    const options = [
      "build",
      "--mode",
      "pretend",
      "--outDir",
      folder,
      "--emptyOutDir",
      "--logLevel",
      "error",
    ];
    execFileSync(process.execPath, [vite, ...options], { cwd: web, stdio: "pipe" });
    server = await serve(folder);
    browser = await chromium();
  }, 240_000);

  afterAll(async () => {
    await browser?.close();
    server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    context = await browser.createBrowserContext();
    page = await context.newPage();
  });

  afterEach(() => context.close());

  function look(theme: "light" | "dark"): Promise<void> {
    return page.emulateMediaFeatures([
      { name: "prefers-color-scheme", value: theme },
      { name: "prefers-reduced-motion", value: "reduce" },
    ]);
  }

  /** Show a page as it looks once it has come to rest. */
  async function show(shown: Shown, language: "en" | "ja" | "zh" = "en"): Promise<void> {
    const { scene, hash, path = "/", query = "", act } = shown;
    await page.setViewport({ width: 390, height: 844, isMobile: true, hasTouch: true });
    await look("light");
    await page.evaluateOnNewDocument((chosen) => localStorage.setItem("twinbell.language", chosen), language);
    const { port } = server.address() as AddressInfo;
    await page.goto(`http://127.0.0.1:${port}${path}?scene=${scene}${query}#${hash}`);
    await page.waitForSelector("main, section");
    await act?.(page);
    await page.waitForNetworkIdle({ idleTime: 100 });
    await page.evaluate(
      () =>
        new Promise<void>((resolve) => {
          const rest = (): ReturnType<typeof setTimeout> => setTimeout(resolve, 300);
          let timer = rest();
          new MutationObserver(() => (clearTimeout(timer), (timer = rest()))).observe(document, {
            childList: true,
            subtree: true,
          });
        }),
    );
  }

  /** What axe finds that keeps somebody out, as lines to read. */
  async function faults(): Promise<string[]> {
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate(
      (values) =>
        (globalThis as unknown as { axe: typeof axe }).axe.run(document, {
          runOnly: { type: "tag", values },
          resultTypes: ["violations"],
        }),
      RULES,
    );
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .flatMap(({ id, nodes }) => nodes.map(({ html, any }) => `${id}: ${html} ${any[0]?.message ?? ""}`));
  }

  test("that kept somebody out would be found", async () => {
    await show(named("letters"));

    await page.evaluate(() => {
      document.querySelector("main")!.append(new Image(), document.createElement("button"));
    });

    expect((await faults()).map((fault) => fault.split(":")[0])).toEqual(["button-name", "image-alt"]);
  });

  test.each(still)("keeps nobody out in either theme, or at twice the size of text: $name", async (shown) => {
    await show(shown);
    expect(await faults()).toEqual([]);

    await look("dark");
    expect(await faults()).toEqual([]);

    await page.evaluate(() => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync("html { font-size: 200% }");
      document.adoptedStyleSheets.push(sheet);
    });
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(
      0,
    );
    expect(await faults()).toEqual([]);
  });

  describe.each(["ja", "zh"] as const)("in %s", (language) => {
    const few = [
      "first",
      "give",
      "pendant",
      "letters",
      "letter-read",
      "write-day",
      "verify",
      "room",
      "you",
      "kit",
      "watch-armed",
      "last-write",
      "guardian-asked",
      "reader-ready",
    ];
    test.each(few.map(named))("keeps nobody out: $name", async (shown) => {
      await show(shown, language);

      expect(await page.evaluate(() => document.documentElement.lang)).toMatch(new RegExp(`^${language}`));
      expect(await faults()).toEqual([]);
    });
  });

  test.each(still)("is walked by keyboard alone, and shows where one is: $name", async (shown) => {
    await show(shown);
    const { wanted, names } = await page.evaluate((selector) => {
      const there = [...document.querySelectorAll<HTMLElement>(selector)].filter(
        (element) => element.tabIndex >= 0 && element.checkVisibility({ visibilityProperty: true }),
      );
      const radios = new Map<string, number>();
      const numbers = there.flatMap((element, at) => {
        element.dataset["number"] = String(at);
        if (element.matches(":disabled")) return [];
        // A group of choices is one stop; the arrows move within it.
        if (element instanceof HTMLInputElement && element.type === "radio") {
          if (radios.has(element.name) && !element.checked) return [];
          const before = radios.get(element.name);
          radios.set(element.name, at);
          return before === undefined ? [at] : [-before - 1, at];
        }
        return [at];
      });
      const dropped = new Set(numbers.filter((number) => number < 0).map((number) => -number - 1));
      return {
        wanted: numbers.filter((number) => number >= 0 && !dropped.has(number)),
        names: there.map((element) => element.outerHTML.slice(0, 100)),
      };
    }, CONTROLS);

    const reached = new Set<number>();
    const seen = new Set<number>();
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    for (let step = 0; step < 3 * wanted.length + 8 && reached.size < wanted.length; step++) {
      await page.keyboard.press("Tab");
      const at = await page.evaluate(() => {
        const element = document.activeElement as HTMLElement | null;
        if (!element || element === document.body) return null;
        // A choice may be drawn by what stands around it.
        const drawn = [element, element.closest("label"), element.parentElement].filter(
          (each) => each !== null,
        );
        const shows = drawn.some((each) => {
          const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(each);
          const outlined = outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
          return outlined || (each === element && boxShadow !== "none");
        });
        return { number: Number(element.dataset["number"] ?? -1), shows };
      });
      if (!at) continue;
      if (at.number >= 0) reached.add(at.number);
      // A field for a time has several stops, of which a browser shows the last by itself.
      if (at.shows) seen.add(at.number);
    }

    const named = (numbers: Iterable<number>): string[] => [...numbers].map((number) => names[number] ?? "");
    expect(named(wanted.filter((number) => !reached.has(number)))).toEqual([]);
    expect(named([...reached].filter((number) => !seen.has(number)))).toEqual([]);
  });

  test("is left for another by keyboard, and the focus goes along to its title", async () => {
    await show(named("pendant-plain"));
    const focused = (): Promise<string> => page.evaluate(() => document.activeElement?.tagName ?? "");
    const press = async (name: string): Promise<void> => {
      for (let step = 0; step < 40; step++) {
        const here = await page.evaluate(() => document.activeElement?.textContent?.trim());
        if (here === name) break;
        await page.keyboard.press("Tab");
      }
      await page.keyboard.press("Enter");
    };

    for (const name of ["Letters", "You", "Pendant", "Letters", "Write"]) {
      await press(name);
      if (name !== "Pendant") await until(`the title behind ${name}`, async () => (await focused()) === "H1");
    }

    expect(await page.evaluate(() => location.hash)).toBe("#write");
  });

  test("rings by keyboard as long as a key is held", async () => {
    await show(named("pendant-plain"));
    await page.focus(".touch");

    await page.keyboard.down(" ");
    await page.waitForFunction(() => document.querySelector(".ripple"));
    await page.keyboard.up(" ");

    await page.waitForFunction(() =>
      document.querySelector("section [role=status]")?.textContent?.includes("rings there"),
    );
  });

  test("stands still where a person wants less motion", async () => {
    for (const name of ["pendant", "letter-ready", "room"]) {
      await show(named(name));
      await page.waitForFunction(() =>
        document.getAnimations().every(({ playState }) => playState === "finished" || playState === "idle"),
      );
      const before = await page.evaluate(() => document.querySelector("svg")?.outerHTML);
      await page.evaluate(
        () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
      );
      expect(await page.evaluate(() => document.querySelector("svg")?.outerHTML)).toBe(before);
    }
  });
});
