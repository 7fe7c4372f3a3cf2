/** Days, hours and sizes as the person's locale writes them. */
import { localeNow } from "./words.svelte";

const DAY_S = 86_400;
const LAST_S = 8.64e12; // the end of a browser's time, in the year 275760

/** A moment in a zone. Both may be another's word: what no browser knows is taken as here, and as late as can be. */
function format(
  options: Intl.DateTimeFormatOptions,
  timeS: number,
  zone?: string,
  locale = localeNow(),
): string {
  const at = Math.min(timeS, LAST_S) * 1000;
  try {
    return new Intl.DateTimeFormat(locale, { ...options, ...(zone && { timeZone: zone }) }).format(at);
  } catch {
    return new Intl.DateTimeFormat(locale, options).format(at);
  }
}

/** 10 October 2027 */
export function day(timeS: number, zone?: string): string {
  return format({ dateStyle: "long" }, timeS, zone);
}

/** 10 October 2027 at 08:00 */
export function moment(timeS: number, zone?: string): string {
  return format({ dateStyle: "long", timeStyle: "short" }, timeS, zone);
}

/** 08:00 */
export function clock(timeS: number, zone?: string): string {
  return format({ hour: "numeric", minute: "2-digit" }, timeS, zone);
}

/** A local date without a zone, `YYYY-MM-DD…`, as a day. */
export function localDay(local: string): string {
  return new Intl.DateTimeFormat(localeNow(), { dateStyle: "long", timeZone: "UTC" }).format(
    Date.parse(local.slice(0, 10) + "T00:00:00Z"),
  );
}

/** A local date and time without a zone, `YYYY-MM-DDTHH:MM…`, as it stands. */
export function localMoment(local: string): string {
  return moment(Date.parse(`${local}Z`) / 1000, "UTC");
}

/** “Tomorrow”, for what is near, as days are counted in `zone`; undefined for the rest. */
export function near(timeS: number, nowS: number, zone?: string): string | undefined {
  const days = dayNumber(timeS, zone) - dayNumber(nowS, zone);
  if (!(days >= 0 && days <= 1)) return undefined; // also what is so far off that it has no number
  const text = new Intl.RelativeTimeFormat(localeNow(), { numeric: "auto" }).format(days, "day");
  return text.charAt(0).toLocaleUpperCase(localeNow()) + text.slice(1);
}

function dayNumber(timeS: number, zone?: string): number {
  return Date.parse(`${format({ dateStyle: "short" }, timeS, zone, "en-CA")}T00:00:00Z`) / 1000 / DAY_S;
}

/** How long it still is, for the last day: “13 hours”, “4 minutes”, “20 seconds”. */
export function rest(seconds: number): string {
  const [count, unit] =
    seconds >= 5400
      ? [Math.round(seconds / 3600), "hour"]
      : seconds >= 90
        ? [Math.round(seconds / 60), "minute"]
        : [Math.max(0, Math.ceil(seconds)), "second"];
  return new Intl.NumberFormat(localeNow(), { style: "unit", unit, unitDisplay: "long" }).format(count);
}

/** A length of time in its greatest whole unit: “12 days”, “5 hours”. */
export function span(seconds: number): string {
  const units = [
    [DAY_S, "day"],
    [3600, "hour"],
    [60, "minute"],
  ] as const;
  const [unitS, unit] = units.find(([each]) => seconds >= each) ?? ([1, "second"] as const);
  const format = new Intl.NumberFormat(localeNow(), { style: "unit", unit, unitDisplay: "long" });
  // Where words are not set apart, a number stands beside its unit.
  return format.format(Math.floor(Math.max(0, seconds) / unitS)).replace(/\s(?=\p{Script=Han})/u, "");
}

export function percent(part: number): string {
  return new Intl.NumberFormat(localeNow(), { style: "percent" }).format(Math.floor(part * 100) / 100);
}

export function size(bytes: number): string {
  const [count, unit] =
    bytes >= 1e9
      ? [bytes / 1e9, "gigabyte"]
      : bytes >= 1e6
        ? [bytes / 1e6, "megabyte"]
        : [bytes / 1e3, "kilobyte"];
  return new Intl.NumberFormat(localeNow(), {
    style: "unit",
    unit,
    unitDisplay: "short",
    maximumFractionDigits: count < 10 && unit !== "kilobyte" ? 1 : 0,
  }).format(count);
}

export function list(parts: readonly string[]): string {
  return new Intl.ListFormat(localeNow(), { type: "conjunction" }).format(parts);
}

/** The place part of a zone, as people read it: `Asia/Tokyo` becomes Tokyo. */
export function zonePlace(zone: string): string {
  return (zone.split("/").pop() ?? zone).replaceAll("_", " ");
}

/** Names of the months, 1 to 12. */
export function months(): string[] {
  const name = new Intl.DateTimeFormat(localeNow(), { month: "long", timeZone: "UTC" });
  return Array.from({ length: 12 }, (_, at) => name.format(Date.UTC(2024, at, 1)));
}
