/** What is known here of watches: one's own, those that one guards, those whose letters one is to read. */
import type { Api, Guarded, Reading, Watch } from "../client/api";

class Watches {
  own = $state.raw<readonly Watch[]>([]);
  guarded = $state.raw<readonly Guarded[]>([]);
  readings = $state.raw<readonly Reading[]>([]);
}

export const watches = new Watches();

export async function refreshWatches(api: Api): Promise<void> {
  [watches.own, watches.guarded, watches.readings] = await Promise.all([
    api.watches(),
    api.guarded(),
    api.readings(),
  ]);
}

/** Take in what was just asked for, so that each page shows the newest. */
export function tookWatch(watch: Watch): void {
  watches.own = [...watches.own.filter((each) => each.id !== watch.id), watch];
}

export function tookGuarded(guarded: Guarded): void {
  watches.guarded = watches.guarded.map((each) =>
    each.bond === guarded.bond && each.watch === guarded.watch ? guarded : each,
  );
}
