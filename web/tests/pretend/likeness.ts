/** An engraved likeness, computed, since no person sat for it: a head in profile, as on an old cameo. */
import type { Portrait } from "../../src/client/api";

const SIZE = 96;

type Point = readonly [number, number];

// From the forehead down the face, around the shoulders, and up over the hair; in hundredths of the square.
const PROFILE: readonly Point[] = [
  [37, 25],
  [34, 31],
  [34.5, 36],
  [31.5, 41],
  [28, 46.5],
  [30.5, 49],
  [33, 49.5],
  [30.5, 53],
  [33, 55],
  [31.5, 58],
  [34, 60.5],
  [33, 65],
  [37, 69.5],
  [46, 69],
  [47, 76],
  [44, 81],
  [31, 86],
  [22, 93],
  [18, 101],
  [84, 101],
  [80, 90],
  [67, 83],
  [61, 78],
  [62, 71],
  [69, 66],
  [75, 56],
  [75, 42],
  [69, 28],
  [58, 19.5],
  [47, 18.5],
];
// Where the hair begins, from the forehead back to the nape.
const HAIRLINE: readonly Point[] = [
  [37, 24],
  [41, 33],
  [47, 37],
  [48, 45],
  [53, 50],
  [55, 60],
  [60, 70],
  [70, 67],
  [77, 55],
  [77, 40],
  [70, 26],
  [58, 17],
  [46, 17],
];

export function likeness(): Portrait {
  const head = smooth(PROFILE);
  const hair = smooth(HAIRLINE);
  const pixels = new Uint8Array((SIZE * SIZE) / 4);
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      const at = y * SIZE + x;
      const place: Point = [((x + 0.5) * 100) / SIZE, ((y + 0.5) * 100) / SIZE];
      const tone = inside(head, place) ? (inside(hair, place) ? strand(place) : skin(place)) : 0;
      pixels[at >> 2] = (pixels[at >> 2] ?? 0) | (tone << (6 - 2 * (at & 3)));
    }
  }
  return { size: SIZE, pixels };
}

function strand([x, y]: Point): number {
  // Strands run around the crown and gather in a knot at the back.
  const around = Math.hypot(x - 68, (y - 52) * 0.9);
  const wave = Math.sin(around * 1.05 + Math.atan2(y - 52, x - 68) * 1.5);
  return wave > 0.35 ? 2 : wave > -0.55 ? 1 : 0;
}

function skin([x, y]: Point): number {
  if (Math.hypot((x - 37.5) * 0.75, (y - 38) * 1.9) < 1.9 && x > 35.5) return 0; // the eye
  if (Math.hypot((x - 38) * 0.42, (y - 33.2) * 2.1) < 1.6) return 1; // the brow
  if (y > 54.2 && y < 55.6 && x < 36.5) return 0; // the mouth
  if (Math.hypot(x - 53.5, (y - 51) * 0.7) < 2.4) return 1; // the ear
  if (y > 84 - (x - 50) * 0.1) return Math.sin(y * 2.1 + x * 0.35) > 0 ? 2 : 1; // the dress
  const light = 58 - x - Math.max(0, y - 64) * 0.9 - (y > 70 ? 3 : 0);
  return light > 15 ? 3 : light > 4 ? 2 : 1;
}

/** The corners rounded: a curve through the middles of the edges. */
function smooth(corners: readonly Point[]): Point[] {
  return corners.flatMap((corner, at) => {
    const before = corners[(at + corners.length - 1) % corners.length] ?? corner;
    const next = corners[(at + 1) % corners.length] ?? corner;
    return [0, 0.25, 0.5, 0.75].map((part): Point => {
      const from = [(before[0] + corner[0]) / 2, (before[1] + corner[1]) / 2] as const;
      const to = [(corner[0] + next[0]) / 2, (corner[1] + next[1]) / 2] as const;
      const mix = (one: number, two: number, three: number): number =>
        (1 - part) ** 2 * one + 2 * part * (1 - part) * two + part ** 2 * three;
      return [mix(from[0], corner[0], to[0]), mix(from[1], corner[1], to[1])];
    });
  });
}

function inside(shape: readonly Point[], [x, y]: Point): boolean {
  let within = false;
  shape.forEach(([toX, toY], at) => {
    const [fromX, fromY] = shape[(at + shape.length - 1) % shape.length] ?? [toX, toY];
    if (toY > y !== fromY > y && x < ((fromX - toX) * (y - toY)) / (fromY - toY) + toX) within = !within;
  });
  return within;
}
