/**
 * What is said inside an envelope: the body record, and the kinds of content that this Twinbell knows.
 *
 *     {kind, device, n, prev, heads, sent, body}      or, where the content is in a blob:
 *     {kind, device, n, prev, heads, sent, blob}
 *
 * `n` and `prev` make the chain of a sending device, `heads` says what the sender has received (`chain.ts`). A
 * kind that is not known here is kept and told, never dropped: the other may have a newer Twinbell.
 */

import * as kdf from "../crypto/kdf";
import { decodeMap, encode, type RecordValue, type Value } from "../encoding";
import { Damaged, Mistaken } from "../errors";
import { DEVICE_BYTES } from "../wire/limits";
import { type About, aboutToRecord, type Portrait, readAbout, readPortrait } from "./about";
import { EPOCH_MAX, PublicPrekey } from "./bundle";
import { type BlobRef, blobFromRecord, blobToRecord, BODY_BYTES_MAX } from "./envelope";
import { Frozen } from "./frozen";
import { WATCH_FORMS, type WatchKinds } from "./guardian";
import { Fields, row } from "./record";

export const HASH_BYTES = 32;
export const KIND_LENGTH_MAX = 32;
export const HEADS_MAX = 32; // devices of two people
export const COUNTER_MAX = 2 ** 48;
export const SENT_S_MAX = 2 ** 37; // the year 6325: its minute has four bytes in the chain

export const PATTERN_STEPS_MAX = 32;
export const PATTERN_STEP_MS_MIN = 10;
export const PATTERN_STEP_MS_MAX = 5_000;
export const PATTERN_MS_MAX = 30_000; // a ring is a moment; whoever wants more rings again
export const GAPS_MAX = 64; // in one `missing`: what fits into an envelope; the newest are asked for first
export const LETTER_BYTES_MAX = 2 ** 40;
const RECORD_BYTES_MAX = 16_384;
const KEYRING_BYTES_MAX = 65_536;

/** A device, and the highest of its counters that has come. */
export type Head = readonly [device: Uint8Array, n: number];

/** Counters of a device that have not come, from the first to the last. */
export type Range = readonly [device: Uint8Array, first: number, last: number];

interface BodyFields {
  readonly kind: string;
  readonly device: Uint8Array;
  readonly n: number;
  readonly prev: Uint8Array;
  readonly heads: readonly Head[];
  /** A whole minute: finer times would tell more than a letter's date does. */
  readonly sentS: number;
  /** Null where a blob has it. */
  readonly content: RecordValue | null;
  readonly blob: BlobRef | null;
}

export interface Body extends BodyFields {}

/** One body: who sent it as the how-manieth, and its content or the blob that has it. */
export class Body extends Frozen<BodyFields> {
  /** Return the body as it is sealed, hashed and kept. */
  encode(): Uint8Array {
    const { kind, device, n, prev, heads, sentS } = this;
    const said: RecordValue = this.blob ? { blob: blobToRecord(this.blob) } : { body: this.content };
    return encode({ kind, device, n, prev, heads, sent: sentS, ...said });
  }

  /** Read a body; throw `Damaged` for what is none. The content is looked at by `read`. */
  static parse(data: Uint8Array): Body {
    const fields = new Fields(decodeMap(data, { bytesMax: BODY_BYTES_MAX }), "message");
    const blob = fields.has("blob") ? blobFromRecord(fields.map("blob")) : null;
    return new Body({
      kind: fields.text("kind", KIND_LENGTH_MAX),
      device: fields.data("device", DEVICE_BYTES),
      n: fields.number("n", 0, COUNTER_MAX),
      prev: fields.data("prev", HASH_BYTES),
      heads: readHeads(fields.items("heads", HEADS_MAX)),
      sentS: fields.number("sent", 0, SENT_S_MAX),
      content: blob ? null : fields.map("body"),
      blob,
    });
  }
}

/** Return the hash by which a body is known to the chain. */
export function digest(body: Uint8Array): Uint8Array {
  return kdf.sha256(body);
}

/** What can be said, by its kind; what is said of a watch is in `guardian.ts`. */
interface Kinds extends WatchKinds {
  /** A touch: milliseconds on, off, on, …; `ring` makes one. */
  ring: { readonly pattern: readonly number[] };
  /** The sender is at the room. */
  knock: object;
  /** What an envelope says of a letter beside it: `letter.age` is the blob. */
  letter: {
    readonly id: Uint8Array;
    readonly blob: Uint8Array;
    readonly length: number;
    /** Of letter.age. */
    readonly sha256: Uint8Array;
    /** SHA-256 of lock.cbor. */
    readonly lock: Uint8Array;
    /** SHA-256 of letter.eml.age. */
    readonly eml: Uint8Array;
  };
  /** A letter of this bond for one who came back from paper: theirs and ours, each as it was sealed. */
  "letter-again": {
    readonly letter: Letter;
    /** Whoever reads this has written it. */
    readonly yours: boolean;
    /** When it was written, or came: a whole minute. */
    readonly atS: number;
  };
  /** What the sender says of themselves. */
  about: About;
  /** An engraving of the sender. */
  portrait: Portrait;
  /** The sender's newest prekey, of this epoch of theirs. */
  prekey: { readonly epoch: number; readonly prekey: PublicPrekey };
  /** What the sender has not got: counters of the receiver's devices, and all above some, once. */
  missing: { readonly gaps: readonly Range[]; readonly above: readonly Head[] };
  /** A record that changes what the other may do or must believe, signed (`control.ts`). */
  control: {
    readonly record: Uint8Array;
    readonly byRoot: Uint8Array | null;
    readonly byIdentity: Uint8Array | null;
  };
  /** The sender's `keyring.age`, to be kept unopened, so that paper works when their relay is gone. */
  keyring: { readonly serial: number; readonly sealed: Uint8Array };
}

export type Content<Kind extends keyof Kinds = keyof Kinds> = {
  [Each in Kind]: { readonly kind: Each } & Kinds[Each];
}[Kind];

export type Ring = Content<"ring">;
export type Letter = Content<"letter">;
export type Control = Content<"control">;

/** Return a ring of this rhythm; throw `Mistaken` for one that would not end, or that nobody feels. */
export function ring(pattern: readonly number[] = [400]): Ring {
  const total = pattern.reduce((sum, step) => sum + step, 0);
  if (pattern.length < 1 || pattern.length > PATTERN_STEPS_MAX || total > PATTERN_MS_MAX) {
    throw new Mistaken(`A ring has at most ${PATTERN_STEPS_MAX} steps and ${PATTERN_MS_MAX / 1000} seconds.`);
  }
  if (!pattern.every((step) => step >= PATTERN_STEP_MS_MIN && step <= PATTERN_STEP_MS_MAX)) {
    throw new Mistaken(
      `A step of a ring lasts ${PATTERN_STEP_MS_MIN} to ${PATTERN_STEP_MS_MAX} milliseconds.`,
    );
  }
  return { kind: "ring", pattern };
}

/** How one kind of content is written, and read by its fields. */
interface Form<Kind extends keyof Kinds> {
  readonly write: (content: Content<Kind>) => RecordValue;
  readonly read: (fields: Fields) => Content<Kind>;
}

const FORMS: { readonly [Kind in keyof Kinds]: Form<Kind> } = {
  ring: {
    write: ({ pattern }) => ({ pattern }),
    read: (fields) => ring(fields.items("pattern", PATTERN_STEPS_MAX).map(readStep)),
  },
  knock: {
    write: () => ({}),
    read: () => ({ kind: "knock" }),
  },
  letter: {
    write: letterToRecord,
    read: readLetter,
  },
  "letter-again": {
    write: ({ letter, yours, atS }) => ({ ...letterToRecord(letter), yours, at: atS }),
    read: (fields) => ({
      kind: "letter-again",
      letter: readLetter(fields),
      yours: fields.flag("yours"),
      atS: fields.number("at", 0, SENT_S_MAX),
    }),
  },
  about: {
    write: aboutToRecord,
    read: (fields) => ({ kind: "about", ...readAbout(fields) }),
  },
  portrait: {
    write: ({ size, pixels }) => ({ size, pixels }),
    read: (fields) => ({ kind: "portrait", ...readPortrait(fields) }),
  },
  prekey: {
    write: ({ epoch, prekey }) => ({ epoch, prekey: prekey.toRecord() }),
    read: (fields) => ({
      kind: "prekey",
      epoch: fields.number("epoch", 1, EPOCH_MAX),
      prekey: PublicPrekey.fromRecord(fields.map("prekey")),
    }),
  },
  missing: {
    write: ({ gaps, above }) => ({ gaps, above }),
    read: (fields) => ({
      kind: "missing",
      gaps: fields.items("gaps", GAPS_MAX).map((item) => row(item, "bytes", "number", "number")),
      above: readHeads(fields.items("above", HEADS_MAX)),
    }),
  },
  control: {
    write: ({ record, byRoot, byIdentity }) => ({ record, by_root: byRoot, by_identity: byIdentity }),
    read: (fields) => ({
      kind: "control",
      record: fields.dataUpTo("record", RECORD_BYTES_MAX),
      byRoot: fields.has("by_root") ? fields.data("by_root", 64) : null,
      byIdentity: fields.has("by_identity") ? fields.data("by_identity", 64) : null,
    }),
  },
  keyring: {
    write: ({ serial, sealed }) => ({ serial, sealed }),
    read: (fields) => ({
      kind: "keyring",
      serial: fields.number("serial"),
      sealed: fields.dataUpTo("sealed", KEYRING_BYTES_MAX),
    }),
  },
  ...WATCH_FORMS,
};

/** Return the record of a content: what `read` was given. */
export function toRecord<Kind extends keyof Kinds>(content: Content<Kind>): RecordValue {
  const form: Form<Kind> = FORMS[content.kind];
  return form.write(content);
}

/**
 * Return the content of a body, or null for a kind that this Twinbell does not know.
 *
 * Throws `Damaged` where the kind is known and the content does not fit it.
 */
export function read(kind: string, content: RecordValue): Content | null {
  if (!isKnown(kind)) return null;
  try {
    return FORMS[kind].read(new Fields(content, kind));
  } catch (error) {
    if (error instanceof Mistaken) throw new Damaged(error.sentence);
    throw error;
  }
}

function isKnown(kind: string): kind is keyof Kinds {
  return Object.hasOwn(FORMS, kind);
}

function letterToRecord({ id, blob, length, sha256, lock, eml }: Letter): RecordValue {
  return { id, blob, bytes: length, sha256, lock, eml };
}

function readLetter(fields: Fields): Letter {
  return {
    kind: "letter",
    id: fields.data("id", 16),
    blob: fields.data("blob", 16),
    length: fields.number("bytes", 1, LETTER_BYTES_MAX),
    sha256: fields.data("sha256", HASH_BYTES),
    lock: fields.data("lock", HASH_BYTES),
    eml: fields.data("eml", HASH_BYTES),
  };
}

function readStep(value: Value): number {
  if (typeof value !== "number") throw new Damaged("The pattern of this ring is not made of numbers.");
  return value;
}

function readHeads(values: readonly Value[]): Head[] {
  const heads = values.map((item) => row(item, "bytes", "number"));
  if (!heads.every(([device]) => device.length === DEVICE_BYTES)) {
    throw new Damaged("A device of this message is not named as it should be.");
  }
  return heads;
}
