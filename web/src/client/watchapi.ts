/**
 * What a page may ask about last letters: the part of `api` that watches, guardians and their readers need.
 *
 * A person may be all three: writer of last letters to one person, guardian of another, reader of a third. Nothing here
 * is a sentence: reasons are codes with their facts, and a catalogue has the words. Days are those of the terms; seconds
 * are counted by the relay, which counts only while it is up, so `inS` is "at the earliest".
 */

import type { Hold, Refusal, Wish } from "./api";
import type { NewLastLetter, LastPlan, LastLetter, Reading, Answer, Guarded, ShareWords } from "./lastapi";

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
  /** Looser terms that waited for their day are gone, since the watch was over before it. */
  readonly dropped: boolean;
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
