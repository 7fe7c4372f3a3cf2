/** Ask the relay how a watch is, so that each page shows it. */
import { worker } from "../home.svelte";
import { refreshWatches, tookWatch } from "../watches.svelte";

export async function look(bond: string): Promise<void> {
  const watch = await worker().watch(bond);
  if (watch) tookWatch(watch);
  else await refreshWatches(worker());
}
