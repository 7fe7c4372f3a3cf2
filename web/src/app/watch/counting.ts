/** What has counted of a silence, and what did not and why, in sentences. */
import type { Seen, Watch } from "../../client/api";
import { moment, day, span } from "../words/dates";
import { watchWords } from "../words/words.svelte";

const DAY_S = 86_400;

export function counted(seen: Seen, every: number): string[] {
  const w = watchWords().watch;
  const lines: string[] = [];
  if (seen.stage === "kept" && seen.countedS >= 0) {
    lines.push(
      seen.unitS === DAY_S
        ? w.counted(Math.floor(seen.countedS / DAY_S), every)
        : w.countedSeconds(seen.countedS, every * seen.unitS),
    );
  }
  for (const { why, seconds } of seen.uncounted) lines.push(w.uncounted[why](span(seconds)));
  if (seen.anew) lines.push(w.anew);
  return lines;
}

/** A time that is still left, in days that have begun. */
const left = (seconds: number): string =>
  span(seconds > DAY_S ? Math.ceil(seconds / DAY_S) * DAY_S : seconds);

/** What comes next if nothing is heard. */
export function next(seen: Seen, watch: Watch): string | null {
  const w = watchWords().watch.next;
  if (!watch.armed) return null;
  switch (seen.stage) {
    case "kept":
      return seen.lateInS === null ? null : w.late(left(seen.lateInS));
    case "late":
      return seen.askingInS === null ? null : w.asking(left(seen.askingInS));
    case "veto":
      return seen.silentInS === null ? null : w.silent(left(seen.silentInS), watch.reader);
    default:
      return null;
  }
}

export function away(seen: Seen): string | null {
  return seen.awayUntilS === null ? null : watchWords().watch.awayUntil(day(seen.awayUntilS));
}

export function lastSign(watch: Watch): string {
  const w = watchWords().watch;
  return watch.aliveS === null ? w.aliveNone : w.aliveLast(moment(watch.aliveS));
}

/** How far along its whole way a silence is, 0 to 1, for the eye: the days, the reminders, the last days. */
export function along(seen: Seen, { every, grace, veto }: Watch["rhythm"]): number {
  const days = seen.countedS / seen.unitS;
  const whole = every + grace + veto;
  switch (seen.stage) {
    case "kept":
      return Math.min(every, Math.max(0, days)) / whole;
    case "late":
      return Math.min(every + grace, Math.max(every, days)) / whole;
    case "asking":
      return (every + grace) / whole;
    case "veto":
      return (whole - Math.min(veto, (seen.silentInS ?? 0) / seen.unitS)) / whole;
    default:
      return 1;
  }
}
