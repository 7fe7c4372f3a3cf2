/** What is kept of watches comes back as it was, and always fits into the relay's slot. */

import { expect, test } from "vitest";

import { NAME_LENGTH_MAX } from "../../../src/core/bond/bundle";
import { type GuardianSeat, SIGNED_BYTES_MAX } from "../../../src/core/bond/guardian";
import { Keyring, KEYRING_BYTES_MAX } from "../../../src/core/bond/keys";
import {
  Appointed,
  Reading,
  RELEASED_MAX,
  Seat,
  SHARES_MAX,
  WATCH_KEYS_BYTES_MAX,
  WatchKeys,
} from "../../../src/core/bond/watchkeys";
import { hex } from "../../../src/core/bytes";
import { decodeMap, encode, type RecordValue } from "../../../src/core/encoding";
import { Damaged } from "../../../src/core/errors";
import { SLOT_BYTES_MAX } from "../../../src/core/wire/limits";
import { scenario } from "../../vectors";
import { ask, filled, Guarded, owned, readerSeat, share, signed, WATCH } from "./guards";
import { NOW_S, RELAY } from "./people";

const NAMES = ["owned", "appointed", "seats", "reading", "released"] as const;
const { kind: _, ...READER } = readerSeat();
const GIVEN: GuardianSeat = {
  kind: "guardian-seat",
  relay: RELAY,
  watch: WATCH,
  key: filled(1),
  token: filled(2),
  terms: signed(),
};
const SEAT = new Seat({
  ask: ask(),
  seed: filled(3),
  consentDay: 20_000,
  given: GIVEN,
  coming: GIVEN,
  comingS: NOW_S,
  shares: [{ share: share(), sinceS: NOW_S }],
  lifeS: 1,
  lifeN: 2,
  awayS: 3,
  duressS: 4,
  stopped: filled(4),
});
const APPOINTED = new Appointed({
  ask: ask(),
  token: filled(2),
  answered: true,
  seat: filled(5),
  day: 20_000,
  consent: filled(6, 64),
  given: GIVEN,
  share: share(),
  doubtful: true,
  doneDay: 20_001,
});
const RELEASE = {
  kind: "share-release",
  watch: WATCH,
  epoch: 1,
  gate: filled(1),
  words: share().words,
} as const;
const ALL = new WatchKeys({
  owned: [owned({ epoch: 1, k: 3, n: 5, lifeN: 9, armedDay: 1, rehearsedDay: 2 })],
  appointed: [APPOINTED, new Appointed({ ask: ask({ watch: filled(9, 16) }), token: filled(2) })],
  seats: [SEAT, new Seat({ ask: ask({ watch: filled(9, 16) }) })],
  reading: [new Reading(READER)],
  released: [RELEASE],
});

test("what a keyring keeps reads as the vector says", () => {
  const vector = scenario("guardians", "keyring");

  const keys = WatchKeys.fromRecord(decodeMap(vector.bytes("watch"), { bytesMax: 65_536 }));

  expect(hex(encode(keys.toRecord()))).toBe(vector.text("watch"));
  for (const name of NAMES) expect(keys[name].length).toBe(vector.inside("says").list(name).length);
});

test("all of it comes back as it was kept, and from paper", async () => {
  const { ana } = new Guarded();
  const keyring = ana.keyring.with({ watch: ALL });

  expect(WatchKeys.fromRecord(ALL.toRecord())).toEqual(ALL);
  expect(await Keyring.open(await keyring.seal(), ana.device.ageSeed)).toEqual(keyring);
});

test("what is not there is not written", () => {
  expect(new WatchKeys().toRecord()).toEqual({});
  expect(Object.keys(new WatchKeys({ released: [RELEASE] }).toRecord())).toEqual(["released"]);
});

test.each(NAMES)("a row of %s that lacks something is damaged", (name) => {
  const [row] = ALL.toRecord()[name] as readonly RecordValue[];
  for (const field of Object.keys(row!)) {
    if (["given", "coming", "share"].includes(field)) continue; // null and nothing are the same for these
    const { [field]: _, ...less } = row!;
    expect(() => WatchKeys.fromRecord({ [name]: [less] })).toThrow(Damaged);
  }
});

test("a row with a content that makes no sense is damaged", () => {
  const [seat] = ALL.toRecord()["seats"] as readonly RecordValue[];

  const wrong = { ...seat, ask: { ...(seat!["ask"] as RecordValue), every: 0 } };

  expect(() => WatchKeys.fromRecord({ seats: [wrong] })).toThrow(Damaged);
});

test("the oldest share goes where there are too many", () => {
  let seat = SEAT;
  for (let epoch = SHARES_MAX + 3; epoch > 0; epoch--) seat = seat.withShare(share(epoch), NOW_S);

  expect(seat.shares.map((held) => held.share.epoch)).toEqual([4, 5, 6, 7, 8, 9]);
});

/** The other fills what we keep with the longest that anyone may say; we keep 200 letter keys besides. */
test("a bond that is full of watches still fits into the slot", async () => {
  const two = await new Guarded().agrees();
  const reader = "名".repeat(NAME_LENGTH_MAX);
  const relay = `https://${"a".repeat(60)}.example/${"b".repeat(150)}`;
  const longest = { ...GIVEN, relay, terms: new Uint8Array(SIGNED_BYTES_MAX) };
  const held = Array.from({ length: SHARES_MAX }, (_, n) => ({ share: share(n + 1), sinceS: NOW_S }));
  const full = (n: number): Seat => {
    const asked = ask({ reader, relay, watch: filled(n, 16) });
    return new Seat({ ask: asked, seed: filled(3), given: longest, coming: longest, shares: held });
  };
  const watch = new WatchKeys({
    appointed: [0, 1, 2].map((n) => APPOINTED.with({ ask: ask({ watch: filled(n, 16) }) })),
    seats: [full(0), full(1)],
    released: Array.from({ length: RELEASED_MAX }, (_, n) => ({ ...RELEASE, epoch: n + 1 })),
  });
  const letters = Array.from({ length: 200 }, (_, n) => filled(n));
  two.ben = two.ben.with({ keyring: two.ben.keyring.with({ letters, watch }) });

  for (let n = 0; n < 9; n++) await two.says("ana", ask({ watch: filled(99 + n, 16), reader, relay }));

  expect(encode(two.kept("ben").toRecord()).length).toBeLessThanOrEqual(WATCH_KEYS_BYTES_MAX);
  expect(two.kept("ben").seats.length).toBeLessThan(6);
  expect(two.refused("ben")).toContain("guardian-ask");
  expect(encode(two.ben.keyring.toRecord()).length).toBeLessThanOrEqual(KEYRING_BYTES_MAX);
  expect((await two.ben.keyring.seal()).length).toBeLessThanOrEqual(SLOT_BYTES_MAX);
});

test("what a person wants beyond it is refused in words", async () => {
  const two = new Guarded("pair");
  for (let n = 0; n < 6; n++)
    await two.does("ana", { type: "WatchKept", watch: owned({ watch: filled(n, 16) }) });

  const one = owned({ watch: filled(9, 16) });
  await expect(two.does("ana", { type: "WatchKept", watch: one })).rejects.toThrow(
    /as many watches as it can/,
  );
});
