/** The days that a person has chosen for a letter, as the moments that they are. */

import { parseLocal } from "../core/bond/civil";
import { Wish as Moment } from "../core/bond/gate";
import { type Feb29, anniversaries, at, parse } from "../core/bond/wish";
import { Mistaken } from "../core/errors";
import type { Wish } from "./api";

const YEARS_MAX = 100;

/** Return the moment of each letter: one a year, this many in all; a single null for one that opens at once. */
export function each(wish: Wish | null, years: number, nowS: number): (Moment | null)[] {
  if (!wish) return [null];
  if (!Number.isInteger(years) || years < 1 || years > YEARS_MAX)
    throw new Mistaken(`A letter returns for ${YEARS_MAX} years at most.`, { code: "wish.years" });
  const feb29 = FEBRUARY[wish.february ?? "none"];
  const first = parse(wish.local, { nowS, zone: wish.zone, feb29 });
  const day = parseLocal(first.local);
  if (!day) throw new TypeError("A wish names a day.");
  return [first, ...anniversaries(day, years - 1, feb29).map((local) => at(local, first.zone))];
}

const FEBRUARY: Readonly<Record<NonNullable<Wish["february"]> | "none", Feb29 | null>> = {
  "28": "feb-28",
  "1 March": "mar-1",
  none: null,
};
