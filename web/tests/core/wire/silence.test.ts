/** When a person counts as silent: as the vectors say, second for second. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";

import {
  ANSWERS,
  asked,
  calledAt,
  counted,
  due,
  marks,
  questionsDue,
  remindersDue,
  stage,
  STAGES,
  type Answer,
  type Facts,
  type Rule,
} from "../../../src/core/wire/silence";
import { scenarios, type Scenario } from "../../vectors";

function ruleOf(vector: Scenario): Rule {
  const rule = vector.inside("rule");
  return {
    unitS: rule.number("unit_s"),
    everyS: rule.number("every_s"),
    graceS: rule.number("grace_s"),
    vetoS: rule.number("veto_s"),
    k: rule.number("k"),
    guardians: rule.list("guardians") as string[],
    armed: rule.field("armed") === true,
  };
}

function factsOf(vector: Scenario): Facts {
  const facts = vector.inside("facts");
  return {
    start: facts.number("start"),
    accepted: (facts.list("accepted") as [string, number][]).map(([channel, at]) => ({ channel, at })),
    votes: (facts.list("votes") as [string, Answer, number][]).map(([guardian, answer, at]) => {
      expect(ANSWERS).toContain(answer);
      return { guardian, answer, at };
    }),
    returned: facts.field("returned") === true,
    stopped: facts.field("stopped") === true,
  };
}

describe.each(scenarios("silence"))("$name", (vector) => {
  const [rule, facts] = [ruleOf(vector), factsOf(vector)];
  const tries = (vector.list("tries") as [string, number | null][]).map(([channel, at]) => ({ channel, at }));
  const told = (vector.list("told") as [string, number][]).map(([guardian, at]) => ({ guardian, at }));

  test("the marks are those of the vector", () => {
    expect(marks(rule, facts)).toEqual(vector.field("marks"));
  });

  test.each(vector.each("at").map((row) => [row.number("now"), row] as const))("at %d", (now, row) => {
    expect(stage(rule, facts, now)).toBe(row.text("stage"));
    expect(asked(rule, facts, now)).toEqual(row.list("asked"));
    expect(remindersDue(rule, facts, tries, now)).toEqual(row.list("reminders"));
    expect(questionsDue(rule, facts, told, now)).toEqual(row.list("questions"));
    expect(due(rule, facts, now, { tries, told })).toBe(row.field("due"));
  });
});

const RULE: Rule = {
  unitS: 4,
  everyS: 12,
  graceS: 8,
  vetoS: 8,
  k: 2,
  guardians: ["a", "b", "c"],
  armed: true,
};
const seconds = fc.integer({ min: 0, max: 99 });
const worlds = fc.record({
  start: fc.integer({ min: 0, max: 9 }),
  accepted: fc.array(fc.record({ channel: fc.constantFrom("mail", "push"), at: seconds }), { maxLength: 9 }),
  votes: fc.uniqueArray(
    fc.record({
      guardian: fc.constantFrom("a", "b", "c", "x"),
      answer: fc.constantFrom<Answer>("no", "no", "unknown"),
      at: seconds,
    }),
    { selector: ({ guardian }) => guardian, maxLength: 4 },
  ),
  returned: fc.constant(false),
  stopped: fc.constant(false),
});

test("time alone only leads on, and a sign of life leads back", () => {
  fc.assert(
    fc.property(worlds, seconds, seconds, (facts, now, later) => {
      const at = (second: number) => STAGES.indexOf(stage(RULE, facts, second));
      expect(at(now + later)).toBeGreaterThanOrEqual(at(now));
      expect(stage(RULE, { ...facts, start: now }, now)).toBe("kept");
    }),
  );
});

test("whoever was called was called three times, a unit apart, on two channels", () => {
  fc.assert(
    fc.property(worlds, ({ accepted }) => {
      const rows = accepted.flatMap((a) =>
        accepted.flatMap((b) =>
          accepted
            .filter((c) => b.at - a.at >= RULE.unitS && c.at - b.at >= RULE.unitS)
            .filter((c) => new Set([a.channel, b.channel, c.channel]).size > 1)
            .map((c) => c.at),
        ),
      );
      expect(calledAt(RULE, accepted, 0)).toBe(rows.length ? Math.min(...rows) : null);
    }),
  );
});

test("a no that is said again keeps its second", () => {
  const facts: Facts = {
    start: 0,
    accepted: [12, 16, 20].map((at, n) => ({ channel: n === 1 ? "push" : "mail", at })),
    votes: [{ guardian: "a", answer: "no", at: 21 }],
    returned: false,
    stopped: false,
  };
  const again = { guardian: "a", answer: "no", at: 30 } as const;

  expect(counted(RULE, facts, again)).toEqual(facts.votes[0]);
  expect(counted(RULE, { ...facts, start: 2 }, again)).toEqual(again);
  expect(counted(RULE, facts, { ...again, answer: "unknown" })).toEqual({ ...again, answer: "unknown" });
});
