/**
 * The format of SLIP-39: what a share holds, its checksum, and the mathematics of splitting and putting together.
 *
 *     id 15 · extendable 1 · exponent 4 · group 4 · its threshold 4 · groups 4 · index 4 · threshold 4     40 bits
 *     value                                                                       with zeros in front to 10 bits
 *     checksum 30                                                                                Reed-Solomon
 *
 * Ten bits are a word. The secret is enciphered first (four rounds of Feistel with PBKDF2), so that a share cannot be
 * made to fit a chosen secret; then every byte of it is the value at 255 of a polynomial over GF(256), the value at 254
 * is a digest by which a false share is noticed, and a share is the value at its index. Which profiles are ours, and
 * what is said to a person, is the business of `shares.ts`.
 */

import { hmac } from "@noble/hashes/hmac.js";
import { pbkdf2 } from "@noble/hashes/pbkdf2.js";
import { sha256 } from "@noble/hashes/sha2.js";

import { bigEndian, concat, fromBigEndian, type Random, same, utf8 } from "../bytes";

/** What the words of one share say. */
export interface Share {
  readonly id: number;
  readonly extendable: boolean;
  readonly exponent: number;
  readonly group: number;
  readonly groupThreshold: number;
  readonly groups: number;
  readonly index: number;
  readonly threshold: number;
  readonly value: Uint8Array;
}

/** A point of the polynomials: where, and the value of each. */
type Point = readonly [x: number, value: Uint8Array];

const WORD_BITS = 10;
const HEAD_WORDS = 4;
const CHECK_WORDS = 3;
const SECRET_AT = 255;
const DIGEST_AT = 254;
const DIGEST_BYTES = 4;
const ID_BITS = 15;
const ROUNDS = 4;
const ITERATIONS = 10_000; // for all rounds, doubled by each step of the exponent

/** Return the shares of `secret` of which `k` of `n` are needed: one group, extendable, without a passphrase. */
export function split(secret: Uint8Array, k: number, n: number, exponent: number, random: Random): Share[] {
  const id = fromBigEndian(random(2)) % 2 ** ID_BITS;
  return points(encipher(secret, exponent), k, n, random).map(([index, value]) => ({
    ...{ id, extendable: true, exponent, group: 0, groupThreshold: 1, groups: 1, index, threshold: k, value },
  }));
}

/**
 * Return the secret of just as many shares as are needed; null if they do not fit together.
 *
 * The shares are of one group, extendable, and have different indices.
 */
export function recover(shares: readonly Share[]): Uint8Array | null {
  const [first] = shares;
  if (!first) return null;
  if (first.threshold === 1) return decipher(first.value, first.exponent);
  const known = shares.map(({ index, value }): Point => [index, value]);
  const secret = interpolated(known, SECRET_AT);
  const digest = interpolated(known, DIGEST_AT);
  const check = digestOf(digest.subarray(DIGEST_BYTES), secret);
  return same(digest.subarray(0, DIGEST_BYTES), check) ? decipher(secret, first.exponent) : null;
}

/** Return what these words, by their places in the list, say; null if they are no share, or damaged. */
export function read(words: readonly number[]): Share | null {
  const valueBits = WORD_BITS * (words.length - HEAD_WORDS - CHECK_WORDS);
  const size = Math.floor(valueBits / 16) * 2; // a secret has an even number of bytes
  if (valueBits < 8 * size || valueBits - 8 * size > 8 || size < 16) return null;
  const bits = words.map((word) => word.toString(2).padStart(WORD_BITS, "0")).join("");
  const number = (from: number, length: number): number => parseInt(bits.slice(from, from + length), 2);
  const extendable = bits[15] === "1";
  if (polymod([...label(extendable), ...words]) !== 1) return null;
  const [groupThreshold, groups] = [number(24, 4) + 1, number(28, 4) + 1];
  const start = 40 + valueBits - 8 * size;
  if (groups < groupThreshold || bits.slice(40, start).includes("1")) return null;
  return {
    id: number(0, ID_BITS),
    extendable,
    exponent: number(16, 4),
    group: number(20, 4),
    groupThreshold,
    groups,
    index: number(32, 4),
    threshold: number(36, 4) + 1,
    value: Uint8Array.from({ length: size }, (_, at) => number(start + 8 * at, 8)),
  };
}

/** Return the words of a share, by their places in the list. */
export function write(share: Share): number[] {
  const fields: [number, number][] = [
    [share.id, ID_BITS],
    [Number(share.extendable), 1],
    ...[share.exponent, share.group, share.groupThreshold - 1, share.groups - 1].map(four),
    ...[share.index, share.threshold - 1].map(four),
    [0, (WORD_BITS - ((8 * share.value.length) % WORD_BITS)) % WORD_BITS],
    ...Array.from(share.value, (byte): [number, number] => [byte, 8]),
  ];
  const bits = fields.map(([value, size]) => (size ? value.toString(2).padStart(size, "0") : "")).join("");
  const words = (bits.match(/.{10}/g) ?? []).map((ten) => parseInt(ten, 2));
  const check = polymod([...label(share.extendable), ...words, 0, 0, 0]) ^ 1;
  return [...words, (check >>> 20) & 1023, (check >>> 10) & 1023, check & 1023];
}

function four(value: number): [number, number] {
  return [value, 4];
}

/** Return a point of the polynomials for each of `n` shares. */
function points(secret: Uint8Array, k: number, n: number, random: Random): Point[] {
  if (k === 1) return [[0, secret]];
  const drawn = Array.from({ length: k - 2 }, (_, at): Point => [at, random(secret.length)]);
  const chance = random(secret.length - DIGEST_BYTES);
  const digest = concat(digestOf(chance, secret), chance);
  const known: Point[] = [...drawn, [DIGEST_AT, digest], [SECRET_AT, secret]];
  return Array.from({ length: n }, (_, at) => drawn[at] ?? [at, interpolated(known, at)]);
}

function digestOf(chance: Uint8Array, secret: Uint8Array): Uint8Array {
  return hmac(sha256, chance, secret).subarray(0, DIGEST_BYTES);
}

// GF(256) with the polynomial x^8 + x^4 + x^3 + x + 1, by logarithms to the base x + 1.

const EXP = new Uint8Array(255);
const LOG = new Uint8Array(256);
for (let at = 0, power = 1; at < 255; at++) {
  EXP[at] = power;
  LOG[power] = at;
  power ^= power << 1;
  if (power & 0x100) power ^= 0x11b;
}

/** Return the values at `x` of the polynomials through these points, by Lagrange. */
function interpolated(known: readonly Point[], x: number): Uint8Array {
  const here = known.find(([at]) => at === x);
  if (here) return here[1];
  const log = (value: number): number => LOG[value] ?? 0;
  const out = new Uint8Array(known[0]?.[1].length ?? 0);
  for (const [at, value] of known) {
    let basis = 0;
    for (const [other] of known) {
      if (other !== at) basis += log(other ^ x) - log(other ^ at);
    }
    value.forEach((byte, place) => {
      if (byte) out[place]! ^= EXP[(((log(byte) + basis) % 255) + 255) % 255]!;
    });
  }
  return out;
}

// The cipher around the secret, without a passphrase and, being extendable, without a salt of its own.

function encipher(secret: Uint8Array, exponent: number): Uint8Array {
  return feistel(secret, exponent, [0, 1, 2, 3]);
}

function decipher(secret: Uint8Array, exponent: number): Uint8Array {
  return feistel(secret, exponent, [3, 2, 1, 0]);
}

function feistel(data: Uint8Array, exponent: number, rounds: readonly number[]): Uint8Array {
  const half = data.length / 2;
  let [left, right] = [data.slice(0, half), data.slice(half)];
  for (const round of rounds) {
    const c = (ITERATIONS * 2 ** exponent) / ROUNDS;
    const key = pbkdf2(sha256, bigEndian(round, 1), right, { c, dkLen: half });
    [left, right] = [right, left.map((byte, at) => byte ^ (key[at] ?? 0))];
  }
  return concat(right, left);
}

// The checksum: a Reed-Solomon code over GF(1024) that notices any three wrong words.

const GENERATOR = [
  ...[0xe0e040, 0x1c1c080, 0x3838100, 0x7070200, 0xe0e0009],
  ...[0x1c0c2412, 0x38086c24, 0x3090fc48, 0x21b1f890, 0x3f3f120],
];

function polymod(values: readonly number[]): number {
  let check = 1;
  for (const value of values) {
    const top = check >>> 20;
    check = ((check & 0xfffff) << 10) ^ value;
    GENERATOR.forEach((each, at) => {
      if ((top >>> at) & 1) check ^= each;
    });
  }
  return check;
}

function label(extendable: boolean): Uint8Array {
  return utf8(extendable ? "shamir_extendable" : "shamir");
}
