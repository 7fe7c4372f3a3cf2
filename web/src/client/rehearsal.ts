/**
 * A rehearsal of a watch: silence that is played in seconds, and a letter that says what it is.
 *
 *     begin      a watch of its own, in seconds; the guardians of the real one are asked whether they take part
 *     advance    as far as it goes now: fall silent, look how it stands, note that it was done
 *     end        before it is done, or let go of one that is over
 *
 * It has its own key, tokens, shares and letter, so whatever becomes of it, the real watch is as it was. The silence
 * begins once the guardians have answered, and lasts as long as they take: guardians are asked until as many as are
 * needed have said no, and what is released opens the letter whenever its reader comes. It is done when the reader
 * shows that they have read it, for which as many guardians as are needed must have helped.
 */

import { hex, same } from "../core/bytes";
import * as words from "../core/crypto/words";
import { NotFound, Refused, TwinbellError, Unauthorised } from "../core/errors";
import { WATCH_REHEARSAL_KEPT_S } from "../core/wire/limits";
import { parseTerms } from "../core/wire/terms";
import { openVote } from "../core/wire/watch";
import { unlessDamaged } from "../core/wire/fields";
import type { View as Relayed } from "../core/wire/watchview";
import type { Refusal } from "./api";
import * as arming from "./arming";
import * as channels from "./channels";
import type { Home } from "./home";
import * as last from "./last";
import * as lastwriting from "./lastwriting";
import { foreseen } from "./mail";
import { unseal } from "./opened";
import { proofOf } from "./reader";
import { refusal as told } from "./rpc";
import type { LetterRow, RehearsalRow } from "./schema";
import type { View } from "./vault";
import * as watch from "./watch";
import { DAY_S, type Own } from "./watch";
import type { Rehearsal, Rehearsing } from "./watchapi";
import { seen } from "./watchstatus";
import { relayOf } from "./watchrelay";

// Who got their share before they answered has held it for long enough at the end of the veto.
const RHYTHM = { every: 2, grace: 2, veto: 4 };
const UNIT_S = 5; // less than a minute, and what people take
const WITHOUT_S = DAY_S; // who has not answered by then is not waited for, where there are enough others

const SUBJECT = "Rehearsal";
const text = (writer: string): string => `\
This is a rehearsal. ${writer} is well, and wrote this to see that what was planned
would work: that you can open a last letter once guardians help.

You have opened it, so it works. ${writer} is told that you have, and there is nothing more to do.

The words of this rehearsal are ${words.spoken().join(" ")}.
`;

/** Begin a rehearsal, unless one goes on, and ask the guardians. Throws `Refused` while something is missing. */
export async function begin(home: Home, real: Own, unitS = UNIT_S): Promise<void> {
  if (goesOn(home.vault, real)) return;
  if (arming.lacksToRehearse(home.vault, real, home.nowS).length)
    throw new Refused("This watch can't be rehearsed yet.", { code: "rehearsal.few" });
  // One that a crash left, or that paper brought back without its letter.
  for (const own of every(home.vault, real)) await letGo(home, own);
  const { zone, k: need } = real.terms;
  const chosen = { rhythm: RHYTHM, need, zone };
  const own = await watch.create(home, real.bond, chosen, { unitS, rehearsal: true });
  await home.change((draft) => {
    const row = { bond: real.bond.id, watch: own.id, begunS: home.nowS, proof: null, over: null };
    draft.put("rehearsal", row);
    // The relay keeps it for a week, which begins with the silence and not while guardians are asked.
    watch.note(draft, own.id, { owed: false });
  });
  home.reach("rehearsal: begun");
  await ask(home, real, own);
}

/**
 * Go on as far as it goes, and return how the rehearsal stands; null where there is none.
 *
 * `now` begins the silence without guardians who have not answered, where there are enough others. What stands in the
 * way, as a relay that does not answer, is part of the answer. A rehearsal that is done, or that its relay keeps no
 * longer, is ended by this; its row says how, until a person lets it go.
 */
export async function advance(home: Home, real: Own, now = false): Promise<Rehearsal | null> {
  const row = rowOf(home.vault, real);
  if (!row) return null;
  if (row.over) return over(real, row, row.over);
  const found = goesOn(home.vault, real);
  if (!found) return null; // paper brought the bond back, and not this
  let own = found;
  let refusal: Refusal | null = null;
  try {
    await ask(home, real, own);
    if (own.owned.epoch === 0 && isReady(home, own, row, now)) await fallSilent(home, real, own);
    else if (own.owned.epoch) await lastwriting.reseal(home, own); // what a crash left between arming and letter
  } catch (error) {
    refusal = told(foreseen(error));
  }
  own = watch.again(home.vault, own);
  const { shown, how } = await status(home, own, row, refusal);
  tellChange(home, shown);
  if (!how) return shown;
  if (how === "done") {
    await arming.rehearsed(home, watch.again(home.vault, real), Math.floor(home.nowS / DAY_S));
    home.reach("rehearsal: done");
  }
  await letGo(home, own);
  await home.change((draft) => {
    const people = shown.people.map((each) => ({ ...each }));
    draft.put("rehearsal", { ...row, over: { how, people } });
  });
  return shown;
}

/** By home, how its rehearsals stood when that was last told: a page asks again when it is told. */
const stood = new WeakMap<Home, Map<string, string>>();

function tellChange(home: Home, { watch: id, stage, people, seen: relayed, refusal }: Rehearsal): void {
  const known = stood.get(home) ?? new Map<string, string>();
  stood.set(home, known);
  const now = JSON.stringify([stage, people, relayed?.stage, relayed?.reminders, refusal?.code]);
  if (known.get(id) === now) return;
  known.set(id, now);
  home.tell({ kind: "watches" });
}

/** End the rehearsal of this watch, done or not; guardians are told. */
export async function end(home: Home, real: Own): Promise<void> {
  const row = rowOf(home.vault, real);
  if (!row) throw new NotFound("No rehearsal goes on.", { code: "rehearsal.none" });
  for (const own of every(home.vault, real)) await letGo(home, own);
  await home.change((draft) => draft.delete("rehearsal", row));
}

/** Whether a rehearsal of this watch goes on. */
export function isUnderWay(view: View, real: Own): boolean {
  return real.bond.partedS === null && goesOn(view, real) !== null;
}

/** Return the rehearsals of a watch that are not let go of: one, or those that a crash left. */
function every(view: View, real: Own): Own[] {
  return watch.every(view, { rehearsals: true }).filter(({ bond }) => same(bond.id, real.bond.id));
}

function goesOn(view: View, real: Own): Own | null {
  const row = rowOf(view, real);
  if (!row || row.over) return null;
  return every(view, real).find(({ id }) => same(id, row.watch)) ?? null;
}

function rowOf(view: View, real: Own): RehearsalRow | null {
  return view.one("rehearsal", hex(real.bond.id));
}

/** Ask each guardian of the real watch once; after a crash, those who were not asked yet. */
async function ask(home: Home, real: Own, own: Own): Promise<void> {
  if (own.owned.epoch) return;
  const known = watch.asked(home.vault, own);
  for (const { bond, appointed } of watch.asked(home.vault, real)) {
    if (!appointed.agreed || known.some((each) => same(each.bond.id, bond.id))) continue;
    await watch.invite(home, own, bond);
  }
}

/** Whether the silence may begin: all have answered, or enough have and others took long. */
function isReady(home: Home, own: Own, row: RehearsalRow, now: boolean): boolean {
  const waited = home.nowS - row.begunS >= WITHOUT_S;
  const asked = watch.asked(home.vault, own);
  return isEnough(home.vault, own) && (now || waited || asked.every(({ appointed }) => appointed.answered));
}

function isEnough(view: View, own: Own): boolean {
  const takingPart = watch.asked(view, own).filter(({ appointed }) => appointed.agreed).length;
  const { k } = own.terms;
  return takingPart >= k && (k > 1 || takingPart === 1);
}

async function fallSilent(home: Home, real: Own, own: Own): Promise<void> {
  await watch.settle(home, own);
  const proven = channels.every(home.vault, real).filter(({ acceptedS }) => acceptedS > 0);
  const { owner } = own.owned;
  await relayOf(home, own.bond.relay).putChannels(own.id, owner, proven.map(channels.channelOf));
  if (!letter(home.vault, own)) {
    // It waits for the arming that comes next.
    const fate = { atParting: "burn", bothSilent: "later", heir: "" } as const;
    const asked = { bond: hex(own.bond.id), files: [], floor: null, hold: "balance", fate } as const;
    await lastwriting.write(home, own, { ...asked, subject: SUBJECT, text: text(own.bond.me) });
  }
  await arming.armNow(home, watch.again(home.vault, own));
}

function letter(view: View, own: Own): LetterRow | undefined {
  return last.current(view, own)[0]?.[1];
}

/** Whether its reader has shown that they have read the letter: by what only the letter says. */
async function wasRead(home: Home, own: Own, { proof }: RehearsalRow): Promise<boolean> {
  const sealed = letter(home.vault, own);
  if (!proof || !sealed) return false;
  const { found } = await unseal(home, sealed);
  return same(proofOf(found.mail.text), proof);
}

/** Let go of a rehearsal. The relay forgets it by itself, if it can't be told. */
async function letGo(home: Home, own: Own): Promise<void> {
  try {
    await relayOf(home, own.bond.relay).end(own.id, own.owned.owner);
  } catch (error) {
    if (!(error instanceof TwinbellError)) throw error;
  }
  for (const [row, sealed] of last.current(home.vault, own))
    if (row.epoch === last.HELD) await lastwriting.forget(home, sealed);
  await home.change((draft) => watch.forgetInside(home, draft, own));
}

// How it stands.

async function status(
  home: Home,
  own: Own,
  row: RehearsalRow,
  refusal: Refusal | null,
): Promise<{ shown: Rehearsal; how: "done" | "lapsed" | null }> {
  let relayed: Relayed | null = null;
  let lapsed = false;
  if (own.owned.epoch) {
    try {
      relayed = await relayOf(home, own.bond.relay).look(own.id, own.owned.owner);
    } catch (error) {
      lapsed = error instanceof Unauthorised || error instanceof NotFound;
      if (!lapsed) refusal ??= told(foreseen(error));
    }
  }
  const read = await wasRead(home, own, row);
  const how = read ? "done" : lapsed ? "lapsed" : null;
  const shown: Rehearsal = {
    ...common(own, row),
    stage: how ?? stageOf(own, relayed),
    people: [...guardians(home.vault, own, relayed), reader(own.bond.peer, own.owned.epoch > 0, read)],
    enough: own.owned.epoch === 0 && isEnough(home.vault, own),
    seen: relayed && seen(relayed, home.nowS),
    refusal,
  };
  return { shown, how };
}

function stageOf({ owned }: Own, relayed: Relayed | null): "asking" | "silence" | "help" {
  if (owned.epoch === 0) return "asking";
  return relayed && relayed.stage !== "kept" && relayed.stage !== "late" ? "help" : "silence";
}

function common(
  own: Own,
  { watch: id, begunS }: RehearsalRow,
): Pick<Rehearsal, "watch" | "begunS" | "endsS" | "need"> {
  return { watch: hex(id), begunS, endsS: begunS + WATCH_REHEARSAL_KEPT_S, need: own.terms.k };
}

/** One that is over, as it was. */
function over(real: Own, row: RehearsalRow, { how, people }: NonNullable<RehearsalRow["over"]>): Rehearsal {
  return {
    ...common(real, row),
    stage: how,
    people: people as Rehearsing[],
    enough: false,
    seen: null,
    refusal: null,
  };
}

function guardians(view: View, own: Own, relayed: Relayed | null): Rehearsing[] {
  const answered = relayed ? votersOf(relayed) : [];
  return watch.asked(view, own).map(({ bond, appointed }): Rehearsing => {
    const { agreed, answered: hasAnswered, doneDay, seat } = appointed;
    const name = bond.peer;
    if (!agreed) return { name, role: "guardian", state: hasAnswered ? "refused" : "asked" };
    const voted = answered.some((each) => same(each, seat));
    return { name, role: "guardian", state: doneDay ? "done" : voted ? "answered" : "ready" };
  });
}

function votersOf(relayed: Relayed): Uint8Array[] {
  const terms = parseTerms(relayed.terms.record);
  return relayed.votes.flatMap((signed) => {
    const vote = unlessDamaged(() => openVote(signed, terms));
    return "seat" in vote ? [vote.seat] : [];
  });
}

function reader(name: string, begun: boolean, read: boolean): Rehearsing {
  return { name, role: "reader", state: read ? "done" : begun ? "ready" : "asked" };
}
