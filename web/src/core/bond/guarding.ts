/**
 * What guardian, writer or reader of last letters want of a watch, or their program on their behalf.
 *
 * Nothing here answers by itself: a guardian says yes, gives up a seat and releases a share because a person did so.
 * What the other sent is in `guarded.ts`.
 */

import { SigningKey } from "../crypto/signing";
import { Mistaken, Refused } from "../errors";
import { consent } from "../wire/terms";
import { type Effect, type Event, tell } from "./event";
import type { GuardianAnswer, GuardianSeat } from "./guardian";
import type { Pendant } from "./pendant";
import { SEED_BYTES } from "./prekey";
import type { WatchEvents } from "./watchevent";
import { Appointed, isSame, put, without } from "./watchkeys";
import { appointedOf, fitting, having, kept, said, seatOf, withoutWatch } from "./watchkeep";
import { see } from "./watchsight";
import { deposit, type Now, type Step } from "./writing";

const DAY_S = 86_400;
const TOKEN_HASH_ELSEWHERE = new Uint8Array(32); // the writer puts the token beside a consent

type Wanted = {
  readonly [Name in keyof WatchEvents]: (
    pendant: Pendant,
    event: Event<Name>,
    now: Now,
  ) => Step | Promise<Step>;
};

/** What the person does, or their client on their behalf. */
export const WANTED: Wanted = {
  GuardianAsked: asked,
  GuardianAnswered: answered,
  SeatGiven: seatGiven,
  ShareGiven: shareGiven,
  ShareSafe: shareSafe,
  SharesOver: sharesOver,
  ShareReleased: (pendant, { release }, now) => said(pendant, release, pendant.keyring.watch, now),
  GuardianEnded: (pendant, { watch }, now) =>
    said(pendant, { kind: "guardian-over", watch }, withoutWatch(pendant, watch), now),
  RehearsalDone: rehearsalDone,
  ReaderNamed: (pendant, { seat }, now) => said(pendant, seat, pendant.keyring.watch, now),
  RehearsalRead: (pendant, { watch, proof }, now) =>
    said(pendant, { kind: "rehearsed", watch, proof, day: dayOf(now) }, pendant.keyring.watch, now),
  WatchKept: watchKept,
  WatchForgotten: (pendant, { watch }) => kept(pendant, withoutWatch(pendant, watch)),
  WatchSeen: seen,
};

function asked(pendant: Pendant, { ask }: Event<"GuardianAsked">, now: Now): Promise<Step> {
  const known = pendant.keyring.watch.guardian(ask.watch);
  const appointed = known
    ? known.with({ ask, answered: false }) // asked again, with what has changed; what they have they keep
    : new Appointed({ ask, token: now.random(SEED_BYTES) });
  return said(pendant, ask, having(pendant, { appointed }), now);
}

function answered(pendant: Pendant, event: Event<"GuardianAnswered">, now: Now): Promise<Step> {
  const { watch, yes } = event;
  const keys = pendant.keyring.watch;
  const seat = seatOf(pendant, watch);
  if (!yes) {
    const no: GuardianAnswer = { kind: "guardian-answer", watch, yes, seat: null, day: 0, consent: null };
    return said(pendant, no, keys.with({ seats: without(keys.seats, watch) }), now);
  }
  const key = new SigningKey(seat.consented ? seat.seed : now.random(SEED_BYTES));
  const day = dayOf(now);
  const signed = consent(key, watch, day, TOKEN_HASH_ELSEWHERE);
  const answer = {
    kind: "guardian-answer",
    watch,
    yes,
    seat: signed.seat,
    day,
    consent: signed.consent,
  } as const;
  const taken = seat.with({ seed: key.seed, consentDay: day });
  return said(pendant, answer, having(pendant, { seat: taken }), now);
}

function seatGiven(pendant: Pendant, event: Event<"SeatGiven">, now: Now): Promise<Step> {
  const { relay, watch, key, terms } = event;
  const appointed = agreed(pendant, watch);
  const given: GuardianSeat = { kind: "guardian-seat", relay, watch, key, token: appointed.token, terms };
  return said(pendant, given, having(pendant, { appointed: appointed.with({ given }) }), now);
}

function shareGiven(pendant: Pendant, { share }: Event<"ShareGiven">, now: Now): Promise<Step> {
  const appointed = agreed(pendant, share.watch).with({ share, doubtful: false });
  return said(pendant, share, having(pendant, { appointed }), now);
}

function shareSafe(pendant: Pendant, { watch }: Event<"ShareSafe">): Promise<Step> {
  const appointed = appointedOf(pendant, watch).with({ share: null });
  return kept(pendant, having(pendant, { appointed }));
}

function sharesOver(pendant: Pendant, { watch, below }: Event<"SharesOver">, now: Now): Promise<Step> {
  appointedOf(pendant, watch);
  return said(pendant, { kind: "share-over", watch, below }, pendant.keyring.watch, now);
}

function rehearsalDone(pendant: Pendant, { watch }: Event<"RehearsalDone">, now: Now): Promise<Step> {
  seatOf(pendant, watch);
  return said(pendant, { kind: "guardian-done", watch, day: dayOf(now) }, pendant.keyring.watch, now);
}

function watchKept(pendant: Pendant, { watch, save = true }: Event<"WatchKept">): Step | Promise<Step> {
  if (pendant.kind !== "pair") {
    throw new Mistaken("A watch belongs to the bond with the one whom the letters are for.");
  }
  const keys = pendant.keyring.watch;
  const changed = keys.with({ owned: put(keys.owned, watch) });
  if (save) return kept(pendant, changed);
  return [pendant.withKeyring(pendant.keyring.with({ watch: fitting(changed) }), { copy: false }), []];
}

/** Take what a relay showed a guardian, as far as it is signed; a relay that lies changes nothing. */
function seen(pendant: Pendant, event: Event<"WatchSeen">, { nowS }: Now): Step {
  const before = seatOf(pendant, event.watch);
  const [seat, news] = see(before, event, pendant.keyring.letters, nowS);
  if (isSame(seat.toRecord(), before.toRecord())) return [pendant, []];
  const keyring = pendant.keyring.with({ watch: fitting(having(pendant, { seat })) });
  // The slot gets it with the day's work: a relay that is asked shows it again.
  return [pendant.withKeyring(keyring), news.map(tell)];
}

/**
 * Give a guardian who came back from paper their seats and shares again.
 *
 * Where the words are gone it is told: their own paper may have brought the share back, or not.
 */
export async function givenAgain(before: Pendant, now: Now): Promise<Step> {
  let pendant = before;
  const effects: Effect[] = [];
  for (const appointed of before.keyring.watch.appointed) {
    for (const content of [appointed.given, appointed.share]) {
      if (content === null) continue;
      const [after, sent] = await deposit(pendant, content, { ...now, byPerson: false });
      pendant = after;
      effects.push(...sent);
    }
    if (appointed.given === null || appointed.share !== null) continue;
    const watch = having(pendant, { appointed: appointed.with({ doubtful: true }) });
    pendant = pendant.withKeyring(pendant.keyring.with({ watch }));
    effects.push(tell({ type: "ShareDoubtful", watch: appointed.watch }));
  }
  return [pendant, effects];
}

/** Return what is kept of one who has said yes. */
function agreed(pendant: Pendant, watch: Uint8Array): Appointed {
  const appointed = appointedOf(pendant, watch);
  if (!appointed.agreed) throw new Refused("They have not agreed to be a guardian.");
  return appointed;
}

function dayOf({ nowS }: Now): number {
  return Math.floor(nowS / DAY_S);
}
