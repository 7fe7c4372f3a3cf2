/** Temporary port: the shapes of the pendant. */
import { LEANS, SIDES, TINTS, type Features } from "./picture";
export type Point = readonly [number, number];
const CLEFT: Point = [2000, 2960];
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
  [
    [2950, 4170],
    [2420, 4640],
    [2000, 5130],
  ],
];
const STEPS = 24,
  TIP_AT = 72,
  POINTS = 144;
const CENTRE: Point = [2000, 3660];
const LEAN: Record<string, Point> = { left: [-250, 0], right: [250, 0], high: [0, -130], low: [0, 240] };
export const TINT_COLOURS: Record<string, readonly [number, number, number]> = {
  violet: [150, 112, 255],
  rose: [255, 150, 180],
  silver: [226, 234, 246],
  green: [64, 214, 140],
  blue: [70, 160, 255],
  copper: [222, 116, 62],
  honey: [255, 214, 110],
  crimson: [226, 30, 62],
};
export function outline(): Point[] {
  const points: Point[] = [];
  let start = CLEFT;
  for (const [one, two, end] of RIGHT) {
    for (let s = 0; s < STEPS; s++) {
      const r = STEPS - s;
      const w = [r ** 3, 3 * r * r * s, 3 * r * s * s, s ** 3];
      const c = [start, one, two, end];
      points.push([
        Math.floor(c.reduce((t, p, i) => t + w[i]! * p[0], 0) / STEPS ** 3),
        Math.floor(c.reduce((t, p, i) => t + w[i]! * p[1], 0) / STEPS ** 3),
      ]);
    }
    start = end;
  }
  const right = [...points, start];
  const left = right.slice(1, -1).map(([x, y]): Point => [4000 - x, y]);
  return [...right, ...left.reverse()];
}
export function tableCentre(f: Features): Point {
  const l = LEAN[LEANS[f.lean]!]!;
  return [CENTRE[0] + l[0], CENTRE[1] + l[1]];
}
export interface Facet {
  readonly corners: readonly Point[];
  readonly colour: readonly [number, number, number];
}
export function facets(f: Features): Facet[] {
  const edge = outline();
  const [cx, cy] = tableCentre(f);
  const n = f.facets;
  const girdle = (h: number): Point =>
    edge[(((TIP_AT + Math.floor((h * POINTS) / (2 * n))) % POINTS) + POINTS) % POINTS]!;
  const table = (h: number): Point => {
    const [x, y] = girdle(h);
    return [cx + Math.floor(((x - CENTRE[0]) * 48) / 100), cy + Math.floor(((y - CENTRE[1]) * 48) / 100)];
  };
  const planes: Facet[] = [
    { corners: Array.from({ length: n }, (_, at) => table(2 * at + 1)), colour: lit(f, [0, -60], 150) },
  ];
  for (let at = 0; at < n; at++) {
    const main = [girdle(2 * at), girdle(2 * at + 2), table(2 * at + 1)];
    const star = [table(2 * at - 1), table(2 * at + 1), girdle(2 * at)];
    planes.push({ corners: main, colour: lit(f, away(main), 100) });
    planes.push({ corners: star, colour: lit(f, away(star), 62) });
  }
  return planes;
}
function away(c: readonly Point[]): Point {
  const x = Math.floor(c.reduce((t, p) => t + p[0], 0) / 3) - CENTRE[0],
    y = Math.floor(c.reduce((t, p) => t + p[1], 0) / 3) - CENTRE[1];
  const l = Math.max(1, Math.abs(x) + Math.abs(y));
  return [Math.floor((x * 1000) / l), Math.floor((y * 1000) / l)];
}
function lit(f: Features, looks: Point, percent: number): [number, number, number] {
  const side = SIDES[f.side] === "left" ? -1 : 1;
  const gleam = Math.max(0, Math.floor(((looks[0] * side * 7 - looks[1] * 6 - 900) * percent) / 1500));
  const warmth = Math.max(0, Math.floor(((looks[1] * 2 - 420) * percent) / 300));
  const sheen = Math.floor(((Math.abs(looks[0] * 3 - looks[1] * 5) % 223) * percent) / (620 + 4 * warmth));
  const tint = TINT_COLOURS[TINTS[f.tint]!]!;
  const on = [19, 16, 27],
    wa = [214, 92, 26],
    sh = [100, 94, 122];
  return [0, 1, 2].map((i) =>
    Math.min(
      255,
      on[i]! + Math.floor((tint[i]! * gleam + wa[i]! * warmth) / 1000) + Math.floor((sheen * sh[i]!) / 100),
    ),
  ) as [number, number, number];
}
export const HEART =
  "M2000 2960C2130 2640 2520 2460 2860 2580C3340 2750 3430 3250 3200 3690C2950 4170 2420 4640 2000 5130C1580 4640 1050 4170 800 3690C570 3250 660 2750 1140 2580C1480 2460 1870 2640 2000 2960Z";
