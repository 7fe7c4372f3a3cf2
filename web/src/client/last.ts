/**
 * Last letters of this home, as its rows have them, and how each stands.
 *
 * A row in `last` stands before the letter's own, so that no last letter goes without the relay's part of its key.
 * Before the first arming there are no guardians' shares: such a letter waits here, sealed to its writer alone in
 * effect, and goes once the watch is armed. Sealing them, and sealing them again, is in `lastwriting`; what their relay is
 * told, in `lastrelay`.
 */

import { same } from "../core/bytes";
import * as letters from "./letters";
import type { LastRow, LetterRow } from "./schema";
import type { Draft, View } from "./vault";
import { every as watches, type Own } from "./owning";
import type { Standing } from "./lastapi";

/** The epoch of a letter that waits for the first arming. */
export const HELD = 0;

/** Return the last letters of a watch, oldest first; those that were sealed again too. */
export function every(view: View, own: Pick<Own, "id">): LastRow[] {
  return view
    .all("last")
    .filter((row) => same(row.watch, own.id))
    .sort((a, b) => a.number - b.number);
}

/** Return what is kept of this last letter; null of any other, and of one that came back from paper. */
export function find(view: View, letter: Uint8Array): LastRow | null {
  return view.all("last").find((row) => same(row.letter, letter)) ?? null;
}

/** Whether this letter waits for the first arming of its watch, and goes to nobody before. */
export function isHeld(view: View, letter: Uint8Array): boolean {
  return find(view, letter)?.epoch === HELD;
}

/** Change what is kept of a last letter, inside a change. */
export function note(draft: Draft, letter: Uint8Array, changes: Partial<LastRow>): void {
  const row = find(draft, letter);
  if (row) draft.put("last", { ...row, ...changes });
}

/** Return those that are in force: not sealed again, and not opened by their reader. */
export function current(view: View, own: Own): [LastRow, LetterRow][] {
  const sealed = letters.every(view, own.bond.id).filter((row) => row.outgoing);
  const letterOf = (id: Uint8Array): LetterRow | undefined => sealed.find((row) => same(row.id, id));
  return every(view, own).flatMap((row): [LastRow, LetterRow][] => {
    const letter = letterOf(row.letter);
    const isReplaced = row.next !== null && letterOf(row.next) !== undefined;
    return letter && !isReplaced && !row.opened ? [[row, letter]] : [];
  });
}

/** Return how a last letter of ours stands, as far as this home knows. */
export function standing(view: View, letter: LetterRow): Standing {
  if (letter.last?.rehearsal) return "rehearsal";
  const row = find(view, letter.id);
  const unarmed = letter.letterKey === null ? "lost-key" : "unarmed";
  if (!row) return unarmed;
  if (row.opened) return "opened";
  if (row.next && letters.find(view, letter.bond, row.next, true)) return "replaced";
  if (row.epoch === HELD) return "held";
  const own = watches(view).find((each) => same(each.id, row.watch));
  return own && row.epoch >= own.owned.epoch && own.terms.armed ? "armed" : unarmed;
}
