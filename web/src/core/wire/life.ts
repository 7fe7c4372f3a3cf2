/**
 * A sign of life: a person did something with their own hands, or says for how long they will not.
 *
 * A record signed by the watch's key, or by one of the few other hands that its terms name, with a number `n`, a second
 * since 1970 by the signer's clock that only grows: who repeats an old one says nothing. With it goes a note to each
 * guardian, which is nearly always empty and then looks no different: how a person who is made to keep the watch can
 * say so.
 */

import { bigEndian, concat, fromBigEndian, randomBytes, same, unhex, utf8, type Random } from "../bytes";
import * as hpke from "../crypto/hpke";
import * as kdf from "../crypto/kdf";
import { PUBLIC_BYTES, type SigningKey } from "../crypto/signing";
import { decodeMap, encode, INTEGER_MAX, type RecordValue, type Value } from "../encoding";
import { Damaged } from "../errors";
import { Fields, VERSION } from "./fields";
import {
  ID_BYTES,
  WATCH_AWAY_S_MAX,
  WATCH_GUARDIANS_MAX,
  WATCH_LIFE_BYTES_MAX,
  WATCH_NOTE_BYTES,
} from "./limits";
import { sign, Signed } from "./signed";
import { DAY_MAX, HASH_BYTES, watchId, type Terms } from "./terms";

export const LABEL_ALIVE = "twinbell/v1/watch-alive";
export const LABEL_AWAY = "twinbell/v1/watch-away";
export const LABEL_NOTE = "twinbell/v1/watch-note"; // ‖ watch id: HPKE's info

export const RECORD_BYTES_MAX = 512;
export const NOTE_PLAIN_BYTES = 128;
export const NOTE_UNITS = 7; // a guardian is handed a new note at most once in so many units
const TAG_BYTES = 16;

/** A person did something with their own hands. Made on such an act only, never by background work. */
export interface Alive {
  readonly type: "watch-alive";
  readonly watch: Uint8Array;
  readonly epoch: number;
  readonly n: number;
  /** Since 1970, where the person was. */
  readonly day: number;
  /** Hash of the notes that come with it. */
  readonly notes: Uint8Array;
}

/** A person will not be heard from for a while, and says so; 0 ends it. A sign of life as well. */
export interface Away {
  readonly type: "watch-away";
  readonly watch: Uint8Array;
  /** Of one sequence with the signs of life. */
  readonly n: number;
  readonly fromS: number;
  readonly untilS: number;
}

/** Notes by the guardians' seats in hex. */
export type Notes = ReadonlyMap<string, Uint8Array>;

/** What comes to a guardian with a sign of life: nearly always nothing. */
export interface Note {
  readonly duress: boolean;
  readonly day: number;
}

export function signAlive({ watch, epoch, n, day, notes }: Omit<Alive, "type">, key: SigningKey): Signed {
  return sign(key, LABEL_ALIVE, encode({ v: VERSION, type: "watch-alive", watch, epoch, n, day, notes }));
}

export function signAway({ watch, n, fromS, untilS }: Omit<Away, "type">, key: SigningKey): Signed {
  return sign(
    key,
    LABEL_AWAY,
    encode({ v: VERSION, type: "watch-away", watch, n, from: fromS, until: untilS }),
  );
}

/**
 * Return the sign of life in `signed`, by the watch's key or, unless it is an absence, a hand of hers.
 *
 * Throws `Damaged` for anything else.
 */
export function openLife(signed: Signed, terms: Terms): Alive | Away {
  const limit = { bytesMax: RECORD_BYTES_MAX };
  const type = Fields.untyped(signed.record, "sign of life", limit).text("type", 32);
  const life = type === "watch-away" ? readAway(signed.record) : readAlive(signed.record);
  if (life.type === "watch-away") signed.check(LABEL_AWAY, [terms.key]);
  else signed.check(LABEL_ALIVE, [terms.key, ...terms.hands]);
  if (!same(life.watch, watchId(terms.key))) throw new Damaged("This sign of life is for another watch.");
  return life;
}

/** Return the number of the next sign of life or answer, where `newest` is the last that was taken. */
export function nextN(nowS: number, newest: number): number {
  return Math.min(Math.max(nowS, newest + 1), INTEGER_MAX);
}

// --- notes

/** Return a note sealed to a guardian's X-Wing key: always of the same length. */
export function sealNote(
  { duress, day }: Note,
  recipient: Uint8Array,
  watch: Uint8Array,
  random: Random = randomBytes,
): Uint8Array {
  const plain = new Uint8Array(NOTE_PLAIN_BYTES);
  plain.set(concat(bigEndian(duress ? 1 : 0, 1), bigEndian(day, 4)));
  const { enc, ciphertext } = hpke.seal(recipient, plain, { info: noteInfo(watch) }, random);
  return concat(enc, ciphertext);
}

/** Return the note that was sealed to this X-Wing seed; throw `Damaged` for anything else. */
export function openNote(seed: Uint8Array, data: Uint8Array, watch: Uint8Array): Note {
  if (data.length !== WATCH_NOTE_BYTES) throw noNote();
  const at = WATCH_NOTE_BYTES - NOTE_PLAIN_BYTES - TAG_BYTES;
  const sealed = { enc: data.slice(0, at), ciphertext: data.slice(at) };
  const plain = hpke.open(seed, sealed, { info: noteInfo(watch) });
  if (plain[0]! > 1 || plain.subarray(5).some(Boolean)) {
    throw new Damaged("This note is not what it should be.");
  }
  return { duress: plain[0] === 1, day: fromBigEndian(plain.subarray(1, 5)) };
}

/** Return what a sign of life says of its notes. */
export function notesHash(notes: Notes): Uint8Array {
  return kdf.sha256(encode(notesToValue(notes)));
}

/** The body of a sign of life: the signed record, and for each guardian a note. */
export class Life {
  readonly signed: Signed;
  readonly notes: Notes;

  constructor(signed: Signed, notes: Notes = new Map()) {
    this.signed = signed;
    this.notes = notes;
  }

  toBytes(): Uint8Array {
    return encode({ signed: this.signed.toValue(), notes: notesToValue(this.notes) });
  }

  static parse(data: Uint8Array): Life {
    const record = decodeMap(data, { bytesMax: WATCH_LIFE_BYTES_MAX });
    const fields = new Fields(record, "sign of life").only("signed", "notes");
    const notes = Object.entries(fields.map("notes"));
    if (notes.length > WATCH_GUARDIANS_MAX) throw new Damaged("There are more notes here than guardians.");
    const signed = Signed.of(fields.map("signed"), { bytesMax: RECORD_BYTES_MAX });
    return new Life(signed, new Map(notes.map(readNote)));
  }

  /**
   * Return the sign of life that this is, if its notes are its own; throw `Damaged` for anything else.
   *
   * A note for somebody who is no guardian by these terms is nobody's, and no harm.
   */
  open(terms: Terms): Alive | Away {
    const life = openLife(this.signed, terms);
    if (life.type === "watch-away" && this.notes.size) throw new Damaged("An absence has no notes.");
    if (life.type === "watch-alive" && !same(life.notes, notesHash(this.notes))) {
      throw new Damaged("These notes are not those of this sign of life.");
    }
    return life;
  }
}

function readAlive(data: Uint8Array): Alive {
  const fields = Fields.of(data, "watch-alive", { bytesMax: RECORD_BYTES_MAX });
  fields.only("watch", "epoch", "n", "day", "notes");
  return {
    type: "watch-alive",
    watch: fields.data("watch", ID_BYTES),
    epoch: fields.number("epoch"),
    n: fields.number("n", 1),
    day: fields.number("day", 0, DAY_MAX),
    notes: fields.data("notes", HASH_BYTES),
  };
}

function readAway(data: Uint8Array): Away {
  const fields = Fields.of(data, "watch-away", { bytesMax: RECORD_BYTES_MAX });
  fields.only("watch", "n", "from", "until");
  const away: Away = {
    type: "watch-away",
    watch: fields.data("watch", ID_BYTES),
    n: fields.number("n", 1),
    fromS: fields.number("from"),
    untilS: fields.number("until"),
  };
  const { n, fromS, untilS } = away;
  if (untilS && (fromS >= untilS || untilS > n + WATCH_AWAY_S_MAX)) {
    throw new Damaged("An absence ends after it begins, and within 400 days.");
  }
  return away;
}

function noteInfo(watch: Uint8Array): Uint8Array {
  return concat(utf8(LABEL_NOTE), watch);
}

function notesToValue(notes: Notes): RecordValue {
  return Object.fromEntries(notes);
}

function readNote([seat, note]: [string, Value]): [string, Uint8Array] {
  if (unhex(seat).length !== PUBLIC_BYTES) {
    throw new Damaged("A note is by the seat of its guardian, in lower hex.");
  }
  if (!(note instanceof Uint8Array) || note.length !== WATCH_NOTE_BYTES) throw noNote();
  return [seat, note];
}

function noNote(): Damaged {
  return new Damaged(`A note has ${WATCH_NOTE_BYTES} bytes.`);
}
