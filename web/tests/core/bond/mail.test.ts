import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { hex, unutf8, utf8 } from "../../../src/core/bytes";
import { NAMESPACE } from "../../../src/core/bond/letter";
import { decode, encode, entryName, FileNote, Mail, oneLineEnd } from "../../../src/core/bond/mail";
import { quote, unquote } from "../../../src/core/bond/quoted";
import { padded } from "../../../src/core/bond/tar";
import { VerifyKey } from "../../../src/core/crypto/signing";
import * as sshsig from "../../../src/core/crypto/sshsig";
import { Damaged, Mistaken } from "../../../src/core/errors";
import { hasTwin, Twin } from "../../twin";
import { type Scenario, scenarios } from "../../vectors";

const LETTER = new Uint8Array(16).fill(1);
const BOND = new Uint8Array(32).fill(2);
const LOCK = new Uint8Array(32).fill(3);

function mail(more: Partial<ConstructorParameters<typeof Mail>[0]> = {}): Mail {
  return new Mail({
    letter: LETTER,
    bond: BOND,
    lockSha256: LOCK,
    writtenS: 1_795_345_200,
    writer: "Ada",
    reader: "Grace",
    subject: "Hello",
    text: "Dear Grace",
    ...more,
  });
}

function noteOf(vector: Scenario): FileNote {
  return new FileNote({
    name: vector.text("name"),
    media: vector.text("type"),
    size: vector.number("bytes"),
    sha256: vector.bytes("sha256"),
  });
}

describe("the vectors of mails", () => {
  test.each(scenarios("letter", "mail_"))("$name", (vector) => {
    const said = new Mail({
      letter: vector.bytes("letter"),
      bond: vector.bytes("bond"),
      lockSha256: vector.bytes("lock_sha256"),
      writtenS: vector.number("written"),
      writer: vector.text("writer"),
      reader: vector.text("reader"),
      subject: vector.text("subject"),
      text: vector.text("text"),
      files: vector.each("files").map(noteOf),
    });
    const eml = vector.text("eml");

    expect(unutf8(encode(said)).startsWith(eml)).toBe(true);
    expect(decode(encode(said))).toEqual(said);
    expect(encode(said).length).toBe(vector.number("length"));
    const signer = new VerifyKey(vector.bytes("signer"));
    const check = (data: Uint8Array) => () =>
      sshsig.verify(signer, data, vector.text("signature"), { namespace: NAMESPACE });
    expect(check(encode(said))).not.toThrow();
    expect(check(encode(new Mail({ ...said, subject: "another" })))).toThrow(Damaged);
    vector.each("files").forEach((file, at) => {
      expect(entryName(at + 1, file.text("name"))).toBe(file.text("entry"));
    });
  });
});

const line = fc
  .string({ unit: "grapheme", maxLength: 60 })
  .filter((text) => !/[\0-\x1f\x7f-\x9f]/.test(text));
const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 400 }),
  fc
    .array(fc.constantFrom("a", " ", "\n", "=", "é", ".", "\t", "--", "日本"), { maxLength: 300 })
    .map((all) => all.join("")),
);
const fileName = fc.string({ unit: "grapheme", minLength: 1, maxLength: 50 });

test("reading undoes writing, in any language", () => {
  fc.assert(
    fc.property(line, line, text, fc.array(fileName, { maxLength: 4 }), (subject, writer, said, names) => {
      const files = names.map((name, at) => new FileNote({ name, media: "a/b", size: at, sha256: LOCK }));
      const written = mail({ subject, writer, text: oneLineEnd(said), files });
      const eml = encode(written);

      expect(decode(eml)).toEqual(written);
      expect(eml.length).toBe(padded(eml.length));
      expect(eml.every((byte) => byte < 128)).toBe(true);
      expect(
        unutf8(eml)
          .split("\r\n")
          .every((each) => each.length <= 998),
      ).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test("unquoting undoes quoting", () => {
  fc.assert(
    fc.property(text, (said) => {
      const data = utf8(oneLineEnd(said).replaceAll("\n", "\r\n"));

      expect(hex(unquote(quote(data)))).toBe(hex(data));
    }),
    { numRuns: 300 },
  );
});

describe.skipIf(!hasTwin)("Python", () => {
  let twin: Twin;
  beforeAll(() => {
    twin = new Twin();
  });
  afterAll(() => twin.close());

  test("quotes the same text in the same bytes", async () => {
    await fc.assert(
      fc.asyncProperty(text, async (said) => {
        const data = utf8(oneLineEnd(said).replaceAll("\n", "\r\n"));

        expect(hex(quote(data))).toBe((await twin.ask("quote", { data: hex(data) })).text("data"));
      }),
      { numRuns: 500 },
    );
  });

  test("forgives the same where it is quoted badly", async () => {
    const badly = fc.array(fc.constantFrom("=", "\r\n", "\n", "=4", "=4a", "=zz", "==", "x", " "), {
      maxLength: 12,
    });

    await fc.assert(
      fc.asyncProperty(badly, async (parts) => {
        const data = utf8(parts.join(""));

        expect(hex(unquote(data))).toBe((await twin.ask("unquote", { data: hex(data) })).text("data"));
      }),
      { numRuns: 300 },
    );
  });
});

test("one changed byte is damage, or says something else", () => {
  const written = mail({
    text: "Zwölf Boxkämpfer",
    files: [new FileNote({ name: "ü.png", media: "a/b", size: 1, sha256: LOCK })],
  });
  const eml = encode(written);

  fc.assert(
    fc.property(fc.nat(eml.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
      const changed = eml.slice();
      changed[at] = (changed[at] ?? 0) ^ by;
      let read: Mail | null = null;
      try {
        read = decode(changed);
      } catch (error) {
        expect(error).toBeInstanceOf(Damaged);
      }
      if (read) expect(changed.length).toBe(eml.length);
    }),
    { numRuns: 300 },
  );
});

test("what no letter can hold is refused before it is written", () => {
  const note = { name: "a", media: "text/plain", size: 0, sha256: LOCK };

  expect(() => mail({ subject: "two\nlines" })).toThrow(Mistaken);
  expect(() => mail({ subject: "x".repeat(1001) })).toThrow(
    "The subject has 1000 bytes at most, and this has 1001.",
  );
  expect(() => mail({ text: "half \ud800 a character" })).toThrow(Mistaken);
  expect(() => mail({ text: "a\r\nb" })).toThrow(Mistaken);
  expect(() => mail({ letter: new Uint8Array(15) })).toThrow(Mistaken);
  expect(() => new FileNote({ ...note, name: "" })).toThrow(Mistaken);
  expect(() => new FileNote({ ...note, name: "é".repeat(128) })).toThrow(Mistaken);
  expect(() => new FileNote({ ...note, media: "Image/JPEG" })).toThrow(Mistaken);
  expect(() => new FileNote({ ...note, size: 8 ** 11 })).toThrow(Mistaken);
});

test("other shapes than ours are damage", () => {
  const eml = unutf8(encode(mail()));
  const changes: [string, string][] = [
    ["Subject: Hello", "Subject: =?utf-8?B?SGVsbG8=?="],
    ["Subject: Hello\r\n", ""],
    ["Subject: Hello", "Subject: Hello\r\nSubject: Hello"],
    ["count=0", "count=1"],
    ["+0000", "+0100"],
    ["Sun, 22", "Mon, 22"],
    ["multipart/mixed", "multipart/related"],
    ["charset=utf-8", "charset=utf-7"],
    ["7bit", "8bit"],
    ["\r\n\r\nDear", "\n\r\nDear"],
    [" \r\n", "x\r\n"],
  ];

  for (const [before, after] of changes) {
    expect(eml).toContain(before);
    expect(() => decode(utf8(eml.replace(before, after))), before).toThrow(Damaged);
  }
  expect(() => decode(utf8(eml + " "))).toThrow(Damaged);
  expect(decode(utf8(eml)).text).toBe("Dear Grace");
});
