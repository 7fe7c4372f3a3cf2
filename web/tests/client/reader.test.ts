/** The reader of last letters in a browser; writer and guardians are Python's, relay and clocks are real. */

import { afterAll, beforeAll, expect, test } from "vitest";
import type { LastLetter } from "../../src/client/api";
import { hex, utf8 } from "../../src/core/bytes";
import { sha256 } from "../../src/core/crypto/kdf";
import { forge } from "../core/crypto/liar";
import { RelayProcess } from "../relay";
import { Twin } from "../twin";
import { Browser, type Page } from "./browser";

const PIANO = "The key to the piano is behind the clock.";
const GARDEN = "The roses want cutting in March.";
const SOON = "The floor of this one comes before all silence.";
const SLOW_MS = 120_000; // a day of this watch is a second, and there are a dozen of them

let relay: RelayProcess;
let browser: Browser;
let page: Page;
let twin: Twin;
let [piano, garden, soon] = ["", "", ""];

beforeAll(async () => {
  relay = await RelayProcess.start({
    more: ["--remind", "json", "--remind-private", "--strangers-per-minute", "10000"],
  });
  browser = await Browser.make();
  page = browser.open(relay.url);
  await page.api.start();
  twin = new Twin("tests.interop.watched");
  await twin.ask("meet", { relay: relay.url });
  for (const [who, kind] of [
    ["Mei", "pair"],
    ["Ann", "guardian"],
    ["Bo", "guardian"],
  ] as const) {
    const bell = await page.api.giveBell({ name: "Jun", form: "spoken", kind });
    await twin.ask("answer", { who, code: bell.code });
    await page.until("bell", ({ outcome }) => outcome.bell === bell.id);
  }
  const said = await twin.ask("arm", {
    every: 6,
    texts: [PIANO, GARDEN, SOON],
    floors: ["in 1 year", "in 1 year", "in 20 s"],
  });
  [piano = "", garden = "", soon = ""] = said.list("letters") as string[];
}, SLOW_MS);

afterAll(async () => {
  twin?.close();
  await relay?.stop();
  await browser?.remove();
});

test("it comes, shows what holds it back, and stays shut while its writer is heard from", async () => {
  const before = await page.eventually(async () => await standing(piano).catch(() => null));

  expect(before).toMatchObject({
    ...{ outgoing: false, need: 2, guardians: 2, names: ["Ann", "Bo"], rehearsal: true, standing: null },
    ...{ state: "waiting", helpers: [], missing: 2, hasFalse: false, hasPart: false },
  });
  expect(before.rows.map(({ by, keepersNeeded }) => [by, keepersNeeded])).toEqual([
    ["silence", 0],
    ["floor", 1],
  ]);
  await expect(page.api.openLetter(piano)).rejects.toMatchObject({
    ...{ name: "NotYet", code: "last.early", opensS: before.floorS },
    sentence: expect.stringContaining("Mei has not been silent for long enough. Two guardians must help."),
  });
  expect(await page.api.readings()).toMatchObject([
    { writer: "Mei", guardians: ["Ann", "Bo"], need: 2, rehearsal: true, helpers: [] },
  ]);
  expect(await page.api.lastLetter(piano)).toEqual(before);
  const told = page.told.flatMap((event) => (event.kind === "news" ? [event.news] : []));
  expect(told.find(({ facts }) => facts["letter"] === piano)).toMatchObject({
    ...{ kind: "letter", facts: { peer: "Mei", last: true, rehearsal: true } },
  });
});

test("a wrong word that is typed is named by its place, and a share of another letter is refused", async () => {
  const words = (await twin.ask("words", { who: "Bo" })).text("words").split(" ");

  await expect(page.api.takeShare(piano, words.with(4, "bellx").join(" "))).rejects.toMatchObject({
    ...{ name: "Damaged", code: "share.word", facts: { place: 5, word: "bellx" } },
    sentence: "This share has a word that is not in the list: 'bellx'.",
  });
  await expect(page.api.takeShare(piano, words.slice(1).join(" "))).rejects.toMatchObject({
    code: "share.length",
    facts: { words: 32 },
  });
  await expect(page.api.takeShare(piano, words.with(7, "acid").join(" "))).rejects.toMatchObject({
    code: "share.damaged",
  });
  const { split } = await import("../../src/core/crypto/shares");
  await expect(page.api.takeShare(piano, split(new Uint8Array(32), 3, 3)[0]!)).rejects.toMatchObject({
    code: "share.elsewhere",
  });
  expect((await standing(piano)).helpers).toEqual([]);
});

test(
  "after a silence the relay gives out its part, and guardians are still needed",
  async () => {
    await stage("asking");
    for (const who of ["Ann", "Bo"]) await twin.ask("no", { who });
    await stage("silent");

    await expect(page.api.openLetter(piano)).rejects.toMatchObject({
      ...{ name: "NotYet", code: "last.early" },
      sentence: expect.stringMatching(
        /^It is not yet time\. Two guardians must help\. From .* on guardians can/,
      ),
    });
    expect(await standing(piano)).toMatchObject({ hasPart: true, missing: 2 });
    expect(await standing(garden)).toMatchObject({ hasPart: false });
  },
  SLOW_MS,
);

test("one guardian releases, and one more must help", async () => {
  await twin.ask("release", { who: "Ann" });
  await page.eventually(async () => (await standing(piano)).helpers.length === 1);

  expect(await standing(piano)).toMatchObject({ helpers: ["Ann"], missing: 1 });
  expect(await page.api.readings()).toMatchObject([{ helpers: ["Ann"] }]);
  await expect(page.api.openLetter(piano)).rejects.toMatchObject({
    sentence: expect.stringContaining("One more guardian must help."),
  });
});

test("a liar's share does not count, is known for false, and stops nobody", async () => {
  const words = (await twin.ask("words", { who: "Bo" })).text("words");

  expect(await page.api.takeShare(piano, forge(words))).toBe(1);
  expect(await standing(piano)).toMatchObject({ helpers: ["Ann", null], missing: 1, hasFalse: true });
  await expect(page.api.openLetter(piano)).rejects.toMatchObject({
    sentence: expect.stringContaining("One of the shares that are here is false."),
  });

  expect(await page.api.takeShare(piano, words.toUpperCase())).toBe(0);
  expect(await standing(piano)).toMatchObject({ missing: 0, hasFalse: true });
});

test("with the relay's part and enough shares it opens, and its writer's rehearsal hears of it", async () => {
  const opened = await page.api.openLetter(piano);

  expect(opened.from).toBe("Mei");
  expect(opened.text.startsWith(PIANO)).toBe(true);
  expect(opened.text).toContain("If this bond is ended");
  expect(await standing(piano)).toMatchObject({ state: "opened" });
  await until(async () => {
    const [proof] = (await twin.ask("read")).list("proofs");
    return proof === hex(sha256(utf8(opened.text.trim())));
  });
});

test(
  "after a return the relay gives out nothing more, and from a floor on guardians open it all the same",
  async () => {
    await twin.ask("back");
    const { floorS } = await standing(soon);
    await relay.isPast({ local: new Date((floorS ?? 0) * 1000).toISOString().slice(0, 19) });

    await expect(page.api.openLetter(garden)).rejects.toMatchObject({
      ...{ name: "NotYet", code: "last.early" },
      sentence: expect.stringContaining("does not give out its part: Mei has been heard from"),
    });
    expect((await page.api.openLetter(soon)).text.startsWith(SOON)).toBe(true);
    expect(await standing(soon)).toMatchObject({ state: "opened", hasPart: false });
  },
  SLOW_MS,
);

test("what was opened opens again without the relay, and what was not says whom it can't reach", async () => {
  await relay.goAway();

  expect((await page.api.openLetter(piano)).text.startsWith(PIANO)).toBe(true);
  await expect(page.api.openLetter(garden)).rejects.toMatchObject({
    ...{ name: "Unreachable", code: "last.silence", facts: { relay: new URL(relay.url).host } },
    sentence: expect.stringContaining("which knows whether Mei has been silent, can't be reached."),
  });
});

async function standing(letter: string): Promise<LastLetter> {
  const found = await page.api.lastLetter(letter);
  if (!found) throw new Error("This is no last letter.");
  return found;
}

/** Wait until the relay says that the watch has come so far. */
async function stage(wanted: string): Promise<void> {
  await until(async () => (await twin.ask("stage")).text("stage") === wanted);
}

/** Ask again and again: nobody tells a page what others see. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 200));
}
