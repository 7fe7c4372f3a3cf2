/** What holds a letter, as one sentence, and how it could be lost, as others. */
import type { Seal } from "../../client/api";
import { list } from "../words/dates";
import { words } from "../words/words.svelte";

export function heldBy(seal: Seal): string {
  const w = words().seal;
  switch (seal.strength) {
    case "nothing":
      return w.nothing;
    case "guardians":
      return w.guardians;
    case "courtesy":
      return w.courtesy(
        list(seal.keepers.filter((keeper) => keeper.ours).map((keeper) => keeper.label)) || w.ours,
      );
    case "mathematics":
      return w.mathematics(clocks(seal));
  }
}

function clocks(seal: Seal): string {
  const w = words().seal;
  const names = list(seal.keepers.map((keeper) => keeper.label));
  const count = seal.keepers.length;
  const needed = Math.min(...seal.ways.map((way) => way.length));
  if (count === 1) return w.one(names);
  if (needed >= count) return w.all(count, names);
  return needed === 1 ? w.any(names) : w.some(needed, count, names);
}

/** Who else could open it before, and when it could stay closed for ever. */
export function moreOf(seal: Seal): string[] {
  const w = words().seal;
  if (seal.strength === "nothing") return [];
  const needed = Math.min(...seal.ways.map((way) => way.length));
  const fragile = needed >= seal.keepers.length;
  return [seal.keep ? w.keepYes : w.keepNo, ...(fragile ? [w.ends] : [])];
}
