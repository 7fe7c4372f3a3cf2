/** Rings that came: which are made heard, and which become one line until a person looks. */

import type * as ev from "../core/bond/event";
import { hex } from "../core/bytes";
import type { Quiet, Ring } from "./api";
import * as bonds from "./bonds";
import type { Home } from "./home";
import type { RingRow } from "./schema";
import type { Draft, View } from "./vault";

const HOUR_S = 3600;
const LINES_MAX = 200; // of one bond; whoever rings more often than that is not counted

/** Take a ring that has come: sound it if it is fresh and wanted now, else keep it for one line. */
export function take(home: Home, draft: Draft, bond: Uint8Array, what: ev.News<"Rang">): void {
  const { nowS } = home;
  const here = draft.all("ring").filter((row) => bonds.same(row.bond, bond));
  const sounded = here.filter((row) => row.sound && nowS - row.atS < HOUR_S);
  const { quietFrom, quietTo, ringsAnHour } = bonds.get(draft, bond);
  const sound = what.sound && sounded.length < ringsAnHour && !isQuiet(minuteOfDay(nowS), quietFrom, quietTo);
  const { sentS, arrivedS } = what;
  const pattern = [...what.ring.pattern];
  const row = { number: draft.next("ring"), bond, pattern, sentS, arrivedS, sound, atS: nowS };
  for (const old of here) if (old.sound && nowS - old.atS >= HOUR_S) draft.delete("ring", old);
  for (const old of here.filter((each) => !each.sound).slice(0, -LINES_MAX)) draft.delete("ring", old);
  draft.put("ring", row);
  draft.events.push({ kind: "ring", ring: ringOf(row) });
}

/** A knock at the room is told to a page that is open, and to nobody later: it means now. */
export function knocked(draft: Draft, bond: Uint8Array, what: ev.News<"Knocked">): void {
  draft.events.push({ kind: "knock", bond: hex(bond), atS: what.arrivedS });
}

/** Return the rings of a bond that were not sounded, since a person last looked. */
export function missed(view: View, bond: Uint8Array): Ring[] {
  return view
    .all("ring")
    .filter((row) => !row.sound && bonds.same(row.bond, bond))
    .map(ringOf);
}

export async function seen(home: Home, bond: Uint8Array): Promise<void> {
  await home.change((draft) => {
    for (const row of draft.all("ring"))
      if (!row.sound && bonds.same(row.bond, bond)) draft.delete("ring", row);
  });
}

/** Whether this minute of the day lies in quiet hours; they may go across midnight. */
export function isQuiet(minute: number, from: number, to: number): boolean {
  if (from === to) return false;
  return from < to ? minute >= from && minute < to : minute >= from || minute < to;
}

/** Return quiet hours that make sense; the same where they did. */
export function checked(quiet: Quiet): Quiet {
  const within = (number: number, most: number): number =>
    Math.min(Math.max(Math.trunc(number) || 0, 0), most);
  return {
    fromMinute: within(quiet.fromMinute, 1439),
    toMinute: within(quiet.toMinute, 1439),
    perHour: within(quiet.perHour, 1000),
  };
}

function minuteOfDay(nowS: number): number {
  const now = new Date(nowS * 1000);
  return now.getHours() * 60 + now.getMinutes();
}

function ringOf({ number, bond, pattern, sentS, arrivedS, sound }: RingRow): Ring {
  return { number, bond: hex(bond), pattern, sentS, arrivedS, sound };
}
