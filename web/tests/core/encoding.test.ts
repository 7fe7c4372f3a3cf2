import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { hex } from "../../src/core/bytes";
import {
  b64,
  b64padded,
  decode,
  decodeMap,
  encode,
  lv,
  padme,
  unb64,
  unb64padded,
  type Value,
} from "../../src/core/encoding";
import { Damaged, Mistaken } from "../../src/core/errors";
import { scenarios, type Json } from "../vectors";

const LIMIT = { bytesMax: 65_536 };

/** The vectors write bytes as `{hex}` and maps as `{map: [[key, value], …]}`, since JSON has neither. */
function fromJson(json: Json): Value {
  if (Array.isArray(json)) return json.map(fromJson);
  if (typeof json !== "object" || json === null) return json;
  if (typeof json["hex"] === "string") return Uint8Array.from(Buffer.from(json["hex"], "hex"));
  const pairs: { [key: string]: Value } = Object.create(null);
  for (const pair of json["map"] as [string, Json][]) pairs[pair[0]] = fromJson(pair[1]);
  return pairs;
}

describe("the vectors of records", () => {
  test.each(scenarios("records"))("$name", (vector) => {
    const record = vector.bytes("record");

    if (vector.refuses) {
      expect(() => decode(record, LIMIT)).toThrow(Damaged);
      return;
    }
    const value = fromJson(vector.field("value"));
    expect(decode(record, LIMIT)).toEqual(value);
    expect(hex(encode(value))).toBe(hex(record));
    expect(hex(encode(decode(record, LIMIT)))).toBe(hex(record));
  });
});

test.each(scenarios("padme", "padme")[0]!.json as { length: number; padme: number }[])(
  "a length of $length is rounded up to $padme",
  ({ length, padme: rounded }) => {
    expect(padme(length)).toBe(rounded);
  },
);

const values = fc.letrec<{ value: Value; map: { readonly [key: string]: Value } }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.maxSafeInteger(),
    fc.string({ unit: "binary" }),
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array({ maxLength: 300 }),
    fc.array(tie("value"), { maxLength: 5 }),
    tie("map"),
  ),
  map: fc.dictionary(fc.string({ unit: "binary" }), tie("value"), { maxKeys: 5, noNullPrototype: false }),
}));

test("every value is read as it was written, and written in one way", () => {
  fc.assert(
    fc.property(values.value, (value) => {
      const record = encode(value);

      const read = decode(record, LIMIT);

      expect(hex(encode(read))).toBe(hex(record));
    }),
  );
});

test("any bytes are refused or encode to themselves", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (data) => {
      try {
        expect(hex(encode(decode(data, LIMIT)))).toBe(hex(data));
      } catch (error) {
        expect(error).toBeInstanceOf(Damaged);
      }
    }),
    { numRuns: 2000 },
  );
});

test("a key that JavaScript knows is a key like any other", () => {
  const record = encode({ constructor: 1, ["__proto__"]: 2, toString: 3 });

  const map = decodeMap(record, LIMIT);

  expect(map["__proto__"]).toBe(2);
  expect(map["hasOwnProperty"]).toBeUndefined();
  expect(Object.keys(map).toSorted()).toEqual(["__proto__", "constructor", "toString"]);
});

test.each([
  ["a fraction", 1.5],
  ["no number", NaN],
  ["a number beyond what is counted", 2 ** 53],
  ["half of a character", "\ud800"],
  ["a date", new Date(0)],
  ["nothing at all", undefined],
  ["a hole", [undefined]],
  ["a large integer", 1n],
  ["lists too deep", JSON.parse("[".repeat(18) + "]".repeat(18))],
])("a record has no place for %s", (_, value) => {
  expect(() => encode(value as Value)).toThrow(Mistaken);
});

test("what is longer than its limit is refused unread", () => {
  expect(() => decode(encode("abc"), { bytesMax: 3 })).toThrow("longer than 3 bytes");
  expect(() => decodeMap(encode([]), LIMIT)).toThrow("not a map");
});

test("what is read is no view of what it was read from", () => {
  const record = encode(Uint8Array.of(1, 2, 3));
  const read = decode(record, LIMIT);

  record.fill(0);

  expect(read).toEqual(Uint8Array.of(1, 2, 3));
});

test("base64 is canonical, with padding and without", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (data) => {
      expect(unb64(b64(data))).toEqual(data);
      expect(unb64padded(b64padded(data))).toEqual(data);
      expect(b64padded(data)).toBe(Buffer.from(data).toString("base64"));
    }),
  );
  for (const text of ["A", "AB", "AA==", "AA A", "AAA\n", "A_-A", "AAA=", "é"]) {
    expect(() => unb64(text)).toThrow(Damaged);
  }
  for (const text of ["AA", "AB==", "AA==\n", " AA==", "AA==AA=="]) {
    expect(() => unb64padded(text)).toThrow(Damaged);
  }
});

test("a length stands before what it counts", () => {
  expect(hex(lv(Uint8Array.of(7, 8)))).toBe("000000020708");
});

test("a rounded length is never shorter, and at most an eighth longer", () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (length) => {
      fc.pre(length < 2 ** 52);
      const rounded = padme(length);

      expect(rounded).toBeGreaterThanOrEqual(length);
      expect(rounded).toBeLessThanOrEqual(length * 1.125);
      expect(padme(rounded)).toBe(rounded);
    }),
  );
});
