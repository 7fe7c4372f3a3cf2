/**
 * What writer, guardians and reader of last letters say to each other, each inside a bond of theirs.
 *
 *     bond with a guardian    writer → guardian    guardian-ask, guardian-seat, share, share-over
 *                             guardian → writer    guardian-answer, guardian-done
 *                             guardian → reader    share-release
 *                             either               guardian-over
 *     bond of the pair        writer → reader      reader-seat
 *                             reader → writer      rehearsed
 *
 * What each of them changes is in `guarding.ts`; the bytes are in `docs/spec/guardians.md`.
 */

import type { RecordValue, Value } from "../encoding";
import { Damaged, Mistaken } from "../errors";
import {
  ID_BYTES,
  TOKEN_BYTES,
  WATCH_GUARDIANS_MAX,
  WATCH_TERMS_BYTES_MAX,
  WATCH_UNITS_MAX,
} from "../wire/limits";
import { checkName, checkRelayUrl, KEY_BYTES, NAME_LENGTH_MAX } from "./bundle";
import { RELAY_URL_LENGTH_MAX } from "./kit";
import type { Fields } from "./record";

export const HASH_BYTES = 32;
export const SIGNATURE_BYTES = 64;
export const DAY_MAX = 2 ** 32 - 1; // days since 1970: four bytes in a note
export const EPOCH_MAX = 2 ** 32 - 1;
export const SHARE_CHARS_MAX = 296; // 33 words of at most eight letters
export const SIGNED_BYTES_MAX = WATCH_TERMS_BYTES_MAX + 128; // terms as long as the relay takes them, and their signature

/** What belongs into a bond with a guardian. */
interface GuardianKinds {
  /** Will you be a guardian? The writer says what for, before anything is agreed. */
  "guardian-ask": {
    readonly watch: Uint8Array;
    /** Units without a sign of life, then `grace` until guardians are asked, then `veto`. */
    readonly every: number;
    readonly grace: number;
    readonly veto: number;
    /** The name of the one whom the letters are for. */
    readonly reader: string;
    readonly relay: string;
    readonly rehearsal: boolean;
  };
  /** Yes, with the seat's public key and the consent that it has signed; or no, with neither. */
  "guardian-answer": {
    readonly watch: Uint8Array;
    readonly yes: boolean;
    readonly seat: Uint8Array | null;
    /** Since 1970: a consent is asked for again after a year. */
    readonly day: number;
    readonly consent: Uint8Array | null;
  };
  /** Where the watch is, this guardian's bearer token there, and the signed terms. Again at each change. */
  "guardian-seat": {
    readonly relay: string;
    readonly watch: Uint8Array;
    /** The public key of the watch. */
    readonly key: Uint8Array;
    readonly token: Uint8Array;
    /** As the relay has them: record and signature. */
    readonly terms: Uint8Array;
  };
  /** A guardian's share of the gate of one arming: SLIP-39 words. Alone it tells nothing. */
  share: {
    readonly watch: Uint8Array;
    readonly epoch: number;
    /** SHA-256 of the gate's recipient, which stands in the locks. */
    readonly gate: Uint8Array;
    readonly words: string;
    readonly k: number;
    readonly n: number;
  };
  /** All last letters are sealed behind a newer gate: shares of epochs below this one may go. */
  "share-over": { readonly watch: Uint8Array; readonly below: number };
  /** A guardian gives their share to the reader. */
  "share-release": {
    readonly watch: Uint8Array;
    readonly epoch: number;
    readonly gate: Uint8Array;
    readonly words: string;
  };
  /** The sender ends this: seat and shares of this watch go on both sides. */
  "guardian-over": { readonly watch: Uint8Array };
  /** A guardian has done their part in this rehearsal. */
  "guardian-done": { readonly watch: Uint8Array; readonly day: number };
}

/** What belongs into the bond of a pair. */
interface ReaderKinds {
  /** What the reader needs of the watch, and who the guardians are. Again at each change. */
  "reader-seat": {
    readonly relay: string;
    readonly watch: Uint8Array;
    readonly key: Uint8Array;
    readonly token: Uint8Array;
    readonly terms: Uint8Array;
    readonly guardians: readonly string[];
  };
  /** The reader has opened the letter of this rehearsal; only who has read it knows the proof. */
  rehearsed: {
    readonly watch: Uint8Array;
    /** SHA-256 of the letter's text. */
    readonly proof: Uint8Array;
    readonly day: number;
  };
}

/** What is said of a watch, by its kind. */
export interface WatchKinds extends GuardianKinds, ReaderKinds {}

/** A content of one of these kinds. */
export type AboutWatch<Kind extends keyof WatchKinds = keyof WatchKinds> = {
  [Each in Kind]: { readonly kind: Each } & WatchKinds[Each];
}[Kind];

export type GuardianAsk = AboutWatch<"guardian-ask">;
export type GuardianAnswer = AboutWatch<"guardian-answer">;
export type GuardianSeat = AboutWatch<"guardian-seat">;
export type Share = AboutWatch<"share">;
export type ShareOver = AboutWatch<"share-over">;
export type ShareRelease = AboutWatch<"share-release">;
export type GuardianOver = AboutWatch<"guardian-over">;
export type GuardianDone = AboutWatch<"guardian-done">;
export type ReaderSeat = AboutWatch<"reader-seat">;
export type Rehearsed = AboutWatch<"rehearsed">;

const PLACE = ["relay", "watch", "key", "token", "terms"] as const;

/** The fields of each kind: what is written, and no more than that. */
const NAMES: { readonly [Kind in keyof WatchKinds]: readonly (keyof WatchKinds[Kind] & string)[] } = {
  "guardian-ask": ["watch", "every", "grace", "veto", "reader", "relay", "rehearsal"],
  "guardian-answer": ["watch", "yes", "seat", "day", "consent"],
  "guardian-seat": PLACE,
  share: ["watch", "epoch", "gate", "words", "k", "n"],
  "share-over": ["watch", "below"],
  "share-release": ["watch", "epoch", "gate", "words"],
  "guardian-over": ["watch"],
  "guardian-done": ["watch", "day"],
  "reader-seat": [...PLACE, "guardians"],
  rehearsed: ["watch", "proof", "day"],
};

type Forms = {
  readonly [Kind in keyof WatchKinds]: {
    readonly write: (content: AboutWatch<Kind>) => RecordValue;
    readonly read: (fields: Fields) => AboutWatch<Kind>;
  };
};

/** How each kind is written, and read by its fields. */
export const WATCH_FORMS: Forms = {
  "guardian-ask": { write: written, read: (fields) => checked(readAsk(fields)) },
  "guardian-answer": { write: written, read: (fields) => checked(readAnswer(fields)) },
  "guardian-seat": { write: written, read: readSeat },
  share: { write: written, read: (fields) => checked(readShare(fields)) },
  "share-over": { write: written, read: readOver },
  "share-release": { write: written, read: readRelease },
  "guardian-over": { write: written, read: (fields) => ({ kind: "guardian-over", ...readWatch(fields) }) },
  "guardian-done": { write: written, read: (fields) => ({ kind: "guardian-done", ...readDone(fields) }) },
  "reader-seat": { write: written, read: (fields) => checked(readReader(fields)) },
  rehearsed: { write: written, read: readRehearsed },
};

/** Return a content that can be said; throw `Mistaken` for one that makes no sense. */
export function checked<Content extends AboutWatch>(content: Content): Content {
  const wrong = wrongIn(content);
  if (wrong !== null) throw new Mistaken(wrong);
  return content;
}

/** Return the record of a content. */
export function written(content: AboutWatch): RecordValue {
  const fields: Readonly<Record<string, Value>> = content;
  return Object.fromEntries(NAMES[content.kind].map((name) => [name, fields[name]!]));
}

export function readAsk(fields: Fields): GuardianAsk {
  return {
    kind: "guardian-ask",
    watch: fields.data("watch", ID_BYTES),
    every: fields.number("every"),
    grace: fields.number("grace"),
    veto: fields.number("veto"),
    reader: checkName(fields.text("reader", NAME_LENGTH_MAX)),
    relay: checkRelayUrl(fields.text("relay", RELAY_URL_LENGTH_MAX)),
    rehearsal: fields.flag("rehearsal"),
  };
}

export function readSeat(fields: Fields): GuardianSeat {
  return { kind: "guardian-seat", ...readPlace(fields) };
}

export function readShare(fields: Fields): Share {
  return {
    ...readRelease(fields),
    kind: "share",
    k: fields.number("k"),
    n: fields.number("n"),
  };
}

export function readRelease(fields: Fields): ShareRelease {
  return {
    kind: "share-release",
    watch: fields.data("watch", ID_BYTES),
    epoch: fields.number("epoch", 1, EPOCH_MAX),
    gate: fields.data("gate", HASH_BYTES),
    words: readWords(fields),
  };
}

function readAnswer(fields: Fields): GuardianAnswer {
  return {
    kind: "guardian-answer",
    watch: fields.data("watch", ID_BYTES),
    yes: fields.flag("yes"),
    seat: fields.has("seat") ? fields.data("seat", KEY_BYTES) : null,
    day: fields.number("day", 0, DAY_MAX),
    consent: fields.has("consent") ? fields.data("consent", SIGNATURE_BYTES) : null,
  };
}

function readReader(fields: Fields): ReaderSeat {
  const names = fields.items("guardians", WATCH_GUARDIANS_MAX);
  const guardians = names.map((name) => checkName(typeof name === "string" ? name : ""));
  return { kind: "reader-seat", ...readPlace(fields), guardians };
}

/** Where a watch is, and what its terms are. */
function readPlace(fields: Fields): Omit<GuardianSeat, "kind"> {
  return {
    relay: checkRelayUrl(fields.text("relay", RELAY_URL_LENGTH_MAX)),
    watch: fields.data("watch", ID_BYTES),
    key: fields.data("key", KEY_BYTES),
    token: fields.data("token", TOKEN_BYTES),
    terms: fields.dataUpTo("terms", SIGNED_BYTES_MAX),
  };
}

function readWatch(fields: Fields): Omit<GuardianOver, "kind"> {
  return { watch: fields.data("watch", ID_BYTES) };
}

function readDone(fields: Fields): Omit<GuardianDone, "kind"> {
  return { ...readWatch(fields), day: fields.number("day", 0, DAY_MAX) };
}

function readOver(fields: Fields): ShareOver {
  return { kind: "share-over", ...readWatch(fields), below: fields.number("below", 1, EPOCH_MAX) };
}

function readRehearsed(fields: Fields): Rehearsed {
  return { kind: "rehearsed", ...readDone(fields), proof: fields.data("proof", HASH_BYTES) };
}

/** Only what a share may hold: it is shown, and read aloud. */
function readWords(fields: Fields): string {
  const words = fields.text("words", SHARE_CHARS_MAX);
  if (!/^[a-z ]*$/.test(words) || words.trim() === "") {
    throw new Damaged("The words of this share are not what they should be.");
  }
  return words;
}

/** Return why this cannot be said, or null where it can. */
function wrongIn(content: AboutWatch): string | null {
  switch (content.kind) {
    case "guardian-ask": {
      const stages = [content.every, content.grace, content.veto];
      if (stages.every((units) => units >= 1 && units <= WATCH_UNITS_MAX)) return null;
      return `A watch waits for 1 to ${WATCH_UNITS_MAX} days at each stage.`;
    }
    case "guardian-answer": {
      const isWhole = [content.seat, content.consent].every((given) => (given !== null) === content.yes);
      return isWhole ? null : "A yes comes with a seat and a signed consent, and a no with neither.";
    }
    case "share": {
      const { k, n } = content;
      if (k >= 1 && k <= n && n <= WATCH_GUARDIANS_MAX && (k > 1 || n === 1)) return null;
      return `Two or more of at most ${WATCH_GUARDIANS_MAX} guardians are needed, or one alone.`;
    }
    case "reader-seat": {
      const count = content.guardians.length;
      return count >= 1 && count <= WATCH_GUARDIANS_MAX
        ? null
        : `A watch has 1 to ${WATCH_GUARDIANS_MAX} guardians.`;
    }
    default:
      return null;
  }
}
