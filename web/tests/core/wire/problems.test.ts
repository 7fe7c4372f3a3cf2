import { readFileSync } from "node:fs";

import fc from "fast-check";
import { expect, test } from "vitest";

import { utf8 } from "../../../src/core/bytes";
import { NotYet, TwinbellError, Unreachable } from "../../../src/core/errors";
import * as limits from "../../../src/core/wire/limits";
import { BY_CODE, BY_SLUG, parse, PROBLEMS, TYPE_PREFIX } from "../../../src/core/wire/problems";

const page = (noun: string) =>
  readFileSync(new URL(`../../../../docs/spec/${noun}.md`, import.meta.url), "utf8");
const document = (fields: object) => utf8(JSON.stringify(fields));

test("the table is that of the specification", () => {
  const rows = [...page("problems").matchAll(/^\| `([a-z-]+)` \| (\d+) \| (\d+) \| (.+) \|$/gm)].map(
    ([, slug, code, status, title]) => ({ slug, code: Number(code), status: Number(status), title }),
  );

  expect(rows.length).toBeGreaterThan(15);
  expect(
    PROBLEMS.map(({ slug, code, status, title }) => ({ slug, code, status, title })).toSorted(
      (a, b) => a.code - b.code,
    ),
  ).toEqual(rows.toSorted((a, b) => a.code - b.code));
  expect(BY_CODE.size).toBe(PROBLEMS.length);
  expect(BY_SLUG.size).toBe(PROBLEMS.length);
});

test("the limits are those of the specification", () => {
  const rows = [...page("limits").matchAll(/^\| `([A-Z0-9_]+)` \| ([\d,]+) \|/gm)];
  const ours: Readonly<Record<string, unknown>> = { ...limits };
  const said = new Map(rows.map(([, name, value]) => [name!, Number(value!.replaceAll(",", ""))]));

  for (const [name, value] of Object.entries(ours)) expect([name, said.get(name)]).toEqual([name, value]);
});

test.each(PROBLEMS)("$slug arrives as the error it stands for", (problem) => {
  const { slug, status, error, title } = problem;

  const told = parse(
    status,
    document({ type: TYPE_PREFIX + slug, title, status, detail: "Because of this." }),
  );

  expect(told).toBeInstanceOf(error);
  expect(told.constructor).toBe(error);
  expect(told.sentence).toBe("Because of this.");
  expect(parse(status, document({ type: TYPE_PREFIX + slug })).sentence).toBe(title);
});

test("not yet says which round and when", () => {
  const told = parse(425, document({ type: `${TYPE_PREFIX}not-yet`, round: 7, opens: 1_795_305_618 }));

  expect(told).toBeInstanceOf(NotYet);
  expect(told.facts).toEqual({ round: 7, opensS: 1_795_305_618 });
});

test("a page of a proxy is judged by its status alone", () => {
  expect(parse(502, utf8("<html>Bad gateway</html>"))).toBeInstanceOf(Unreachable);
  expect(parse(504, utf8(""))).toBeInstanceOf(Unreachable);
  expect(parse(418, utf8("{}")).name).toBe("Refused");
  expect(parse(404, utf8("[1]")).name).toBe("NotFound");
});

test("nothing that a screen would obey stays in what a relay says", () => {
  const told = parse(403, document({ type: `${TYPE_PREFIX}origin`, detail: "a\u001b[2Jb\u202ec\n" }));

  expect(told.sentence).toBe("a\ufffd[2Jb\ufffdc\ufffd");
});

test("whatever a proxy answers is an error of ours", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 300, max: 599 }),
      fc.oneof(fc.uint8Array({ maxLength: 80 }), fc.json().map(utf8)),
      (status, body) => {
        expect(parse(status, body)).toBeInstanceOf(TwinbellError);
      },
    ),
  );
});
