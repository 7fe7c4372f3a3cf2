import { hkdfSync } from "node:crypto";

import fc from "fast-check";
import { expect, test } from "vitest";

import { concat, randomBytes } from "../../../src/core/bytes";
import * as aead from "../../../src/core/crypto/aead";
import * as kdf from "../../../src/core/crypto/kdf";
import { Damaged, Mistaken } from "../../../src/core/errors";

const data = fc.uint8Array({ maxLength: 200 });

test("keys are derived as Node's own library derives them", () => {
  fc.assert(
    fc.property(data, data, data, fc.integer({ min: 1, max: 300 }), (ikm, salt, info, length) => {
      const theirs = new Uint8Array(hkdfSync("sha256", ikm, salt, info, length));

      expect(kdf.hkdf(ikm, { salt, info, length })).toEqual(theirs);
    }),
  );
  expect(kdf.hkdf(new Uint8Array(1), { info: new Uint8Array(0) })).toHaveLength(32);
});

test("no key is longer than HKDF can make it, or empty", () => {
  const info = new Uint8Array(0);

  expect(kdf.expand(randomBytes(32), { info, length: 8160 })).toHaveLength(8160);
  for (const length of [0, -1, 8161, NaN]) {
    expect(() => kdf.expand(randomBytes(32), { info, length })).toThrow(Mistaken);
  }
});

test("parts are hashed as if they were joined", () => {
  fc.assert(
    fc.property(data, data, (a, b) => {
      expect(kdf.sha256(a, b)).toEqual(kdf.sha256(concat(a, b)));
    }),
  );
});

test("what was sealed opens whole, or not at all", () => {
  const key = randomBytes(32);
  const nonce = randomBytes(12);
  fc.assert(
    fc.property(data, data, fc.nat(), (plain, aad, at) => {
      const sealed = aead.seal(key, plain, { aad, nonce });
      const changed = sealed.slice();
      changed[at % sealed.length]! ^= 1 << (at % 8);

      expect(sealed).toHaveLength(plain.length + aead.TAG_BYTES);
      expect(aead.open(key, sealed, { aad, nonce })).toEqual(plain);
      expect(() => aead.open(key, changed, { aad, nonce })).toThrow(Damaged);
      expect(() => aead.open(key, sealed, { aad })).toThrow(Damaged);
      expect(() => aead.open(key, sealed, { aad: concat(aad, nonce), nonce })).toThrow(Damaged);
    }),
  );
  expect(() => aead.open(key, new Uint8Array(15))).toThrow(Damaged);
});
