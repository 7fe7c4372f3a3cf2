/**
 * What happens to a pendant, what it asks for in return, and what its person is told.
 *
 * Nothing is decided here: `lifecycle.step` takes an event and gives effects.
 */

import type { RecordValue } from "../encoding";
import type { About, Portrait } from "./about";
import type { Root } from "./kit";
import type { Content, Letter, Ring } from "./message";
import type { WatchEvents, WatchTidings } from "./watchevent";

/** Events, by their names; those around a watch are in `watchevent.ts`. */
interface Events extends WatchEvents {
  /** The bell has rung true and the pendant is saved for the first time. */
  Begun: object;
  /** The person rings. */
  RingWanted: { readonly ring: Ring };
  /** The person wants to meet the other in the room, now. */
  KnockWanted: object;
  /** A letter lies sealed on the disk and shall go. */
  LetterSealed: { readonly letter: Letter };
  /** A letter of this bond lies at the peer's relay once more, for `GiveLetters`. */
  LetterGiven: { readonly content: Content<"letter-again"> };
  /** The person tells the other something of themselves, in the place of what they told before. */
  AboutWritten: { readonly about: About };
  /** The person gives the other a portrait of themselves, in the place of the one before. */
  PortraitDrawn: { readonly portrait: Portrait };
  /** An envelope was in our inbox. `blob` is what `FetchBlob` brought; empty if it was not there. */
  Arrived: { readonly envelope: Uint8Array; readonly arrivedS: number; readonly blob?: Uint8Array };
  /** The letter that this envelope announced did not come as it was sealed, or not at all. */
  NotWhole: { readonly envelope: Uint8Array };
  /** The person has compared the six words with the other, and they are the same. */
  Verified: object;
  /** The person allows, or no longer allows, to say what has arrived. */
  ReceiptsWanted: { readonly on: boolean };
  /** The person wants so many rings an hour to be sounded at most; nobody else is told. */
  RingsLimited: { readonly anHour: number };
  /** The kit page is on paper: the root need not lie on this device any longer. */
  KitConfirmed: object;
  /** All other devices of this person are out; `root` where the kit is at hand, which makes it final. */
  DevicesRemoved: { readonly root: Root | null };
  /** The person came back from paper: this pendant is of `paper.restore`, and saved for the first time. */
  CameBack: {
    readonly root: Root;
    /** Past epochs that this keyring may not know of, where it did not come from the slot; else 0. */
    readonly leap: number;
  };
  /** The person ends the bond, alone and quietly. */
  Parted: object;
  /** Time has passed. Safe at any time: what is due once a day is done once a day. */
  Tick: object;
}

/**
 * Effects, by their names. The journal saves them with the pendant, in one transaction, and carries them out
 * afterwards. All may be repeated.
 */
interface Effects {
  /**
   * Send this body to the peer: seal it by `Pendant.seal` when it goes, and keep it until `Forget`.
   *
   * `blobs` must be complete at the peer's relay first; `blob` is the content of the only one where it is small
   * and ours, and null for a letter, which is a file.
   */
  Deposit: {
    readonly kind: string;
    readonly n: number;
    readonly body: Uint8Array;
    readonly blobs: readonly Uint8Array[];
    readonly blob: Uint8Array | null;
  };
  /** Deposit the bodies of these counters again, each with its blobs, under new deposit ids. */
  Resend: { readonly first: number; readonly last: number };
  /** The peer has had the bodies up to this counter for a month: they need not be kept for `Resend`. */
  Forget: { readonly upto: number };
  /**
   * Fetch this blob of our inbox, and give `Arrived` again with it; acknowledge the envelope after that.
   *
   * Nothing was changed by the first `Arrived`. Give no bytes where the relay does not have the blob.
   */
  FetchBlob: { readonly id: Uint8Array; readonly length: number };
  /**
   * Fetch this letter whole to the disk and check its hash; only then acknowledge its envelope.
   *
   * `again`: it came as a fork, late, or after paper: the same letter may be here already. `back`: it is one of
   * those that the peer gives because we came back from paper; `ours`: and we have written it.
   */
  FetchLetter: {
    readonly letter: Letter;
    readonly sentS: number;
    readonly again: boolean;
    readonly back: boolean;
    readonly ours: boolean;
  };
  /**
   * Give the peer every letter of this bond again, theirs and ours, each by `LetterGiven` once it is there.
   *
   * They came back from paper. Give our portrait again too, by `PortraitDrawn`.
   */
  GiveLetters: object;
  /** Keep this portrait, in the place of the one before. */
  KeepPortrait: { readonly portrait: Portrait; readonly ours: boolean };
  /** Put this `keyring.age` into the slot of our own inbox. */
  SaveSlot: { readonly sealed: Uint8Array };
  /** Keep the peer's `keyring.age`, in the place of the one before. */
  KeepCopy: { readonly sealed: Uint8Array };
  /** Keep these bytes: an envelope that did not open (`untilS`), or what a newer Twinbell may read. */
  KeepRaw: { readonly data: Uint8Array; readonly untilS: number | null };
  /** Set up our mailbox with this record, by the owner token: tokens have changed. */
  Register: { readonly record: RecordValue };
  /** Tell the person. */
  Tell: { readonly news: News };
}

/** News, by their names: what a person is told. The sentence of each stands above it; `…` is the other's name. */
interface Tidings extends WatchTidings {
  /** … rang. `sound`: it is fresh, and not one too many, so make it heard; otherwise it becomes one line. */
  Rang: { readonly ring: Ring; readonly sentS: number; readonly arrivedS: number; readonly sound: boolean };
  /** … knocks: they are in the room, or were when it was sent. `sound` as with a ring. */
  Knocked: { readonly sentS: number; readonly arrivedS: number; readonly sound: boolean };
  /** Something that … sent is missing. It was asked for. */
  GapSeen: { readonly device: Uint8Array; readonly first: number; readonly last: number };
  /** What was missing has come. */
  GapClosed: { readonly device: Uint8Array; readonly n: number };
  /** Something that … sent did not come in a month, and is asked for no more. */
  GapGivenUp: { readonly device: Uint8Array; readonly first: number; readonly last: number };
  /** A device of … was restored from an older copy. */
  ForkSeen: { readonly device: Uint8Array; readonly n: number };
  /** … writes from a new device. */
  DeviceSeen: { readonly device: Uint8Array };
  /** One message could not be opened. It is kept for a month, and was asked for again. */
  Unopenable: object;
  /** … sent something for which a newer Twinbell is needed. It is kept. */
  NewerNeeded: { readonly kind: string };
  /** … has compared the words with you. */
  PeerVerified: { readonly atS: number };
  /** The keys of … changed. Compare the words again, unless their kit has signed it. */
  KeysChanged: { readonly final: boolean };
  /** … allows, or no longer allows, to say what has arrived. */
  ReceiptsChanged: { readonly on: boolean };
  /** … tells you something of themselves. */
  AboutChanged: { readonly about: About };
  /** … gives you a portrait of themselves. */
  PortraitChanged: object;
  /** … came back from paper, on a new device. Your letters are given to them again. */
  Restored: { readonly device: Uint8Array };
  /** Somebody who can write to you tried to change something without the right to. Compare the words. */
  ControlRefused: object;
  /** … has received all up to this. */
  HasReceived: { readonly upto: number };
}

/** One of a table, told apart by its `type`. */
type Named<Table, Name extends keyof Table> = { [Each in Name]: { readonly type: Each } & Table[Each] }[Name];

export type Event<Name extends keyof Events = keyof Events> = Named<Events, Name>;
export type Effect<Name extends keyof Effects = keyof Effects> = Named<Effects, Name>;
export type News<Name extends keyof Tidings = keyof Tidings> = Named<Tidings, Name>;

/** The effect that tells a person this. */
export function tell(news: News): Effect<"Tell"> {
  return { type: "Tell", news };
}
