import fc from "fast-check";
import { expect, test } from "vitest";

import { type Cut, engrave, type Photo } from "../../src/app/media/portrait";
import { engraved, tone } from "../../src/app/pendant/engraving";

const PLAIN: Cut = { zoom: 1, across: 0, down: 0, lines: 0.5, light: 0.5 };

function photo(grey: (x: number, y: number) => number, side = 384): Photo {
  return {
    side,
    grey: Uint8ClampedArray.from({ length: side * side }, (_, at) => grey(at % side, Math.floor(at / side))),
  };
}

function counts(cut: ReturnType<typeof engrave>): number[] {
  const found = [0, 0, 0, 0];
  for (let y = 0; y < cut.size; y++) for (let x = 0; x < cut.size; x++) found[tone(cut, x, y)]! += 1;
  return found;
}

const any = fc.record({
  zoom: fc.double({ min: 1, max: 4, noNaN: true }),
  across: fc.double({ min: -1, max: 1, noNaN: true }),
  down: fc.double({ min: -1, max: 1, noNaN: true }),
  lines: fc.double({ min: 0, max: 1, noNaN: true }),
  light: fc.double({ min: 0, max: 1, noNaN: true }),
});

test("an engraving is of the size that its record allows, however the photo is cut", () => {
  const face = photo((x, y) => Math.hypot(x - 190, y - 170) * 1.2);

  fc.assert(
    fc.property(any, (cut) => {
      const { size, pixels } = engrave(face, cut);

      expect(size % 4).toBe(0);
      expect(size).toBeGreaterThanOrEqual(16);
      expect(size).toBeLessThanOrEqual(256);
      expect(pixels.length).toBe((size * size) / 4);
    }),
    { numRuns: 30 },
  );
});

test("one photo gives one engraving", () => {
  const face = photo((x, y) => (x * y) % 256);

  expect(engrave(face, PLAIN)).toEqual(engrave(face, PLAIN));
});

test("a face that is lit has all four tones, and nothing at the corners", () => {
  const cut = engrave(
    photo((x) => (x * 255) / 384),
    PLAIN,
  );

  expect(counts(cut).every((count) => count > 100)).toBe(true);
  for (const at of [0, cut.size - 1]) expect(tone(cut, at, at)).toBe(0);
});

test("more light gives more that is bright", () => {
  const face = photo((x) => (x * 255) / 384);
  const bright = (light: number): number => counts(engrave(face, { ...PLAIN, light }))[3] ?? 0;

  expect(bright(0.8)).toBeGreaterThan(bright(0.2));
});

test("an engraving is drawn as lines, one for each run of a tone", () => {
  const drawn = engraved({ size: 16, pixels: new Uint8Array(64).fill(0b11111111) });

  expect(drawn.bright.match(/M/g)?.length).toBe(16);
  expect(drawn.faint + drawn.line).toBe("");
});
