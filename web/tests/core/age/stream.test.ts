import fc from "fast-check";
import { expect, test } from "vitest";

import { HybridIdentity } from "../../../src/core/age/hybrid";
import { wrap, type Identity, type Recipient } from "../../../src/core/age/recipient";
import {
  decrypt,
  encrypt,
  headerLength,
  open,
  readStanzas,
  seal,
  sealedLength,
  streamOf,
} from "../../../src/core/age/stream";
import { TlockRecipient } from "../../../src/core/age/tlock";
import { concat, utf8 } from "../../../src/core/bytes";
import {
  HeaderDamaged,
  Mistaken,
  NotForMe,
  NotYet,
  PayloadDamaged,
  Unreachable,
} from "../../../src/core/errors";
import { QUICKNET } from "../../../src/core/wire/beacon";

const key = HybridIdentity.generate();
const other = HybridIdentity.generate();

async function gathered(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return concat(...parts);
}

function inPieces(data: Uint8Array, sizes: readonly number[]): ReadableStream<Uint8Array> {
  let at = 0;
  let turn = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= data.length) return controller.close();
      const size = sizes[turn++ % sizes.length]!;
      controller.enqueue(data.slice(at, at + size));
      at += size;
    },
  });
}

test("opening undoes sealing, in pieces of any size", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(3 * 65_536 + 10),
      fc.array(fc.integer({ min: 1, max: 70_000 }), { minLength: 1, maxLength: 4 }),
      async (length, sizes) => {
        const plain = Uint8Array.from({ length }, (_, at) => (at * 7) % 256);

        const file = await gathered(await encrypt(inPieces(plain, sizes), [key.recipient]));
        const opened = await gathered((await decrypt(inPieces(file, sizes), [key])).plain);

        expect(Buffer.compare(opened, plain)).toBe(0);
        expect(file.length).toBe(sealedLength(await headerLength([key.recipient]), length));
      },
    ),
    { numRuns: 15 },
  );
});

test("a file to several opens with each of their keys, and says to whom it is", async () => {
  const file = await seal(utf8("yes"), [key.recipient, other.recipient]);

  expect(await open(file, [key])).toEqual(utf8("yes"));
  expect(await open(file, [HybridIdentity.generate(), other])).toEqual(utf8("yes"));
  expect((await readStanzas(streamOf(file))).map(({ type }) => type)).toEqual([
    "mlkem768x25519",
    "mlkem768x25519",
  ]);
  await expect(open(file, [HybridIdentity.generate()])).rejects.toBeInstanceOf(NotForMe);
});

test("a key never stands beside a moment", async () => {
  const moment = new TlockRecipient(QUICKNET, 1000);

  await expect(seal(utf8("no"), [key.recipient, moment])).rejects.toBeInstanceOf(Mistaken);
  await expect(seal(utf8("no"), [])).rejects.toBeInstanceOf(Mistaken);
  await expect(wrap(new Uint8Array(16), [])).rejects.toBeInstanceOf(Mistaken);
});

test("who cannot open yet does not stand in the way of who can, and else is the answer", async () => {
  const file = await seal(utf8("yes"), [key.recipient]);
  const early: Identity = {
    unwrap() {
      throw new NotYet("", { round: 7 });
    },
  };

  expect(await open(file, [early, key])).toEqual(utf8("yes"));
  await expect(open(file, [early, other])).rejects.toMatchObject({ name: "NotYet", round: 7 });
});

test("what the source fails with is told as it is", async () => {
  const file = await seal(new Uint8Array(100_000), [key.recipient]);
  const cut = (at: number) => {
    let given = false;
    return new ReadableStream<Uint8Array>({
      pull(controller) {
        if (given) throw new Unreachable("The disk went away.");
        controller.enqueue(file.slice(0, at));
        given = true;
      },
    });
  };

  await expect(decrypt(cut(100), [key])).rejects.toBeInstanceOf(Unreachable);
  const { plain } = await decrypt(cut(file.length - 10), [key]);
  await expect(gathered(plain)).rejects.toBeInstanceOf(Unreachable);
});

test("what was good before the damage is given out first", async () => {
  const file = await seal(new Uint8Array(65_536 + 5).fill(9), [key.recipient]);
  file[file.length - 1]! ^= 1;
  const { plain } = await decrypt(streamOf(file), [key]);
  const reader = plain.getReader();

  expect((await reader.read()).value).toHaveLength(65_536);
  await expect(reader.read()).rejects.toBeInstanceOf(PayloadDamaged);
});

test("a header without an end is refused after a megabyte", async () => {
  let given = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.enqueue(new Uint8Array(65_536).fill(65));
      given += 65_536;
    },
  });

  await expect(decrypt(endless, [key])).rejects.toBeInstanceOf(HeaderDamaged);
  expect(given).toBeLessThan(2 << 20);
});

test("a header of more stanzas than any file has is refused before a key is tried", async () => {
  const many: Recipient = {
    label: "any",
    wrap: () => Array.from({ length: 1025 }, () => ({ type: "x", args: [], body: new Uint8Array(3) })),
  };
  const file = await seal(utf8("no"), [many]);
  const tried: Identity = {
    unwrap() {
      throw new Error("this key was tried");
    },
  };

  await expect(open(file, [tried])).rejects.toBeInstanceOf(HeaderDamaged);
});
