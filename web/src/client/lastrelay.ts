/** What relay and guardians are still to be told about last letters, and what becomes of them when a bond is ended. */

import { Fate } from "../core/bond/fate";
import { hex, same } from "../core/bytes";
import { decodeMap } from "../core/encoding";
import * as bonds from "./bonds";
import type { Home } from "./home";
import { pendantOf, stepInside } from "./journal";
import { HELD, current, every, find, note } from "./last";
import * as letters from "./letters";
import type { LastRow } from "./schema";
import type { Draft, View } from "./vault";
import * as watch from "./watch";
import type { Asked, Own } from "./watch";
import type { WatchRelay } from "./watchrelay";

const FATE_BYTES_MAX = 1024;

/** Return the fate that was chosen for a last letter. */
export function fateOf({ fate }: LastRow): Fate {
  return Fate.fromRecord(decodeMap(fate, { bytesMax: FATE_BYTES_MAX }));
}

/** Whether the relay, or guardians, are still to be told something about letters of this watch. */
export function owes(view: View, own: Own): boolean {
  return every(view, own).some(
    ({ parcel, drops, next, opened }) =>
      parcel !== null || drops === "owed" || (next !== null && drops === "no" && !opened),
  );
}

/** Give the relay its parts, and take those back that are no longer needed. Throws what it answers. */
export async function settle(home: Home, own: Own, asks: WatchRelay): Promise<void> {
  const { owner } = own.owned;
  for (const { letter, parcel } of every(home.vault, own)) {
    if (!parcel) continue;
    await asks.putParcel(own.id, owner, letter, parcel);
    await home.change((draft) => note(draft, letter, { parcel: null }));
    home.reach("last: parcel given");
  }
  await home.change((draft) => markReplaced(draft, own));
  for (const { letter, drops } of every(home.vault, own)) {
    if (drops !== "owed") continue;
    await asks.dropParcel(own.id, owner, letter);
    await home.change((draft) => note(draft, letter, { drops: "done" }));
  }
  await home.change((draft) => endShares(home, draft, watch.again(draft, own)));
}

/** The old part goes once the new letter is there: until then the old one is all that there is. */
function markReplaced(draft: Draft, own: Own): void {
  for (const row of every(draft, own)) {
    if (!row.next || row.drops !== "no" || row.opened) continue;
    const next = find(draft, row.next);
    const letter = letters.find(draft, own.bond.id, row.next, true);
    if (next && next.parcel === null && letter?.state === "sent") note(draft, row.letter, { drops: "owed" });
  }
}

/** Let guardians forget older shares, once nothing is behind them and the new ones have gone to all. */
async function endShares(home: Home, draft: Draft, own: Own): Promise<void> {
  const { epoch } = own.owned;
  const row = watch.rowOf(draft, own);
  if (!row || row.over >= epoch || epoch < 2 || own.bond.partedS !== null) return;
  if (owes(draft, own) || current(draft, own).some(([each]) => each.epoch < epoch)) return;
  const asked = watch.asked(draft, own);
  if (asked.some((each) => each.appointed.share !== null && shareWaits(draft, each))) return;
  for (const { bond, appointed } of asked) {
    if (!appointed.agreed) continue;
    await stepInside(home, draft, bond.id, { type: "SharesOver", watch: own.id, below: epoch });
  }
  watch.note(draft, own.id, { over: epoch });
}

/** Whether a share has still to go to this guardian's relay. */
export function shareWaits(view: View, { bond }: Asked): boolean {
  return view
    .all("outbox")
    .some((row) => row.kind === "share" && row.sentS === null && bonds.same(row.bond, bond.id));
}

/** Let go of the words of shares that their guardians have, as far as they have said what came. */
export async function confirmShares(home: Home, own: Own): Promise<void> {
  for (const { bond, appointed } of watch.asked(home.vault, own)) {
    if (appointed.share === null) continue;
    const [newest] = home.vault
      .all("outbox")
      .filter((row) => row.kind === "share" && bonds.same(row.bond, bond.id))
      .sort((a, b) => b.n - a.n);
    const upto = Math.max(-1, ...pendantOf(bond).named.map(([, n]) => n));
    if (newest && (newest.sentS === null || newest.n > upto)) continue;
    await home.change((draft) => stepInside(home, draft, bond.id, { type: "ShareSafe", watch: own.id }));
  }
}

/** Note for which letters the reader has the relay's part: they stay open, and are not sealed again. */
export async function openedBy(home: Home, own: Own, fetched: readonly Uint8Array[]): Promise<void> {
  const fresh = fetched.filter((letter) => find(home.vault, letter)?.opened === false);
  if (fresh.length === 0) return;
  await home.change((draft) => {
    for (const letter of fresh) note(draft, letter, { opened: true });
    draft.events.push({ kind: "letters", bond: hex(own.bond.id) });
  });
}

/**
 * Before a bond is ended: let its last letters have the fate that was chosen. Nobody is told. Called inside a change.
 *
 * Where none is to stay the watch guards nothing any more, and guardians let go of their shares; the relay goes on
 * keeping it, unarmed, so that its reader sees nothing of this.
 */
export async function partInside(home: Home, draft: Draft, bond: Uint8Array): Promise<void> {
  for (const own of watch.every(draft).filter((each) => same(each.bond.id, bond))) {
    let stays = false;
    for (const [row] of current(draft, own)) {
      if (row.epoch === HELD) continue;
      if (fateOf(row).atParting === "keep") stays = true;
      else note(draft, row.letter, { parcel: null, drops: "owed" });
    }
    watch.note(draft, own.id, { owed: true });
    if (stays) continue;
    for (const asked of watch.asked(draft, own))
      await stepInside(home, draft, asked.bond.id, { type: "GuardianEnded", watch: own.id });
    const { terms } = own;
    if (!terms.armed) continue;
    const unarmed = { ...terms, armed: false, number: own.owned.number + 1 };
    await watch.putInside(home, draft, own, unarmed, { quietly: true });
  }
}
