/**
 * Looking at watches at which this home has a seat: when their relay rings, and about once a day without.
 *
 *     ring         an envelope of the relay's own came: the watch wants looking at
 *     lookAround   the seats that are due: hang the doorbell, bring a guardian's answer, see, tell
 *
 * A relay that does not answer is asked again in an hour and holds up nothing: what a guardian knows lies in their
 * keyring, and what the relay says is believed as far as it is signed (`core/bond/watchsight`).
 */

import type { Pendant } from "../core/bond/pendant";
import type { Seat } from "../core/bond/watchseat";
import { termsOf } from "../core/bond/watchsight";
import { concat, same } from "../core/bytes";
import * as kdf from "../core/crypto/kdf";
import { SigningKey } from "../core/crypto/signing";
import { NotFound, NotYet, Refused, Stale, Unreachable } from "../core/errors";
import { nextN } from "../core/wire/life";
import { ID_BYTES } from "../core/wire/limits";
import type { Signed } from "../core/wire/signed";
import type { Answer } from "../core/wire/silence";
import { parseTerms } from "../core/wire/terms";
import { doorbell, signVote, voteOf } from "../core/wire/watch";
import { parseView, viewToBytes, type View as Relayed } from "../core/wire/watchview";
import * as bonds from "./bonds";
import type { Home } from "./home";
import { pendantOf, stepInside } from "./journal";
import { foreseen } from "./mail";
import * as news from "./news";
import type { RefusalRow, SeatRow } from "./schema";
import * as seats from "./seats";
import type { Place } from "./seats";
import type { Draft } from "./vault";
import { DAY_S } from "./watch";
import { relayOf, type WatchRelay } from "./watchrelay";

const AGAIN_S = 3_600;
export const CONSENT_DAYS = 365; // after that a guardian is asked whether they still want to be one

/** Note a doorbell, and tell whether this envelope is one, inside a change. */
export function ring(draft: Draft, envelope: Uint8Array): boolean {
  const watch = envelope.slice(1, 1 + ID_BYTES);
  if (!same(envelope, doorbell(watch))) return false;
  // It may hang at the inbox of another bond than the watch's, where only that lies at the relay.
  for (const row of seats.every(draft)) if (same(row.watch, watch)) seats.note(draft, row, { dueS: 0 });
  return true;
}

/** Look at each watch that is due. Never throws for what a relay answers, or does not. */
export async function lookAround(home: Home): Promise<void> {
  for (const row of seats.every(home.vault)) if (row.dueS <= home.nowS) await look(home, row);
}

/** Look at one watch, and keep and tell what came of it; a refusal is kept in its row. */
export async function look(home: Home, row: SeatRow): Promise<void> {
  const pendant = pendantOf(bonds.get(home.vault, row.bond));
  const place = seats.placeOf(pendant, row, home.nowS);
  if (!place) return;
  try {
    const relay = relayOf(home, place.relay);
    await hang(home, row, place, pendant, relay);
    const relayed = await relay.look(row.watch, place.token);
    await home.change(async (draft) => {
      const fresh = seats.get(draft, row.bond, row.watch);
      if (fresh) await saw(home, draft, fresh, relayed, row.dueS === 0);
    });
    home.reach("watch: looked");
    await bringAnswer(home, row.bond, row.watch);
  } catch (error) {
    const { name, code = null, sentence } = foreseen(error);
    const refusal: RefusalRow = { name, code, sentence };
    await home.change((draft) => seats.note(draft, row, { refusal, dueS: home.nowS + AGAIN_S }));
  }
}

/** Tell the relay where to ring, unless it knows; there need not be an inbox of ours at that relay. */
async function hang(
  home: Home,
  row: SeatRow,
  place: Place,
  pendant: Pendant,
  relay: WatchRelay,
): Promise<void> {
  const others = bonds.living(home.vault).map(pendantOf);
  const { keyring } = [pendant, ...others].find((each) => each.keyring.relay === place.relay) ?? {};
  if (!keyring) return;
  const { box, depositSelf } = keyring;
  const hung = kdf.sha256(concat(box, depositSelf));
  if (row.doorbell && same(row.doorbell, hung)) return;
  try {
    await relay.putDoorbell(row.watch, place.token, { box, token: depositSelf });
  } catch (error) {
    if (error instanceof Unreachable || !(error instanceof Refused)) throw error;
    return; // without one we look once a day
  }
  await home.change((draft) => seats.note(draft, row, { doorbell: hung }));
}

/** Bring a guardian's answer to the relay, where one waits to go; say whether it was asked for there. */
export async function bringAnswer(home: Home, bond: Uint8Array, watch: Uint8Array): Promise<boolean> {
  for (let tries = 0; tries < 2; tries++) {
    const row = seats.get(home.vault, bond, watch);
    const place = row && seats.placeOf(pendantOf(bonds.get(home.vault, bond)), row, home.nowS);
    if (!row?.ballot || !place) return false;
    try {
      await relayOf(home, place.relay).vote(watch, place.token, voteOf(row.ballot));
    } catch (error) {
      if (error instanceof NotYet || error instanceof NotFound) {
        await gone(home, row); // nobody asks: what was said is kept here alone
        return false;
      }
      if (!(error instanceof Stale)) throw error;
      await signAbove(home, row, error.newest ?? 0);
      continue;
    }
    await gone(home, row);
    home.reach("watch: answered");
    return true;
  }
  throw new Unreachable("The relay did not take this answer.", { code: "relay.refuses" });
}

/** The answer that waited is not waiting any more, unless another has taken its place. */
async function gone(home: Home, row: SeatRow): Promise<void> {
  await home.change((draft) => {
    if (isWaiting(draft, row)) seats.note(draft, row, { ballot: null });
  });
}

/** Sign the answer that waits under a number that the relay takes. */
async function signAbove(home: Home, row: SeatRow, above: number): Promise<void> {
  await home.change((draft) => {
    const fresh = seats.get(draft, row.bond, row.watch);
    const answer = seats.answerOf(fresh);
    if (fresh && answer && isWaiting(draft, row)) sign(home, draft, fresh, answer, above);
  });
}

function isWaiting(draft: Draft, { bond, watch, ballot }: SeatRow): boolean {
  const waits = seats.get(draft, bond, watch)?.ballot;
  return ballot !== null && waits != null && same(waits, ballot);
}

/** Keep a guardian's answer, signed, to be brought to the relay at the next look, which is due. Inside a change. */
export function sign(home: Home, draft: Draft, row: SeatRow, answer: Answer, above = 0): void {
  const seat = seatOf(draft, row);
  const given = seat?.held(home.nowS);
  if (!seat || !given) throw new Refused("There is no seat here to answer from.", { code: "guardian.seat" });
  const key = new SigningKey(seat.seed);
  const relayed = viewOf(row);
  const { epoch } = relayed ? parseTerms(relayed.terms.record) : termsOf(given);
  const n = nextN(home.nowS, Math.max(row.ballotN, above));
  const ballot = signVote({ watch: row.watch, epoch, seat: key.verifyKey.raw, answer, n }, key).toBytes();
  seats.note(draft, row, { ballot, ballotN: n, dueS: 0 });
}

/** Keep and tell what a look has shown, inside a change. */
async function saw(home: Home, draft: Draft, row: SeatRow, relayed: Relayed, rang: boolean): Promise<void> {
  const { unitS, rehearsal } = parseTerms(relayed.terms.record);
  let told: Partial<SeatRow> = {};
  if (!row.reader) told = await guardianSaw(home, draft, row, relayed, { rehearsal, rang });
  if (relayed.stage !== row.stage) tellStage(home, draft, row, relayed, rehearsal);
  seats.note(draft, row, {
    ...told,
    ...("answer" in told && told.answer === null && { ballot: null }),
    view: viewToBytes(relayed),
    lookedS: home.nowS,
    dueS: home.nowS + waitS(unitS),
    refusal: null,
    stage: relayed.stage,
  });
}

/** Return when to look again though nobody rings: not for all homes at the same second. */
function waitS(unitS: number): number {
  return unitS < DAY_S ? unitS : Math.floor(DAY_S * (0.75 + Math.random() / 2));
}

/** Give the rules what is signed, tell a question, and return what is known of question and answer. */
async function guardianSaw(
  home: Home,
  draft: Draft,
  row: SeatRow,
  relayed: Relayed,
  { rehearsal, rang }: { readonly rehearsal: boolean; readonly rang: boolean },
): Promise<Pick<SeatRow, "asked" | "answer" | "consentTold">> {
  const seat = await believed(home, draft, row, relayed);
  let { asked, answer, consentTold } = row;
  const before = viewOf(row);
  if (seat.lifeS > row.saidS || (before && epochOf(before) !== epochOf(relayed))) {
    answer = null; // they have been heard from since
  }
  const mine = new SigningKey(seat.seed).verifyKey.raw;
  const asks = relayed.stage === "asking" || relayed.stage === "veto";
  const question = relayed.marks.asking ?? 0;
  if (asks && relayed.asked.some((each) => same(each, mine))) {
    if (asked !== question) answer = null;
    if (asked !== question || (rang && answer === null)) {
      asked = question;
      tell(home, draft, row, "asked", { rehearsal });
    }
  } else if (relayed.stage === "kept" || relayed.stage === "late") {
    if (asked) [asked, answer] = [0, null];
  }
  const today = Math.floor(home.nowS / DAY_S);
  if (today - seat.consentDay >= CONSENT_DAYS && consentTold !== seat.consentDay) {
    consentTold = seat.consentDay;
    tell(home, draft, row, "consent-due");
  }
  return { asked, answer, consentTold };
}

function epochOf({ terms }: Relayed): number {
  return parseTerms(terms.record).epoch;
}

/** Return the guardian's seat after the rules have seen what a relay showed. */
async function believed(home: Home, draft: Draft, row: SeatRow, relayed: Relayed): Promise<Seat> {
  const { bond, watch } = row;
  const before = seatOf(draft, row);
  const known = [before?.given, before?.coming].flatMap((given) => given?.terms ?? []);
  const shown = [relayed.terms, ...(relayed.pending ? [relayed.pending.terms] : [])];
  for (const terms of shown.map((each) => each.toBytes())) {
    if (known.some((each) => same(each, terms))) continue;
    await stepInside(home, draft, bond, { type: "WatchSeen", watch, terms });
  }
  const { life, note, stop, away } = relayed;
  await stepInside(home, draft, bond, { type: "WatchSeen", watch, life: bytesOf(life), note, stop });
  await stepInside(home, draft, bond, { type: "WatchSeen", watch, life: bytesOf(away) });
  const after = seatOf(draft, row);
  if (!after) throw new NotFound("There is no such seat here any more.", { code: "guardian.none" });
  return after;
}

function seatOf(draft: Draft, { bond, watch }: SeatRow): Seat | null {
  return pendantOf(bonds.get(draft, bond)).keyring.watch.seat(watch);
}

function bytesOf(signed: Signed | null): Uint8Array {
  return signed ? signed.toBytes() : new Uint8Array();
}

/** Tell what the person has to know of a new stage; a question to a guardian is told by itself. */
function tellStage(home: Home, draft: Draft, row: SeatRow, { stage }: Relayed, rehearsal: boolean): void {
  const { reader, stage: before } = row;
  if (stage === "silent") return tell(home, draft, row, reader ? "silent" : "help-wanted", { rehearsal });
  if (stage === "stopped") {
    if (reader) tell(home, draft, row, "stopped"); // a guardian's rules have seen the code, and tell it
    return;
  }
  if (stage !== "returned" && stage !== "kept") return;
  // The reader was told nothing before the silence.
  const knew = reader ? ["silent"] : ["asking", "veto", "silent"];
  if (knew.includes(before)) tell(home, draft, row, "returned", { rehearsal });
}

function tell(
  home: Home,
  draft: Draft,
  row: SeatRow,
  kind: string,
  facts: { readonly rehearsal?: boolean } = {},
): void {
  const { id, peer } = bonds.get(draft, row.bond);
  news.add(home, draft, kind, id, facts.rehearsal ? { peer, rehearsal: true } : { peer });
}

/** Return what the relay showed last. */
function viewOf({ view }: SeatRow): Relayed | null {
  return view && parseView(view);
}
