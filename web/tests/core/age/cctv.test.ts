/**
 * The age test kit (C2SP CCTV): 143 files, each with the one failure that it must cause, and no other.
 *
 * A browser opens with post-quantum keys and with rounds. For the kit's classic keys, passphrases and text armor
 * the library's own stand in here, so that every file goes through our reader.
 */

import { createHash } from "node:crypto";
import { inflateSync } from "node:zlib";

import { armor, Decrypter, Stanza, type Identity as TypageIdentity } from "age-encryption";
import * as cctv from "cctv-age";
import { describe, expect, test } from "vitest";

import { HybridIdentity } from "../../../src/core/age/hybrid";
import type { Identity } from "../../../src/core/age/recipient";
import { decrypt } from "../../../src/core/age/stream";
import { ArmorDamaged, TwinbellError } from "../../../src/core/errors";

const KIT = Object.entries(cctv.default ?? cctv);

const EXPECT: Readonly<Record<string, string>> = {
  success: "success",
  "no match": "NotForMe",
  "HMAC failure": "HmacDamaged",
  "header failure": "HeaderDamaged",
  "payload failure": "PayloadDamaged",
  "armor failure": "ArmorDamaged",
};

interface Vector {
  readonly fields: ReadonlyMap<string, readonly string[]>;
  readonly file: Uint8Array;
}

function read(vector: Uint8Array): Vector {
  const end = Buffer.from(vector).indexOf("\n\n");
  const fields = new Map<string, string[]>();
  for (const line of new TextDecoder().decode(vector.subarray(0, end)).split("\n")) {
    const [key = "", value = ""] = line.split(/: (.*)/s);
    fields.set(key, [...(fields.get(key) ?? []), value]);
  }
  const file = vector.subarray(end + 2);
  return { fields, file: fields.get("compressed") ? new Uint8Array(inflateSync(file)) : file };
}

/** A key of a kind that the app has no use for, as the library reads it. */
function classic(add: (decrypter: Decrypter) => void): Identity {
  const decrypter = new Decrypter();
  add(decrypter);
  const [identity] = (decrypter as unknown as { identities: TypageIdentity[] }).identities;
  return {
    unwrap: async (stanzas) =>
      identity!.unwrapFileKey(stanzas.map(({ type, args, body }) => new Stanza([type, ...args], body))),
  };
}

function identities({ fields }: Vector): Identity[] {
  return [
    ...(fields.get("identity") ?? []).map((text) =>
      text.includes("-PQ-")
        ? HybridIdentity.parse(text)
        : classic((decrypter) => decrypter.addIdentity(text)),
    ),
    ...(fields.get("passphrase") ?? []).map((text) => classic((decrypter) => decrypter.addPassphrase(text))),
  ];
}

function dearmor({ fields, file }: Vector): Uint8Array {
  if (!fields.get("armored")) return file;
  try {
    return armor.decode(new TextDecoder("utf-8", { fatal: true }).decode(file));
  } catch {
    throw new ArmorDamaged();
  }
}

function inPieces(data: Uint8Array, size: number): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= data.length) return controller.close();
      controller.enqueue(data.slice(at, at + size));
      at += size;
    },
  });
}

async function outcome(vector: Vector, size: number): Promise<{ ends: string; plain: string }> {
  const hash = createHash("sha256");
  let ends = "success";
  try {
    const { plain } = await decrypt(inPieces(dearmor(vector), size), identities(vector));
    for await (const part of plain) hash.update(part);
  } catch (error) {
    ends = error instanceof TwinbellError ? error.name : `not ours: ${String(error)}`;
  }
  return { ends, plain: hash.digest("hex") };
}

test("the kit is complete", () => {
  expect(KIT).toHaveLength(143);
});

describe("a file of the kit ends as it must", () => {
  test.each(KIT)("%s", async (_, data) => {
    const vector = read(data);
    const expected = EXPECT[vector.fields.get("expect")![0]!];
    const plain = vector.fields.get("payload")?.[0];

    for (const size of [1 << 21, 1 << 16, 999]) {
      const found = await outcome(vector, size);
      expect(found.ends).toBe(expected);
      if (plain) expect(found.plain).toBe(plain);
    }
  });
});
