/** What a pendant does: rings, letters, keys that change, and what comes too late, twice or not at all. */

import { expect, test } from "vitest";

import { UNOPENED_KEPT_S } from "../../../src/core/bond/arrival";
import * as control from "../../../src/core/bond/control";
import { GAP_PATIENCE_S, RESENT_A_DAY_MAX } from "../../../src/core/bond/daily";
import * as envelope from "../../../src/core/bond/envelope";
import type { Event } from "../../../src/core/bond/event";
import { Root } from "../../../src/core/bond/kit";
import { step } from "../../../src/core/bond/lifecycle";
import { Body, type Content, type Control, read, ring, toRecord } from "../../../src/core/bond/message";
import { Pendant, RINGS_AN_HOUR } from "../../../src/core/bond/pendant";
import { hex, randomBytes, same, utf8 } from "../../../src/core/bytes";
import { encode, type RecordValue } from "../../../src/core/encoding";
import { Damaged, Mistaken, NotForMe } from "../../../src/core/errors";
import { flipped, NOW_S, pair } from "./people";
import { DAY_S, type Deposit, LETTER, Two, type Who } from "./two";

const RING: Event = { type: "RingWanted", ring: ring() };
const TICK: Event = { type: "Tick" };
const BEGUN: Event = { type: "Begun" };
const VERIFIED: Event = { type: "Verified" };
const quietly = { deliver: false };

const rings = (...pattern: number[]): Event => ({ type: "RingWanted", ring: ring(pattern) });
const receipts = (on: boolean): Event => ({ type: "ReceiptsWanted", on });
const removed = (root: Root | null): Event => ({ type: "DevicesRemoved", root });
const arrives = (sealed: Uint8Array): Event => ({ type: "Arrived", envelope: sealed, arrivedS: NOW_S });
const patterns = (two: Two, who: Who): (readonly number[])[] =>
  two.heard(who, "Rang").map((rang) => rang.ring.pattern);

/** Let Ana say something that her program would not, sealed as it should be. */
function says(two: Two, kind: string, content: RecordValue): { sealed: Uint8Array; body: Uint8Array } {
  const [ana, , body] = two.ana.wrote(kind, { content }, { nowS: NOW_S, heads: false });
  two.ana = ana;
  return { sealed: ana.seal(body), body };
}

test("a ring is heard once by the other", async () => {
  const two = new Two();
  const [deposit] = await two.does("ana", rings(100, 50, 100));
  await two.deliver("ana", deposit!);

  const [rang, ...more] = two.heard("ben", "Rang");
  expect([rang?.ring.pattern, rang?.sound, more]).toEqual([[100, 50, 100], true, []]);
});

test("a ring that lay for five minutes is shown and not sounded", async () => {
  const two = new Two();
  const [deposit] = await two.does("ana", RING, quietly);
  two.nowS += 400;

  await two.deliver("ana", deposit!, NOW_S);

  expect(two.heard("ben", "Rang")).toMatchObject([{ sound: false, arrivedS: NOW_S }]);
});

test("after so many rings in an hour the rest is silent, a knock as well", async () => {
  const two = new Two();
  for (let count = 0; count < RINGS_AN_HOUR + 3; count++) await two.does("ana", RING);
  await two.does("ana", { type: "KnockWanted" });
  expect(two.heard("ben", "Rang").filter(({ sound }) => sound).length).toBe(RINGS_AN_HOUR);

  two.nowS += 3700;
  await two.does("ana", { type: "KnockWanted" });
  expect(two.heard("ben", "Knocked").map(({ sound }) => sound)).toEqual([false, true]);
});

test("so many rings an hour are sounded as the receiver wants", async () => {
  const two = new Two();
  await two.does("ben", { type: "RingsLimited", anHour: 2 });
  for (let count = 0; count < 4; count++) await two.does("ana", RING);

  expect(two.heard("ben", "Rang").map(({ sound }) => sound)).toEqual([true, true, false, false]);
  expect(two.caused("ben", "Deposit")).toEqual([]);
  await expect(two.does("ben", { type: "RingsLimited", anHour: 61 })).rejects.toThrow(Mistaken);
});

test.each([[[]], [[9]], [[5001]], [Array(33).fill(100)], [Array(7).fill(5000)]])(
  "a ring of %j is a mistake of ours and damaged from them",
  (pattern) => {
    expect(() => ring(pattern)).toThrow(Mistaken);
    expect(() => read("ring", { pattern })).toThrow(Damaged);
  },
);

test("a letter is to be fetched whole and its envelope names its blob", async () => {
  const two = new Two();
  const [deposit] = await two.does("ana", { type: "LetterSealed", letter: LETTER });

  const [fetch, ...more] = two.caused("ben", "FetchLetter");
  expect([fetch?.letter, fetch?.again, fetch?.back, more]).toEqual([LETTER, false, false, []]);
  expect(deposit?.blobs).toEqual([LETTER.blob]);
});

test("a longer body goes as a blob and is kept out of the chain until the blob is there", async () => {
  const two = new Two();
  const copy = copyOf(await two.does("ana", BEGUN, quietly));
  const arrived: Event<"Arrived"> = { type: "Arrived", envelope: two.ana.seal(copy.body), arrivedS: NOW_S };

  const [before, asked] = await step(two.ben, arrived, NOW_S);
  expect(asked).toEqual([{ type: "FetchBlob", id: copy.blobs[0], length: copy.blob?.length }]);
  const [after, effects] = await step(two.ben, { ...arrived, blob: copy.blob! }, NOW_S);

  expect(before).toBe(two.ben);
  expect(effects.map(({ type }) => type)).toEqual(["KeepCopy"]);
  expect(after.receiving[0]?.next).toBe(1);
});

test("a blob that is wrong or gone is told and asked for again", async () => {
  const two = new Two();
  const copy = copyOf(await two.does("ana", BEGUN, quietly));
  const arrived: Event<"Arrived"> = { type: "Arrived", envelope: two.ana.seal(copy.body), arrivedS: NOW_S };

  for (const blob of [new Uint8Array(), flipped(copy.blob!, -1)]) {
    const [after, effects] = await step(two.ben, { ...arrived, blob }, NOW_S);
    expect(after.receiving).toEqual([]);
    expect(effects).toContainEqual({ type: "Tell", news: { type: "Unopenable" } });
  }
});

test("a copy of the keyring goes to the slot and to the peer and says nothing to them", async () => {
  const two = new Two();
  await two.does("ana", BEGUN);

  const [[slot], [kept]] = [two.caused("ana", "SaveSlot"), two.caused("ben", "KeepCopy")];
  expect(kept?.sealed).toEqual(slot?.sealed);
  expect(hex(kept!.sealed)).not.toContain(hex(two.ana.keyring.identities[0]!));
});

function copyOf(deposits: readonly Deposit[]): Deposit {
  return deposits.find(({ kind }) => kind === "keyring")!;
}

test("what cannot be opened is kept, told once and asked for with the day", async () => {
  const two = new Two();
  await two.does("ana", RING);
  const [lost] = await two.does("ana", rings(77), quietly);
  const broken = arrives(flipped(two.ana.seal(lost!.body), -1));

  await two.does("ben", broken);
  await two.does("ben", broken);
  expect(two.heard("ben", "Unopenable").length).toBe(1);
  expect(two.caused("ben", "KeepRaw")[0]?.untilS).toBe(NOW_S + UNOPENED_KEPT_S);
  await two.days(2);

  expect(patterns(two, "ben")).toEqual([[400], [77]]);
});

test("a gap is told after a while, asked for once a day, and closed", async () => {
  const two = new Two();
  await two.does("ana", RING);
  await two.does("ana", rings(77), quietly);
  await two.does("ana", RING);

  await two.does("ben", TICK);
  expect(two.heard("ben", "GapSeen")).toEqual([]);
  two.nowS += GAP_PATIENCE_S;
  await two.does("ben", TICK);
  await two.does("ben", TICK);
  expect(two.heard("ben", "GapSeen")).toMatchObject([{ first: 1, last: 1 }]);
  await two.days(2);

  expect(two.heard("ben", "GapClosed").length).toBe(1);
  expect(patterns(two, "ben")).toContainEqual([77]);
});

test("nothing is answered at once", async () => {
  const two = new Two();
  await two.does("ben", BEGUN);
  await two.does("ana", RING);
  await two.does("ana", RING, quietly);
  await two.does("ana", RING);
  two.nowS += 3600;

  await two.does("ben", TICK);

  expect([...two.sent.ben.values()].map(({ kind }) => kind)).toEqual(["keyring"]);
});

test("a gap that does not close in a month is given up", async () => {
  const two = new Two();
  await two.does("ana", RING, quietly);
  await two.does("ana", RING);
  for (let day = 0; day < 40; day++) {
    two.nowS += DAY_S;
    await two.does("ben", TICK, quietly);
  }

  expect(two.heard("ben", "GapGivenUp").length).toBe(1);
  expect(two.ben.receiving[0]?.gaps).toEqual([]);
});

test("a letter that did not come whole is asked for again", async () => {
  const two = new Two();
  const [deposit] = await two.does("ana", { type: "LetterSealed", letter: LETTER });

  await two.does("ben", { type: "NotWhole", envelope: two.ana.seal(deposit!.body) });
  await two.days(2);

  expect(two.caused("ben", "FetchLetter").map(({ again }) => again)).toEqual([false, true]);
});

test("a peer that asks for everything does not get everything", async () => {
  const two = new Two();
  two.ana = two.ana.with({ sending: two.ana.sending.with({ next: 10_000 }) });
  const gaps = [[two.ana.device.id, 0, 2 ** 40]];
  const [ben, , body] = two.ben.wrote(
    "missing",
    { content: { gaps, above: [] } },
    { nowS: NOW_S, heads: false },
  );
  await two.does("ana", arrives(ben.seal(body)));

  two.nowS += DAY_S;
  await two.does("ana", TICK, quietly);

  const [resend, ...more] = two.caused("ana", "Resend");
  expect([resend!.last - resend!.first + 1, more]).toEqual([RESENT_A_DAY_MAX, []]);
});

test("a kind that is not known is kept and told", async () => {
  const two = new Two();
  const { sealed, body } = says(two, "hologram", { depth: 3 });

  await two.does("ben", arrives(sealed));

  expect(two.heard("ben", "NewerNeeded")).toEqual([{ type: "NewerNeeded", kind: "hologram" }]);
  expect(two.caused("ben", "KeepRaw")).toEqual([{ type: "KeepRaw", data: body, untilS: null }]);
});

test.each(["ring", "letter", "letter-again", "about", "portrait", "prekey", "missing", "control", "keyring"])(
  "a %s that makes no sense is kept and throws nothing",
  async (kind) => {
    const two = new Two();
    const { sealed, body } = says(two, kind, { nonsense: 1 });

    await two.does("ben", arrives(sealed));

    expect(two.caused("ben", "KeepRaw")).toEqual([{ type: "KeepRaw", data: body, untilS: null }]);
  },
);

test.each([
  ["nothing", new Uint8Array()],
  ["an empty map", encode({})],
  ["no record", Uint8Array.of(255)],
  ["a kind alone", encode({ kind: "ring" })],
  ["zeros", new Uint8Array(2953)],
])("a sealed body that is %s is kept and throws nothing", async (_, body) => {
  const two = new Two();

  await two.does("ben", arrives(two.ana.seal(body)));

  expect(two.caused("ben", "KeepRaw")).toEqual([{ type: "KeepRaw", data: body, untilS: null }]);
});

test("prekeys are renewed weekly and deleted a month after the peer uses a newer one", async () => {
  const two = new Two();
  for (let day = 0; day < 80; day += 4) {
    await two.days(4);
    await two.does("ana", RING);
    await two.does("ben", RING);
  }

  for (const { keyring } of [two.ana, two.ben]) {
    expect(keyring.prekey.number).toBeGreaterThanOrEqual(11);
    expect(keyring.prekeys.length).toBeGreaterThanOrEqual(5);
    expect(keyring.prekeys.length).toBeLessThanOrEqual(7);
  }
  expect(two.ben.peer.prekey.tag).toEqual(two.ana.keyring.prekey.tag);
});

test("a clock that was a year ahead once stops nothing", async () => {
  const two = new Two();
  two.nowS += 365 * DAY_S;
  await two.does("ana", TICK);
  two.nowS = NOW_S + DAY_S;

  await two.does("ana", TICK);
  const renewed = two.ana.keyring.prekey.number;
  await two.days(8);

  expect(two.ana.keyring.prekey.number).toBe(renewed + 1);
});

test("prekeys wait for a peer who is away and no longer than four hundred days", async () => {
  const two = new Two();
  await two.does("ben", RING);
  const [late] = await two.does("ben", rings(77), quietly);
  const sealed = two.ben.seal(late!.body);
  const pass = async (days: number): Promise<void> => {
    for (let day = 0; day < days; day++) {
      two.nowS += DAY_S;
      await two.does("ana", TICK, quietly);
    }
  };

  await pass(390);
  await two.does("ana", { type: "Arrived", envelope: sealed, arrivedS: two.nowS });
  expect(patterns(two, "ana").at(-1)).toEqual([77]);

  await pass(20);
  expect(two.ana.keyring.prekeys[0]?.number).toBeGreaterThan(1);
});

test("comparing the words shows on both sides", async () => {
  const two = new Two();
  expect(two.ana.verified).toBe(false);

  await two.does("ana", VERIFIED);

  expect([two.ana.verified, two.ben.verified]).toEqual([true, false]);
  expect(two.heard("ben", "PeerVerified")).toEqual([{ type: "PeerVerified", atS: NOW_S }]);
  expect(two.ben.peerVerifiedS).toBe(NOW_S);
});

test("receipts are off until both want them and stop when one does not", async () => {
  const two = new Two();
  await two.does("ben", RING);
  await two.does("ana", RING);
  expect(two.heard("ben", "HasReceived")).toEqual([]);

  await two.does("ana", receipts(true));
  expect(two.ana.receipts).toBe(false);
  await two.does("ben", receipts(true));
  expect([two.ana.receipts, two.ben.receipts]).toEqual([true, true]);
  await two.does("ana", RING);
  expect(two.heard("ben", "HasReceived").at(-1)?.upto).toBe(1);

  two.nowS += 1;
  await two.does("ben", receipts(false));
  expect(two.ana.receipts).toBe(false);
});

test("only what a person did says what has arrived", async () => {
  const two = new Two();
  await two.does("ana", receipts(true));
  await two.does("ben", receipts(true));
  await two.days(8);

  const bodies = [...two.sent.ana.values()].map(({ body }) => Body.parse(body));
  const timed = bodies.filter(({ kind }) => kind === "prekey" || kind === "missing" || kind === "keyring");
  expect(timed.length).toBeGreaterThan(0);
  for (const body of timed) expect(body.heads).toEqual([]);
});

test("bodies are forgotten a month after the peer has said that it has them", async () => {
  const two = new Two();
  await two.does("ana", RING);
  await two.days(3);
  await two.does("ben", RING);
  await two.days(29);
  expect(two.caused("ana", "Forget")).toEqual([]);

  await two.days(5);

  expect(two.caused("ana", "Forget")[0]?.upto).toBeGreaterThanOrEqual(0);
});

test("the root leaves the device once it is on paper", async () => {
  const two = new Two();
  await two.does("ana", { type: "KitConfirmed" });

  expect(two.ana.device.root.length).toBe(0);
  expect(two.ana.device.owner.length).toBe(32);
});

test("removed devices by the root change the keys for good and the peer renews its own", async () => {
  const two = new Two();
  const before = two.ben.keyring.inbox;
  await two.does("ana", VERIFIED);
  await two.does("ben", VERIFIED);

  await two.does("ana", removed(new Root(two.ana.device.root)));

  expect(two.heard("ben", "KeysChanged")).toEqual([{ type: "KeysChanged", final: true }]);
  expect([two.ben.verified, two.ben.peer.epoch]).toEqual([true, 2]);
  expect(two.ben.peer.identity).toEqual(two.ana.keyring.identity.verifyKey.raw);
  expect(two.ben.keyring.inbox.deposit).not.toEqual(before.deposit);
  expect(two.ben.keyring.inbox.key).not.toEqual(before.key);
  expect(two.ana.peer.inbox).toEqual(two.ben.keyring.inbox);
  expect([two.caused("ben", "Register").length, two.caused("ana", "Register").length]).toEqual([1, 1]);
  await two.does("ana", RING);
  await two.does("ben", RING);
  expect([two.heard("ana", "Rang").length, two.heard("ben", "Rang").length]).toEqual([1, 1]);
});

test("an inbox key that was stolen opens nothing a week after the peer uses the new one", async () => {
  const two = new Two();
  const stolen = two.ana;
  await two.does("ben", removed(new Root(two.ben.device.root)));
  const sealed = stolen.seal(utf8("from a thief"));
  expect(envelope.openOwn(sealed, two.ben.keyring).newest).toBe(false);

  await two.does("ana", RING);
  await two.days(8);

  expect(() => envelope.openOwn(sealed, two.ben.keyring)).toThrow(NotForMe);
});

test("what was sealed to an old inbox is seen to be stale", async () => {
  const two = new Two();
  const sealed = two.ana.seal(utf8("never acknowledged"));

  await two.does("ana", removed(new Root(two.ana.device.root)));

  expect(two.ana.isStale(sealed)).toBe(true);
});

test("removed devices by the identity alone ask for the words again", async () => {
  const two = new Two();
  await two.does("ben", VERIFIED);

  await two.does("ana", removed(null));

  expect(two.heard("ben", "KeysChanged")).toEqual([{ type: "KeysChanged", final: false }]);
  expect(two.ben.verified).toBe(false);
  two.nowS += 60;
  await two.does("ben", VERIFIED);
  expect(two.ben.verified).toBe(true);
});

/** What Ben believes of Ana's identity after these changes of keys, in this order. */
async function believed(two: Two, epochs: readonly Deposit[]): Promise<string> {
  let { ben } = two;
  for (const { body, blob } of epochs) {
    const event = { type: "Arrived", envelope: two.ana.seal(body), arrivedS: NOW_S, blob: blob! } as const;
    [ben] = await step(ben, event, NOW_S);
  }
  return hex(ben.peer.identity);
}

async function epochOf(pendant: Pendant, root: Root | null): Promise<[Pendant, Deposit]> {
  const [after, effects] = await step(pendant, removed(root), NOW_S);
  return [after, effects.find((effect) => effect.type === "Deposit")!];
}

test("the root on paper beats the thief of the phone in any order", async () => {
  const two = new Two();
  const [, byThief] = await epochOf(two.ana, null);
  const [owner, byOwner] = await epochOf(two.ana, new Root(two.ana.device.root));

  for (const order of [
    [byThief, byOwner],
    [byOwner, byThief],
  ]) {
    expect(await believed(two, order)).toBe(hex(owner.keyring.identity.verifyKey.raw));
  }
});

test("of two epochs by the same identity both orders choose the same", async () => {
  const two = new Two();
  const [, one] = await epochOf(two.ana, null);
  const [, other] = await epochOf(two.ana, null);

  expect(await believed(two, [one, other])).toBe(await believed(two, [other, one]));
});

test("a change signed by nobody who may is refused and told", async () => {
  const two = new Two();
  const [stranger] = pair();
  const signed = control.sign(two.ana.keyring, control.RECEIPTS, { on: true }, NOW_S);
  const theirs = control.sign(stranger.keyring, control.RECEIPTS, { on: true }, NOW_S);
  const forged: Control[] = [
    { ...signed, byIdentity: null },
    { ...signed, byIdentity: new Uint8Array(64) },
    { ...signed, byIdentity: theirs.byIdentity },
    { ...signed, byRoot: signed.byIdentity },
    control.sign(two.ben.keyring, control.RECEIPTS, { on: true }, NOW_S),
  ];

  for (const content of forged) {
    const { sealed } = says(two, "control", toRecord<"control">(content));
    const [ben, effects] = await step(two.ben, arrives(sealed), NOW_S);
    expect(effects.filter(({ type }) => type === "Tell")).toContainEqual({
      type: "Tell",
      news: { type: "ControlRefused" },
    });
    expect(ben.receiptsTheirs).toBe(false);
  }
});

test("a change that needs a newer Twinbell is kept", async () => {
  const two = new Two();
  const signed = control.sign(two.ana.keyring, "control-hologram", {}, NOW_S);
  const { sealed, body } = says(two, "control", toRecord<"control">(signed));

  await two.does("ben", arrives(sealed));

  expect(two.caused("ben", "KeepRaw")).toEqual([{ type: "KeepRaw", data: body, untilS: null }]);
});

test("a change signed with keys of which we have not heard waits for them", async () => {
  const two = new Two();
  // The envelope that brings the new epoch was lost: what follows is not refused, it is asked for again.
  const deposits = await two.does("ana", removed(null), quietly);
  const [verified] = await two.does("ana", VERIFIED, quietly);

  await two.deliver("ana", verified!);
  expect(two.heard("ben", "ControlRefused")).toEqual([]);
  for (const deposit of [...deposits, verified!]) await two.deliver("ana", deposit);

  expect(two.heard("ben", "PeerVerified").length).toBe(1);
});

test("a new inbox of before is not taken back", async () => {
  const two = new Two();
  const old = two.ana.keyring;
  const renewed = old.withInbox(randomBytes);
  const again = renewed.withInbox(randomBytes);

  for (const keyring of [again, renewed]) {
    const said = { inbox: keyring.inbox.toRecord(), prekey: keyring.prekey.public.toRecord() };
    const signed = control.sign(old, control.INBOX, said, NOW_S);
    await two.does("ben", arrives(says(two, "control", toRecord<"control">(signed)).sealed));
  }

  expect(two.ben.peer.inbox).toEqual(again.inbox);
});

test("a second device of the peer is told", async () => {
  const two = new Two();
  await two.does("ana", RING);
  const sending = two.ana.sending.with({ next: 0, prev: new Uint8Array(32) });
  const other = two.ana.with({ device: two.ana.device.with({ id: utf8("device-2") }), sending });
  const [, , body] = other.wrote(
    "ring",
    { content: toRecord<"ring">(ring()) },
    { nowS: NOW_S, heads: false },
  );

  await two.does("ben", arrives(two.ana.seal(body)));

  expect(two.heard("ben", "DeviceSeen")).toEqual([{ type: "DeviceSeen", device: utf8("device-2") }]);
  expect(two.heard("ben", "Rang").length).toBe(2);
});

test("what another device of our own says is not taken for the peer", async () => {
  const two = new Two();
  const other = two.ana.with({ device: two.ana.device.with({ id: utf8("device-2") }) });
  const [, , body] = other.wrote(
    "ring",
    { content: toRecord<"ring">(ring()) },
    { nowS: NOW_S, heads: false },
  );

  await two.does("ana", arrives(envelope.sealOwn(body, two.ana.keyring)));

  expect(two.heard("ana", "Rang")).toEqual([]);
  expect(two.caused("ana", "KeepRaw")).toEqual([{ type: "KeepRaw", data: body, untilS: null }]);
});

test("a pendant is saved and loaded whole at every moment", async () => {
  const two = new Two();
  const about = { birthday: "10-07", zone: "Asia/Tokyo", place: null };
  const events: Event[] = [BEGUN, RING, { type: "LetterSealed", letter: LETTER }, VERIFIED, receipts(true)];
  events.push({ type: "AboutWritten", about }, removed(null), TICK, { type: "Parted" });

  for (const event of events) {
    await two.does("ana", event);
    if (event.type !== "Parted") await two.does("ben", event);
    for (const side of [two.ana, two.ben]) expect(Pendant.fromBytes(side.toBytes())).toEqual(side);
  }
});

test("a signature of one bond is worth nothing in another", () => {
  const [two, other] = [new Two(), new Two(pair())];
  const keyring = two.ana.keyring.with({ bond: other.ana.bond });
  const signed = control.sign(keyring, control.VERIFIED, { root: two.ben.keyring.root }, NOW_S);

  expect(() => control.judge(signed, two.ben.keyring, two.ben.standing)).toThrow(Damaged);
});

test("what is said reads back as it was, of every kind", async () => {
  const two = new Two();
  const prekey = two.ana.keyring.prekey.public;
  const said: Content[] = [
    ring([100, 50]),
    { kind: "knock" },
    LETTER,
    { kind: "letter-again", letter: LETTER, yours: true, atS: NOW_S },
    { kind: "about", birthday: "02-29", zone: null, place: "灯台の下" },
    { kind: "portrait", size: 16, pixels: randomBytes(64) },
    { kind: "prekey", epoch: 3, prekey },
    { kind: "missing", gaps: [[two.ana.device.id, 1, 2]], above: [[two.ana.device.id, 3]] },
    { kind: "control", record: utf8("record"), byRoot: null, byIdentity: new Uint8Array(64) },
    { kind: "keyring", serial: 4, sealed: utf8("sealed") },
  ];

  for (const content of said) expect(read(content.kind, toRecord(content))).toEqual(content);
  expect(read("hologram", {})).toBeNull();
  expect(read("toString", {})).toBeNull();
  expect(same(encode(toRecord<"knock">({ kind: "knock" })), encode({}))).toBe(true);
});
