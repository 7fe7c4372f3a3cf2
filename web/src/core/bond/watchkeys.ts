/**
 * What a person keeps of a watch in the keyring of a bond, so that paper and a second device bring it back.
 *
 *     Owned      the writer, in the bond with the reader: the key of the watch, and how far it was counted
 *     Appointed  the writer, in the bond with a guardian: whom they asked, and what they gave
 *     Seat       the guardian, in the bond with the writer: their seat and their shares
 *     Reading    the reader, in the bond with the writer: their seat
 *     Released   the reader, in the bond with a guardian: a share that was released to them
 *
 * All of one bond fit into its keyring (`docs/spec/guardians.md`). What changes them is in `guarding.ts`; the two
 * seats are in `watchseat.ts`.
 */

import { same } from "../bytes";
import { encode, type RecordValue, type Value } from "../encoding";
import { Damaged } from "../errors";
import { ID_BYTES, TOKEN_BYTES, WATCH_GUARDIANS_MAX } from "../wire/limits";
import { KEY_BYTES, RECIPIENT_BYTES } from "./bundle";
import { Frozen } from "./frozen";
import {
  DAY_MAX,
  EPOCH_MAX,
  type GuardianAsk,
  type GuardianSeat,
  HASH_BYTES,
  readAsk,
  readRelease,
  readSeat,
  readShare,
  type Share,
  type ShareRelease,
  SIGNATURE_BYTES,
  SIGNED_BYTES_MAX,
  written,
} from "./guardian";
import { Fields } from "./record";
import { kept, orNull, Reading, Seat } from "./watchseat";

export { type HeldShare, Reading, Seat, SHARES_MAX } from "./watchseat";

export const WATCHES_MAX = 6; // in one bond and role: a guardian may look after letters to several people
export const RELEASED_MAX = 12; // by one guardian
export const WATCH_KEYS_BYTES_MAX = 32_000; // of a keyring's 60,000; seven guardians' terms take 2,000 in each role

const EMPTY = new Uint8Array();

interface OwnedFields {
  readonly watch: Uint8Array;
  /** Of the Ed25519 key that signs terms and life. */
  readonly seed: Uint8Array;
  /** Bearer token. */
  readonly owner: Uint8Array;
  /** Bearer token that the reader has. */
  readonly reader: Uint8Array;
  /** SHA-256 of the code on paper; the code itself is not kept. */
  readonly stop: Uint8Array;
  readonly rehearsal: boolean;
  /** Of the newest terms. */
  readonly number: number;
  /** Of the newest arming; 0 before the first. */
  readonly epoch: number;
  /** Recipient of the guardians' gate of this epoch. */
  readonly gate: Uint8Array;
  readonly k: number;
  readonly n: number;
  /** Of the newest sign of life. */
  readonly lifeN: number;
  /** The newest, signed. */
  readonly terms: Uint8Array;
  readonly armedDay: number;
  readonly rehearsedDay: number;
}

const NEW_OWNED = {
  rehearsal: false,
  number: 0,
  epoch: 0,
  gate: EMPTY,
  k: 0,
  n: 0,
  lifeN: 0,
  terms: EMPTY,
  armedDay: 0,
  rehearsedDay: 0,
};

export interface Owned extends OwnedFields {}

/** A watch of one's own. */
export class Owned extends Frozen<OwnedFields> {
  constructor(fields: Omit<OwnedFields, keyof typeof NEW_OWNED> & Partial<OwnedFields>) {
    super({ ...NEW_OWNED, ...fields });
  }

  toRecord(): RecordValue {
    const { watch, seed, owner, reader, stop, rehearsal, number, epoch, gate, k, n, terms } = this;
    const counted = { life: this.lifeN, armed: this.armedDay, rehearsed: this.rehearsedDay };
    return { watch, seed, owner, reader, stop, rehearsal, number, epoch, gate, k, n, terms, ...counted };
  }

  static fromRecord(value: Value): Owned {
    const fields = new Fields(value, "watch");
    return new Owned({
      watch: fields.data("watch", ID_BYTES),
      seed: fields.data("seed", KEY_BYTES),
      owner: fields.data("owner", TOKEN_BYTES),
      reader: fields.data("reader", TOKEN_BYTES),
      stop: fields.data("stop", HASH_BYTES),
      rehearsal: fields.flag("rehearsal"),
      number: fields.number("number"),
      epoch: fields.number("epoch", 0, EPOCH_MAX),
      gate: readGate(fields),
      k: fields.number("k", 0, WATCH_GUARDIANS_MAX),
      n: fields.number("n", 0, WATCH_GUARDIANS_MAX),
      lifeN: fields.number("life"),
      terms: fields.dataUpTo("terms", SIGNED_BYTES_MAX),
      armedDay: fields.number("armed", 0, DAY_MAX),
      rehearsedDay: fields.number("rehearsed", 0, DAY_MAX),
    });
  }
}

interface AppointedFields {
  readonly ask: GuardianAsk;
  /** Bearer token of their seat. */
  readonly token: Uint8Array;
  readonly answered: boolean;
  /** Public key; none if they said no, or nothing yet. */
  readonly seat: Uint8Array;
  readonly day: number;
  readonly consent: Uint8Array;
  readonly given: GuardianSeat | null;
  /** Until it is sure that they have it. */
  readonly share: Share | null;
  /** They came back from paper after the words were let go of. */
  readonly doubtful: boolean;
  /** Of the newest rehearsal in which they did their part. */
  readonly doneDay: number;
}

const NEW_APPOINTED = {
  answered: false,
  seat: EMPTY,
  day: 0,
  consent: EMPTY,
  given: null,
  share: null,
  doubtful: false,
  doneDay: 0,
};

export interface Appointed extends AppointedFields {}

/** One who was asked to be a guardian, and what was given to them. */
export class Appointed extends Frozen<AppointedFields> {
  constructor(fields: Pick<AppointedFields, "ask" | "token"> & Partial<AppointedFields>) {
    super({ ...NEW_APPOINTED, ...fields });
  }

  get watch(): Uint8Array {
    return this.ask.watch;
  }

  /** Whether they said yes. */
  get agreed(): boolean {
    return this.seat.length > 0;
  }

  toRecord(): RecordValue {
    const { token, answered, seat, day, consent, doubtful } = this;
    const contents = { ask: written(this.ask), given: orNull(this.given), share: orNull(this.share) };
    return { token, answered, seat, day, consent, doubtful, done: this.doneDay, ...contents };
  }

  static fromRecord(value: Value): Appointed {
    const fields = new Fields(value, "guardian");
    return new Appointed({
      ask: kept(fields, "ask", readAsk),
      token: fields.data("token", TOKEN_BYTES),
      answered: fields.flag("answered"),
      seat: fields.dataUpTo("seat", KEY_BYTES),
      day: fields.number("day", 0, DAY_MAX),
      consent: fields.dataUpTo("consent", SIGNATURE_BYTES),
      given: fields.has("given") ? kept(fields, "given", readSeat) : null,
      share: fields.has("share") ? kept(fields, "share", readShare) : null,
      doubtful: fields.flag("doubtful"),
      doneDay: fields.number("done", 0, DAY_MAX),
    });
  }
}

interface WatchKeysFields {
  readonly owned: readonly Owned[];
  readonly appointed: readonly Appointed[];
  readonly seats: readonly Seat[];
  readonly reading: readonly Reading[];
  readonly released: readonly ShareRelease[];
}

export interface WatchKeys extends WatchKeysFields {}

/** All of it in one bond. Most bonds have none. */
export class WatchKeys extends Frozen<WatchKeysFields> {
  constructor(fields: Partial<WatchKeysFields> = {}) {
    super({ owned: [], appointed: [], seats: [], reading: [], released: [], ...fields });
  }

  /** Return the watch of one's own with this id. */
  of(watch: Uint8Array): Owned | null {
    return find(this.owned, watch);
  }

  /** Return what is kept of the one who was asked for this watch. */
  guardian(watch: Uint8Array): Appointed | null {
    return find(this.appointed, watch);
  }

  /** Return the guardian's seat at this watch. */
  seat(watch: Uint8Array): Seat | null {
    return find(this.seats, watch);
  }

  /** Return the reader's seat at this watch. */
  reader(watch: Uint8Array): Reading | null {
    return find(this.reading, watch);
  }

  /** Whether both are the same. */
  equals(other: WatchKeys): boolean {
    return this === other || isSame(this.toRecord(), other.toRecord());
  }

  toRecord(): RecordValue {
    const lists = {
      owned: this.owned.map((each) => each.toRecord()),
      appointed: this.appointed.map((each) => each.toRecord()),
      seats: this.seats.map((each) => each.toRecord()),
      reading: this.reading.map((each) => each.toRecord()),
      released: this.released.map(written),
    };
    return Object.fromEntries(Object.entries(lists).filter(([, items]) => items.length > 0));
  }

  static fromRecord(value: Value): WatchKeys {
    const fields = new Fields(value, "watches of a keyring");
    const items = (name: string, lengthMax: number): readonly Value[] =>
      fields.has(name) ? fields.items(name, lengthMax) : [];
    return new WatchKeys({
      owned: items("owned", WATCHES_MAX).map(Owned.fromRecord),
      appointed: items("appointed", WATCHES_MAX).map(Appointed.fromRecord),
      seats: items("seats", WATCHES_MAX).map(Seat.fromRecord),
      reading: items("reading", WATCHES_MAX).map(Reading.fromRecord),
      released: items("released", RELEASED_MAX).map((each) => readRelease(new Fields(each, "share-release"))),
    });
  }
}

/** Say whether two records are the same. */
export function isSame(one: RecordValue, other: RecordValue): boolean {
  return same(encode(one), encode(other));
}

interface OfWatch {
  readonly watch: Uint8Array;
}

/** Return the one of this watch. */
export function find<Kept extends OfWatch>(items: readonly Kept[], watch: Uint8Array): Kept | null {
  return items.find((each) => same(each.watch, watch)) ?? null;
}

/** Return `items` with `item` in the place of the one of the same watch, or behind all. */
export function put<Kept extends OfWatch>(items: readonly Kept[], item: Kept): readonly Kept[] {
  if (find(items, item.watch) === null) return [...items, item];
  return items.map((each) => (same(each.watch, item.watch) ? item : each));
}

/** Return `items` without the one of this watch. */
export function without<Kept extends OfWatch>(items: readonly Kept[], watch: Uint8Array): readonly Kept[] {
  return items.filter((each) => !same(each.watch, watch));
}

function readGate(fields: Fields): Uint8Array {
  const gate = fields.dataUpTo("gate", RECIPIENT_BYTES);
  if (gate.length === 0 || gate.length === RECIPIENT_BYTES) return gate;
  throw new Damaged("The gate of this watch is not what it should be.");
}
