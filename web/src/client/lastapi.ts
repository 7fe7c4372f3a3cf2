/**
 * What a page is shown of last letters, by whichever part a person has in them: writer, reader or guardian.
 *
 * What may be asked is in `watchapi`. Nothing here is a sentence: reasons are codes with their facts.
 */

import type { Hold, LetterState, Refusal, Seal, Strength, Wish } from "./api";
import type { Stage, Reason, Rhythm, Lack } from "./watchapi";

// Last letters

/** What becomes of a last letter when the bond ends, and when its reader is silent too. */
export interface Fate {
  readonly atParting: "burn" | "keep";
  readonly bothSilent: "heir" | "later" | "burn";
  /** A name, where there is to be an heir, and only there. */
  readonly heir: string;
}

export interface NewLastLetter {
  readonly bond: string;
  readonly subject: string;
  readonly text: string;
  readonly files: readonly File[];
  /** From then on guardians alone can open it, silent or not. Null: in a year. */
  readonly floor: Wish | null;
  readonly hold: Hold;
  readonly fate: Fate;
}

/** A row of the table "what holds this back". */
export interface HeldBack {
  /** Needs the writer's silence, or the day of the floor. */
  readonly by: "silence" | "floor";
  readonly strength: Strength;
  /** Who keeps the chains of the floor, as labels, and how many of them are needed; none by silence. */
  readonly keepers: readonly string[];
  readonly keepersNeeded: number;
}

/** What would hold a last letter, before it is sealed, and whether it would be armed. */
export interface LastPlan {
  readonly seal: Seal;
  readonly rows: readonly HeldBack[];
  readonly need: number;
  readonly guardians: number;
  /** By name, where all are known. */
  readonly names: readonly string[];
  readonly relay: string;
  /** Labels of chains that one of the two runs: that day holds nobody back who runs it. */
  readonly ours: readonly string[];
  readonly armed: boolean;
  readonly lacks: readonly Lack[];
}

/**
 * How a last letter of one's own stands.
 *
 * - `armed`: it opens once one has been silent and guardians help
 * - `held`: not armed; it lies on this device alone until the watch is armed for the first time
 * - `unarmed`: one's silence would not open it until the watch is armed
 * - `lost-key`: the same, and it can't be sealed again: write it again
 * - `replaced`: sealed again behind a newer gate; `next` is what its reader will open
 * - `opened`: the relay gave out its part when one was silent; what was opened stays open
 * - `rehearsal`: it is the letter of a rehearsal, and says nothing but that
 */
export type Standing = "armed" | "held" | "unarmed" | "lost-key" | "replaced" | "opened" | "rehearsal";

/** A last letter, from either side. */
export interface LastLetter {
  readonly letter: string;
  readonly outgoing: boolean;
  readonly state: LetterState;
  readonly floorS: number | null;
  readonly need: number;
  readonly guardians: number;
  readonly names: readonly string[];
  readonly rows: readonly HeldBack[];
  readonly relay: string;
  readonly rehearsal: boolean;
  /** Outgoing. */
  readonly standing: Standing | null;
  readonly next: string | null;
  readonly fate: Fate | null;
  /** Incoming: the watch as it was seen last; null: nobody has said yet. */
  readonly stage: Stage | null;
  /** Incoming: whose shares are here; a name, or null for one that was typed. */
  readonly helpers: readonly (string | null)[];
  /** Incoming: so many guardians must still help. */
  readonly missing: number;
  /** Incoming: among the shares that are here there is a false one. */
  readonly hasFalse: boolean;
  /** Incoming: the relay's part is here, so that nobody can take it back any more. */
  readonly hasPart: boolean;
  /** Incoming: why the relay could not be asked. */
  readonly refusal: Refusal | null;
}

// The reader

/** One whose last letters are for us: what is told before anything may be opened. */
export interface Reading {
  readonly bond: string;
  readonly watch: string;
  readonly writer: string;
  readonly guardians: readonly string[];
  readonly need: number;
  readonly rhythm: Rhythm;
  readonly rehearsal: boolean;
  readonly stage: Stage | null;
  /** Shares that guardians have released to us for this watch, by name. */
  readonly helpers: readonly string[];
  /** Last letters that are here and not opened yet. */
  readonly letters: readonly string[];
}

// The guardian

export type Answer = "yes" | "no" | "unknown";

/**
 * Why a share may not be released, or what to think of before.
 *
 * Refusals: `no-share`, `no-seat`, `stopped` by the code on paper, `heard` (one has said so oneself), `say-first`
 * (answer the question first), `away` until `untilS`, `too-new` (a sign of life of `lifeS` is too new; from `fromS` on
 * it may be).
 * Warnings: `duress` (the last sign said that they were not free), `waits` (the relay still waits for them),
 * `relay-stopped`, `relay-heard` (the relay says so).
 */
export type RulingCode =
  | "no-share"
  | "no-seat"
  | "stopped"
  | "heard"
  | "say-first"
  | "away"
  | "too-new"
  | "duress"
  | "waits"
  | "relay-stopped"
  | "relay-heard";

export interface Ruling {
  readonly allowed: boolean;
  readonly refusal: Reason<RulingCode> | null;
  readonly warnings: readonly Reason<RulingCode>[];
}

/** A watch for which one is a guardian, or was asked to be. Its id is `watch` with `bond`, the one with the writer. */
export interface Guarded {
  readonly bond: string;
  readonly watch: string;
  readonly writer: string;
  /** For whom the letters are, as the writer calls them. */
  readonly reader: string;
  readonly rehearsal: boolean;
  readonly rhythm: Rhythm;
  /** Null before a seat was given. */
  readonly need: number | null;
  readonly guardians: number | null;
  readonly unitS: number;
  /** Null: one has not said yes. */
  readonly consentedS: number | null;
  /** One was asked and has not answered, or it is a year ago. */
  readonly consentDue: boolean;
  /** Looser terms hold from then on. */
  readonly looserFromS: number | null;
  readonly shares: readonly { readonly epoch: number; readonly sinceS: number }[];
  /** The newest sign of life that one holds, checked here. */
  readonly lifeS: number | null;
  readonly awayUntilS: number | null;
  /** A note that nobody else sees said that they may not be free. When; null: none, or long ago. */
  readonly duressS: number | null;
  readonly stage: Stage | null;
  /** "Have you heard from them?" waits for an answer. */
  readonly asked: boolean;
  readonly answer: Answer | null;
  readonly answeredS: number | null;
  readonly releasedS: number | null;
  readonly ruling: Ruling;
  /** Bonds of guardians with somebody of the reader's name: to whom a share can go. Mostly one. */
  readonly readers: readonly { readonly bond: string; readonly name: string }[];
  readonly refusal: Refusal | null;
}

/** A share as words, to be printed or read out. */
export interface ShareWords {
  readonly epoch: number;
  readonly sinceS: number;
  readonly words: readonly string[];
  readonly need: number;
  readonly of: number;
}
