/**
 * The keys of one meeting: a chain for each direction, of which every link is used once and forgotten.
 *
 *     transcript = SHA-256(label ‖ lv of: bond id, room, giver's hello, answerer's, giver's answer, answerer's)
 *     key        = HKDF-Extract(salt = transcript, ikm = giver's X-Wing secret ‖ answerer's ‖ what both know)
 *     chain      = HKDF-Expand(key, a label for each direction)
 *
 *     chain ─┬─ the key of this frame
 *            └─ the next chain ─┬─ …
 *
 * No link leads back. Both X-Wing keys are made for this meeting and live as long as it, so whoever records it
 * and later has every key of both vaults has the third part of the key and neither of the first two.
 */

import { concat, utf8 } from "../bytes";
import * as aead from "../crypto/aead";
import * as kdf from "../crypto/kdf";
import { lv } from "../encoding";
import { Role } from "./keys";

const LABEL_TRANSCRIPT = utf8("twinbell/v1/room/transcript");
const LABEL_CHAIN = [utf8("twinbell/v1/room/giver"), utf8("twinbell/v1/room/answerer")] as const;
const LABEL_FRAME = utf8("twinbell/v1/room/frame");
const LABEL_NEXT = utf8("twinbell/v1/room/next");

/** One direction: what seals, or opens, the next frame and all after it. */
export class Ratchet {
  readonly chain: Uint8Array;

  constructor(chain: Uint8Array) {
    this.chain = chain;
  }

  /** Return the next frame, and what is left when its key is forgotten. The nonce is zeros: a key seals one. */
  seal(plain: Uint8Array): [Uint8Array, Ratchet] {
    return [this.#once((key) => aead.seal(key, plain)), this.#after()];
  }

  /** Return what the next frame says; throw `Damaged` for any other, also one that was right before. */
  open(sealed: Uint8Array): [Uint8Array, Ratchet] {
    return [this.#once((key) => aead.open(key, sealed)), this.#after()];
  }

  #once<T>(use: (key: Uint8Array) => T): T {
    const key = kdf.expand(this.chain, { info: LABEL_FRAME });
    try {
      return use(key);
    } finally {
      key.fill(0);
    }
  }

  #after(): Ratchet {
    return new Ratchet(kdf.expand(this.chain, { info: LABEL_NEXT }));
  }
}

/** What one side has said of itself in a meeting: its greeting, its answer, and the secret in that. */
export interface Greeting {
  readonly hello: Uint8Array;
  readonly answer: Uint8Array;
  readonly secret: Uint8Array;
}

interface Said {
  readonly bond: Uint8Array;
  readonly room: Uint8Array;
  readonly giver: Greeting;
  readonly answerer: Greeting;
}

/** Return the hash of all that was said before there was a key. */
export function transcript({ bond, room, giver, answerer }: Said): Uint8Array {
  const said = [bond, room, giver.hello, answerer.hello, giver.answer, answerer.answer];
  return kdf.sha256(LABEL_TRANSCRIPT, ...said.map(lv));
}

/** Return the chain of what each sends, by role; `known` is what only these two know, of old. */
export function chains(said: Said & { readonly known: Uint8Array }): Record<Role, Ratchet> {
  const ikm = concat(said.giver.secret, said.answerer.secret, said.known);
  const key = kdf.extract(ikm, { salt: transcript(said) });
  const chain = (role: Role) => new Ratchet(kdf.expand(key, { info: LABEL_CHAIN[role] }));
  const made = { [Role.GIVER]: chain(Role.GIVER), [Role.ANSWERER]: chain(Role.ANSWERER) };
  ikm.fill(0);
  key.fill(0);
  return made;
}
