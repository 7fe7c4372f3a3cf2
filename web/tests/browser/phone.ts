/** A phone in somebody's hand: a browser with a profile of its own. It is only seen, touched and written into. */

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, ElementHandle, JSHandle, Page } from "puppeteer-core";
import decodeQR from "qr/decode.js";
import { afterEach } from "vitest";
import { chromium, firefox } from "./chromium";

export type Kind = "Chromium" | "Firefox";

const SHOTS = join(import.meta.dirname, "..", "..", "..", "build", "stories");
const PATIENCE_MS = 60_000;
const LOOK_MS = 60;

/** Ask until there is an answer: how a story waits, since it never sleeps for so long. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | null | undefined | false>,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  for (const endMs = Date.now() + patienceMs; ;) {
    const answer = await ask();
    if (answer !== null && answer !== undefined && answer !== false) return answer;
    if (Date.now() > endMs) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** After a test that failed, every phone is photographed. */
export function photographFailures(): void {
  afterEach(async ({ task }) => {
    if (task.result?.state !== "fail") return;
    for (const phone of Phone.all) {
      const told = (error: Error): string => `nothing: ${error.message}`;
      const [said] = await Promise.all([
        phone.reads().catch(told),
        phone.photograph(`failed ${task.name}`).catch(told),
      ]);
      console.log(`${phone.name}'s phone said: ${said.slice(0, 600)}`, ...phone.complaints.slice(0, 6));
    }
  });
}

export class Phone {
  static readonly all = new Set<Phone>();

  readonly name: string;
  readonly kind: Kind;
  /** What its browser keeps on the disk. */
  readonly profile = mkdtempSync(join(tmpdir(), "twinbell-phone-"));
  readonly saves = mkdtempSync(join(tmpdir(), "twinbell-saved-"));
  /** What the browser had to complain about. */
  readonly complaints: string[] = [];
  #browser: Browser | null = null;
  #page: Page | null = null;

  constructor(name: string, kind: Kind = "Chromium") {
    this.name = name;
    this.kind = kind;
    Phone.all.add(this);
  }

  get page(): Page {
    if (!this.#page) throw new Error(`The phone of ${this.name} is off.`);
    return this.#page;
  }

  get browser(): Browser {
    if (!this.#browser) throw new Error(`The phone of ${this.name} is off.`);
    return this.#browser;
  }

  /** Open an address; the browser is started if it is not running. */
  async open(url: string): Promise<void> {
    if (!this.#browser) {
      const start = this.kind === "Chromium" ? chromium : firefox;
      this.#browser = await start({ profile: this.profile, saves: this.saves });
      this.#page = (await this.#browser.pages())[0] ?? (await this.#browser.newPage());
      await this.#hold(this.#page);
    }
    await this.page.goto(url, { waitUntil: "load" });
  }

  /** End the browser, and keep the profile. */
  async off(): Promise<void> {
    const browser = this.#browser;
    this.#browser = this.#page = null;
    await browser?.close();
  }

  async throwAway(): Promise<void> {
    await this.off();
    Phone.all.delete(this);
    for (const folder of [this.profile, this.saves]) rmSync(folder, { recursive: true, force: true });
  }

  async #hold(page: Page): Promise<void> {
    const touch = this.kind === "Chromium" ? { isMobile: true, hasTouch: true, deviceScaleFactor: 2 } : {};
    // A Firefox that cannot be told how it is held has taken the size all the same.
    await page.setViewport({ width: 390, height: 844, ...touch }).catch((error: Error) => {
      if (this.kind === "Chromium" || !error.message.includes("setScreenOrientationOverride")) throw error;
    });
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    page.on("console", (message) => {
      if (["error", "warn"].includes(message.type())) this.complaints.push(message.text());
    });
  }

  /** All that a person can read now, in one line. */
  async reads(): Promise<string> {
    return (await this.page.evaluate(() => document.body.innerText)).replace(/\s+/g, " ");
  }

  /** Wait until this is true in the page. Asked from outside: what polls inside is made by eval, which no page of ours allows. */
  async holds<Given extends unknown[]>(what: (...given: Given) => unknown, ...given: Given): Promise<void> {
    await until("what a page has to come to", async () =>
      Boolean(
        await this.page.evaluate(what as (...given: unknown[]) => unknown, ...given).catch(() => false),
      ),
    );
  }

  /** Wait until this can be read, and return what matched. */
  async sees(what: string | RegExp, patienceMs?: number): Promise<RegExpMatchArray> {
    let read = "";
    const found = async (): Promise<RegExpMatchArray | null> => {
      read = await this.reads().catch(() => ""); // between two pages there is nothing to read
      if (typeof what !== "string") return read.match(what);
      return read.includes(what) ? ([what] as RegExpMatchArray) : null;
    };
    return await until(`“${what}” on the phone of ${this.name}`, found, patienceMs).catch((error: Error) => {
      throw new Error(`${error.message}; it says: ${read}`);
    });
  }

  async seesNoMore(what: string): Promise<void> {
    await until(`an end of “${what}”`, async () => !(await this.reads()).includes(what));
  }

  /** Touch what has this name: a button, a link, a choice. */
  async touch(name: string): Promise<void> {
    const found = await this.#find(name, "button:enabled, a, summary, label");
    // A finger would wait until nothing lies over it any more.
    await until(`“${name}” to lie open`, () =>
      found.evaluate((element) => {
        element.scrollIntoView({ block: "center", behavior: "instant" });
        const { x, y, width, height } = element.getBoundingClientRect();
        return element.contains(document.elementFromPoint(x + width / 2, y + height / 2));
      }),
    );
    await found.click();
    await found.dispose(); // what a test still holds would be kept in the page
  }

  /** Whether there is something of this name to touch. */
  async offers(name: string): Promise<boolean> {
    const found = await this.#look(name, "button:enabled, a, summary, label");
    await found?.dispose();
    return found !== null;
  }

  /** Write into the field of this name, in the place of what stood there. */
  async write(name: string, text: string): Promise<void> {
    const field = await this.#field(name);
    await field.click({ count: 3 });
    await this.page.keyboard.press("Backspace");
    await field.type(text);
    await field.dispose();
  }

  /** Choose from the list of this name. */
  async choose(name: string, value: string): Promise<void> {
    await (await this.#field(name)).select(value);
  }

  /** Set a time, which each browser lets one type in another way; with seconds, so that no story waits a minute. */
  async set(name: string, value: string): Promise<void> {
    await (
      await this.#field(name)
    ).evaluate((field, given) => {
      if (/^\d\d:\d\d:\d\d$/.test(given)) field.setAttribute("step", "1");
      (field as HTMLInputElement).value = given;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }, value);
  }

  /** Choose a file as from the phone's own folders. */
  async attach(name: string, path: string): Promise<void> {
    const field = await this.#field(name);
    await (field as ElementHandle<HTMLInputElement>).uploadFile(path);
  }

  /** The texts of all that a selector finds. */
  async list(selector: string): Promise<string[]> {
    return await this.page.$$eval(selector, (all) => all.map((each) => each.textContent?.trim() ?? ""));
  }

  /** What the code on the screen says, read from its very squares. */
  async scan(): Promise<string> {
    const code = await until("a code", () => this.page.$('svg[shape-rendering="crispEdges"]'));
    const { size, path } = await code.evaluate((svg) => ({
      size: (svg as SVGSVGElement).viewBox.baseVal.width,
      path: svg.querySelector("path")?.getAttribute("d") ?? "",
    }));
    const SCALE = 4;
    const width = size * SCALE;
    const data = new Uint8Array(width * width * 4).fill(255);
    for (const [, x, y] of path.matchAll(/M(\d+) (\d+)h/g)) {
      for (let at = 0; at < SCALE * SCALE; at++) {
        const row = Number(y) * SCALE + Math.floor(at / SCALE);
        const column = Number(x) * SCALE + (at % SCALE);
        data.fill(0, (row * width + column) * 4, (row * width + column) * 4 + 3);
      }
    }
    return decodeQR({ width, height: width, data });
  }

  /** Press what has this name; resolves with how to let go. */
  async press(name: string): Promise<() => Promise<void>> {
    return await (
      await this.finger(name)
    )();
  }

  /** Lay a finger over what has this name, or a mouse where the browser knows no finger: it presses at once. */
  async finger(name: string): Promise<() => Promise<() => Promise<void>>> {
    const found = await this.#find(name, "button:enabled");
    const box = await found.boundingBox();
    await found.dispose();
    if (!box) throw new Error(`${name} has no place on the screen.`);
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    if (this.kind === "Chromium") {
      return async () => {
        const finger = await this.page.touchscreen.touchStart(x, y);
        return () => finger.end();
      };
    }
    await this.page.mouse.move(x, y);
    return async () => {
      await this.page.mouse.down();
      return () => this.page.mouse.up();
    };
  }

  /** Wait for a file that was saved under this name, and return it. While it is written, an empty one has its name. */
  async saved(name: string): Promise<Buffer> {
    const path = join(this.saves, name);
    return await until(`a file ${name}`, async () => {
      const data = existsSync(path) ? readFileSync(path) : null;
      return data?.length ? data : null;
    });
  }

  async photograph(what: string): Promise<void> {
    mkdirSync(SHOTS, { recursive: true });
    const name = `${what} ${this.name}`.toLowerCase().replace(/[^a-z0-9]+/g, "-");
    await this.page.screenshot({ path: join(SHOTS, `${name}.png`) as `${string}.png` });
  }

  async #field(name: string): Promise<ElementHandle<Element>> {
    const label = await this.#find(name, "label, input, textarea, select");
    const control = await label.evaluateHandle((found) => (found as HTMLLabelElement).control ?? found);
    await label.dispose();
    return elementOf(control);
  }

  async #find(name: string, selector: string): Promise<ElementHandle<Element>> {
    return await until(`“${name}” to touch on the phone of ${this.name}`, () =>
      this.#look(name, selector),
    ).catch(async (error: Error) => {
      throw new Error(`${error.message}; it says: ${await this.reads()}`);
    });
  }

  async #look(name: string, selector: string): Promise<ElementHandle<Element> | null> {
    const handle = await this.page
      .evaluateHandle(
        (wanted, where) => {
          const called = (element: Element): string =>
            (element.getAttribute("aria-label") ?? element.textContent ?? "").replace(/\s+/g, " ").trim();
          const there = [...document.querySelectorAll(where)].filter((element) => element.checkVisibility());
          const exactly = there.find((element) => called(element) === wanted);
          return exactly ?? there.find((element) => called(element).startsWith(wanted)) ?? null;
        },
        name,
        selector,
      )
      .catch(() => null); // the page is on its way to another
    return handle?.asElement() as ElementHandle<Element> | null;
  }
}

function elementOf(handle: JSHandle): ElementHandle<Element> {
  return handle.asElement() as ElementHandle<Element>;
}
