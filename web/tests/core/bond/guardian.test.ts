/** What writer, guardian and reader say to each other, and what each of them keeps of it. */

import { describe, expect, test } from "vitest";

import { DAY_MAX, type AboutWatch, type GuardianAnswer } from "../../../src/core/bond/guardian";
import { givenAgain } from "../../../src/core/bond/guarding";
import { Keyring } from "../../../src/core/bond/keys";
import { step } from "../../../src/core/bond/lifecycle";
import { read, toRecord } from "../../../src/core/bond/message";
import { belongs } from "../../../src/core/bond/watchkeep";
import { WatchKeys } from "../../../src/core/bond/watchkeys";
import { hex, randomBytes } from "../../../src/core/bytes";
import { decodeMap, encode, type RecordValue, type Value } from "../../../src/core/encoding";
import { Damaged, Mistaken, Refused } from "../../../src/core/errors";
import { checkConsent } from "../../../src/core/wire/terms";
import { type Json, scenarios } from "../../vectors";
import {
  alive,
  anotherSplit,
  ask,
  away,
  filled,
  Guarded,
  KEY,
  OTHER,
  owned,
  READER,
  readerSeat,
  share,
  signed,
  STOP,
  terms,
  WATCH,
} from "./guards";
import { flipped, NOW_S, RELAY } from "./people";
import { DAY_S } from "./two";

const BYTES_MAX = { bytesMax: 65_536 };
const DAY = Math.floor(NOW_S / DAY_S);
const YES: GuardianAnswer = {
  kind: "guardian-answer",
  watch: WATCH,
  yes: true,
  seat: filled(1),
  day: DAY,
  consent: filled(2, 64),
};
const PLACE = { relay: RELAY, watch: WATCH, key: KEY.verifyKey.raw };
const { k: _, n: __, ...RELEASED } = share();
const RELEASE = { ...RELEASED, kind: "share-release" } as const;
const OVER = { kind: "guardian-over", watch: WATCH } as const;
const REHEARSED = { kind: "rehearsed", watch: WATCH, proof: filled(3), day: DAY } as const;

const CONTENTS: readonly AboutWatch[] = [
  ask({ rehearsal: true }),
  YES,
  { ...YES, yes: false, seat: null, day: 0, consent: null },
  { kind: "guardian-seat", ...PLACE, token: filled(4), terms: filled(5, 9) },
  share(),
  { kind: "share-over", watch: WATCH, below: 2 },
  RELEASE,
  OVER,
  { kind: "guardian-done", watch: WATCH, day: DAY },
  readerSeat(),
  REHEARSED,
];

/** Bytes as hex, as the vectors have them. */
function plain(value: Value): Json {
  return JSON.parse(
    JSON.stringify(value, (_, each: Value) => (each instanceof Uint8Array ? hex(each) : each)),
  );
}

describe("the vectors of guardians", () => {
  test.each(scenarios("guardians").filter((vector) => vector.has("bond")))(
    "$name says what it says",
    (vector) => {
      const content = read(vector.text("kind"), decodeMap(vector.bytes("content"), BYTES_MAX)) as AboutWatch;

      expect(hex(encode(toRecord(content)))).toBe(vector.text("content"));
      expect(plain(toRecord(content))).toEqual(vector.field("says"));
      expect(belongs(content, "pair")).toBe(vector.text("bond") === "pair");
    },
  );

  test.each(scenarios("guardians", "refused_"))("$name", (vector) => {
    expect(() => read(vector.text("kind"), decodeMap(vector.bytes("content"), BYTES_MAX))).toThrow(Damaged);
  });
});

describe("a content", () => {
  test.each(CONTENTS)("of the kind $kind reads as it was written", (content) => {
    expect(read(content.kind, toRecord(content))).toEqual(content);
  });

  test.each(CONTENTS)("of the kind $kind without one of its fields is damaged", (content) => {
    const record = toRecord(content);
    for (const name of Object.keys(record)) {
      if (name === "seat" || name === "consent") continue;
      const { [name]: _, ...less } = record;
      expect(() => read(content.kind, less)).toThrow(Damaged);
    }
  });

  test("has its fields and no more, whatever else an object holds", () => {
    const more = { ...share(), kind: "share-release", secret: "nobody's" } as const;

    expect(Object.keys(toRecord(more)).toSorted()).toEqual(["epoch", "gate", "watch", "words"]);
  });

  test.each<RecordValue>([
    { every: 0 },
    { veto: 401 },
    { reader: "\x1b[2J" },
    { relay: "relay" },
    { watch: filled(0, 1) },
  ])("that asks for %j is damaged", (changes) => {
    expect(() => read("guardian-ask", { ...toRecord(ask()), ...changes })).toThrow(Damaged);
  });

  test.each(["Abandon ability", "acid!", "acid\nacid", "säure", "", "  ", "a".repeat(297)])(
    "whose share is %j is damaged",
    (words) => {
      expect(() => read("share", { ...toRecord(share()), words })).toThrow(Damaged);
    },
  );

  test.each(CONTENTS)(
    "of the kind $kind belongs into one kind of bond, and is told in another",
    async (content) => {
      const wrong = belongs(content, "guardian") ? "pair" : "guardian";
      expect(belongs(content, wrong)).toBe(false);
      const two = new Guarded(wrong);
      const before = two.ben.keyring;

      await two.says("ana", content);

      expect(two.heard("ben", "Misplaced")).toEqual([{ type: "Misplaced", kind: content.kind }]);
      expect(two.ben.keyring).toEqual(before);
    },
  );
});

test("nobody says in a bond what belongs into another, or what makes no sense", async () => {
  const two = new Guarded("pair");

  await expect(two.does("ana", { type: "GuardianAsked", ask: ask() })).rejects.toThrow(Mistaken);
  await expect(two.does("ana", { type: "GuardianEnded", watch: WATCH })).rejects.toThrow(Mistaken);
  await expect(new Guarded().does("ana", { type: "ReaderNamed", seat: readerSeat() })).rejects.toThrow(
    Mistaken,
  );
  await expect(new Guarded().does("ana", { type: "GuardianAsked", ask: ask({ every: 0 }) })).rejects.toThrow(
    /1 to 400/,
  );
});

describe("who is asked to be a guardian", () => {
  test("is told what for, and nothing is answered by itself", async () => {
    const two = new Guarded();

    await two.does("ana", { type: "GuardianAsked", ask: ask() });

    expect(two.heard("ben", "GuardianWanted")).toEqual([{ type: "GuardianWanted", ask: ask() }]);
    expect(two.caused("ben", "Deposit")).toEqual([]);
    expect(two.appointed.answered).toBe(false);
  });

  test("says yes with a consent that terms can hold", async () => {
    const two = await new Guarded().agrees();

    expect(two.heard("ana", "GuardianSaid")).toEqual([{ type: "GuardianSaid", watch: WATCH, yes: true }]);
    checkConsent(two.guardian, WATCH);
    expect(two.appointed.day).toBe(DAY);
    expect(two.seat.seed).not.toEqual(two.appointed.seat);
  });

  test("says no and leaves nothing", async () => {
    const two = new Guarded();
    await two.does("ana", { type: "GuardianAsked", ask: ask() });
    await two.does("ben", { type: "GuardianAnswered", watch: WATCH, yes: false });

    expect(two.heard("ana", "GuardianSaid")).toEqual([{ type: "GuardianSaid", watch: WATCH, yes: false }]);
    expect([two.appointed.answered, two.appointed.agreed]).toEqual([true, false]);
    expect(two.kept("ben").seats).toEqual([]);
  });

  test("has the seat of before when asked again", async () => {
    const two = await new Guarded().agrees();
    const before = two.appointed;
    two.nowS += 366 * DAY_S;

    await two.agrees();

    const { seat, token, day } = two.appointed;
    expect([seat, token, day]).toEqual([before.seat, before.token, before.day + 366]);
  });

  test("is not asked more often than a bond keeps", async () => {
    const two = new Guarded();
    for (let n = 0; n < 7; n++) await two.says("ana", ask({ watch: filled(n, 16) }));

    expect(two.refused("ben")).toEqual(["guardian-ask"]);
    expect(two.kept("ben").seats.length).toBe(6);
  });

  test("keeps the last one of rehearsals", async () => {
    const two = await new Guarded().seated();
    for (let n = 0; n < 9; n++) await two.says("ana", ask({ watch: filled(n, 16), rehearsal: true }));

    expect(two.kept("ben").seats.map(({ watch }) => watch)).toEqual([WATCH, filled(8, 16)]);
  });
});

test("an answer that nobody asked for, or a consent by somebody else, is refused", async () => {
  const two = new Guarded();
  await two.says("ben", YES);
  expect(two.kept("ana").appointed).toEqual([]);

  await two.does("ana", { type: "GuardianAsked", ask: ask() });
  await two.says("ben", { ...YES, seat: OTHER.verifyKey.raw });

  expect(two.refused("ana")).toEqual(["guardian-answer", "guardian-answer"]);
  expect(two.appointed.agreed).toBe(false);
});

describe("a seat", () => {
  test("brings the terms and how to look", async () => {
    const two = await new Guarded().seated();

    expect(two.heard("ben", "SeatTaken")).toEqual([{ type: "SeatTaken", watch: WATCH }]);
    expect(two.seat.given!.token).toEqual(two.appointed.token);
    expect(two.seat.held(two.nowS)).toEqual(two.appointed.given);
  });

  test("is not given to who has not agreed, nor taken, and no share either", async () => {
    const two = new Guarded();
    await two.does("ana", { type: "GuardianAsked", ask: ask() });

    const seat = { ...PLACE, terms: signed() };
    await expect(two.does("ana", { type: "SeatGiven", ...seat })).rejects.toThrow(Refused);
    await expect(two.giveShare(share())).rejects.toThrow(Refused);
    await two.says("ana", { kind: "guardian-seat", ...seat, token: filled(4) });
    expect(two.refused("ben")).toEqual(["guardian-seat"]);
  });

  test("without this guardian, or with a changed signature, is refused", async () => {
    const two = await new Guarded().agrees();
    const { token } = two.appointed;
    const good = two.signed();
    const says = (changes: object): Promise<void> =>
      two.says("ana", { kind: "guardian-seat", ...PLACE, token, terms: good, ...changes });

    for (const data of [signed(), flipped(good, -1), new Uint8Array(), Uint8Array.of(...good, 0)]) {
      await says({ terms: data });
    }
    await says({ token: filled(9) });
    await says({ key: OTHER.verifyKey.raw });

    expect(two.refused("ben")).toEqual(Array(6).fill("guardian-seat"));
    expect(two.seat.given).toBe(null);
  });

  test("of a rehearsal is good for a rehearsal alone", async () => {
    const two = new Guarded();
    await two.does("ana", { type: "GuardianAsked", ask: ask({ rehearsal: true }) });
    await two.does("ben", { type: "GuardianAnswered", watch: WATCH, yes: true });

    await two.giveSeat();

    expect(two.refused("ben")).toEqual(["guardian-seat"]);
  });
});

describe("terms that change", () => {
  const armed = { epoch: 1, armed: true };

  test("hold at once where they are stricter, and after the old wait where they are looser", async () => {
    const two = await new Guarded().seated(armed);
    await two.giveSeat({ ...armed, number: 2, every: 60 });
    expect(two.heard("ben", "TermsChanged")).toEqual([{ type: "TermsChanged", watch: WATCH, fromS: 0 }]);

    await two.giveSeat({ ...armed, number: 3, every: 1 });

    const fromS = two.nowS + (60 + 7 + 7) * DAY_S;
    expect(two.heard("ben", "TermsChanged").at(-1)).toEqual({ type: "TermsChanged", watch: WATCH, fromS });
    expect(two.holds(fromS - 1, two.signed({ ...armed, number: 2, every: 60 }))).toBe(true);
    expect(two.holds(fromS, two.signed({ ...armed, number: 3, every: 1 }))).toBe(true);
  });

  test("do not wait anew when they are said again", async () => {
    const two = await new Guarded().seated(armed);
    await two.giveSeat({ ...armed, number: 2, every: 1 });
    const before = two.seat.comingS;

    two.nowS += 10 * DAY_S;
    await two.giveSeat({ ...armed, number: 2, every: 1 });

    expect(two.seat.comingS).toBe(before);
  });

  test("hold once they were waited for, when others come", async () => {
    const two = await new Guarded().seated(armed);
    await two.giveSeat({ ...armed, number: 2, every: 10 });
    two.nowS = two.seat.comingS;

    await two.giveSeat({ ...armed, number: 3, every: 20 });

    expect(two.holds(two.nowS, two.signed({ ...armed, number: 3, every: 20 }))).toBe(true);
    expect(two.seat.coming).toBe(null);
  });

  test("change nothing where they are older", async () => {
    const two = await new Guarded().seated({ number: 5 });
    await two.giveSeat({ number: 4 });

    expect(two.seat.given!.terms).toEqual(two.signed({ number: 5 }));
    expect(two.refused("ben")).toEqual([]);
  });
});

describe("a share", () => {
  test("is kept and saved at once", async () => {
    const two = await new Guarded().seated();
    two.effects.length = 0;

    await two.giveShare(share());

    expect(two.heard("ben", "ShareCame")).toEqual([{ type: "ShareCame", watch: WATCH, epoch: 1 }]);
    expect(two.seat.shares).toEqual([{ share: share(), sinceS: two.nowS }]);
    const [slot] = two.caused("ben", "SaveSlot");
    const saved = await Keyring.open(slot!.sealed, two.ben.device.ageSeed);
    expect(saved.watch.seat(WATCH)).toEqual(two.seat);
  });

  test("of an older arming is kept until it is over", async () => {
    const two = await new Guarded().seated();
    await two.giveShare(share(1));
    await two.giveShare(share(2, { split: anotherSplit() }));
    expect(two.seat.shares.map((held) => held.share.epoch)).toEqual([1, 2]);

    await two.does("ana", { type: "SharesOver", watch: WATCH, below: 2 });

    expect(two.seat.shares.map((held) => held.share.epoch)).toEqual([2]);
    expect(two.heard("ben", "SharesGone")).toEqual([{ type: "SharesGone", watch: WATCH, below: 2 }]);
  });

  test("does not go where it is the only one, nor for another of the same arming", async () => {
    const two = await new Guarded().seated();
    await two.giveShare(share());

    await two.does("ana", { type: "SharesOver", watch: WATCH, below: 9 });
    await two.giveShare(share(1, { split: anotherSplit() }));
    await two.giveShare(share());

    expect(two.refused("ben")).toEqual(["share-over", "share"]);
    expect(two.seat.shares.map((held) => held.share)).toEqual([share()]);
  });

  test("whose words are none, or say something else, is refused", async () => {
    const two = await new Guarded().seated();
    const [first, second, ...rest] = share().words.split(" ");
    for (const words of [[second, first, ...rest].join(" "), rest.join(" "), "acid"]) {
      await two.says("ana", { ...share(), words });
    }
    await two.says("ana", { ...share(), k: 3 });

    expect(two.refused("ben")).toEqual(Array(4).fill("share"));
    expect(two.seat.shares).toEqual([]);
  });

  test("that is released reaches the reader once", async () => {
    const two = new Guarded();

    await two.does("ana", { type: "ShareReleased", release: RELEASE });
    await two.does("ana", { type: "ShareReleased", release: RELEASE });

    expect(two.heard("ben", "ShareArrived")).toEqual([{ type: "ShareArrived", watch: WATCH, epoch: 1 }]);
    expect(two.kept("ben").released).toEqual([RELEASE]);
  });
});

test.each([
  ["ana", "ben"],
  ["ben", "ana"],
] as const)("%s may end it, and both let go", async (who, other) => {
  const two = await new Guarded().seated();

  await two.does(who, { type: "GuardianEnded", watch: WATCH });

  expect(two.heard(other, "GuardianGone")).toEqual([{ type: "GuardianGone", watch: WATCH }]);
  expect([two.kept("ana"), two.kept("ben")]).toEqual([new WatchKeys(), new WatchKeys()]);
});

test("a guardian says that they did their part in a rehearsal", async () => {
  const two = await new Guarded().seated();

  await two.does("ben", { type: "RehearsalDone", watch: WATCH });

  expect(two.heard("ana", "GuardianRehearsed")).toEqual([
    { type: "GuardianRehearsed", watch: WATCH, day: DAY },
  ]);
  expect(two.appointed.doneDay).toBe(DAY);
  await two.says("ben", { kind: "guardian-done", watch: WATCH, day: DAY_MAX });
  expect(two.appointed.doneDay).toBe(DAY_MAX);
});

describe("a guardian who came back from paper", () => {
  test("is given seat and share again", async () => {
    const two = await new Guarded().seated();
    await two.giveShare(share());
    const before = two.seat;
    const seats = [before.with({ shares: [] })];
    two.ben = two.ben.withKeyring(two.ben.keyring.with({ watch: two.kept("ben").with({ seats }) }));

    const [pendant, effects] = await givenAgain(two.ana, { nowS: two.nowS, random: randomBytes });
    two.ana = pendant;
    for (const effect of effects) if (effect.type === "Deposit") await two.deliver("ana", effect);

    expect(two.seat).toEqual(before);
  });

  test("may have lost what the writer let go of, and the writer is told to arm again", async () => {
    const two = await new Guarded().seated();
    await two.giveShare(share());
    await two.does("ana", { type: "ShareSafe", watch: WATCH });
    expect(two.appointed.share).toBe(null);

    const [pendant, effects] = await givenAgain(two.ana, { nowS: two.nowS, random: randomBytes });
    two.ana = pendant;

    expect(effects).toContainEqual({ type: "Tell", news: { type: "ShareDoubtful", watch: WATCH } });
    expect(two.appointed.doubtful).toBe(true);
    await two.giveShare(share(2, { split: anotherSplit() }));
    expect(two.appointed.doubtful).toBe(false);
  });
});

describe("what a relay shows", () => {
  test("counts as a sign of life where it is signed and newer", async () => {
    const two = await new Guarded().seated();
    await two.looks({ life: alive(two.nowS - 50) });
    await two.looks({ life: alive(two.nowS - 90) });
    await two.looks({ life: alive(two.nowS, OTHER) });
    await two.looks({ life: filled(1, 7) });

    expect([two.seat.lifeS, two.seat.lifeN]).toEqual([two.nowS - 50, two.nowS - 50]);
  });

  test("from a clock ahead counts as of now", async () => {
    const two = await new Guarded().seated();

    await two.looks({ life: alive(two.nowS + 3600) });

    expect(two.seat.lifeS).toBe(two.nowS);
  });

  test("as an absence is known until it is taken back", async () => {
    const two = await new Guarded().seated();
    const untilS = two.nowS + 100 * DAY_S;
    await two.looks({ life: away(two.nowS, untilS) });
    await two.looks({ life: alive(two.nowS + 1) });
    expect(two.seat.awayS).toBe(untilS);

    await two.looks({ life: away(two.nowS + 2, 0) });

    expect(two.seat.awayS).toBe(0);
  });

  test("as a note of duress is told once, and an empty one is not", async () => {
    const two = await new Guarded().seated();
    await two.looks({ note: two.note(false, DAY) });
    await two.looks({ note: filled(1, 1264) });
    expect(two.heard("ben", "DuressSeen")).toEqual([]);

    await two.looks({ note: two.note(true, DAY) });
    await two.looks({ note: two.note(true, DAY) });

    expect(two.heard("ben", "DuressSeen")).toEqual([{ type: "DuressSeen", watch: WATCH }]);
    expect(two.seat.duressS).toBe(DAY * DAY_S);
  });

  test("as a stop code is believed by its hash", async () => {
    const two = await new Guarded().seated();
    await two.looks({ stop: filled(0, 16) });
    expect(two.seat.stopped.length).toBe(0);

    await two.looks({ stop: STOP });
    await two.looks({ stop: STOP });

    expect(two.heard("ben", "StopSeen")).toEqual([{ type: "StopSeen", watch: WATCH }]);
    expect(two.seat.stopped).toEqual(terms().stop);
  });

  test("as terms counts as if the writer had sent them, and is nothing where they do not fit", async () => {
    const two = await new Guarded().seated();

    await two.looks({ terms: two.signed({ number: 2, every: 60 }) });
    await two.looks({ terms: signed([], { number: 3 }) });
    await two.looks({ terms: filled(1, 9) });

    expect(two.seat.given!.terms).toEqual(two.signed({ number: 2, every: 60 }));
    expect(two.refused("ben")).toEqual([]);
  });
});

describe("in the bond of the pair", () => {
  test("the reader is told of the watch and its guardians", async () => {
    const two = new Guarded("pair");

    await two.does("ana", { type: "ReaderNamed", seat: readerSeat() });

    const guardians = ["Ben", "Olga"];
    expect(two.heard("ben", "ReaderSeated")).toEqual([{ type: "ReaderSeated", watch: WATCH, guardians }]);
    expect(two.kept("ben").reader(WATCH)!.token).toEqual(READER);
  });

  test("a reader keeps to the newest terms", async () => {
    const two = new Guarded("pair");
    const newest = signed([], { number: 3 });
    await two.does("ana", { type: "ReaderNamed", seat: readerSeat({ terms: newest }) });

    await two.does("ana", { type: "ReaderNamed", seat: readerSeat({ terms: signed([], { number: 2 }) }) });
    await two.does("ana", { type: "ReaderNamed", seat: readerSeat({ token: filled(9) }) });

    expect(two.kept("ben").reader(WATCH)!.terms).toEqual(newest);
    expect(two.refused("ben")).toEqual(["reader-seat"]);
  });

  test("the writer hears that the rehearsal was read", async () => {
    const two = new Guarded("pair");
    const { proof } = REHEARSED;
    await two.does("ben", { type: "RehearsalRead", watch: WATCH, proof });
    expect(two.heard("ana", "RehearsalOpened")).toEqual([]);

    await two.does("ana", { type: "WatchKept", watch: owned({ rehearsal: true }) });
    await two.does("ben", { type: "RehearsalRead", watch: WATCH, proof });

    expect(two.heard("ana", "RehearsalOpened")).toEqual([
      { type: "RehearsalOpened", watch: WATCH, proof, day: DAY },
    ]);
  });

  test("a watch that is kept is in the slot, and one that is counted on waits", async () => {
    const two = new Guarded("pair");
    await two.does("ana", { type: "WatchKept", watch: owned() });
    const [slot] = two.caused("ana", "SaveSlot");
    expect((await Keyring.open(slot!.sealed, two.ana.device.ageSeed)).watch.of(WATCH)).toEqual(owned());

    await two.does("ana", { type: "WatchKept", watch: owned({ lifeN: 9 }), save: false });

    expect(two.kept("ana").of(WATCH)!.lifeN).toBe(9);
    expect(two.caused("ana", "SaveSlot").length).toBe(1);
    await two.does("ana", { type: "WatchForgotten", watch: WATCH });
    expect(two.kept("ana").of(WATCH)).toBe(null);
  });
});

test("a watch does not belong into a guardian's bond", async () => {
  await expect(new Guarded().does("ana", { type: "WatchKept", watch: owned() })).rejects.toThrow(Mistaken);
});

test("nothing goes from a bond that is ended", async () => {
  const two = await new Guarded().seated();
  await two.does("ana", { type: "Parted" });

  await expect(step(two.ana, { type: "ShareGiven", share: share() }, two.nowS)).rejects.toThrow(Refused);
});
