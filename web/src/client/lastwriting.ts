/**
 * Last letters as they are sealed: planned, written, and sealed again behind the gate of each new arming.
 *
 * The keys that open a last letter are kept (`letterKey`), since its writer's device has to open it to seal it again.
 * How each stands, and what its relay is told, is in `last`.
 */

import { Fate } from "../core/bond/fate";
import { GuardiansGate, type KeptChain, type Wish as Moment } from "../core/bond/gate";
import * as gates from "../core/bond/last";
import { planLast } from "../core/bond/lastlock";
import { Lock } from "../core/bond/lock";
import { parse } from "../core/bond/wish";
import { hex, randomBytes } from "../core/bytes";
import { encode } from "../core/encoding";
import { Mistaken, Refused, Retired } from "../core/errors";
import * as bonds from "./bonds";
import * as chains from "./chains";
import type { Home } from "./home";
import { pendantOf } from "./journal";
import * as last from "./last";
import * as lastrelay from "./lastrelay";
import * as letters from "./letters";
import { unseal } from "./opened";
import * as outgoing from "./outgoing";
import type { LastRow, LetterRow } from "./schema";
import * as watch from "./watch";
import { DAY_S, type Own } from "./watch";
import type { Hold, Wish } from "./api";
import type { NewLastLetter } from "./lastapi";
import * as wishes from "./wishes";

const FLOOR = "in 1 year"; // from then on guardians alone can open it: a relay may be gone by then
const ID_BYTES = 16;

/** What a person chooses of a lock. */
export interface Chosen {
  readonly floor: Wish | null;
  readonly hold: Hold;
}

/** Return the lock of a last letter as it would be, its number made up. */
export async function planned(home: Home, own: Own, chosen: Chosen): Promise<Lock> {
  const [lock] = await plan(home, own, floorOf(home, own, chosen), chosen);
  return lock;
}

/**
 * Seal a last letter, and return its id. It goes with what waits, or waits itself for the first arming.
 *
 * Throws `Refused` where the words were not compared: a last letter must not be for somebody in between.
 */
export async function write(home: Home, own: Own, asked: NewLastLetter): Promise<string> {
  const { bond } = own;
  check(own);
  if (bond.kitConfirmedS === null)
    throw new Mistaken("Confirm your recovery kit first: without it a lost phone loses every letter.", {
      code: "letter.kit",
    });
  outgoing.check(asked);
  const fate = fateFrom(asked.fate);
  const floor = floorOf(home, own, asked);
  const [lock, parcel] = await plan(home, own, floor, asked);
  const text = withFate(asked.text, fate, bond.peer, floor);
  await save(home, own, lock, parcel, encode(fate.toRecord()));
  const id = hex(lock.letter);
  try {
    const files = asked.files.map(outgoing.attachment);
    await outgoing.seal(home, bond, lock, {
      subject: asked.subject,
      text,
      files,
      rehearsal: own.owned.rehearsal,
    });
  } finally {
    home.sealing.delete(id);
  }
  return id;
}

/** Refuse a last letter to somebody with whom the words were not compared. */
function check({ bond }: Own): void {
  const { peer } = bond;
  if (pendantOf(bond).verified) return;
  throw new Refused(`You have not compared the words with ${peer}: somebody could be between you.`, {
    code: "last.words",
    facts: { peer },
  });
}

/** Seal every last letter again that is behind an older gate; return those that can't be. */
export async function reseal(home: Home, own: Own): Promise<Uint8Array[]> {
  const left: Uint8Array[] = [];
  for (const [row, letter] of last.current(home.vault, own)) {
    if (row.epoch >= own.owned.epoch) continue;
    // The key of a letter is kept on the device that wrote it and nowhere else.
    if (letter.letterKey === null) left.push(letter.id);
    else await resealOne(home, own, row, letter);
  }
  return left;
}

async function resealOne(home: Home, own: Own, row: LastRow, letter: LetterRow): Promise<void> {
  const { bond } = own;
  const old = Lock.parse(letter.lock);
  if (!old.wish) throw new TypeError("A last letter has a floor.");
  const floor = later(home, letter, old.wish);
  const [lock, parcel] = await plan(home, own, floor, { hold: "balance" }, living(home, old));
  await home.change((draft) => {
    // A try that a crash ended.
    const tried = row.next && last.find(draft, row.next);
    if (tried) draft.delete("last", tried);
    last.note(draft, row.letter, { next: lock.letter });
  });
  await save(home, own, lock, parcel, row.fate);
  const { found, files } = await unseal(home, letter);
  const fate = lastrelay.fateOf(row);
  const text = withoutFate(found.mail.text, fate, found.mail.reader, old.wish);
  try {
    await outgoing.seal(home, bond, lock, {
      subject: found.mail.subject,
      text: withFate(text, fate, bond.peer, floor),
      files: found.mail.files.map(({ name, media, size }, at) => {
        return { name, media, size, file: files[at] ?? new Blob([]) };
      }),
      rehearsal: own.owned.rehearsal,
    });
  } finally {
    home.sealing.delete(hex(lock.letter));
  }
  if (row.epoch === last.HELD) await forget(home, letter); // it never went: the new one is the first that anybody gets
}

async function plan(
  home: Home,
  own: Own,
  floor: Moment,
  { hold }: Pick<Chosen, "hold">,
  kept: readonly KeptChain[] = chains.toLockBy(home, own.bond),
): Promise<[Lock, Uint8Array | null]> {
  const { peer } = pendantOf(own.bond);
  const silence = await gates.silence(own.id, [peer.letter, peer.kit]);
  const lock = planLast({
    letter: randomBytes(ID_BYTES),
    silence: silence.gate,
    guardians: await gateOf(own),
    floor,
    chains: kept,
    nowS: home.nowS,
    hold: hold === "balance" ? null : hold,
  });
  return [lock, own.owned.epoch ? silence.parcel : null];
}

async function gateOf({ owned, terms }: Own): Promise<GuardiansGate> {
  if (owned.epoch) return new GuardiansGate(owned.gate, owned.k, owned.n);
  // Nobody has shares yet. Those of this gate are thrown away, so nothing but the kept key opens it.
  const { k, guardians } = terms;
  return (await gates.arm(k, Math.max(k, guardians.length))).gate;
}

async function save(
  home: Home,
  own: Own,
  lock: Lock,
  parcel: Uint8Array | null,
  fate: Uint8Array,
): Promise<void> {
  await home.change((draft) => {
    draft.put("last", {
      number: draft.next("last"),
      letter: lock.letter,
      watch: own.id,
      epoch: own.owned.epoch,
      fate,
      parcel,
      drops: "no",
      next: null,
      opened: false,
    });
    watch.note(draft, own.id, { owed: true });
  });
  home.reach("last: row saved");
}

function floorOf(home: Home, own: Own, { floor }: Pick<Chosen, "floor">): Moment {
  const [moment] = wishes.each(floor, 1, home.nowS);
  return moment ?? parse(FLOOR, { nowS: home.nowS, zone: own.terms.zone });
}

/** Return a floor that lies as far ahead as the old one did when it was chosen, and never before it. */
function later(home: Home, letter: LetterRow, floor: Moment): Moment {
  const aheadS = Math.max(1, floor.instantS - letter.atS);
  const text = aheadS >= DAY_S ? `in ${Math.floor(aheadS / DAY_S)} days` : `in ${aheadS} s`;
  const wish = parse(text, { nowS: home.nowS, zone: floor.zone });
  return wish.instantS > floor.instantS ? wish : floor;
}

function living(home: Home, lock: Lock): KeptChain[] {
  const ended = chains.known(home.vault).filter(({ retired }) => retired);
  const kept = lock.chains.filter(
    ({ chain }) => !ended.some((each) => bonds.same(each.chain.hash, chain.hash)),
  );
  if (kept.length) return kept;
  throw new Retired("Every chain that this letter leans on has ended. Write it again, with another one.", {
    code: "beacon.retired",
    facts: { keeper: lock.chains[0]?.keeper ?? "" },
  });
}

/** Remove a letter that went to nobody. */
export async function forget(home: Home, letter: LetterRow): Promise<void> {
  await home.change((draft) => {
    const row = last.find(draft, letter.id);
    if (row) draft.delete("last", row);
    draft.delete("letter", letter);
    letters.tell(draft, letter);
  });
  await home.files.remove(letters.fileName(letter.id));
}

function fateFrom(fate: NewLastLetter["fate"]): Fate {
  try {
    return new Fate(fate);
  } catch (error) {
    if (error instanceof Mistaken) throw new Mistaken(error.sentence, { code: "last.heir" });
    throw error;
  }
}

function withFate(text: string, fate: Fate, reader: string, floor: Moment): string {
  return `${text.trimEnd()}\n\n${fate.words({ reader, floor: floor.words })}\n`;
}

function withoutFate(text: string, fate: Fate, reader: string, floor: Moment): string {
  const end = withFate("", fate, reader, floor);
  return text.endsWith(end) ? text.slice(0, -end.length) : text;
}
