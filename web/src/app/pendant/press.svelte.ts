/**
 * A press as a rhythm. A finger that rests for a moment strikes; each further press strikes again; a pause ends it.
 *
 *     idle → warming (finger down) → striking (long enough) ⇄ resting (finger up) → idle (rhythm done)
 */
const WARM_MS = 420;
const PAUSE_MS = 1_100;
const STEP_MIN_MS = 40;
const STEP_MAX_MS = 5_000;
const STEPS_MAX = 31; // a ring has 32 at most, and ends with a press
const ALL_MAX_MS = 24_000;

export interface Struck {
  /** The bell is struck; a rhythm goes on. */
  strike(): void;
  /** The finger is up again. */
  rest(): void;
  /** The rhythm is whole: milliseconds on, off, on, … */
  done(pattern: number[]): void;
}

export class Press {
  state = $state<"idle" | "warming" | "striking" | "resting">("idle");
  #told: Struck;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pattern: number[] = [];
  #sinceMs = 0;

  constructor(told: Struck) {
    this.#told = told;
  }

  down(): void {
    clearTimeout(this.#timer);
    if (this.state === "idle") {
      this.state = "warming";
      this.#pattern = [];
      this.#timer = setTimeout(() => this.#strike(), WARM_MS);
    } else if (this.state === "resting") {
      this.#pattern.push(this.#step());
      this.#strike();
    }
  }

  up(): void {
    clearTimeout(this.#timer);
    if (this.state === "warming") {
      this.state = "idle";
    } else if (this.state === "striking") {
      this.#pattern.push(this.#step());
      this.state = "resting";
      this.#told.rest();
      const whole = this.#pattern.length >= STEPS_MAX || sum(this.#pattern) >= ALL_MAX_MS;
      if (whole) this.#finish();
      else this.#timer = setTimeout(() => this.#finish(), PAUSE_MS);
    }
  }

  /** One ring without a rhythm, for whoever can’t hold: assistive technology only ever clicks. */
  once(): void {
    if (this.state !== "idle") return;
    this.#told.strike();
    this.#told.done([400]);
  }

  #strike(): void {
    this.state = "striking";
    this.#sinceMs = performance.now();
    this.#told.strike();
    // A finger that never lifts still ends somewhere.
    this.#timer = setTimeout(() => this.up(), STEP_MAX_MS);
  }

  #step(): number {
    const nowMs = performance.now();
    const step = Math.round(Math.min(STEP_MAX_MS, Math.max(STEP_MIN_MS, nowMs - this.#sinceMs)));
    this.#sinceMs = nowMs;
    return step;
  }

  #finish(): void {
    this.state = "idle";
    this.#told.done(this.#pattern);
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
