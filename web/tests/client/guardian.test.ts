/**
 * A guardian in a browser; writer, reader and the other guardian are Python's, relay and clocks are real.
 *
 * The guardian's client ends at each dangerous line of theirs, and what was said or given is not lost by that.
 */

import { afterAll, beforeAll, expect, test } from "vitest";
import type { Guarded } from "../../src/client/api";
import type { Label } from "../../src/client/failpoint";
import { RelayProcess } from "../relay";
import { Twin } from "../twin";
import { Browser, type Page } from "./browser";

const TEXT = "The key to the piano is behind the clock.";
const SLOW_MS = 120_000; // a day of this watch is a second, and there are two dozen of them
const EVERY = 8;

let relay: RelayProcess;
let browser: Browser;
let page: Page;
let twin: Twin;

beforeAll(async () => {
  relay = await RelayProcess.start({
    more: ["--remind", "json", "--remind-private", "--strangers-per-minute", "10000"],
  });
  browser = await Browser.make();
  page = browser.open(relay.url);
  await page.api.start();
  twin = new Twin("tests.interop.guarded");
  await twin.ask("meet", { relay: relay.url });
  for (const who of ["Mei", "Jun"]) {
    const bell = await page.api.giveBell({ name: "Ann", form: "spoken", kind: "guardian" });
    await twin.ask("answer", { who, code: bell.code });
    await page.until("bell", ({ outcome }) => outcome.bell === bell.id);
  }
}, SLOW_MS);

afterAll(async () => {
  twin?.close();
  await relay?.stop();
  await browser?.remove();
});

test("who is asked is told what for, and is no guardian before they say so", async () => {
  await twin.ask("begin", { every: EVERY });

  const asked = await guarded();

  expect(asked).toMatchObject({
    ...{ writer: "Mei", reader: "Jun", rehearsal: true, rhythm: { every: EVERY, grace: 3, veto: 1 } },
    ...{ need: null, guardians: null, consentedS: null, consentDue: true, shares: [], asked: false },
    ruling: { allowed: false, refusal: { code: "no-share" } },
  });
  expect(asked.readers.map(({ name }) => name)).toEqual(["Jun"]);
  expect(await news("guardian-asked")).toMatchObject({
    facts: { peer: "Mei", reader: "Jun", rehearsal: true },
  });
  expect((await twin.ask("agreed")).field("agreed")).toBe(false);
  await expect(page.api.answerGuarded(asked.bond, asked.watch, "no")).rejects.toMatchObject({
    code: "guardian.seat",
  });
});

test("a yes brings a seat, and arming a share", async () => {
  const { bond, watch } = await guarded();

  await page.api.consent(bond, watch, true);
  await until(async () => (await twin.ask("agreed")).field("agreed") === true);
  await twin.ask("go", { text: TEXT });

  const seated = await guarded(({ shares }) => shares.length > 0);
  expect(seated).toMatchObject({ need: 2, guardians: 2, unitS: 1, consentDue: false });
  expect(seated.shares).toMatchObject([{ epoch: 1 }]);
  expect(seated.consentedS).not.toBeNull();
  const [shown, ...more] = await page.api.showShares(bond, watch);
  expect(shown).toMatchObject({ epoch: 1, need: 2, of: 2 });
  expect(shown?.words).toHaveLength(33);
  expect(more).toEqual([]);
});

test("paper brings seat and share back on another device", async () => {
  const { consentedS, shares } = await guarded();
  const kits: string[] = [];
  for (const { id } of await page.api.bonds()) kits.push((await page.api.kit(id)).page);
  await page.close();
  const before = browser;
  browser = await Browser.make();
  page = browser.open(relay.url);
  await page.api.start();

  for (const kit of kits) await page.api.restore(kit);

  expect(await guarded()).toMatchObject({ consentedS, shares, need: 2, consentDue: false });
  expect(await look(({ stage }) => stage !== null)).toMatchObject({ asked: false, refusal: null });
  await before.remove();
});

test("a call for help shows to the guardian and warns", async () => {
  await twin.ask("help");
  await endsAt("watch: looked", ({ bond, watch }) => page.api.lookGuarded(bond, watch));

  const called = await look(({ duressS }) => duressS !== null);

  expect(called.lifeS).not.toBeNull();
  expect(await news("duress")).toMatchObject({ facts: { peer: "Mei" } });
});

test("a share is not released before one has said that one has not heard, nor while one has", async () => {
  const { bond, watch, ruling, readers } = await guarded();
  expect(ruling).toEqual({ allowed: false, refusal: { code: "say-first", facts: {} }, warnings: [] });
  await expect(page.api.release(bond, watch, readers[0]!.bond)).rejects.toMatchObject({
    ...{ name: "Refused", code: "guardian.ruled", facts: { rule: "say-first" } },
  });

  await page.api.answerGuarded(bond, watch, "yes");

  expect((await guarded()).ruling.refusal).toEqual({ code: "heard", facts: {} });
});

test(
  "once the writer is silent the question comes, and a yes is a sign of life",
  async () => {
    const { bond, watch } = await guarded(({ asked }) => asked);
    expect(await news("asked")).toMatchObject({ facts: { peer: "Mei", rehearsal: true } });

    await endsAt("watch: answer saved", () => page.api.answerGuarded(bond, watch, "yes"));

    await until(async () => (await twin.ask("stage")).text("stage") === "kept");
    expect(await guarded()).toMatchObject({ asked: false, ruling: { refusal: { code: "heard" } } });
  },
  SLOW_MS,
);

test(
  "a no of enough guardians leads to silence, and the share may go with a warning",
  async () => {
    const { bond, watch } = await guarded(({ asked }) => asked);
    await endsAt("watch: answered", () => page.api.answerGuarded(bond, watch, "no"));
    expect(await page.api.answerGuarded(bond, watch, "no")).toBe(true);
    expect((await guarded()).ruling).toMatchObject({
      allowed: true,
      warnings: [{ code: "duress" }, { code: "waits" }],
    });

    await twin.ask("no", { who: "Bo" });
    const silent = await look(({ stage }) => stage === "silent");

    expect(silent).toMatchObject({ answer: "no", asked: false });
    expect(silent.ruling).toEqual({
      allowed: true,
      refusal: null,
      warnings: [{ code: "duress", facts: {} }],
    });
    expect(await news("help-wanted")).toMatchObject({ facts: { peer: "Mei", rehearsal: true } });
  },
  SLOW_MS,
);

test("a share that is released opens the letter with another, and the writer knows of it", async () => {
  const { bond, watch, readers } = await guarded();
  await expect(page.api.release(bond, watch, bond.replaceAll(/./g, "0"))).rejects.toMatchObject({
    code: "bond.none",
  });

  await endsAt("watch: share released", () => page.api.release(bond, watch, readers[0]!.bond));
  await twin.ask("release", { who: "Bo" });

  expect((await guarded()).releasedS).not.toBeNull();
  await until(async () => (await twin.ask("done")).field("done") === true);
  await until(async () => (await twin.ask("helped")).field("helped") === 2);
  expect((await twin.ask("open")).text("text").startsWith(TEXT)).toBe(true);
});

test("who leaves keeps nothing, and the writer is told", async () => {
  const { bond, watch } = await guarded();

  await page.api.leaveGuarded(bond, watch);

  expect(await page.api.guarded()).toEqual([]);
  await expect(page.api.showShares(bond, watch)).rejects.toMatchObject({
    ...{ name: "NotFound", code: "guardian.none", facts: { peer: "Mei" } },
  });
  await until(async () => (await twin.ask("heard")).list("kinds").includes("guardian-gone"));
});

/** Wait until the one watch that is guarded here is so. */
async function guarded(isSo: (found: Guarded) => boolean = () => true): Promise<Guarded> {
  return await page.eventually(async () => (await page.api.guarded()).find(isSo));
}

/** Let a client do something, which ends at this line, and open the next one. */
async function endsAt(label: Label, act: (found: Guarded) => Promise<unknown>): Promise<void> {
  await page.close();
  page = browser.open(relay.url, { crashAt: label });
  await page.api.start();
  void act(await guarded()).catch(() => undefined);
  await page.crashed;
  page = browser.open(relay.url);
  await page.api.start();
}

/** Look until the watch is so: the relay rings for questions alone. */
async function look(isSo: (found: Guarded) => boolean): Promise<Guarded> {
  const { bond, watch } = await guarded();
  let found = await page.api.lookGuarded(bond, watch);
  await until(async () => isSo((found = await page.api.lookGuarded(bond, watch))));
  return found;
}

/** Return the first news of this kind. */
async function news(kind: string): Promise<unknown> {
  return await page.eventually(async () => (await page.api.news()).find((each) => each.kind === kind));
}

/** Ask again and again: nobody tells a page what others see. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 200));
}
