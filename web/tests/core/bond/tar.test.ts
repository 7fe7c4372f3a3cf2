import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { concat, hex, utf8 } from "../../../src/core/bytes";
import { readAll, type Source, sourceOf } from "../../../src/core/bond/tap";
import { archive, archiveLength, header, isName, padded, TarReader } from "../../../src/core/bond/tar";
import { padme } from "../../../src/core/encoding";
import { Damaged, Mistaken } from "../../../src/core/errors";
import { Scenario, scenario, scenarios } from "../../vectors";

type Files = readonly (readonly [string, Uint8Array])[];

async function pack(files: Files): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const entries = files.map(([name, data]) => ({ name, size: data.length, content: [data] }));
  for await (const part of archive(entries)) parts.push(part);
  return concat(...parts);
}

async function unpack(data: Uint8Array, pieceBytes = 1000): Promise<[string, Uint8Array][]> {
  const found: [string, Uint8Array][] = [];
  const reader = new TarReader(inPieces(data, pieceBytes), { entriesMax: 100 });
  for (let entry = await reader.next(); entry; entry = await reader.next()) {
    found.push([entry.name, await readAll(entry)]);
  }
  return found;
}

function inPieces(data: Uint8Array, length: number): Source {
  const parts = Array.from({ length: Math.ceil(data.length / length) }, (_, at) =>
    data.subarray(at * length, (at + 1) * length),
  );
  return sourceOf(parts);
}

function archiveOf(vector: Scenario): Uint8Array {
  const data = new Uint8Array(vector.number("length"));
  data.set(vector.bytes("head"));
  return data;
}

describe("the vectors of archives", () => {
  test.each(scenarios("tar"))("$name", async (vector) => {
    const data = archiveOf(vector);

    if (vector.refuses) {
      await expect(unpack(data)).rejects.toThrow(Damaged);
      return;
    }
    const files = vector.each("entries").map((entry) => [entry.text("name"), entry.bytes("data")] as const);
    expect(await unpack(data)).toEqual(files);
    expect(hex(await pack(files))).toBe(hex(data));
  });
});

test("lengths are padded as in the vectors", () => {
  const each = (name: string) => new Scenario(name, { all: scenario("padme", name).json }).each("all");

  for (const one of each("padme")) expect(padme(one.number("length"))).toBe(one.number("padme"));
  for (const one of each("floor")) expect(padded(one.number("length"))).toBe(one.number("padded"));
});

const names = fc.stringMatching(/^[a-z0-9][A-Za-z0-9._-]{0,20}(\/[a-z0-9][a-z.]{0,9})?$/);
const files = fc.uniqueArray(fc.tuple(names, fc.uint8Array({ maxLength: 3000, size: "max" })), {
  selector: ([name]) => name,
  maxLength: 6,
});

test("reading undoes writing, however the bytes arrive", async () => {
  await fc.assert(
    fc.asyncProperty(files, fc.integer({ min: 1, max: 5000 }), async (packed, pieceBytes) => {
      const data = await pack(packed);

      expect(data.length).toBe(archiveLength(packed.map(([, content]) => content.length)));
      expect(await unpack(data, pieceBytes)).toEqual(packed);
    }),
    { numRuns: 30 },
  );
});

test("one changed byte outside the contents is damage", async () => {
  const data = await pack([["1.txt", utf8("hello")]]);

  await fc.assert(
    fc.asyncProperty(fc.nat(data.length - 1), fc.integer({ min: 1, max: 255 }), async (at, by) => {
      fc.pre(at < 512 || at >= 517);
      const changed = data.slice();
      changed[at] = (changed[at] ?? 0) ^ by;

      await expect(unpack(changed)).rejects.toThrow(Damaged);
    }),
    { numRuns: 60 },
  );
});

test("an archive that was cut anywhere is damage", async () => {
  const data = await pack([["1.txt", new Uint8Array(2000)]]);

  for (const length of [0, 1, 511, 512, 513, 3000, data.length - 1]) {
    await expect(unpack(data.subarray(0, length))).rejects.toThrow(Damaged);
  }
});

test("an entry that is left unread is skipped", async () => {
  const data = await pack([
    ["a", new Uint8Array(100_000).fill(1)],
    ["b", utf8("two")],
  ]);
  const reader = new TarReader(sourceOf([data]), { entriesMax: 2 });

  await reader.next();
  const second = await reader.next();

  expect(second && (await readAll(second))).toEqual(utf8("two"));
  expect(await reader.next()).toBeNull();
});

test("what is not as long as it was said to be is not packed", async () => {
  const drain = async (size: number) => {
    for await (const part of archive([{ name: "a", size, content: [utf8("hello")] }])) void part;
  };

  await expect(drain(4)).rejects.toThrow(Mistaken);
  await expect(drain(6)).rejects.toThrow(Mistaken);
  await expect(drain(5)).resolves.toBeUndefined();
});

test("names that lead elsewhere or hide something are no names", () => {
  for (const name of [
    "",
    "/a",
    "a/",
    "../a",
    "a/../b",
    ".a",
    "a b",
    "a\0",
    "ä",
    "-a",
    "a\n",
    "x".repeat(101),
  ]) {
    expect(isName(name), JSON.stringify(name)).toBe(false);
    expect(() => header(name, 0)).toThrow(Mistaken);
  }
});

test("more entries than were asked for are damage", async () => {
  const data = await pack([
    ["a", utf8("1")],
    ["b", utf8("2")],
  ]);
  const reader = new TarReader(sourceOf([data]), { entriesMax: 1 });

  await reader.next();

  await expect(reader.next()).rejects.toThrow(Damaged);
});
