/**
 * Waiting for a moment that may be years away.
 *
 * A browser's timer counts milliseconds in 31 bits: what is longer than 24.8 days fires at once. It also stands still
 * while a device sleeps. So an alarm waits an hour at most, looks at the clock, and waits on.
 *
 * An alarm only says when to look again. What holds a letter back is the beacon, never this.
 */

import type { Clock } from "./clock";

export const STEP_MS = 3_600_000;

/** Call `then` once, when the clock shows `atS` or is past it, and not before; returns what calls it off. */
export function alarm(clock: Clock, atS: number, then: () => void): () => void {
  let stop = (): void => undefined;
  const wait = (): void => {
    const leftMs = Math.max(0, (atS - clock.nowS()) * 1000);
    stop = clock.after(Math.min(leftMs, STEP_MS), () => (clock.nowS() >= atS ? then() : wait()));
  };
  wait();
  return () => stop();
}
