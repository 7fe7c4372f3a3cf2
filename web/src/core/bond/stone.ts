/**
 * The stone: the heart's edge, the planes it is cut in, and the light on each.
 *
 * Part of `drawing.ts`, which in Python is one file. Whole numbers only, and division that rounds down.
 */

import { type Features, named, type Named, TINTS } from "./picture";

export const CENTRE_X = 2000;

export type Point = readonly [number, number];
export type Colour = readonly [number, number, number];

// The right half of the heart, from the cleft to the tip: three cubic Bézier curves, end to end.
const CLEFT: Point = [2000, 2960];
const TIP: Point = [2000, 5130];
const RIGHT: readonly (readonly [Point, Point, Point])[] = [
  [
    [2130, 2640],
    [2520, 2460],
    [2860, 2580],
  ],
  [
    [3340, 2750],
    [3430, 3250],
    [3200, 3690],
  ],
  [[2950, 4170], [2420, 4640], TIP],
];
export const OUTLINE_STEPS = 24; // points on each curve
export const TIP_AT = 3 * OUTLINE_STEPS;
export const OUTLINE_POINTS = 2 * TIP_AT;

const TABLE_CENTRE: Point = [2000, 3660];
const TABLE_PERCENT = 48;
export const GLEAM_Y = 2990;
const LEAN: Readonly<Record<Named["lean"], Point>> = {
  left: [-250, 0],
  right: [250, 0],
  high: [0, -130],
  low: [0, 240],
};

export const TINT_COLOURS: Readonly<Record<(typeof TINTS)[number], Colour>> = {
  violet: [150, 112, 255],
  rose: [255, 150, 180],
  silver: [226, 234, 246],
  green: [64, 214, 140],
  blue: [70, 160, 255],
  copper: [222, 116, 62],
  honey: [255, 214, 110],
  crimson: [226, 30, 62],
};
export const ONYX: Colour = [19, 16, 27];
const WARMTH: Colour = [214, 92, 26];
const SHEEN_PERCENT: Colour = [100, 94, 122]; // onyx is a little violet

/** The 144 points of the heart's edge, from the cleft down the right side and up the left. */
export function outline(): Point[] {
  const points: Point[] = [];
  let start = CLEFT;
  for (const [one, two, end] of RIGHT) {
    for (let step = 0; step < OUTLINE_STEPS; step++) points.push(onCurve([start, one, two, end], step));
    start = end;
  }
  const right = [...points, start];
  const left = right.slice(1, -1).map(([x, y]): Point => [2 * CENTRE_X - x, y]);
  return [...right, ...left.reverse()];
}

/** The middle of the stone's table, where the sign is engraved. */
export function tableCentre(features: Features): Point {
  const [x, y] = LEAN[named(features).lean];
  return [TABLE_CENTRE[0] + x, TABLE_CENTRE[1] + y];
}

/** Where the gleam is; how far down is `GLEAM_Y`. */
export function gleamX(features: Features): number {
  return named(features).side === "left" ? CENTRE_X - 690 : CENTRE_X + 690;
}

/** One plane of the stone: its corners and its colour. */
export interface Facet {
  readonly corners: readonly Point[];
  readonly colour: Colour;
}

/** The planes of the stone, the table first: nothing lies over anything else. */
export function facets(features: Features): Facet[] {
  const edge = outline();
  const [centreX, centreY] = tableCentre(features);
  const count = features.facets;
  const girdle = (half: number): Point => {
    const along = TIP_AT + floor(half * OUTLINE_POINTS, 2 * count);
    return edge[((along % OUTLINE_POINTS) + OUTLINE_POINTS) % OUTLINE_POINTS] ?? TIP;
  };
  const table = (half: number): Point => {
    const [x, y] = girdle(half);
    return [
      centreX + floor((x - TABLE_CENTRE[0]) * TABLE_PERCENT, 100),
      centreY + floor((y - TABLE_CENTRE[1]) * TABLE_PERCENT, 100),
    ];
  };
  const top = Array.from({ length: count }, (_, at) => table(2 * at + 1));
  const planes: Facet[] = [{ corners: top, colour: lit(features, [0, -60], 150) }];
  for (let at = 0; at < count; at++) {
    const main = [girdle(2 * at), girdle(2 * at + 2), table(2 * at + 1)];
    const star = [table(2 * at - 1), table(2 * at + 1), girdle(2 * at)];
    planes.push({ corners: main, colour: lit(features, away(main), 100) });
    planes.push({ corners: star, colour: lit(features, away(star), 62) });
  }
  return planes;
}

/** Which way a plane looks: from the middle of the stone to its own, 1000 long in all. */
function away(corners: readonly Point[]): Point {
  const x = floor(sum(corners.map((corner) => corner[0])), 3) - TABLE_CENTRE[0];
  const y = floor(sum(corners.map((corner) => corner[1])), 3) - TABLE_CENTRE[1];
  const length = Math.max(1, Math.abs(x) + Math.abs(y));
  return [floor(x * 1000, length), floor(y * 1000, length)];
}

/** The colour of a plane that looks that way: the gleam from above, the low sun from below. */
function lit(features: Features, [x, y]: Point, percent: number): Colour {
  const { side, tint } = named(features);
  const fromSide = side === "left" ? -1 : 1;
  const gleam = Math.max(0, floor((x * fromSide * 7 - y * 6 - 900) * percent, 1500));
  const warmth = Math.max(0, floor((y * 2 - 420) * percent, 300));
  const sheen = floor((Math.abs(x * 3 - y * 5) % 223) * percent, 620 + 4 * warmth); // so that neighbours differ
  const channel = (at: 0 | 1 | 2): number =>
    Math.min(
      255,
      ONYX[at] +
        floor(TINT_COLOURS[tint][at] * gleam + WARMTH[at] * warmth, 1000) +
        floor(sheen * SHEEN_PERCENT[at], 100),
    );
  return [channel(0), channel(1), channel(2)];
}

function onCurve(curve: readonly [Point, Point, Point, Point], step: number): Point {
  const rest = OUTLINE_STEPS - step;
  const weights = [rest ** 3, 3 * rest * rest * step, 3 * rest * step * step, step ** 3];
  const along = (axis: 0 | 1): number =>
    floor(sum(curve.map((point, at) => point[axis] * (weights[at] ?? 0))), OUTLINE_STEPS ** 3);
  return [along(0), along(1)];
}

/** The heart's edge as a path. */
export const HEART = `M${CLEFT.join(" ")}${downwards()}${upwards(true)}Z`;

/** Half of it, from the tip to the cleft. */
export function half(mirrored: boolean): string {
  return `M${TIP.join(" ")}${upwards(mirrored)}`;
}

function downwards(): string {
  return RIGHT.map((curve) => `C${curve.flat().join(" ")}`).join("");
}

/** One side of the heart from the tip to the cleft: the left one where it is mirrored. */
function upwards(mirrored: boolean): string {
  const starts = [CLEFT, ...RIGHT.map((curve) => curve[2])];
  const curves = RIGHT.map(([one, two], at) => {
    const points = [two, one, starts[at] ?? CLEFT].map(([x, y]) => `${mirrored ? 2 * CENTRE_X - x : x} ${y}`);
    return `C${points.join(" ")}`;
  });
  return curves.reverse().join("");
}

/** Division that rounds down, also below zero: the only one that there is here. */
export function floor(number: number, by: number): number {
  return Math.floor(number / by);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
