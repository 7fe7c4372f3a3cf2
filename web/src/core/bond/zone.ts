/**
 * What time it is where: the rules of zones, asked of the browser.
 *
 * The browser has the tz database inside and does not tell its version; it answers one question, what a clock in a
 * zone shows at a second, and everything else is found out by asking that. Of Python this is `client/zone.py`, which
 * brings its own tz database.
 */

import { Mistaken } from "../errors";
import { civil, seconds } from "./civil";

export const UTC = "Etc/UTC";

/** What stands in a wish for the version of the tz database: these rules are a browser's. */
export const TZDATA = "intl";

const LENGTH_MAX = 64;
const known = new Map<string, Zone>();

/** The rules of one zone. */
export class Zone {
  readonly name: string;
  readonly #format: Intl.DateTimeFormat;

  constructor(name: string, format: Intl.DateTimeFormat) {
    this.name = name;
    this.#format = format;
  }

  /** What a clock there shows at `second`: that date and time, counted as if they were UTC. */
  shows(second: number): number {
    const [month, day, year, hour, minute, past] = (
      this.#format.format(second * 1000).match(/\d+/g) ?? []
    ).map(Number);
    return seconds(civil(year ?? 0, month ?? 0, day ?? 0, hour, minute, past));
  }

  /** How many seconds clocks there are ahead of UTC at `second`. */
  offset(second: number): number {
    return this.shows(second) - second;
  }
}

/** The rules of the zone of that name, in any case of letters; throws `Mistaken` if there is none. */
export function load(name: string): Zone {
  const held = known.get(name);
  if (held) return held;
  const format = formatOf(name.replaceAll(" ", "_"));
  if (!format) {
    throw new Mistaken(`There is no time zone called “${name}”.`, {
      hint: "Name it as the tz database does, like Europe/Berlin or America/Sao_Paulo.",
      code: "wish.zone",
    });
  }
  const zone = new Zone(spelled(name.replaceAll(" ", "_"), format), format);
  known.set(name, zone);
  return zone;
}

/** The zone that this machine is set to; UTC where it does not say. */
export function here(): string {
  const name = new Intl.DateTimeFormat().resolvedOptions().timeZone as string | undefined;
  return name && formatOf(name) ? name : UTC;
}

function formatOf(name: string): Intl.DateTimeFormat | null {
  // Browsers also take offsets for zones, which are no places where anybody lives.
  if (name.length > LENGTH_MAX || !/^[A-Za-z][A-Za-z0-9/_+-]*$/.test(name)) return null;
  try {
    return new Intl.DateTimeFormat("en-US", {
      calendar: "gregory",
      numberingSystem: "latn",
      hourCycle: "h23",
      timeZone: name,
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  } catch {
    return null;
  }
}

/** The zone's own spelling where the browser gives it; some answer with an older name of the same zone. */
function spelled(name: string, format: Intl.DateTimeFormat): string {
  const own = format.resolvedOptions().timeZone;
  return own.toLowerCase() === name.toLowerCase() ? own : name;
}
