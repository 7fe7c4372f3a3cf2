/**
 * The files of a letter: measured for what the letter signs, sealed as files.tar.age, and read from it again.
 *
 * Part of `letter.ts`, which in Python is one file.
 */

import { type HybridIdentity, type HybridRecipient } from "../age/hybrid";
import { decrypt, encrypt } from "../age/stream";
import { same } from "../bytes";
import { Damaged, Mistaken } from "../errors";
import { entryName, FileNote, FILES_MAX } from "./mail";
import {
  binary,
  type Chunks,
  chunksOf,
  pieces,
  type Readable,
  type Sink,
  type Source,
  sourceOf,
  streamOf,
  type Tally,
  Tap,
} from "./tap";
import { archive, TarReader } from "./tar";

/** A file to be sealed. It is read twice, and must give the same `size` bytes both times. */
export interface Attachment {
  readonly name: string;
  readonly media: string;
  readonly size: number;
  readonly file: Readable;
}

export async function measure(attachment: Attachment, tally: Tally): Promise<FileNote> {
  const tap = new Tap();
  for await (const part of partsOf(attachment, tally)) tap.see(part);
  const { name, media, size } = attachment;
  return new FileNote({ name, media, size, sha256: tap.digest() });
}

/** Give files.tar.age: all files in their order, as they were when they were measured. */
export async function* sealedFiles(
  to: readonly HybridRecipient[],
  notes: readonly FileNote[],
  attachments: readonly Attachment[],
  tally: Tally,
): AsyncGenerator<Uint8Array, void> {
  const entries = attachments.map((attachment, at) => ({
    name: entryName(at + 1, attachment.name),
    size: attachment.size,
    content: unchanged(attachment, notes[at], tally),
  }));
  yield* chunksOf(await encrypt(streamOf(archive(entries)), to));
}

async function* unchanged(
  attachment: Attachment,
  note: FileNote | undefined,
  tally: Tally,
): AsyncGenerator<Uint8Array, void> {
  const tap = new Tap();
  yield* tap.through(partsOf(attachment, tally));
  if (!note || !same(tap.digest(), note.sha256)) throw changed(attachment);
}

async function* partsOf({ file, ...attachment }: Attachment, tally: Tally): AsyncGenerator<Uint8Array, void> {
  let left = attachment.size;
  try {
    for await (const part of chunksOf(file.stream())) {
      left -= part.length;
      if (left < 0) break;
      yield part;
      tally.add(part.length);
    }
  } catch (error) {
    // A browser says in this way that a file on disk is another one now, or gone.
    throw error instanceof DOMException ? changed(attachment) : error;
  }
  if (left) throw changed(attachment);
}

function changed({ name }: { readonly name: string }): Mistaken {
  return new Mistaken("A file changed while it was being sealed.", {
    hint: `Write the letter again: ${name}`,
    code: "letter.file-changed",
    facts: { name },
  });
}

/** Read files.tar.age to its end: these files in this order, and nothing else. */
export async function readFiles(
  sealed: Source,
  key: HybridIdentity,
  notes: readonly FileNote[],
  { into, tally }: { into: ((number: number, note: FileNote) => Sink) | undefined; tally: Tally },
): Promise<void> {
  const source = sourceOf(chunksOf(await sealedTo(pieces(sealed), key)));
  try {
    const files = new TarReader(source, { entriesMax: FILES_MAX });
    for (const [at, note] of notes.entries()) {
      const entry = await files.next();
      if (entry?.name !== entryName(at + 1, note.name) || entry.size !== note.size) {
        throw new Damaged("The files in this letter are not those that it names.");
      }
      const sink = into?.(at + 1, note);
      const tap = new Tap();
      for await (const part of pieces(entry)) {
        tap.see(part);
        await sink?.write(part);
        tally.add(part.length);
      }
      if (!same(tap.digest(), note.sha256)) {
        throw new Damaged("A file in this letter is not the one that was signed.");
      }
      await sink?.close?.();
    }
    if (await files.next()) throw new Damaged("There are more files in this letter than it names.");
  } finally {
    await source.close();
  }
}

export async function sealedTo(chunks: Chunks, key: HybridIdentity): Promise<ReadableStream<Uint8Array>> {
  const { stanzas, plain } = await decrypt(streamOf(binary(chunks)), [key]);
  if (stanzas.length === 1) return plain;
  await plain.cancel();
  throw new Damaged("A part of this letter is sealed to someone else as well.");
}
