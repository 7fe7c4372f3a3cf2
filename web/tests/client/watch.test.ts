/** A watch in a browser: its reader and two guardians sit at terminals, and the relay is the program itself. */

import { afterAll, beforeAll, expect, test } from "vitest";

import type { Bond, Watch } from "../../src/client/api";
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
  const page_ = await page.api.stopPage(jun.id);

  expect(page_?.words).toHaveLength(12);
  expect(page_?.page).toContain(page_?.words.slice(0, 4).join(" "));
  await page.api.stopKept(jun.id);
  expect(await page.api.stopPage(jun.id)).toBeNull();
});

test("a rehearsal is played through by all, and then the watch can be armed", async () => {
  const [reader, ...guards] = homes as [TerminalHome, TerminalHome, TerminalHome];
  for (const { id } of [jun, ...guardians]) await page.api.verify(id);
  await page.api.testChannel(jun.id, "mail");
  await expect(page.api.armWatch(jun.id)).rejects.toMatchObject({ code: "watch.lacks" });
  await confirmKit(page, jun.id);
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
  const { letters } = JSON.parse(await reader.run("letter", "list", "--json")) as {
    letters: { letter: string }[];
  };
  const opened = await reader.run("letter", "open", letters.at(-1)!.letter);

  expect(opened).toContain("This is a rehearsal.");
  await rehearsalIs("done");
  expect((await ours()).lacks).toEqual([]);
  expect(await page.api.armWatch(jun.id)).toMatchObject({ pending: false, again: false, left: [] });
  expect(await ours()).toMatchObject({ armed: true });
}, 240_000);

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
