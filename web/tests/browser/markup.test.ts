/**
 * O10: whatever the other one fills in is text. Every payload travels, from a client of ours in its own process over
 * a real relay into the app as it was built, and is read there as it was written; none of them does anything.
 */

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Browser as Home, type Page as Peer } from "../client/browser";
import { RelayProcess } from "../relay";
import { CHROMIUM, FIREFOX } from "./chromium";
import { answerBell, DIST } from "./couple";
import { Lookout } from "./lookout";
import { PAYLOADS } from "./payloads";
import { Phone, photographFailures, until, type Kind } from "./phone";

const utf8 = (text: string): number => Buffer.byteLength(text);
const texts = PAYLOADS.map(({ text }) => text);
const VISIBLE = /^[^\p{C}\p{Zl}\p{Zp}]*$/u;
/** What the rules let a name hold, a line, a file's name, and a thought: the rest is refused, and tested there. */
const names = texts
  .map((text) => text.trim().normalize("NFC"))
  .filter((text) => text && [...text].length <= 64 && VISIBLE.test(text));
const lines = texts.filter((text) => utf8(text) <= 1000 && !/[\u0000-\u001f\u007f-\u009f]/.test(text));
const fileNames = texts.filter((text) => utf8(text) <= 255);
const thoughts = texts.filter((text) => utf8(text) <= 400);
/** Of what a worker answers, nothing but the text of a letter is longer. */
const answers = texts.filter((text) => utf8(text) <= 1000);

/** As many of them together as fit, for what takes a while to travel. */
function packed(parts: readonly string[], bytesMax: number): string[] {
  const made: string[] = [];
  for (const part of parts) {
    const more = made.length > 0 ? `${made.at(-1)} ${part}` : part;
    if (made.length > 0 && utf8(more) <= bytesMax) made[made.length - 1] = more;
    else made.push(part);
  }
  return made;
}

/** The `at`th of `count` shares of all. */
function share<T>(all: readonly T[], at: number, count: number): readonly T[] {
  return all.slice(Math.floor((all.length * at) / count), Math.floor((all.length * (at + 1)) / count));
}

photographFailures();

test("there are five hundred payloads and more for each field", () => {
  for (const each of [texts, names, lines, fileNames, thoughts, answers]) {
    expect(new Set(each).size).toBeGreaterThanOrEqual(500);
  }
});

/** So many at a time: a browser that is driven has to answer within two minutes. */
const SHARES = 12;

const BROWSERS: readonly { readonly kind: Kind; readonly there: string | null }[] = [
  { kind: "Chromium", there: CHROMIUM },
  { kind: "Firefox", there: FIREFOX },
];

describe.each(BROWSERS)("in $kind", ({ kind, there }) => {
  describe.skipIf(there === null)("text", () => {
    let relay: RelayProcess;
    let home: Home;
    let peer: Peer;
    let phone: Phone;
    let lookout: Lookout;
    let bond = "";

    beforeAll(async () => {
      relay = await RelayProcess.start({ more: ["--web", DIST] });
      home = await Home.make();
      peer = home.open(relay.url);
      await peer.api.start();
      phone = new Phone("Ada", kind);
      await phone.open("about:blank");
      lookout = await Lookout.over(phone.page, relay.url);
      await phone.page.evaluateOnNewDocument(stand);
    });

    afterAll(async () => {
      await phone?.throwAway();
      await peer?.api.awake(false);
      await relay?.stop();
      await home?.remove();
    });

    /** Go to a page without loading the app anew. */
    const visit = async (page: string): Promise<void> => {
      await phone.page.evaluate((hash) => {
        location.hash = hash;
      }, page);
      await phone.holds(
        (hash) => location.hash === `#${hash}` && document.querySelector("main, section") !== null,
        page,
      );
    };

    test("in the name of a bell is a name", async () => {
      // One of each family travels; below, each stands where a name stands.
      const families = new Map(
        PAYLOADS.filter(({ text }) => names.includes(text)).map(({ family, text }) => [family, text]),
      );

      for (const text of families.values()) {
        const { code } = await peer.api.giveBell({ name: text, form: "link" });
        peer.told.length = 0;
        await answerBell(phone, code);
        bond = (await peer.until("bell")).outcome.bond!;
        await phone.touch("Compare the words");
        await phone.holds((name) => document.body.textContent?.includes(name), text);
        expect(await lookout.sees()).toEqual([]);
      }
      await visit("you");
      for (const text of families.values()) {
        await phone.holds((name) => document.body.textContent?.includes(name), text);
      }
      expect(await lookout.sees()).toEqual([]);
    }, 600_000);

    test("in a letter is its subject, its words, and the names of its files", async () => {
      const { words } = await peer.api.kit(bond);
      await peer.api.confirmKit(bond, new Map([2, 9, 20].map((at) => [at, words[at] ?? ""])));
      const subjects = packed(lines, 1000);
      const TYPES = ["text/html", "image/svg+xml", "image/png", "application/xhtml+xml"];
      const sent = subjects.map((subject, at) => ({
        subject,
        text: share(texts, at, subjects.length).join("\n\n"),
        files: share(fileNames, at, subjects.length).map(
          (name, which) => new File(["<svg onload=ran()>"], name, { type: TYPES[which % 4] ?? "" }),
        ),
      }));
      await visit("letters");

      for (const { subject, text, files } of sent) {
        const letter = { subject, text, files, wish: null, years: 1, hold: "balance" } as const;
        const [id] = await peer.api.writeLetter({ bond, ...letter });
        await phone.holds((end) => document.querySelector(`a[href$="${end}"]`) !== null, id!);
        await visit(`letter/${id}`);
        await phone.touch("Open");
        await phone.page.waitForSelector("article p");

        const read = await phone.page.evaluate(() => ({
          subject: document.querySelector("h1")?.textContent,
          text: [...document.querySelectorAll("article p")].map((each) => each.textContent).join("\n\n"),
          files: [...document.querySelectorAll(".name")].map((each) => each.textContent),
        }));
        expect(read).toEqual({ subject, text, files: files.map(({ name }) => name.normalize("NFC")) });
        expect(await lookout.sees()).toEqual([]);
        await visit("letters");
      }

      const far = { subject: "Far", text: "", files: [], years: 1, hold: "balance" } as const;
      await peer.api.writeLetter({ bond, ...far, wish: { local: "2041-10-10T08:00", zone: "Asia/Tokyo" } });
      await phone.page.waitForSelector(".envelope");

      const shelf = new Set(await phone.list(".subject"));
      expect(shelf).toEqual(new Set(subjects.map((subject) => subject.trim())));
      expect(await lookout.sees()).toEqual([]);
    }, 600_000);

    test("in a thought is a thought", async () => {
      await visit("room");
      await phone.touch("Knock");
      await phone.page.waitForSelector("textarea");
      await peer.api.enter(bond);
      await peer.until("room", ({ room }) => room.state === "together");
      await phone.page.evaluate(() => {
        const heard = new Set<string>();
        Object.assign(globalThis, { heard });
        new MutationObserver(() => {
          for (const each of document.querySelectorAll(".thoughts > p")) {
            heard.add(each.lastChild?.textContent ?? "");
          }
        }).observe(document.querySelector(".thoughts")!, { childList: true, subtree: true });
      });

      const said = packed(thoughts, 400);
      for (const [number, text] of said.entries()) await peer.api.think(bond, { number, text, done: true });

      const heard = (): Promise<string[]> =>
        phone.page.evaluate(() => [...(globalThis as unknown as { heard: Set<string> }).heard]);
      await until("the last thought", async () => (await heard()).includes(said.at(-1)!), 120_000);
      expect(new Set(await heard())).toEqual(new Set(said));
      expect(await lookout.sees()).toEqual([]);
      await peer.api.leave(bond);
      await visit("pendant");
    }, 300_000);

    test("in what they tell of themselves changes nothing that is ours, and neither does a portrait", async () => {
      const pixels = Uint8Array.from({ length: 64 * 16 }, (_, at) => (at * 73) & 255);

      await peer.api.setAbout(bond, { birthday: "02-29", zone: "Mars/Olympus_Mons", place: names.at(-1)! });
      await peer.api.setPortrait(bond, { size: 64, pixels });

      await phone.holds(() => document.querySelector(".body svg")?.innerHTML.length);
      await until("their word", async () =>
        phone.page.evaluate(
          () =>
            (globalThis as unknown as { told: readonly string[] }).told.filter((each) => each === "bonds")
              .length > 1,
        ),
      );
      for (const page of ["pendant", "verify", "letters", "write", "room", "you"]) {
        await visit(page);
        expect(await lookout.sees()).toEqual([]);
      }
    }, 120_000);

    test.each(["pendant", "letters", "verify", "room", "you", "write"])(
      "in whatever a worker could ever answer is text on the page “%s”",
      async (page) => {
        await visit(page);

        for (let at = 0; at < SHARES; at++) {
          const unread = await phone.page.evaluate(fillIn, page, share(answers, at, SHARES));
          expect(unread).toEqual([]);
          expect(await lookout.sees()).toEqual([]);
        }
      },
      600_000,
    );

    test("never made the browser complain", () => {
      expect(phone.complaints).toEqual([]);
      expect(phone.page.url()).toContain(relay.url);
    });
  });

  test.skipIf(there === null)(
    "a page that takes it for markup is found out",
    async () => {
      const server = await blank();
      const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const careless = new Phone("Nobody", kind);
      try {
        await careless.open("about:blank");
        const lookout = await Lookout.over(careless.page, origin);
        const found = new Set<string>();
        await careless.open(origin);
        for (const { family, text } of PAYLOADS.filter((payload) => payload.text.length < 1000)) {
          const seen = (await lookout.sees()).length;
          await careless.page.evaluate(
            (markup) => {
              document.body.innerHTML = markup;
            },
            text.replace(/http-equiv=refresh|autofocus/, "x"),
          ); // it must stay here for the next one
          if ((await lookout.sees()).length > seen) found.add(family);
        }

        const harmless = ["templates", "entities"]; // HTML alone makes little of them
        const all = PAYLOADS.map(({ family }) => family).filter((family) => !harmless.includes(family));
        expect(all.filter((family) => !found.has(family))).toEqual([]);
        expect(lookout.seen.some((what) => what.startsWith("ran"))).toBe(true);
        expect(lookout.seen.some((what) => what.includes("elsewhere.invalid"))).toBe(true);
      } finally {
        await careless.throwAway();
        server.close();
      }
    },
    300_000,
  );
});

/** Stands between the page and its worker, from the first line on: hands on, notes, and fills in where it is told to. */
function stand(): void {
  type Told = { value?: unknown; event?: { kind: string } };
  const all = globalThis as unknown as {
    told: string[];
    answers: number;
    payload: string | null;
    tellPage: (event: unknown) => void;
  };
  all.told = [];
  all.answers = 0;
  all.payload = null;
  const FIELDS = new Set(["peer", "me", "from", "label", "subject", "place", "keeper"]);
  const filled = (value: unknown, payload: string): unknown => {
    if (Array.isArray(value)) return value.map((each: unknown) => filled(each, payload));
    if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype)
      return value;
    const put = (name: string, each: unknown): unknown => {
      if (name === "opensS" && each !== null) return Number.MAX_SAFE_INTEGER;
      if (typeof each !== "string") return filled(each, payload);
      // A zone is a word by the rules of the bond; no browser has to know it.
      return name === "zone" ? "Mars/Olympus_Mons" : FIELDS.has(name) ? payload : each;
    };
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, put(name, each)]));
  };
  const listen = Worker.prototype.addEventListener;
  Worker.prototype.addEventListener = function (
    this: Worker,
    type: string,
    listener: (event: { data: unknown }) => void,
  ) {
    if (type !== "message") return listen.call(this, type, listener as unknown as EventListener);
    all.tellPage = (event) => listener({ data: { event } });
    listen.call(this, type, (message) => {
      const data = (message as MessageEvent<Told>).data;
      listener({ data: all.payload === null ? data : filled(data, all.payload) });
      if (data.event) all.told.push(data.event.kind);
      else all.answers++;
    });
  } as typeof listen;
}

/** Have each payload in every such field of a page, one after another; return those that could not be read there. */
async function fillIn(page: string, payloads: readonly string[]): Promise<string[]> {
  const all = globalThis as unknown as {
    answers: number;
    payload: string | null;
    tellPage: (event: unknown) => void;
  };
  // A page asks so many things anew when its bonds have changed; these pages show a name even without news.
  const ASKED = 9;
  const NAMES = ["pendant", "verify", "room"];
  const unread: string[] = [];
  const soon = (): Promise<void> =>
    new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => resolve();
      port2.postMessage(null);
    });
  const comes = async (what: () => boolean, patienceMs = 20_000): Promise<boolean> => {
    for (const endMs = performance.now() + patienceMs; performance.now() < endMs; await soon()) {
      if (what()) return true;
    }
    return false;
  };
  const reads = (text: string): boolean => document.body.textContent?.includes(text) ?? false;
  for (const [number, text] of payloads.entries()) {
    const before = all.answers;
    all.payload = text;
    all.tellPage({ kind: "bonds" });
    if (!(await comes(() => all.answers >= before + ASKED))) unread.push("the worker did not answer");
    const named = async (): Promise<boolean> => {
      if (page !== "room") return comes(() => reads(text));
      // A room stays with the one who is in it; so one goes out and comes in again, until the name has come.
      for (let tries = 0; tries < 5; tries++) {
        location.hash = "pendant";
        await comes(() => !document.querySelector(".room"));
        location.hash = "room";
        if (await comes(() => reads(text), 4000)) return true;
      }
      return false;
    };
    if (NAMES.includes(page) && !(await named())) unread.push(`name: ${text.slice(0, 80)}`);
    const tellNews = (): void => {
      const news = { number: performance.now() + number, bond: null, kind: "device", atS: 0 };
      all.tellPage({ kind: "news", news: { ...news, facts: { peer: text } } });
    };
    const read = async (): Promise<boolean> => {
      // An answer that was on its way may hold no news; then they are told once more.
      for (let tries = 0; tries < 5; tries++) {
        tellNews();
        if (await comes(() => reads(text), 4000)) return true;
      }
      return false;
    };
    // In the room no news is told.
    if (page !== "room" && !(await read())) unread.push(`news: ${text.slice(0, 80)}`);
  }
  all.payload = null;
  all.tellPage({ kind: "bonds" });
  return unread;
}

/** A page of nothing, without a policy. */
function blank(): Promise<Server> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/html" });
    response.end("<!doctype html><title>Careless</title><body>");
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}
