import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { hex } from "../../../src/core/bytes";
import * as words from "../../../src/core/crypto/words";
import { Damaged, Mistaken } from "../../../src/core/errors";
import { scenarios } from "../../vectors";

describe("the vectors of words", () => {
  test.each(scenarios("words"))("$name", (vector) => {
    if (vector.refuses === "normalise") {
      expect(() => words.normalise(vector.text("typed"))).toThrow(Damaged);
    } else if (vector.refuses === "unkit") {
      expect(() => words.unkit(vector.list("kit") as string[])).toThrow(Damaged);
    } else if (vector.has("six")) {
      expect(words.six(vector.bytes("bits"))).toEqual(vector.list("six"));
    } else if (vector.has("kit")) {
      expect(words.kit(vector.bytes("root"))).toEqual(vector.list("kit"));
      expect(hex(words.unkit(vector.list("kit") as string[]))).toBe(vector.text("root"));
    } else {
      expect(words.normalise(vector.text("typed"))).toEqual(vector.list("words"));
    }
  });
});

test("a kit that is read from paper gives its root back", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (root) => {
      const kit = words.kit(root);

      expect(words.unkit(kit.map((word) => word.slice(0, 4).toUpperCase()).join(" – "))).toEqual(root);
    }),
    { numRuns: 50 },
  );
});

test("a stop code is the twelve words of BIP-39, and comes back from paper", () => {
  const abandon = Array<string>(11).fill("abandon");

  expect(words.stop(new Uint8Array(16))).toEqual([...abandon, "about"]);
  expect(words.stop(new Uint8Array(16).fill(0xff))).toEqual([...Array<string>(11).fill("zoo"), "wrong"]);
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (code) => {
      const typed = words.stop(code).map((word) => word.slice(0, 4).toUpperCase());
      expect(words.unstop(typed.join(" – "))).toEqual(code);
    }),
    { numRuns: 50 },
  );
  expect(() => words.unstop([...abandon, "zoo"].join(" "))).toThrow(Damaged);
  expect(() => words.unstop(abandon.join(" "))).toThrow(
    expect.objectContaining({ code: "watch.stop-count", facts: { count: 11 } }),
  );
  expect(() => words.stop(new Uint8Array(15))).toThrow(Mistaken);
});

test("a word that is not known is told with its place", () => {
  expect(() => words.normalise("crater lamq")).toThrow(
    expect.objectContaining({ code: "words.unknown", facts: { place: 2, word: "lamq" } }),
  );
});

test("three words are drawn evenly from all of the list", () => {
  expect(words.spoken(() => new Uint8Array(6))).toEqual(["abandon", "abandon", "abandon"]);
  expect(words.spoken(() => new Uint8Array(6).fill(0xff))).toEqual(["zoo", "zoo", "zoo"]);
  expect(words.spoken(() => Uint8Array.of(0xf8, 1, 0, 2, 7, 0xfe))).toEqual(["ability", "able", "zone"]);
});

test("six words need 66 bits, and a root has 32 bytes", () => {
  expect(() => words.six(new Uint8Array(8))).toThrow(Mistaken);
  expect(() => words.kit(new Uint8Array(31))).toThrow(Mistaken);
});
