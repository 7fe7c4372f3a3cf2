/** The day of a letter in words, and how long it still is. A countdown only within the last day. */
import type { Letter, Seal } from "../../client/api";
import { clock, day, localDay, near, rest } from "../words/dates";
import { words } from "../words/words.svelte";

const DAY_S = 86_400;

/** The day as it was wished, in the zone that was meant. */
export function dayOf(seal: Seal, nowS: number): string {
  const w = words().letters;
  if (seal.opensS === null) return w.noDay;
  return (
    near(seal.opensS, nowS, seal.zone ?? undefined) ?? (seal.local ? localDay(seal.local) : day(seal.opensS))
  );
}

/** The hour: there, if another zone was meant than the one of this device. */
export function hourOf(seal: Seal): string {
  const w = words().letters;
  if (seal.opensS === null) return "";
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const there = seal.zone !== null && clock(seal.opensS, seal.zone) !== clock(seal.opensS, here);
  return there && seal.zone ? w.there(clock(seal.opensS, seal.zone)) : clock(seal.opensS);
}

export function countdown(seal: Seal, nowS: number): string {
  const w = words().letters;
  if (seal.opensS === null) return w.onArrival;
  const left = seal.opensS - nowS;
  return left <= DAY_S ? w.inTime(rest(left)) : w.inDays(Math.round(left / DAY_S));
}

export type Shelf = "ready" | "waiting" | "going" | "opened";

/** Where a letter lies: what can be opened first, then what waits, then what is on its way, then what is read. */
export function shelfOf(letter: Letter, nowS: number): Shelf {
  if (letter.last?.standing) return letter.last.standing === "opened" ? "opened" : "waiting";
  if (letter.outgoing) {
    if (letter.state === "sealing" || letter.state === "sending") return "going";
    return letter.seal.opensS !== null && letter.seal.opensS > nowS ? "waiting" : "opened";
  }
  switch (letter.state) {
    case "ready":
      return "ready";
    case "opened":
      return "opened";
    case "coming":
    case "damaged":
      return "going";
    default:
      return "waiting";
  }
}

export function sorted(letters: readonly Letter[], shelf: Shelf, nowS: number): Letter[] {
  const lying = letters.filter((letter) => shelfOf(letter, nowS) === shelf);
  const opens = (letter: Letter): number => letter.seal.opensS ?? 0;
  return shelf === "waiting"
    ? lying.sort((one, two) => opens(one) - opens(two))
    : lying.sort((one, two) => (two.openedS ?? two.atS) - (one.openedS ?? one.atS));
}
