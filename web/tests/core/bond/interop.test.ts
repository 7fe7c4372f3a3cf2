/** A person in a browser and a person in a terminal: one bond, one pendant, one paper, whichever wrote it. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import * as bell from "../../../src/core/bond/bell";
import type { Form } from "../../../src/core/bond/code";
import type { Effect, Event } from "../../../src/core/bond/event";
import { Keyring } from "../../../src/core/bond/keys";
import { Page, Root } from "../../../src/core/bond/kit";
import { step } from "../../../src/core/bond/lifecycle";
import { ring } from "../../../src/core/bond/message";
import { openKeyring, restore } from "../../../src/core/bond/paper";
import { Pendant } from "../../../src/core/bond/pendant";
import { WatchKeys } from "../../../src/core/bond/watchkeys";
import { hex, unhex } from "../../../src/core/bytes";
import { decodeMap, encode } from "../../../src/core/encoding";
import { hasTwin, Twin } from "../../twin";
import { type Scenario, scenario } from "../../vectors";
import { message, NOW_S, Person } from "./people";

const CHECK = { type: "Check" } as const;
const BYTES_MAX = { bytesMax: 1 << 22 };

describe.skipIf(!hasTwin)("one with a browser and one with a terminal", () => {
  let python: Twin;

  beforeAll(() => {
    python = new Twin("tests.interop.pair");
  });
  afterAll(() => python.close());

  /** Python's answer to a message of a bell, as the next message. */
  async function heard(number: number, data: Uint8Array): Promise<Uint8Array> {
    return (await python.ask("hears", { number, data: hex(data) })).bytes("message");
  }

  /** Ring a bell that the browser gives, or the terminal; return the browser's pendant. */
  async function pair(givesHere: boolean, form: Form = "spoken"): Promise<Pendant> {
    const ana = new Person("Ana");
    await python.ask("begins", { name: "Ben" });
    let side: bell.Side;
    if (givesHere) {
      let giver = ana.gives(form);
      await python.ask("answers", { code: String(giver.code) });
      giver = bell.step(giver, message(2, await heard(1, giver.m1)), NOW_S);
      giver = bell.step(giver, CHECK, NOW_S);
      side = bell.step(giver, message(4, await heard(3, giver.m3)), NOW_S);
    } else {
      const given = await python.ask("gives", { form });
      let answerer = ana.answers(given.text("code"));
      answerer = bell.step(answerer, message(1, given.bytes("m1")), NOW_S);
      answerer = bell.step(answerer, message(3, await heard(2, answerer.m2)), NOW_S);
      await heard(4, answerer.m4);
      side = answerer;
    }
    const [ours, theirs] = [side.joined, await python.ask("joins")];
    expect([hex(ours.bond.id), hex(ours.bond.words)]).toEqual([theirs.text("bond"), theirs.text("words")]);
    expect([ours.peer.name, theirs.text("peer")]).toEqual(["Ben", "Ana"]);
    return Pendant.begin(ana.keyring, ana.device, ours);
  }

  /** Let the browser's side do something and carry what it sends to Python; what that told its person. */
  async function goes(before: Pendant, event: Event): Promise<[Pendant, string[], Scenario[]]> {
    const [pendant, effects] = await step(before, event, NOW_S);
    const told: string[] = [];
    const answers: Scenario[] = [];
    for (const effect of effects) {
      if (effect.type !== "Deposit") continue;
      const blob = effect.blob ? hex(effect.blob) : "";
      const answer = await python.ask("takes", { envelope: hex(pendant.seal(effect.body)), blob });
      answers.push(answer);
      told.push(...answer.list("told").map(String));
    }
    return [pendant, told, answers];
  }

  /** Carry what Python sent to the browser's side; everything that caused there. */
  async function comes(before: Pendant, answer: Scenario): Promise<[Pendant, Effect[]]> {
    let pendant = before;
    const caused: Effect[] = [];
    for (const sent of answer.each("sent")) {
      const [envelope, blob] = [sent.bytes("envelope"), sent.bytes("blob")];
      const event = { type: "Arrived", envelope, arrivedS: NOW_S, ...(blob.length > 0 && { blob }) } as const;
      const [after, effects] = await step(pendant, event, NOW_S);
      pendant = after;
      caused.push(...effects);
    }
    return [pendant, caused];
  }

  test.each([
    ["browser", "spoken"],
    ["browser", "link"],
    ["terminal", "spoken"],
    ["terminal", "link"],
  ] as const)("the %s gives a %s bell, and both ring", async (giver, form) => {
    const ana = await pair(giver === "browser", form);

    const [, told] = await goes(ana, { type: "RingWanted", ring: ring([100, 50, 100]) });
    const [, caused] = await comes(ana, await python.ask("rings", { pattern: [70] }));

    expect(told).toEqual(["Rang"]);
    expect(caused).toMatchObject([{ news: { type: "Rang", ring: { pattern: [70] }, sound: true } }]);
  });

  test("a wrong word is told on both sides, whoever gives", async () => {
    const ana = new Person("Ana");
    await python.ask("begins", { name: "Ben" });
    const placed = ana.gives();
    await python.ask("answers", { code: String(placed.code.with({ secret: "lamp-lamp-lamp" })) });
    const spent = bell.step(placed, message(2, await heard(1, placed.m1)), NOW_S);
    expect(bell.step(spent, CHECK, NOW_S).outcome).toBe("wrong code");

    const given = await python.ask("gives", { form: "spoken" });
    const code = given.text("code").replace(/-[a-z]+-[a-z]+-[a-z]+@/, "-lamp-lamp-lamp@");
    const answerer = bell.step(ana.answers(code), message(1, given.bytes("m1")), NOW_S);
    const answer = await python.ask("hears", { number: 2, data: hex(answerer.m2) });
    expect(answer.text("state")).toBe("wrong code");
  });

  test("a bell that one language has saved goes on in the other, byte for byte", async () => {
    const ana = new Person("Ana");
    await python.ask("begins", { name: "Ben" });
    const code = String(ana.gives().code);
    const saved = (await python.ask("answers", { code })).bytes("side");
    const called = bell.Answerer.fromRecord(decodeMap(saved, BYTES_MAX));
    expect(hex(encode(called.toRecord()))).toBe(hex(saved));

    let giver = ana.gives();
    const answered = bell.step(new Person("Cem").answers(giver.code), message(1, giver.m1), NOW_S);
    for (const side of [giver, answered]) {
      const record = hex(encode(side.toRecord()));
      expect((await python.ask("loads", { side: record })).text("side")).toBe(record);
    }

    // Python has the answerer now, and finishes what the browser began.
    giver = bell.step(bell.step(giver, message(2, answered.m2), NOW_S), CHECK, NOW_S);
    giver = bell.step(giver, message(4, await heard(3, giver.m3)), NOW_S);
    expect(giver.joined.peer.name).toBe("Cem");
  });

  test("a pendant that one language has kept loads in the other, byte for byte, and goes on", async () => {
    let ana = await pair(true);
    const about = { birthday: "10-07", zone: "Asia/Tokyo", place: "灯台の下" };
    const events: Event[] = [{ type: "Begun" }, { type: "Verified" }, { type: "AboutWritten", about }];
    for (const event of [...events, { type: "DevicesRemoved", root: null } as const]) {
      const [after, , answers] = await goes(ana, event);
      ana = after;
      for (const answer of answers) [ana] = await comes(ana, answer);
    }
    [ana] = await comes(ana, await python.ask("draws", { size: 64, pixels: "1b".repeat(1024) }));

    const theirs = (await python.ask("kept")).bytes("pendant");
    const ben = Pendant.fromBytes(theirs);
    expect(hex(ben.toBytes())).toBe(hex(theirs));
    expect(ben.aboutTheirs).toEqual(about);
    const ours = hex(ana.toBytes());
    expect((await python.ask("becomes", { pendant: ours })).text("pendant")).toBe(ours);

    // They have changed places: Ana is in the terminal now, and Ben in the browser.
    const [, caused] = await comes(ben, await python.ask("rings", { pattern: [300] }));
    const [, told] = await goes(ben, { type: "RingWanted", ring: ring() });
    expect(caused).toMatchObject([{ news: { type: "Rang" } }]);
    expect(told).toEqual(["Rang"]);
  });

  test("what one does to keys and words the other takes, in both directions", async () => {
    let ana = await pair(false);
    const both: [string, Event, Record<string, boolean>][] = [
      ["verifies", { type: "Verified" }, {}],
      ["removes", { type: "DevicesRemoved", root: new Root(ana.device.root) }, { root: true }],
      ["removes", { type: "DevicesRemoved", root: null }, { root: false }],
    ];

    for (const [asked, event, how] of both) {
      const [after, told, answers] = await goes(ana, event);
      ana = after;
      for (const answer of answers) [ana] = await comes(ana, answer);
      const theirs = await python.ask(asked, how);
      const [later, caused] = await comes(ana, theirs);
      ana = later;
      const news = caused.flatMap((effect) => (effect.type === "Tell" ? [effect.news.type] : []));
      expect(news).toEqual(told);
      for (const effect of caused) {
        if (effect.type !== "Deposit") continue;
        const blob = effect.blob ? hex(effect.blob) : "";
        await python.ask("takes", { envelope: hex(ana.seal(effect.body)), blob });
      }
    }

    expect([ana.keyring.epoch, ana.peer.epoch]).toEqual([3, 3]);
    const [, told] = await goes(ana, { type: "RingWanted", ring: ring() });
    expect(told).toEqual(["Rang"]);
    const [, caused] = await comes(ana, await python.ask("rings", { pattern: [70] }));
    expect(caused).toMatchObject([{ news: { type: "Rang" } }]);
  });

  test("a keyring that one seals the other opens", async () => {
    const ana = await pair(true);
    const record = hex(encode(ana.keyring.toRecord()));
    const [keyring, seed] = [hex(await ana.keyring.seal()), hex(ana.device.ageSeed)];

    expect((await python.ask("opens", { keyring, seed })).text("record")).toBe(record);
    const printed = await python.ask("prints");
    const page = Page.parse(printed.text("page"));
    const opened = await Keyring.open(printed.bytes("keyring"), page.root.ageSeed);
    expect(opened.name).toBe("Ben");
    expect(page.lines().join("\n")).toBe(printed.text("page"));
  });

  test("what is kept of a watch comes back from the paper of the other language", async () => {
    const ana = await pair(true);
    const vector = scenario("guardians", "keyring");
    const watch = WatchKeys.fromRecord(decodeMap(vector.bytes("watch"), BYTES_MAX));
    const kept = ana.withKeyring(ana.keyring.with({ watch }));
    const root = new Root(kept.device.root);
    const page = kept.keyring.page(root).lines().join("\n");

    await python.ask("returns", { page, keyring: hex(await kept.keyring.seal()) });
    const theirs = Pendant.fromBytes((await python.ask("kept")).bytes("pendant"));

    expect(theirs.keyring.watch).toEqual(watch);
    await python.ask("becomes", { pendant: hex(kept.toBytes()) });
    const printed = await python.ask("prints");
    const again = await openKeyring(Page.parse(printed.text("page")), printed.bytes("keyring"));
    expect(hex(encode(again.watch.toRecord()))).toBe(vector.text("watch"));
  });

  test("a paper of the terminal brings Ben back in the browser", async () => {
    const ana = await pair(true);
    const printed = await python.ask("prints");
    await python.ask("becomes", { pendant: hex(ana.toBytes()) }); // Python is Ana from here
    const page = Page.parse(printed.text("page"));

    const ben = restore(await openKeyring(page, printed.bytes("keyring")), page.root);
    const [back, told, answers] = await goes(ben, { type: "CameBack", root: page.root, leap: 0 });

    expect(told).toEqual(["KeysChanged", "Restored"]);
    expect(answers.flatMap((answer) => answer.list("caused"))).toContain("GiveLetters");
    let here = back;
    for (const answer of answers) [here] = await comes(here, answer);
    const [, caused] = await comes(here, await python.ask("rings", { pattern: [70] }));
    expect(caused).toMatchObject([{ news: { type: "Rang" } }]);
  });

  test("a paper of the browser brings Ana back in the terminal", async () => {
    const ana = await pair(true);
    const page = ana.keyring.page(new Root(ana.device.root)).lines().join("\n");
    const keyring = hex(await ana.keyring.seal());
    const ben = Pendant.fromBytes((await python.ask("kept")).bytes("pendant")); // Ben is here from here

    const [there, caused] = await comes(ben, await python.ask("returns", { page, keyring }));

    const news = caused.flatMap((effect) => (effect.type === "Tell" ? [effect.news.type] : []));
    expect(news).toEqual(["KeysChanged", "Restored"]);
    expect(caused.map(({ type }) => type)).toContain("GiveLetters");
    const [, told] = await goes(there, { type: "RingWanted", ring: ring() });
    expect(told).toEqual(["Rang"]);
    expect(unhex(keyring).length).toBeLessThanOrEqual(65_536);
  });
});
