/** Ed25519 (RFC 8032). Ours and theirs are two types, and verification throws. */

import { ed25519 } from "@noble/curves/ed25519.js";
import { bytesToNumberLE } from "@noble/curves/utils.js";
import { sha512 } from "@noble/hashes/sha2.js";

import { concat, randomBytes, same, type Random } from "../bytes";
import { Damaged, Mistaken } from "../errors";

export const SEED_BYTES = 32;
export const PUBLIC_BYTES = 32;
export const SIGNATURE_BYTES = 64;

const { Point } = ed25519;
const P = Point.Fp.ORDER;
const ORDER = Point.Fn.ORDER;
const Y8 = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;
// The y coordinates of the eight points of small order. With such a key one signature fits every message.
const SMALL_ORDER_Y = new Set([0n, 1n, P - 1n, Y8, P - Y8]);

/**
 * Their key: what checks a signature. Throws `Damaged` unless it is 32 bytes that can be a key.
 *
 * Points of small order and encodings that are not canonical are refused here, since libraries disagree
 * about them (RFC 8032 leaves it open), and two clients must not disagree about a signature.
 */
export class VerifyKey {
  readonly raw: Uint8Array;

  constructor(raw: Uint8Array) {
    if (raw.length !== PUBLIC_BYTES) {
      throw new Damaged(`An Ed25519 public key has ${PUBLIC_BYTES} bytes.`);
    }
    const y = bytesToNumberLE(raw) & (2n ** 255n - 1n);
    if (y >= P || SMALL_ORDER_Y.has(y)) throw new Damaged("This is not an Ed25519 public key.");
    this.raw = raw;
  }

  /** Return if `signature` (64 bytes) is this key's over `message`; throw `Damaged` if it is not. */
  verify(signature: Uint8Array, message: Uint8Array): void {
    if (!isRight(this.raw, signature, message)) throw new Damaged("This signature is not right.");
  }
}

/** Our key: a seed of 32 bytes that signs. */
export class SigningKey {
  readonly verifyKey: VerifyKey;
  readonly #seed: Uint8Array;

  constructor(seed: Uint8Array) {
    if (seed.length !== SEED_BYTES) throw new Mistaken(`An Ed25519 seed has ${SEED_BYTES} bytes.`);
    this.#seed = seed;
    this.verifyKey = new VerifyKey(ed25519.getPublicKey(seed));
  }

  static generate(random: Random = randomBytes): SigningKey {
    return new SigningKey(random(SEED_BYTES));
  }

  get seed(): Uint8Array {
    return this.#seed;
  }

  /** Return the signature (64 bytes) over `message`; the same one every time. */
  sign(message: Uint8Array): Uint8Array {
    return ed25519.sign(message, this.#seed);
  }
}

/**
 * Whether [S]B - [k]A, encoded, is the first half of the signature.
 *
 * The library's own check multiplies by the cofactor and so takes signatures that Python's refuses.
 */
function isRight(raw: Uint8Array, signature: Uint8Array, message: Uint8Array): boolean {
  if (signature.length !== SIGNATURE_BYTES) return false;
  const r = signature.subarray(0, 32);
  const s = bytesToNumberLE(signature.subarray(32));
  if (s >= ORDER) return false;
  try {
    const a = Point.fromBytes(raw);
    const k = bytesToNumberLE(sha512(concat(r, raw, message))) % ORDER;
    return same(Point.BASE.multiplyUnsafe(s).subtract(a.multiplyUnsafe(k)).toBytes(), r);
  } catch {
    return false; // no point of the curve
  }
}
