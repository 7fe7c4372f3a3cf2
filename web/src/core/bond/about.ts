/**
 * What one tells the other of oneself: a birthday, a zone, a place, and a portrait. All of it by choice.
 *
 * Each telling replaces the one before; what was sent later wins, whatever comes first (`Told`). Nothing here is
 * measured by a device: a person has typed or drawn it.
 */

import type { RecordValue, Value } from "../encoding";
import { Mistaken } from "../errors";
import { isZone, ZONE_LENGTH_MAX } from "./gate";
import { type Fields, isVisible, row } from "./record";

export const PLACE_LENGTH_MAX = 64;
export const PORTRAIT_SIZE_MIN = 16;
export const PORTRAIT_SIZE_MAX = 256; // pixels a side: an engraving, not a photo

const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]; // somebody was born on 29 February

/** What a person says of themselves; null is what they do not say, or no longer. */
export interface About {
  /** MM-DD, without a year: nobody's age is asked. */
  readonly birthday: string | null;
  readonly zone: string | null;
  readonly place: string | null;
}

export const NOTHING_SAID: About = { birthday: null, zone: null, place: null };

/**
 * A small engraving, square: two bits a pixel, row by row, four to a byte, the first in the highest bits.
 *
 * 0 is the ground, 1 a faint line, 2 a line, 3 a bright one.
 */
export interface Portrait {
  readonly size: number;
  readonly pixels: Uint8Array;
}

/** Return what a person says of themselves; throw `Mistaken` for what nobody could mean. */
export function about({ birthday, zone, place }: About): About {
  if (birthday !== null && !isDay(birthday)) {
    throw new Mistaken("A birthday is a month and a day, like 10-07.", { code: "about.birthday" });
  }
  if (zone !== null && !isZone(zone)) {
    throw new Mistaken("A zone is named as in the tz database, like Europe/Berlin.", { code: "about.zone" });
  }
  if (place !== null && !isVisible(place, PLACE_LENGTH_MAX)) {
    throw new Mistaken(`A place has 1 to ${PLACE_LENGTH_MAX} characters, all of them visible.`, {
      code: "about.place",
    });
  }
  return { birthday, zone, place };
}

export function aboutToRecord({ birthday, zone, place }: About): RecordValue {
  return { birthday, zone, place };
}

export function readAbout(fields: Fields): About {
  return about({
    birthday: fields.textOrNull("birthday", 5),
    zone: fields.textOrNull("zone", ZONE_LENGTH_MAX),
    place: fields.textOrNull("place", PLACE_LENGTH_MAX),
  });
}

/** Say whether both say the same. */
export function isSame(one: About, other: About): boolean {
  return one.birthday === other.birthday && one.zone === other.zone && one.place === other.place;
}

/** Return a portrait; throw `Mistaken` where its pixels do not fill it, or do not fit. */
export function portrait({ size, pixels }: Portrait): Portrait {
  if (size < PORTRAIT_SIZE_MIN || size > PORTRAIT_SIZE_MAX || size % 4 !== 0) {
    throw new Mistaken(
      `A portrait has ${PORTRAIT_SIZE_MIN} to ${PORTRAIT_SIZE_MAX} pixels a side, a multiple of 4.`,
    );
  }
  if (pixels.length !== (size * size) / 4) {
    throw new Mistaken("The pixels of this portrait do not fill it, or do not fit.");
  }
  return { size, pixels };
}

export function readPortrait(fields: Fields): Portrait {
  return portrait({
    size: fields.number("size", PORTRAIT_SIZE_MIN, PORTRAIT_SIZE_MAX),
    pixels: fields.dataUpTo("pixels", PORTRAIT_SIZE_MAX ** 2 / 4),
  });
}

/** Return one pixel, 0 to 3. */
export function pixel({ size, pixels }: Portrait, x: number, y: number): number {
  const at = y * size + x;
  return (pixels[Math.floor(at / 4)]! >> (2 * (3 - (at % 4)))) & 3;
}

/** When something was told: by its body's minute, and its counter, since a minute has room for several. */
export interface Told {
  readonly sentS: number;
  readonly n: number;
}

/** Return when a body was sent, but never later than now: a clock that ran ahead must not win on. */
export function toldAt(sentS: number, n: number, nowS: number): Told {
  return { sentS: Math.min(sentS, nowS), n };
}

/** Say whether this was told later than the other, if there was any: then it holds. */
export function isLater(told: Told, than: Told | null): boolean {
  if (than === null) return true;
  return told.sentS === than.sentS ? told.n > than.n : told.sentS > than.sentS;
}

export function toldToRow(told: Told | null): Value {
  return told && [told.sentS, told.n];
}

export function readTold(value: Value): Told {
  const [sentS, n] = row(value, "number", "number");
  return { sentS, n };
}

function isDay(text: string): boolean {
  const [, month = 0, day = 0] = (/^([0-9]{2})-([0-9]{2})$/.exec(text) ?? []).map(Number);
  return day >= 1 && day <= (DAYS[month - 1] ?? 0);
}
