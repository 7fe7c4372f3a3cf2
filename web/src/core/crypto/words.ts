/**
 * Bytes as words that can be said aloud, compared and written on paper: the BIP-39 English list.
 *
 * Six words compare a pairing (66 bits), twenty-four carry a kit root (256 bits and a checksum), twelve a stop code
 * (128 and a checksum), three are spoken as the secret of a bell (33 bits). The list is npm `@scure/bip39`'s, without
 * the rest of it.
 */

import { wordlist } from "@scure/bip39/wordlists/english.js";

import { concat, randomBytes, same, type Random } from "../bytes";
import { Damaged, Mistaken } from "../errors";
import { sha256 } from "./kdf";

export const WORD_BITS = 11;
export const SIX_BITS = 66;
export const KIT_WORDS = 24;
export const KIT_BYTES = 32;
export const STOP_WORDS = 12;
export const STOP_BYTES = 16;
export const SPOKEN_WORDS = 3;
export const TEXT_CHARS_MAX = 1000; // a kit is at most 215
const PREFIX_LETTERS = 4; // that many tell any two words of the list apart

// Whatever stands between words when they are typed, dictated or corrected by a phone (-- becomes a dash).
const BETWEEN = /[\s\-\u00ad\u2010-\u2015\u2212_.,;:/+]+/u;

let index: Map<string, number> | undefined;
let prefixes: Map<string, string> | undefined;

/** Return six words from the first 66 bits of `bits66` (nine bytes or more). */
export function six(bits66: Uint8Array): string[] {
  if (bits66.length * 8 < SIX_BITS) throw new Mistaken("Six words need 66 bits.");
  return toWords(bits66, 6);
}

/** Return the 24 words of a 32-byte root; the last word holds eight bits of checksum (BIP-39). */
export function kit(root: Uint8Array): string[] {
  if (root.length !== KIT_BYTES) throw new Mistaken(`A kit root has ${KIT_BYTES} bytes.`);
  return toWords(concat(root, checksum(root)), KIT_WORDS);
}

/**
 * Return the 32-byte root of 24 words; throw `Damaged` with the place of what is wrong.
 *
 * Takes what a person typed: any case, any separators, first four letters of a word.
 */
export function unkit(words: string | readonly string[]): Uint8Array {
  const known = normalise(typeof words === "string" ? words : words.join(" "));
  if (known.length !== KIT_WORDS)
    throw new Damaged(`A kit has ${KIT_WORDS} words; these are ${known.length}.`);
  const data = fromWords(known);
  const root = data.subarray(0, KIT_BYTES);
  if (!same(checksum(root), data.subarray(KIT_BYTES))) {
    throw new Damaged("These words do not fit together: one is wrong, or two have changed places.", {
      code: "kit.checksum",
    });
  }
  return root;
}

/** Return the 12 words of a stop code of 16 bytes; the last word holds four bits of checksum (BIP-39). */
export function stop(code: Uint8Array): string[] {
  if (code.length !== STOP_BYTES) throw new Mistaken(`A stop code has ${STOP_BYTES} bytes.`);
  return toWords(concat(code, checksum(code)), STOP_WORDS);
}

/** Return the stop code of 12 typed words; throw `Damaged` with the place of what is wrong. */
export function unstop(words: string): Uint8Array {
  const known = normalise(words);
  if (known.length !== STOP_WORDS) {
    throw new Damaged(`A stop code has ${STOP_WORDS} words; these are ${known.length}.`, {
      code: "watch.stop-count",
      facts: { count: known.length },
    });
  }
  const code = fromWords(known).subarray(0, STOP_BYTES);
  if (stop(code).join() === known.join()) return code;
  throw new Damaged("These words do not fit together: one is wrong, or two have changed places.", {
    code: "kit.checksum",
  });
}

/** Return three fresh words. */
export function spoken(random: Random = randomBytes): string[] {
  // The list has 2^11 words, so the low bits of two random bytes choose evenly among them.
  const chance = random(2 * SPOKEN_WORDS);
  return Array.from(
    { length: SPOKEN_WORDS },
    (_, at) => wordlist[((chance[2 * at]! << 8) | chance[2 * at + 1]!) & (wordlist.length - 1)]!,
  );
}

/**
 * Return the words that a person meant, in full and in lower case.
 *
 * Any case; spaces, hyphens and dashes in any number; the first four letters or more of a word stand for
 * it. Throws `Damaged` with the place and the text of the first one that is no word of the list.
 */
export function normalise(text: string): string[] {
  if (text.length > TEXT_CHARS_MAX) throw new Damaged("This is too long for a few words.");
  return text
    .toLowerCase()
    .split(BETWEEN)
    .filter((part) => part)
    .map((part, at) => complete(part, at + 1));
}

function complete(typed: string, place: number): string {
  if (indexOf(typed) !== undefined) return typed;
  if (typed.length >= PREFIX_LETTERS) {
    prefixes ??= new Map(wordlist.map((word) => [word.slice(0, PREFIX_LETTERS), word]));
    const word = prefixes.get(typed.slice(0, PREFIX_LETTERS));
    if (word?.startsWith(typed)) return word;
  }
  throw new Damaged(`Word ${place}, '${typed.slice(0, 20)}', is not in the list of words.`, {
    code: "words.unknown",
    facts: { place, word: typed.slice(0, 20) },
  });
}

function indexOf(word: string): number | undefined {
  index ??= new Map(wordlist.map((each, at) => [each, at]));
  return index.get(word);
}

/** The first `count` times eleven bits, the most significant first, as words. */
function toWords(data: Uint8Array, count: number): string[] {
  const bits = Array.from(data, (byte) => byte.toString(2).padStart(8, "0")).join("");
  return Array.from(
    { length: count },
    (_, at) => wordlist[parseInt(bits.slice(at * WORD_BITS, (at + 1) * WORD_BITS), 2)]!,
  );
}

function fromWords(words: readonly string[]): Uint8Array {
  const bits = words.map((word) => indexOf(word)!.toString(2).padStart(WORD_BITS, "0")).join("");
  return Uint8Array.from({ length: bits.length / 8 }, (_, at) => parseInt(bits.slice(8 * at, 8 * at + 8), 2));
}

function checksum(root: Uint8Array): Uint8Array {
  return sha256(root).subarray(0, 1);
}
