/**
 * Capabilities: who may do what with a mailbox is who holds which token.
 *
 * There are no accounts. A token is 32 random bytes, made by the client, fresh for each relay, shown in the
 * `Authorization` header or in the first frame of a channel, never in a URL. The relay stores SHA-256 of it
 * and nothing else.
 */

import { base64urlnopad } from "@scure/base";

import { randomBytes, type Random } from "../bytes";
import { sha256 } from "../crypto/kdf";
import { Damaged } from "../errors";
import { TOKEN_BYTES } from "./limits";

/** What a token allows; the value is what an ATTACHED frame carries. */
export const OWNER = 1; // change the mailbox's tokens and its slot
export const COLLECT = 2; // read, acknowledge, use the slot; one token a device
export const DEPOSIT = 3; // leave envelopes and their blobs
export type Right = typeof OWNER | typeof COLLECT | typeof DEPOSIT;

/** One bearer token; it does not print itself. */
export class Token {
  readonly #secret: Uint8Array;

  constructor(secret: Uint8Array) {
    if (secret.length !== TOKEN_BYTES) throw new Damaged(`A token is ${TOKEN_BYTES} bytes.`);
    this.#secret = secret;
  }

  static generate(random: Random = randomBytes): Token {
    return new Token(random(TOKEN_BYTES));
  }

  get secret(): Uint8Array {
    return this.#secret;
  }

  /**
   * SHA-256 of the token, 32 bytes: all that a relay keeps.
   *
   * A plain hash, not a slow one: there is nothing to guess in 256 random bits.
   */
  get hash(): Uint8Array {
    return sha256(this.#secret);
  }

  /** Return the value of the `Authorization` header. */
  header(): string {
    return `Bearer ${base64urlnopad.encode(this.#secret)}`;
  }
}

export function isRight(value: number): value is Right {
  return value === OWNER || value === COLLECT || value === DEPOSIT;
}
