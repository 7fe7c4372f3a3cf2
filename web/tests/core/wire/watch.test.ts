/** What is said to a watch, who may change it, and what is shown of it: as the vectors say. */

import { describe, expect, test } from "vitest";

import { hex } from "../../../src/core/bytes";
import { SigningKey } from "../../../src/core/crypto/signing";
import * as xwing from "../../../src/core/crypto/xwing";
import { Conflict, Damaged, Refused, Stale } from "../../../src/core/errors";
import { unlessDamaged } from "../../../src/core/wire/fields";
import * as life from "../../../src/core/wire/life";
import { WATCH_NOTE_BYTES, WATCH_TERMS_BYTES_MAX } from "../../../src/core/wire/limits";
import { Signed } from "../../../src/core/wire/signed";
import { STAGES, type Stage } from "../../../src/core/wire/silence";
import * as terms from "../../../src/core/wire/terms";
import * as watch from "../../../src/core/wire/watch";
import { parseView, viewToBytes } from "../../../src/core/wire/watchview";
import { scenario, scenarios, type Scenario } from "../../vectors";

const ALL = scenarios("watch");

function of(...kinds: readonly string[]): Scenario[] {
  const found = ALL.filter((each) => kinds.includes(each.text("kind")));
  expect(found.length).toBeGreaterThan(0);
  return found;
}

/** Read a vector and say what it says; a refused one must be damaged. */
function reads(vector: Scenario, read: () => unknown): void {
  if (vector.refuses) {
    expect(unlessDamaged(read)).toBeInstanceOf(Damaged);
  } else {
    expect(read()).toEqual(vector.field("says"));
  }
}

test("every vector is of a kind that is read here", () => {
  const kinds = ["terms", "change", "life", "vote", "note", "channels", "doorbell", "view", "envelope"];
  expect(of(...kinds)).toHaveLength(ALL.length);
});

describe("terms", () => {
  test.each(of("terms"))("$name", (vector) => {
    reads(vector, () => {
      const signed = Signed.parse(vector.bytes("signed"), { bytesMax: WATCH_TERMS_BYTES_MAX });
      const opened = terms.openTerms(signed, vector.bytes("watch"));
      expect(terms.termsToBytes(opened)).toEqual(signed.record);
      expect(signed.toBytes()).toEqual(vector.bytes("signed"));
      const rule = terms.ruleOf(opened);
      return {
        number: opened.number,
        epoch: opened.epoch,
        armed: opened.armed,
        wait_s: terms.waitS(opened),
        unit_s: rule.unitS,
        every_s: rule.everyS,
        grace_s: rule.graceS,
        veto_s: rule.vetoS,
        k: rule.k,
        guardians: [...rule.guardians],
      };
    });
  });
});

describe("changes", () => {
  test.each(of("change"))("$name", (vector) => {
    const [held, next] = [terms.parseTerms(vector.bytes("held")), terms.parseTerms(vector.bytes("new"))];
    const stage = STAGES.find((each) => each === vector.text("stage")) as Stage;
    const pending = vector.has("pending") && terms.parseTerms(vector.bytes("pending"));
    const change = () => terms.change(held, next, { stage, ...(pending && { pending }) });

    if (!vector.refuses) {
      expect(change()).toBe(vector.text("when"));
      return;
    }
    const error = thrown(change);
    expect(error).toBeInstanceOf(Conflict);
    expect(error instanceof Stale).toBe(vector.refuses === "stale");
    if (error instanceof Stale) expect(error.newest).toBe(vector.number("newest"));
    expect((error as Conflict).sentence).toBe(vector.text("reason"));
  });
});

describe("signs of life", () => {
  test.each(of("life"))("$name", (vector) => {
    reads(vector, () => {
      const body = life.Life.parse(vector.bytes("body"));
      const opened = body.open(terms.parseTerms(vector.bytes("terms")));
      expect(body.toBytes()).toEqual(vector.bytes("body"));
      const { type, n } = opened;
      return opened.type === "watch-alive"
        ? { type, epoch: opened.epoch, n, day: opened.day }
        : { type, n, from_s: opened.fromS, until_s: opened.untilS };
    });
  });

  test("the next number is now or one more", () => {
    expect(life.nextN(100, 90)).toBe(100);
    expect(life.nextN(100, 110)).toBe(111);
  });
});

describe("answers", () => {
  test.each(of("vote"))("$name", (vector) => {
    reads(vector, () => {
      const signed = watch.voteOf(vector.bytes("body"));
      const { answer, seat, n } = watch.openVote(signed, terms.parseTerms(vector.bytes("terms")));
      return { answer, seat: hex(seat), n };
    });
  });
});

describe("notes", () => {
  test.each(of("note"))("$name", (vector) => {
    reads(vector, () => ({
      ...life.openNote(vector.bytes("seed"), vector.bytes("sealed"), vector.bytes("watch")),
    }));
  });

  test("a note is sealed as it is opened, always as long", () => {
    const [seed, note] = [xwing.generate(), { duress: true, day: 2 ** 32 - 1 }];
    const sealed = life.sealNote(note, xwing.publicKey(seed), new Uint8Array(16));

    expect(sealed).toHaveLength(WATCH_NOTE_BYTES);
    expect(life.openNote(seed, sealed, new Uint8Array(16))).toEqual(note);
  });
});

describe("bodies", () => {
  test.each(of("channels", "doorbell", "view"))("$name", (vector) => {
    const body = vector.bytes("body");
    reads(vector, () => {
      switch (vector.text("kind")) {
        case "channels": {
          const channels = watch.parseChannels(body);
          expect(watch.channelsToBytes(channels)).toEqual(body);
          return channels.map(({ name }) => name);
        }
        case "doorbell": {
          const where = watch.parseDoorbell(body);
          expect(watch.doorbellToBytes(where)).toEqual(body);
          return hex(where.box);
        }
        default: {
          const view = parseView(body);
          expect(viewToBytes(view)).toEqual(body);
          return { part: view.part, stage: view.stage, called: view.called };
        }
      }
    });
  });

  test("the envelope of a doorbell", () => {
    const vector = scenario("watch", "envelope");
    const [id, other] = [vector.bytes("watch"), new Uint8Array(16)];

    expect(watch.doorbell(id)).toEqual(vector.bytes("body"));
    expect(watch.rung(vector.bytes("body"), [other, id])).toEqual(id);
    expect(watch.rung(vector.bytes("body"), [other])).toBeUndefined();
  });
});

describe("what is made here is taken here", () => {
  const [key, hand, seat] = [1, 2, 3].map((n) => new SigningKey(new Uint8Array(32).fill(n))) as [
    SigningKey,
    SigningKey,
    SigningKey,
  ];
  const id = terms.watchId(key.verifyKey.raw);
  const hash = (n: number) => new Uint8Array(32).fill(n);
  const own: terms.Terms = {
    key: key.verifyKey.raw,
    number: 3,
    epoch: 1,
    unitS: 86_400,
    every: terms.EVERY,
    grace: terms.GRACE,
    veto: terms.VETO,
    zone: "Europe/Berlin",
    k: 1,
    guardians: [terms.consent(seat, id, 20_717, hash(4))],
    reader: hash(5),
    owner: hash(6),
    stop: hash(7),
    hands: [hand.verifyKey.raw],
    armed: true,
    rehearsal: false,
  };

  test("terms, a sign of life, an absence, an answer", () => {
    const alive = { watch: id, epoch: 1, n: 9, day: 20_717, notes: life.notesHash(new Map()) };
    const away = { watch: id, n: 10, fromS: 10, untilS: 20 };
    const ballot = { watch: id, epoch: 1, seat: seat.verifyKey.raw, answer: "no" as const, n: 1 };

    expect(terms.openTerms(terms.signTerms(own, key), id)).toEqual(own);
    expect(life.openLife(life.signAlive(alive, hand), own)).toEqual({ type: "watch-alive", ...alive });
    expect(life.openLife(life.signAway(away, key), own)).toEqual({ type: "watch-away", ...away });
    expect(watch.openVote(watch.signVote(ballot, seat), own)).toEqual(ballot);
  });

  test("a stop code fits or is refused", () => {
    expect(() => terms.checkStop(own, new Uint8Array(16))).toThrow(Refused);
  });
});

function thrown(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}
