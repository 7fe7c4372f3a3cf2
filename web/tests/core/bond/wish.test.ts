import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { civil, parseLocal, seconds, utc, writeLocal } from "../../../src/core/bond/civil";
import { again, anniversaries, at, type Feb29, instant, parse, plus } from "../../../src/core/bond/wish";
import { load, TZDATA } from "../../../src/core/bond/zone";
import { Mistaken } from "../../../src/core/errors";
import { hasTwin, Twin } from "../../twin";
import { type Scenario, scenarios } from "../../vectors";

const NOW_S = 1_795_345_200;
const BERLIN = "Europe/Berlin";

function wished(vector: Scenario) {
  const feb29 = vector.field("feb29") as Feb29 | null;
  return parse(vector.text("text"), { nowS: vector.number("now"), zone: vector.text("zone"), feb29 });
}

describe("the vectors of wishes", () => {
  test.each(scenarios("wish"))("$name", (vector) => {
    if (vector.refuses) {
      expect(() => wished(vector)).toThrow(Mistaken);
      return;
    }
    const wish = wished(vector);
    const { tzdata, ...meant } = vector.field("wish") as Record<string, string | number>;
    expect(wish.record()).toEqual({ ...meant, tzdata: TZDATA });
    expect(tzdata).not.toBe(TZDATA);
    expect(wish.words).toBe(vector.text("says"));
  });
});

test("a refusal says what to do, and has a name for a catalogue", () => {
  const refusals: [string, string][] = [
    ["2027-02-29", "wish.february"],
    ["2020-01-01", "wish.passed"],
    ["in 3m", "wish.ambiguous"],
    ["3 days", "wish.moment"],
    ["2027-13-01", "wish.none"],
    ["3000-01-01", "wish.far"],
    ["in 0 days", "wish.amount"],
  ];

  for (const [text, code] of refusals) {
    expect(() => parse(text, { nowS: NOW_S, zone: BERLIN }), text).toThrow(expect.objectContaining({ code }));
  }
  expect(() => parse("in 1 day", { nowS: NOW_S, zone: "Europe/Atlantis" })).toThrow(/no time zone called/);
  expect(() => parse("in 1 day", { nowS: NOW_S, zone: "+05:00" })).toThrow(Mistaken);
});

test("a zone is found in any case of letters, and spelled as it spells itself", () => {
  expect(load("europe/berlin").name).toBe(BERLIN);
  expect(load("america/sao paulo").name).toBe("America/Sao_Paulo");
});

test("the second of two equal hours is written in UTC, where it has a name", () => {
  const secondS = 1_824_942_600 + 3600 + 60; // 02:31 in Berlin for the second time

  const wish = parse("in 60 s", { nowS: secondS - 60, zone: BERLIN });

  expect(wish.zone).toBe("Etc/UTC");
  expect(wish.instantS).toBe(secondS);
});

test("the same wish is computed again", () => {
  const wish = at(civil(2027, 10, 10, 8), BERLIN);

  expect(again(wish)).toEqual(wish);
});

test("a birthday on 29 February comes once in each year, by choice", () => {
  const born = civil(2024, 2, 29);

  const days = anniversaries(born, 80, "mar-1");

  expect(new Set(days.map((day) => day.year)).size).toBe(80);
  expect(days.filter((day) => day.day === 29).length).toBe(19); // 2100 has none
  expect(() => anniversaries(born, 1)).toThrow(Mistaken);
});

test("months are added from every day of four years", () => {
  for (let day = seconds(civil(2024, 1, 1)); day < seconds(civil(2028, 1, 1)); day += 86_400) {
    for (const months of [1, 12]) {
      const later = plus(utc(day), { months, feb29: "feb-28" });
      expect(parseLocal(writeLocal(later))).toEqual(later);
    }
  }
});

test("calendar and count of seconds undo each other", () => {
  fc.assert(
    fc.property(fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }), (second) => {
      const date = new Date(second * 1000);

      expect(seconds(utc(second))).toBe(second);
      expect(utc(second)).toEqual(
        civil(
          date.getUTCFullYear(),
          date.getUTCMonth() + 1,
          date.getUTCDate(),
          date.getUTCHours(),
          date.getUTCMinutes(),
          date.getUTCSeconds(),
        ),
      );
    }),
  );
});

describe.skipIf(!hasTwin)("every zone that Python knows", () => {
  const long = Boolean(process.env["LONG"]);
  const years = long ? Array.from({ length: 77 }, (_, n) => 2024 + n) : [2026, 2027, 2038, 2100];
  let twin: Twin;

  beforeAll(() => {
    twin = new Twin();
  });
  afterAll(() => twin.close());

  test(
    "has the same instants here, wherever the tz databases agree",
    async () => {
      const names = (await twin.ask("zones")).list("names").map(String);
      let compared = 0;
      let instants = 0;
      let controls = 0;

      for (const name of names.filter((each) => each !== "Factory")) {
        const answer = await twin.ask("instants", { name, years });
        const rules = load(name);
        const times = answer.list("times") as [number, number][];
        for (const [local] of times) expectFirst(local, instant(utc(local), rules), name);
        // The two may be of different versions: then a law has changed, and instants differ as they should.
        const offsets = answer.list("offsets") as [number, number][];
        if (!offsets.every(([second, offset]) => rules.offset(second) === offset)) continue;
        expect(
          times.filter(([local, second]) => instant(utc(local), rules) !== second),
          name,
        ).toEqual([]);
        controls += times.filter(([local, second]) => local - rules.offset(local) !== second).length;
        instants += times.length;
        compared += 1;
      }

      expect(compared).toBeGreaterThan(names.length - 40);
      expect(instants).toBeGreaterThan(10_000);
      expect(controls).toBeGreaterThan(1000); // a rule that knows no gaps and folds is seen to be wrong
    },
    long ? 3_600_000 : 120_000,
  );
});

/** The law itself: the clock shows the time or is past it, and in the second before it was not. */
function expectFirst(local: number, second: number, name: string): void {
  const rules = load(name);
  const before = rules.shows(second - 1);
  const isSecondShowing = rules.shows(second) === local && before > local; // the clock went back just here

  expect(rules.shows(second), name).toBeGreaterThanOrEqual(local);
  expect(before < local || isSecondShowing, name).toBe(true);
}
