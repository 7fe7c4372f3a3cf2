/** The places that can lie behind a room, by the name that travels; and the shapes they are drawn from. */

export const PLACES = ["none", "harbour", "hills", "wood", "sea", "window", "stars"] as const;
export type PlaceName = (typeof PLACES)[number];

export function placeNamed(name: string | null): PlaceName {
  return PLACES.find((place) => place === name) ?? "none";
}

/** Numbers from 0 to 1 that look like chance and are always the same. */
export function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A ridge across the picture, from left to right, closed along the bottom. */
export function ridge(seed: number, height: number, rough: number, steps = 14): string {
  const next = chance(seed);
  const points = Array.from({ length: steps + 1 }, (_, at) => {
    const wave = Math.sin(at * 0.9 + seed) * rough * 0.7;
    return [(at / steps) * 1200 - 100, height + wave + (next() - 0.5) * rough] as const;
  });
  const [first] = points;
  if (!first) return "";
  let path = `M-100 1000V${first[1].toFixed(0)}`;
  for (let at = 1; at < points.length; at++) {
    const [x, y] = points[at] ?? first;
    const [beforeX, beforeY] = points[at - 1] ?? first;
    const middle = ((x + beforeX) / 2).toFixed(0);
    path += `C${middle} ${beforeY.toFixed(0)} ${middle} ${y.toFixed(0)} ${x.toFixed(0)} ${y.toFixed(0)}`;
  }
  return `${path}V1000Z`;
}

/** A row of firs standing on a line. */
export function firs(seed: number, ground: number, tall: number, count: number): string {
  const next = chance(seed);
  let path = `M-100 1000V${ground}`;
  for (let at = 0; at < count; at++) {
    const x = -100 + ((at + 0.5 + (next() - 0.5) * 0.7) / count) * 1200;
    const height = tall * (0.55 + next() * 0.6);
    const wide = height * (0.17 + next() * 0.06);
    path += `L${(x - wide).toFixed(0)} ${ground}`;
    for (let tier = 0; tier < 5; tier++) {
      const y = ground - (height * (tier + 0.9)) / 5.4;
      const out = wide * (1 - (tier + 0.7) / 5.6);
      path += `L${(x - out * 0.52).toFixed(1)} ${(y + height * 0.03).toFixed(0)}L${(x - out).toFixed(1)} ${(y + height * 0.05).toFixed(0)}`;
    }
    path += `L${x.toFixed(0)} ${(ground - height).toFixed(0)}`;
    for (let tier = 4; tier >= 0; tier--) {
      const y = ground - (height * (tier + 0.9)) / 5.4;
      const out = wide * (1 - (tier + 0.7) / 5.6);
      path += `L${(x + out).toFixed(1)} ${(y + height * 0.05).toFixed(0)}L${(x + out * 0.52).toFixed(1)} ${(y + height * 0.03).toFixed(0)}`;
    }
    path += `L${(x + wide).toFixed(0)} ${ground}`;
  }
  return `${path}L1100 ${ground}V1000Z`;
}

/** Short strokes of light on water under a light at `x`, wider towards the viewer. */
export function glints(seed: number, x: number, from: number, to: number): { d: string; opacity: number }[] {
  const next = chance(seed);
  return Array.from({ length: 34 }, (_, at) => {
    const part = at / 34;
    const y = from + (to - from) * part ** 1.3;
    const wide = 8 + part * 70 * (0.4 + next());
    const middle = x + (next() - 0.5) * part * 90;
    return {
      d: `M${(middle - wide / 2).toFixed(0)} ${y.toFixed(0)}h${wide.toFixed(0)}`,
      opacity: 0.5 * (1 - part * 0.8) * (0.4 + next() * 0.6),
    };
  });
}

export interface Star {
  readonly x: number;
  readonly y: number;
  readonly r: number;
  readonly opacity: number;
}

export function stars(seed: number, count: number, lowest: number): Star[] {
  const next = chance(seed);
  return Array.from({ length: count }, () => {
    const bright = next() ** 3;
    return { x: next() * 1000, y: next() * lowest, r: 0.6 + bright * 1.7, opacity: 0.25 + bright * 0.7 };
  });
}

/** Drops that run down a pane. */
export function rain(seed: number, count: number): { d: string; opacity: number }[] {
  const next = chance(seed);
  return Array.from({ length: count }, () => {
    const x = next() * 1000;
    const y = next() * 950;
    const long = 12 + next() ** 2 * 110;
    return {
      d: `M${x.toFixed(0)} ${y.toFixed(0)}q${((next() - 0.5) * 8).toFixed(1)} ${(long / 2).toFixed(0)} ${((next() - 0.5) * 5).toFixed(1)} ${long.toFixed(0)}`,
      opacity: 0.08 + next() * 0.22,
    };
  });
}
