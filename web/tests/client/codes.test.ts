/** The list of exact reasons is whole: a catalogue that has all of them never meets one that it does not know. */

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CODES } from "../../src/client/codes";

const SOURCES = new URL("../../src/", import.meta.url).pathname;

test("each code that is used stands in the list, and each in the list is used", () => {
  const used = ["core", "client"].flatMap(filesIn).flatMap((path) => {
    const text = readFileSync(path, "utf8");
    return [...text.matchAll(/\b(?:code: |refusing\()"([a-z0-9.-]+)"/g)].map(([, code]) => code);
  });

  // A reason of `watchapi` or `lastapi` is no refusal: its type has the list of them.
  const reasons = ["watchapi", "lastapi"]
    .map((name) => readFileSync(join(SOURCES, "client", `${name}.ts`), "utf8"))
    .join("\n");
  const refusals = used.filter((code = "") => code.includes(".") || !reasons.includes(`"${code}"`));
  expect([...new Set(refusals)].sort()).toEqual([...CODES].sort());
});

function filesIn(folder: string): string[] {
  const names = readdirSync(join(SOURCES, folder), { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith(".ts")).map((name) => join(SOURCES, folder, name));
}
