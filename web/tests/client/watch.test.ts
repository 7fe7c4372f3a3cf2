/** A watch in a browser: its reader and two guardians sit at terminals, and the relay is the program itself. */

import { afterAll, beforeAll, expect, test } from "vitest";

import type { Bond, Kit, NewLastLetter, StopPage, Watch } from "../../src/client/api";
import { RelayProcess, TerminalHome } from "../relay";
import { Browser, type Page } from "./browser";
import { bondWith, confirmKit, Inbox } from "./friends";

const RHYTHM = { every: 30, grace: 7, veto: 7 };
const DAY_S = 86_400;

let relay: RelayProcess;
let inbox: Inbox;
let browser: Browser;
let page: Page;
let jun: Bond;
const guardians: Bond[] = [];
const homes: TerminalHome[] = [];
let paper: StopPage | null = null;
let kit: Kit | null = null;

beforeAll(async () => {
  relay = await RelayProcess.start({ more: ["--remind", "json", "--remind-private"] });
  inbox = await Inbox.open();
  browser = await Browser.make();
  page = browser.open(relay.url);
  await page.api.start();
  for (const name of ["Jun", "Kim", "Ravi"]) {
    const { home, bond } = await bondWith(page, name, name === "Jun" ? "pair" : "guardian");
    homes.push(home);
    if (name === "Jun") jun = bond;
    else guardians.push(bond);
  }
}, 60_000);

afterAll(async () => {
  await browser?.remove();
  await relay?.stop();
  inbox?.close();
  for (const home of homes) await home.remove();
});

test("a bell for a guardian says so, and makes a bond of that kind", async () => {
  const { code, kind, id } = await page.api.giveBell({ name: "Ada", form: "spoken", kind: "guardian" });

  expect(kind).toBe("guardian");
  expect(await page.api.bellKind(code)).toBe("guardian");
  expect(jun.kind).toBe("pair");
  expect(guardians.map((bond) => bond.kind)).toEqual(["guardian", "guardian"]);
  await page.api.dropBell(id);
});

test("there is no watch before one is begun, and one with days that can't be is refused", async () => {
  expect(await page.api.watch(jun.id)).toBeNull();
  const short = { ...RHYTHM, grace: 2 };

  await expect(
    page.api.beginWatch(jun.id, { rhythm: short, need: 2, zone: "Europe/Berlin" }),
  ).rejects.toMatchObject({ name: "Mistaken", code: "watch.days" });
  await expect(
    page.api.beginWatch(guardians[0]!.id, { rhythm: RHYTHM, need: 2, zone: "Europe/Berlin" }),
  ).rejects.toMatchObject({ code: "watch.pair" });
});

test("a watch that was begun is at its relay, guards nothing, and says what is missing", async () => {
  const watch = await page.api.beginWatch(jun.id, { rhythm: RHYTHM, need: 2, zone: "Europe/Berlin" });

  expect(watch).toMatchObject({ reader: "Jun", armed: false, rhythm: RHYTHM, need: 2, refusal: null });
  expect(watch.seen).toMatchObject({ stage: "kept", unitS: DAY_S, reminders: 0, remindersNeeded: 3 });
  expect(watch.lacks.map(({ code }) => code)).toEqual(["guardians", "words", "channels", "rehearsal"]);
  await expect(page.api.armWatch(jun.id)).rejects.toMatchObject({ code: "watch.lacks" });
});

test("guardians who say yes come into the terms by themselves", async () => {
  for (const { id } of guardians) await page.api.askGuardian(jun.id, id);
  expect((await ours()).guardians).toMatchObject([
    { name: "Kim", state: "asked", seated: false },
    { name: "Ravi", state: "asked", seated: false },
  ]);

  for (const home of homes.slice(1)) await home.run("guardian", "consent", "Ada", "yes", "--json");

  await page.eventually(async () => (await ours()).guardians.every(({ seated }) => seated));
  expect((await ours()).guardians).toMatchObject([{ state: "agreed" }, { state: "agreed" }]);
  const shown = await homes[1]!.run("guardian", "show", "Ada", "--json");
  expect(JSON.parse(shown)).toMatchObject({ writer: "Ada", reader: "Jun", need: 2, guardians: 2 });
});

test("ways to be reminded are proven one by one", async () => {
  await page.api.addChannel(jun.id, "phone", inbox.address("phone"));
  await page.api.addChannel(jun.id, "mail", inbox.address("mail"));
  await expect(page.api.addChannel(jun.id, "mail", inbox.address("x"))).rejects.toMatchObject({
    code: "channel.there",
  });
  await expect(page.api.addChannel(jun.id, "x", "no address")).rejects.toMatchObject({
    code: "channel.address",
  });

  expect(await page.api.testChannel(jun.id, "phone")).toMatchObject({ accepted: true });

  const watch = await ours();
  expect(watch.channels).toMatchObject([
    { name: "phone", kind: "apprise", testedS: expect.any(Number) },
    { name: "mail", testedS: null },
  ]);
  expect(watch.dues).toContainEqual({ code: "test", facts: { name: "mail" } });
  expect(inbox.told).toHaveLength(1);
});

test("a sign of life is signed, brought, and counts from then on; an absence is shown", async () => {
  await page.api.alive(jun.id);
  const untilS = Math.floor(Date.now() / 1000) + 20 * DAY_S;
  await page.api.away(jun.id, untilS);

  const watch = await ours();

  expect(watch.aliveS).not.toBeNull();
  expect(watch.seen?.awayUntilS).toBe(untilS);
  expect(watch.seen?.countedS).toBeLessThan(-19 * DAY_S);
  await page.api.away(jun.id, null);
  expect((await ours()).seen?.awayUntilS).toBeNull();
});

test("either word signs life, another one does not, and only the second calls for help", async () => {
  await expect(page.api.setWords(jun.id, "maple", "MAPLE ")).rejects.toMatchObject({
    code: "watch.words-same",
  });
  await page.api.setWords(jun.id, "maple", "winter");

  await page.api.alive(jun.id, " Maple");
  const usual = await ours();
  await page.api.alive(jun.id, "winter");
  const second = await ours();

  await expect(page.api.alive(jun.id, "summer")).rejects.toMatchObject({ code: "watch.word" });
  expect(shapeOf(second)).toEqual(shapeOf(usual));
});

test("the page that stops it is there until it is on paper", async () => {
  paper = await page.api.stopPage(jun.id);

  expect(paper?.words).toHaveLength(12);
  expect(paper?.page).toContain(paper?.words.slice(0, 4).join(" "));
  await page.api.stopKept(jun.id);
  expect(await page.api.stopPage(jun.id)).toBeNull();
});

test("no last letter is for somebody in between, and none goes before the watch is armed", async () => {
  kit = await page.api.kit(jun.id);
  await confirmKit(page, jun.id);
  await expect(page.api.writeLast(lastLetter("Early"))).rejects.toMatchObject({ code: "last.words" });
  for (const { id } of [jun, ...guardians]) await page.api.verify(id);

  const plan = await page.api.planLast({ bond: jun.id, floor: null, hold: "balance" });
  const id = await page.api.writeLast(lastLetter("Early"));

  expect(plan).toMatchObject({ armed: false, need: 2, guardians: 2, names: ["Kim", "Ravi"] });
  expect(plan.rows.map(({ by, strength }) => [by, strength])).toContainEqual(["silence", "guardians"]);
  expect(plan.seal.strength).toBe("guardians");
  expect(await page.api.lastLetter(id)).toMatchObject({
    outgoing: true,
    standing: "held",
    fate: { atParting: "burn", bothSilent: "later", heir: "" },
  });
  expect(await page.api.openLetter(id)).toMatchObject({ subject: "Early" });
  expect((await ours()).letters).toBe(1);
  expect((await page.api.link(jun.id)).waitingOut).toBe(0);
  expect(await lettersOf(homes[0]!)).toEqual([]);
});

test("a rehearsal is played through by all, and then the watch can be armed", async () => {
  const [reader, ...guards] = homes as [TerminalHome, TerminalHome, TerminalHome];
  await page.api.testChannel(jun.id, "mail");
  await expect(page.api.armWatch(jun.id)).rejects.toMatchObject({ code: "watch.lacks" });
  expect((await page.api.rehearse(jun.id)).stage).toBe("asking");

  for (const home of guards) await home.run("guardian", "consent", "Ada", "yes", "--rehearsal");
  await rehearsalIs("silence", "help");
  for (const home of guards) await isSo(async () => (await rehearsed(home)).shares.length > 0);
  await rehearsalIs("help");
  for (const home of guards) {
    await isSo(async () => (await rehearsed(home)).asked);
    await home.run("guardian", "answer", "Ada", "no", "--rehearsal");
  }
  await page.eventually(async () => (await page.api.rehearsal(jun.id))?.seen?.stage === "silent");
  for (const [at, home] of guards.entries()) {
    const bell = JSON.parse(await given(reader)) as { link: string };
    await home.run("bell", "answer", bell.link, "--name", ["Kim", "Ravi"][at]!, "--guardian", "--json");
    await isSo(async () => (await rehearsed(home)).may_release);
    await home.run("guardian", "release", "Ada", "--rehearsal", "--yes", "--to", "Jun");
  }
  const opened = await reader.run("letter", "open", (await lettersOf(reader)).at(-1)!);

  expect(opened).toContain("This is a rehearsal.");
  await rehearsalIs("done");
  expect((await ours()).lacks).toEqual([]);
  expect(await page.api.armWatch(jun.id)).toMatchObject({ pending: false, again: false, left: [] });
  expect(await ours()).toMatchObject({ armed: true, letters: 1, unarmed: 0 });
}, 240_000);

test("what was written before goes with the arming, and nobody opens it yet", async () => {
  const reader = homes[0]!;
  const early = (await page.api.letters(jun.id)).find(({ last }) => last?.standing === "armed")!;
  await page.eventually(async () => (await page.api.lastLetter(early.id))?.state === "sent");

  const known = await lettersOf(reader);

  expect(known).toContain(early.id);
  await expect(reader.run("letter", "open", early.id)).rejects.toThrow("It is not yet time");
  expect(await page.api.openLetter(early.id)).toMatchObject({ subject: "Early" });
});

test("a last letter of an armed watch is armed at once", async () => {
  const id = await page.api.writeLast(lastLetter("Later"));

  await page.eventually(async () => (await page.api.lastLetter(id))?.state === "sent");

  expect(await page.api.lastLetter(id)).toMatchObject({ standing: "armed", need: 2, names: ["Kim", "Ravi"] });
  expect(await ours()).toMatchObject({ letters: 2, unarmed: 0 });
});

test("longer terms hold at once, shorter ones are seen by all first", async () => {
  const zone = "Europe/Berlin";

  expect(await page.api.changeWatch(jun.id, { rhythm: { ...RHYTHM, every: 60 }, need: 2, zone })).toEqual({
    pending: false,
    inS: 0,
  });
  expect(await page.api.changeWatch(jun.id, { rhythm: { ...RHYTHM, every: 5 }, need: 2, zone })).toEqual({
    pending: true,
    inS: 74 * DAY_S,
  });

  expect((await ours()).seen?.pending).toMatchObject({ rhythm: { every: 5 }, need: 2 });
  // Going back is at once.
  await page.api.changeWatch(jun.id, { rhythm: { ...RHYTHM, every: 60 }, need: 2, zone });
  expect((await ours()).seen?.pending).toBeNull();
  await expect(page.api.dismissGuardian(jun.id, guardians[0]!.id)).rejects.toMatchObject({
    code: "watch.few",
  });
});

test("whoever has the page stops it, and it is armed anew with another code", async () => {
  await expect(
    page.api.stopWatch({ relay: relay.url, watch: paper!.watch, words: "maple maple" }),
  ).rejects.toMatchObject({ code: "watch.stop-count" });

  const looser = { rhythm: { ...RHYTHM, every: 50 }, need: 2, zone: "Europe/Berlin" };
  expect(await page.api.changeWatch(jun.id, looser)).toMatchObject({ pending: true });

  await page.api.stopWatch({ relay: relay.url, watch: paper!.watch, words: paper!.words.join(" ") });

  expect(await ours()).toMatchObject({ armed: false, seen: { stage: "stopped" } });
  const armed = await page.api.armWatch(jun.id);
  expect(armed).toMatchObject({ again: true, newStop: true, dropped: true, left: [] });
  expect(await ours()).toMatchObject({ rhythm: { every: 60 }, seen: { pending: null } });
  const watch = await ours();
  expect(watch).toMatchObject({ armed: true, hasStop: true, letters: 2, unarmed: 0 });
  expect((await page.api.stopPage(jun.id))?.words).not.toEqual(paper!.words);
});

test("who lost everything has the watch again from paper", async () => {
  const other = await Browser.make();
  const back = other.open(relay.url);
  await back.api.start();

  const bond = await back.api.restore(kit!.page);

  const watch = await back.api.watch(bond.id);
  expect(watch).toMatchObject({ reader: "Jun", armed: true, refusal: null, rhythm: { every: 60 } });
  await back.api.alive(bond.id);
  await other.remove();
});

test("a watch that was ended is gone at its relay, and guardians let go of their seats", async () => {
  await page.api.endWatch(jun.id);

  expect(await page.api.watch(jun.id)).toBeNull();
  await isSo(async () => {
    const said = await homes[1]!.run("guardian", "list", "--json");
    return (JSON.parse(said) as { guardians: unknown[] }).guardians.length === 0;
  });
});

async function ours(): Promise<Watch> {
  const watch = await page.api.watch(jun.id);
  if (!watch) throw new Error("There is no watch.");
  return watch;
}

/** All that a page could tell the two words apart by. */
function shapeOf(watch: Watch): unknown {
  const { seen, aliveS: _, ...rest } = watch;
  return { ...rest, stage: seen?.stage, away: seen?.awayUntilS };
}

function lastLetter(subject: string): NewLastLetter {
  const fate = { atParting: "burn", bothSilent: "later", heir: "" } as const;
  const text = "Dear Jun,\n\nall is well.";
  return { bond: jun.id, subject, text, files: [], floor: null, hold: "balance", fate };
}

/** The letters that somebody at a terminal has. */
async function lettersOf(home: TerminalHome): Promise<string[]> {
  const said = await home.run("letter", "list", "--json");
  const { letters } = JSON.parse(said) as { letters: { letter: string }[] };
  return letters.map(({ letter }) => letter);
}

async function rehearsalIs(...stages: string[]): Promise<void> {
  await page.eventually(async () => stages.includes((await page.api.rehearsal(jun.id))?.stage ?? ""));
}

/** The rehearsal, as a guardian at a terminal sees it. */
async function rehearsed(home: TerminalHome): Promise<Rehearsed> {
  const said = await home.run("guardian", "list", "--json");
  const { guardians: all } = JSON.parse(said) as { guardians: Rehearsed[] };
  return all.find(({ rehearsal }) => rehearsal)!;
}

interface Rehearsed {
  readonly rehearsal: boolean;
  readonly asked: boolean;
  readonly may_release: boolean;
  readonly shares: readonly unknown[];
}

/** Ask until it is so. Each question is a command of its own, which takes its time. */
async function isSo(question: () => Promise<boolean>): Promise<void> {
  while (!(await question())) continue;
}

async function given(reader: TerminalHome): Promise<string> {
  const giving = reader.start(
    "bell",
    "give",
    "--relay",
    relay.url,
    "--link",
    "--name",
    "Jun",
    "--guardian",
    "--json",
  );
  return await giving.line();
}
