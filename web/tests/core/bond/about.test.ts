/** What one tells the other of oneself: it arrives, the newest holds, and nobody has to say anything. */

import { describe, expect, test } from "vitest";

import { type About, isLater, NOTHING_SAID, pixel, type Told, toldAt } from "../../../src/core/bond/about";
import type { Event } from "../../../src/core/bond/event";
import { read, toRecord } from "../../../src/core/bond/message";
import { Pendant } from "../../../src/core/bond/pendant";
import { decodeMap, encode, type RecordValue } from "../../../src/core/encoding";
import { Damaged, Mistaken } from "../../../src/core/errors";
import { scenario, scenarios } from "../../vectors";
import { NOW_S } from "./people";
import { DAY_S, Two } from "./two";

const TOKYO: About = { birthday: "10-07", zone: "Asia/Tokyo", place: "the lighthouse" };
const BYTES_MAX = { bytesMax: 1 << 16 };
const quietly = { deliver: false };

const writes = (about: About): Event => ({ type: "AboutWritten", about });
const draws = (size: number, pixels: Uint8Array): Event => ({
  type: "PortraitDrawn",
  portrait: { size, pixels },
});

describe("the vectors of about", () => {
  const all = scenarios("about").filter((vector) => vector.has("content"));

  test.each(all.filter((vector) => !vector.refuses))("$name", (vector) => {
    const content = read(vector.text("kind"), decodeMap(vector.bytes("content"), BYTES_MAX));

    if (content?.kind === "portrait") {
      const second = Array.from({ length: content.size }, (_, x) => pixel(content, x, 1)).join("");
      expect([content.size, second]).toEqual([vector.number("size"), vector.text("second_row")]);
    } else {
      expect({ ...toRecord(content!) }).toEqual(vector.field("says"));
    }
  });

  test.each(all.filter((vector) => vector.refuses))("$name", (vector) => {
    expect(() => read(vector.text("kind"), decodeMap(vector.bytes("content"), BYTES_MAX))).toThrow(Damaged);
  });

  test("order", () => {
    let [holds, at] = [-1, null as Told | null];

    for (const [number, row] of scenario("about", "order").each("bodies").entries()) {
      const told = toldAt(row.number("sent_s"), row.number("n"), row.number("now_s"));
      if (isLater(told, at)) [holds, at] = [number, told];
      expect(holds, row.text("says")).toBe(row.number("holds"));
    }
  });
});

test("what is told is kept on both sides and told once", async () => {
  const two = new Two();
  await two.does("ana", writes(TOKYO));
  await two.does("ana", writes(TOKYO));

  expect([two.ana.aboutOurs, two.ben.aboutTheirs]).toEqual([TOKYO, TOKYO]);
  expect(two.heard("ben", "AboutChanged")).toEqual([{ type: "AboutChanged", about: TOKYO }]);
  expect([two.ben.aboutOurs, two.ana.aboutTheirs]).toEqual([NOTHING_SAID, NOTHING_SAID]);
});

test("what was sent later holds, whatever comes first", async () => {
  const two = new Two();
  const [old] = await two.does("ana", writes({ ...NOTHING_SAID, birthday: "01-02" }), quietly);
  two.nowS += 60;
  const [anew] = await two.does("ana", writes(TOKYO), quietly);

  await two.deliver("ana", anew!);
  await two.deliver("ana", old!);

  expect(two.ben.aboutTheirs).toEqual(TOKYO);
  expect(two.heard("ben", "AboutChanged").length).toBe(1);
});

test("a clock that ran ahead does not hold for ever", async () => {
  const two = new Two();
  two.nowS += 400 * DAY_S;
  const [ahead] = await two.does("ana", writes(TOKYO), quietly);
  two.nowS = NOW_S;
  await two.deliver("ana", ahead!);
  two.nowS += 60;

  await two.does("ana", writes({ ...TOKYO, place: null }));

  expect(two.ben.aboutTheirs).toEqual({ ...TOKYO, place: null });
});

test.each([16, 64, 256])("a portrait of %i arrives whole, also where it needs a blob", async (size) => {
  const two = new Two();
  const pixels = Uint8Array.from({ length: (size * size) / 4 }, (_, at) => at);

  const [deposit] = await two.does("ana", draws(size, pixels));

  const kept = { type: "KeepPortrait", portrait: { size, pixels } };
  expect(two.caused("ana", "KeepPortrait")).toEqual([{ ...kept, ours: true }]);
  expect(two.caused("ben", "KeepPortrait")).toEqual([{ ...kept, ours: false }]);
  expect(deposit?.blob !== null).toBe(size > 64);
  expect(two.heard("ben", "PortraitChanged").length).toBe(1);
});

test("an older portrait does not take the newer one's place", async () => {
  const two = new Two();
  const [old] = await two.does("ana", draws(16, new Uint8Array(64)), quietly);
  await two.does("ana", draws(16, new Uint8Array(64).fill(255)));
  await two.deliver("ana", old!);

  expect(two.caused("ben", "KeepPortrait").map(({ portrait }) => portrait.pixels[0])).toEqual([255]);
});

test("what nobody could mean is a mistake", async () => {
  const two = new Two();
  const wrong: Event[] = [
    writes({ ...TOKYO, birthday: "02-30" }),
    writes({ ...TOKYO, zone: "in Tokyo" }),
    writes({ ...TOKYO, place: " " }),
    draws(18, new Uint8Array(81)),
    draws(16, new Uint8Array(63)),
  ];

  for (const event of wrong) await expect(two.does("ana", event)).rejects.toThrow(Mistaken);
});

test("a pendant of the first Twinbell is read", async () => {
  const two = new Two();
  await two.does("ana", writes(TOKYO));
  const later = ["rings_an_hour", "about_ours", "about_theirs", "about_told", "portrait_told", "identities"];
  const kept = Object.entries(two.ben.toRecord()).filter(([name]) => ![...later, "restored"].includes(name));

  const old = Pendant.fromBytes(encode(Object.fromEntries(kept) as RecordValue));

  expect(old).toEqual(two.ben.with({ aboutTheirs: NOTHING_SAID, aboutTold: null }));
});
