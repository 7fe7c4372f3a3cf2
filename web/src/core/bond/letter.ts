/**
 * One letter is one file: how letter.age is written, received, and opened on its day.
 *
 *     letter.age                age, to four keys: the reader's and the writer's letter key and kit key each
 *     └── a tar of ours
 *         ├── OPENING.txt       how a stranger opens this by hand
 *         ├── lock.cbor         what holds it back: all that shows before the day
 *         ├── ways/1.age …      each one way to the letter key
 *         ├── letter.eml.age        \
 *         ├── letter.eml.sig.age     |  to the letter key alone
 *         └── files.tar.age         /   all attachments; always there, so that their number does not show
 *
 * Everything streams: the lengths are known before the first byte, files are read twice (for their hashes, which the
 * letter signs, then to be sealed) and written once. Whoever opens gets the text only after the last tag of the file
 * was checked; attachments go into sinks that the caller throws away when `open` throws.
 *
 * The parts have files of their own: `tar.ts`, `lock.ts`, `way.ts`, `mail.ts`. Format: `docs/spec/letter.md`.
 */

import { HybridIdentity, type HybridRecipient, TYPE as HYBRID } from "../age/hybrid";
import type { Identity } from "../age/recipient";
import { decrypt, encrypt, headerLength, seal, sealedLength } from "../age/stream";
import { same, unutf8, utf8 } from "../bytes";
import { sha256 } from "../crypto/kdf";
import type { SigningKey, VerifyKey } from "../crypto/signing";
import * as sshsig from "../crypto/sshsig";
import { Damaged, Mistaken, NotYet } from "../errors";
import { type Attachment, measure, readFiles, sealedFiles, sealedTo } from "./attachments";
import { Lock, LOCK_BYTES_MAX, WAYS_MAX } from "./lock";
import * as mail_ from "./mail";
import { FileNote, Mail } from "./mail";
import { page } from "./opening";
import {
  binary,
  type Chunks,
  chunksOf,
  pieces,
  type Progress,
  readAll,
  type Readable,
  type Sink,
  sourceOf,
  streamOf,
  Tally,
  Tap,
} from "./tap";
import { archive, archiveLength, type Entry, type NewEntry, TarReader } from "./tar";
import * as way from "./way";
import { type Behind, type Keys, NOT_SHOWN, WAY_BYTES_MAX } from "./way";

export type { Attachment } from "./attachments";

export const NAMESPACE = "letter@twinbell";
export const RECIPIENTS = 4; // letter key and kit key of both: paper alone opens every letter ever sent

export const OPENING = "OPENING.txt";
export const LOCK = "lock.cbor";
export const FILES = "files.tar.age";
export const EML = "letter.eml.age";
export const SIGNATURE = "letter.eml.sig.age";

const OPENING_BYTES_MAX = 65_536;
const EML_SEALED_MAX = mail_.EML_BYTES_MAX + 16_384;
const SIGNATURE_BYTES_MAX = 4096;
const SIGNATURE_SEALED_MAX = SIGNATURE_BYTES_MAX + 4096;
const NEVER_S = Number.MAX_SAFE_INTEGER;

/** What is known of a letter that was written; the envelope carries id and hashes. */
export interface Sealed {
  readonly letter: Uint8Array;
  readonly length: number;
  readonly letterSha256: Uint8Array;
  readonly lockSha256: Uint8Array;
  readonly emlSha256: Uint8Array;
  /** The letter key, where the lock says that the writer keeps it. */
  readonly key: HybridIdentity | null;
}

/** What is known of a letter before its day. The hashes are to be compared with the envelope's. */
export interface Received {
  readonly lock: Lock;
  readonly length: number;
  readonly letterSha256: Uint8Array;
  readonly lockSha256: Uint8Array;
  readonly emlSha256: Uint8Array;
}

/**
 * A letter that was opened and verified to its last byte.
 *
 * `eml` and `signature` are what `ssh-keygen -Y verify` takes. `way` is the one that opened it, null if the kept
 * letter key did; `broken` are those tried before it that are not what the lock says.
 */
export interface Opened {
  readonly mail: Mail;
  readonly lock: Lock;
  readonly eml: Uint8Array;
  readonly signature: string;
  readonly writer: VerifyKey;
  readonly way: number | null;
  readonly broken: readonly number[];
}

/**
 * Write letter.age to `dst`, in order, each byte once.
 *
 * `recipients` are four: reader's letter and kit key, writer's letter and kit key. When this throws, what was written
 * is not a letter. Throws `Mistaken` for what no letter can hold, and if a file changes while it is being sealed.
 */
export async function write(
  dst: Sink,
  asked: {
    lock: Lock;
    bond: Uint8Array;
    signer: SigningKey;
    recipients: readonly HybridRecipient[];
    writtenS: number;
    writer: string;
    reader: string;
    subject: string;
    text: string;
    attachments?: readonly Attachment[];
    progress?: Progress;
  },
): Promise<Sealed> {
  const { lock, bond, attachments = [] } = asked;
  if (asked.recipients.length !== RECIPIENTS) throw new Mistaken("A letter is sealed to four keys.");
  const tally = new Tally(asked.progress, 2 * attachments.reduce((sum, each) => sum + each.size, 0));
  const files: FileNote[] = [];
  for (const each of attachments) files.push(await measure(each, tally));
  const { writtenS, writer, reader, subject } = asked;
  const text = mail_.oneLineEnd(asked.text);
  const said = { writtenS, writer, reader, subject, text, files };
  const eml = mail_.encode(new Mail({ letter: lock.letter, bond, lockSha256: lock.hash, ...said }));
  const key = HybridIdentity.generate();
  const to = [key.recipient];
  const emlAge = await seal(eml, to);
  const behind: Behind = { key, emlSha256: sha256(emlAge) };
  const signature = utf8(sshsig.sign(asked.signer, eml, { namespace: NAMESPACE }));

  const entries = [small(OPENING, page(lock, bond)), small(LOCK, lock.encode())];
  for (let number = 1; number <= lock.ways.length; number++) {
    entries.push(small(way.nameOf(lock, number), await way.build(lock, number, behind)));
  }
  entries.push(small(EML, emlAge), small(SIGNATURE, await seal(signature, to)), {
    name: FILES,
    size: sealedLength(await headerLength(to), archiveLength(files.map((note) => note.size))),
    content: sealedFiles(to, files, attachments, tally),
  });
  const tap = new Tap();
  for await (const part of chunksOf(await encrypt(streamOf(archive(entries)), asked.recipients))) {
    tap.see(part);
    await dst.write(part);
  }
  return {
    letter: lock.letter,
    length: tap.length,
    letterSha256: tap.digest(),
    lockSha256: lock.hash,
    emlSha256: behind.emlSha256,
    key: lock.keep ? key : null,
  };
}

/**
 * The lock of a letter, reading no further than its ways: what may be shown before the day.
 *
 * That the rest of the file is whole was checked by `receive`.
 */
export async function inspect(src: Readable, identities: readonly Identity[]): Promise<Lock> {
  const outer = await Outer.begin(chunksOf(src.stream()), identities);
  try {
    return await outer.readLock();
  } finally {
    await outer.close();
  }
}

/**
 * Read a whole letter that has just come; return its lock and hashes.
 *
 * Throws `Damaged` if it is cut, has another shape than a letter, or if the outside of a way is not what the lock
 * says. A letter is received when this returned and the hashes are those of the envelope.
 */
export async function receive(src: Readable, identities: readonly Identity[]): Promise<Received> {
  const tap = new Tap();
  const outer = await Outer.begin(tap.through(chunksOf(src.stream())), identities);
  try {
    const lock = await outer.readLock();
    const eml = new Tap();
    for await (const part of pieces(await outer.take(EML))) eml.see(part);
    await outer.take(SIGNATURE);
    await outer.take(FILES);
    await outer.end();
    return {
      lock,
      length: tap.length,
      letterSha256: tap.digest(),
      lockSha256: outer.lockSha256,
      emlSha256: eml.digest(),
    };
  } finally {
    await outer.close();
  }
}

/**
 * Open a letter by any of its ways with `keys`, or by its kept letter `key`, and verify all of it.
 *
 * `writers` are the identity keys that the writer has had in this bond; one of them must have signed.
 * `into(number, note)` is asked for a sink for each file, after the signature was checked; what went into sinks
 * counts only once this returns. Without `into`, files are verified and left where they are.
 *
 * Throws `NotYet` (with the round and second of the earliest way) before the day, `Damaged` for a letter that was
 * changed, that someone else wrote, that belongs to another bond, or whose lock is not the one it shows, `NotForMe`
 * if no identity opens it.
 */
export async function open(
  src: Readable,
  identities: readonly Identity[],
  asked: {
    bond: Uint8Array;
    writers: readonly VerifyKey[];
    keys?: Keys | null;
    key?: HybridIdentity | null;
    into?: (number: number, note: FileNote) => Sink;
    progress?: Progress;
  },
): Promise<Opened> {
  const outer = await Outer.begin(chunksOf(src.stream()), identities);
  try {
    const lock = await outer.readLock();
    const emlAge = await outer.read(EML, EML_SEALED_MAX);
    const signatureAge = await outer.read(SIGNATURE, SIGNATURE_SEALED_MAX);
    const { key, number, broken } = asked.key
      ? { key: asked.key, number: null, broken: [] }
      : await unlock(lock, outer.ways, asked.keys, sha256(emlAge));
    const eml = await unseal(emlAge, key);
    const signature = textOf(await unseal(signatureAge, key));
    const writer = verify(eml, signature, asked.writers);
    const mail = mail_.decode(eml);
    const isOurs = same(mail.letter, lock.letter) && same(mail.bond, asked.bond);
    if (!isOurs || !same(mail.lockSha256, outer.lockSha256)) {
      throw new Damaged("This letter was written for another place, or behind another lock.");
    }
    const tally = new Tally(
      asked.progress,
      mail.files.reduce((sum, note) => sum + note.size, 0),
    );
    await readFiles(await outer.take(FILES), key, mail.files, { into: asked.into, tally });
    await outer.end();
    return { mail, lock, eml, signature, writer, way: number, broken };
  } finally {
    await outer.close();
  }
}

/** letter.age while it is read: each entry in the one order that a letter has. */
class Outer {
  readonly ways: Uint8Array[] = [];
  lockSha256: Uint8Array = new Uint8Array(0);
  readonly #source: ReturnType<typeof sourceOf>;
  readonly #archive: TarReader;

  private constructor(plain: ReadableStream<Uint8Array>) {
    this.#source = sourceOf(chunksOf(plain));
    this.#archive = new TarReader(this.#source, { entriesMax: WAYS_MAX + 5 });
  }

  static async begin(chunks: Chunks, identities: readonly Identity[]): Promise<Outer> {
    const { stanzas, plain } = await decrypt(streamOf(binary(chunks)), identities);
    const outer = new Outer(plain);
    if (stanzas.length !== RECIPIENTS || stanzas.some((stanza) => stanza.type !== HYBRID)) {
      await outer.close();
      throw new Damaged("This letter is not sealed as letters are.");
    }
    return outer;
  }

  async take(name: string): Promise<Entry> {
    const entry = await this.#archive.next();
    if (entry?.name !== name) throw new Damaged(`This letter has no ${name} where it should be.`);
    return entry;
  }

  async read(name: string, bytesMax: number): Promise<Uint8Array> {
    const entry = await this.take(name);
    if (entry.size > bytesMax) throw new Damaged(`${name} in this letter is too long.`);
    return await readAll(entry);
  }

  /** Read page, lock and ways; compare the outside of each way with the lock. */
  async readLock(): Promise<Lock> {
    await this.read(OPENING, OPENING_BYTES_MAX); // for strangers; what it says is not believed here
    const data = await this.read(LOCK, LOCK_BYTES_MAX);
    const lock = Lock.parse(data);
    this.lockSha256 = sha256(data);
    for (let number = 1; number <= lock.ways.length; number++) {
      const read = await this.read(way.nameOf(lock, number), WAY_BYTES_MAX);
      await way.checkOutermost(lock, number, read);
      this.ways.push(read);
    }
    return lock;
  }

  async end(): Promise<void> {
    if (await this.#archive.next()) throw new Damaged("There is more in this letter than belongs there.");
  }

  /** Let go of the file, wherever reading has stopped. */
  async close(): Promise<void> {
    await this.#source.close();
  }
}

function small(name: string, data: Uint8Array): NewEntry {
  return { name, size: data.length, content: [data] };
}

/** The letter key, the way that gave it, and the broken ones met before it. */
async function unlock(
  lock: Lock,
  ways: readonly Uint8Array[],
  keys: Keys | null | undefined,
  emlSha256: Uint8Array,
): Promise<{ key: HybridIdentity; number: number; broken: readonly number[] }> {
  if (!keys) throw new Mistaken("A letter is opened with the keys of its ways, or with its own.");
  const waiting: NotYet[] = [];
  const broken: number[] = [];
  let damage: Damaged | null = null;
  for (const [at, data] of ways.entries()) {
    try {
      const { key, emlSha256: meant } = await way.openWay(lock, at + 1, data, keys);
      if (!same(meant, emlSha256)) throw new Damaged(NOT_SHOWN);
      return { key, number: at + 1, broken };
    } catch (error) {
      if (error instanceof NotYet) waiting.push(error);
      else if (error instanceof Damaged) {
        damage ??= error;
        broken.push(at + 1);
      } else throw error;
    }
  }
  const [earliest] = waiting.sort((a, b) => (a.opensS ?? NEVER_S) - (b.opensS ?? NEVER_S));
  throw earliest ?? damage ?? new Damaged(NOT_SHOWN);
}

function verify(eml: Uint8Array, signature: string, writers: readonly VerifyKey[]): VerifyKey {
  for (const writer of writers) {
    try {
      sshsig.verify(writer, eml, signature, { namespace: NAMESPACE });
      return writer;
    } catch (error) {
      if (!(error instanceof Damaged)) throw error;
    }
  }
  throw new Damaged("This letter is not signed by the one it is from.");
}

async function unseal(data: Uint8Array, key: HybridIdentity): Promise<Uint8Array> {
  return await readAll(sourceOf(chunksOf(await sealedTo([data], key))));
}

function textOf(data: Uint8Array): string {
  if (data.length > SIGNATURE_BYTES_MAX || data.some((byte) => byte > 127)) {
    throw new Damaged("The signature of this letter is not what it should be.");
  }
  return unutf8(data);
}
