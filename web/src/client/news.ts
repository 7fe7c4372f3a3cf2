/** What the rules of a bond want a person to know, as rows to be told once: rings, and lines of news. */

import type * as ev from "../core/bond/event";
import type { Pendant } from "../core/bond/pendant";
import { hex } from "../core/bytes";
import type { News } from "./api";
import * as bonds from "./bonds";
import type { Home } from "./home";
import * as rings from "./rings";
import type { EventRow } from "./schema";
import type { Draft, View } from "./vault";

type Facts = EventRow["facts"];

const KEPT = 1000; // told ones, for whoever wants to look back

/** Note that something happened, inside the change that saves its cause. */
export function add(
  home: Home,
  draft: Draft,
  kind: string,
  bond: Uint8Array | null,
  facts: Facts = {},
): void {
  const number = draft.next("event");
  const row = { number, kind, bond, atS: home.nowS, facts, told: false };
  draft.put("event", row);
  draft.events.push({ kind: "news", news: newsOf(row) });
}

/** Return what nobody has seen yet, oldest first. */
export function untold(view: View): News[] {
  return view.all("event").flatMap((row) => (row.told ? [] : [newsOf(row)]));
}

/** Note that a person has seen all up to this one. */
export async function seen(home: Home, number: number): Promise<void> {
  await home.change((draft) => {
    for (const row of draft.all("event")) {
      if (row.number <= number - KEPT) draft.delete("event", row);
      else if (row.number <= number && !row.told) draft.put("event", { ...row, told: true });
    }
  });
  home.reach("listen: told");
}

/** Save what happened by the rules. */
export function note(home: Home, draft: Draft, bond: Uint8Array, before: Pendant, what: ev.News): void {
  const { peer } = bonds.get(draft, bond);
  const say = (kind: string, facts: Facts = {}): void => add(home, draft, kind, bond, { peer, ...facts });
  switch (what.type) {
    case "Rang":
      return rings.take(home, draft, bond, what);
    case "Knocked":
      return rings.knocked(home, draft, bond, what);
    case "GapSeen":
      return say("gap", { first: what.first, last: what.last });
    case "GapClosed":
      return say("gap-closed", { first: what.n, last: what.n });
    case "GapGivenUp":
      return say("gap-given-up", { first: what.first, last: what.last });
    case "ForkSeen":
      return say("restored");
    case "DeviceSeen":
      if (before.receiving.length > 0) say("device"); // the first device of a bond is no news
      return;
    case "Unopenable":
      return say("unopened");
    case "NewerNeeded":
      return say("newer-needed");
    case "PeerVerified":
      return say("verified");
    case "KeysChanged":
      return say("keys-changed", { final: what.final });
    case "ReceiptsChanged":
      return say("receipts", { on: what.on });
    case "ControlRefused":
      return say("refused");
    case "AboutChanged":
      return say("about");
    case "PortraitChanged":
      return say("portrait");
    case "Restored":
      return say("came-back");
    case "HasReceived":
      // Receipts are shown where they are asked for.
      draft.events.push({ kind: "letters", bond: hex(bond) });
      if (before.receipts) draft.events.push({ kind: "reached", bond: hex(bond), upto: what.upto });
      return;
  }
}

function newsOf(row: EventRow): News {
  const { number, kind, atS, facts } = row;
  return { number, kind, atS, facts, bond: row.bond && hex(row.bond) };
}
