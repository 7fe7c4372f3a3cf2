/** Temporary port: what the bits decide. */
import { SIGNS } from "./signs";
export const CROSSINGS = 8;
export const LEANS = ["left", "right", "high", "low"] as const;
export const TINTS = ["violet", "rose", "silver", "green", "blue", "copper", "honey", "crimson"] as const;
export const SIDES = ["left", "right"] as const;
export const BAILS = ["round", "drop", "square", "diamond", "trefoil", "bow", "shield", "double"] as const;
export const RIMS = ["plain", "beaded", "roped", "twofold"] as const;
export interface Features {
  readonly weave: string;
  readonly facets: number;
  readonly lean: number;
  readonly tint: number;
  readonly side: number;
  readonly bail: number;
  readonly rim: number;
  readonly sign: number;
}
export function features(bits66: Uint8Array): Features {
  let left = ((bits66[0]! << 24) | (bits66[1]! << 16) | (bits66[2]! << 8) | bits66[3]!) >>> 6;
  const taken: number[] = [];
  for (const width of [4, 2, 3, 1, 3, 2, 3, 8]) {
    taken.push(left & ((1 << width) - 1));
    left >>>= width;
  }
  const [sign, rim, bail, side, tint, lean, facets, weave] = taken as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return {
    weave: weave.toString(2).padStart(8, "0").replaceAll("1", "a").replaceAll("0", "b"),
    facets: 5 + facets,
    lean,
    tint,
    side,
    bail,
    rim,
    sign,
  };
}
export function caption(f: Features): string {
  return SIGNS[f.sign]!.words;
}
export function describe(f: Features): string {
  return SIGNS[f.sign]!.words;
}
