/**
 * The age recipient that is a moment: `-> tlock <round> <chainhash>`, as drand's `tle` writes it.
 *
 * The file key is sealed to the signature that a chain will give to a round (`crypto/ibe`); the body
 * is 128 bytes. The chain is always the one that the caller pins: a stanza that names another one is not
 * for us, and is never followed.
 *
 * Not post-quantum, and anybody may open it on its day: a letter has a layer around this one.
 */

import { hex, randomBytes, same, unhex, type Random } from "../bytes";
import * as bls from "../crypto/bls";
import * as ibe from "../crypto/ibe";
import { Damaged, HeaderDamaged, Mistaken, NotYet, Refused } from "../errors";
import type { Identity, Recipient, Stanza } from "./recipient";

export const TYPE = "tlock";
export const ROUND_MAX = Number.MAX_SAFE_INTEGER; // beyond it, JavaScript no longer sees which round it is
export const CHAIN_HASH_BYTES = 32;
export const STANZAS_MAX = 16; // each may be asked for over a network, before the header can be checked

// age refuses recipients whose labels differ in one header. A key beside a time-lock would open the
// file before its time, so a time-lock stands alone, or with other time-locks.
export const LABEL = "tlock";

/** What of a chain is pinned: its hash (32 bytes) and public key (96 bytes). A `Chain` is one. */
export interface PinnedChain {
  readonly hash: Uint8Array;
  readonly publicKey: Uint8Array;
}

/**
 * Return the 48 bytes of a round's signature, or null while there are none; throws a `Refused` that says more.
 * What it returns is verified here, so it may come from anywhere.
 */
export type SignatureOf = (round: number) => Uint8Array | null | Promise<Uint8Array | null>;

/** Seals to `round` of a chain. */
export class TlockRecipient implements Recipient {
  readonly label = LABEL;
  readonly chain: PinnedChain;
  readonly round: number;

  constructor(chain: PinnedChain, round: number) {
    checkChain(chain);
    if (!(Number.isSafeInteger(round) && round >= 1)) {
      throw new Mistaken("A round is a number from 1 to 2^53 - 1.");
    }
    this.chain = chain;
    this.round = round;
  }

  /** Return the one stanza that the round's signature opens. */
  wrap(fileKey: Uint8Array, random: Random = randomBytes): readonly Stanza[] {
    const body = ibe.encrypt(this.chain.publicKey, bls.roundMessage(this.round), fileKey, random);
    return [{ type: TYPE, args: [String(this.round), hex(this.chain.hash)], body }];
  }
}

/** Opens what was sealed to rounds of one chain, as far as their signatures are known. */
export class TlockIdentity implements Identity {
  readonly chain: PinnedChain;
  readonly #signatureOf: SignatureOf;

  constructor(chain: PinnedChain, signatureOf: SignatureOf) {
    checkChain(chain);
    this.chain = chain;
    this.#signatureOf = signatureOf;
  }

  /**
   * Return the file key, or null if nothing here is sealed to this chain.
   *
   * Of several, the first whose signature can be had opens. Throws `NotYet` with the earliest round
   * when none has come, whatever `signatureOf` refuses otherwise, `HeaderDamaged` for a stanza that
   * cannot be one of this chain, and `Damaged` for a signature that is not the round's.
   */
  async unwrap(stanzas: readonly Stanza[]): Promise<Uint8Array | null> {
    const ours = stanzas.flatMap((stanza) => {
      const round = this.#roundOf(stanza);
      return round === null ? [] : [{ round, body: stanza.body }];
    });
    if (ours.length > STANZAS_MAX) throw new HeaderDamaged(`A file has ${STANZAS_MAX} time-locks at most.`);
    const refusals: Refused[] = [];
    for (const { round, body } of ours) {
      try {
        const signature = await this.#signatureOf(round);
        if (signature) return this.#open(round, signature, body);
        refusals.push(new NotYet("The beacon round that opens this has not come.", { round }));
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        refusals.push(error);
      }
    }
    // "Not yet" would be wrong while something that could be had now is merely out of reach.
    const [first] = refusals.toSorted((a, b) => weight(a) - weight(b));
    if (first) throw first;
    return null;
  }

  #roundOf(stanza: Stanza): number | null {
    const found = roundAndChain(stanza);
    if (!found || !same(found.chainHash, this.chain.hash)) return null;
    if (stanza.body.length !== ibe.CIPHERTEXT_BYTES) {
      throw new HeaderDamaged(`A time-lock of this chain has ${ibe.CIPHERTEXT_BYTES} bytes.`);
    }
    return found.round;
  }

  #open(round: number, signature: Uint8Array, body: Uint8Array): Uint8Array {
    try {
      bls.verify(this.chain.publicKey, bls.roundMessage(round), signature);
    } catch {
      throw new Damaged(`This is not the signature of round ${round} of this chain.`);
    }
    try {
      return ibe.decrypt(signature, body);
    } catch {
      throw new HeaderDamaged("This time-lock was changed after it was written.");
    }
  }
}

/**
 * Return the round and the chain hash that a tlock stanza names; null for a stanza of another type.
 *
 * Throws `HeaderDamaged` when it is written in any but the one way: two arguments, the round in
 * decimal without leading zeros, the hash in 64 lower-case hex digits.
 */
export function roundAndChain(
  stanza: Stanza,
): { readonly round: number; readonly chainHash: Uint8Array } | null {
  if (stanza.type !== TYPE) return null;
  const [number, chain, ...others] = stanza.args;
  if (number === undefined || chain === undefined || others.length) {
    throw new HeaderDamaged("A time-lock names a round and a chain, and nothing else.");
  }
  if (!/^[0-9a-f]{64}$/.test(chain)) {
    throw new HeaderDamaged("This time-lock does not name a chain by its hash.");
  }
  if (!/^[1-9][0-9]{0,15}$/.test(number)) {
    throw new HeaderDamaged("This time-lock does not name a round in plain digits.");
  }
  const round = Number(number);
  if (round > ROUND_MAX) throw new HeaderDamaged("This time-lock names a round beyond 2^53 - 1.");
  return { round, chainHash: unhex(chain) };
}

/** Earlier rounds weigh less; what is not about time weighs least. */
function weight(refusal: Refused): number {
  return refusal instanceof NotYet ? (refusal.round ?? 0) : -1;
}

function checkChain({ hash, publicKey }: PinnedChain): void {
  if (hash.length !== CHAIN_HASH_BYTES) {
    throw new Mistaken(`The hash of a chain has ${CHAIN_HASH_BYTES} bytes.`);
  }
  if (publicKey.length !== bls.PUBLIC_BYTES) {
    throw new Mistaken(
      `The public key of a chain has ${bls.PUBLIC_BYTES} bytes; this one is of another scheme.`,
    );
  }
}
