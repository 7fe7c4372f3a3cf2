/** Rings that came: which are made heard, and which become one line until a person looks. */

import type * as ev from "../core/bond/event";
import { hex } from "../core/bytes";
import type { Ring } from "./api";
import * as bonds from "./bonds";
import type { Home } from "./home";
import type { RingRow } from "./schema";
import type { Draft, View } from "./vault";

const LINES_MAX = 200; // of one bond; whoever rings more often than that is not counted

/** Take a ring that has come: sound it if the rules do and it is not quiet now, else keep it for one line. */
export function take(home: Home, draft: Draft, bond: Uint8Array, what: ev.News<"Rang">): void {
  const { sentS, arrivedS } = what;
  const pattern = [...what.ring.pattern];
  const row = { number: draft.next("ring"), bond, pattern, sentS, arrivedS };
  const sound = what.sound && !isQuietNow(home, draft, bond);
  if (!sound) {
    draft.put("ring", row);
    const lines = draft.all("ring").filter((each) => bonds.same(each.bond, bond));
    for (const old of lines.slice(0, -LINES_MAX)) draft.delete("ring", old);
  }
  draft.events.push({ kind: "ring", ring: ringOf(row, sound) });
}

/** A knock at the room is told to a page that is open, and to nobody later: it means now. */
export function knocked(home: Home, draft: Draft, bond: Uint8Array, what: ev.News<"Knocked">): void {
  if (!what.sound || isQuietNow(home, draft, bond)) return;
  draft.events.push({ kind: "knock", bond: hex(bond), atS: what.arrivedS });
}

/** Return the rings of a bond that were not sounded, since a person last looked. */
export function missed(view: View, bond: Uint8Array): Ring[] {
  return view
    .all("ring")
    .filter((row) => bonds.same(row.bond, bond))
    .map((row) => ringOf(row, false));
}

export async function seen(home: Home, bond: Uint8Array): Promise<void> {
  await home.change((draft) => {
    for (const row of draft.all("ring")) if (bonds.same(row.bond, bond)) draft.delete("ring", row);
  });
}

/** Whether this minute of the day lies in quiet hours; they may go across midnight. */
export function isQuiet(minute: number, from: number, to: number): boolean {
  if (from === to) return false;
  return from < to ? minute >= from && minute < to : minute >= from || minute < to;
}

function isQuietNow(home: Home, view: View, bond: Uint8Array): boolean {
  const { quietFrom, quietTo } = bonds.get(view, bond);
  const now = new Date(home.nowS * 1000);
  return isQuiet(now.getHours() * 60 + now.getMinutes(), quietFrom, quietTo);
}

function ringOf({ number, bond, pattern, sentS, arrivedS }: RingRow, sound: boolean): Ring {
  return { number, bond: hex(bond), pattern, sentS, arrivedS, sound };
}
