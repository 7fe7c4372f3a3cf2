/** What holds a last letter back, in sentences: a row for each way in which it opens, and what belongs to all of them. */
import type { HeldBack, LastLetter, LastPlan } from "../../client/api";
import { list } from "../words/dates";
import { watchWords } from "../words/words.svelte";

export interface Row {
  readonly title: string;
  readonly comes: string;
  readonly early: string;
  readonly held: string;
}

/** Who is who: null is the one who reads this. */
export interface Sides {
  readonly writer: string | null;
  readonly reader: string | null;
}

export interface Held {
  readonly rows: readonly HeldBack[];
  readonly need: number;
  readonly guardians: number;
  readonly names: readonly string[];
  readonly relay: string;
}

export function rowsOf(held: Held, floor: string, sides: Sides): Row[] {
  const w = watchWords().last;
  const some = someOf(held);
  return held.rows.map((row) => {
    const silent = row.by === "silence";
    return {
      title: silent ? w.bySilence : w.byFloor(floor),
      comes: silent ? w.waySilence(sides.writer, held.relay, some) : w.wayDate(floor, some),
      early: silent ? w.early(held.relay, some, sides.reader) : w.early(keepersOf(row), some, sides.reader),
      held: w.strength[row.strength],
    };
  });
}

export function sentencesOf(held: Held & Partial<Pick<LastPlan, "ours">>, sides: Sides): string[] {
  const w = watchWords().last;
  return [
    held.need > 1 ? w.noneAlone(sides.reader) : w.oneAlone(sides.reader),
    ...(held.ours?.length ? [w.ours(list(held.ours))] : []),
    w.lost(held.need, held.guardians),
    w.devices(sides.writer),
  ];
}

/** So many of the guardians, by name where all are known. */
export function someOf({ need, guardians, names }: Pick<LastLetter, "need" | "guardians" | "names">): string {
  const w = watchWords().last;
  return w.someGuardians(need, guardians, names.length === guardians ? list(names) : "");
}

function keepersOf(row: HeldBack): string {
  return watchWords().last.someKeepers(row.keepersNeeded, row.keepers.length, list(row.keepers));
}
