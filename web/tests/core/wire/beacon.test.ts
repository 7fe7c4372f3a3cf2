import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { hex, utf8 } from "../../../src/core/bytes";
import { decode, encode } from "../../../src/core/encoding";
import { Damaged, Mistaken } from "../../../src/core/errors";
import {
  Beacon,
  Chain,
  currentRound,
  keeperOf,
  QUICKNET,
  RETIRED,
  ROUND_MAX,
  roundAt,
  timeOf,
  verify,
  type Document,
} from "../../../src/core/wire/beacon";
import { scenario, scenarios, type Scenario } from "../../vectors";

const document = (vector: Scenario, field: string) => vector.inside(field).json as Exclude<Document, string>;
const chainOf = (vector: Scenario) => Chain.parse(document(vector, "info"));

describe("a chain is the same in every form", () => {
  test.each(scenarios("beacon", "chain_"))("$name", (vector) => {
    const chain = chainOf(vector);

    expect(hex(chain.hash)).toBe(vector.text("hash"));
    expect(Chain.parse(document(vector, "info_v2"))).toEqual(chain);
    expect(Chain.parse(JSON.stringify(vector.field("info")))).toEqual(chain);
    expect(Chain.fromRecord(decode(vector.bytes("record"), { bytesMax: 1000 }))).toEqual(chain);
    expect(hex(encode(chain.record()))).toBe(vector.text("record"));
    expect(chain.document()).toEqual(vector.field("info"));
  });
});

describe("a chain that is none is refused", () => {
  test.each(scenarios("beacon", "refused_chain_"))("$name", (vector) => {
    expect(() => chainOf(vector)).toThrow(Damaged);
  });
});

describe("a round verifies", () => {
  test.each(scenarios("beacon", "round_"))("$name", (vector) => {
    verify(chainOf(vector), Beacon.parse(document(vector, "round")));
  });
});

describe("a round that is none is refused by the layer that is named", () => {
  test.each(scenarios("beacon", "refused_round_"))("$name", (vector) => {
    const chain = chainOf(vector);

    if (vector.refuses === "wire") {
      expect(() => Beacon.parse(document(vector, "round"))).toThrow(Damaged);
      return;
    }
    const beacon = Beacon.parse(document(vector, "round"));
    expect(() => verify(chain, beacon)).toThrow(Damaged);
  });
});

describe("a wish takes the round that is written", () => {
  test.each(scenarios("beacon", "times_"))("$name", (vector) => {
    const chain = new Chain({
      publicKey: QUICKNET.publicKey,
      periodS: vector.number("period"),
      genesisS: vector.number("genesis"),
      groupHash: new Uint8Array(32),
    });

    for (const [tS, round, opensS] of vector.list("wishes") as [number, number, number][]) {
      expect([roundAt(chain, tS), timeOf(chain, round)]).toEqual([round, opensS]);
    }
  });
});

test("a round is never before the time it was taken for, and never a period too late", () => {
  const seconds = fc.integer({ min: 0, max: 2 ** 45 });
  fc.assert(
    fc.property(seconds, fc.integer({ min: 1, max: 2 ** 32 - 1 }), seconds, (genesisS, periodS, tS) => {
      const { publicKey, groupHash } = QUICKNET;
      const chain = new Chain({ publicKey, groupHash, genesisS, periodS });
      const round = roundAt(chain, tS);

      expect(timeOf(chain, round)).toBeGreaterThanOrEqual(tS);
      expect(round === 1 || timeOf(chain, round - 1) < tS).toBe(true);
      expect(currentRound(chain, timeOf(chain, round))).toBe(round);
    }),
  );
});

test("half a second counts as a whole one, and before the genesis there is no round", () => {
  expect(roundAt(QUICKNET, QUICKNET.genesisS + 0.5)).toBe(2);
  expect(currentRound(QUICKNET, QUICKNET.genesisS + 2.9)).toBe(1);
  expect(currentRound(QUICKNET, QUICKNET.genesisS - 0.1)).toBe(0);
  expect(roundAt(QUICKNET, 0)).toBe(1);
  expect(() => roundAt(QUICKNET, 4 * ROUND_MAX)).toThrow(Mistaken);
});

test("quicknet is known by its hash and its keepers, and fastnet has ended", () => {
  expect(hex(QUICKNET.hash)).toBe("52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971");
  expect(keeperOf(QUICKNET)).toBe("League of Entropy");
  expect(keeperOf(chainOf(scenario("beacon", "chain_ours")))).toMatch(/^chain [0-9a-f]{8}$/);
  expect(RETIRED.size).toBe(1);
});

test("what is no document is damaged", () => {
  for (const text of ["", "[]", "null", "{", " ".repeat(16_385), utf8("{}")]) {
    expect(() => Chain.parse(text)).toThrow(Damaged);
    expect(() => Beacon.parse(text)).toThrow(Damaged);
  }
});

test("a record with a field too many or too few is no chain", () => {
  const record = QUICKNET.record();
  const { period: _, ...fewer } = record;

  for (const other of [{ ...record, more: 1 }, fewer, null, [], { ...record, key: "text" }]) {
    expect(() => Chain.fromRecord(other)).toThrow(Damaged);
  }
});
