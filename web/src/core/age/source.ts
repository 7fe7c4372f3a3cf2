/** Where an age file comes from: a stream in pieces of any size, taken in pieces that the format asks for. */

import { concat } from "../bytes";

export class Source {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #held: Uint8Array = new Uint8Array(0);
  #ended = false;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
  }

  /** Return `length` bytes, fewer only at the end. Throws what the stream errs with. */
  async take(length: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let missing = length;
    while (missing > 0 && !(await this.ended())) {
      const part = this.#held.subarray(0, missing);
      this.#held = this.#held.subarray(part.length);
      parts.push(part);
      missing -= part.length;
    }
    return parts.length === 1 ? parts[0]! : concat(...parts);
  }

  /** Return what comes up to and including `byte`, or null if that is longer than `lengthMax` or never comes. */
  async through(byte: number, lengthMax: number): Promise<Uint8Array | null> {
    const parts: Uint8Array[] = [];
    let left = lengthMax;
    while (left > 0 && !(await this.ended())) {
      const at = this.#held.indexOf(byte);
      const part = this.#held.subarray(0, at < 0 ? undefined : at + 1);
      left -= part.length;
      if (left < 0) return null;
      this.#held = this.#held.subarray(part.length);
      parts.push(part);
      if (at >= 0) return concat(...parts);
    }
    return null;
  }

  /** Tell whether nothing is left. */
  async ended(): Promise<boolean> {
    while (!this.#held.length && !this.#ended) {
      const { done, value } = await this.#reader.read();
      if (done) this.#ended = true;
      else this.#held = value;
    }
    return !this.#held.length;
  }

  async cancel(reason: unknown): Promise<void> {
    await this.#reader.cancel(reason);
  }
}
