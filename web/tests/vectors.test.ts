/** Which of the vectors are read here, so that none is left out without a word. */

import { readdirSync, readFileSync } from "node:fs";

import { expect, test } from "vitest";

const HERE = new URL("./", import.meta.url);
const FOLDER = new URL("../../vectors/", HERE);

const NOT_READ: Readonly<Record<string, string>> = {
  clockgate: "only a relay signs rounds, and only who signs needs a clock that is believed",
};

test("every folder of vectors is read by a test here, or said to be of no use in a browser", () => {
  const nouns = readdirSync(FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("_"))
    .map(({ name }) => name);
  const tests = readdirSync(HERE, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => readFileSync(new URL(name, HERE), "utf8"))
    .join("\n");

  const read = nouns.filter((noun) => new RegExp(`\\bscenarios?\\(\\s*"${noun}"`).test(tests));

  expect([...read, ...Object.keys(NOT_READ)].toSorted()).toEqual(nouns.toSorted());
});
