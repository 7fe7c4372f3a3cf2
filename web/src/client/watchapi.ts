/**
 * What a page may ask about last letters: the part of `api` that watches, guardians and their readers need.
 *
 * A person may be all three: writer of last letters to one person, guardian of another, reader of a third. Nothing here
 * is a sentence: reasons are codes with their facts, and a catalogue has the words. Days are those of the terms; seconds
 * are counted by the relay, which counts only while it is up, so `inS` is "at the earliest".
 */

import type { Hold, LetterState, Refusal, Seal, Strength, Wish } from "./api";

/** For what a bond is: the two of a pair, or a guardian and one who asked them to be one. */
export type BondKind = "pair" | "guardian";

/** How far a watch has come, from signs of life to silence, and the two ways back from it. */
export type Stage = "kept" | "late" | "asking" | "veto" | "silent" | "returned" | "stopped";

/** A reason with what its sentence needs. */
export interface Reason<Code extends string> {
  readonly code: Code;
  readonly facts: Readonly<Record<string, string | number>>;
}

// The writer

/** Days without a sign of life, days of reminders, days that are left once guardians have not heard either. */
export interface Rhythm {
  readonly every: number;
  readonly grace: number;
  readonly veto: number;
}

/** One who was asked to be a guardian. `bond` is the one with them. */
export interface Guardian {
  readonly bond: string;
  readonly name: string;
  /**
   * `old`: they agreed more than a year ago, so ask again. `doubtful`: they came back from paper and may have lost their
   * share, so arm again.
   */
  readonly state: "asked" | "refused" | "agreed" | "old" | "doubtful";
  readonly agreedS: number | null;
  /** Whether the words were compared with them. */
  readonly verified: boolean;
  /** They are in the terms that are known here; who agrees after the first arming comes in with the next. */
  readonly seated: boolean;
  /** Their share has still to reach them. */
  readonly shareWaits: boolean;
  /** What they have answered to the question, once the relay has asked. */
  readonly said: "yes" | "no" | "unknown" | null;
  /** The relay asks them now. */
  readonly isAsked: boolean;
}

/** A way to remind a person. Its name is theirs, or what `pushHere` chose. */
export interface Channel {
  readonly name: string;
  readonly kind: "push" | "apprise";
  /** An Apprise address; empty for a push of a device. */
  readonly url: string;
  /** When its service last accepted a test; null: it was not tested, or refused. */
  readonly testedS: number | null;
}

/** What became of a test. `why` is what the relay says, in English. */
export interface Trial {
  readonly accepted: boolean;
  readonly why: string;
}

/**
 * What is missing before a watch can be armed.
 *
 * - `guardians`: `have` of `need` have agreed
 * - `one`: with several guardians at least two must be needed
 * - `words`: not compared with `name`, the reader
 * - `guardian-words`: compared with `have` of `need` guardians
 * - `channels`: `have` of `need` ways were tested
 * - `rehearsal`: there was none; `rehearsal-old`: the last is more than a year ago
 */
export type LackCode =
  "guardians" | "one" | "words" | "guardian-words" | "channels" | "rehearsal" | "rehearsal-old";
export type Lack = Reason<LackCode>;

/**
 * What wants doing, though nothing is wrong.
 *
 * - `rehearse`: a year has passed, `arm`: it is time to arm anew, `others`: guardians are others than when it was armed
 * - `page`: the stop code is not on paper yet, `test`: the channel `name` was not tested
 */
export type DueCode = "rehearse" | "arm" | "others" | "page" | "test";
export type Due = Reason<DueCode>;

/** A watch as its relay has it. */
export interface Seen {
  readonly stage: Stage;
  readonly lookedS: number;
  /** How long a day of the terms is: 86,400, or a few seconds in a rehearsal. */
  readonly unitS: number;
  /** What has counted since the last sign of life; negative: so long nothing counts, since an absence was said. */
  readonly countedS: number;
  /** What did not count since then, and why: `restored` is that the relay came back from an older copy. */
  readonly uncounted: readonly { readonly why: "down" | "clock" | "restored"; readonly seconds: number }[];
  /** The relay came back from an older copy, so all has begun anew from there. */
  readonly anew: boolean;
  /** When the next things happen if nothing is heard, in counted seconds from now; null: not known yet, or past. */
  readonly lateInS: number | null;
  readonly askingInS: number | null;
  readonly silentInS: number | null;
  /** How many reminders of this silence were accepted, of how many that there must be. */
  readonly reminders: number;
  readonly remindersNeeded: number;
  readonly awayUntilS: number | null;
  /** Shorter terms that wait, so long that guardians can see them. */
  readonly pending: { readonly inS: number; readonly rhythm: Rhythm; readonly need: number } | null;
  /** Last letters for which the reader has the relay's part: what was opened stays open. */
  readonly fetched: readonly string[];
}

/** A watch of one's own. It belongs to the bond with the one whom the letters are for. */
export interface Watch {
  readonly id: string;
  readonly bond: string;
  readonly reader: string;
  readonly rehearsal: boolean;
  readonly rhythm: Rhythm;
  readonly need: number;
  readonly zone: string;
  /** It can come to silence, as far as is known. */
  readonly armed: boolean;
  /** Null: never. */
  readonly armedS: number | null;
  readonly rehearsedS: number | null;
  /** The newest sign of life that this device brought to the relay. */
  readonly aliveS: number | null;
  readonly guardians: readonly Guardian[];
  readonly channels: readonly Channel[];
  readonly lacks: readonly Lack[];
  readonly dues: readonly Due[];
  /** The stop code is still on this device: `stopPage` shows it, `stopKept` forgets it. */
  readonly hasStop: boolean;
  /** The two words of `alive` are set. */
  readonly hasWords: boolean;
  /** Last letters in force, and how many of them are not armed. */
  readonly letters: number;
  readonly unarmed: number;
  /** Host and port. */
  readonly relay: string;
  /** Null: the relay was not asked yet, or did not answer, for the reason in `refusal`. */
  readonly seen: Seen | null;
  readonly refusal: Refusal | null;
}

/** The page that stops a watch from anywhere. */
export interface StopPage {
  /** Twelve. */
  readonly words: readonly string[];
  readonly relay: string;
  readonly watch: string;
  readonly me: string;
  /** The whole page as plain text. */
  readonly page: string;
}

/** How a change of terms holds: at once, or once the old time has counted. */
export interface Changed {
  readonly pending: boolean;
  readonly inS: number;
}

export interface Armed extends Changed {
  /** Letters that could not be sealed again, since their key went with an old device. */
  readonly left: readonly string[];
  /** The old page with the stop code is of no use any more. */
  readonly newStop: boolean;
  /** It was armed before: guardians who kept old shares could open older copies after their floor. */
  readonly again: boolean;
}

// Rehearsal

/** What one has done in a rehearsal. */
export interface Rehearsing {
  readonly name: string;
  readonly role: "guardian" | "reader";
  /**
   * `asked`: to take part. `ready`: they said yes. `answered`: whether they have heard from one. `done`: given their
   * share, or opened the letter. `refused`: they said no.
   */
  readonly state: "asked" | "ready" | "answered" | "done" | "refused";
}

export interface Rehearsal {
  readonly watch: string;
  readonly begunS: number;
  /** A relay forgets a rehearsal a week after its silence began. */
  readonly endsS: number;
  /**
   * `asking`: guardians are to say yes first. `silence`: its short time passes, and reminders go out. `help`: it is the
   * others' turn. `lapsed`: its relay keeps it no longer, so begin anew.
   */
  readonly stage: "asking" | "silence" | "help" | "done" | "lapsed";
  /** Enough have said yes: `rehearsal(bond, true)` goes on without the others. */
  readonly enough: boolean;
  readonly people: readonly Rehearsing[];
  /** How many guardians must do their part. */
  readonly need: number;
  readonly seen: Seen | null;
  readonly refusal: Refusal | null;
}

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

export interface WatchApi {
  /** For which kind of bond a bell is, by its code as typed: a person is told before she answers. */
  bellKind(code: string): Promise<BondKind>;

  // The writer. `bond` is the one with the reader.

  /** Every watch of this home, as far as it is known here; no relay is asked. Without rehearsals. */
  watches(): Promise<Watch[]>;
  /** How a watch is now: asks its relay. Null: there is none for this bond. */
  watch(bond: string): Promise<Watch | null>;
  /** Begin a watch. It guards nothing before it is armed. */
  beginWatch(bond: string, terms: { rhythm: Rhythm; need: number; zone: string }): Promise<Watch>;
  changeWatch(bond: string, terms: { rhythm: Rhythm; need: number; zone: string }): Promise<Changed>;
  /** Ask somebody to be a guardian, or ask them again; `guardian` is the bond of that kind. */
  askGuardian(bond: string, guardian: string): Promise<void>;
  dismissGuardian(bond: string, guardian: string): Promise<void>;
  /** Be reminded on this device, by the subscription of this browser. */
  addPush(bond: string, name: string, subscription: PushSubscriptionJSON): Promise<void>;
  addChannel(bond: string, name: string, url: string): Promise<void>;
  dropChannel(bond: string, name: string): Promise<void>;
  /** Have a reminder sent now. */
  testChannel(bond: string, name: string): Promise<Trial>;
  /** Null: it is on paper and only there. */
  stopPage(bond: string): Promise<StopPage | null>;
  /** It is on paper: this device keeps it no longer. */
  stopKept(bond: string): Promise<void>;
  /** Stop any watch by the page. `words` as typed. */
  stopWatch(page: { relay: string; watch: string; words: string }): Promise<void>;
  armWatch(bond: string): Promise<Armed>;
  endWatch(bond: string): Promise<void>;

  /**
   * "I am here." `word` is one of the two words where they are set; nothing that a page sees tells which of the two it
   * was. Rejects with `Refused` and `watch.word` for a word that is neither.
   */
  alive(bond: string, word?: string): Promise<void>;
  /** The usual word, and the one that calls for help. */
  setWords(bond: string, usual: string, second: string): Promise<void>;
  /** Nothing counts until then; null: one is back. */
  away(bond: string, untilS: number | null): Promise<void>;
  /** A person did something with their own hands: a sign of life goes where one is due. Never rejects. */
  acted(): Promise<void>;

  /** Begin a rehearsal, unless one goes on. */
  rehearse(bond: string): Promise<Rehearsal>;
  /**
   * Where a rehearsal stands; takes its next step where it is one's own turn. Null: there is none. `now` does not wait
   * for guardians who have not answered, where there are enough others.
   */
  rehearsal(bond: string, now?: boolean): Promise<Rehearsal | null>;
  /** End it, or let go of one that is over. */
  endRehearsal(bond: string): Promise<void>;

  planLast(ask: { bond: string; floor: Wish | null; hold: Hold }): Promise<LastPlan>;
  /** Resolves with its id once it is sealed and safe here. It goes once the watch is armed. */
  writeLast(letter: NewLastLetter): Promise<string>;
  /** Null: it is no last letter. `openLetter` opens it. */
  lastLetter(id: string): Promise<LastLetter | null>;

  // The reader

  readings(): Promise<Reading[]>;
  /** Ask the relay whether there is something new of this watch. */
  lookReading(bond: string, watch: string): Promise<void>;
  /** Keep a share that a guardian told; resolves with how many more must help. Rejects with the place of a wrong word. */
  takeShare(letter: string, words: string): Promise<number>;

  // The guardian

  guarded(): Promise<Guarded[]>;
  /** Look at the watch now, and say how it is. */
  lookGuarded(bond: string, watch: string): Promise<Guarded>;
  /** Say whether one will be a guardian, or still wants to be. */
  consent(bond: string, watch: string, yes: boolean): Promise<void>;
  /** Resolves with whether the relay had asked. Where it can't be reached the answer is kept, and goes by itself. */
  answerGuarded(bond: string, watch: string, answer: Answer): Promise<boolean>;
  /** Give the share to the reader. `to` is one of `readers`. Warnings are for the page to ask about before. */
  release(bond: string, watch: string, to: string): Promise<void>;
  showShares(bond: string, watch: string): Promise<ShareWords[]>;
  leaveGuarded(bond: string, watch: string): Promise<void>;
}
