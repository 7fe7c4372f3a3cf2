/**
 * The tables of a vault: what each row holds, and by which key it is known.
 *
 * Rows are values of the CBOR profile (`core/encoding`); times are whole seconds since 1970, ids raw bytes. The
 * tables are those of Python's `client/schema.py`, and two that only a page needs: ring and draft.
 */

import { hex } from "../core/bytes";

/** A setting of this home. Names are ours: "push", "room" and such. */
export type SettingRow = { name: string; value: string };

/** A bell that is on its way: given or answered, neither a bond nor burnt yet. */
export type BellRow = {
  id: Uint8Array;
  giver: boolean;
  relay: string;
  /** A record: the side of `core/bond/bell`, and the keys its bond would have. */
  state: Uint8Array;
  madeS: number;
};

/** A bond: our pendant, and what lists show without opening its record. */
export type BondRow = {
  id: Uint8Array;
  me: string;
  /** What the other one is called here; may be changed. */
  peer: string;
  relay: string;
  pendant: Uint8Array;
  sinceS: number;
  /** When a person showed that the kit is on paper. */
  kitConfirmedS: number | null;
  /** Everything in our inbox up to here is in this vault. */
  cursor: number;
  /** Up to here the relay has been told so. */
  acknowledged: number;
  /** When the rules were last told that time has passed. */
  tickedS: number;
  /** The other one's keyring.age: kept unopened for them. */
  copy: Uint8Array | null;
  /** Quiet hours, in minutes of this device's day; two that are equal are none. */
  quietFrom: number;
  quietTo: number;
  /** When this side ended it. */
  partedS: number | null;
};

/** What is to be told to our own relay: one of a kind, the newest. */
export type DutyRow = { bond: Uint8Array; kind: "push" | "register" | "slot"; data: Uint8Array };

/**
 * What we said, in clear, as the journal keeps it: sealing happens when it goes. A body stays after it was sent,
 * since the other one may ask for it again, until they have had it for a month.
 */
export type OutboxRow = {
  number: number;
  bond: Uint8Array;
  /** Its counter in our chain. */
  n: number;
  kind: string;
  body: Uint8Array;
  /** What goes beside it: a small blob, whole, or the name of a file. */
  blobId: Uint8Array | null;
  blob: Uint8Array | null;
  blobFile: string | null;
  /** Once set, `sealed` is repeated unchanged under it. */
  depositId: Uint8Array | null;
  sealed: Uint8Array | null;
  /** Null: it has still to go. */
  sentS: number | null;
  madeS: number;
};

/** A letter, in or out. Its text is in its file and nowhere else; only what a writer needs is beside it. */
export type LetterRow = {
  number: number;
  /** 16 bytes; the writer chose it. */
  id: Uint8Array;
  bond: Uint8Array;
  outgoing: boolean;
  state: "sending" | "sent" | "waiting" | "opened" | "damaged";
  opensS: number | null;
  /** lock.cbor: all that shows before the day. */
  lock: Uint8Array;
  /** What its envelope says: hashes, length, blob id. */
  record: Uint8Array;
  /** Outgoing: once its file is at the relay and its body in the outbox. */
  blobSent: boolean;
  /** Outgoing: its counter in our chain, once it has one. */
  n: number | null;
  atS: number;
  openedS: number | null;
  /** Incoming: its day was told. */
  readyTold: boolean;
  /** Only where the writer chose to keep it. */
  letterKey: Uint8Array | null;
  /** Incoming: the key its writer signed with when it came. */
  writer: Uint8Array | null;
  /** Known to who wrote it, and to who has opened it. */
  subject: string | null;
  fileCount: number | null;
  /** Only of a last letter: the watch whose silence opens it, and from when guardians open it without. */
  last?: { watch: Uint8Array; floorS: number; rehearsal?: boolean };
};

/** What an envelope of our inbox waits for before it may be acknowledged. */
export type ComingRow = {
  bond: Uint8Array;
  seq: number;
  arrivedS: number;
  envelope: Uint8Array;
  /** The record that announced the letter, or null for a small blob. */
  letter: Uint8Array | null;
  blobId: Uint8Array;
  length: number;
};

/** What happened, to be told once. */
export type EventRow = {
  number: number;
  kind: string;
  bond: Uint8Array | null;
  atS: number;
  facts: { [name: string]: string | number | boolean };
  told: boolean;
};

/** Envelopes that did not open, kept for a month; bodies that a newer Twinbell may read, kept for good. */
export type KeptRow = { number: number; bond: Uint8Array; data: Uint8Array; untilS: number | null };

/** Chains that are known here beside the shipped ones, by their computed hash. */
export type ChainRow = {
  hash: Uint8Array;
  record: Uint8Array;
  keeper: string;
  relay: string | null;
  retired: boolean;
  number: number;
};

/** Verified rounds: what opens letters without a network. */
export type BeaconRow = { chain: Uint8Array; round: number; signature: Uint8Array };

/** A ring that came and was not made heard: one line, until a person has looked. */
export type RingRow = {
  number: number;
  bond: Uint8Array;
  pattern: number[];
  sentS: number;
  arrivedS: number;
};

/** Two bits a pixel, as `core/bond/about` has it; of each person the newest. */
export type PortraitRow = { bond: Uint8Array; ours: boolean; size: number; pixels: Uint8Array };

/** A letter to give again to one who came back from paper, until its file is at the relay once more. */
export type GivingRow = {
  bond: Uint8Array;
  letter: number;
  /** A file that goes again is another blob. */
  blobId: Uint8Array;
};

/** What a person has written to the other and not sealed yet. */
export type DraftRow = {
  bond: Uint8Array;
  subject: string;
  text: string;
  wish: { local: string; zone: string; february: string | null } | null;
  years: number;
  hold: string;
};

/** Why a relay was of no help, as it is shown. */
export type RefusalRow = { name: string; code: string | null; sentence: string };

/**
 * A watch at which this home has a seat. Which there are is in the keyring of the bond; this is what came of looking
 * at the relay, and may be lost.
 */
export type SeatRow = {
  bond: Uint8Array;
  /** 16 bytes. */
  watch: Uint8Array;
  /** The last letters are for us; else we are a guardian. */
  reader: boolean;
  /** What the relay showed last. */
  view: Uint8Array | null;
  lookedS: number;
  /** Look again then; 0: the relay has rung. */
  dueS: number;
  refusal: RefusalRow | null;
  /** Hash of the inbox and token that the relay was given to ring at. */
  doorbell: Uint8Array | null;
  /** Of the watch, as its person was told it; empty: not yet. */
  stage: string;
  /** The question (its counted second) that its person was told. */
  asked: number;
  /** A guardian: yes, no or unknown, until it no longer counts. */
  answer: string | null;
  saidS: number;
  /** The signed answer, while it has still to go. */
  ballot: Uint8Array | null;
  /** Its number, so that the next one is above. */
  ballotN: number;
  /** When a guardian gave their share to the reader; 0: not. */
  releasedS: number;
  /** The day of the consent of which they were told that it is old. */
  consentTold: number;
};

/** What a relay gave out for a last letter: sealed to its reader, and kept whatever the relay does next. */
export type ParcelRow = { bond: Uint8Array; letter: Uint8Array; data: Uint8Array };

/** A share that its reader typed by hand, by the hash of the gate that it is for. */
export type TypedRow = { gate: Uint8Array; words: string };

/** A way to remind a person, and when its service last accepted a test; 0 if it never did. */
export type ChannelRow = { name: string; kind: "push" | "apprise"; url: string; acceptedS: number };

/** A watch of one's own. What it is lies in the keyring of its bond; this is what only this home knows of it. */
export type WatchRow = {
  id: Uint8Array;
  bond: Uint8Array;
  /** The code for the paper page, until its person has it on paper. */
  stop: Uint8Array | null;
  /** The number of the newest terms that its relay has taken. */
  taken: number;
  /** The number of our newest sign of life. */
  n: number;
  /** When its relay last took one, and when one was last tried. */
  aliveS: number;
  triedS: number;
  /** Until then each sign of life calls for help. */
  duressS: number;
  /** The two words, hashed. */
  words: { salt: Uint8Array; usual: Uint8Array; second: Uint8Array } | null;
  channels: ChannelRow[];
  /** Guardians were told that shares of epochs below this may go. */
  over: number;
  /** There is something that its relay has not been told. */
  owed: boolean;
};

/** A last letter that we wrote, beside its row in `letter`. */
export type LastRow = {
  number: number;
  letter: Uint8Array;
  watch: Uint8Array;
  /** Of the gate that it is behind; 0: it waits here for an arming. */
  epoch: number;
  /** A record of `core/bond/fate`. */
  fate: Uint8Array;
  /** The relay's part of its key, until the relay has it. */
  parcel: Uint8Array | null;
  /** Whether the relay's part is to be taken back, or has been. */
  drops: "no" | "owed" | "done";
  /** The letter that took its place. */
  next: Uint8Array | null;
  /** Its reader has opened it: it is not sealed again. */
  opened: boolean;
};

/** A rehearsal of one of our watches: a watch of its own in the same bond. The row stays until a person lets it go. */
export type RehearsalRow = {
  bond: Uint8Array;
  watch: Uint8Array;
  begunS: number;
  /** What its reader sent to show that they have read the letter. */
  proof: Uint8Array | null;
  /** Once it is over: how it ended, and what each had done by then. */
  over: { how: "done" | "lapsed"; people: { name: string; role: string; state: string }[] } | null;
};

export type Tables = {
  setting: SettingRow;
  bell: BellRow;
  bond: BondRow;
  duty: DutyRow;
  outbox: OutboxRow;
  letter: LetterRow;
  coming: ComingRow;
  event: EventRow;
  kept: KeptRow;
  chain: ChainRow;
  beacon: BeaconRow;
  ring: RingRow;
  portrait: PortraitRow;
  giving: GivingRow;
  draft: DraftRow;
  seat: SeatRow;
  parcel: ParcelRow;
  typed: TypedRow;
  watch: WatchRow;
  last: LastRow;
  rehearsal: RehearsalRow;
};

export type Table = keyof Tables;

/** Numbers are written so that their order as text is their own: rows come back in it. */
const numbered = (number: number): string => number.toString().padStart(12, "0");

/** The key by which a row is known within its table. */
export const KEYS: { readonly [T in Table]: (row: Tables[T]) => string } = {
  setting: (row) => row.name,
  bell: (row) => hex(row.id),
  bond: (row) => hex(row.id),
  duty: (row) => `${hex(row.bond)} ${row.kind}`,
  outbox: (row) => numbered(row.number),
  letter: (row) => numbered(row.number),
  coming: (row) => `${hex(row.bond)} ${numbered(row.seq)}`,
  event: (row) => numbered(row.number),
  kept: (row) => numbered(row.number),
  chain: (row) => hex(row.hash),
  beacon: (row) => `${hex(row.chain)} ${row.round}`,
  ring: (row) => numbered(row.number),
  portrait: (row) => `${hex(row.bond)} ${row.ours ? "ours" : "theirs"}`,
  giving: (row) => `${hex(row.bond)} ${numbered(row.letter)}`,
  draft: (row) => hex(row.bond),
  seat: (row) => `${hex(row.bond)} ${hex(row.watch)}`,
  parcel: (row) => `${hex(row.bond)} ${hex(row.letter)}`,
  typed: (row) => `${hex(row.gate)} ${row.words}`,
  watch: (row) => hex(row.id),
  last: (row) => numbered(row.number),
  rehearsal: (row) => hex(row.bond),
};

export const TABLES = Object.keys(KEYS) as Table[];
