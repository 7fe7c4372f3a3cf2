import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { safeName, safeNames } from "../../src/app/media/download";
import { hasTwin, Twin } from "../twin";

const PARTS = [
  "..",
  "/",
  "\\",
  "\0",
  "\u001b[2J",
  "\u202e",
  "\u2066",
  "\ufeff",
  "\u00a0",
  "\u3000",
  "CON",
  "com¹",
  "nul",
  "LPT9",
  ".",
  " ",
  "-",
  ":",
  '"',
  "|",
  "\n",
  "a",
  "é",
  "写真",
  "😀",
  "\ud800",
  "e\u0301",
  ".exe",
  ".jpg",
  ".tar.gz",
  "x".repeat(120),
  "é".repeat(90),
  "~",
  "%2e%2e%2f",
  "$(rm)",
  "`",
];
const hostile = fc.array(fc.constantFrom(...PARTS), { maxLength: 7 }).map((parts) => parts.join(""));

test("a thousand hostile names become plain names", () => {
  fc.assert(
    fc.property(hostile, (name) => {
      const safe = safeName(name);

      expect(safe).not.toMatch(/[/\\:*?"<>|\p{C}\p{Zl}\p{Zp}]/u);
      expect(safe).not.toMatch(/^[.\- ]|[. ]$/);
      expect(safe).not.toBe("");
      expect(safe).not.toMatch(/^(con|prn|aux|nul|(com|lpt)[0-9¹²³]) *(\.|$)/i);
      expect(new TextEncoder().encode(safe).length).toBeLessThanOrEqual(150);
    }),
    { numRuns: 1000 },
  );
});

test("a name that is harmless stays as it is", () => {
  for (const name of [
    "Sommer am See.jpg",
    "写真.heic",
    "read me (2).txt",
    "2027-10-10.pdf",
    "~notes",
    "😀.png",
  ]) {
    expect(safeName(name)).toBe(name);
  }
});

test("names that are one name where a system knows no case get numbers", () => {
  expect(safeNames(["a.jpg", "A.JPG", "a.jpg", "b", "b", "../b"])).toEqual([
    "a.jpg",
    "A (2).JPG",
    "a (3).jpg",
    "b",
    "b (2)",
    "_b",
  ]);
});

describe.skipIf(!hasTwin)("Python", () => {
  let twin: Twin;
  beforeAll(() => {
    twin = new Twin();
  });
  afterAll(() => twin.close());

  test("calls each file by the same name", async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(hostile, fc.string({ unit: "grapheme", maxLength: 60 })), async (name) => {
        const there = await twin.ask("safe_name", { name });
        fc.pre(there.field("known") === true); // a program of an earlier year knows fewer characters

        expect(safeName(name)).toBe(there.text("name"));
      }),
      { numRuns: 1000 },
    );
  });
});
