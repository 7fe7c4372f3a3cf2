import { describe, expect, test } from "vitest";

import type { Stanza } from "../../../src/core/age/recipient";
import { open, seal } from "../../../src/core/age/stream";
import { TlockIdentity, TlockRecipient, type SignatureOf } from "../../../src/core/age/tlock";
import { hex, utf8 } from "../../../src/core/bytes";
import * as ibe from "../../../src/core/crypto/ibe";
import * as bls from "../../../src/core/crypto/bls";
import { Damaged, Mistaken, NotYet, Retired, Unreachable } from "../../../src/core/errors";
import { Chain } from "../../../src/core/wire/beacon";
import { scenario, scenarios, type Scenario } from "../../vectors";

const round1000 = scenario("tlock", "round_1000");
const chain = chainOf(round1000);
const other = chainOf(scenario("beacon", "chain_quicknet"));

function chainOf(vector: Scenario): Chain {
  return Chain.parse(vector.inside("info").json as Record<string, unknown>);
}

function stanzaOf(vector: Scenario): Stanza {
  return { type: "tlock", args: vector.list("args") as string[], body: vector.bytes("body") };
}

function identity(
  vector: Scenario,
  signatureOf: SignatureOf = () => vector.bytes("signature"),
): TlockIdentity {
  return new TlockIdentity(chainOf(vector), signatureOf);
}

describe("a time-lock opens with its signature", () => {
  test.each(scenarios("tlock", "round_"))("$name", async (vector) => {
    const fileKey = vector.bytes("file_key");

    expect(hex((await identity(vector).unwrap([stanzaOf(vector)]))!)).toBe(hex(fileKey));
    expect(hex(await open(vector.bytes("file"), [identity(vector)]))).toBe(vector.text("plaintext"));
    const name = bls.roundMessage(Number(vector.list("args")[0]));
    const body = ibe.encrypt(chainOf(vector).publicKey, name, fileKey, () => vector.bytes("sigma"));
    expect(hex(body)).toBe(vector.text("body"));
  });
});

describe("a time-lock that is none is refused", () => {
  test.each(scenarios("tlock", "refused_"))("$name", async (vector) => {
    await expect(identity(vector).unwrap([stanzaOf(vector)])).rejects.toBeInstanceOf(Damaged);
  });
});

test("a time-lock of another chain is not for me", async () => {
  const vector = scenario("tlock", "not_for_me");

  expect(await identity(vector).unwrap([stanzaOf(vector)])).toBeNull();
});

test("what is sealed to a round opens with its signature", async () => {
  const file = await seal(utf8("on the day"), [new TlockRecipient(chain, 1000)]);

  expect(await open(file, [identity(round1000)])).toEqual(utf8("on the day"));
});

test("before its round the answer is not yet, with the earliest round", async () => {
  const file = await seal(utf8("on the day"), [new TlockRecipient(chain, 9), new TlockRecipient(chain, 7)]);

  await expect(open(file, [identity(round1000, () => null)])).rejects.toMatchObject({
    name: "NotYet",
    round: 7,
  });
});

test("what cannot be had now is told before what has not come", async () => {
  const file = await seal(utf8("on the day"), [new TlockRecipient(chain, 7), new TlockRecipient(chain, 9)]);
  const ask = (refusal: Error): SignatureOf => {
    return (round) => {
      if (round === 9) throw refusal;
      return null;
    };
  };

  await expect(open(file, [identity(round1000, ask(new Unreachable()))])).rejects.toBeInstanceOf(Unreachable);
  await expect(open(file, [identity(round1000, ask(new Retired()))])).rejects.toBeInstanceOf(Retired);
  await expect(open(file, [identity(round1000, ask(new NotYet("", { round: 9 })))])).rejects.toBeInstanceOf(
    NotYet,
  );
});

test("a signature of another round is damaged, and says nothing about the file", async () => {
  const wrong = scenario("tlock", "refused_another_round").bytes("signature");
  const file = await seal(utf8("on the day"), [new TlockRecipient(chain, 1000)]);

  await expect(open(file, [identity(round1000, () => wrong)])).rejects.toMatchObject({ name: "Damaged" });
});

test("any of several rounds opens", async () => {
  const file = await seal(utf8("yes"), [
    new TlockRecipient(chain, 5_000_000),
    new TlockRecipient(chain, 1000),
  ]);
  const signature: SignatureOf = (round) => (round === 1000 ? round1000.bytes("signature") : null);

  expect(await open(file, [identity(round1000, signature)])).toEqual(utf8("yes"));
});

test("more than sixteen of one chain are refused before anybody is asked", async () => {
  const stanzas = Array.from({ length: 17 }, () => stanzaOf(round1000));
  const ask: SignatureOf = () => {
    throw new Error("somebody was asked");
  };

  await expect(identity(round1000, ask).unwrap(stanzas)).rejects.toMatchObject({ name: "HeaderDamaged" });
});

test("there is no round before the first and none behind the last", () => {
  for (const round of [0, -1, 1.5, 2 ** 53]) {
    expect(() => new TlockRecipient(other, round)).toThrow(Mistaken);
  }
});
