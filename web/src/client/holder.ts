/** Who holds the home of this browser: one window at a time, by a lock that ends with it. */

const LOCK = "twinbell-vault";

/** As much of the browser's lock manager as is needed here. */
export type Locks = Pick<LockManager, "request">;

/**
 * Hold the home until the window closes, and return true; false if another window holds it and `steal` is off.
 *
 * `lost` is called if another window takes it over later.
 */
export function hold(locks: Locks, steal: boolean, lost: () => void): Promise<boolean> {
  return new Promise((resolve) => {
    const held = (lock: Lock | null): Promise<void> | undefined => {
      resolve(lock !== null);
      return lock ? new Promise<void>(() => undefined) : undefined;
    };
    const options: LockOptions = steal ? { steal: true } : { ifAvailable: true };
    locks.request(LOCK, options, held).catch(() => {
      resolve(false);
      lost();
    });
  });
}
