import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { hex } from "../../../src/core/bytes";
import { DateGate, GuardiansGate, KeptChain, SilenceGate, Wish } from "../../../src/core/bond/gate";
import { describe as words, Lock, plan, strength, STRENGTHS } from "../../../src/core/bond/lock";
import { at } from "../../../src/core/bond/wish";
import { civil, utc } from "../../../src/core/bond/civil";
import { Damaged, Mistaken, Retired } from "../../../src/core/errors";
import { Chain, QUICKNET } from "../../../src/core/wire/beacon";
import { type Scenario, scenario, scenarios } from "../../vectors";

const NOW_S = 1_795_345_200;
const DAY_S = 86_400;
const LETTER = new Uint8Array(16);

/** The three keepers of the vectors, in their order. */
const KEPT = Lock.parse(scenario("lock", "three_keepers").bytes("lock")).chains;

function wishIn(seconds: number): Wish {
  return at(utc(NOW_S + seconds), "Etc/UTC");
}

function recordOf(gate: DateGate | SilenceGate | GuardiansGate): Record<string, unknown> {
  const pairs = Object.entries(gate.record());
  return Object.fromEntries(
    pairs.map(([name, value]) => [name, value instanceof Uint8Array ? hex(value) : value]),
  );
}

describe("the vectors of locks", () => {
  test.each(scenarios("lock"))("$name", (vector: Scenario) => {
    const data = vector.bytes("lock");
    if (vector.refuses) {
      expect(() => Lock.parse(data)).toThrow(Damaged);
      return;
    }
    const lock = Lock.parse(data);
    expect(hex(lock.encode())).toBe(hex(data));
    expect(hex(lock.hash)).toBe(vector.text("sha256"));
    expect(hex(lock.letter)).toBe(vector.text("letter"));
    expect(lock.keep).toBe(vector.field("keep"));
    expect(lock.wish?.record() ?? null).toEqual(vector.field("wish"));
    expect(lock.chains.map((kept) => ({ hash: hex(kept.chain.hash), keeper: kept.keeper }))).toEqual(
      vector.list("chains"),
    );
    expect(lock.ways.map((way) => way.map(recordOf))).toEqual(vector.list("ways"));
    expect(lock.opensS).toBe(vector.field("opens"));
    expect(strength(lock)).toBe(vector.text("strength"));
    expect(strength(lock, ["Anna"])).toBe(vector.text("strength_if_anna_is_one_of_the_two"));
    expect(words(lock)).toBe(vector.text("says"));
  });
});

test("what is planned is what the vectors hold", () => {
  const [anna, berta, clara] = KEPT as [KeptChain, KeptChain, KeptChain];
  const near = scenario("lock", "two_keepers_near");
  const wish = Lock.parse(near.bytes("lock")).wish;
  const letter = near.bytes("letter");

  const planned = plan({ letter, wish, chains: [anna, berta, anna], nowS: NOW_S });

  expect(hex(planned.encode())).toBe(near.text("lock"));
  expect(plan({ letter, wish: wishIn(400 * DAY_S), chains: [anna, berta], nowS: NOW_S }).ways.length).toBe(2);
  expect(plan({ letter, wish: wishIn(400 * DAY_S), chains: [anna, berta], nowS: NOW_S }).keep).toBe(true);
  expect(plan({ letter, wish: wishIn(20), chains: [anna, berta, clara], nowS: NOW_S }).ways.length).toBe(3);
  expect(plan({ letter, wish: wishIn(20), chains: KEPT, nowS: NOW_S, hold: "secrecy" }).ways[0]?.length).toBe(
    3,
  );
  expect(plan({ letter, wish: wishIn(20), chains: KEPT, nowS: NOW_S, hold: "survival" }).ways.length).toBe(3);
  expect(plan({ letter, wish: null, nowS: NOW_S }).isOpen).toBe(true);
});

test("a lock never opens before its wish, by whatever chains and hold", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5000 * DAY_S }),
      fc.subarray([...KEPT, new KeptChain(QUICKNET, "League of Entropy")], { minLength: 1 }),
      fc.constantFrom(null, "secrecy" as const, "survival" as const),
      (seconds, chains, hold) => {
        const wish = wishIn(seconds);

        const lock = plan({ letter: LETTER, wish, chains, nowS: NOW_S, hold });

        expect(lock.opensS).toBeGreaterThanOrEqual(wish.instantS);
        expect(lock.opensS).toBeLessThan(wish.instantS + 3);
        expect(Lock.parse(lock.encode())).toEqual(lock);
        expect(strength(lock)).toBe("mathematics");
        expect(
          strength(
            lock,
            lock.chains.map((kept) => kept.keeper),
          ),
        ).toBe("courtesy");
      },
    ),
    { numRuns: 60 },
  );
});

test("one changed byte of a lock is damage, or another lock", () => {
  const lock = Lock.parse(scenario("lock", "last_letter").bytes("lock"));
  const data = lock.encode();

  fc.assert(
    fc.property(fc.nat(data.length - 1), fc.integer({ min: 1, max: 255 }), (place, by) => {
      const changed = data.slice();
      changed[place] = (changed[place] ?? 0) ^ by;
      try {
        expect(hex(Lock.parse(changed).hash)).not.toBe(hex(lock.hash));
      } catch (error) {
        expect(error).toBeInstanceOf(Damaged);
      }
    }),
    { numRuns: 150 },
  );
});

test("a last letter needs its weakest way to be strong", () => {
  const lock = Lock.parse(scenario("lock", "last_letter").bytes("lock"));

  expect(lock.ways.map((way) => way.map((gate) => gate.kind))).toEqual([
    ["silence", "guardians"],
    ["date", "guardians"],
  ]);
  expect(STRENGTHS.indexOf(strength(lock))).toBe(2);
});

test("what makes no sense is refused before it is written", () => {
  const [anna] = KEPT as [KeptChain];
  const recipient = new Uint8Array(1216);
  const wish = wishIn(20);
  const made =
    (ways: ConstructorParameters<typeof Lock>[0]["ways"], chains = [anna]) =>
    () =>
      new Lock({ letter: LETTER, wish, chains, ways, keep: false });
  const right = plan({ letter: LETTER, wish, chains: [anna], nowS: NOW_S }).ways[0]?.[0] as DateGate;

  expect(made([[right]])).not.toThrow();
  expect(made([])).toThrow(Mistaken);
  expect(made([[right], [right]])).toThrow(Mistaken);
  expect(made([[right], []])).toThrow(Mistaken);
  expect(made([[right, right]])).toThrow(Mistaken);
  expect(made([[new DateGate(0, right.round + 1)]])).toThrow(Mistaken);
  expect(made([[new DateGate(1, right.round)]])).toThrow(Mistaken);
  expect(made([[right]], [anna, anna])).toThrow(Mistaken);
  expect(() => new SilenceGate(recipient, LETTER.subarray(1))).toThrow(Mistaken);
  expect(() => new GuardiansGate(recipient, 3, 2)).toThrow(Mistaken);
  expect(() => new KeptChain(anna.chain, "a\u202eb")).toThrow(Mistaken);
  expect(
    () => new Wish({ local: "2027-10-10T08:00:00", zone: "Etc/UTC", tzdata: "intl", instantS: 0 }),
  ).toThrow(Mistaken);
});

test("a chain that has ended holds nothing", () => {
  const [anna] = KEPT as [KeptChain];
  const ended = new KeptChain(retired(), "League of Entropy");

  expect(() => plan({ letter: LETTER, wish: wishIn(20), chains: [ended], nowS: NOW_S })).toThrow(Retired);
  expect(plan({ letter: LETTER, wish: wishIn(20), chains: [ended, anna], nowS: NOW_S }).chains).toEqual([
    anna,
  ]);
  expect(() => plan({ letter: LETTER, wish: wishIn(20), nowS: NOW_S })).toThrow(Mistaken);
});

test("a wish is said with its zone, and without one in UTC", () => {
  expect(at(civil(2027, 10, 10, 8), "Europe/Berlin").words).toBe(
    "Sunday 10 October 2027, 08:00 (Europe/Berlin)",
  );
  expect(at(civil(2027, 10, 10, 8, 0, 5), "Etc/UTC").words).toBe("Sunday 10 October 2027, 08:00:05 (UTC)");
});

/** A chain known by the hash of one that ended: its key is not needed to see that. */
function retired(): Chain {
  const chain = Object.create(QUICKNET) as Chain;
  const ended = "dbd506d6ef76e5f386f41c651dcb808c5bcbd75471cc4eafa3f4df7ad4e4c493";
  const hash = Uint8Array.from(ended.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
  return Object.defineProperty(chain, "hash", { value: hash });
}
