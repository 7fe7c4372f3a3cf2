/** The days of letters that return: `vectors/birthday`, of which a page knows the first day and not the words. */

import { describe, expect, test } from "vitest";

import type { Wish } from "../../src/client/api";
import { each } from "../../src/client/wishes";
import { Mistaken } from "../../src/core/errors";
import { scenarios, type Scenario } from "../vectors";

const FEBRUARY = new Map<unknown, NonNullable<Wish["february"]>>([
  ["feb-28", "28"],
  ["mar-1", "1 March"],
]);

// These are about words that somebody types, and a page has a calendar instead.
const TYPED = ["refused_no_such_time", "refused_none", "refused_two_times"];

/** The wish that a calendar makes of a vector: its birthday in the year that comes next, also where that has none. */
function chosen(vector: Scenario): Wish {
  const february = FEBRUARY.get(vector.field("feb29"));
  const first = vector.refuses ? "2027-00-00T00:00" : vector.each("wishes")[0]!.text("local");
  const local = first.replace(/-\d\d-\d\d/, `-${vector.text("birthday")}`);
  return { local, zone: vector.text("zone"), ...(february && { february }) };
}

describe("a letter a year comes on the days that the vectors say", () => {
  test.each(scenarios("birthday").filter(({ name }) => !TYPED.includes(name)))("$name", (vector) => {
    const made = () => each(chosen(vector), vector.number("years"), vector.number("now"));

    if (vector.refuses) {
      expect(made).toThrow(Mistaken);
      return;
    }
    const days = made().map((wish) => [wish?.local, wish?.instantS]);
    expect(days).toEqual(vector.each("wishes").map((day) => [day.text("local"), day.number("instant")]));
  });
});

test("a letter without a day is one letter, that opens at once", () => {
  expect(each(null, 1, 0)).toEqual([null]);
});
