import { createHash } from "node:crypto";

import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { facets, outline, pieces, type Shape, svg, write } from "../../../src/core/bond/drawing";
import { caption, describe as words, type Features, features, named } from "../../../src/core/bond/picture";
import { SIGNS } from "../../../src/core/bond/signs";
import { Mistaken } from "../../../src/core/errors";
import { scenarios } from "../../vectors";

const anyFeatures = fc.uint8Array({ minLength: 9, maxLength: 9 }).map(features);

describe("the vectors of pictures", () => {
  test.each(scenarios("picture"))("$name", (vector) => {
    const drawn = features(vector.bytes("bits"));

    expect(drawn).toEqual(vector.field("features"));
    expect(caption(drawn)).toBe(vector.text("caption"));
    expect(words(drawn)).toBe(vector.text("description"));
    expect(sha256(svg(drawn))).toBe(vector.text("svg_sha256"));
    expect(sha256(svg(drawn, { dark: true }))).toBe(vector.text("svg_dark_sha256"));
  });
});

test("a picture is drawn from 66 bits and no fewer", () => {
  expect(() => features(new Uint8Array(8))).toThrow(Mistaken);
});

test("what lies before the bits in memory is not drawn", () => {
  const memory = new Uint8Array(20).fill(255, 0, 11);

  expect(features(memory.subarray(11))).toEqual(features(new Uint8Array(9)));
});

test("the pieces together are the whole drawing", () => {
  fc.assert(
    fc.property(anyFeatures, fc.boolean(), (drawn, dark) => {
      const parts = pieces(drawn, { dark });
      const shapes: Shape[] = [
        parts.definitions,
        ...parts.ground,
        parts.cord,
        parts.stone,
        ...parts.rim,
        ...parts.bail,
        parts.engraving,
      ];

      expect(svg(drawn, { dark }).split("\n").slice(2, -2).join("\n")).toBe(shapes.map(write).join("\n"));
    }),
    { numRuns: 20 },
  );
});

test("every coordinate is a whole number, and every plane lies on the canvas", () => {
  fc.assert(
    fc.property(anyFeatures, (drawn) => {
      const points = [...outline(), ...facets(drawn).flatMap((facet) => facet.corners)].flat();

      expect(points.every((each) => Number.isInteger(each) && each >= 0 && each <= 5600)).toBe(true);
    }),
    { numRuns: 50 },
  );
});

test("pictures that differ in anything are called differently", () => {
  fc.assert(
    fc.property(anyFeatures, anyFeatures, (one, other) => {
      expect(words(one) === words(other)).toBe(isSame(one, other));
      expect(JSON.stringify(named(one)) === JSON.stringify(named(other))).toBe(isSame(one, other));
    }),
  );
});

test("each sign has a name of its own for a catalogue", () => {
  expect(new Set(SIGNS.map((sign) => sign.id)).size).toBe(16);
});

function isSame(one: Features, other: Features): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
