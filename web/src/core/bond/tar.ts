/**
 * A small ustar archive (POSIX.1-1988), written one way only and read no other way.
 *
 * Names are ours: ASCII, no link, no folder entry, nobody's user or clock. An entry has one header, so a reader
 * builds the header that it expects and compares; whatever differs by a byte is `Damaged`. Behind the two zero
 * blocks that end an archive come more zeros, up to the Padmé length with a floor of 16 KiB: every `tar` ignores
 * them, and the length of an archive tells only its magnitude.
 *
 * Both sides stream: nothing of an entry is kept, and the length of an archive is known before its first byte.
 * What lies in the archives of a letter is in `letter.ts`, the format in `docs/spec/tar-and-padding.md`.
 */

import { padme } from "../encoding";
import { Damaged, Mistaken } from "../errors";
import type { Chunks, Source } from "./tap";

export const BLOCK = 512;
export const SIZE_MAX = 8 ** 11 - 1; // eleven octal digits: one byte less than 8 GiB
export const NAME_BYTES_MAX = 100;
export const FLOOR = 16 * 1024; // below this, all lengths look alike
const CHUNK = 65_536;

const BEHIND = "There is something behind the end of this archive.";

/** The length to which `length` bytes of ours are filled up: Padmé, at least 16 KiB. */
export function padded(length: number): number {
  return padme(Math.max(length, FLOOR));
}

/** How many bytes an archive has whose entries have these sizes. */
export function archiveLength(sizes: Iterable<number>): number {
  let length = 2 * BLOCK;
  for (const size of sizes) length += BLOCK + blocks(size);
  return padded(length);
}

/** Whether an entry may be called this: short ASCII parts that start with a letter or a digit. */
export function isName(name: string): boolean {
  return (
    name.length <= NAME_BYTES_MAX &&
    name.split("/").every((part) => /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(part))
  );
}

/** The one header of an entry: 512 bytes. Throws `Mistaken` for what has none. */
export function header(name: string, size: number): Uint8Array {
  if (!isName(name)) throw new Mistaken("This is no name for an entry of an archive.");
  if (!(Number.isInteger(size) && 0 <= size && size <= SIZE_MAX)) {
    throw new Mistaken("A file in a letter has less than 8 GiB.");
  }
  const block = new Uint8Array(BLOCK);
  const put = (at: number, text: string) => {
    for (let i = 0; i < text.length; i++) block[at + i] = text.charCodeAt(i);
  };
  put(0, name);
  put(100, "0000644\0"); // mode
  put(108, "0000000\0".repeat(2)); // user and group
  put(124, `${size.toString(8).padStart(11, "0")}\0`);
  put(136, "00000000000\0"); // modified: at the epoch
  put(148, " ".repeat(8)); // checksum, counted as spaces
  put(156, "0"); // an ordinary file, linked to nothing
  put(257, "ustar\x0000");
  put(329, "0000000\0".repeat(2)); // device
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(148, `${sum.toString(8).padStart(6, "0")}\0 `);
  return block;
}

/** A file to be put into an archive: `content` gives exactly `size` bytes. */
export interface NewEntry {
  readonly name: string;
  readonly size: number;
  readonly content: Chunks;
}

/** Give the archive of these entries, in their order, piece by piece. */
export async function* archive(entries: Iterable<NewEntry>): AsyncGenerator<Uint8Array, void> {
  const names = new Set<string>();
  let written = 0;
  for (const { name, size, content } of entries) {
    if (names.has(name)) throw new Mistaken("Two entries of an archive have the same name.");
    names.add(name);
    yield header(name, size);
    let left = size;
    for await (const part of content) {
      left -= part.length;
      if (left < 0) throw new Mistaken("This is longer than it was said to be.");
      if (part.length) yield part;
    }
    if (left) throw new Mistaken("This is shorter than it was said to be.");
    const fill = blocks(size) - size;
    if (fill) yield new Uint8Array(fill);
    written += BLOCK + blocks(size);
  }
  for (let zeros = padded(written + 2 * BLOCK) - written; zeros > 0; zeros -= CHUNK) {
    yield new Uint8Array(Math.min(zeros, CHUNK));
  }
}

/** One file in an archive that is being read; its bytes come while it is the current one. */
export interface Entry extends Source {
  readonly name: string;
  readonly size: number;
}

/**
 * Reads an archive, entry by entry: take `next`, and read each `Entry` before the next.
 *
 * What is left unread of an entry is skipped. When `next` answers null the source is at its end: all padding was
 * seen to be zeros, of just the length that belongs there. Throws `Damaged`.
 */
export class TarReader {
  readonly #source: Source;
  readonly #entriesMax: number;
  readonly #names = new Set<string>();
  #read = 0;
  #current: { size: number; left: number } | null = null;

  constructor(source: Source, { entriesMax }: { entriesMax: number }) {
    this.#source = source;
    this.#entriesMax = entriesMax;
  }

  async next(): Promise<Entry | null> {
    await this.#leave();
    const block = await this.#take(BLOCK);
    if (isZero(block)) {
      await this.#end();
      return null;
    }
    const { name, size } = parse(block);
    if (this.#names.has(name) || this.#names.size >= this.#entriesMax) {
      throw new Damaged("This archive has too many entries, or one of them twice.");
    }
    this.#names.add(name);
    const current = { size, left: size };
    this.#current = current;
    const read = async (most: number) => {
      const want = this.#current === current ? Math.min(most, current.left) : 0;
      if (!want) return new Uint8Array(0);
      const data = await this.#source.read(want);
      if (!data.length) throw new Damaged("This archive is cut short.");
      this.#read += data.length;
      current.left -= data.length;
      return data;
    };
    return { name, size, read };
  }

  async #leave(): Promise<void> {
    const current = this.#current;
    if (!current) return;
    while (current.left) current.left -= (await this.#take(Math.min(current.left, CHUNK))).length;
    this.#current = null;
    if (!isZero(await this.#take(blocks(current.size) - current.size))) {
      throw new Damaged("There is something between two entries of this archive.");
    }
  }

  async #end(): Promise<void> {
    let left = padded(this.#read + BLOCK) - this.#read;
    while (left) {
      const part = await this.#take(Math.min(left, CHUNK));
      if (!isZero(part)) throw new Damaged(BEHIND);
      left -= part.length;
    }
    if ((await this.#source.read(1)).length) throw new Damaged(BEHIND);
  }

  async #take(size: number): Promise<Uint8Array> {
    const data = await readExactly(this.#source, size);
    this.#read += size;
    return data;
  }
}

/** The next `size` bytes of `source`; throws `Damaged` if it ends before. */
export async function readExactly(source: Source, size: number): Promise<Uint8Array> {
  if (!size) return new Uint8Array(0);
  const first = await source.read(size);
  if (first.length === size) return first;
  const data = new Uint8Array(size);
  data.set(first);
  let at = first.length;
  while (at < size) {
    const part = at ? await source.read(size - at) : first;
    if (!part.length) throw new Damaged("This archive is cut short.");
    data.set(part, at);
    at += part.length;
  }
  return data;
}

/** Name and size of the entry that `block` heads: only if it is the header that we would write. */
function parse(block: Uint8Array): { name: string; size: number } {
  const text = (from: number, to: number) => String.fromCharCode(...block.subarray(from, to));
  const name = text(0, 100).replace(/\0+$/, "");
  const digits = text(124, 135);
  const size = /^[0-7]{11}$/.test(digits) ? Number.parseInt(digits, 8) : -1;
  if (size >= 0 && isName(name) && header(name, size).every((byte, at) => byte === block[at]))
    return { name, size };
  throw new Damaged("This archive has an entry of another kind than ours.");
}

function isZero(data: Uint8Array): boolean {
  return data.every((byte) => byte === 0);
}

function blocks(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}
