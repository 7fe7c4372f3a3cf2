/**
 * The watches at which this home has a seat: as a guardian, or as the reader of last letters.
 *
 * Which there are is in the keyring of the bond (`core/bond/watchkeys`), so that paper brings them back; a row here is
 * what came of looking at the relay (`looks`), and what its person was told and said.
 */

import type { Pendant } from "../core/bond/pendant";
import { hex, same } from "../core/bytes";
import type { Answer, Stage } from "../core/wire/silence";
import { ANSWERS, STAGES } from "../core/wire/silence";
import type { SeatRow } from "./schema";
import type { Draft, View } from "./vault";

/** Where a watch is, and by what right this home looks at it. */
export interface Place {
  readonly relay: string;
  readonly token: Uint8Array;
}

/** Return all seats of this home. */
export function every(view: View): SeatRow[] {
  return view.all("seat");
}

/** Return the seat at this watch; null before there is one. */
export function get(view: View, bond: Uint8Array, watch: Uint8Array): SeatRow | null {
  return view.one("seat", `${hex(bond)} ${hex(watch)}`);
}

/** Change a seat that is there, inside a change. */
export function note(
  draft: Draft,
  { bond, watch }: Pick<SeatRow, "bond" | "watch">,
  changes: Partial<SeatRow>,
): void {
  const row = get(draft, bond, watch);
  if (!row) return;
  draft.put("seat", { ...row, ...changes });
  draft.events.push({ kind: "watches" });
}

/** Return the stage as its person was told it. */
export function stageOf(row: SeatRow | null): Stage | null {
  return STAGES.find((each) => each === row?.stage) ?? null;
}

/** Return what this guardian has said, as long as it counts. */
export function answerOf(row: SeatRow | null): Answer | null {
  return ANSWERS.find((each) => each === row?.answer) ?? null;
}

/**
 * Have a row for each seat in this keyring and no other, inside a change.
 *
 * A look is due at once: the keyring changes when terms or places do.
 */
export function sync(draft: Draft, bond: Uint8Array, pendant: Pendant): void {
  const { seats, reading } = pendant.keyring.watch;
  const wanted = pendant.parted
    ? []
    : [
        ...seats.filter(({ given }) => given !== null).map(({ watch }) => ({ watch, reader: false })),
        ...reading.map(({ watch }) => ({ watch, reader: true })),
      ];
  for (const row of every(draft)) {
    if (!same(row.bond, bond) || wanted.some(({ watch }) => same(watch, row.watch))) continue;
    draft.delete("seat", row);
  }
  for (const { watch, reader } of wanted)
    draft.put("seat", { ...(get(draft, bond, watch) ?? fresh(bond, watch, reader)), dueS: 0 });
  draft.events.push({ kind: "watches" });
}

/** Return where to look at a seat's watch, as its keyring has it. */
export function placeOf(pendant: Pendant, row: SeatRow, nowS: number): Place | null {
  const keys = pendant.keyring.watch;
  return row.reader ? keys.reader(row.watch) : (keys.seat(row.watch)?.held(nowS) ?? null);
}

function fresh(bond: Uint8Array, watch: Uint8Array, reader: boolean): SeatRow {
  return {
    bond,
    watch,
    reader,
    view: null,
    lookedS: 0,
    dueS: 0,
    refusal: null,
    doorbell: null,
    stage: "",
    asked: 0,
    answer: null,
    saidS: 0,
    ballot: null,
    ballotN: 0,
    releasedS: 0,
    consentTold: 0,
  };
}
