/**
 * Arming a watch: from then on it can come to silence, and last letters have gates that guardians can open.
 *
 *     lacks     what is missing before it can be armed
 *     arm       a new gate, split among the guardians; new terms; every last letter sealed again behind it
 *
 * Again once a year, after a guardian came or went, after a return, after a stop. The seed of a gate exists for a moment
 * only; its shares go out, and stay here until their guardians are known to have them.
 */

import * as gates from "../core/bond/last";
import { hex, randomBytes, same } from "../core/bytes";
import * as kdf from "../core/crypto/kdf";
import { Mistaken, Refused } from "../core/errors";
import { CHANNELS, isOver } from "../core/wire/silence";
import { parseTerms, STOP_BYTES, waitS } from "../core/wire/terms";
import * as channels from "./channels";
import type { Home } from "./home";
import { pendantOf, stepInside } from "./journal";
import * as lastrelay from "./lastrelay";
import { reseal } from "./lastwriting";
import type { View } from "./vault";
import * as watch from "./watch";
import { DAY_S, type Own } from "./watch";
import type { Armed, Lack, LackCode } from "./watchapi";

const REHEARSED_DAYS = 365;
const ARMED_DAYS = 365;

/** Return what is missing before this watch can be armed; nothing if nothing is. */
export function lacks(view: View, own: Own, nowS: number): Lack[] {
  const found = lacksToRehearse(view, own, nowS);
  if (!own.owned.rehearsedDay) return [...found, { code: "rehearsal", facts: {} }];
  return rehearsalIsDue(own, nowS) ? [...found, { code: "rehearsal-old", facts: {} }] : found;
}

/** Return what is missing before this watch can be rehearsed: all but the rehearsal itself. */
export function lacksToRehearse(view: View, own: Own, nowS: number): Lack[] {
  const found: Lack[] = [];
  const say = (code: LackCode, facts: Lack["facts"] = {}): number => found.push({ code, facts });
  const agreed = watch.asked(view, own).filter(({ appointed }) => appointed.agreed);
  const fresh = agreed.filter((each) => !watch.isOld(each, nowS));
  const { k: need } = own.terms;
  if (need === 1 && agreed.length > 1) say("one");
  if (fresh.length < need) say("guardians", { have: fresh.length, need });
  if (!pendantOf(own.bond).verified) say("words", { name: own.bond.peer });
  const verified = fresh.filter(({ bond }) => pendantOf(bond).verified).length;
  if (fresh.length >= need && verified < need) say("guardian-words", { have: verified, need });
  const proven = channels.every(view, own).filter(({ acceptedS }) => acceptedS > 0).length;
  if (proven < CHANNELS) say("channels", { have: proven, need: CHANNELS });
  return found;
}

/** Whether a rehearsal is due: there was none, or none for a year. */
export function rehearsalIsDue({ owned }: Own, nowS: number): boolean {
  return Math.floor(nowS / DAY_S) - owned.rehearsedDay > REHEARSED_DAYS;
}

/** Whether it is time to arm anew: a year has passed, or somebody may have lost their share. */
export function armingIsDue(view: View, own: Own, nowS: number): boolean {
  if (!own.owned.epoch) return false;
  const isOld = Math.floor(nowS / DAY_S) - own.owned.armedDay > ARMED_DAYS;
  return isOld || watch.asked(view, own).some(({ appointed }) => appointed.doubtful);
}

/**
 * Arm the watch, or arm it anew; throw `Refused` while something is missing.
 *
 * The relay is asked first whether it would take the new terms. After that everything is saved at once, and goes as far
 * as it gets: what is left goes later by itself.
 */
export async function arm(home: Home, own: Own): Promise<Armed> {
  const missing = lacks(home.vault, own, home.nowS);
  if (missing.length) throw new Refused("This watch can't be armed yet.", { code: "watch.lacks" });
  return await armNow(home, own);
}

/** Arm without asking what is missing, as a rehearsal does. */
export async function armNow(home: Home, own: Own): Promise<Armed> {
  if (own.bond.partedS !== null) throw new Mistaken("This bond has ended.", { code: "bond.parted" });
  const seen = await watch.look(home, own);
  await lastrelay.openedBy(home, own, seen.fetched);
  const guardians = watch.consents(home.vault, own);
  const code = seen.stage === "stopped" ? randomBytes(STOP_BYTES) : null;
  // What waited to loosen it ended with it, and a watch that is over is armed as it was.
  const held = parseTerms(seen.terms.record);
  const dropped = isOver(seen.stage) && held.epoch === own.terms.epoch && held.number < own.terms.number;
  const terms = dropped ? held : own.terms;
  if (guardians.length < terms.k)
    throw new Refused("Too few guardians have agreed.", { code: "watch.lacks" });
  const known = [seen.terms, ...(seen.pending ? [seen.pending.terms] : [])];
  const newest = Math.max(terms.epoch, ...known.map(({ record }) => parseTerms(record).epoch));
  const stop = code ? kdf.sha256(code) : terms.stop;
  const anew = { ...terms, epoch: newest + 1, armed: true, guardians, stop };
  const [next, when] = watch.judged(seen, anew, own.owned.number);
  const arming = await gates.arm(next.k, guardians.length);
  const { recipient: gate, threshold: k, guardians: n } = arming.gate;
  await home.change(async (draft) => {
    const changes = { epoch: next.epoch, gate, k, n, armedDay: Math.floor(home.nowS / DAY_S) };
    const now = watch.again(draft, own);
    await watch.putInside(home, draft, now, next, { changes });
    const asked = watch.asked(draft, own);
    for (const [place, { seat }] of guardians.entries()) {
      const bond = asked.find(({ appointed }) => same(appointed.seat, seat))?.bond;
      const share = gates.shareOf(arming, place, { watch: own.id, epoch: next.epoch });
      if (bond) await stepInside(home, draft, bond.id, { type: "ShareGiven", share });
    }
    if (code) watch.note(draft, own.id, { stop: code });
  });
  home.reach("watch: armed");
  const armed = watch.again(home.vault, own);
  await watch.settle(home, armed);
  const left = await reseal(home, armed);
  return {
    pending: when === "pending",
    inS: when === "pending" ? waitS(terms) : 0,
    left: left.map(hex),
    newStop: code !== null,
    dropped,
    again: terms.epoch > 0,
  };
}

/** Note that recipient and guardians have done their part in a rehearsal of this watch. */
export async function rehearsed(home: Home, own: Own, day: number): Promise<void> {
  await home.change(async (draft) => {
    const now = watch.again(draft, own);
    const owned = now.owned.with({ rehearsedDay: day });
    await stepInside(home, draft, now.bond.id, { type: "WatchKept", watch: owned });
    draft.events.push({ kind: "watches" });
  });
}
