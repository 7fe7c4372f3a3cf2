/** What the rules of a bond want a person to know, as rows to be told once: rings, and lines of news. */

import type * as ev from "../core/bond/event";
import type { Pendant } from "../core/bond/pendant";
import type { WatchTidings } from "../core/bond/watchevent";
import { hex } from "../core/bytes";
import type { News } from "./api";
import * as bonds from "./bonds";
import type { Home } from "./home";
import * as rings from "./rings";
import type { EventRow } from "./schema";
import type { Draft, View } from "./vault";

type Facts = EventRow["facts"];
/** News around a watch. */
type WatchNews = ev.News<keyof WatchTidings>;

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
    default:
      return noteWatch(draft, bond, what, say);
  }
}

function noteWatch(
  draft: Draft,
  bond: Uint8Array,
  what: WatchNews,
  say: (kind: string, facts?: Facts) => void,
): void {
  draft.events.push({ kind: "watches" });
  switch (what.type) {
    case "GuardianWanted":
      return say("guardian-asked", { reader: what.ask.reader, rehearsal: what.ask.rehearsal });
    case "GuardianSaid":
      return say("guardian-said", { yes: what.yes });
    case "SeatTaken":
      return say("guardian-seat");
    case "TermsChanged":
      return say("terms", { from: what.fromS });
    case "ShareCame":
      return say("share", { epoch: what.epoch });
    case "SharesGone":
      return say("shares-gone");
    case "ShareArrived":
      return say("share-released", { epoch: what.epoch });
    case "GuardianGone":
      return say("guardian-gone");
    case "GuardianRehearsed":
      return say("guardian-rehearsed", { day: what.day });
    case "ReaderSeated":
      return say("reader", { guardians: what.guardians.join(", ") });
    case "RehearsalOpened": {
      const row = draft.one("rehearsal", hex(bond));
      if (row && bonds.same(row.watch, what.watch)) draft.put("rehearsal", { ...row, proof: what.proof });
      return say("rehearsed", { watch: hex(what.watch), day: what.day });
    }
    case "ShareDoubtful":
      return say("share-doubtful");
    case "DuressSeen":
      return say("duress");
    case "StopSeen":
      return say("stopped");
    case "Misplaced":
      return say("not-taken", { what: what.kind });
    case "WatchRefused":
      return say("not-taken", { what: what.kind, why: what.why });
  }
}

function newsOf(row: EventRow): News {
  const { number, kind, atS, facts } = row;
  return { number, kind, atS, facts, bond: row.bond && hex(row.bond) };
}
