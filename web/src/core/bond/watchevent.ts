/**
 * What happens around a watch inside a bond, and what its person is told; the other events are in `event.ts`.
 *
 * Nothing is decided here: `guarding.ts` takes an event and gives effects.
 */

import type { GuardianAsk, ReaderSeat, Share, ShareRelease } from "./guardian";
import type { Owned } from "./watchkeys";

/** Events, by their names. The bond in which each happens is in `guarding.ts`. */
export interface WatchEvents {
  /** The writer asks the other to be a guardian; again once a year, and for each rehearsal. */
  GuardianAsked: { readonly ask: GuardianAsk };
  /** The person who was asked says yes or no. */
  GuardianAnswered: { readonly watch: Uint8Array; readonly yes: boolean };
  /** The writer gives a guardian their seat, and the terms at each change. The token is the one kept. */
  SeatGiven: {
    readonly relay: string;
    readonly watch: Uint8Array;
    readonly key: Uint8Array;
    readonly terms: Uint8Array;
  };
  /** The writer gives a guardian their share of a new arming. */
  ShareGiven: { readonly share: Share };
  /** It is sure that the guardian has their share: its words are let go of here. */
  ShareSafe: { readonly watch: Uint8Array };
  /** All letters are behind a newer gate: the guardian may let go of shares of epochs below. */
  SharesOver: { readonly watch: Uint8Array; readonly below: number };
  /** The guardian gives the reader a share, which came to them in another bond. */
  ShareReleased: { readonly release: ShareRelease };
  /** Writer or guardian ends it. */
  GuardianEnded: { readonly watch: Uint8Array };
  /** The guardian has done their part in this rehearsal. */
  RehearsalDone: { readonly watch: Uint8Array };
  /** The writer tells the reader of the watch and its guardians; again at each change. */
  ReaderNamed: { readonly seat: ReaderSeat };
  /** The reader has opened the letter of this rehearsal. */
  RehearsalRead: { readonly watch: Uint8Array; readonly proof: Uint8Array };
  /** The writer's watch has changed: keep it so. `save` is false where a copy need not have it at once. */
  WatchKept: { readonly watch: Owned; readonly save?: boolean };
  /** This watch is no more: writer or reader let go of what was kept of it. */
  WatchForgotten: { readonly watch: Uint8Array };
  /** A guardian looked at the watch. What the relay showed is believed only as far as it is signed. */
  WatchSeen: {
    readonly watch: Uint8Array;
    readonly terms?: Uint8Array;
    /** The newest signed sign of life or absence. */
    readonly life?: Uint8Array;
    /** The one for this guardian. */
    readonly note?: Uint8Array;
    readonly stop?: Uint8Array;
  };
}

/** News, by their names: what a person is told. The sentence of each stands above it; `…` is the other's name. */
export interface WatchTidings {
  /** … asks whether you will be a guardian. */
  GuardianWanted: { readonly ask: GuardianAsk };
  /** … has answered whether they will be your guardian. */
  GuardianSaid: { readonly watch: Uint8Array; readonly yes: boolean };
  /** You are a guardian of …. */
  SeatTaken: { readonly watch: Uint8Array };
  /** … has changed the terms of their watch. What makes it shorter holds from `fromS` on; 0 is at once. */
  TermsChanged: { readonly watch: Uint8Array; readonly fromS: number };
  /** … gave you a share to keep. Alone it opens nothing. */
  ShareCame: { readonly watch: Uint8Array; readonly epoch: number };
  /** Shares of … that are no longer needed were deleted. */
  SharesGone: { readonly watch: Uint8Array; readonly below: number };
  /** … has released their share to you. */
  ShareArrived: { readonly watch: Uint8Array; readonly epoch: number };
  /** … has ended the guardianship. What was kept for it is deleted. */
  GuardianGone: { readonly watch: Uint8Array };
  /** … has done their part in the rehearsal. */
  GuardianRehearsed: { readonly watch: Uint8Array; readonly day: number };
  /** … names you as the reader of their last letters, or has changed what they said of it. */
  ReaderSeated: { readonly watch: Uint8Array; readonly guardians: readonly string[] };
  /** … has opened the letter of the rehearsal. */
  RehearsalOpened: { readonly watch: Uint8Array; readonly proof: Uint8Array; readonly day: number };
  /** … came back from paper and may no longer have their share. Arm the watch again. */
  ShareDoubtful: { readonly watch: Uint8Array };
  /** … may not be acting of their own free will. Be careful, and ask them where nobody listens. */
  DuressSeen: { readonly watch: Uint8Array };
  /** The watch of … was stopped with the code on paper. */
  StopSeen: { readonly watch: Uint8Array };
  /** … sent something that has no place in this bond. It was not taken in. */
  Misplaced: { readonly kind: string };
  /** … sent something about a watch that does not fit. It was not taken in. */
  WatchRefused: { readonly kind: string; readonly why: string };
}
