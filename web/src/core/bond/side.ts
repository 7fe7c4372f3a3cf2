/**
 * The two sides of a bell as they are saved: giver and answerer, and what success leaves.
 *
 * How one state follows from another is in `bell.ts`.
 */

import { concat, utf8 } from "../bytes";
import * as cpace from "../crypto/cpace";
import * as kdf from "../crypto/kdf";
import type { RecordValue } from "../encoding";
import { Burnt, Damaged, Mistaken } from "../errors";
import {
  PAIRING_ANSWER_S as ANSWER_WITHIN_S,
  PAIRING_PART_BYTES_MAX as MESSAGE_BYTES_MAX,
} from "../wire/limits";
import { Bundle, BUNDLE_BYTES_MAX, kindOf } from "./bundle";
import { Code, type Form } from "./code";
import { Frozen } from "./frozen";
import { Bond, Role, WORDS_BYTES } from "./keys";
import { Fields, VERSION } from "./record";

const LABEL_KEY = "twinbell/v1/bell/"; // ‖ a, b or bond
const LABEL_WORDS = utf8("twinbell/v1/words");

export const NONCE_BYTES = 32;
export const SID_BYTES = 32;
export const SEED_BYTES = 32;
export const TOKEN_BYTES = 32;

const EMPTY = new Uint8Array();

/** Where a side is. The table in `bell.ts` says how it gets there. */
export type State =
  | "new"
  | "offered"
  | "spent"
  | "confirmed"
  | "called"
  | "answered"
  | "joined"
  | "done" // joined, and nothing left to do
  | "wrong code"
  | "burnt"
  | "expired";

/** What a person is told in the end. */
export type Outcome = "joined" | "wrong code" | "burnt";

/** The outcome that each state means; null while a bell is open. */
const OUTCOMES: { readonly [Each in State]: Outcome | null } = {
  new: null,
  offered: null,
  spent: null,
  confirmed: null,
  called: null,
  answered: null,
  joined: "joined",
  done: "joined",
  "wrong code": "wrong code",
  burnt: "burnt",
  expired: "burnt",
};

/** What follows from a bell's first two messages and the keys of one side. */
export interface Session {
  readonly transcript: Uint8Array;
  readonly keyA: Uint8Array;
  readonly keyB: Uint8Array;
  readonly bond: Uint8Array;
}

export function deriveSession(transcript: Uint8Array, isk: Uint8Array, kemSecret: Uint8Array): Session {
  const derive = (name: string): Uint8Array =>
    kdf.hkdf(concat(isk, kemSecret), { salt: transcript, info: utf8(LABEL_KEY + name) });
  return { transcript, keyA: derive("a"), keyB: derive("b"), bond: derive("bond") };
}

/** What success leaves: the bond, and what the other showed of their keys. */
export interface Joined {
  readonly bond: Bond;
  readonly peer: Bundle;
}

interface GiverFields {
  readonly state: State;
  readonly form: Form;
  readonly relay: string;
  readonly nameplate: string;
  readonly secret: string;
  /** Bearer token of this side at the pairing mailbox. */
  readonly token: Uint8Array;
  readonly sid: Uint8Array;
  readonly scalar: Uint8Array;
  readonly kemSeed: Uint8Array;
  readonly nonce: Uint8Array;
  readonly bundle: Uint8Array;
  readonly madeS: number;
  readonly m1: Uint8Array;
  readonly m2: Uint8Array;
  readonly m3: Uint8Array;
  readonly session: Session | null;
  readonly peer: Uint8Array;
  readonly joinedS: number;
  readonly reason: string;
}

const OPEN = { session: null, peer: EMPTY, joinedS: 0, reason: "" };
const NEW_GIVER = { ...OPEN, m2: EMPTY, m3: EMPTY };
const NEW_ANSWERER = {
  ...OPEN,
  commitment: EMPTY,
  peerHash: EMPTY,
  tagA: EMPTY,
  m2: EMPTY,
  m4: EMPTY,
  nonce: EMPTY,
};

export interface Giver extends GiverFields {}

/** The side that gives the bell. */
export class Giver extends Frozen<GiverFields> {
  constructor(fields: Omit<GiverFields, keyof typeof NEW_GIVER> & Partial<GiverFields>) {
    super({ ...NEW_GIVER, ...fields });
  }

  /** The code to give; throws `Mistaken` before the relay has given it a nameplate. */
  get code(): Code {
    const { form, relay, nameplate, secret } = this;
    if (!nameplate) throw new Mistaken("This bell does not hang at a relay yet.");
    return new Code({ form, relay, nameplate, secret, kind: kindOf(this.bundle) });
  }

  /** Until when it can be answered. */
  get expiresS(): number {
    return this.madeS + ANSWER_WITHIN_S;
  }

  /** How it ended; null while it is open. */
  get outcome(): Outcome | null {
    return OUTCOMES[this.state];
  }

  /** The bond; throws `Burnt` where there is none. */
  get joined(): Joined {
    return joinedOf(this, Role.GIVER);
  }

  toRecord(): RecordValue {
    return {
      v: VERSION,
      type: "giver",
      state: this.state,
      form: this.form,
      relay: this.relay,
      nameplate: this.nameplate,
      secret: this.secret,
      token: this.token,
      sid: this.sid,
      scalar: this.scalar,
      kem_seed: this.kemSeed,
      nonce: this.nonce,
      bundle: this.bundle,
      made: this.madeS,
      m1: this.m1,
      m2: this.m2,
      m3: this.m3,
      session: sessionToRecord(this.session),
      peer: this.peer,
      joined: this.joinedS,
      reason: this.reason,
    };
  }

  /** Load a giver. One that was saved spent comes back burnt: its one guess may have been seen. */
  static fromRecord(record: RecordValue): Giver {
    const fields = Fields.typed(record, "giver");
    const giver = new Giver({
      state: stateOf(fields.text("state", 16)),
      form: formOf(fields.text("form", 8)),
      relay: fields.text("relay", 255),
      nameplate: fields.text("nameplate", 32),
      secret: fields.text("secret", 64),
      token: fields.data("token", TOKEN_BYTES),
      sid: fields.data("sid", SID_BYTES),
      scalar: fields.dataUpTo("scalar", 32),
      kemSeed: fields.dataUpTo("kem_seed", 32),
      nonce: fields.data("nonce", NONCE_BYTES),
      bundle: fields.dataUpTo("bundle", BUNDLE_BYTES_MAX),
      madeS: fields.number("made"),
      m1: fields.dataUpTo("m1", MESSAGE_BYTES_MAX),
      m2: fields.dataUpTo("m2", MESSAGE_BYTES_MAX),
      m3: fields.dataUpTo("m3", MESSAGE_BYTES_MAX),
      session: sessionOf(fields),
      peer: fields.dataUpTo("peer", BUNDLE_BYTES_MAX),
      joinedS: fields.number("joined"),
      reason: fields.text("reason", 256),
    });
    if (giver.state !== "spent") return giver;
    return end(giver, "burnt", "Twinbell was stopped while this bell was being answered.");
  }
}

interface AnswererFields {
  readonly state: State;
  readonly code: Code;
  readonly token: Uint8Array;
  readonly bundle: Uint8Array;
  readonly madeS: number;
  /** To the giver's nonce. */
  readonly commitment: Uint8Array;
  /** Of the giver's bundle. */
  readonly peerHash: Uint8Array;
  readonly tagA: Uint8Array;
  readonly m2: Uint8Array;
  readonly m4: Uint8Array;
  readonly session: Session | null;
  readonly nonce: Uint8Array;
  readonly peer: Uint8Array;
  readonly joinedS: number;
  readonly reason: string;
}

export interface Answerer extends AnswererFields {}

/** The side that answers the bell. */
export class Answerer extends Frozen<AnswererFields> {
  constructor(fields: Omit<AnswererFields, keyof typeof NEW_ANSWERER> & Partial<AnswererFields>) {
    super({ ...NEW_ANSWERER, ...fields });
  }

  /** How it ended; null while it is open. */
  get outcome(): Outcome | null {
    return OUTCOMES[this.state];
  }

  /** The bond; throws `Burnt` where there is none. */
  get joined(): Joined {
    return joinedOf(this, Role.ANSWERER);
  }

  toRecord(): RecordValue {
    return {
      v: VERSION,
      type: "answerer",
      state: this.state,
      form: this.code.form,
      relay: this.code.relay,
      nameplate: this.code.nameplate,
      secret: this.code.secret,
      token: this.token,
      bundle: this.bundle,
      made: this.madeS,
      commitment: this.commitment,
      peer_hash: this.peerHash,
      tag_a: this.tagA,
      m2: this.m2,
      m4: this.m4,
      session: sessionToRecord(this.session),
      nonce: this.nonce,
      peer: this.peer,
      joined: this.joinedS,
      reason: this.reason,
    };
  }

  static fromRecord(record: RecordValue): Answerer {
    const fields = Fields.typed(record, "answerer");
    return new Answerer({
      state: stateOf(fields.text("state", 16)),
      code: new Code({
        form: formOf(fields.text("form", 8)),
        relay: fields.text("relay", 255),
        nameplate: fields.text("nameplate", 32),
        secret: fields.text("secret", 64),
        kind: kindOf(fields.dataUpTo("bundle", BUNDLE_BYTES_MAX)),
      }),
      token: fields.data("token", TOKEN_BYTES),
      bundle: fields.dataUpTo("bundle", BUNDLE_BYTES_MAX),
      madeS: fields.number("made"),
      commitment: fields.dataUpTo("commitment", 32),
      peerHash: fields.dataUpTo("peer_hash", 32),
      tagA: fields.dataUpTo("tag_a", cpace.TAG_BYTES),
      m2: fields.dataUpTo("m2", MESSAGE_BYTES_MAX),
      m4: fields.dataUpTo("m4", MESSAGE_BYTES_MAX),
      session: sessionOf(fields),
      nonce: fields.dataUpTo("nonce", NONCE_BYTES),
      peer: fields.dataUpTo("peer", BUNDLE_BYTES_MAX),
      joinedS: fields.number("joined"),
      reason: fields.text("reason", 256),
    });
  }
}

export type Side = Giver | Answerer;

/** Close a side for good. Its secrets go: nothing of them is needed any more. */
export function end(side: Giver, state: State, reason: string): Giver;
export function end(side: Answerer, state: State, reason: string): Answerer;
export function end<Either extends Side>(side: Either, state: State, reason: string): Either;
export function end(side: Side, state: State, reason: string): Side {
  if (side instanceof Giver)
    return side.with({ state, reason, scalar: EMPTY, kemSeed: EMPTY, session: null });
  return side.with({ state, reason, session: null, tagA: EMPTY });
}

/** Say whether a bell ended by a relay's word alone, which nobody has signed. */
export function isHearsay(side: Side): boolean {
  return side.reason.startsWith("It seems");
}

/** Return the 66 bits of words and picture: nine bytes, the last six bits zero. */
export function wordsBits(transcript: Uint8Array, nonce: Uint8Array): Uint8Array {
  const bits = kdf.sha256(LABEL_WORDS, transcript, nonce).slice(0, WORDS_BYTES);
  bits[WORDS_BYTES - 1]! &= 0b1100_0000;
  return bits;
}

function joinedOf(side: Side, role: Role): Joined {
  const { session, nonce, joinedS } = side;
  if (side.outcome !== "joined" || session === null) {
    throw new Burnt(side.reason || "This bell has not been answered yet.");
  }
  const words = wordsBits(session.transcript, nonce);
  return {
    bond: new Bond({ id: session.bond, role, words, sinceS: joinedS }),
    peer: Bundle.parse(side.peer),
  };
}

function sessionToRecord(session: Session | null): RecordValue | null {
  if (session === null) return null;
  return { th: session.transcript, a: session.keyA, b: session.keyB, bond: session.bond };
}

function sessionOf(side: Fields): Session | null {
  if (!side.has("session")) return null;
  const fields = new Fields(side.map("session"), "session");
  const [transcript, keyA, keyB, bond] = ["th", "a", "b", "bond"].map((name) => fields.data(name, 32)) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  return { transcript, keyA, keyB, bond };
}

function formOf(text: string): Form {
  if (text === "spoken" || text === "link") return text;
  throw new Damaged("This bell has a form that this Twinbell does not know.");
}

function stateOf(text: string): State {
  if (Object.hasOwn(OUTCOMES, text)) return text as State;
  throw new Damaged("This bell is in a state that this Twinbell does not know.");
}
