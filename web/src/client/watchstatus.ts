/** How a watch is, for its writer: what counted and what did not, who was called, what lacks. */

import { hex, same } from "../core/bytes";
import { unlessDamaged } from "../core/wire/fields";
import { openLife } from "../core/wire/life";
import { isOver, REMINDERS } from "../core/wire/silence";
import { parseTerms, type Terms } from "../core/wire/terms";
import { openVote } from "../core/wire/watch";
import type { View as Relayed } from "../core/wire/watchview";
import type { Refusal } from "./api";
import * as arming from "./arming";
import * as channels from "./channels";
import type { Home } from "./home";
import { pendantOf } from "./journal";
import * as last from "./last";
import * as lastrelay from "./lastrelay";
import { foreseen } from "./mail";
import { refusal as told } from "./rpc";
import type { View } from "./vault";
import * as watch from "./watch";
import { DAY_S, type Asked, type Own } from "./watch";
import type { Due, DueCode, Guardian, Rhythm, Seen, Watch } from "./watchapi";

const WHYS = ["down", "clock", "restored"] as const;

/** Return how this watch is now; a relay that does not answer is part of the answer. */
export async function status(home: Home, own: Own): Promise<Watch> {
  let relayed: Relayed | null = null;
  let refusal: Refusal | null = null;
  try {
    relayed = await watch.look(home, own);
    await lastrelay.openedBy(home, own, relayed.fetched);
  } catch (error) {
    refusal = told(foreseen(error));
  }
  return shown(home, watch.again(home.vault, own), relayed, refusal);
}

/** Return a watch as a page shows it, as far as it is known: `relayed` is what its relay has just said. */
export function shown(
  home: Home,
  own: Own,
  relayed: Relayed | null = null,
  refusal: Refusal | null = null,
): Watch {
  const { vault: view, nowS } = home;
  const { owned, bond, terms } = own;
  const row = watch.rowOf(view, own);
  const current = last.current(view, own).map(([each]) => each);
  const over = relayed !== null && isOver(relayed.stage);
  const held = relayed ? parseTerms(relayed.terms.record) : terms;
  return {
    id: hex(own.id),
    bond: hex(bond.id),
    reader: bond.peer,
    rehearsal: owned.rehearsal,
    rhythm: rhythmOf(terms),
    need: terms.k,
    zone: terms.zone,
    armed: held.armed && !over,
    armedS: owned.armedDay ? owned.armedDay * DAY_S : null,
    rehearsedS: owned.rehearsedDay ? owned.rehearsedDay * DAY_S : null,
    aliveS: row?.aliveS || null,
    guardians: watch.asked(view, own).map((each) => guardian(view, own, each, relayed, nowS)),
    channels: channels.every(view, own).map(({ name, kind, url, acceptedS }) => ({
      name,
      kind,
      url: kind === "push" ? "" : url,
      testedS: acceptedS || null,
    })),
    lacks: arming.lacks(view, own, nowS),
    dues: dues(view, own, nowS),
    hasStop: row?.stop != null,
    hasWords: row?.words != null,
    letters: current.length,
    unarmed: current.filter(({ epoch }) => epoch !== owned.epoch || epoch === last.HELD).length,
    relay: new URL(bond.relay).host,
    seen: relayed && seen(relayed, nowS),
    refusal,
  };
}

/** Return a watch as its relay has just shown it. */
export function seen(relayed: Relayed, nowS: number): Seen {
  const { stage, counted, start, marks, gaps, floor, pending, away, called, fetched } = relayed;
  const terms = parseTerms(relayed.terms.record);
  const inS = (at: number | null): number | null => (at !== null && at > counted ? at - counted : null);
  const uncounted = WHYS.map((why) => ({
    why,
    seconds: gaps.filter((gap) => gap.why === why).reduce((sum, { seconds }) => sum + seconds, 0),
  }));
  return {
    stage,
    lookedS: nowS,
    unitS: terms.unitS,
    countedS: counted - start,
    uncounted: uncounted.filter(({ seconds }) => seconds > 0),
    anew: floor > 0 && start === floor,
    lateInS: inS(marks.late),
    askingInS: inS(marks.asking),
    silentInS: inS(marks.silent),
    reminders: Math.min(called, REMINDERS),
    remindersNeeded: REMINDERS,
    awayUntilS: away ? awayUntilS(relayed, terms) : null,
    pending: pending && {
      inS: Math.max(0, pending.at - counted),
      rhythm: rhythmOf(parseTerms(pending.terms.record)),
      need: parseTerms(pending.terms.record).k,
    },
    fetched: fetched.map(hex),
  };
}

export function rhythmOf({ every, grace, veto }: Rhythm): Rhythm {
  return { every, grace, veto };
}

function awayUntilS({ away }: Relayed, terms: Terms): number | null {
  if (!away) return null;
  const life = unlessDamaged(() => openLife(away, terms));
  return "type" in life && life.type === "watch-away" ? life.untilS || null : null;
}

function guardian(view: View, own: Own, asked: Asked, relayed: Relayed | null, nowS: number): Guardian {
  const { bond, appointed } = asked;
  const { seat, agreed, answered, doubtful, day, share } = appointed;
  const isOld = watch.isOld(asked, nowS);
  return {
    bond: hex(bond.id),
    name: bond.peer,
    state: agreed ? (doubtful ? "doubtful" : isOld ? "old" : "agreed") : answered ? "refused" : "asked",
    agreedS: agreed ? day * DAY_S : null,
    verified: pendantOf(bond).verified,
    seated: own.terms.guardians.some((each) => same(each.seat, seat)),
    shareWaits: share !== null && lastrelay.shareWaits(view, asked),
    said: relayed && agreed ? saidBy(relayed, seat) : null,
    isAsked: relayed?.asked.some((each) => same(each, seat)) ?? false,
  };
}

function saidBy(relayed: Relayed, seat: Uint8Array): Guardian["said"] {
  const terms = parseTerms(relayed.terms.record);
  for (const signed of relayed.votes) {
    const vote = unlessDamaged(() => openVote(signed, terms));
    if ("answer" in vote && same(vote.seat, seat)) return vote.answer;
  }
  return null;
}

function dues(view: View, own: Own, nowS: number): Due[] {
  const found: Due[] = [];
  const say = (code: DueCode, facts: Due["facts"] = {}): number => found.push({ code, facts });
  const { epoch } = own.owned;
  if (epoch && arming.rehearsalIsDue(own, nowS)) say("rehearse");
  if (arming.armingIsDue(view, own, nowS)) say("arm");
  if (epoch && !watch.areSame(watch.consents(view, own), own.terms.guardians)) say("others");
  if (watch.rowOf(view, own)?.stop) say("page");
  for (const { name, acceptedS } of channels.every(view, own)) if (!acceptedS) say("test", { name });
  return found;
}
