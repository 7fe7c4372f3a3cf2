/**
 * What travels on the WebSocket `/ws`: one frame in one binary message.
 *
 * A frame is a fixed head, big-endian, and for two kinds a body that runs to the end. Channels are numbers
 * that the client chooses, one for each mailbox and right that it attaches; a socket may have many.
 *
 *     client                                   relay
 *     ATTACH channel box token epoch      →
 *                                         ←    ATTACHED channel right cursor
 *     DEPOSIT channel id blobs body       →         (after the commit)
 *                                         ←    DEPOSITED channel id seq arrived
 *                                         ←    ENVELOPE channel seq arrived blobs body
 *     ACK channel upto                    →         (after the commit)
 *                                         ←    ACKED channel upto
 *                                         ←    PROBLEM channel code about
 *
 * The frames of a room are in `room.ts`.
 */

import { bigEndian, concat, fromBigEndian, hex } from "../bytes";
import { Damaged, Mistaken } from "../errors";
import { isRight, type Right } from "./auth";
import {
  BLOBS_PER_ENVELOPE_MAX,
  ENVELOPE_BYTES_MAX,
  FRAME_BYTES_MAX,
  ID_BYTES,
  SEQ_MAX,
  TOKEN_BYTES,
} from "./limits";
import { BY_CODE, FAULT, type Problem } from "./problems";
import * as room from "./room";
import type { RoomFrame } from "./room";

export const NO_ID = new Uint8Array(ID_BYTES); // in a PROBLEM that is about no deposit
export const CHANNEL_MAX = 0xffff;
export const TIME_MAX = 2 ** 40; // seconds since 1970: thirty-four thousand years
export const EPOCH_MAX = 2 ** 32 - 1;

const ATTACH = 1;
const ATTACHED = 2;
const DEPOSIT = 3;
const DEPOSITED = 4;
const ENVELOPE = 5;
const ACK = 6;
const ACKED = 7;
const PROBLEM = 8;

/**
 * Use `box` by the right that `token` gives. The first frame on each socket is one.
 *
 * `epoch` is the mailbox's epoch as this client knows it, 0 if it does not say: a relay that knows only
 * a lower one was restored from a backup, and freezes the mailbox until its owner has spoken.
 */
export interface Attach {
  readonly type: "Attach";
  readonly channel: number;
  readonly box: Uint8Array;
  readonly token: Uint8Array;
  readonly epoch: number;
}

/** The channel is open. For COLLECT, `cursor` is the last seq this device acknowledged; else 0. */
export interface Attached {
  readonly type: "Attached";
  readonly channel: number;
  readonly right: Right;
  readonly cursor: number;
}

/** Keep `body` for whoever collects from the channel's mailbox; `id` makes it safe to repeat. */
export interface Deposit {
  readonly type: "Deposit";
  readonly channel: number;
  readonly id: Uint8Array;
  readonly blobs: readonly Uint8Array[];
  readonly body: Uint8Array;
}

/** The envelope is durable. `arrivedS` is when it came first, rounded down to the minute. */
export interface Deposited {
  readonly type: "Deposited";
  readonly channel: number;
  readonly id: Uint8Array;
  readonly seq: number;
  readonly arrivedS: number;
}

/** One envelope for this device. Seqs ascend within a mailbox and may skip. */
export interface Envelope {
  readonly type: "Envelope";
  readonly channel: number;
  readonly seq: number;
  readonly arrivedS: number;
  readonly blobs: readonly Uint8Array[];
  readonly body: Uint8Array;
}

/** This device has everything up to and including `upto` in its own durable journal. */
export interface Ack {
  readonly type: "Ack";
  readonly channel: number;
  readonly upto: number;
}

/** The relay has noted `upto`; it never sends those again to this device. */
export interface Acked {
  readonly type: "Acked";
  readonly channel: number;
  readonly upto: number;
}

/**
 * A PROBLEM frame: what was refused on a channel; `about` is the deposit's id, or zeros.
 *
 * After UNAUTHORISED the channel is closed and its number free again.
 */
export interface Trouble {
  readonly type: "Trouble";
  readonly channel: number;
  readonly problem: Problem;
  readonly about: Uint8Array;
}

export type Frame = Attach | Attached | Deposit | Deposited | Envelope | Ack | Acked | Trouble | RoomFrame;

/** Return the bytes of a frame; throw `Mistaken` for one that `parse` would refuse. */
export function toBytes(frame: Frame): Uint8Array<ArrayBuffer> {
  const head = (kind: number) => concat(Uint8Array.of(kind), bigEndian(frame.channel, 2));
  switch (frame.type) {
    case "Attach":
      return concat(
        head(ATTACH),
        exactly(frame.box, ID_BYTES),
        exactly(frame.token, TOKEN_BYTES),
        bigEndian(frame.epoch, 4),
      );
    case "Attached":
      return concat(head(ATTACHED), Uint8Array.of(frame.right), bigEndian(frame.cursor, 8));
    case "Deposit":
      return concat(head(DEPOSIT), exactly(frame.id, ID_BYTES), tail(frame));
    case "Deposited":
      return concat(
        head(DEPOSITED),
        exactly(frame.id, ID_BYTES),
        bigEndian(frame.seq, 8),
        bigEndian(frame.arrivedS, 8),
      );
    case "Envelope":
      return concat(head(ENVELOPE), bigEndian(frame.seq, 8), bigEndian(frame.arrivedS, 8), tail(frame));
    case "Ack":
      return concat(head(ACK), bigEndian(frame.upto, 8));
    case "Acked":
      return concat(head(ACKED), bigEndian(frame.upto, 8));
    case "Trouble":
      return concat(head(PROBLEM), Uint8Array.of(frame.problem.code), exactly(frame.about, ID_BYTES));
    default:
      return room.toBytes(frame);
  }
}

function exactly(data: Uint8Array, length: number): Uint8Array {
  if (data.length !== length) throw new Mistaken(`This part of a frame has ${length} bytes.`);
  return data;
}

function tail({ blobs, body }: Deposit | Envelope): Uint8Array {
  if (blobs.length > BLOBS_PER_ENVELOPE_MAX) throw new Mistaken("This envelope names too many blobs.");
  if (!(body.length > 0 && body.length <= ENVELOPE_BYTES_MAX)) {
    throw new Mistaken(`An envelope is 1 to ${ENVELOPE_BYTES_MAX} bytes.`);
  }
  return concat(Uint8Array.of(blobs.length), ...blobs.map((blob) => exactly(blob, ID_BYTES)), body);
}

/** Return the frame that `data` holds; throw `Damaged` unless it is exactly one. */
export function parse(data: Uint8Array): Frame {
  if (!data.length || data.length > FRAME_BYTES_MAX) throw new Damaged("This frame is empty or too long.");
  const fields = new Fields(data);
  const kind = fields.number(1);
  const parser = PARSERS[kind];
  if (!parser) return room.parse(data);
  const frame = parser(fields, fields.number(2));
  if (!fields.ended) throw new Damaged("This frame has the wrong length.");
  return frame;
}

const PARSERS: Readonly<Record<number, (fields: Fields, channel: number) => Frame>> = {
  [ATTACH]: (fields, channel) => {
    const box = fields.bytes(ID_BYTES);
    const token = fields.bytes(TOKEN_BYTES);
    return { type: "Attach", channel, box, token, epoch: fields.number(4) };
  },
  [ATTACHED]: (fields, channel) => {
    const right = fields.number(1);
    if (!isRight(right)) throw new Damaged("This frame gives a right that is not known.");
    return { type: "Attached", channel, right, cursor: fields.seq() };
  },
  [DEPOSIT]: (fields, channel) => {
    const id = fields.bytes(ID_BYTES);
    return { type: "Deposit", channel, id, ...fields.blobsAndBody() };
  },
  [DEPOSITED]: (fields, channel) => {
    const id = fields.bytes(ID_BYTES);
    const seq = fields.seq();
    return { type: "Deposited", channel, id, seq, arrivedS: fields.time() };
  },
  [ENVELOPE]: (fields, channel) => {
    const seq = fields.seq();
    const arrivedS = fields.time();
    return { type: "Envelope", channel, seq, arrivedS, ...fields.blobsAndBody() };
  },
  [ACK]: (fields, channel) => ({ type: "Ack", channel, upto: fields.seq() }),
  [ACKED]: (fields, channel) => ({ type: "Acked", channel, upto: fields.seq() }),
  [PROBLEM]: (fields, channel) => {
    // A newer relay may know problems that we do not; they are still a refusal.
    const problem = BY_CODE.get(fields.number(1)) ?? FAULT;
    return { type: "Trouble", channel, problem, about: fields.bytes(ID_BYTES) };
  },
};

/** Reads one field behind the other; a frame's bytes are its own, not a view of the message. */
class Fields {
  private rest: Uint8Array;

  constructor(data: Uint8Array) {
    this.rest = data;
  }

  get ended(): boolean {
    return this.rest.length === 0;
  }

  bytes(length: number): Uint8Array {
    if (this.rest.length < length) throw new Damaged("This frame is cut short.");
    const data = this.rest.slice(0, length);
    this.rest = this.rest.subarray(length);
    return data;
  }

  number(length: number): number {
    return fromBigEndian(this.bytes(length));
  }

  seq(): number {
    const seq = this.number(8);
    if (seq > SEQ_MAX) throw new Damaged("This frame has a seq that no mailbox reaches.");
    return seq;
  }

  time(): number {
    const timeS = this.number(8);
    if (timeS > TIME_MAX) throw new Damaged("This frame has a time that nobody will see.");
    return timeS;
  }

  blobsAndBody(): { readonly blobs: readonly Uint8Array[]; readonly body: Uint8Array } {
    const count = this.number(1);
    if (count > BLOBS_PER_ENVELOPE_MAX) throw new Damaged("This envelope names too many blobs.");
    const blobs = Array.from({ length: count }, () => this.bytes(ID_BYTES));
    const body = this.bytes(this.rest.length);
    if (!(body.length > 0 && body.length <= ENVELOPE_BYTES_MAX)) {
      throw new Damaged(`An envelope is 1 to ${ENVELOPE_BYTES_MAX} bytes.`);
    }
    if (new Set(blobs.map(hex)).size !== count) throw new Damaged("This envelope names a blob twice.");
    return { blobs, body };
  }
}
