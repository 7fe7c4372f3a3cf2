/**
 * The bonds of a home: begun by a bell, renamed, verified, ended.
 *
 * The pendant of a bond changes by `journal.stepInside` alone, which saves it together with what follows from it.
 */

import type { Joined } from "../core/bond/bell";
import type { Device, Keyring } from "../core/bond/keys";
import { Pendant } from "../core/bond/pendant";
import { compare, hex, unhex } from "../core/bytes";
import * as words from "../core/crypto/words";
import { Damaged, Mistaken, NotFound } from "../core/errors";
import { Chain } from "../core/wire/beacon";
import type { Bond, Portrait, Quiet } from "./api";
import * as chains from "./chains";
import type { Home } from "./home";
import { pendantOf, stepInside } from "./journal";
import * as news from "./news";
import * as push from "./push";
import type { BondRow } from "./schema";
import * as seats from "./seats";
import type { Draft, View } from "./vault";

const NAME_LENGTH_MAX = 64;
const DAY_MINUTES = 24 * 60;

export function same(a: Uint8Array, b: Uint8Array): boolean {
  return compare(a, b) === 0;
}

/** Return every bond in the order in which they were made. */
export function every(view: View): BondRow[] {
  return view.all("bond").sort((a, b) => a.sinceS - b.sinceS || compare(a.id, b.id));
}

/** Return the bonds that have not been ended here. */
export function living(view: View): BondRow[] {
  return every(view).filter((bond) => bond.partedS === null);
}

export function get(view: View, id: Uint8Array): BondRow {
  return named(view, hex(id));
}

/** Return the bond that a page names; throw `NotFound`. */
export function named(view: View, id: string): BondRow {
  const row = view.one("bond", id);
  if (!row) throw new NotFound("There is no such bond here.", { code: "bond.none" });
  return row;
}

/** Return the bond that a page names, if it has not been ended. */
export function open(view: View, id: string): BondRow {
  const row = named(view, id);
  if (row.partedS !== null) throw new Mistaken("This bond has ended.", { code: "bond.parted" });
  return row;
}

/** Save the bond that a bell leaves, inside the change that ends the bell; repeatable. */
export async function begin(
  home: Home,
  draft: Draft,
  joined: Joined,
  keyring: Keyring,
  device: Device,
): Promise<void> {
  const { id } = joined.bond;
  if (draft.one("bond", hex(id))) return;
  const pendant = Pendant.begin(keyring, device, joined);
  put(home, draft, pendant, joined.peer.name, null);
  await stepInside(home, draft, id, { type: "Begun" });
  news.add(home, draft, "joined", id, { peer: joined.peer.name });
}

/** Write the row of a bond that is new here. */
export function put(
  home: Home,
  draft: Draft,
  pendant: Pendant,
  peer: string,
  kitConfirmedS: number | null,
): void {
  const { bond, keyring } = pendant;
  draft.put("bond", {
    id: bond.id,
    me: keyring.name,
    peer,
    relay: keyring.relay,
    pendant: pendant.toBytes(),
    sinceS: bond.sinceS,
    kitConfirmedS,
    cursor: 0,
    acknowledged: 0,
    tickedS: 0,
    copy: null,
    quietFrom: 0,
    quietTo: 0,
    partedS: null,
  });
  draft.events.push({ kind: "bonds" });
  seats.sync(draft, bond.id, pendant); // paper brings seats of watches back
  push.owe(home, draft, bond.id);
  const { chain, inbox } = pendant.peer;
  if (chain) chains.learn(draft, Chain.fromRecord(chain), inbox.relay);
}

/** Set up the inbox of a bond that is about to begin. */
export async function register(home: Home, keyring: Keyring, device: Device): Promise<void> {
  const registration = keyring.registration(device);
  await home.relay(keyring.relay).putMailbox(keyring.box, device.owner, registration);
}

/** Call the other one by another name, here and nowhere else. */
export async function rename(home: Home, id: string, name: string): Promise<void> {
  const peer = checkedName(name);
  await home.change((draft) => {
    draft.put("bond", { ...named(draft, id), peer });
    draft.events.push({ kind: "bonds" });
  });
}

/** Let no ring be heard in quiet hours, and so many an hour at most, here and nowhere else. */
export async function setQuiet(home: Home, id: string, quiet: Quiet): Promise<void> {
  const { fromMinute: quietFrom, toMinute: quietTo, perHour: anHour } = quiet;
  if (
    ![quietFrom, quietTo].every((minute) => Number.isInteger(minute) && minute >= 0 && minute < DAY_MINUTES)
  )
    throw new Mistaken("A day has the minutes from 00:00 to 23:59.", { code: "quiet.minutes" });
  await home.change(async (draft) => {
    await stepInside(home, draft, named(draft, id).id, { type: "RingsLimited", anHour });
    draft.put("bond", { ...named(draft, id), quietFrom, quietTo });
    draft.events.push({ kind: "bonds" });
  });
}

/** End a bond: what waits to go or to come is dropped, letters stay, and only our own relay is told. */
export async function part(home: Home, id: string): Promise<void> {
  await home.change(async (draft) => {
    const { id: bond, partedS } = named(draft, id);
    if (partedS !== null) return;
    if (draft.all("watch").some((row) => same(row.bond, bond)))
      await (await import("./lastrelay")).partInside(home, draft, bond);
    await stepInside(home, draft, bond, { type: "Parted" });
    draft.put("bond", { ...get(draft, bond), partedS: home.nowS });
    for (const row of draft.all("outbox"))
      if (row.sentS === null && same(row.bond, bond)) draft.delete("outbox", row);
    for (const row of draft.all("coming")) if (same(row.bond, bond)) draft.delete("coming", row);
    for (const row of draft.all("giving")) if (same(row.bond, bond)) draft.delete("giving", row);
    draft.events.push({ kind: "bonds" });
  });
}

/** Return a name that a person may have: one line of characters that can be seen. */
export function checkedName(name: string): string {
  const text = name.trim().normalize("NFC");
  if (!text || [...text].length > NAME_LENGTH_MAX || /[\p{C}\p{Zl}\p{Zp}]/u.test(text))
    throw new Mistaken(`A name has 1 to ${NAME_LENGTH_MAX} characters, all of them visible.`, {
      code: "name",
    });
  return text;
}

/** Return the id of a bond or a letter that a page names. */
export function idOf(text: string): Uint8Array {
  try {
    return unhex(text);
  } catch (error) {
    if (error instanceof Damaged) throw new NotFound("There is no such thing here.");
    throw error;
  }
}

/** Return a bond as a page shows it. */
export function shown(view: View, row: BondRow): Bond {
  const pendant = pendantOf(row);
  return {
    id: hex(row.id),
    kind: pendant.kind,
    peer: row.peer,
    me: row.me,
    relay: row.relay,
    sinceS: row.sinceS,
    role: pendant.bond.role === 0 ? "giver" : "answerer",
    words: words.six(pendant.bond.words),
    bits: pendant.bond.words,
    verified: pendant.verified,
    changed: pendant.changed,
    peerVerified: pendant.peerVerifiedS > 0,
    receipts: { ours: pendant.receiptsOurs, theirs: pendant.receiptsTheirs },
    kitConfirmed: row.kitConfirmedS !== null,
    portraits: { ours: portraitOf(view, row.id, true), theirs: portraitOf(view, row.id, false) },
    about: { ours: pendant.aboutOurs, theirs: pendant.aboutTheirs },
    quiet: { fromMinute: row.quietFrom, toMinute: row.quietTo, perHour: pendant.ringsAnHour },
    parted: row.partedS !== null,
  };
}

/** Return the portrait that is kept of one of the two. */
export function portraitOf(view: View, bond: Uint8Array, ours: boolean): Portrait | null {
  const row = view.all("portrait").find((each) => each.ours === ours && same(each.bond, bond));
  return row ? { size: row.size, pixels: row.pixels } : null;
}
