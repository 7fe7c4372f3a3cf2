import { describe, expect, test } from "vitest";

import { hex, utf8 } from "../../../src/core/bytes";
import * as hpke from "../../../src/core/crypto/hpke";
import * as xwing from "../../../src/core/crypto/xwing";
import { Damaged, Mistaken } from "../../../src/core/errors";
import { scenarios, type Scenario } from "../../vectors";

const INFO = utf8("a test");

function context(vector: Scenario) {
  const [info, aad, psk, pskId] = (["info", "aad", "psk", "psk_id"] as const).map((name) =>
    vector.bytes(name),
  );
  return { info: info!, aad: aad!, psk: psk!, pskId: pskId! };
}

describe("the vectors of HPKE", () => {
  test.each(scenarios("hpke"))("$name", (vector) => {
    const seed = vector.bytes("seed");
    const sealed = { enc: vector.bytes("enc"), ciphertext: vector.bytes("ciphertext") };

    if (vector.refuses) {
      expect(() => hpke.open(seed, sealed, context(vector))).toThrow(Damaged);
      return;
    }
    const keys = hpke.schedule(vector.bytes("secret"), context(vector));
    expect(hex(xwing.publicKey(seed))).toBe(vector.text("public"));
    expect(hex(xwing.decapsulate(seed, sealed.enc))).toBe(vector.text("secret"));
    expect(hex(keys.key)).toBe(vector.text("key"));
    expect(hex(keys.baseNonce)).toBe(vector.text("base_nonce"));
    expect(hex(keys.exporter)).toBe(vector.text("exporter"));
    expect(hex(hpke.open(seed, sealed, context(vector)))).toBe(vector.text("plaintext"));
  });
});

test("opening undoes sealing, and every changed byte is refused", () => {
  const seed = xwing.generate();
  const psk = { psk: new Uint8Array(32).fill(7), pskId: Uint8Array.of(1) };
  const sealed = hpke.seal(xwing.publicKey(seed), utf8("the harbour"), { info: INFO, ...psk });

  expect(hpke.open(seed, sealed, { info: INFO, ...psk })).toEqual(utf8("the harbour"));
  expect(() => hpke.open(seed, sealed, { info: INFO })).toThrow(Damaged);
  for (const at of [0, 1087, 1088, 1119]) {
    const enc = sealed.enc.slice();
    enc[at]! ^= 1;
    expect(() => hpke.open(seed, { ...sealed, enc }, { info: INFO, ...psk })).toThrow(Damaged);
  }
});

test("a psk without its id makes no sense, nor a short one", () => {
  const secret = new Uint8Array(32);

  expect(() => hpke.schedule(secret, { info: INFO, psk: new Uint8Array(32) })).toThrow(Mistaken);
  expect(() => hpke.schedule(secret, { info: INFO, pskId: Uint8Array.of(1) })).toThrow(Mistaken);
  expect(() => hpke.schedule(secret, { info: INFO, psk: new Uint8Array(31), pskId: INFO })).toThrow(Mistaken);
});

test("a name for an exported secret gives another secret", () => {
  const keys = hpke.schedule(new Uint8Array(32), { info: INFO });

  expect(hpke.exportSecret(keys, utf8("a"))).toHaveLength(32);
  expect(hpke.exportSecret(keys, utf8("a"))).not.toEqual(hpke.exportSecret(keys, utf8("b")));
});
