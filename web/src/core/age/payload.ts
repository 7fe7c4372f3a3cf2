/**
 * What is behind the header of an age file (age v1, "Payload"): chunks of 64 KiB, each sealed under a key of this
 * file alone. The nonce counts the chunks and marks the last one, so that none can be left out, moved, or appended.
 */

import { bigEndian, utf8 } from "../bytes";
import * as aead from "../crypto/aead";
import * as kdf from "../crypto/kdf";
import { HeaderDamaged, PayloadDamaged } from "../errors";
import type { Source } from "./source";

export const CHUNK_BYTES = 64 * 1024;
export const TAG_BYTES = aead.TAG_BYTES;
export const NONCE_BYTES = 16;
const SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES;
const LABEL = utf8("payload");

/**
 * Return a stream of what is sealed in `source`, which stands behind its header.
 *
 * Every byte that it gives has been verified. It errs with `PayloadDamaged` where the file is damaged or cut
 * short; what was good before that place comes first. Throws `HeaderDamaged` where not even the nonce is whole.
 */
export async function payload(source: Source, fileKey: Uint8Array): Promise<ReadableStream<Uint8Array>> {
  const nonce = await source.take(NONCE_BYTES);
  if (nonce.length < NONCE_BYTES) throw new HeaderDamaged("This age file ends with its header.");
  const chunks = new Chunks(kdf.hkdf(fileKey, { info: LABEL, salt: nonce }));
  let damage: PayloadDamaged | undefined;
  return new ReadableStream(
    {
      async pull(controller) {
        if (damage) throw damage;
        const sealed = await source.take(SEALED_CHUNK_BYTES);
        const last = await source.ended();
        const opened = chunks.open(sealed, last);
        damage = opened.damage;
        if (damage && !opened.plain.length) throw damage;
        if (opened.plain.length) controller.enqueue(opened.plain);
        if (last && !damage) controller.close();
      },
      cancel: (reason) => source.cancel(reason),
    },
    { highWaterMark: 0 }, // a chunk is opened when it is asked for
  );
}

interface OpenedChunk {
  readonly plain: Uint8Array;
  readonly damage?: PayloadDamaged;
}

const NOTHING = new Uint8Array(0);

class Chunks {
  readonly #key: Uint8Array;
  #count = 0;

  constructor(key: Uint8Array) {
    this.#key = key;
  }

  open(sealed: Uint8Array, last: boolean): OpenedChunk {
    const length = sealed.length - TAG_BYTES;
    if (length < 0 || (length === 0 && this.#count > 0)) {
      return { plain: NOTHING, damage: new PayloadDamaged("The body of this age file is cut short.") };
    }
    const plain = this.#openOne(sealed, last);
    if (!plain) {
      // A full chunk may be good by itself and only the file wrong: cut short behind it, or longer.
      const good = length === CHUNK_BYTES && this.#openOne(sealed, !last);
      return { plain: good || NOTHING, damage: new PayloadDamaged() };
    }
    this.#count += 1;
    return { plain };
  }

  #openOne(sealed: Uint8Array, last: boolean): Uint8Array | null {
    const nonce = bigEndian(this.#count * 256 + Number(last), aead.NONCE_BYTES);
    try {
      return aead.open(this.#key, sealed, { nonce });
    } catch {
      return null;
    }
  }
}
