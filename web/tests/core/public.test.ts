/** Vectors that others published: found through TWINBELL_PUBLIC_VECTORS, never copied here. */

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { bls12_381 } from "@noble/curves/bls12-381.js";
import { armor } from "age-encryption";
import { describe, expect, test } from "vitest";

import { open, streamOf, readStanzas } from "../../src/core/age/stream";
import { TlockIdentity } from "../../src/core/age/tlock";
import { hex, utf8 } from "../../src/core/bytes";
import * as aead from "../../src/core/crypto/aead";
import * as bls from "../../src/core/crypto/bls";
import * as cpace from "../../src/core/crypto/cpace";
import * as hpke from "../../src/core/crypto/hpke";
import * as ibe from "../../src/core/crypto/ibe";
import * as slip39 from "../../src/core/crypto/slip39";
import * as xwing from "../../src/core/crypto/xwing";
import { Damaged } from "../../src/core/errors";
import { Beacon, Chain, QUICKNET, SCHEME, verify } from "../../src/core/wire/beacon";
import { Scenario, type Json } from "../vectors";
import { indices } from "./crypto/liar";

const FOLDER = process.env["TWINBELL_PUBLIC_VECTORS"];

function read(path: string): string {
  return readFileSync(join(FOLDER ?? "", path), "utf8");
}

function parsed(path: string): Scenario {
  // Some write hex in capitals, which ours never does.
  const lower = (_: string, value: unknown) =>
    typeof value === "string" && /^[0-9A-F]+$/.test(value) ? value.toLowerCase() : value;
  return new Scenario(path, JSON.parse(read(path), lower) as Json);
}

function each(path: string): Scenario[] {
  return (parsed(path).json as Json[]).map((json, at) => new Scenario(`${path}[${at}]`, json));
}

/** Gives what it was told to, in its order. */
function chance(data: Uint8Array) {
  let at = 0;
  return (length: number) => data.subarray(at, (at += length));
}

describe.skipIf(!FOLDER)("what others published", () => {
  test("the vectors of X-Wing's draft hold, encapsulation included", () => {
    for (const vector of each("xwing/test-vectors.json")) {
      const seed = vector.bytes("seed");
      const { ciphertext, secret } = xwing.encapsulate(vector.bytes("pk"), chance(vector.bytes("eseed")));

      expect(hex(xwing.publicKey(seed))).toBe(vector.text("pk"));
      expect(hex(ciphertext)).toBe(vector.text("ct"));
      expect(hex(secret)).toBe(vector.text("ss"));
      expect(xwing.decapsulate(seed, ciphertext)).toEqual(secret);
    }
  });

  test("the public vector of our HPKE suite holds", () => {
    const vector = each("hpke/hpke-pq.test-vectors.json").find(
      (one) =>
        one.number("kem_id") === hpke.KEM_ID &&
        one.number("kdf_id") === hpke.KDF_ID &&
        one.number("aead_id") === hpke.AEAD_ID,
    )!;
    const seed = vector.bytes("skRm");
    const info = vector.bytes("info");
    const keys = hpke.schedule(xwing.decapsulate(seed, vector.bytes("enc")), { info });
    const [first] = vector.each("encryptions") as [Scenario];

    expect(hex(keys.key)).toBe(vector.text("key"));
    expect(hex(keys.baseNonce)).toBe(vector.text("base_nonce"));
    expect(hex(keys.exporter)).toBe(vector.text("exporter_secret"));
    const plain = aead.open(keys.key, first.bytes("ct"), { aad: first.bytes("aad"), nonce: keys.baseNonce });
    const sealed = { enc: vector.bytes("enc"), ciphertext: first.bytes("ct") };
    expect(hpke.open(seed, sealed, { info, aad: first.bytes("aad") })).toEqual(plain);
    for (const made of vector.each("exports")) {
      const length = made.number("L");
      const secret = hpke.exportSecret(keys, made.bytes("exporter_context"), { length });
      expect(hex(secret)).toBe(made.text("exported_value"));
    }
  });

  test("the vector of CPace's draft holds", () => {
    const v = parsed("cpace/testvectors.json").inside("G_25519");
    const occasion = { sid: v.bytes("sid"), channel: v.bytes("CI") };
    const said = {
      shareA: v.bytes("Ya"),
      dataA: v.bytes("ADa"),
      shareB: v.bytes("Yb"),
      dataB: v.bytes("ADb"),
    };
    const generator = cpace.generator(v.bytes("PRS"), occasion);
    const session = cpace.finish(v.bytes("ya"), said, { sid: occasion.sid, initiator: true });

    expect(hex(generator)).toBe(v.text("g"));
    expect(hex(cpace.share(v.bytes("ya"), generator))).toBe(v.text("Ya"));
    expect(hex(session.isk)).toBe(v.text("ISK_IR"));
    expect(hex(session.sidOutput)).toBe(v.text("sid_output_ir"));
    expect(cpace.finish(v.bytes("yb"), said, { sid: occasion.sid, initiator: false })).toEqual(session);
  });

  test("points of low order are refused, and the top bit of a point is ignored", () => {
    const vectors = parsed("cpace/testvectors.json");
    const scalar = vectors.inside("G_25519").bytes("ya");
    const points = vectors.inside("X25519_points");

    for (const at of [0, 1, 2, 3, 4, 5, 7]) {
      expect(() => cpace.share(scalar, points.bytes(`Invalid Y${at}`))).toThrow(Damaged);
    }
    for (const at of [6, 8, 9, 10, 11]) {
      const point = points.bytes(`Invalid Y${at}`);
      const cleared = point.slice();
      cleared[31]! &= 0x7f;
      expect(cpace.share(scalar, point)).toEqual(cpace.share(scalar, cleared));
    }
  });

  test("rounds that were published verify, and chains of other schemes are refused", () => {
    let verified = 0;
    for (const entry of each("tlock/public_chains_and_beacons.json")) {
      const info = entry.inside("info");
      const document = info.json as Record<string, unknown>;
      if (info.text("schemeID") !== SCHEME) {
        expect(() => Chain.parse(document)).toThrow(Damaged);
        continue;
      }
      for (const round of entry.each("beacons")) {
        verify(Chain.parse(document), Beacon.parse(round.json as Record<string, unknown>));
        verified += 1;
      }
    }
    expect(verified).toBeGreaterThan(5);
  });

  test("every share of SLIP-39's own vectors is read and written as it is, or is damaged as they say", () => {
    const damaged =
      /checksum|padding|greater group threshold|insufficient length|invalid master secret length/;
    const vectors = JSON.parse(read("slip39/vectors.json")) as [string, string[]][];

    for (const [says, texts] of vectors) {
      for (const words of texts.map((text) => indices(text))) {
        const share = slip39.read(words);
        if (damaged.test(says)) expect(share, says).toBeNull();
        else expect(slip39.write(share!), says).toEqual(words);
      }
    }
    expect(vectors).toHaveLength(45);
  });

  test("what drand's own programs sealed is sealed so here, and opens", () => {
    const vectors = parsed("tlock/ibe_vectors.json");
    const { G1, G2 } = bls12_381;
    const pairing = bls.pairOpening(G1.Point.BASE.toBytes(), G2.Point.BASE.toBytes());

    expect(hex(pairing)).toBe(vectors.inside("gt").text("gt"));
    for (const one of [vectors.inside("go_made"), ...vectors.each("own")]) {
      const name = bls.roundMessage(one.number("round"));
      const sealed = ibe.encrypt(one.bytes("public_key"), name, one.bytes("msg"), () => one.bytes("sigma"));

      expect(hex(sealed)).toBe(one.text("ciphertext"));
      bls.verify(one.bytes("public_key"), name, one.bytes("signature"));
      expect(hex(ibe.decrypt(one.bytes("signature"), sealed))).toBe(one.text("msg"));
    }
  });

  test("a real file of quicknet opens with its public signature", async () => {
    const file = armor.decode(read("tlock/quicknet_12040883_hello_world.age.armor"));
    const beacons = each("tlock/public_chains_and_beacons.json")[0]!.each("beacons");
    const known = beacons.find((one) => one.number("round") === 12_040_883)!.bytes("signature");
    const signatureOf = (round: number) => (round === 12_040_883 ? known : null);

    expect(await open(file, [new TlockIdentity(QUICKNET, signatureOf)])).toEqual(utf8("hello world"));
  });

  test("a real file whose round is not known says which it waits for", async () => {
    const file = armor.decode(read("tlock/quicknet_12041125_nosig.age.armor"));

    expect((await readStanzas(streamOf(file)))[0]!.args[0]).toBe("12041125");
    await expect(open(file, [new TlockIdentity(QUICKNET, () => null)])).rejects.toMatchObject({
      name: "NotYet",
      round: 12_041_125,
    });
  });
});
