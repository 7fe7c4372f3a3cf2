/**
 * HPKE (RFC 9180) in the one suite that is used here: X-Wing, HKDF-SHA256, ChaCha20-Poly1305.
 *
 * Base mode, and PSK mode where `psk` is given: who knows the psk proves it by sealing. Single-shot only:
 * each message has a fresh encapsulation, so the nonce of message 0 is the only one ever used with its key.
 */

import { bigEndian, concat, randomBytes, utf8, type Random } from "../bytes";
import { Damaged, Mistaken } from "../errors";
import * as aead from "./aead";
import * as kdf from "./kdf";
import * as xwing from "./xwing";

export const KEM_ID = 0x647a;
export const KDF_ID = 0x0001;
export const AEAD_ID = 0x0003;
export const PSK_BYTES_MIN = 32; // RFC 9180 §9.5

const SUITE = concat(utf8("HPKE"), ...[KEM_ID, KDF_ID, AEAD_ID].map((id) => bigEndian(id, 2)));
const VERSION = utf8("HPKE-v1");
const NOTHING = new Uint8Array(0);

/** What both ends know before: `info` names the use, a psk and its id go together. */
export interface Context {
  readonly info: Uint8Array;
  readonly psk?: Uint8Array;
  readonly pskId?: Uint8Array;
}

export interface Sealing extends Context {
  readonly aad?: Uint8Array;
}

export interface Sealed {
  /** 1120 bytes. */
  readonly enc: Uint8Array;
  /** 16 bytes longer than the plaintext. */
  readonly ciphertext: Uint8Array;
}

/** What follows from a shared secret: the key of the message, its nonce, and the exporter's secret. */
export interface Schedule {
  readonly key: Uint8Array;
  readonly baseNonce: Uint8Array;
  readonly exporter: Uint8Array;
}

/** Return what only the holder of `publicKey` opens, and with a psk only who knows it too. */
export function seal(
  publicKey: Uint8Array,
  plaintext: Uint8Array,
  { aad = NOTHING, ...context }: Sealing,
  random: Random = randomBytes,
): Sealed {
  const { ciphertext: enc, secret } = xwing.encapsulate(publicKey, random);
  const { key, baseNonce } = schedule(secret, context);
  return { enc, ciphertext: aead.seal(key, plaintext, { aad, nonce: baseNonce }) };
}

/** Return what `seal` was given; throw `Damaged` if anything differs, the psk included. */
export function open(
  seed: Uint8Array,
  { enc, ciphertext }: Sealed,
  { aad = NOTHING, ...context }: Sealing,
): Uint8Array {
  const { key, baseNonce } = schedule(xwing.decapsulate(seed, enc), context);
  try {
    return aead.open(key, ciphertext, { aad, nonce: baseNonce });
  } catch {
    throw new Damaged("This was not sealed to this key, or it was changed on the way.");
  }
}

/**
 * Return the key schedule of a shared secret (RFC 9180 §5.1).
 *
 * Throws `Mistaken` for a psk without its id, an id without its psk, and a psk under 32 bytes.
 */
export function schedule(secret: Uint8Array, { info, psk = NOTHING, pskId = NOTHING }: Context): Schedule {
  if (psk.length > 0 !== pskId.length > 0) throw new Mistaken("A psk and its id go together.");
  if (psk.length && psk.length < PSK_BYTES_MIN) {
    throw new Mistaken(`A psk has at least ${PSK_BYTES_MIN} bytes.`);
  }
  const context = concat(
    Uint8Array.of(psk.length ? 1 : 0),
    extract(NOTHING, "psk_id_hash", pskId),
    extract(NOTHING, "info_hash", info),
  );
  const prk = extract(secret, "secret", psk);
  return {
    key: expand(prk, "key", context, aead.KEY_BYTES),
    baseNonce: expand(prk, "base_nonce", context, aead.NONCE_BYTES),
    exporter: expand(prk, "exp", context, kdf.HASH_BYTES),
  };
}

/** Return `length` bytes that both ends know and `context` names (RFC 9180 §5.3). */
export function exportSecret(
  { exporter }: Schedule,
  context: Uint8Array,
  { length = 32 }: { readonly length?: number } = {},
): Uint8Array {
  return expand(exporter, "sec", context, length);
}

function extract(salt: Uint8Array, label: string, ikm: Uint8Array): Uint8Array {
  return kdf.extract(concat(VERSION, SUITE, utf8(label), ikm), { salt });
}

function expand(prk: Uint8Array, label: string, info: Uint8Array, length: number): Uint8Array {
  return kdf.expand(prk, {
    info: concat(bigEndian(length, 2), VERSION, SUITE, utf8(label), info),
    length,
  });
}
