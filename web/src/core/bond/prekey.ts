/** Prekeys: keys that protect envelopes for a while, and are deleted one day. */

import type { Random } from "../bytes";
import * as xwing from "../crypto/xwing";
import { PublicPrekey, TAG_BYTES } from "./bundle";
import { Frozen } from "./frozen";

export const SEED_BYTES = 32;

interface PrekeyFields {
  readonly number: number;
  readonly tag: Uint8Array;
  readonly seed: Uint8Array;
  readonly madeS: number;
  /** When every awake device of the peer had been seen to use a newer one; 0 = not yet. */
  readonly passedS: number;
}

export interface Prekey extends PrekeyFields {}

/** A key that protects envelopes for a while: `seed` is kept by its owner only, and deleted one day. */
export class Prekey extends Frozen<PrekeyFields> {
  static generate(number: number, nowS: number, random: Random): Prekey {
    const tag = random(TAG_BYTES);
    return new Prekey({ number, tag, seed: random(SEED_BYTES), madeS: nowS, passedS: 0 });
  }

  get public(): PublicPrekey {
    return new PublicPrekey({ number: this.number, tag: this.tag, key: xwing.publicKey(this.seed) });
  }
}
