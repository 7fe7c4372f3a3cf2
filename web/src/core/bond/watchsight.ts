/**
 * What a guardian believes of a watch: terms, signs of life, notes and the stop code, each by itself.
 *
 * A relay only carries these. Whoever shortens the terms, with the writer's phone in hand or with their key, waits as
 * long as the old terms would have: here as at the relay, so that no relay is needed for it.
 */

import { same } from "../bytes";
import * as kdf from "../crypto/kdf";
import { SigningKey } from "../crypto/signing";
import { Damaged, Refused, Stale, TwinbellError } from "../errors";
import { openLife, openNote, RECORD_BYTES_MAX } from "../wire/life";
import { Signed } from "../wire/signed";
import { change, openTerms, parseTerms, type Terms, waitS } from "../wire/terms";
import type { Event, News } from "./event";
import { type GuardianSeat, SIGNED_BYTES_MAX } from "./guardian";
import { unlessDamaged } from "./record";
import type { Seat } from "./watchkeys";

const DAY_S = 86_400;
const LIFE_BYTES_MAX = RECORD_BYTES_MAX + 128;

/** A seat as it is now, and what its guardian is told of it. */
type Sight = readonly [Seat, readonly News[]];

/** Return the terms in `signed`; throw `Damaged` unless they are this watch's, signed and consented to. */
export function checkTerms(signed: Uint8Array, watch: Uint8Array, key: Uint8Array): Terms {
  const terms = openTerms(Signed.parse(signed, { bytesMax: SIGNED_BYTES_MAX }), watch);
  if (!same(terms.key, key)) throw new Damaged("These terms are another watch's.");
  return terms;
}

/** Return the terms of a seat, which were checked when it was taken. */
export function termsOf({ terms }: Pick<GuardianSeat, "terms">): Terms {
  return parseTerms(Signed.parse(terms, { bytesMax: SIGNED_BYTES_MAX }).record);
}

/**
 * Return the seat with what the writer has given now; the same one where it is older than what is known.
 *
 * Throws `Damaged` or `Refused` for terms in which this guardian does not sit as they consented to.
 */
export function takeSeat(seat: Seat, given: GuardianSeat, nowS: number): Sight {
  const { watch } = seat;
  const terms = checkTerms(given.terms, given.watch, given.key);
  if (terms.rehearsal !== seat.ask.rehearsal) {
    throw new Refused("What was asked for a rehearsal is good for a rehearsal alone.");
  }
  const ours = new SigningKey(seat.seed).verifyKey.raw;
  const token = kdf.sha256(given.token);
  if (!terms.guardians.some((each) => same(each.seat, ours) && same(each.token, token))) {
    throw new Refused("These terms have no seat for this guardian.");
  }
  const inForce = seat.held(nowS);
  if (seat.given === null || inForce === null) return [seat.with({ given }), [{ type: "SeatTaken", watch }]];
  const held = termsOf(inForce);
  if (terms.number === held.number && same(inForce.terms, given.terms)) {
    return [seat.with({ given, coming: null, comingS: 0 }), []]; // the same terms, perhaps elsewhere
  }
  const waiting = seat.coming !== null && nowS < seat.comingS ? seat.coming : null;
  if (waiting !== null && same(waiting.terms, given.terms)) return [seat.with({ coming: given }), []];
  const when = whenTaken(seat, held, terms, waiting);
  if (when === null) return [seat, []];
  const comingS = when === "at once" ? 0 : nowS + waitS(held);
  const after = comingS ? { given: inForce, coming: given, comingS } : { given, coming: null, comingS };
  return [seat.with(after), [{ type: "TermsChanged", watch, fromS: comingS }]];
}

/** Return when these terms come into force for a guardian, or null where they are older than what is known. */
function whenTaken(
  seat: Seat,
  held: Terms,
  next: Terms,
  waiting: GuardianSeat | null,
): ReturnType<typeof change> | null {
  const stage = same(seat.stopped, held.stop) ? "stopped" : "kept";
  try {
    return change(held, next, { stage, ...(waiting && { pending: termsOf(waiting) }) });
  } catch (error) {
    if (error instanceof Stale) return null;
    throw error;
  }
}

/**
 * Return the seat with what a relay showed, each part only if it is genuine and newer.
 *
 * `letters` are the guardian's letter seeds in this bond, to which notes are sealed.
 */
export function see(
  before: Seat,
  seen: Event<"WatchSeen">,
  letters: readonly Uint8Array[],
  nowS: number,
): Sight {
  if (before.given === null) return [before, []];
  let [seat, news] = shown(before, before.given, seen.terms, nowS);
  const given = seat.held(nowS);
  if (given === null) return [seat, news];
  const terms = termsOf(given);
  const { watch } = seat;
  if (seen.stop?.length && !same(seat.stopped, terms.stop) && same(kdf.sha256(seen.stop), terms.stop)) {
    seat = seat.with({ stopped: terms.stop });
    news = [...news, { type: "StopSeen", watch }];
  }
  if (seen.life?.length) seat = withLife(seat, seen.life, terms, nowS);
  const duressS = seen.note?.length ? duress(seen.note, watch, letters, nowS) : 0;
  if (duressS > seat.duressS) {
    seat = seat.with({ duressS });
    news = [...news, { type: "DuressSeen", watch }];
  }
  return [seat, news];
}

/** Take the terms that a relay shows, or leave them: its word alone is none, and the writer will say them too. */
function shown(seat: Seat, given: GuardianSeat, terms: Uint8Array | undefined, nowS: number): Sight {
  if (!terms?.length) return [seat, []];
  try {
    return takeSeat(seat, under(given, terms), nowS);
  } catch (error) {
    if (error instanceof TwinbellError) return [seat, []];
    throw error;
  }
}

/** Return the seat under other terms. */
export function under(given: GuardianSeat, terms: Uint8Array): GuardianSeat {
  return { ...given, terms };
}

function withLife(seat: Seat, data: Uint8Array, terms: Terms, nowS: number): Seat {
  const life = unlessDamaged(() => openLife(Signed.parse(data, { bytesMax: LIFE_BYTES_MAX }), terms));
  if (life instanceof Damaged || life.n <= seat.lifeN) return seat;
  const awayS = life.type === "watch-alive" ? seat.awayS : life.untilS;
  // Whoever signed may have had a clock that ran ahead: it is no younger than the day on which it was seen.
  return seat.with({ lifeN: life.n, lifeS: Math.min(life.n, nowS), awayS });
}

/** Return when this note says that the person is not free; 0 if it does not, or is not for us. */
function duress(data: Uint8Array, watch: Uint8Array, letters: readonly Uint8Array[], nowS: number): number {
  for (const seed of letters.toReversed()) {
    const note = unlessDamaged(() => openNote(seed, data, watch));
    if (note instanceof Damaged) continue;
    return note.duress ? Math.min(note.day * DAY_S, nowS) : 0;
  }
  return 0;
}
