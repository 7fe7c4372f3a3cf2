/**
 * What a letter flows through: sources to read from, taps that count and hash, a check of its form, a tally.
 *
 * Bytes come and go in pieces of at most 64 KiB or so, each asked for when the one before has been used up: a
 * letter of any size takes no more memory than a few of them.
 */

import { sha256 } from "@noble/hashes/sha2.js";

import { concat } from "../bytes";
import { Damaged } from "../errors";

/** Pieces of a file, in their order. */
export type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Something to read from: `read(n)` gives up to n bytes, and none only at the end. */
export interface Source {
  read(most: number): Promise<Uint8Array>;
}

/** Something to write to; it takes all, and may keep what it is given. `close` is told that this was all. */
export interface Sink {
  write(data: Uint8Array): void | Promise<void>;
  close?(): void | Promise<void>;
}

/** Told now and then how many of how many bytes are done. */
export type Progress = (done: number, total: number) => void;

/** A file to be read from its beginning, as often as wanted: a `Blob` or a `File` is one. */
export interface Readable {
  readonly size: number;
  stream(): ReadableStream<Uint8Array>;
}

const PIECE = 65_536;
const VERSION_LINE = "age-encryption.org/v1\n";

/** The pieces that a stream gives. Leaving the loop early cancels the stream. */
export async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const reader = stream.getReader();
  let ended = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        ended = true;
        return;
      }
      yield value;
    }
  } finally {
    // A stream that has failed rejects the cancelling too; its own error is already on its way.
    if (!ended) await reader.cancel().catch(() => undefined);
    reader.releaseLock();
  }
}

/** A stream of the pieces that `chunks` gives, each asked for when it is wanted. */
export function streamOf(chunks: Chunks): ReadableStream<Uint8Array> {
  const pieces = iterate(chunks);
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        for (;;) {
          const { done, value } = await pieces.next();
          if (done) return controller.close();
          if (value.length) return controller.enqueue(value);
        }
      },
      async cancel() {
        await pieces.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}

/** A source of what `chunks` gives. */
export function sourceOf(chunks: Chunks): Source & { close(): Promise<void> } {
  const pieces = iterate(chunks);
  let ahead: Uint8Array = new Uint8Array(0);
  return {
    async read(most) {
      while (!ahead.length) {
        const { done, value } = await pieces.next();
        if (done) return ahead;
        ahead = value;
      }
      const data = ahead.subarray(0, most);
      ahead = ahead.subarray(data.length);
      return data;
    },
    async close() {
      await pieces.return?.();
    },
  };
}

/** The pieces of what is left in `source`. */
export async function* pieces(source: Source): AsyncGenerator<Uint8Array, void> {
  for (;;) {
    const data = await source.read(PIECE);
    if (!data.length) return;
    yield data;
  }
}

/** All that is left in `source`. */
export async function readAll(source: Source): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of pieces(source)) parts.push(part);
  return concat(...parts);
}

/** Gives bytes on, and knows their number and hash. */
export class Tap {
  readonly #sha256 = sha256.create();
  length = 0;

  see(data: Uint8Array): void {
    this.#sha256.update(data);
    this.length += data.length;
  }

  /** The hash of all that was seen; ask once, at the end. */
  digest(): Uint8Array {
    return this.#sha256.digest();
  }

  async *through(chunks: Chunks): AsyncGenerator<Uint8Array, void> {
    for await (const part of chunks) {
      this.see(part);
      yield part;
    }
  }
}

/** Adds up progress. */
export class Tally {
  readonly #progress: Progress | undefined;
  readonly #total: number;
  #done = 0;

  constructor(progress: Progress | undefined, total: number) {
    this.#progress = progress;
    this.#total = total;
  }

  add(count: number): void {
    this.#done += count;
    this.#progress?.(this.#done, this.#total);
  }
}

/** Pass on an age file that is not armored: one letter has one form, which every reader takes. */
export async function* binary(chunks: Chunks): AsyncGenerator<Uint8Array, void> {
  let head: Uint8Array = new Uint8Array(0);
  let known = false;
  for await (const part of chunks) {
    if (known) {
      yield part;
      continue;
    }
    head = head.length ? concat(head, part) : part;
    if (head.length < VERSION_LINE.length) continue;
    checkBinary(head);
    known = true;
    yield head;
  }
  if (!known) checkBinary(head);
}

/** Whether `data` begins as an age file that is not armored. */
export function isBinary(data: Uint8Array): boolean {
  return String.fromCharCode(...data.subarray(0, VERSION_LINE.length)) === VERSION_LINE;
}

function checkBinary(data: Uint8Array): void {
  if (!isBinary(data)) throw new Damaged("This is not a letter, or not whole.");
}

function iterate(chunks: Chunks): AsyncIterator<Uint8Array, void> {
  if (Symbol.asyncIterator in chunks) return chunks[Symbol.asyncIterator]();
  const inner = chunks[Symbol.iterator]();
  return {
    next: async () => inner.next(),
    return: async () => inner.return?.() ?? { done: true, value: undefined },
  };
}
