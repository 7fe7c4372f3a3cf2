/**
 * A watch from its beginning to its first armed letter, with everybody in a browser, and a client that ends at each
 * dangerous line: nothing is lost by it, and nothing is done twice (X9). A guardian's lines are in `guardian.test.ts`.
 */

import { afterAll, beforeAll, expect, test } from "vitest";

import type { Guarded, LastLetter, Watch } from "../../src/client/api";
import type { Label } from "../../src/client/failpoint";
import { RelayProcess } from "../relay";
import { Browser, type Page } from "./browser";
import { confirmKit, Inbox } from "./friends";

const SLOW_MS = 240_000;
const RHYTHM = { every: 30, grace: 7, veto: 7 };
const TERMS = { rhythm: RHYTHM, need: 2, zone: "UTC" };
const GUARDIANS = ["Kim", "Ravi"] as const;

/** Somebody with a browser, and the page that is open in it. */
class Person {
  readonly name: string;
  readonly #browser: Browser;
  page: Page;

  private constructor(name: string, browser: Browser) {
    this.name = name;
    this.#browser = browser;
    this.page = browser.open(relay.url);
  }

  static async make(name: string): Promise<Person> {
    const person = new Person(name, await Browser.make());
    await person.page.api.start();
    return person;
  }

  get api(): Page["api"] {
    return this.page.api;
  }

  /** Let the client do something, which ends at this line, and open the next one. */
  async endsAt(label: Label, act: () => Promise<unknown>): Promise<void> {
    await this.page.close();
    this.page = this.#browser.open(relay.url, { crashAt: label });
    void this.api
      .start()
      .then(act, () => undefined)
      .catch(() => undefined);
    await this.page.crashed;
    this.page = this.#browser.open(relay.url);
    await this.api.start();
  }

  /** The bond with somebody. */
  async bond(peer: string): Promise<string> {
    return (
      await this.page.eventually(async () => (await this.api.bonds()).find((each) => each.peer === peer))
    ).id;
  }

  /** The one watch that this person guards, or the rehearsal of it, once it is so. */
  async guards(rehearsal: boolean, isSo: (found: Guarded) => boolean = () => true): Promise<Guarded> {
    return await this.page.eventually(async () =>
      (await this.api.guarded()).find((each) => each.rehearsal === rehearsal && isSo(each)),
    );
  }

  async remove(): Promise<void> {
    await this.#browser.remove();
  }
}

let relay: RelayProcess;
let inbox: Inbox;
let [ada, jun, kim, ravi] = [] as unknown as [Person, Person, Person, Person];
let withJun: string;

beforeAll(async () => {
  relay = await RelayProcess.start({ more: ["--remind", "json", "--remind-private"] });
  inbox = await Inbox.open();
  [ada, jun] = [await Person.make("Ada"), await Person.make("Jun")];
  [kim, ravi] = [await Person.make("Kim"), await Person.make("Ravi")];
  await meet(ada, jun, "pair");
  for (const guardian of [kim, ravi]) for (const other of [ada, jun]) await meet(other, guardian, "guardian");
  withJun = await ada.bond("Jun");
  for (const name of ["Jun", ...GUARDIANS]) await ada.api.verify(await ada.bond(name));
  await confirmKit(ada.page, withJun);
}, SLOW_MS);

afterAll(async () => {
  for (const person of [ada, jun, kim, ravi]) await person?.remove();
  await relay?.stop();
  inbox?.close();
});

test("a watch that was begun when its client ended is there once, and at its relay", async () => {
  await ada.endsAt("watch: saved", () => ada.api.beginWatch(withJun, TERMS));

  expect(await ada.api.watches()).toHaveLength(1);
  await ada.page.eventually(async () => (await ours()).seen);
  await expect(ada.api.beginWatch(withJun, TERMS)).rejects.toMatchObject({ code: "watch.there" });
});

test.each(["watch: terms saved", "watch: terms taken"] as const)(
  "terms that were changed when its client ended at “%s” are the relay's",
  async (label) => {
    const every = label === "watch: terms saved" ? 40 : 50;

    await ada.endsAt(label, () => ada.api.changeWatch(withJun, { ...TERMS, rhythm: { ...RHYTHM, every } }));

    expect((await ours()).rhythm.every).toBe(every);
    await ada.api.addChannel(withJun, `${every}`, inbox.address(`${every}`)); // the relay takes the newest alone
    expect(await ada.api.testChannel(withJun, `${every}`)).toMatchObject({ accepted: true });
  },
);

test(
  "a rehearsal that was begun when its client ended is played through, and its letter opens after the reader's end",
  async () => {
    for (const name of GUARDIANS) await ada.api.askGuardian(withJun, await ada.bond(name));
    for (const guardian of [kim, ravi]) await consents(guardian, false);
    await ada.page.eventually(async () => (await ours()).guardians.every(({ seated }) => seated));

    await ada.endsAt("rehearsal: begun", () => ada.api.rehearse(withJun));
    await ada.api.rehearse(withJun);

    for (const guardian of [kim, ravi]) await consents(guardian, true);
    for (const guardian of [kim, ravi]) {
      const { bond, watch } = await guardian.guards(true, ({ asked }) => asked);
      await guardian.api.answerGuarded(bond, watch, "no");
    }
    await jun.page.eventually(async () => (await readings())?.stage === "silent");
    const [letter] = (await jun.page.eventually(async () => await readings()))!.letters;
    await jun.endsAt("watch: parcel kept", () => jun.api.openLetter(letter!));
    expect(await jun.api.lastLetter(letter!)).toMatchObject({ hasPart: true, missing: 2 });

    for (const guardian of [kim, ravi]) {
      const { bond, watch, readers } = await guardian.guards(true, ({ ruling }) => ruling.allowed);
      await guardian.api.release(bond, watch, readers[0]!.bond);
    }
    await jun.page.eventually(async () => (await jun.api.lastLetter(letter!))?.missing === 0);
    await ada.endsAt("rehearsal: done", async () => {
      expect((await jun.api.openLetter(letter!)).text).toContain("This is a rehearsal.");
      await ada.page.eventually(async () => (await ada.api.rehearsal(withJun))?.stage === "done");
    });

    await ada.page.eventually(async () => (await ada.api.rehearsal(withJun))?.stage === "done");
    expect((await ours()).lacks).toEqual([]);
  },
  SLOW_MS,
);

test("what was armed when its client ended is armed, and each guardian has one share", async () => {
  await ada.endsAt("watch: armed", () => ada.api.armWatch(withJun));

  for (const guardian of [kim, ravi]) {
    const { shares } = await guardian.guards(false, (found) => found.shares.length > 0);
    expect(shares.map(({ epoch }) => epoch)).toEqual([1]);
  }
  expect(await ours()).toMatchObject({ armed: true, seen: { stage: "kept" } });
});

test.each([
  ["last: row saved", 1],
  ["last: parcel given", 2],
] as const)(
  "a last letter whose writer ends at “%s” is armed and comes once, or was never promised",
  async (label, letters) => {
    await ada.endsAt(label, () => ada.api.writeLast(letterOf(label)));
    if (label === "last: row saved") expect((await ours()).letters).toBe(0);
    // It may also have ended over what was owed from before, and this one was not begun.
    if (!(await standing(ada, label))) await ada.api.writeLast(letterOf(label));

    const sent = await ada.page.eventually(async () => await standing(ada, label));
    expect(sent).toMatchObject({ outgoing: true, standing: "armed" });
    const come = await jun.page.eventually(async () => await standing(jun, sent.letter));
    expect(come).toMatchObject({ outgoing: false, need: 2, guardians: 2, rehearsal: false });
    expect(await ours()).toMatchObject({ letters, unarmed: 0 });
  },
  SLOW_MS,
);

async function meet(giver: Person, answerer: Person, kind: "pair" | "guardian"): Promise<void> {
  const { code } = await giver.api.giveBell({ name: giver.name, form: "link", kind });
  await answerer.api.answerBell({ name: answerer.name, code });
  await Promise.all([giver.bond(answerer.name), answerer.bond(giver.name)]);
}

async function consents(guardian: Person, rehearsal: boolean): Promise<void> {
  const { bond, watch } = await guardian.guards(rehearsal, ({ consentDue }) => consentDue);
  await guardian.api.consent(bond, watch, true);
}

async function ours(): Promise<Watch> {
  const watch = await ada.api.watch(withJun);
  if (!watch) throw new Error("There is no watch.");
  return watch;
}

/** What the reader knows of the rehearsal, once its letter is there. */
async function readings() {
  return (await jun.api.readings()).find(({ rehearsal, letters }) => rehearsal && letters.length > 0);
}

function letterOf(subject: string): Parameters<Page["api"]["writeLast"]>[0] {
  const fate = { atParting: "burn", bothSilent: "burn", heir: "" } as const;
  return { bond: withJun, subject, text: subject, files: [], floor: null, hold: "balance", fate };
}

/** The last letter of this id or subject, as one has it. */
async function standing({ api }: Person, named: string): Promise<LastLetter | null> {
  for (const { id: bond } of await api.bonds()) {
    const whole = (await api.letters(bond)).filter(({ state }) => state !== "coming");
    const found = whole.find(({ id, subject }) => id === named || subject === named);
    if (found) return await api.lastLetter(found.id);
  }
  return null;
}
