import fc from "fast-check";
import { expect, test } from "vitest";

import { concat, hex, unhex } from "../../../src/core/bytes";
import { Damaged } from "../../../src/core/errors";
import { COLLECT, DEPOSIT, OWNER } from "../../../src/core/wire/auth";
import * as frame from "../../../src/core/wire/frame";
import { ENVELOPE_BYTES_MAX, FRAME_BYTES_MAX, FRAME_HEAD_MAX, SEQ_MAX } from "../../../src/core/wire/limits";
import { FAULT, PROBLEMS, UNAUTHORISED } from "../../../src/core/wire/problems";

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const channel = fc.integer({ min: 0, max: frame.CHANNEL_MAX });
const id = bytes(16);
const seq = fc.integer({ min: 0, max: SEQ_MAX });
const arrivedS = fc.integer({ min: 0, max: frame.TIME_MAX });
const blobs = fc.uniqueArray(id, { maxLength: 4, selector: hex });
const body = fc.uint8Array({ minLength: 1, maxLength: 200 });
const right = fc.constantFrom(OWNER, COLLECT, DEPOSIT);
const epoch = fc.integer({ min: 0, max: frame.EPOCH_MAX });
const type = <T extends string>(name: T) => fc.constant(name);

const frames: fc.Arbitrary<frame.Frame> = fc.oneof(
  fc.record({ type: type("Attach"), channel, box: id, token: bytes(32), epoch }),
  fc.record({ type: type("Attached"), channel, right, cursor: seq }),
  fc.record({ type: type("Deposit"), channel, id, blobs, body }),
  fc.record({ type: type("Deposited"), channel, id, seq, arrivedS }),
  fc.record({ type: type("Envelope"), channel, seq, arrivedS, blobs, body }),
  fc.record({ type: type("Ack"), channel, upto: seq }),
  fc.record({ type: type("Acked"), channel, upto: seq }),
  fc.record({ type: type("Trouble"), channel, problem: fc.constantFrom(...PROBLEMS), about: id }),
);

function parsed(data: Uint8Array): frame.Frame | null {
  try {
    return frame.parse(data);
  } catch (error) {
    expect(error).toBeInstanceOf(Damaged);
    return null;
  }
}

test("every frame is read as it was written", () => {
  fc.assert(
    fc.property(frames, (each) => {
      expect(frame.parse(frame.toBytes(each))).toEqual({ ...each });
    }),
  );
});

test("no frame can be cut or grow unseen", () => {
  fc.assert(
    fc.property(frames, fc.nat(), (each, at) => {
      const written = frame.toBytes(each);
      for (const other of [written.subarray(0, at % written.length), concat(written, new Uint8Array(1))]) {
        const read = parsed(other);
        if (!read) continue;
        // Only a body runs to the end, and it is another body then.
        expect(hex(frame.toBytes(read))).toBe(hex(other));
        expect(["Deposit", "Envelope"]).toContain(read.type);
      }
    }),
  );
});

test("any bytes are a frame or damaged", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (data) => {
      const read = parsed(data);
      if (read && !(read.type === "Trouble" && read.problem === FAULT)) {
        expect(hex(frame.toBytes(read))).toBe(hex(data));
      }
    }),
  );
});

test("the bytes are those of the specification", () => {
  const ack = { type: "Ack", channel: 1, upto: 1 } as const;

  expect(hex(frame.toBytes(ack))).toBe("0600010000000000000001");
  expect(frame.parse(unhex("020001020000000000000000"))).toEqual({
    type: "Attached",
    channel: 1,
    right: COLLECT,
    cursor: 0,
  });
});

test("the longest frame is as long as the limit says", () => {
  const most = Array.from({ length: 4 }, (_, at) => new Uint8Array(16).fill(at));
  const longest = frame.toBytes({
    type: "Deposit",
    channel: 0,
    id: frame.NO_ID,
    blobs: most,
    body: new Uint8Array(ENVELOPE_BYTES_MAX),
  });

  expect(longest.length).toBeLessThanOrEqual(FRAME_BYTES_MAX);
  expect(FRAME_HEAD_MAX).toBe(92);
  expect(() => frame.parse(new Uint8Array(FRAME_BYTES_MAX + 1).fill(3))).toThrow(Damaged);
});

test("a blob that is named twice is refused, and a problem that is not known is still one", () => {
  const twice = frame.toBytes({
    type: "Deposit",
    channel: 0,
    id: frame.NO_ID,
    blobs: [frame.NO_ID, frame.NO_ID],
    body: Uint8Array.of(1),
  });
  const trouble = frame.toBytes({ type: "Trouble", channel: 3, problem: UNAUTHORISED, about: frame.NO_ID });
  trouble[3] = 99;

  expect(() => frame.parse(twice)).toThrow(Damaged);
  expect(frame.parse(trouble)).toMatchObject({ problem: FAULT });
});

test("numbers that no mailbox reaches are refused", () => {
  expect(() => frame.parse(unhex("060001ffffffffffffffff"))).toThrow(Damaged);
  expect(() => frame.parse(unhex("0600010000000100000000"))).toThrow(Damaged);
  expect(() => frame.parse(unhex("020001040000000000000000"))).toThrow(Damaged);
});
