/**
 * WHEN: the moment that a person wishes for, and the instant that it is.
 *
 *     2027-10-10            that day, as it begins (00:00) in the zone
 *     2027-10-10T08:00      that day and time in the zone; a space does for the T, seconds may follow
 *     in 20s, in 2 hours    elapsed time: seconds, minutes, hours
 *     in 3 days, 2 weeks    the same time of day, so many days on
 *     in 3 months, 1 year   the same day and time; at the end of a shorter month its last day
 *
 * A wish is a local date and time in a zone, hers and not mine. A time that a clock skips (a gap) becomes the first
 * instant after; one that comes twice (a fold) the first of the two. 29 February has no right answer in a year
 * without one, so whoever asks must choose. What reads in two ways is refused, not guessed: `3m`.
 *
 * The record of a wish is in `gate.ts`; zones come from `zone.ts`. Written down in `docs/spec/wish.md`.
 */

import { Mistaken } from "../errors";
import { civil, type Civil, days, parseLocal, seconds, utc, writeLocal } from "./civil";
import { Wish } from "./gate";
import { load, TZDATA, UTC, type Zone } from "./zone";

export const YEAR_MAX = 2999; // far beyond any beacon, and before anything here counts wrong
export const AMOUNT_MAX = 100_000;
export const TEXT_LENGTH_MAX = 64;

const FORMS = "Write it like 2027-10-10, 2027-10-10T08:00, “in 20s”, “in 3 days” or “in 3 months”.";

const ELAPSED = new Map([
  ["s", 1],
  ["sec", 1],
  ["second", 1],
  ["min", 60],
  ["minute", 60],
  ["h", 3600],
  ["hour", 3600],
]);
const DAYS = new Map([
  ["d", 1],
  ["day", 1],
  ["w", 7],
  ["week", 7],
]);
const MONTHS = new Map([
  ["month", 1],
  ["y", 12],
  ["year", 12],
]);
const PLURAL = new Set(["sec", "second", "min", "minute", "hour", "day", "week", "month", "year"]);
const AMBIGUOUS = new Set(["m", "mo", "mon", "M"]);

const AHEAD_MAX_S = 15 * 3600; // since 1970 no clock has been farther from UTC than fourteen hours
const STEP_S = 6 * 3600; // and none was moved twice within six

/** What 29 February means in a year that has none. */
export type Feb29 = "feb-28" | "mar-1";

export interface Seen {
  readonly nowS: number;
  readonly zone: string;
  readonly feb29?: Feb29 | null;
}

/**
 * The wish that `text` is, seen from `nowS` in the zone of that name.
 *
 * Throws `Mistaken` with a hint: for what is no moment or reads in two ways, for a moment that has passed, and for a
 * 29 February that needs a choice.
 */
export function parse(text: string, { nowS, zone, feb29 = null }: Seen): Wish {
  const rules = load(zone);
  const said = text.trim().replace(/\s+/g, " ");
  if (said.length > TEXT_LENGTH_MAX) throw noMoment();
  let wish: Wish;
  if (said.slice(0, 3).toLowerCase() === "in ") {
    wish = ahead(said.slice(3), nowS, rules, feb29);
  } else if (/^\d/.test(said) && said.includes("-")) {
    wish = at(moment(said, feb29), rules);
  } else if (/^\d/.test(said)) {
    amountOf(said);
    throw noMoment(`Did you mean “in ${said}”? ${FORMS}`);
  } else {
    throw noMoment();
  }
  if (wish.instantS <= nowS) {
    throw new Mistaken(`This moment has passed: ${wish.words}.`, {
      hint: "A letter for today needs no date.",
      code: "wish.passed",
    });
  }
  return wish;
}

/** The wish for this local date and time (whole seconds) in a zone. */
export function at(local: Civil, zone: Zone | string): Wish {
  const rules = typeof zone === "string" ? load(zone) : zone;
  return made(local, instant(local, rules), rules.name);
}

/**
 * The same wish as this browser computes it now: laws move clocks.
 *
 * What was sealed stays sealed to the old instant; this says by how much it differs.
 */
export function again(wish: Wish): Wish {
  const local = parseLocal(wish.local);
  if (!local) throw noMoment();
  return at(local, wish.zone);
}

/** The second at which a clock under these rules first shows `local`, or first is past it. */
export function instant(local: Civil, rules: Zone): number {
  const wanted = seconds(local);
  let from = wanted - AHEAD_MAX_S;
  let offset = rules.offset(from);
  for (;;) {
    const to = from + STEP_S;
    const next = rules.offset(to);
    const change = next === offset ? to : changed(rules, from, to);
    const before = Math.max(from, wanted - offset);
    if (before < change) return before;
    const after = Math.max(change, wanted - next);
    if (after < to) return after;
    from = to;
    offset = next;
  }
}

/**
 * The same day so many years and months on, or the last day of that month if it is shorter.
 *
 * From a 29 February to a year without one, `feb29` chooses; without a choice this throws `Mistaken`.
 */
export function plus(
  day: Civil,
  { years = 0, months = 0, feb29 = null }: { years?: number; months?: number; feb29?: Feb29 | null },
): Civil {
  const count = day.year * 12 + day.month - 1 + years * 12 + months;
  const year = Math.floor(count / 12);
  const month = count - year * 12 + 1;
  if (day.month === 2 && day.day === 29 && month === 2 && !isLeap(year))
    return { ...day, ...chosen(year, feb29) };
  const last = days(year + (month === 12 ? 1 : 0), (month % 12) + 1, 1) - days(year, month, 1);
  return { ...day, year, month, day: Math.min(day.day, last) };
}

/** This day in the following `years` years, one in each. */
export function anniversaries(day: Civil, years: number, feb29: Feb29 | null = null): Civil[] {
  return Array.from({ length: years }, (_, n) => plus(day, { years: n + 1, feb29 }));
}

/** The first second between `from` and `to` at which clocks go by the rule of `to`. */
function changed(rules: Zone, from: number, to: number): number {
  const before = rules.offset(from);
  while (to - from > 1) {
    const middle = Math.floor((from + to) / 2);
    if (rules.offset(middle) === before) from = middle;
    else to = middle;
  }
  return to;
}

function ahead(said: string, nowS: number, rules: Zone, feb29: Feb29 | null): Wish {
  const [amount, unit] = amountOf(said);
  const each = ELAPSED.get(unit);
  if (each) return elapsed(Math.ceil(nowS) + amount * each, rules);
  const start = utc(rules.shows(Math.ceil(nowS / 60) * 60));
  const dayCount = DAYS.get(unit);
  if (dayCount) {
    const count = inRange(amount * dayCount, start, 1);
    return at(utc(seconds(start) + count * 86_400), rules);
  }
  const months = inRange(amount * (MONTHS.get(unit) ?? 0), start, 31);
  return at(plus(start, { months, feb29 }), rules);
}

function elapsed(second: number, rules: Zone): Wish {
  if (second >= seconds(civil(YEAR_MAX, 1, 1))) throw tooFar();
  const local = utc(rules.shows(second));
  // The second of two equal hours has no name of its own in its zone.
  return instant(local, rules) === second ? made(local, second, rules.name) : made(utc(second), second, UTC);
}

function amountOf(said: string): [number, string] {
  const digits = /^[0-9]*/.exec(said)?.[0] ?? "";
  const written = said.slice(digits.length).trim();
  if (AMBIGUOUS.has(written)) {
    throw new Mistaken(`“${written}” could mean minutes or months.`, {
      hint: `Write “in ${digits} min” or “in ${digits} months”.`,
      code: "wish.ambiguous",
    });
  }
  const lower = written.toLowerCase();
  const unit = lower.endsWith("s") && PLURAL.has(lower.slice(0, -1)) ? lower.slice(0, -1) : lower;
  if (!digits || !(ELAPSED.has(unit) || DAYS.has(unit) || MONTHS.has(unit))) throw noMoment();
  const amount = Number(digits);
  if (digits.length > 9 || amount < 1 || amount > AMOUNT_MAX) {
    throw new Mistaken(`Count from 1 to ${AMOUNT_MAX}, or name the day itself.`, { code: "wish.amount" });
  }
  return [amount, unit];
}

function inRange(amount: number, start: Civil, daysEach: number): number {
  if (amount * daysEach > (YEAR_MAX - start.year) * 365) throw tooFar();
  return amount;
}

function moment(said: string, feb29: Feb29 | null): Civil {
  const [, day = "", , clock = "00:00"] = /^([^T ]*)([T ](.*))?$/.exec(said) ?? [];
  if (day.length !== 10 || /[^0-9-]/.test(day)) throw noMoment();
  const year = Number(day.slice(0, 4));
  if (!(year >= 1970 && year <= YEAR_MAX)) {
    throw new Mistaken(`A letter opens between now and the year ${YEAR_MAX}.`, { code: "wish.far" });
  }
  const isChosen = day.slice(4) === "-02-29" && !isLeap(year);
  const date = isChosen ? writeLocal({ ...civil(year, 1, 1), ...chosen(year, feb29) }).slice(0, 10) : day;
  const named = parseLocal(`${date}T${clock.length === 8 ? clock.replace(/:00$/, "") : clock}`);
  if (!named) throw new Mistaken("There is no such day or time.", { hint: FORMS, code: "wish.none" });
  return named;
}

function chosen(year: number, feb29: Feb29 | null): { year: number; month: number; day: number } {
  if (!feb29) {
    throw new Mistaken(`The year ${year} has no 29 February.`, {
      hint: "Choose 28 February or 1 March.",
      code: "wish.february",
      facts: { year },
    });
  }
  return feb29 === "feb-28" ? { year, month: 2, day: 28 } : { year, month: 3, day: 1 };
}

function made(local: Civil, instantS: number, zone: string): Wish {
  return new Wish({ local: writeLocal(local), zone, tzdata: TZDATA, instantS });
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

function noMoment(hint = FORMS): Mistaken {
  return new Mistaken("This is no moment.", { hint, code: "wish.moment" });
}

function tooFar(): Mistaken {
  return new Mistaken(`This lies beyond the year ${YEAR_MAX}.`, { code: "wish.far" });
}
