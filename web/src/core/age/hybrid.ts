/**
 * The post-quantum recipient: ML-KEM-768 with X25519, so that either one suffices (age v1, "mlkem768x25519").
 *
 * The file key is sealed with HPKE in base mode. A key reads `age1pq1…`, its secret `AGE-SECRET-KEY-PQ-1…`.
 */

import { x25519 } from "@noble/curves/ed25519.js";
import { bech32 } from "@scure/base";

import { randomBytes, utf8, type Random } from "../bytes";
import * as hpke from "../crypto/hpke";
import * as xwing from "../crypto/xwing";
import { b64 } from "../encoding";
import { Damaged, HeaderDamaged } from "../errors";
import {
  argumentBytes,
  checkShape,
  POST_QUANTUM,
  type Identity,
  type Recipient,
  type Stanza,
} from "./recipient";

export const TYPE = "mlkem768x25519";
export const SEED_BYTES = xwing.SEED_BYTES;
export const PUBLIC_BYTES = xwing.PUBLIC_BYTES;
const ENC_BYTES = xwing.CIPHERTEXT_BYTES; // an ML-KEM-768 ciphertext (1088) and an X25519 share (32)
const X25519_BYTES = 32;
const INFO = utf8("age-encryption.org/mlkem768x25519");
const PUBLIC_PREFIX = "age1pq";
const SECRET_PREFIX = "AGE-SECRET-KEY-PQ-";

/** A public key of 1216 bytes. */
export class HybridRecipient implements Recipient {
  readonly label = POST_QUANTUM;
  readonly publicKey: Uint8Array;

  constructor(publicKey: Uint8Array) {
    if (publicKey.length !== PUBLIC_BYTES) {
      throw new Damaged(`A post-quantum age recipient has ${PUBLIC_BYTES} bytes.`);
    }
    this.publicKey = publicKey;
  }

  /** Return the recipient that `age1pq1…` names; throw `Damaged` if it names none. */
  static parse(text: string): HybridRecipient {
    return new HybridRecipient(named(text, PUBLIC_PREFIX));
  }

  toString(): string {
    return bech32.encode(PUBLIC_PREFIX, bech32.toWords(this.publicKey), false);
  }

  /** Return one stanza; throw `Damaged` if the public key is no key. */
  wrap(fileKey: Uint8Array, random: Random = randomBytes): readonly Stanza[] {
    const { enc, ciphertext } = hpke.seal(this.publicKey, fileKey, { info: INFO }, random);
    return [{ type: TYPE, args: [b64(enc)], body: ciphertext }];
  }
}

/** A secret seed of 32 bytes. */
export class HybridIdentity implements Identity {
  readonly #seed: Uint8Array;

  constructor(seed: Uint8Array) {
    if (seed.length !== SEED_BYTES) {
      throw new Damaged(`A post-quantum age identity has ${SEED_BYTES} bytes.`);
    }
    this.#seed = seed;
  }

  static generate(random: Random = randomBytes): HybridIdentity {
    return new HybridIdentity(random(SEED_BYTES));
  }

  /** Return the identity that `AGE-SECRET-KEY-PQ-1…` is; throw `Damaged` if it is none. */
  static parse(text: string): HybridIdentity {
    return new HybridIdentity(named(text, SECRET_PREFIX));
  }

  get seed(): Uint8Array {
    return this.#seed;
  }

  get recipient(): HybridRecipient {
    return new HybridRecipient(xwing.publicKey(this.#seed));
  }

  /** The secret itself, as it stands in a key file. */
  toString(): string {
    return bech32.encode(SECRET_PREFIX, bech32.toWords(this.#seed), false).toUpperCase();
  }

  /**
   * Return the file key, or null if no stanza is mine; throw `HeaderDamaged` for a broken one.
   *
   * A stanza of this type that does not open may be another recipient's, or damaged: that cannot be told.
   */
  unwrap(stanzas: readonly Stanza[]): Uint8Array | null {
    for (const stanza of stanzas) {
      const fileKey = stanza.type === TYPE ? this.#open(stanza) : null;
      if (fileKey) return fileKey;
    }
    return null;
  }

  #open(stanza: Stanza): Uint8Array | null {
    checkShape(stanza, { args: 1 });
    const enc = argumentBytes(stanza, 0, ENC_BYTES);
    try {
      return hpke.open(this.#seed, { enc, ciphertext: stanza.body }, { info: INFO });
    } catch (error) {
      if (!(error instanceof Damaged)) throw error;
      // ML-KEM answers a foreign ciphertext with a random secret, so "not for me" looks the same as
      // damage here. A share of low order is nobody's: it would make the X25519 half a constant.
      if (hasLowOrder(enc.subarray(-X25519_BYTES))) {
        throw new HeaderDamaged("A post-quantum stanza of this age file has a share of low order.");
      }
      return null;
    }
  }
}

function hasLowOrder(share: Uint8Array): boolean {
  // Every secret is a multiple of the cofactor, so the answer does not depend on which one is used.
  try {
    x25519.getSharedSecret(new Uint8Array(X25519_BYTES).fill(1), share);
    return false;
  } catch {
    return true;
  }
}

/** age's Bech32 has no limit of length, and one case for each kind of key. */
function named(text: string, prefix: string): Uint8Array {
  if (!isBech32(text) || !text.startsWith(`${prefix}1`)) {
    throw new Damaged(`This is not a post-quantum age key: those begin with ${prefix}1.`);
  }
  try {
    const decoded = bech32.decode(text, false);
    if (decoded.prefix === prefix.toLowerCase()) return bech32.fromWords(decoded.words);
  } catch {
    // Its checksum is wrong, or it has a character that no key has.
  }
  throw new Damaged("This key has a typing error.");
}

function isBech32(text: string): text is `${string}1${string}` {
  return text.includes("1");
}
