/** The days that a person has chosen for a letter, as the moments that they are. */

import { Wish as Moment } from "../core/bond/gate";
import { type Feb29, parse } from "../core/bond/wish";
import { Mistaken } from "../core/errors";
import type { Wish } from "./api";

const YEARS_MAX = 30; // each is a letter of its own: whoever wants more writes again

/** Return the moment of each letter: one a year, this many in all; a single null for one that opens at once. */
export function each(wish: Wish | null, years: number, nowS: number): (Moment | null)[] {
  if (!wish) return [null];
  if (!Number.isInteger(years) || years < 1 || years > YEARS_MAX)
    throw new Mistaken(`From 1 to ${YEARS_MAX} letters can be written at once, one a year.`, {
      code: "wish.years",
    });
  const { local, zone, february } = wish;
  const feb29 = FEBRUARY[february ?? "none"];
  // The day as it was chosen: a 29 February that became another day in one year is itself again in the next.
  const inYear = (n: number) => `${Number(local.slice(0, 4)) + n}${local.slice(4)}`;
  return Array.from({ length: years }, (_, n) => parse(inYear(n), { nowS, zone, feb29 }));
}

const FEBRUARY: Readonly<Record<NonNullable<Wish["february"]> | "none", Feb29 | null>> = {
  "28": "feb-28",
  "1 March": "mar-1",
  none: null,
};
