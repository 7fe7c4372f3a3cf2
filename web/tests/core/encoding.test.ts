import { describe, expect, test } from "vitest";

import { hex } from "../../src/core/bytes";
import { decode, encode, padme, type Value } from "../../src/core/encoding";
import { Damaged } from "../../src/core/errors";
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
