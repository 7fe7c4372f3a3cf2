import { bls12_381 } from "@noble/curves/bls12-381.js";
import { describe, expect, test } from "vitest";

import { bigEndian, concat, hex, randomBytes, utf8 } from "../../../src/core/bytes";
import * as bls from "../../../src/core/crypto/bls";
import * as ibe from "../../../src/core/crypto/ibe";
import { Damaged, Mistaken } from "../../../src/core/errors";

const { G1, G2 } = bls12_381;
const SECRET = 42n;
const DST = utf8("BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_");
const PUBLIC = G2.Point.BASE.multiply(SECRET).toBytes();
const NAME = bls.roundMessage(1000);
const SIGNATURE = sign(NAME);

function sign(message: Uint8Array, secret = SECRET): Uint8Array {
  return G1.hashToCurve(message, { DST }).multiply(secret).toBytes();
}

function infinity(length: number): Uint8Array {
  return concat(Uint8Array.of(0xc0), new Uint8Array(length - 1));
}

/** A point on the curve and outside the group of prime order: found by trying. */
function outside(length: 48 | 96): Uint8Array {
  const { Point } = length === 48 ? G1 : G2;
  for (let x = 0; x < 100; x++) {
    const data = concat(Uint8Array.of(0x80), bigEndian(x, length - 1));
    try {
      const affine = length === 48 ? G1.Point.fromBytes(data) : G2.Point.fromBytes(data);
      affine.assertValidity();
    } catch (error) {
      if (String(error).includes("subgroup") || String(error).includes("prime-order")) return data;
    }
  }
  throw new Error(`no point of ${Point.name} was found`);
}

test("a signature verifies for its message under its key and for nothing else", () => {
  bls.verify(PUBLIC, NAME, SIGNATURE);
  bls.verify(PUBLIC, NAME, SIGNATURE); // remembered

  expect(() => bls.verify(PUBLIC, bls.roundMessage(1001), SIGNATURE)).toThrow(Damaged);
  expect(() => bls.verify(PUBLIC, NAME, sign(NAME, 43n))).toThrow(Damaged);
  const negated = concat(Uint8Array.of(SIGNATURE[0]! ^ 0x20), SIGNATURE.subarray(1));
  expect(() => bls.verify(PUBLIC, NAME, negated)).toThrow(Damaged);
  expect(() => bls.verify(G2.Point.BASE.toBytes(), NAME, SIGNATURE)).toThrow(Damaged);
});

describe("a signature is refused", () => {
  const uncompressed = G1.Point.fromBytes(SIGNATURE).toBytes(false);
  const notReduced = SIGNATURE.slice();
  notReduced.set(Uint8Array.of(0x9f, 0xff));

  test.each([
    ["infinity", infinity(48)],
    ["infinity with something behind it", concat(Uint8Array.of(0xc0), new Uint8Array(46), Uint8Array.of(1))],
    ["outside the group", outside(48)],
    ["not compressed", uncompressed],
    ["cut short", SIGNATURE.subarray(1)],
    ["empty", new Uint8Array(0)],
    ["a coordinate beyond the field", notReduced],
    ["the mark of compression left out", concat(Uint8Array.of(SIGNATURE[0]! & 0x7f), SIGNATURE.subarray(1))],
  ])("%s", (_, signature) => {
    expect(() => bls.verify(PUBLIC, NAME, signature)).toThrow(Damaged);
    expect(() => bls.pairOpening(signature, PUBLIC)).toThrow(Damaged);
  });
});

describe("a key is refused", () => {
  test.each([
    ["infinity", infinity(96)],
    ["outside the group", outside(96)],
    ["not compressed", G2.Point.fromBytes(PUBLIC).toBytes(false)],
    ["cut short", PUBLIC.subarray(1)],
  ])("%s", (_, key) => {
    expect(() => bls.checkPublic(key)).toThrow(Damaged);
    expect(() => bls.verify(key, NAME, SIGNATURE)).toThrow(Damaged);
  });
});

test("infinity signs nothing, not even under the key infinity", () => {
  expect(() => bls.verify(infinity(96), NAME, infinity(48))).toThrow(Damaged);
});

test("the base pairing is written as drand writes it", () => {
  const pairing = bls.pairOpening(G1.Point.BASE.toBytes(), G2.Point.BASE.toBytes());

  expect(pairing).toHaveLength(576);
  expect(hex(pairing).slice(0, 16)).toBe("0f41e58663bf08cf");
});

test("a round is a number that JavaScript can count to", () => {
  for (const round of [0, -1, 1.5, 2 ** 53]) expect(() => bls.roundMessage(round)).toThrow(Mistaken);
});

test("what is sealed to a name opens with its signature", () => {
  const message = randomBytes(16);
  const sealed = ibe.encrypt(PUBLIC, NAME, message);

  expect(ibe.decrypt(SIGNATURE, sealed)).toEqual(message);
  expect(() => ibe.decrypt(sign(bls.roundMessage(7)), sealed)).toThrow(Damaged);
});

test("a changed bit is refused wherever it is", () => {
  const sealed = ibe.encrypt(PUBLIC, NAME, randomBytes(16));

  for (const at of [0, 5, 95, 96, 111, 112, 127]) {
    const changed = sealed.slice();
    changed[at]! ^= 1;
    expect(() => ibe.decrypt(SIGNATURE, changed)).toThrow(Damaged);
  }
  expect(() => ibe.decrypt(SIGNATURE, sealed.subarray(1))).toThrow(Damaged);
});
