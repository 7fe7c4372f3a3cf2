/**
 * ChaCha20-Poly1305 (RFC 8439): what was sealed opens whole, or not at all.
 *
 * The nonce is all zeros unless given: most keys of ours are derived for a single message, and a fixed
 * nonce is safe for exactly as long as that stays true. Whoever seals twice with a key passes its own.
 */

import { chacha20poly1305 } from "@noble/ciphers/chacha.js";

import { Damaged } from "../errors";

export const KEY_BYTES = 32;
export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;

export interface With {
  readonly aad?: Uint8Array;
  readonly nonce?: Uint8Array;
}

/** Return `plaintext` encrypted, 16 bytes longer; `aad` is authenticated and not contained. */
export function seal(key: Uint8Array, plaintext: Uint8Array, { aad, nonce }: With = {}): Uint8Array {
  return chacha20poly1305(key, nonce ?? new Uint8Array(NONCE_BYTES), aad).encrypt(plaintext);
}

/** Return what `seal` was given; throw `Damaged` if key, nonce, `aad` or a single bit differs. */
export function open(key: Uint8Array, sealed: Uint8Array, { aad, nonce }: With = {}): Uint8Array {
  const cipher = chacha20poly1305(key, nonce ?? new Uint8Array(NONCE_BYTES), aad);
  try {
    return cipher.decrypt(sealed);
  } catch {
    throw new Damaged("This does not open with this key.");
  }
}
