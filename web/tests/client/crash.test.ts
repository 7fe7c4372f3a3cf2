/** A client that is ended at each dangerous line loses nothing and repeats nothing (X9). */

import { readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Letter, NewLetter } from "../../src/client/api";
import { LABELS, type Label } from "../../src/client/failpoint";
import { RelayProcess } from "../relay";
import { Browser, Crash, type Page } from "./browser";

const WRITING: readonly Label[] = [
  "letter: file written",
  "letter: file kept",
  "letter: saved",
  "send: blob begun",
  "send: blob half sent",
  "send: blob sent",
  "send: body saved",
  "send: sealed and saved",
  "send: deposited",
  "send: done saved",
];
const RECEIVING: readonly Label[] = [
  "receive: fetched",
  "receive: saved",
  "receive: blob half fetched",
  "receive: blob fetched",
  "receive: blob kept",
  "receive: acknowledged",
];
const RINGING: readonly Label[] = LABELS.filter((label) => label.startsWith("bell: "));
const ALONE: readonly Label[] = ["home: vault made", "letter: opened", "listen: told"];
/** In `watchcrash.test.ts`, and those of a guardian in `guardian.test.ts`: a watch takes longer to tell. */
const ELSEWHERE: readonly Label[] = LABELS.filter((label) => /^(watch|last|rehearsal): /.test(label));

let relay: RelayProcess;

beforeAll(async () => {
  relay = await RelayProcess.start();
});

afterAll(async () => await relay.stop());

test("each dangerous line has a story", () => {
  const told = [...WRITING, ...RECEIVING, ...RINGING, ...ALONE, ...ELSEWHERE];
  expect(told.toSorted()).toEqual([...LABELS].toSorted());
  const stories = ["guardian", "watchcrash"].map((name) =>
    readFileSync(`${import.meta.dirname}/${name}.test.ts`, "utf8"),
  );
  for (const label of ELSEWHERE) expect(stories.join("\n")).toContain(`"${label}"`);
});

describe("a bell", () => {
  test.each(RINGING)(
    "that is given by a client which ends at “%s” goes on, or is burnt and says so",
    async (label) => {
      const [mine, theirs] = [await Browser.make(), await Browser.make()];
      const other = theirs.open(relay.url);
      await other.api.start();
      let page = mine.open(relay.url, { crashAt: label });
      await page.api.start();
      const given = page.api.giveBell({ name: "Ada", form: "link" });

      const early = label === "bell: saved before offered" || label === "bell: offered";
      if (early) await expect(given).rejects.toBeInstanceOf(Crash);
      else await other.api.answerBell({ name: "Ben", code: (await given).code });
      await page.crashed;
      page = mine.open(relay.url);
      await page.api.start();
      if (early) {
        const bell = await page.eventually(async () => (await page.api.bells()).find(({ code }) => code));
        await other.api.answerBell({ name: "Ben", code: bell.code });
      }

      const burns = label === "bell: spent before checked";
      const [one, another] = [await ended(page), await ended(other)];
      expect(one.kind).toBe(burns ? "burnt" : "joined");
      expect(another.kind).toBe(burns ? "burnt" : "joined");
      expect(await page.api.bonds()).toHaveLength(burns ? 0 : 1);
      expect(await page.api.bells()).toEqual([]);
      await Promise.all([close(page, mine), close(other, theirs)]);
    },
  );
});

describe("a letter", () => {
  let mine: Browser;
  let theirs: Browser;
  let other: Page;
  let bond: string;
  let written = 0;

  beforeAll(async () => {
    [mine, theirs] = [await Browser.make(), await Browser.make()];
    other = theirs.open(relay.url);
    const page = mine.open(relay.url);
    await Promise.all([page.api.start(), other.api.start()]);
    const { code } = await page.api.giveBell({ name: "Ada", form: "link" });
    await other.api.answerBell({ name: "Ben", code });
    bond = (await page.until("bell")).outcome.bond!;
    await other.until("bell");
    for (const each of [page, other]) {
      const { words } = await each.api.kit(bond);
      await each.api.confirmKit(bond, new Map([0, 1, 2].map((at) => [at, words[at] ?? ""])));
    }
    await settled(page);
    await page.close();
  });

  afterEach(async () => await mine.closeAll());

  afterAll(async () => await Promise.all([mine.remove(), close(other, theirs)]));

  test.each(WRITING)("whose writer ends at “%s” comes once, or was never promised", async (label) => {
    const before = (await whole(other, bond)).length;
    let page = mine.open(relay.url, { crashAt: label });
    await page.api.start();
    void page.api.writeLetter(letter(bond, `${++written}`)).catch(() => undefined);
    await page.crashed;

    page = mine.open(relay.url);
    await page.api.start();
    const unsaved = label === "letter: file written" || label === "letter: file kept";
    if (unsaved) await page.api.writeLetter(letter(bond, `${written}`));

    await other.eventually(async () => (await whole(other, bond)).length > before);
    await page.eventually(async () => (await page.api.letters(bond)).every(({ state }) => state === "sent"));
    const come = await whole(other, bond);
    expect(come).toHaveLength(before + 1);
    expect(await other.api.openLetter(come.at(-1)!.id)).toMatchObject({ subject: `${written}` });
    expect(await readdir(mine.folder)).toHaveLength((await page.api.letters(bond)).length); // no file is left over
  });

  test.each(RECEIVING)("whose reader ends at “%s” is there once, whole", async (label) => {
    const page = mine.open(relay.url);
    await page.api.start();
    const before = (await page.api.letters(bond)).length;
    await page.close();
    const crashing = mine.open(relay.url, { crashAt: label, sockets: label !== "receive: fetched" });
    await crashing.api.start();
    const [id] = await other.api.writeLetter(letter(bond, label));
    await crashing.crashed;

    const again = mine.open(relay.url);
    await again.api.start();
    await again.eventually(async () => (await whole(again, bond)).some((each) => each.id === id));

    expect(await again.api.openLetter(id!)).toMatchObject({ subject: label, files: [{ bytes: 100_000 }] });
    expect(await again.api.letters(bond)).toHaveLength(before + 1);
    const told = (await again.api.news()).filter(({ facts }) => facts["letter"] === id);
    expect(told.map(({ kind }) => kind)).toEqual(["letter"]);
  });

  test("that was opened when its client ended opens again", async () => {
    const crashing = mine.open(relay.url, { crashAt: "letter: opened" });
    await crashing.api.start();
    const [id] = await other.api.writeLetter(letter(bond, "opened"));
    await crashing.until("letters", (event) => event.letter === id && event.arrived === true);
    await expect(crashing.api.openLetter(id!)).rejects.toBeInstanceOf(Crash);

    const again = mine.open(relay.url);
    await again.api.start();

    expect(await again.api.openLetter(id!)).toMatchObject({ subject: "opened" });
  });

  test("is told again after a crash only if it had not been seen", async () => {
    const crashing = mine.open(relay.url, { crashAt: "listen: told" });
    await crashing.api.start();
    const last = (await crashing.api.news()).at(-1)!;
    await expect(crashing.api.seenNews(last.number)).rejects.toBeInstanceOf(Crash);

    const again = mine.open(relay.url);
    await again.api.start();

    expect(await again.api.news()).toEqual([]);
  });
});

test("a home whose client ends as it is made is made by the next one", async () => {
  const browser = await Browser.make();
  await expect(browser.open(relay.url, { crashAt: "home: vault made" }).api.start()).rejects.toBeInstanceOf(
    Crash,
  );

  expect(await browser.open(relay.url).api.start()).toMatchObject({ state: "empty" });
  await browser.remove();
});

/** The letters that are whole here, those on their way left out. */
async function whole(page: Page, bond: string): Promise<Letter[]> {
  return (await page.api.letters(bond)).filter(({ state }) => state !== "coming");
}

/** The first news of how a bell has ended. */
async function ended(page: Page): Promise<{ kind: string }> {
  const isIt = ({ kind }: { kind: string }): boolean => kind === "joined" || kind === "burnt";
  return await page.eventually(async () => (await page.api.news()).find(isIt));
}

/** Wait until everything of a new bond has gone. */
async function settled(page: Page): Promise<void> {
  const [bond] = await page.api.bonds();
  await page.eventually(async () => (await page.api.link(bond!.id)).waitingOut === 0);
}

async function close(page: Page, browser: Browser): Promise<void> {
  await page.close();
  await browser.remove();
}

function letter(bond: string, subject: string): NewLetter {
  const files = [new File([new Uint8Array(100_000).fill(9)], "a.bin")];
  return { bond, subject, text: "", files, wish: null, years: 1, hold: "balance" };
}
