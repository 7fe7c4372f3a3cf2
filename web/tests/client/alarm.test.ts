import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { alarm, STEP_MS } from "../../src/client/alarm";
import { type Clock, systemClock } from "../../src/client/clock";

const DAY_S = 86_400;

beforeEach(() => {
  vi.useFakeTimers({ now: 1_795_345_200_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

/** The days on which the clock showed when the alarm rang. */
function rings(days: number, by = alarm): { days: number[]; stop: () => void } {
  const nowS = systemClock.nowS();
  const rung: number[] = [];
  const stop = by(systemClock, nowS + days * DAY_S, () => rung.push((systemClock.nowS() - nowS) / DAY_S));
  return { days: rung, stop };
}

/** What everybody writes first: known to be wrong. */
function plain(clock: Clock, atS: number, then: () => void): () => void {
  return clock.after((atS - clock.nowS()) * 1000, then);
}

describe("an alarm rings once, on its day", () => {
  test.each([1, 24.8, 24.9, 30, 400, 4000])("%d days ahead", (days) => {
    const rung = rings(days);

    vi.advanceTimersByTime(days * DAY_S * 1000 - 1);
    expect(rung.days.length).toBe(0);
    vi.advanceTimersByTime(1);
    expect(rung.days).toEqual([days]);
    vi.advanceTimersByTime(100 * DAY_S * 1000);
    expect(rung.days.length).toBe(1);
  });
});

test("a single timer rings at once where the day is far: this is what an alarm is for", () => {
  const set = vi.spyOn(globalThis, "setTimeout");

  rings(24.9, plain);
  expect(set.mock.lastCall?.[1]).toBeGreaterThan(2 ** 31 - 1);
  rings(4000);
  expect(set.mock.lastCall?.[1]).toBeLessThanOrEqual(STEP_MS);
});

test("an alarm that was called off does not ring", () => {
  const rung = rings(30);

  vi.advanceTimersByTime(10 * DAY_S * 1000);
  rung.stop();
  vi.advanceTimersByTime(100 * DAY_S * 1000);

  expect(rung.days).toEqual([]);
});

test("a clock that is put back makes it wait on, one that is put forward makes it ring within the hour", () => {
  const back = rings(2);
  const forward = rings(400);

  vi.advanceTimersByTime(DAY_S * 1000);
  vi.setSystemTime(Date.now() - 10 * DAY_S * 1000);
  vi.advanceTimersByTime(2 * DAY_S * 1000);
  expect(back.days).toEqual([]);

  vi.setSystemTime(Date.now() + 500 * DAY_S * 1000);
  vi.advanceTimersByTime(STEP_MS);
  expect(back.days.length).toBe(1);
  expect(forward.days.length).toBe(1);
});

test("a device that slept rings soon after it wakes, and once", () => {
  const rung = rings(3);

  vi.setSystemTime(Date.now() + 5 * DAY_S * 1000); // timers stood still
  vi.advanceTimersByTime(STEP_MS);

  expect(rung.days.length).toBe(1);
});
