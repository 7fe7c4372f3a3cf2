/**
 * The picture of a pair of pendants: a heart of onyx in a gold rim, on a cord of amber and blue.
 *
 * What differs between two bonds is decided by the first 26 of the 66 bits that also make the six words, so both of
 * a pair see the same pendant. The words verify; the picture reminds. Nobody should take it as proof: 26 bits can be
 * ground out in a minute, and that is why 40 bits are left to the words alone.
 *
 * Here: what the bits decide and how it is called, in English and as names that a catalogue in any language can say.
 * `drawing.ts` draws it. docs/spec/picture.md is the law.
 */

import { Mistaken } from "../errors";
import { SIGNS } from "./signs";

export const PICTURE_BITS = 26;
export const GIVEN_BITS = 66; // the same that make the six words
export const CROSSINGS = 8;
export const FACETS_MIN = 5;

export const LEANS = ["left", "right", "high", "low"] as const;
export const TINTS = ["violet", "rose", "silver", "green", "blue", "copper", "honey", "crimson"] as const;
export const SIDES = ["left", "right"] as const;
export const BAILS = ["round", "drop", "square", "diamond", "trefoil", "bow", "shield", "double"] as const;
export const RIMS = ["plain", "beaded", "roped", "twofold"] as const;

const NUMBERS = [
  "no",
  "one",
  "two",
  "three",
  "four",
  "five",
  "six",
  "seven",
  "eight",
  "nine",
  "ten",
  "eleven",
  "twelve",
] as const;

/**
 * What differs from bond to bond.
 *
 * `weave` has a letter for each crossing of the cord, from the top: `a` where amber lies over blue, `b` where blue
 * lies over amber. The others are indices into the lists of this file; `facets` is a count.
 */
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

/** The same features by name, for whoever says or draws them. */
export interface Named {
  readonly amber: number;
  /** The weave from the top as a person counts it. */
  readonly runs: readonly { readonly strand: "amber" | "blue"; readonly count: number }[];
  readonly facets: number;
  readonly lean: (typeof LEANS)[number];
  readonly tint: (typeof TINTS)[number];
  readonly side: (typeof SIDES)[number];
  readonly bail: (typeof BAILS)[number];
  readonly rim: (typeof RIMS)[number];
  /** The `id` of its sign. */
  readonly sign: string;
}

/** What the first 26 bits of `bits66` (nine bytes or more) decide, in the order of the record. */
export function features(bits66: Uint8Array): Features {
  if (bits66.length * 8 < GIVEN_BITS) throw new Mistaken("A picture is drawn from 66 bits.");
  let left = new DataView(bits66.buffer, bits66.byteOffset).getUint32(0) >>> (32 - PICTURE_BITS);
  const take = (width: number): number => {
    const taken = left & ((1 << width) - 1);
    left >>>= width;
    return taken;
  };
  // From the end.
  const sign = take(4);
  const rim = take(2);
  const bail = take(3);
  const side = take(1);
  const tint = take(3);
  const lean = take(2);
  const facets = FACETS_MIN + take(3);
  const weave = take(CROSSINGS)
    .toString(2)
    .padStart(CROSSINGS, "0")
    .replaceAll("1", "a")
    .replaceAll("0", "b");
  return { weave, facets, lean, tint, side, bail, rim, sign };
}

export function named(features: Features): Named {
  return {
    amber: features.weave.replaceAll("b", "").length,
    runs: (features.weave.match(/a+|b+/g) ?? []).map((run) => ({
      strand: run.startsWith("a") ? "amber" : "blue",
      count: run.length,
    })),
    facets: features.facets,
    lean: at(LEANS, features.lean),
    tint: at(TINTS, features.tint),
    side: at(SIDES, features.side),
    bail: at(BAILS, features.bail),
    rim: at(RIMS, features.rim),
    sign: at(SIGNS, features.sign).id,
  };
}

/** The picture in three strokes: what one says of it across a table. */
export function caption(features: Features): string {
  const { amber, tint } = named(features);
  return `${crossings(amber)}, a ${tint} gleam, ${at(SIGNS, features.sign).words}`;
}

/** The picture in words, all of it: two that differ are called differently. */
export function describe(features: Features): string {
  const { amber, runs, facets, lean, tint, side, bail, rim } = named(features);
  const counted = runs.map(({ strand, count }) => `${strand} ${at(NUMBERS, count)}`).join(", ");
  return [
    `${crossings(amber)} (${counted})`,
    `${at(NUMBERS, facets)} facets ${lean === "left" || lean === "right" ? "leaning" : "set"} ${lean}`,
    `a ${tint} gleam on the ${side}`,
    `a ${bail} bail`,
    `a ${rim} rim`,
    at(SIGNS, features.sign).words,
  ].join(", ");
}

function crossings(amber: number): string {
  return `${at(NUMBERS, amber)} amber crossing${amber === 1 ? "" : "s"}`;
}

function at<T>(list: readonly T[], index: number): T {
  const found = list[index];
  if (found === undefined) throw new Mistaken("A picture has no such feature.");
  return found;
}
