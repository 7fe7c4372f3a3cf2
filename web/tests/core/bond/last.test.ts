/** Last letters: armed, released, regained; who can open one, and who cannot. */

import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { HybridIdentity } from "../../../src/core/age/hybrid";
import { open, seal } from "../../../src/core/age/stream";
import { hex, randomBytes, unhex, unutf8, utf8 } from "../../../src/core/bytes";
import { AT_PARTING, BOTH_SILENT, Fate } from "../../../src/core/bond/fate";
import { GuardiansGate, SilenceGate } from "../../../src/core/bond/gate";
import * as last from "../../../src/core/bond/last";
import { planLast } from "../../../src/core/bond/lastlock";
import { Lock } from "../../../src/core/bond/lock";
import { principal } from "../../../src/core/bond/mail";
import { page } from "../../../src/core/bond/opening";
import { Seat } from "../../../src/core/bond/watchkeys";
import { build, checkOutermost, identityFile, openWay } from "../../../src/core/bond/way";
import { at } from "../../../src/core/bond/wish";
import { utc } from "../../../src/core/bond/civil";
import { choices } from "../../../src/core/crypto/shares";
import type { RecordValue } from "../../../src/core/encoding";
import { Damaged, Mistaken, NotForMe, NotYet } from "../../../src/core/errors";
import { WATCH_PARCEL_BYTES_MAX } from "../../../src/core/wire/limits";
import type { Answer } from "../../../src/core/wire/silence";
import { hasTwin, Twin } from "../../twin";
import { type Json, type Scenario, scenario, scenarios } from "../../vectors";
import { forge } from "../crypto/liar";

const WATCH = new Uint8Array(16).fill(7);

describe("the vector of a gate", () => {
  const [vector] = scenarios("last", "gate") as [Scenario];
  const gate = new GuardiansGate(
    vector.bytes("recipient"),
    vector.number("threshold"),
    vector.number("guardians"),
  );

  test("opens by any shares that are enough, and names the false ones", async () => {
    for (const each of vector.each("opens")) {
      const regained = await last.regain(gate, each.list("words") as string[]);

      expect(hex(regained!.seed)).toBe(vector.text("seed"));
      expect(regained!.wrong).toEqual(each.list("false"));
    }
  });

  test("stays shut while they are not enough, and refuses those that do not fit", async () => {
    for (const words of vector.list("not_enough") as string[][]) {
      expect(await last.regain(gate, words)).toBeNull();
    }
    for (const words of vector.list("refused") as string[][]) {
      await expect(last.regain(gate, words)).rejects.toThrow(Damaged);
    }
  });

  test("is named in a share as its locks have it", () => {
    expect(hex(last.gateHash(gate.recipient))).toBe(vector.text("hash"));
  });
});

describe("the vector of a parcel", () => {
  const vector = scenario("last", "parcel");
  const gate = new SilenceGate(vector.bytes("recipient"), vector.bytes("watch"));
  const identity = (name: string): HybridIdentity => new HybridIdentity(vector.bytes(name));

  test.each(["letter_seed", "kit_seed"])("opens to the reader's %s", async (name) => {
    const seed = await last.openParcel(vector.bytes("parcel"), [identity(name)], gate);

    expect(hex(seed)).toBe(vector.text("seed"));
  });

  test("opens to nobody else, and with nothing else in it", async () => {
    const reader = [identity("letter_seed")];

    await expect(last.openParcel(vector.bytes("parcel"), [identity("stranger_seed")], gate)).rejects.toThrow(
      NotForMe,
    );
    for (const name of ["another_key", "two_lines"]) {
      await expect(last.openParcel(vector.bytes(name), reader, gate)).rejects.toThrow(Damaged);
    }
  });
});

describe("the vector of two ways", () => {
  const vector = scenario("last", "ways");
  const lock = Lock.parse(vector.bytes("lock"));
  const keys = async (guardians: number, more: { silent?: boolean; round?: boolean } = {}) => {
    const [, gate] = lock.ways[0] as [SilenceGate, GuardiansGate];
    const words = (vector.list("shares") as string[]).slice(0, guardians);
    const regained = await last.regain(gate, words);
    return {
      signatureOf: () => (more.round ? vector.bytes("signature") : null),
      seedOf: (recipient: Uint8Array) => {
        if (hex(recipient) === hex(gate.recipient)) return regained?.seed ?? null;
        return more.silent ? vector.bytes("silence_seed") : null;
      },
    };
  };
  const inside = (number: number, asked: Parameters<typeof openWay>[3]) =>
    openWay(lock, number, unhex(vector.list("ways")[number - 1] as string), asked);

  test("opens by silence and guardians, and by the floor and guardians", async () => {
    for (const [number, more] of [
      [1, { silent: true }],
      [2, { round: true }],
    ] as const) {
      await checkOutermost(lock, number, unhex(vector.list("ways")[number - 1] as string));
      const behind = await inside(number, await keys(2, more));
      expect(unutf8(identityFile(lock.letter, behind))).toBe(vector.text("inside"));
    }
  });

  test("says what is missing", async () => {
    const cases = [
      [1, 2, {}, "the writer has not fallen silent"],
      [1, 1, { silent: true }, "2 of 3 guardians must help"],
      [2, 2, { silent: true }, "This letter opens on"],
      [2, 1, { round: true }, "2 of 3 guardians must help"],
    ] as const;
    for (const [number, guardians, more, says] of cases) {
      const shut = inside(number, await keys(guardians, more));
      await expect(shut).rejects.toThrow(NotYet);
      await expect(shut).rejects.toThrow(says);
    }
  });

  test("is refused a seed of another gate", async () => {
    const behind = { key: HybridIdentity.generate(), emlSha256: new Uint8Array(32) };
    const built = await build(lock, 1, behind);

    await expect(
      openWay(lock, 1, built, { signatureOf: () => null, seedOf: () => randomBytes(32) }),
    ).rejects.toThrow(Damaged);
  });

  test("has the same page for whoever opens it by hand", () => {
    const bond = new Uint8Array(32);
    const [theirs] = /writer@[0-9a-f]+\.twinbell/.exec(vector.text("page")) as [string];

    expect(unutf8(page(lock, bond)).replaceAll(principal(bond), theirs)).toBe(vector.text("page"));
  });
});

test("the vector of releases holds", () => {
  const vector = scenario("last", "release");
  for (const each of vector.each("cases")) {
    const seat = Seat.fromRecord(recordOf(each.field("seat")));
    const share = { kind: "share", watch: WATCH, epoch: 1, gate: new Uint8Array(32), words: "acid" } as const;
    const held = { share: { ...share, k: 2, n: 3 }, sinceS: vector.number("since_s") };
    const answer = each.field("answer") as Answer | null;

    const ruling = last.mayRelease(seat, held, {
      answer,
      writer: vector.text("writer"),
      nowS: each.number("now_s"),
    });

    expect(ruling, each.text("says")).toEqual({
      allowed: each.field("allowed"),
      refusal: each.text("refusal"),
      warning: each.text("warning"),
    });
    const untilS = last.hindrance(seat, held, { answer, nowS: each.number("now_s") })?.untilS;
    if (untilS == null) continue;
    const hinders = (nowS: number) => last.hindrance(seat, held, { answer, nowS })?.untilS === untilS;
    expect([hinders(untilS - 1), hinders(untilS)], each.text("says")).toEqual([true, false]);
  }
});

test("the vector of fates holds", () => {
  const vector = scenario("last", "fates");
  for (const each of vector.each("fates")) {
    const fate = Fate.fromRecord(each.field("fate") as RecordValue);

    expect(fate.toRecord()).toEqual(each.field("fate"));
    expect(fate.words({ reader: vector.text("reader"), floor: vector.text("floor") })).toBe(
      each.text("words"),
    );
  }
  expect(vector.each("fates")).toHaveLength(AT_PARTING.length * BOTH_SILENT.length);
});

test.each<RecordValue>([{ parting: "sell" }, { silent: "wait" }, { heir: "Olga" }, { heir: "\x07" }])(
  "a fate that makes no sense is refused: %o",
  (changes) => {
    expect(() => Fate.fromRecord({ ...new Fate().toRecord(), ...changes })).toThrow(Damaged);
    expect(() => new Fate({ heir: "Olga" })).toThrow(Mistaken);
  },
);

describe("a gate that is armed here", () => {
  const every = [[1, 1], ...[2, 3, 4].flatMap((n) => [2, 3, 4].filter((k) => k <= n).map((k) => [k, n]))];

  test.each(every as [number, number][])("%i of %i guardians open it, and no fewer", async (k, n) => {
    const { gate, words } = await last.arm(k, n);

    for (const some of choices(words, k)) {
      const { seed, wrong } = (await last.regain(gate, some))!;
      expect(new HybridIdentity(seed).recipient.publicKey).toEqual(gate.recipient);
      expect(wrong).toEqual([]);
    }
    for (const fewer of choices(words, k - 1)) expect(await last.regain(gate, fewer)).toBeNull();
  });

  test.each([0, 1, 2])("a false share among one more than needed is named: %i", async (liar) => {
    const { gate, words } = await last.arm(2, 3);

    const regained = await last.regain(gate, words.with(liar, forge(words[liar]!)));

    expect(regained?.wrong).toEqual([liar]);
  });

  test("shares of an older arming and what is no share are named", async () => {
    const [old, now] = [await last.arm(2, 3), await last.arm(2, 3)];
    const words = [old.words[0]!, now.words[1]!, "acid ".repeat(33), now.words[2]!, now.words[1]!];

    expect((await last.regain(now.gate, words))?.wrong).toEqual([0, 2]);
    await expect(last.regain(now.gate, words.slice(0, 2))).rejects.toThrow("one of them is false");
  });

  test("a share says which gate it is of", async () => {
    const armed = await last.arm(2, 3);

    expect(last.shareOf(armed, 2, { watch: WATCH, epoch: 4 })).toEqual({
      ...{ kind: "share", watch: WATCH, epoch: 4, words: armed.words[2], k: 2, n: 3 },
      gate: last.gateHash(armed.gate.recipient),
    });
  });

  test.each([
    [0, 1],
    [1, 2],
    [3, 2],
    [2, 17],
  ])("is not %i of %i", async (k, n) => {
    await expect(last.arm(k, n)).rejects.toThrow(Mistaken);
  });
});

describe("a parcel that is made here", () => {
  const [letter, kit, stranger] = [1, 2, 3].map(() => HybridIdentity.generate()) as [
    HybridIdentity,
    HybridIdentity,
    HybridIdentity,
  ];
  const reader = [letter, kit].map((each) => each.recipient.publicKey);

  test("opens to the reader and their paper alone", async () => {
    const made = await last.silence(WATCH, reader);

    expect(made.parcel.length).toBeLessThanOrEqual(WATCH_PARCEL_BYTES_MAX);
    for (const identity of [letter, kit]) {
      const seed = await last.openParcel(made.parcel, [identity], made.gate);
      expect(new HybridIdentity(seed).recipient.publicKey).toEqual(made.gate.recipient);
    }
    await expect(last.openParcel(made.parcel, [stranger], made.gate)).rejects.toThrow(NotForMe);
    expect(unutf8(await open(made.parcel, [kit]))).toMatch(/^AGE-SECRET-KEY-PQ-1[0-9A-Z]+\n$/);
  });

  test.each(["", "AGE-SECRET-KEY-PQ-1", `${stranger.toString()}\n`, `${kit.toString()}\n\n`, "\xff"])(
    "is damaged with something else in it: %j",
    async (plain) => {
      const gate = new SilenceGate(kit.recipient.publicKey, WATCH);
      const sealed = await seal(utf8(plain), [letter.recipient]);

      await expect(last.openParcel(sealed, [letter], gate)).rejects.toThrow(Damaged);
    },
  );

  test("is read only up to its limit", async () => {
    const { gate } = await last.silence(WATCH, reader);

    await expect(last.openParcel(new Uint8Array(WATCH_PARCEL_BYTES_MAX + 1), [letter], gate)).rejects.toThrow(
      Damaged,
    );
  });
});

test("any shares in any order give the seed where enough of them are true, and the others are named", async () => {
  const armings = await Promise.all([last.arm(2, 4), last.arm(3, 5)]);
  const kinds = fc.array(fc.constantFrom("true", "forged", "double", "noise"), {
    minLength: 5,
    maxLength: 5,
  });

  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...armings), kinds, async ({ gate, words }, picked) => {
      const given = picked.slice(0, words.length).map((kind, at) => {
        const text = words[at]!;
        return { true: text, forged: forge(text), double: words[0]!, noise: "acid acne" }[kind]!;
      });
      const isTrue = (text: string): boolean => words.includes(text);
      const isEnough = new Set(given.filter(isTrue)).size >= gate.threshold;

      const regained = await last.regain(gate, given).catch((error: unknown) => error);

      if (isEnough) {
        expect(regained).toMatchObject({ wrong: given.flatMap((text, at) => (isTrue(text) ? [] : [at])) });
      } else {
        expect(regained === null || regained instanceof Damaged).toBe(true);
      }
    }),
    { numRuns: 12 },
  );
});

describe.skipIf(!hasTwin)("Python", () => {
  let twin: Twin;
  beforeAll(() => {
    twin = new Twin();
  });
  afterAll(() => {
    twin.close();
  });

  test("opens what is locked here, by the relay's part and two of three shares", async () => {
    const reader = HybridIdentity.generate();
    const { gate, words } = await last.arm(2, 3);
    const silent = await last.silence(WATCH, [reader.recipient.publicKey]);
    const [kept] = Lock.parse(scenario("lock", "one_keeper").bytes("lock")).chains;
    const nowS = 1_795_345_200;
    const lock = planLast({
      ...{ letter: randomBytes(16), silence: silent.gate, guardians: gate, nowS },
      ...{ floor: at(utc(nowS + 86_400 * 366), "Etc/UTC"), chains: [kept!] },
    });
    const behind = { key: HybridIdentity.generate(), emlSha256: randomBytes(32) };

    const opened = await twin.ask("last_letter", {
      lock: hex(lock.encode()),
      way: hex(await build(lock, 1, behind)),
      words: [forge(words[0]!), words[1]!, words[2]!],
      parcel: hex(silent.parcel),
      reader: hex(reader.seed),
    });

    expect(opened.json).toEqual({
      ...{ key: hex(behind.key.seed), eml: hex(behind.emlSha256), false: [0], last: true },
    });
  });
});

const TEXTS = new Set(["reader", "relay", "words"]);

/** A record out of its JSON: what is text and no name or address is bytes. */
function recordOf(json: Json): RecordValue {
  return valueOf("", json) as RecordValue;
}

function valueOf(name: string, json: Json): unknown {
  if (typeof json === "string") return TEXTS.has(name) ? json : unhex(json);
  if (Array.isArray(json)) return json.map((each) => valueOf(name, each));
  if (typeof json !== "object" || json === null) return json;
  return Object.fromEntries(Object.entries(json).map(([field, value]) => [field, valueOf(field, value)]));
}
