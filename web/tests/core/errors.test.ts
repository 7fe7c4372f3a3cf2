import { readFileSync } from "node:fs";

import { expect, test } from "vitest";

import * as errors from "../../src/core/errors";

const PYTHON = readFileSync(new URL("../../../src/twinbell/errors.py", import.meta.url), "utf8");

test("classes, families and sentences are those of Python", () => {
  const theirs = [...PYTHON.matchAll(/^class (\w+)\((\w+)\):\n {4}"""(.+?)"""/gm)].map(
    ([, name, family, sentence]) => [name, family === "Exception" ? "Error" : family, sentence],
  );

  const ours = Object.entries(errors).map(([name, kind]) => [
    name,
    (Object.getPrototypeOf(kind) as { name: string }).name,
    kind.sentence,
  ]);
  expect(ours).toHaveLength(19);
  expect(ours.toSorted()).toEqual(theirs.toSorted());
});

test.each(Object.entries(errors))(
  "%s says its name and its sentence, or the one it was given",
  (name, kind) => {
    const error = new kind();

    expect(error.name).toBe(name);
    expect(error.sentence).toBe(kind.sentence);
    expect(new kind("Another.", { hint: "Do this.", code: "a.b" })).toMatchObject({
      sentence: "Another.",
      hint: "Do this.",
      code: "a.b",
    });
  },
);

test("not yet carries its facts", () => {
  const error = new errors.NotYet("", { round: 7, opensS: 9, facts: { chain: "ours" } });

  expect(error.facts).toEqual({ chain: "ours", round: 7, opensS: 9 });
  expect(new errors.NotYet().facts).toEqual({});
});
