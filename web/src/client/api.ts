/**
 * What a page may ask of a home, and what it is told: the face of the worker in which all keys live.
 *
 * Everything that changes something is durable when its promise resolves. What could not be sent goes later by
 * itself. A promise rejects with a `Refusal` and nothing else that is foreseen. Times are unix seconds, ids lower
 * hex, bytes Uint8Array. Nothing here is ever markup.
 */

import type { Standing } from "./lastapi";
import type { BondKind, WatchApi } from "./watchapi";

/** Why something was refused. `name` is the class in `core/errors`, `sentence` its English words for a log. */
export interface Refusal {
  readonly name: string;
  /** A more exact reason that a catalogue has a sentence for, such as `bell.own` or `wish.february`. */
  readonly code?: string;
  readonly sentence: string;
  readonly hint?: string;
  /** Facts that a sentence may use: `opensS`, `round`, `chain`, `relay`, … */
  readonly facts?: Readonly<Record<string, string | number>>;
}

/** `elsewhere`: another tab or window holds this home; `takeOver` brings it here. */
export type HomeState = "empty" | "open" | "elsewhere";

export interface Home {
  readonly state: HomeState;
  readonly storage: Storage;
}

export interface Storage {
  /** Whether the browser has promised not to wipe this by itself. */
  readonly persisted: boolean;
  readonly usedBytes: number;
  readonly quotaBytes: number;
}

export type BellForm = "spoken" | "link";
export type * from "./lastapi";
export type * from "./watchapi";

/** A bell on its way: given and not yet answered, or answered and not yet complete. */
export interface Bell {
  readonly id: string;
  readonly giver: boolean;
  readonly form: BellForm;
  readonly kind: BondKind;
  /** Giver only: what is said, or the whole link. */
  readonly code: string;
  readonly expiresS: number;
  readonly stage: "waiting" | "finishing";
}

/** What became of a bell. `wrong-code` and `burnt` by a relay's word alone are only what it seems (`seems`). */
export interface BellOutcome {
  readonly bell: string;
  readonly outcome: "joined" | "wrong-code" | "burnt";
  readonly bond?: string;
  readonly seems: boolean;
}

/** An engraving: `size`×`size` pixels of two bits (0 ground, 1 faint, 2 line, 3 bright), four to a byte, row by row. */
export interface Portrait {
  readonly size: number;
  readonly pixels: Uint8Array;
}

/** What a person tells the other of themselves, all of it optional. */
export interface About {
  /** `MM-DD`. */
  readonly birthday: string | null;
  /** IANA zone. */
  readonly zone: string | null;
  /** The place they would like behind the room, by its name in `app/room/places`. */
  readonly place: string | null;
}

/** When rings are heard. Times are minutes of the local day; equal means always heard. */
export interface Quiet {
  readonly fromMinute: number;
  readonly toMinute: number;
  /** How many rings an hour are sounded; more become one line. */
  readonly perHour: number;
}

export interface Bond {
  readonly id: string;
  readonly kind: BondKind;
  readonly peer: string;
  readonly me: string;
  readonly relay: string;
  readonly sinceS: number;
  readonly role: "giver" | "answerer";
  readonly words: readonly string[];
  /** The 66 bits from which the picture is drawn, in 9 bytes. */
  readonly bits: Uint8Array;
  readonly verified: boolean;
  /** Their keys changed by their identity alone: the words count as not compared. */
  readonly changed: boolean;
  readonly peerVerified: boolean;
  readonly receipts: { readonly ours: boolean; readonly theirs: boolean };
  readonly kitConfirmed: boolean;
  readonly portraits: { readonly ours: Portrait | null; readonly theirs: Portrait | null };
  readonly about: { readonly ours: About; readonly theirs: About };
  readonly quiet: Quiet;
  readonly parted: boolean;
}

/** What waits to go or to come, and whether the relay answers. */
export interface Link {
  readonly bond: string;
  readonly state: "connected" | "connecting" | "offline";
  readonly waitingOut: number;
}

export interface Ring {
  readonly number: number;
  readonly bond: string;
  readonly pattern: readonly number[];
  readonly sentS: number;
  readonly arrivedS: number;
  /** Fresh, allowed by the limit and not in quiet hours: sound it. Otherwise it becomes one line. */
  readonly sound: boolean;
}

/** A date as a person means it. `february` answers what 29 February means in a year that has none. */
export interface Wish {
  /** `YYYY-MM-DDTHH:MM`, or with seconds. */
  readonly local: string;
  readonly zone: string;
  readonly february?: "28" | "1 March";
}

export type Strength = "nothing" | "courtesy" | "guardians" | "mathematics";
export type Hold = "balance" | "secrecy" | "survival";

/** What would hold a letter back, before it is sealed. */
export interface Seal {
  readonly opensS: number | null;
  readonly local: string | null;
  readonly zone: string | null;
  readonly strength: Strength;
  /** Who keeps the chains, as labels; `ours` marks one that one of the two runs. */
  readonly keepers: readonly { readonly label: string; readonly ours: boolean }[];
  /** Any one of these ways opens it; each names the keepers that it needs together. */
  readonly ways: readonly (readonly string[])[];
  readonly keep: boolean;
}

export type LetterState =
  "sealing" | "sending" | "sent" | "coming" | "waiting" | "ready" | "opened" | "damaged";

export interface Letter {
  readonly id: string;
  readonly bond: string;
  readonly outgoing: boolean;
  readonly state: LetterState;
  /** How much of its file is there or gone, 0 to 1, while it is sealing, sending or coming. */
  readonly progress: number | null;
  readonly bytes: number;
  readonly seal: Seal;
  readonly atS: number;
  readonly openedS: number | null;
  /** Known once it was opened here, or written here. */
  readonly subject: string | null;
  readonly fileCount: number | null;
  /** Outgoing, and only while both allow receipts. */
  readonly reached: boolean | null;
  /** Only of a last letter; of one that came in there is no standing. */
  readonly last?: { readonly standing: Standing | null };
}

export interface NewLetter {
  readonly bond: string;
  readonly subject: string;
  readonly text: string;
  readonly files: readonly File[];
  /** Null: it opens when it arrives. */
  readonly wish: Wish | null;
  /** One letter a year, this many in all, each sealed now; 1 unless it returns. */
  readonly years: number;
  readonly hold: Hold;
}

export interface Opened {
  readonly id: string;
  readonly from: string;
  readonly subject: string;
  readonly text: string;
  readonly writtenS: number;
  readonly files: readonly OpenedFile[];
}

export interface OpenedFile {
  readonly name: string;
  readonly type: string;
  readonly bytes: number;
  readonly content: Blob;
}

/** The recovery kit of one bond. */
export interface Kit {
  readonly words: readonly string[];
  readonly relay: string;
  readonly inbox: string;
  readonly peer: string;
  /** The whole page as plain text: what is printed, what the file holds, what `restore` reads. */
  readonly page: string;
}

/** What a person has written and not sealed; survives a closed tab. */
export interface Draft {
  readonly subject: string;
  readonly text: string;
  readonly wish: Wish | null;
  readonly years: number;
  readonly hold: Hold;
}

export type RoomState = "outside" | "knocking" | "alone" | "together";

/**
 * `left`: the other one went. `lost`: their connection did. After the others nobody goes in again by itself. A
 * `stranger` stood at the door and heard nothing; something was `tampered` with on the way; our place was `taken`, by
 * another device or by somebody who should not know it; the other one has a `newer` Twinbell.
 */
export type RoomEnd = "left" | "lost" | "stranger" | "tampered" | "taken" | "newer";

export interface Room {
  readonly bond: string;
  readonly state: RoomState;
  /** Who was here first, once both are. */
  readonly first: "me" | "them" | null;
  readonly place: string | null;
}

/** What happens while a page is open. Each is told once; the page asks anew for what it shows. */
export type Event =
  | { readonly kind: "home"; readonly state: HomeState }
  | { readonly kind: "bells" }
  | { readonly kind: "bell"; readonly outcome: BellOutcome }
  | { readonly kind: "bonds" }
  | { readonly kind: "link"; readonly link: Link }
  | { readonly kind: "ring"; readonly ring: Ring }
  | { readonly kind: "letters"; readonly bond: string; readonly letter?: string; readonly arrived?: boolean }
  /** The other one's device has all up to `upto` of what was sent; only while both allow receipts. */
  | { readonly kind: "reached"; readonly bond: string; readonly upto: number }
  | { readonly kind: "knock"; readonly bond: string; readonly atS: number }
  /** `why` they are not together any more, where there is something to say. */
  | { readonly kind: "room"; readonly room: Room; readonly why?: RoomEnd }
  /** `text` replaces what stood under this number; `done` once the thought is whole. */
  | {
      readonly kind: "thought";
      readonly mine: boolean;
      readonly number: number;
      readonly text: string;
      readonly done: boolean;
    }
  | { readonly kind: "hand"; readonly mine: boolean; readonly pressed: boolean }
  /** Something about watches is new: of one's own, of those one guards, of one whose letters one is to read. */
  | { readonly kind: "watches" }
  | { readonly kind: "news"; readonly news: News };

/** One line worth telling: `kind` is that of Python's `listen`, so a catalogue has a sentence for each. */
export interface News {
  readonly number: number;
  readonly bond: string | null;
  readonly kind: string;
  readonly atS: number;
  readonly facts: Readonly<Record<string, string | number | boolean>>;
}

export interface Api extends WatchApi {
  /** Open the home of this browser, or say why not. Safe to repeat. */
  start(): Promise<Home>;
  takeOver(): Promise<Home>;

  /** `relay` is a URL; by default the one this page came from. */
  giveBell(ask: { name: string; form: BellForm; relay?: string; kind?: BondKind }): Promise<Bell>;
  /** `code` is a whole link or what was said, as typed. */
  answerBell(ask: { name: string; code: string }): Promise<Bell>;
  bells(): Promise<Bell[]>;
  dropBell(id: string): Promise<void>;

  bonds(): Promise<Bond[]>;
  verify(bond: string): Promise<void>;
  rename(bond: string, name: string): Promise<void>;
  setReceipts(bond: string, on: boolean): Promise<void>;
  setAbout(bond: string, about: About): Promise<void>;
  setPortrait(bond: string, portrait: Portrait): Promise<void>;
  setQuiet(bond: string, quiet: Quiet): Promise<void>;
  /** End the bond, quietly: the other one sees what they would see if this device were off. */
  part(bond: string): Promise<void>;
  link(bond: string): Promise<Link>;

  /** Resolves when it is safe here; `gone` says whether the relay has it already. `n` is named by `reached`. */
  ring(bond: string, pattern: readonly number[]): Promise<{ gone: boolean; n: number }>;
  /** Rings that came and were not sounded, since a person last looked. */
  missedRings(bond: string): Promise<Ring[]>;
  seenRings(bond: string): Promise<void>;

  kit(bond: string): Promise<Kit>;
  /** Checks the words a person has typed from paper, by their places (from 0). */
  confirmKit(bond: string, typed: ReadonlyMap<number, string>): Promise<boolean>;
  /** Come back from a page of paper, as typed, pasted or read from the file. */
  restore(page: string): Promise<Bond>;
  /** Everything of this bond that can be read, as one archive of open formats, for keeping elsewhere. */
  exportBond(bond: string): Promise<Blob>;

  /** What would hold a letter; rejects with `Mistaken` and a code for a wish that makes no sense. */
  plan(ask: { bond: string; wish: Wish | null; hold: Hold }): Promise<Seal>;
  /** Resolves with the ids once each is sealed and safe here. */
  writeLetter(letter: NewLetter): Promise<string[]>;
  letters(bond: string): Promise<Letter[]>;
  openLetter(id: string): Promise<Opened>;
  draft(bond: string): Promise<Draft | null>;
  saveDraft(bond: string, draft: Draft | null): Promise<void>;

  knock(bond: string): Promise<void>;
  enter(bond: string): Promise<Room>;
  leave(bond: string): Promise<void>;
  /** The thought as far as it was written; `done` ends it. */
  think(bond: string, thought: { number: number; text: string; done: boolean }): Promise<void>;
  hand(bond: string, pressed: boolean): Promise<void>;

  /** News that nobody has seen yet, oldest first. */
  news(): Promise<News[]>;
  seenNews(number: number): Promise<void>;

  /** The key that a push subscription of this browser must name, or null where the relay does not push. */
  pushKey(): Promise<string | null>;
  setPush(subscription: PushSubscriptionJSON | null): Promise<void>;

  /** The page went to the background or came back: connect, catch up, or rest. */
  awake(on: boolean): Promise<void>;
}

export type Listener = (event: Event) => void;
