/** The frames of a room are those of the vector, and nothing else is one. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { unhex } from "../../../src/core/bytes";
import { Damaged, Mistaken } from "../../../src/core/errors";
import { parse, toBytes } from "../../../src/core/wire/frame";
import { ROOM_SAY_BYTES_MAX } from "../../../src/core/wire/limits";
import type { RoomFrame } from "../../../src/core/wire/room";
import { scenario } from "../../vectors";

const VECTOR = scenario("room", "frames");
const REFUSED = VECTOR.field("refused") as { [name: string]: string };

const channel = fc.integer({ min: 0, max: 0xffff });
const meeting = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const frames: fc.Arbitrary<RoomFrame> = fc.oneof(
  fc.record({
    type: fc.constant("Enter" as const),
    channel,
    room: bytes(16),
    seat: fc.constantFrom(0, 1),
    token: bytes(32),
  }),
  fc.record({ type: fc.constant("Entered" as const), channel, here: fc.constantFrom(1, 2), meeting }),
  fc.record({
    type: fc.constant("Say" as const),
    channel,
    meeting,
    body: fc.uint8Array({ minLength: 1, maxLength: 300 }),
  }),
  fc.record({ type: fc.constant("Left" as const), channel }),
);

test("every frame of a room is read as it was written", () => {
  fc.assert(
    fc.property(frames, (frame) => {
      expect(parse(toBytes(frame))).toEqual(frame);
    }),
  );
});

describe("the vector of frames", () => {
  test.each(VECTOR.each("right"))("$name", (told) => {
    const frame = parse(told.bytes("frame"));

    expect(frame.type).toBe(told.text("type"));
    expect(toBytes(frame)).toEqual(told.bytes("frame"));
    for (const [name, value] of Object.entries(frame) as [string, unknown][]) {
      const shown = value instanceof Uint8Array ? told.bytes(name) : told.field(name);
      expect(value).toEqual(shown);
    }
  });

  test.each(Object.keys(REFUSED))("%s is refused", (name) => {
    expect(() => parse(unhex(REFUSED[name]!))).toThrow(Damaged);
  });
});

test.each<RoomFrame>([
  { type: "Enter", channel: 1, room: new Uint8Array(16), seat: 2, token: new Uint8Array(32) },
  { type: "Enter", channel: 1, room: new Uint8Array(15), seat: 0, token: new Uint8Array(32) },
  { type: "Say", channel: 1, meeting: 1, body: new Uint8Array() },
  { type: "Say", channel: 1, meeting: 1, body: new Uint8Array(ROOM_SAY_BYTES_MAX + 1) },
])("what a relay would not read is not written", (frame) => {
  expect(() => toBytes(frame)).toThrow(Mistaken);
});
