/**
 * A watch of one's own: made, given guardians, put under other terms, kept in step with its relay.
 *
 *     create     a key, tokens, a stop code; terms without guardians, which guard nothing yet
 *     invite     guardians are asked, each in their own bond
 *     gather     who said yes comes into the terms, until the watch is armed for the first time
 *     change     other terms: at once where they are stricter, else after the wait
 *     settle     what the relay has not been told yet
 *
 * What a watch is lies in the keyring of its bond, the newest signed terms too; every change is saved together with
 * what guardians and reader are told of it, and the relay is told afterwards, as often as it takes. Arming is in
 * `arming`, signs of life in `alive`, last letters in `last`.
 */

import { Owned } from "../core/bond/watchkeys";
import { randomBytes, same } from "../core/bytes";
import * as kdf from "../core/crypto/kdf";
import { SigningKey } from "../core/crypto/signing";
import { Mistaken, NotFound, Refused, TwinbellError, Unauthorised } from "../core/errors";
import {
  TOKEN_BYTES,
  WATCH_GRACE_DAYS_MIN,
  WATCH_GUARDIANS_MAX,
  WATCH_UNIT_S,
  WATCH_UNITS_MAX,
} from "../core/wire/limits";
import { isOver } from "../core/wire/silence";
import * as rules from "../core/wire/terms";
import { parseTerms, type Terms } from "../core/wire/terms";
import type { View as Seen } from "../core/wire/watchview";
import type { Home } from "./home";
import { pendantOf, stepInside } from "./journal";
import * as last from "./last";
import * as lastrelay from "./lastrelay";
import { foreseen } from "./mail";
import { again, areSame, asked, consents, every, note, Own, rowOf } from "./owning";
import type { BondRow, WatchRow } from "./schema";
import type { Draft } from "./vault";
import type { Rhythm } from "./watchapi";
import { relayOf } from "./watchrelay";

export * from "./owning";

/** What a person chooses of a watch. */
export interface Chosen {
  readonly rhythm: Rhythm;
  readonly need: number;
  readonly zone: string;
}

/** Begin a watch for the last letters to the other one of this bond. It guards nothing before arming. */
export async function create(
  home: Home,
  bond: BondRow,
  { rhythm, need, zone }: Chosen,
  { unitS = WATCH_UNIT_S, rehearsal = false } = {},
): Promise<Own> {
  if (pendantOf(bond).kind !== "pair") {
    throw new Mistaken("A watch belongs to the bond with the one whom the letters are for.", {
      code: "watch.pair",
    });
  }
  if (!rehearsal) checkChosen({ rhythm, need, zone });
  const key = SigningKey.generate();
  const [owner, reader] = [randomBytes(TOKEN_BYTES), randomBytes(TOKEN_BYTES)];
  const code = randomBytes(rules.STOP_BYTES);
  const terms: Terms = {
    key: key.verifyKey.raw,
    number: 1,
    epoch: 0,
    unitS,
    ...rhythm,
    zone,
    k: need,
    guardians: [],
    reader: kdf.sha256(reader),
    owner: kdf.sha256(owner),
    stop: kdf.sha256(code),
    hands: [],
    armed: false,
    rehearsal,
  };
  const owned = new Owned({
    watch: rules.watchId(terms.key),
    seed: key.seed,
    owner,
    reader,
    stop: terms.stop,
    rehearsal,
    number: 1,
    terms: rules.signTerms(terms, key).toBytes(),
  });
  await home.change(async (draft) => {
    if (!rehearsal && every(draft).some((each) => same(each.bond.id, bond.id))) {
      const { peer } = bond;
      throw new Refused(`You have a watch for ${peer} already.`, { code: "watch.there", facts: { peer } });
    }
    await stepInside(home, draft, bond.id, { type: "WatchKept", watch: owned });
    draft.put("watch", { ...fresh(owned.watch, bond.id), stop: code });
    draft.events.push({ kind: "watches" });
  });
  home.reach("watch: saved");
  return again(home.vault, new Own(bond, owned));
}

/** Know again the watches that paper brought back, inside a change: their rows went with the old device. */
export function adopt(draft: Draft): void {
  for (const own of [...every(draft), ...every(draft, { rehearsals: true })]) {
    if (own.bond.partedS !== null || rowOf(draft, own)) continue;
    draft.put("watch", { ...fresh(own.id, own.bond.id), n: own.owned.lifeN });
  }
}

/** Ask somebody to be a guardian: in a bond of that kind, and before they know anything else. */
export async function invite(home: Home, own: Own, guardian: BondRow): Promise<void> {
  const { peer } = guardian;
  if (pendantOf(guardian).kind !== "guardian") {
    throw new Mistaken(`Your bond with ${peer} is not one with a guardian.`, {
      code: "watch.guardian-bond",
      facts: { peer },
    });
  }
  const { every, grace, veto, rehearsal } = own.terms;
  const ask = {
    kind: "guardian-ask",
    watch: own.id,
    every,
    grace,
    veto,
    reader: own.bond.peer,
    relay: own.bond.relay,
    rehearsal,
  } as const;
  await home.change(async (draft) => {
    await stepInside(home, draft, guardian.id, { type: "GuardianAsked", ask });
    draft.events.push({ kind: "watches" });
  });
}

/** End the guardianship of one: their seat and their shares go. What is armed loses one who can help. */
export async function dismiss(home: Home, own: Own, guardian: BondRow): Promise<void> {
  const { peer } = guardian;
  const found = asked(home.vault, own).find(({ bond }) => same(bond.id, guardian.id));
  if (!found) {
    throw new NotFound(`${peer} was not asked to be a guardian of this watch.`, {
      code: "watch.not-asked",
      facts: { peer },
    });
  }
  const { terms, owned } = own;
  const left = terms.guardians.filter(({ seat }) => !same(seat, found.appointed.seat));
  if (left.length !== terms.guardians.length) {
    if (owned.epoch && left.length < terms.k) {
      throw new Refused(`Without ${peer} there would be fewer guardians than you need.`, {
        code: "watch.few",
        facts: { peer },
        hint: "Ask another one first, then arm anew.",
      });
    }
    await change(home, own, { ...terms, guardians: fits(terms.k, left.length) ? left : [] });
  }
  await home.change(async (draft) => {
    await stepInside(home, draft, guardian.id, { type: "GuardianEnded", watch: own.id });
    draft.events.push({ kind: "watches" });
  });
}

/** Take those who said yes into the terms, before the first arming; later, arming anew does that. */
export async function gather(home: Home, own: Own): Promise<Own> {
  const said = consents(home.vault, own);
  const { terms, owned, bond } = own;
  if (owned.epoch || bond.partedS !== null || areSame(said, terms.guardians)) return own;
  if (said.length < terms.k || !fits(terms.k, said.length)) return own;
  await change(home, own, { ...terms, guardians: said });
  return again(home.vault, own);
}

/** Put the watch under what a person chose anew, and say when it holds. */
export async function choose(home: Home, own: Own, chosen: Chosen): Promise<rules.Change> {
  checkChosen(chosen);
  const { rhythm, need, zone } = chosen;
  const { terms } = own;
  // Guardians who said yes but are too few for this come in again with the next one who does.
  const guardians = fits(need, terms.guardians.length) || terms.epoch ? terms.guardians : [];
  const next = { ...terms, ...rhythm, zone, k: need, guardians };
  const isSame = (["every", "grace", "veto", "k", "zone"] as const).every(
    (name) => next[name] === terms[name],
  );
  return isSame ? "at once" : await change(home, own, next);
}

/**
 * Put the watch under new terms, whatever their number, and say when they hold.
 *
 * The relay is asked first how things are, so that what it would refuse is refused before anybody is told.
 */
export async function change(home: Home, own: Own, terms: Terms): Promise<rules.Change> {
  const [next, when] = judged(await look(home, own), terms, own.owned.number);
  await home.change(async (draft) => putInside(home, draft, again(draft, own), next));
  home.reach("watch: terms saved");
  await settle(home, again(home.vault, own));
  return when;
}

/**
 * Return new terms with the number that is due, and when they would hold; throw what refuses them.
 *
 * `known` is the newest number that anybody was told, also of terms that never came into force.
 */
export function judged(seen: Seen, terms: Terms, known: number): [Terms, rules.Change] {
  const held = parseTerms(seen.terms.record);
  const pending = seen.pending ? parseTerms(seen.pending.terms.record) : undefined;
  const number = Math.max(held.number, pending?.number ?? 0, known) + 1;
  const next = { ...terms, number: Math.max(number, terms.epoch) };
  if (isOver(seen.stage) && next.epoch === held.epoch)
    throw new Refused("This watch is over. Arm it anew to go on.", { code: "watch.over" });
  return [next, rules.change(held, next, { stage: seen.stage, ...(pending && { pending }) })];
}

/**
 * Save new terms, and what guardians and reader are told of them, inside a change.
 *
 * `changes` are fields of `Owned` that change with them. `quietly` tells nobody.
 */
export async function putInside(
  home: Home,
  draft: Draft,
  own: Own,
  terms: Terms,
  { changes = {}, quietly = false }: { changes?: Partial<Owned>; quietly?: boolean } = {},
): Promise<void> {
  const signed = rules.signTerms(terms, own.key).toBytes();
  const owned = own.owned.with({ terms: signed, number: terms.number, stop: terms.stop, ...changes });
  await stepInside(home, draft, own.bond.id, { type: "WatchKept", watch: owned });
  note(draft, own.id, { owed: true });
  if (quietly) return;
  const { relay } = own.bond;
  const names: string[] = [];
  for (const { bond, appointed } of asked(draft, own)) {
    if (!terms.guardians.some(({ seat }) => same(seat, appointed.seat))) continue;
    names.push(bond.peer);
    const given = { relay, watch: own.id, key: terms.key, terms: signed };
    await stepInside(home, draft, bond.id, { type: "SeatGiven", ...given });
  }
  if (names.length === 0) return;
  const seat = {
    kind: "reader-seat",
    relay,
    watch: own.id,
    key: terms.key,
    token: owned.reader,
    terms: signed,
    guardians: names,
  } as const;
  await stepInside(home, draft, own.bond.id, { type: "ReaderNamed", seat });
}

/** End a watch: its relay forgets it with all that it holds, guardians let go of seat and shares. */
export async function end(home: Home, own: Own): Promise<void> {
  await relayOf(home, own.bond.relay).end(own.id, own.owned.owner);
  await home.change((draft) => forgetInside(home, draft, own));
}

/**
 * Let go of a watch that its relay does not keep, inside a change.
 *
 * Letters that waited for a first arming stay where they are, and go to nobody.
 */
export async function forgetInside(home: Home, draft: Draft, own: Own): Promise<void> {
  const now = again(draft, own);
  for (const { bond } of asked(draft, now))
    await stepInside(home, draft, bond.id, { type: "GuardianEnded", watch: own.id });
  if (now.bond.partedS === null)
    await stepInside(home, draft, now.bond.id, { type: "WatchForgotten", watch: own.id });
  for (const row of last.every(draft, own)) if (row.epoch !== last.HELD) draft.delete("last", row);
  const row = rowOf(draft, own);
  if (row) draft.delete("watch", row);
  draft.events.push({ kind: "watches" });
}

// The relay.

/**
 * Return the watch as its relay has it now; give it what it has lost, as after an older backup.
 *
 * A watch that is over takes nothing but an arming anew: what waited to come into force ended with it.
 */
export async function look(home: Home, own: Own): Promise<Seen> {
  const asks = relayOf(home, own.bond.relay);
  const { owner, number } = own.owned;
  try {
    const seen = await asks.look(own.id, owner);
    const held = parseTerms((seen.pending?.terms ?? seen.terms).record);
    if (held.number >= number || (isOver(seen.stage) && held.epoch >= own.terms.epoch)) return seen;
  } catch (error) {
    if (!(error instanceof Unauthorised)) throw error;
  }
  await asks.putTerms(own.id, owner, own.signed);
  return await asks.look(own.id, owner);
}

/**
 * Tell the relay what it has not been told: terms, parts of keys, what is to be taken back.
 *
 * Throws what it answers; what it was not told stays owed.
 */
export async function settle(home: Home, own: Own): Promise<void> {
  const row = rowOf(home.vault, own);
  if (!row) return;
  const { owner, number } = own.owned;
  const asks = relayOf(home, own.bond.relay);
  if (row.taken < number) {
    await asks.putTerms(own.id, owner, own.signed);
    await home.change((draft) => note(draft, own.id, { taken: number }));
    home.reach("watch: terms taken");
  }
  await lastrelay.settle(home, own, asks);
  await home.change((draft) => {
    const now = again(draft, own);
    const fresh = rowOf(draft, own);
    if (!fresh || lastrelay.owes(draft, own) || now.owned.number !== number) return;
    // One of an ended bond, behind which nothing is left, guards nothing any more.
    if (now.bond.partedS !== null && !now.terms.armed) draft.delete("watch", fresh);
    else note(draft, own.id, { owed: false });
  });
}

/** Settle every watch for which something is owed; return the first refusal instead of throwing it. */
export async function settleAll(home: Home): Promise<TwinbellError | null> {
  let refusal: TwinbellError | null = null;
  for (const own of [...every(home.vault), ...every(home.vault, { rehearsals: true })]) {
    if (!rowOf(home.vault, own)?.owed) continue;
    try {
      await settle(home, own);
    } catch (error) {
      refusal ??= foreseen(error);
    }
  }
  return refusal;
}

/** Whether as many guardians as these can be in terms that need `k`. */
function fits(k: number, seats: number): boolean {
  return seats === 0 || (k === 1 ? seats === 1 : seats >= k);
}

function checkChosen({ rhythm, need }: Chosen): void {
  const least: Readonly<Record<keyof Rhythm, number>> = { every: 1, grace: WATCH_GRACE_DAYS_MIN, veto: 1 };
  for (const [name, days] of Object.entries(rhythm) as [keyof Rhythm, number][]) {
    if (Number.isInteger(days) && days >= least[name] && days <= WATCH_UNITS_MAX) continue;
    throw new Mistaken(`From ${least[name]} to ${WATCH_UNITS_MAX} days can be chosen.`, {
      code: "watch.days",
    });
  }
  if (!Number.isInteger(need) || need < 1 || need > WATCH_GUARDIANS_MAX) {
    throw new Mistaken(`From 1 to ${WATCH_GUARDIANS_MAX} guardians can be needed.`, { code: "watch.need" });
  }
}

function fresh(id: Uint8Array, bond: Uint8Array): WatchRow {
  return {
    id,
    bond,
    stop: null,
    taken: 0,
    n: 0,
    aliveS: 0,
    triedS: 0,
    duressS: 0,
    words: null,
    channels: [],
    over: 0,
    owed: true,
  };
}
