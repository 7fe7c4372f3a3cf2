/**
 * Identity-based encryption, as drand's tlock does it: sealed to a name, opened by a signature of it.
 *
 * The name is the message that a beacon will sign (the hash of a round), so what is sealed now opens by
 * a signature that does not exist yet. Boneh-Franklin with the Fujisaki-Okamoto transform on BLS12-381,
 * byte-exact with `drand/tlock` (Go) and `tlock-js`.
 *
 *     ciphertext = U (96) ‖ V (16) ‖ W (16)
 *     r = H3(sigma, message)          U = r·G2
 *     V = sigma ⊕ H2(e(H(name), key)^r)          W = message ⊕ H4(sigma)
 *
 * Opening computes the same pairing from the signature and U, then r again, and compares U: a changed
 * bit anywhere is told.
 */

import { bytesToNumberBE } from "@noble/curves/utils.js";

import { concat, randomBytes, utf8, type Random } from "../bytes";
import { Damaged, Mistaken } from "../errors";
import * as bls from "./bls";
import { sha256 } from "./kdf";

export const MESSAGE_BYTES = 16; // an age file key
export const CIPHERTEXT_BYTES = bls.PUBLIC_BYTES + 2 * MESSAGE_BYTES;

// The prefixes of drand's hashes (drand/kyber, encrypt/ibe).
const H2 = utf8("IBE-H2");
const H3 = utf8("IBE-H3");
const H4 = utf8("IBE-H4");

/** Return the 128 bytes that only a signature of `name` under `publicKey` opens; `message` has 16 bytes. */
export function encrypt(
  publicKey: Uint8Array,
  name: Uint8Array,
  message: Uint8Array,
  random: Random = randomBytes,
): Uint8Array {
  if (message.length !== MESSAGE_BYTES) {
    throw new Mistaken(`What is sealed to a signature has ${MESSAGE_BYTES} bytes.`);
  }
  const sigma = random(MESSAGE_BYTES);
  const r = scalar(sigma, message);
  const mask = digest(H2, bls.pairSealing(publicKey, name, r));
  return concat(bls.baseTimes(r), xor(sigma, mask), xor(message, digest(H4, sigma)));
}

/**
 * Return the 16-byte message; throw `Damaged` if the signature is not the one, or a bit is off.
 *
 * The signature is taken as it is: verify it first, so that a wrong signature and a changed
 * ciphertext can be told apart.
 */
export function decrypt(signature: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  if (ciphertext.length !== CIPHERTEXT_BYTES) {
    throw new Damaged(`What is sealed to a signature has ${CIPHERTEXT_BYTES} bytes.`);
  }
  const u = ciphertext.subarray(0, 96);
  const sigma = xor(ciphertext.subarray(96, 112), digest(H2, bls.pairOpening(signature, u)));
  const message = xor(ciphertext.subarray(112), digest(H4, sigma));
  if (!bls.isBaseTimes(scalar(sigma, message), u)) {
    throw new Damaged("This was changed, or it is sealed to another signature.");
  }
  return message;
}

/** H3: hash, then hash again under a counter until the result is below the order (about half are). */
function scalar(sigma: Uint8Array, message: Uint8Array): bigint {
  const seed = sha256(H3, sigma, message);
  for (let count = 1; count < 65_535; count++) {
    const tried = sha256(Uint8Array.of(count & 255, count >> 8), seed);
    tried[0]! >>= 1; // to fit an order of 255 bits, drand shifts the first byte, and that byte alone
    const number = bytesToNumberBE(tried);
    if (number > 0n && number < bls.ORDER) return number;
  }
  throw new Damaged("This was changed, or it is sealed to another signature."); // one in 2^60000
}

function digest(prefix: Uint8Array, data: Uint8Array): Uint8Array {
  return sha256(prefix, data).subarray(0, MESSAGE_BYTES);
}

function xor(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a.map((byte, at) => byte ^ b[at]!);
}
