/**
 * Looks out for what text must never do to a page: run, ask, go somewhere, fetch from elsewhere, become an element.
 *
 * It is the same for our app and for a page that takes text for markup, so that a test shows that it sees something.
 */

import type { Page } from "puppeteer-core";

/** What no page of ours holds, whoever wrote it. */
const STRANGE = [
  "script:not([src^='/assets/'])",
  "style, iframe, object, embed, base, template, marquee, image, math, meta[http-equiv], foreignObject, noscript",
  "form[action], [style*='url('], [srcset], [srcdoc], [poster], [background], [autofocus], [contenteditable]",
  "img:not([src^='blob:']), video, audio, [href*='script:'], [src*='script:']",
].join();

export class Lookout {
  readonly #page: Page;
  /** What happened, in words; empty as long as text was text. */
  readonly seen: string[] = [];

  private constructor(page: Page) {
    this.#page = page;
  }

  /** Look at a page that has not yet gone anywhere. `origin` is the only one that it may ask. */
  static async over(page: Page, origin: string): Promise<Lookout> {
    const lookout = new Lookout(page);
    const { seen } = lookout;
    page.on("dialog", (dialog) => {
      seen.push(`asked: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on("popup", () => seen.push("opened a window"));
    page.on("request", (request) => {
      const url = new URL(request.url());
      // A `data:` asks nobody: Chromium draws its own controls from some, and what runs in one is told below.
      const own = url.origin === origin || ["about:", "blob:", "data:"].includes(url.protocol);
      if (!own) seen.push(`fetched ${request.url().slice(0, 80)}`);
    });
    await page.exposeFunction("toldLookout", (what: string) => seen.push(what));
    await page.evaluateOnNewDocument(() => {
      const all = globalThis as unknown as Record<string, unknown>;
      const tell = all["toldLookout"] as (what: string) => void;
      for (const name of ["ran", "alert", "confirm", "prompt", "print", "open", "eval"]) {
        Object.defineProperty(all, name, { value: () => tell(`ran ${name}`) });
      }
      document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) =>
        tell(`tried ${effectiveDirective} ${blockedURI}`),
      );
    });
    return lookout;
  }

  /** All that happened and all that is strange in the page now, as a test expects it to be: nothing. */
  async sees(): Promise<string[]> {
    const strange = await this.#page.evaluate((selector) => {
      const found = [...document.querySelectorAll(selector)];
      const speaking = [...document.querySelectorAll("*")].filter((element) =>
        [...element.attributes].some(({ name }) => name.startsWith("on")),
      );
      const leading = [...document.querySelectorAll("a, link")].filter((element) => {
        if (!(element instanceof HTMLAnchorElement || element instanceof HTMLLinkElement)) return true;
        return !element.href.startsWith(`${location.origin}/`) || /dns|prefetch/.test(element.rel);
      });
      return [...found, ...speaking, ...leading].map((element) => `holds ${element.outerHTML.slice(0, 80)}`);
    }, STRANGE);
    return [...this.seen, ...strange];
  }
}
