import { describe, expect, test } from "vitest";

import { randomBytes } from "../../../src/core/bytes";
import * as xwing from "../../../src/core/crypto/xwing";
import { Damaged, Mistaken } from "../../../src/core/errors";

const seed = xwing.generate();
const publicKey = xwing.publicKey(seed);

function changed(data: Uint8Array, change: (data: Uint8Array) => void): Uint8Array {
  const copy = data.slice();
  change(copy);
  return copy;
}

test("both ends get one secret, and a stranger another", () => {
  const { ciphertext, secret } = xwing.encapsulate(publicKey);

  expect(xwing.decapsulate(seed, ciphertext)).toEqual(secret);
  expect(xwing.decapsulate(xwing.generate(), ciphertext)).not.toEqual(secret);
  expect(
    xwing.decapsulate(
      seed,
      changed(ciphertext, (data) => (data[500]! ^= 1)),
    ),
  ).not.toEqual(secret);
});

describe("what is no public key is refused", () => {
  test.each([
    ["cut short", publicKey.subarray(1)],
    ["a first coefficient that is not reduced", changed(publicKey, (data) => data.set([0x01, 0x0d]))],
    ["a last coefficient that is not reduced", changed(publicKey, (data) => data.set([0x10, 0xd0], 1150))],
    ["a point of low order", changed(publicKey, (data) => data.fill(0, 1184))],
    [
      "a point of low order with its top bit set",
      changed(publicKey, (data) => data.fill(0, 1184).set([128], 1215)),
    ],
  ])("%s", (_, key) => {
    expect(() => xwing.encapsulate(key)).toThrow(Damaged);
  });
});

test("what is no ciphertext is refused", () => {
  const { ciphertext } = xwing.encapsulate(publicKey);

  expect(() => xwing.decapsulate(seed, ciphertext.subarray(1))).toThrow(Damaged);
  expect(() =>
    xwing.decapsulate(
      seed,
      changed(ciphertext, (data) => data.fill(0, 1088)),
    ),
  ).toThrow(Damaged);
  expect(() => xwing.decapsulate(randomBytes(31), ciphertext)).toThrow(Mistaken);
});

test("chance alone decides an encapsulation", () => {
  const chance = () => new Uint8Array(32).fill(3);

  expect(xwing.encapsulate(publicKey, chance)).toEqual(xwing.encapsulate(publicKey, chance));
});
