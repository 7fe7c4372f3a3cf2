/** The lock of a last letter: its ways, its strength, what is said of it. */

import { describe, expect, test } from "vitest";

import { hex } from "../../../src/core/bytes";
import { GuardiansGate, type KeptChain, SilenceGate, type Wish } from "../../../src/core/bond/gate";
import { describeLast, isLast, planLast } from "../../../src/core/bond/lastlock";
import { describe as words, type Hold, Lock, plan, strength } from "../../../src/core/bond/lock";
import { at } from "../../../src/core/bond/wish";
import { utc } from "../../../src/core/bond/civil";
import { Mistaken } from "../../../src/core/errors";
import { type Scenario, scenario, scenarios } from "../../vectors";

const NOW_S = 1_795_345_200;
const DAY_S = 86_400;
const WATCH = new Uint8Array(16).fill(7);
const SILENCE = new SilenceGate(new Uint8Array(1216).fill(1), WATCH);
const GUARDIANS = new GuardiansGate(new Uint8Array(1216).fill(2), 2, 3);
const KEPT = Lock.parse(scenario("lock", "three_keepers").bytes("lock")).chains;
const [ANNA, BERTA] = KEPT as [KeptChain, KeptChain, KeptChain];

function wishIn(seconds: number): Wish {
  return at(utc(NOW_S + seconds), "Etc/UTC");
}

function lastLock(
  chains: readonly KeptChain[],
  {
    days = 366,
    hold = null,
    guardians = GUARDIANS,
  }: { days?: number; hold?: Hold | null; guardians?: GuardiansGate } = {},
): Lock {
  return planLast({
    ...{ letter: new Uint8Array(16), silence: SILENCE, guardians, floor: wishIn(days * DAY_S) },
    ...{ chains, nowS: NOW_S, hold },
  });
}

describe("the vectors of locks", () => {
  const kept = new Map(KEPT.map((each) => [each.keeper, each]));

  test.each(scenarios("last", "lock_"))("$name", (vector: Scenario) => {
    const lock = Lock.parse(vector.bytes("lock"));
    const ours = vector.list("ours") as string[];
    const said = describeLast(lock, {
      ...{ writer: "Ada", reader: "Grace", relay: "relay.example", guardians: ["Ben", "Olga", "Max"] },
      ours,
    });

    expect(isLast(lock)).toBe(true);
    expect(
      lock.ways.map((way) =>
        way.map((gate) =>
          Object.fromEntries(
            Object.entries(gate.record()).map(([name, value]) => [
              name,
              value instanceof Uint8Array ? hex(value) : value,
            ]),
          ),
        ),
      ),
    ).toEqual(vector.list("ways"));
    expect(said.rows).toEqual(vector.list("table"));
    expect(said.sentences).toEqual(vector.list("sentences"));
    expect(said.strength).toBe(vector.text("strength"));

    const [silence, guardians] = lock.ways[0] as [SilenceGate, GuardiansGate];
    const planned = planLast({
      ...{ letter: lock.letter, silence, guardians, floor: lock.wish!, nowS: NOW_S },
      chains: lock.chains.map(({ keeper }) => kept.get(keeper)!),
      hold: vector.name === "lock_secrecy" ? "secrecy" : null,
    });
    expect(hex(planned.encode())).toBe(vector.text("lock"));
  });
});

test.each([
  [1, 366, 1],
  [2, 300, 1],
  [2, 400, 2],
  [3, 366, 3],
])(
  "of %i keepers, for a floor in %i days, there are %i ways beside that by silence",
  (keepers, days, ways) => {
    const lock = lastLock(KEPT.slice(0, keepers), { days });

    expect(lock.ways).toHaveLength(1 + ways);
    expect(lock.ways[0]).toEqual([SILENCE, GUARDIANS]);
    expect(lock.ways.every((way) => way.at(-1)?.kind === "guardians")).toBe(true);
    expect(isLast(lock)).toBe(true);
    expect(lock.keep).toBe(true);
    expect(lock.opensS).toBeNull();
    expect(Lock.parse(lock.encode())).toEqual(lock);
  },
);

test("its strength is that of the guardians, whoever runs the chains", () => {
  for (const hold of [null, "secrecy", "survival"] as const) {
    for (const ours of [[], ["Anna"], ["Anna", "Berta", "Clara"]]) {
      expect(strength(lastLock(KEPT, { hold }), ours)).toBe("guardians");
    }
  }
});

test("a floor in the past or without a chain is no floor", () => {
  expect(() => lastLock([ANNA], { days: 0 })).toThrow(Mistaken);
  expect(() => lastLock([])).toThrow(Mistaken);
});

test("other locks are not those of last letters", () => {
  const lock = lastLock([ANNA]);
  const dated = plan({ letter: WATCH, wish: wishIn(DAY_S), chains: [ANNA], nowS: NOW_S });
  const none = { letter: WATCH, wish: null, chains: [], keep: true };
  const late = new Lock({ ...lock, chains: lock.chains, ways: lock.ways.slice(1) });

  for (const other of [
    dated,
    new Lock({ ...none, ways: [[]] }),
    new Lock({ ...none, ways: [[SILENCE]] }),
    late,
  ]) {
    expect(isLast(other)).toBe(false);
    expect(() => describeLast(other, { writer: "Ada", reader: "Grace", relay: "r" })).toThrow(Mistaken);
  }
});

test.each([
  [[ANNA, BERTA], 300, "Anna and Berta and 2 of 3 guardians"],
  [[ANNA, BERTA], 400, "Any one of Anna and Berta and 2 of 3 guardians"],
  [KEPT, 366, "Any 2 of Anna, Berta and Clara and 2 of 3 guardians"],
] as const)("it says whose chains one would need", (chains, days, says) => {
  const { rows } = describeLast(lastLock(chains, { days }), { writer: "Ada", reader: "Grace", relay: "r" });

  expect(rows).toHaveLength(2);
  expect(rows[1]?.early.startsWith(says)).toBe(true);
});

test("one guardian alone is said to need nobody else", () => {
  const lock = lastLock([ANNA], { guardians: new GuardiansGate(GUARDIANS.recipient, 1, 1) });
  const { sentences } = describeLast(lock, {
    writer: "Ada",
    reader: "Grace",
    relay: "r",
    guardians: ["Ben"],
  });

  expect(sentences.join(" ")).toContain("needs nobody else");
  expect(sentences.join(" ")).toContain("It is lost if the guardian no longer has the share.");
});

test("the short description of any lock still fits", () => {
  expect(words(lastLock([ANNA]))).toMatch(
    /^It opens when what it waits for has come to pass\..*Held by guardians\./,
  );
});
