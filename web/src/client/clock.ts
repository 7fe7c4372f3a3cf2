/** Where time comes from in the client. Whatever waits takes a clock, so that a test's may jump. */

export interface Clock {
  /** The time by the wall clock, in whole seconds. */
  nowS(): number;
  /** Call `then` once so many milliseconds have passed; returns what calls it off. */
  after(ms: number, then: () => void): () => void;
}

/** The clock of this device. */
export const systemClock: Clock = {
  nowS: () => Math.floor(Date.now() / 1000),
  after(ms, then) {
    const timer = setTimeout(then, ms);
    return () => clearTimeout(timer);
  },
};

/** Something to wait for that can happen again and again. */
export class Signal {
  #waiting: (() => void)[] = [];

  /** Resolve when it is given next. */
  given(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  give(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** Resolve after so many milliseconds, or as soon as `until` does. */
export function pause(clock: Clock, ms: number, until?: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const stop = clock.after(ms, resolve);
    void until?.finally(() => {
      stop();
      resolve();
    });
  });
}
