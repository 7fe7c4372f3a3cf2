import fc from "fast-check";
import { describe, expect, test } from "vitest";

import * as envelope from "../../../src/core/bond/envelope";
import type { Role } from "../../../src/core/bond/keys";
import { Prekey } from "../../../src/core/bond/prekey";
import { Body, read, toRecord } from "../../../src/core/bond/message";
import { concat, hex, randomBytes, utf8 } from "../../../src/core/bytes";
import { decodeMap, encode } from "../../../src/core/encoding";
import { Damaged, Mistaken, NotForMe, TwinbellError } from "../../../src/core/errors";
import { type Scenario, scenario, scenarios } from "../../vectors";
import { flipped, NOW_S, pair } from "./people";

const [ana, ben] = pair();
const hello = utf8("hello");

function opened(vector: Scenario): envelope.Opened {
  const [tag, seed] = [vector.bytes("prekey_tag"), vector.bytes("prekey_seed")];
  return envelope.open(vector.bytes("envelope"), {
    prekeys: [{ number: 1, tag, seed }],
    inboxKeys: [[vector.number("epoch"), vector.bytes("psk")]],
    bond: vector.bytes("bond"),
    senders: [vector.number("sender") as Role],
  });
}

describe("the vectors of the envelope", () => {
  const all = scenarios("envelope").filter((vector) => vector.name !== "blob");

  test.each(all.filter((vector) => !vector.refuses))("$name opens to its body", (vector) => {
    const { body } = opened(vector);

    expect(hex(body)).toBe(vector.text("body"));
    if (!vector.has("kind")) return;
    const said = Body.parse(body);
    expect([said.kind, said.n]).toEqual([vector.text("kind"), vector.number("n")]);
    expect(said.encode()).toEqual(body);
    const content = read(said.kind, said.content!);
    expect(encode(toRecord(content!))).toEqual(encode(said.content));
  });

  test.each(all.filter((vector) => vector.refuses))("$name", (vector) => {
    expect(() => opened(vector)).toThrow(TwinbellError);
    expect(() => opened(vector)).not.toThrow(Mistaken);
  });

  test("a blob opens to its content", async () => {
    const vector = scenario("envelope", "blob");
    const ref = envelope.blobFromRecord(decodeMap(vector.bytes("reference"), { bytesMax: 4096 }));
    const blob = vector.bytes("blob");

    expect(hex(encode(await envelope.openBlob(ref, blob)))).toBe(vector.text("content"));
    await expect(envelope.openBlob({ ...ref, sha256: new Uint8Array(32) }, blob)).rejects.toThrow(Damaged);
  });
});

test("what one seals the other opens, and the size says nothing", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: envelope.BODY_BYTES_MAX }), (body) => {
      const sealed = ana.seal(body);
      const { body: got, sender, newest } = envelope.openOwn(sealed, ben.keyring);
      expect(sealed.length).toBe(4096);
      expect([hex(got), sender, newest]).toEqual([hex(body), ana.bond.role, true]);
    }),
    { numRuns: 15 },
  );
});

test("a body that does not fit is a mistake", () => {
  expect(ana.seal(new Uint8Array(2953)).length).toBe(4096);
  expect(() => ana.seal(new Uint8Array(2954))).toThrow(Mistaken);
});

test("the same body sealed twice looks unrelated", () => {
  const [one, two] = [ana.seal(hello), ana.seal(hello)];

  expect(one.slice(0, 5)).toEqual(two.slice(0, 5));
  expect(one.slice(5)).not.toEqual(two.slice(5));
});

test("a changed bit anywhere is refused", () => {
  const sealed = ana.seal(hello);

  for (let at = 0; at < 4096; at += 173) {
    expect(() => envelope.openOwn(flipped(sealed, at), ben.keyring)).toThrow(TwinbellError);
  }
});

test.each([0, 1, 4095, 4097])("%i bytes are no envelope", (length) => {
  expect(() => envelope.openOwn(new Uint8Array(length).fill(1), ben.keyring)).toThrow(Damaged);
});

test("an envelope of another bond is not for us whatever its tag", () => {
  const [cem] = pair();
  const sealed = cem.seal(hello);
  const tagged = concat(sealed.slice(0, 1), ben.keyring.prekey.tag, sealed.slice(5));

  for (const each of [sealed, tagged]) {
    expect(() => envelope.openOwn(each, ben.keyring)).toThrow(NotForMe);
  }
});

test("who does not know the inbox key cannot write", () => {
  const peer = ana.peer.with({ inbox: ana.peer.inbox.with({ key: randomBytes(32) }) });
  const stranger = ana.withKeyring(ana.keyring.with({ peer }));

  expect(() => envelope.openOwn(stranger.seal(hello), ben.keyring)).toThrow(NotForMe);
});

test("an envelope does not go back to its sender", () => {
  expect(() => envelope.openOwn(ana.seal(hello), ana.keyring)).toThrow(NotForMe);
});

test("a device writes to the other devices of its person", () => {
  const sealed = envelope.sealOwn(hello, ana.keyring);

  expect(envelope.openOwn(sealed, ana.keyring).sender).toBe(ana.bond.role);
  expect(() => envelope.openOwn(sealed, ben.keyring)).toThrow(NotForMe);
});

test("what was under way when keys changed still opens, and no more after three changes", () => {
  const underWay = ana.seal(hello);
  const changed = ben.keyring.withEpoch(ben.device, NOW_S, randomBytes);
  const { body, prekey, epoch, newest } = envelope.openOwn(underWay, changed);

  expect([body, prekey, epoch, newest]).toEqual([hello, 1, 1, false]);
  const later = changed.withInbox(randomBytes).withInbox(randomBytes);
  expect(() => envelope.openOwn(underWay, later)).toThrow(NotForMe);
});

test("two prekeys with the same tag are both tried", () => {
  const { keyring } = ben;
  const twin = Prekey.generate(2, NOW_S, randomBytes).with({ tag: keyring.prekey.tag });

  const opened = envelope.openOwn(ana.seal(hello), keyring.with({ prekeys: [keyring.prekey, twin] }));

  expect(opened.prekey).toBe(1);
});

test("a sealed prekey that is no longer the newest is seen", () => {
  const sealed = ana.seal(hello);
  const prekey = Prekey.generate(2, NOW_S, randomBytes).public;
  const told = ana.withKeyring(ana.keyring.with({ peer: ana.peer.with({ prekey }) }));

  expect([ana.isStale(sealed), told.isStale(sealed)]).toEqual([false, true]);
});

test("a long body travels in a blob that only its envelope opens", async () => {
  const content = { much: new Uint8Array(10_000) };
  const [ref, blob] = await envelope.sealBlob(content);

  expect(encode(await envelope.openBlob(ref, blob))).toEqual(encode(content));
  expect(envelope.blobFromRecord(envelope.blobToRecord(ref))).toEqual(ref);
  await expect(envelope.openBlob(ref, flipped(blob, -1))).rejects.toThrow(Damaged);
  await expect(envelope.openBlob(ref, concat(blob, Uint8Array.of(0)))).rejects.toThrow(Damaged);
  await expect(envelope.openBlob({ ...ref, seed: new Uint8Array(32) }, blob)).rejects.toThrow(NotForMe);
});

test("the size of a blob tells little", async () => {
  const sizes = new Set<number>();
  for (let length = 3000; length < 4000; length += 200) {
    sizes.add((await envelope.sealBlob({ much: new Uint8Array(length) }))[1].length);
  }

  expect(sizes.size).toBe(1);
});
