/** Coming back from paper: a new device takes the bond up again and is given every letter; a thief nothing. */

import { expect, test } from "vitest";

import * as control from "../../../src/core/bond/control";
import type { Event } from "../../../src/core/bond/event";
import { Keyring } from "../../../src/core/bond/keys";
import type { Page } from "../../../src/core/bond/kit";
import { Root } from "../../../src/core/bond/kit";
import { type Control, read, ring, Body } from "../../../src/core/bond/message";
import { openKeyring, restore } from "../../../src/core/bond/paper";
import { deposit } from "../../../src/core/bond/writing";
import { randomBytes } from "../../../src/core/bytes";
import { Damaged, NotForMe, Refused } from "../../../src/core/errors";
import { Person } from "./people";
import { type Deposit, LETTER, Two } from "./two";

const RING: Event = { type: "RingWanted", ring: ring() };
const quietly = { deliver: false };

/** Two people of whom Ana has her kit page, and has lost her device. */
class WithPaper extends Two {
  readonly root = new Root(this.ana.device.root);
  readonly page: Page = this.ana.keyring.page(this.root);

  /** Let Ana take up her bond on a new device, with what lies in her slot. */
  async comesBack(): Promise<void> {
    this.ana = restore(await openKeyring(this.page, await this.ana.keyring.seal()), this.root);
    await this.does("ana", { type: "CameBack", root: this.root, leap: 0 });
  }

  /** Let Ana's side send this change, as whoever has her keys could. */
  async sends(content: Control): Promise<void> {
    const now = { nowS: this.nowS, random: randomBytes };
    const [ana, effects] = await deposit(this.ana, content, { ...now, byPerson: false });
    this.ana = ana;
    for (const effect of effects) if (effect.type === "Deposit") await this.deliver("ana", effect);
  }
}

test("who came back is a new device of a new epoch and nothing has to be compared again", async () => {
  const two = new WithPaper();
  const before = two.ana;

  await two.comesBack();

  expect(two.ana.device.id).not.toEqual(before.device.id);
  expect(two.ana.device.root.length).toBe(0);
  expect([two.ana.keyring.epoch, two.ben.peer.epoch]).toEqual([2, 2]);
  expect(two.heard("ben", "KeysChanged")).toEqual([{ type: "KeysChanged", final: true }]);
  expect(two.heard("ben", "Restored")).toEqual([{ type: "Restored", device: two.ana.device.id }]);
  expect(two.ben.changed).toBe(false);
  expect(two.ana.keyring.devices.map(([id]) => id)).toEqual([two.ana.device.id]);
});

test("ring and letter go both ways afterwards", async () => {
  const two = new WithPaper();
  await two.comesBack();

  await two.does("ben", RING);
  await two.does("ana", { type: "LetterSealed", letter: LETTER });

  expect(two.heard("ana", "Rang").length).toBe(1);
  expect(two.caused("ben", "FetchLetter").at(-1)?.letter).toEqual(LETTER);
});

test("who loses the new device too finds the inbox of the other as it is now", async () => {
  const two = new WithPaper();
  await two.comesBack();

  const slots = await Promise.all(
    two.caused("ana", "SaveSlot").map(({ sealed }) => openKeyring(two.page, sealed)),
  );

  expect(two.ben.keyring.inbox.generation).toBe(2);
  expect(slots.map((slot) => slot.peer?.inbox)).toContainEqual(two.ben.keyring.inbox);
});

test("what waited in the inbox meanwhile still opens", async () => {
  const two = new WithPaper();
  const [waiting] = await two.does("ben", RING, quietly);
  const envelope = two.ben.seal(waiting!.body);
  await two.comesBack();

  await two.does("ana", { type: "Arrived", envelope, arrivedS: two.nowS });

  expect(two.heard("ana", "Rang").length).toBe(1);
});

test("beginning in the middle of the other's chain is no gap", async () => {
  const two = new WithPaper();
  const before: Deposit[] = [];
  for (let count = 0; count < 5; count++) before.push(...(await two.does("ben", RING)));
  await two.comesBack();

  await two.does("ben", RING);
  await two.days(40);
  await two.deliver("ben", before[1]!);
  await two.deliver("ben", before[1]!);

  const gaps = [two.heard("ana", "GapSeen"), two.heard("ana", "GapClosed"), two.heard("ana", "GapGivenUp")];
  expect(gaps).toEqual([[], [], []]);
  expect([...two.sent.ana.values()].filter(({ kind }) => kind === "missing")).toEqual([]);
  expect(two.heard("ana", "Rang").length).toBe(5 + 1 + 1); // before, after, and the late one once
});

test("a gap after the beginning is still seen", async () => {
  const two = new WithPaper();
  await two.comesBack();
  await two.does("ben", RING);
  await two.does("ben", RING, quietly);
  await two.does("ben", RING);
  two.nowS += 600;
  await two.does("ana", { type: "Tick" });

  expect(two.heard("ana", "GapSeen").length).toBe(1);
});

test("the other gives letters and what they had told of themselves", async () => {
  const two = new WithPaper();
  const about = { birthday: "05-06", zone: null, place: null };
  await two.does("ben", { type: "AboutWritten", about });
  await two.comesBack();

  expect(two.caused("ben", "GiveLetters").length).toBe(1);
  expect(two.ana.aboutTheirs).toEqual(about);
  for (const yours of [true, false]) {
    const letter = { ...LETTER, id: new Uint8Array(16).fill(Number(yours)) };
    const content = { kind: "letter-again", letter, yours, atS: two.nowS } as const;
    await two.does("ben", { type: "LetterGiven", content });
  }
  expect(two.caused("ana", "FetchLetter")).toMatchObject([
    { ours: true, back: true, sentS: two.nowS },
    { ours: false, back: true, sentS: two.nowS },
  ]);
});

test("a letter that is given to one who lacks none is not taken", async () => {
  const two = new WithPaper();
  const content = { kind: "letter-again", letter: LETTER, yours: true, atS: two.nowS } as const;

  await two.does("ben", { type: "LetterGiven", content });

  expect(two.caused("ana", "FetchLetter")).toEqual([]);
});

test("keys that signed before are known again", async () => {
  const two = new WithPaper();
  const first = two.ben.keyring.identity.verifyKey.raw;
  await two.does("ben", { type: "DevicesRemoved", root: null });
  await two.comesBack();

  expect(two.ana.identities).toEqual([first]);
  expect(two.ana.peer.identity).toEqual(two.ben.keyring.identity.verifyKey.raw);
});

test("a thief of the identity gets no letters", async () => {
  const two = new WithPaper();

  await two.sends(control.sign(two.ana.keyring, control.RESTORED, { device: new Uint8Array(8) }, two.nowS));

  expect(two.caused("ben", "GiveLetters")).toEqual([]);
  expect(two.heard("ben", "ControlRefused").length).toBe(1);
  expect(two.sent.ben.size).toBe(0);
});

test("an old signature of the root gives nothing twice", async () => {
  const two = new WithPaper();
  await two.comesBack();
  const restored = [...two.sent.ana.values()].find(({ kind, blob }) => kind === "control" && blob === null);
  const body = Body.parse(restored!.body);

  await two.sends(read(body.kind, body.content!) as Control);

  expect(two.caused("ben", "GiveLetters").length).toBe(1);
});

test("an announcement that did not open is asked for although its device is not known", async () => {
  const two = new WithPaper();
  await two.does("ana", RING);
  two.ana = restore(await openKeyring(two.page, await two.ana.keyring.seal()), two.root);
  // Meanwhile the other has deleted the prekey that lay in the keyring.
  const renewed = two.ben.keyring.withPrekey(two.nowS, randomBytes);
  two.ben = two.ben.withKeyring(renewed.with({ prekeys: renewed.prekeys.slice(-1) }), { copy: false });
  await two.does("ana", { type: "CameBack", root: two.root, leap: 0 });
  expect(two.heard("ben", "Unopenable").length).toBeGreaterThan(0);

  two.nowS += 3600;
  await two.does("ben", { type: "Tick" });
  await two.days(1);

  expect(two.heard("ben", "Restored").length).toBe(1);
});

test("a keyring of another page is refused", async () => {
  const two = new WithPaper();
  const sealed = await two.ana.keyring.seal();
  const eve = two.page.with({ root: new Person("Eve").root });

  await expect(openKeyring(eve, sealed)).rejects.toThrow(NotForMe);
  await expect(openKeyring(two.page.with({ peer: new Uint8Array(16) }), sealed)).rejects.toThrow(Damaged);
  const alone = await two.ana.keyring.with({ bond: null }).seal();
  await expect(openKeyring(two.page, alone)).rejects.toThrow(Damaged);
});

test("a provisional epoch of the other stays provisional after paper", async () => {
  const two = new WithPaper();
  await two.does("ben", { type: "DevicesRemoved", root: null });
  await two.comesBack();

  expect(two.ana.standing.byRoot).toBe(false);
  await two.does("ben", RING);
  expect(two.heard("ana", "Rang").length).toBe(1);
});

test("a copy that is older than the slot leaps past what it does not know", async () => {
  const two = new WithPaper();
  const copy = await two.ana.keyring.seal();
  await two.comesBack();
  two.nowS += 60;

  two.ana = restore(await openKeyring(two.page, copy), two.root);
  await two.does("ana", { type: "CameBack", root: two.root, leap: 16 });

  expect([two.ana.keyring.epoch, two.ben.peer.epoch]).toEqual([18, 18]);
  expect(two.ana.keyring.generation).toBeGreaterThan(16);
});

test("parting sends the other nothing and makes their token a sink", async () => {
  const two = new WithPaper();
  const { generation } = two.ana.keyring;

  expect(await two.does("ana", { type: "Parted" })).toEqual([]);

  const [register, ...more] = two.caused("ana", "Register");
  expect(more).toEqual([]);
  expect(register?.record).toMatchObject({ epoch: generation + 1, deposit: { self: expect.anything() } });
  expect(register?.record["deposit"]).not.toHaveProperty("peer");
  expect(Object.values(register?.record["sinks"] ?? {})).toEqual([two.nowS + 30 * 86_400]);
  expect([two.caused("ana", "Tell"), two.caused("ben", "Tell")]).toEqual([[], []]);
  const [slot] = two.caused("ana", "SaveSlot");
  expect((await Keyring.open(slot!.sealed, two.root.ageSeed)).partedS).toBe(two.nowS);
  await expect(openKeyring(two.page, slot!.sealed)).rejects.toThrow(Refused);
});

test("nothing goes to whom one has parted from, and nothing that comes changes anything", async () => {
  const two = new WithPaper();
  const [before] = await two.does("ben", RING, quietly);
  await two.does("ana", { type: "Parted" });
  const [ended, effects] = [two.ana, two.effects.length];
  const wanted: Event[] = [RING, { type: "Verified" }, { type: "DevicesRemoved", root: null }];

  for (const event of wanted) await expect(two.does("ana", event)).rejects.toThrow(Refused);
  await two.deliver("ben", before!);
  await two.does("ben", { type: "DevicesRemoved", root: null });
  await two.days(3);
  await two.does("ana", { type: "Parted" });

  expect(two.ana).toBe(ended);
  expect(two.effects.slice(effects).filter(([name]) => name === "ana")).toEqual([]);
});
