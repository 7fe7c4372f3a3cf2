/**
 * X-Wing: ML-KEM-768 and X25519 as one key encapsulation (draft-connolly-cfrg-xwing-kem).
 *
 * It holds as long as either of the two does. A private key is its 32-byte seed and nothing else.
 */

import { x25519 } from "@noble/curves/ed25519.js";
import { sha3_256, shake256 } from "@noble/hashes/sha3.js";
import { ml_kem768 } from "@noble/post-quantum/ml-kem.js";

import { concat, randomBytes, utf8, type Random } from "../bytes";
import { Damaged, Mistaken } from "../errors";

export const SEED_BYTES = 32;
export const PUBLIC_BYTES = 1216; // ML-KEM 1184, X25519 32
export const CIPHERTEXT_BYTES = 1120; // ML-KEM 1088, X25519 32
export const SECRET_BYTES = 32;

const MLKEM_SEED_BYTES = 64;
const MLKEM_PUBLIC_BYTES = 1184;
const MLKEM_VECTOR_BYTES = 1152; // of the public key: 768 coefficients of twelve bits, then a seed
const MLKEM_CIPHERTEXT_BYTES = 1088;
const Q = 3329;
const LABEL = utf8("\\.//^\\"); // draft §5.3; drawn, it is an X-wing

export interface Encapsulated {
  readonly ciphertext: Uint8Array;
  readonly secret: Uint8Array;
}

/** Return a fresh private key: a seed of 32 bytes. */
export function generate(random: Random = randomBytes): Uint8Array {
  return random(SEED_BYTES);
}

/** Return the public key (1216 bytes) of a seed. */
export function publicKey(seed: Uint8Array): Uint8Array {
  const { mlkem, publicX } = expand(seed);
  return concat(mlkem.publicKey, publicX);
}

/**
 * Return a ciphertext (1120 bytes) for the holder of `publicKey`, and the secret (32 bytes) it carries.
 *
 * Throws `Damaged` for what is no public key.
 */
export function encapsulate(publicKey: Uint8Array, random: Random = randomBytes): Encapsulated {
  if (publicKey.length !== PUBLIC_BYTES) {
    throw new Damaged(`An X-Wing public key has ${PUBLIC_BYTES} bytes.`);
  }
  const publicX = publicKey.subarray(MLKEM_PUBLIC_BYTES);
  // Chance in the draft's order, so that its vectors can be made: 32 bytes for ML-KEM, then 32 for X25519.
  const message = random(32);
  const ephemeral = random(32);
  if (!isReduced(publicKey)) throw new Damaged("This is not an X-Wing public key.");
  const m = ml_kem768.encapsulate(publicKey.subarray(0, MLKEM_PUBLIC_BYTES), message);
  const secretX = exchange(ephemeral, publicX, "This is not an X-Wing public key.");
  const ciphertextX = x25519.getPublicKey(ephemeral);
  return {
    ciphertext: concat(m.cipherText, ciphertextX),
    secret: combine(m.sharedSecret, secretX, ciphertextX, publicX),
  };
}

/**
 * Return the secret (32 bytes) that `ciphertext` carries for this seed.
 *
 * A changed or foreign ciphertext gives another secret, not an error: ML-KEM rejects implicitly, and what
 * is sealed with the secret tells. Throws `Damaged` for a wrong length or an X25519 point of low order,
 * which the draft would let through; nobody makes one by accident.
 */
export function decapsulate(seed: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  if (ciphertext.length !== CIPHERTEXT_BYTES) {
    throw new Damaged(`An X-Wing ciphertext has ${CIPHERTEXT_BYTES} bytes.`);
  }
  const { mlkem, scalar, publicX } = expand(seed);
  const ciphertextX = ciphertext.subarray(MLKEM_CIPHERTEXT_BYTES);
  const secretX = exchange(scalar, ciphertextX, "This is not an X-Wing ciphertext.");
  const secretM = ml_kem768.decapsulate(ciphertext.subarray(0, MLKEM_CIPHERTEXT_BYTES), mlkem.secretKey);
  return combine(secretM, secretX, ciphertextX, publicX);
}

interface Expanded {
  readonly mlkem: { readonly publicKey: Uint8Array; readonly secretKey: Uint8Array };
  readonly scalar: Uint8Array;
  readonly publicX: Uint8Array;
}

// Whoever opens a letter opens five files with two seeds: what follows from a seed lives as long as it does.
const expanded = new WeakMap<Uint8Array, Expanded>();

function expand(seed: Uint8Array): Expanded {
  if (seed.length !== SEED_BYTES) throw new Mistaken(`An X-Wing seed has ${SEED_BYTES} bytes.`);
  const known = expanded.get(seed);
  if (known) return known;
  const both = shake256(seed, { dkLen: MLKEM_SEED_BYTES + 32 });
  const scalar = both.subarray(MLKEM_SEED_BYTES);
  const mlkem = ml_kem768.keygen(both.subarray(0, MLKEM_SEED_BYTES));
  const fresh = { mlkem, scalar, publicX: x25519.getPublicKey(scalar) };
  expanded.set(seed, fresh);
  return fresh;
}

function combine(
  secretM: Uint8Array,
  secretX: Uint8Array,
  ciphertextX: Uint8Array,
  publicX: Uint8Array,
): Uint8Array {
  return sha3_256(concat(secretM, secretX, ciphertextX, publicX, LABEL));
}

/** FIPS 203 §7.2. The library compares a key with its own encoding of it, which leaves out the reduction. */
function isReduced(publicKey: Uint8Array): boolean {
  for (let at = 0; at < MLKEM_VECTOR_BYTES; at += 3) {
    const [low, middle, high] = [publicKey[at]!, publicKey[at + 1]!, publicKey[at + 2]!];
    if ((low | ((middle & 15) << 8)) >= Q || ((middle >> 4) | (high << 4)) >= Q) return false;
  }
  return true;
}

/** Return the shared secret; throw `Damaged` for a point of low order, with which it would be all zeros. */
function exchange(scalar: Uint8Array, point: Uint8Array, refusal: string): Uint8Array {
  try {
    return x25519.getSharedSecret(scalar, point);
  } catch {
    throw new Damaged(refusal);
  }
}
