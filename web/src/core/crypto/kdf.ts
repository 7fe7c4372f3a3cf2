/**
 * Hashing, and one key from another: SHA-256 and HKDF-SHA256 (RFC 5869).
 *
 * Labels do not live here. Whoever derives a key keeps its label as a constant beside the derivation.
 */

import { expand as nobleExpand, extract as nobleExtract } from "@noble/hashes/hkdf.js";
import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";

import { Mistaken } from "../errors";

export const HASH_BYTES = 32;
export const OUTPUT_BYTES_MAX = 255 * HASH_BYTES; // RFC 5869 §2.3: the block counter is one byte

/**
 * Return the SHA-256 of `parts` joined.
 *
 * Joining forgets where one part ends: fields that could be confused go through `lv` first.
 */
export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const digest = nobleSha256.create();
  for (const part of parts) digest.update(part);
  return digest.digest();
}

/** Return the pseudorandom key (32 bytes) of HKDF-Extract. */
export function extract(ikm: Uint8Array, { salt }: { readonly salt?: Uint8Array } = {}): Uint8Array {
  return nobleExtract(nobleSha256, ikm, salt);
}

/** Return `length` bytes of HKDF-Expand; 32 unless given, at most 8160. */
export function expand(
  prk: Uint8Array,
  { info, length = HASH_BYTES }: { readonly info: Uint8Array; readonly length?: number },
): Uint8Array {
  if (!(length > 0 && length <= OUTPUT_BYTES_MAX)) {
    throw new Mistaken(`HKDF gives 1 to ${OUTPUT_BYTES_MAX} bytes.`);
  }
  return nobleExpand(nobleSha256, prk, info, length);
}

/** Return `length` bytes derived from `ikm` for the one use that `info` names. */
export function hkdf(
  ikm: Uint8Array,
  { info, salt, length }: { readonly info: Uint8Array; readonly salt?: Uint8Array; readonly length?: number },
): Uint8Array {
  return expand(extract(ikm, salt && { salt }), { info, ...(length !== undefined && { length }) });
}
