import { describe, expect, test } from "vitest";

import { hex, utf8 } from "../../../src/core/bytes";
import { SigningKey, VerifyKey } from "../../../src/core/crypto/signing";
import { Damaged, Mistaken } from "../../../src/core/errors";
import { scenarios } from "../../vectors";

describe("the vectors of signing", () => {
  test.each(scenarios("signing"))("$name", (vector) => {
    if (vector.refuses === "key") {
      expect(() => new VerifyKey(vector.bytes("public"))).toThrow(Damaged);
      return;
    }
    const key = new VerifyKey(vector.bytes("public"));
    const check = () => key.verify(vector.bytes("signature"), vector.bytes("message"));
    if (vector.refuses) {
      expect(check).toThrow(Damaged);
      return;
    }
    check();
    const signature = new SigningKey(vector.bytes("seed")).sign(vector.bytes("message"));
    expect(hex(signature)).toBe(vector.text("signature"));
  });
});

test("a fresh key verifies what it signs and nothing else", () => {
  const key = SigningKey.generate();
  const signature = key.sign(utf8("yes"));

  key.verifyKey.verify(signature, utf8("yes"));
  expect(() => key.verifyKey.verify(signature, utf8("no"))).toThrow(Damaged);
  expect(() => SigningKey.generate().verifyKey.verify(signature, utf8("yes"))).toThrow(Damaged);
});

test("a key that is no point of the curve verifies nothing", () => {
  const off = new VerifyKey(new Uint8Array(32).fill(2));

  expect(() => off.verify(new Uint8Array(64), utf8("yes"))).toThrow(Damaged);
});

test("a signing key does not print its seed", () => {
  const key = new SigningKey(new Uint8Array(32).fill(0xab));

  expect(JSON.stringify(key) + String(key)).not.toContain("171");
  expect(() => new SigningKey(new Uint8Array(31))).toThrow(Mistaken);
});
