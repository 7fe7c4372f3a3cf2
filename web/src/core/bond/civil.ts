/**
 * The calendar in plain arithmetic: what a second is called in UTC, and which second a date is.
 *
 * Records hold seconds; a few places in a letter say them in words (a mail's Date, the page for strangers, the
 * sentence of a lock). Zones and their rules are not known here: `wish.ts` asks the browser. The day count is the
 * usual one of the proleptic Gregorian calendar, in eras of 400 years.
 */

export const DAY_S = 86_400;
export const WEEKDAYS = [
  "Monday",
  "Tuesday",
  "Wednesday",
  "Thursday",
  "Friday",
  "Saturday",
  "Sunday",
] as const;
export const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
] as const;

/** A date and a time of day, without a zone. */
export interface Civil {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

export function civil(year: number, month: number, day: number, hour = 0, minute = 0, second = 0): Civil {
  return { year, month, day, hour, minute, second };
}

export function weekday(at: Civil): string {
  return WEEKDAYS[mod(days(at.year, at.month, at.day) + 3, 7)] ?? ""; // day 0 was a Thursday
}

/** The date as it is said: `10 October 2027`. */
export function date(at: Civil): string {
  return `${at.day} ${MONTHS[at.month - 1]} ${at.year}`;
}

/** The time of day, with seconds only where there are any. */
export function time(at: Civil): string {
  return `${two(at.hour)}:${two(at.minute)}` + (at.second ? `:${two(at.second)}` : "");
}

/** The number of days from 1 January 1970 to this date; a day beyond its month runs on. */
export function days(year: number, month: number, day: number): number {
  const shifted = year - (month <= 2 ? 1 : 0); // years that begin in March, so that the leap day comes last
  const era = Math.floor(shifted / 400);
  const ofEra = shifted - era * 400;
  const ofYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  return era * 146_097 + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear - 719_468;
}

/** The second at which it is this date and time in UTC. */
export function seconds(at: Civil): number {
  return days(at.year, at.month, at.day) * DAY_S + at.hour * 3600 + at.minute * 60 + at.second;
}

/** Date and time in UTC at `second`. */
export function utc(second: number): Civil {
  const day = Math.floor(second / DAY_S);
  const ofDay = second - day * DAY_S;
  const era = Math.floor((day + 719_468) / 146_097);
  const ofEra = day + 719_468 - era * 146_097;
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * ofYear + 2) / 153);
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  return {
    year: era * 400 + yearOfEra + (month <= 2 ? 1 : 0),
    month,
    day: ofYear - Math.floor((153 * shifted + 2) / 5) + 1,
    hour: Math.floor(ofDay / 3600),
    minute: Math.floor(ofDay / 60) % 60,
    second: ofDay % 60,
  };
}

/** The moment that `YYYY-MM-DDTHH:MM`, with or without `:SS`, names; null if it names none. */
export function parseLocal(text: string): Civil | null {
  const parts = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d))?$/.exec(text);
  if (!parts) return null;
  const [year, month, day, hour, minute, second] = parts.slice(1).map((part) => Number(part ?? 0));
  const at = civil(year ?? 0, month ?? 0, day ?? 0, hour, minute, second);
  const named = at.month >= 1 && at.month <= 12 && at.day >= 1 && isSame(utc(seconds(at)), at);
  return named && writeLocal(at) === text ? at : null;
}

/** The one writing of a local date and time: seconds only where there are any. */
export function writeLocal(at: Civil): string {
  return `${String(at.year).padStart(4, "0")}-${two(at.month)}-${two(at.day)}T${time(at)}`;
}

function isSame(a: Civil, b: Civil): boolean {
  return writeLocal(a) === writeLocal(b);
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}

function mod(number: number, by: number): number {
  return ((number % by) + by) % by;
}
