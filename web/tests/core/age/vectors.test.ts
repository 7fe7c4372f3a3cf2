/** vectors/age: what is opened, made and refused, and in which class. */

import { createHash } from "node:crypto";

import { describe, expect, test } from "vitest";

import { HybridIdentity } from "../../../src/core/age/hybrid";
import { CHUNK_BYTES, payload } from "../../../src/core/age/payload";
import { Source } from "../../../src/core/age/source";
import { open, streamOf } from "../../../src/core/age/stream";
import { bigEndian, concat, hex, utf8 } from "../../../src/core/bytes";
import * as aead from "../../../src/core/crypto/aead";
import * as kdf from "../../../src/core/crypto/kdf";
import { TwinbellError } from "../../../src/core/errors";
import { scenario, scenarios, type Scenario } from "../../vectors";

// A browser has no use for these; `cctv.test` opens such files with the library's own keys.
const ELSEWHERE: Readonly<Record<string, string>> = {
  hybrid_armored: "text armor",
  refused_a_classic_key: "an X25519 key",
  refused_a_passphrase_and_a_key: "a passphrase",
  refused_another_passphrase: "a passphrase",
  refused_armor_with_a_blank_line: "text armor",
  refused_armor_with_something_behind: "text armor",
  refused_armor_without_end: "text armor",
  refused_too_much_work: "a passphrase",
  scrypt: "a passphrase",
  x25519: "an X25519 key",
};

const files = scenarios("age").filter((vector) => vector.has("file"));

async function outcome(vector: Scenario): Promise<string> {
  try {
    return hex(await open(vector.bytes("file"), [HybridIdentity.parse(vector.text("with"))]));
  } catch (error) {
    return error instanceof TwinbellError ? error.name : String(error);
  }
}

describe("a file ends as it must", () => {
  test.each(files.filter(({ name }) => !(name in ELSEWHERE)))("$name", async (vector) => {
    expect(await outcome(vector)).toBe(vector.refuses ? vector.text("class") : vector.text("plain"));
  });
});

test("only what is for other keys or in armor is left out", () => {
  for (const vector of files.filter(({ name }) => name in ELSEWHERE)) {
    const armored = vector.text("file").startsWith(hex(utf8("-----")));
    expect(armored || !vector.text("with").startsWith("AGE-SECRET-KEY-PQ-"), vector.name).toBe(true);
  }
});

test.each(scenario("age", "keys").each("hybrid"))("a key reads as it is written: $name", (vector) => {
  const key = HybridIdentity.parse(vector.text("identity"));

  expect(hex(key.seed)).toBe(vector.text("secret"));
  expect(String(key)).toBe(vector.text("identity"));
  expect(hex(key.recipient.publicKey)).toBe(vector.text("public"));
  expect(String(key.recipient)).toBe(vector.text("recipient"));
});

describe("a payload of the bytes of the vector opens", () => {
  test.each(scenarios("age", "payload_"))("$name", async (vector) => {
    const fileKey = vector.bytes("file_key");
    const nonce = vector.bytes("nonce");
    const plain = Uint8Array.from({ length: vector.number("length") }, (_, at) => at % 251);
    const key = kdf.hkdf(fileKey, { info: utf8("payload"), salt: nonce });
    const count = Math.max(1, Math.ceil(plain.length / CHUNK_BYTES));
    const chunks = Array.from({ length: count }, (_, at) =>
      aead.seal(key, plain.subarray(at * CHUNK_BYTES, (at + 1) * CHUNK_BYTES), {
        nonce: bigEndian(at * 256 + Number(at === count - 1), 12),
      }),
    );
    const sealed = concat(nonce, ...chunks);
    expect(sealed.length).toBe(vector.number("payload_length"));
    expect(createHash("sha256").update(sealed).digest("hex")).toBe(vector.text("payload_sha256"));

    const opened = await payload(new Source(streamOf(sealed)), fileKey);

    const found = new Uint8Array(
      await new Response(opened as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer(),
    );
    expect(Buffer.compare(found, plain)).toBe(0);
  });
});
