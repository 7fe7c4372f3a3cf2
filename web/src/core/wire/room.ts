/**
 * What travels between a room and the relay that holds it: four frames beside those of `frame.ts`.
 *
 *     ENTER channel room seat token   →
 *                                     ←    ENTERED channel here meeting      1: alone; 2: both
 *     SAY channel meeting body        →         to the other, as it came
 *                                     ←    SAY channel meeting body
 *     LEFT channel                    →         I leave
 *                                     ←    LEFT channel                      the other has left
 *
 * A room is two seats in the relay's memory, and a relay that is started anew knows of none. `meeting` counts how
 * often both seats were filled: what was on its way to somebody who has left reaches nobody else. Which seat is
 * whose, and what is said, is `bond/room.ts`'s.
 */

import { bigEndian, concat, fromBigEndian } from "../bytes";
import { Damaged, Mistaken } from "../errors";
import { ID_BYTES, ROOM_SAY_BYTES_MAX, TOKEN_BYTES } from "./limits";

const ENTER = 9;
const ENTERED = 10;
const SAY = 11;
const LEFT = 12;

const SEATS = 2;
const SAY_HEAD_BYTES = 7;
const LENGTHS: Readonly<Record<number, number>> = {
  [ENTER]: 4 + ID_BYTES + TOKEN_BYTES,
  [ENTERED]: 8,
  [LEFT]: 3,
};

/** Take this seat of a room. Who sits there already is told that the seat is taken, and is out. */
export interface Enter {
  readonly type: "Enter";
  readonly channel: number;
  readonly room: Uint8Array;
  readonly seat: number;
  readonly token: Uint8Array;
}

/** So many are in the room now, the one who is told among them. */
export interface Entered {
  readonly type: "Entered";
  readonly channel: number;
  readonly here: number;
  readonly meeting: number;
}

/** Something for the other one, or from them. It is not kept: who has left does not get it. */
export interface Say {
  readonly type: "Say";
  readonly channel: number;
  readonly meeting: number;
  readonly body: Uint8Array;
}

/** From a client: I leave, and the channel is free. From the relay: the other one has left. */
export interface Left {
  readonly type: "Left";
  readonly channel: number;
}

export type RoomFrame = Enter | Entered | Say | Left;

/** Return the bytes of a frame; throw `Mistaken` for one that `parse` would refuse. */
export function toBytes(frame: RoomFrame): Uint8Array<ArrayBuffer> {
  const channel = bigEndian(frame.channel, 2);
  switch (frame.type) {
    case "Enter":
      if (frame.room.length !== ID_BYTES || frame.token.length !== TOKEN_BYTES || !isSeat(frame.seat)) {
        throw new Mistaken("This is no seat in a room.");
      }
      return concat(Uint8Array.of(ENTER), channel, frame.room, Uint8Array.of(frame.seat), frame.token);
    case "Entered":
      return concat(Uint8Array.of(ENTERED), channel, Uint8Array.of(frame.here), bigEndian(frame.meeting, 4));
    case "Say":
      if (!isSayable(frame.body)) throw new Mistaken("This is nothing that can be said in a room.");
      return concat(Uint8Array.of(SAY), channel, bigEndian(frame.meeting, 4), frame.body);
    case "Left":
      return concat(Uint8Array.of(LEFT), channel);
  }
}

/** Return the frame of a room that `data` holds; throw `Damaged` unless it is exactly one. */
export function parse(data: Uint8Array): RoomFrame {
  const kind = data[0] ?? 0;
  const length = LENGTHS[kind];
  if (kind !== SAY && length === undefined) throw new Damaged("This frame is of a kind that is not known.");
  if (kind === SAY ? data.length < SAY_HEAD_BYTES : data.length !== length) {
    throw new Damaged("This frame has the wrong length.");
  }
  const channel = fromBigEndian(data.subarray(1, 3));
  if (kind === ENTER) {
    const seat = data[3 + ID_BYTES]!;
    if (!isSeat(seat)) throw new Damaged("A room has two seats.");
    const room = data.slice(3, 3 + ID_BYTES);
    return { type: "Enter", channel, room, seat, token: data.slice(4 + ID_BYTES) };
  }
  if (kind === ENTERED) {
    const here = data[3]!;
    if (here < 1 || here > SEATS) throw new Damaged("In a room are one or two.");
    return { type: "Entered", channel, here, meeting: fromBigEndian(data.subarray(4)) };
  }
  if (kind === SAY) {
    const body = data.slice(SAY_HEAD_BYTES);
    if (!isSayable(body)) {
      throw new Damaged(`What is said in a room has 1 to ${ROOM_SAY_BYTES_MAX} bytes.`);
    }
    return { type: "Say", channel, meeting: fromBigEndian(data.subarray(3, SAY_HEAD_BYTES)), body };
  }
  return { type: "Left", channel };
}

function isSeat(seat: number): boolean {
  return seat === 0 || seat === 1;
}

function isSayable(body: Uint8Array): boolean {
  return body.length > 0 && body.length <= ROOM_SAY_BYTES_MAX;
}
