/**
 * What other languages have built in and this one has not: joining, comparing and writing down bytes.
 *
 * Chance comes in as an argument wherever it is needed, so that vectors can be made again.
 */

import { equalBytes } from "@noble/curves/utils.js";
import { bytesToHex, concatBytes } from "@noble/hashes/utils.js";

import { Damaged, Mistaken } from "./errors";

/** Gives that many random bytes. */
export type Random = (length: number) => Uint8Array;

const PIECE_BYTES = 65_536; // crypto.getRandomValues gives no more at once

export const randomBytes: Random = (length) => {
  const out = new Uint8Array(length);
  for (let at = 0; at < length; at += PIECE_BYTES) crypto.getRandomValues(out.subarray(at, at + PIECE_BYTES));
  return out;
};

export const concat: (...parts: Uint8Array[]) => Uint8Array<ArrayBuffer> = concatBytes;

/** Whether both are the same bytes, in a time that does not tell where they differ. */
export const same: (a: Uint8Array, b: Uint8Array) => boolean = equalBytes;

/** Order as Python orders bytes: by the first that differs, then the shorter one first. */
export function compare(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const difference = a[at]! - b[at]!;
    if (difference) return difference;
  }
  return a.length - b.length;
}

export const hex: (data: Uint8Array) => string = bytesToHex;

/** Return the bytes of hex in lower case; throw `Damaged` for anything else. */
export function unhex(text: string): Uint8Array<ArrayBuffer> {
  if (text.length % 2 || /[^0-9a-f]/.test(text)) throw new Damaged("This is not hex in lower case.");
  const out = new Uint8Array(text.length / 2);
  for (let at = 0; at < out.length; at++) out[at] = parseInt(text.slice(2 * at, 2 * at + 2), 16);
  return out;
}

const HALF = /\p{Surrogate}/u;
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Return `text` in UTF-8; throw `Mistaken` where half of a character stands alone, which would be replaced. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  if (HALF.test(text)) throw new Mistaken("This text has half of a character in it.");
  return encoder.encode(text);
}

/** Return what `data` says in UTF-8; throw `Damaged` if it is not. A byte order mark stays, being a character. */
export function unutf8(data: Uint8Array): string {
  try {
    return decoder.decode(data);
  } catch {
    throw new Damaged("This is not UTF-8.");
  }
}

/** Return a whole number from 0 to 2^53 - 1 in `size` bytes, the most significant first. */
export function bigEndian(number: number, size: number): Uint8Array<ArrayBuffer> {
  if (!Number.isSafeInteger(number) || number < 0 || number >= 256 ** size) {
    throw new Mistaken(`This is no number for ${size} bytes.`);
  }
  const out = new Uint8Array(size);
  for (let at = size - 1; at >= 0; at--) {
    out[at] = number % 256;
    number = Math.floor(number / 256);
  }
  return out;
}

/** Return the number in `data`, the most significant byte first; exact up to 2^53 - 1, larger beyond. */
export function fromBigEndian(data: Uint8Array): number {
  let number = 0;
  for (const byte of data) number = number * 256 + byte;
  return number;
}
