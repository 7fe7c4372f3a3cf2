/**
 * What one frame of a room says: whether the hand is there, perhaps a thought as far as it was written, or that its
 * sender leaves. Whatever it says, it has the same length.
 *
 *     plaintext (496) = length (2, big-endian) ‖ record ‖ zeros
 */

import { bigEndian, concat, fromBigEndian, utf8 } from "../bytes";
import * as aead from "../crypto/aead";
import { decodeMap, encode, type RecordValue } from "../encoding";
import { Damaged, Mistaken } from "../errors";
import { Fields } from "./record";

export const FRAME_BYTES = 512;
export const PLAIN_BYTES = FRAME_BYTES - aead.TAG_BYTES;
export const THOUGHT_BYTES_MAX = 400; // of UTF-8: some seventy words, or 133 characters of Chinese
const NUMBER_MAX = 2 ** 32 - 1;

/** A thought: `text` replaces what stood under this number, and is whole once `done`. */
export interface Thought {
  readonly type: "Thought";
  readonly number: number;
  readonly text: string;
  readonly done: boolean;
}

/** Return a thought; throw `Mistaken` for what no frame holds. */
export function thought(number: number, text: string, done: boolean): Thought {
  if (!Number.isInteger(number) || number < 0 || number > NUMBER_MAX) {
    throw new Mistaken("Thoughts are counted from 0.");
  }
  if (utf8(text).length > THOUGHT_BYTES_MAX) {
    throw new Mistaken(`A thought has at most ${THOUGHT_BYTES_MAX} bytes. Begin another.`);
  }
  return { type: "Thought", number, text, done };
}

/** Return as much of `text` as one thought holds, and the rest: cut behind a space where one is near. */
export function fit(text: string): [kept: string, rest: string] {
  const characters = [...text];
  let bytes = 0;
  let end = 0;
  while (end < characters.length && (bytes += utf8(characters[end]!).length) <= THOUGHT_BYTES_MAX) end += 1;
  if (end === characters.length) return [text, ""];
  const space = characters.lastIndexOf(" ", end - 1) + 1;
  if (space > Math.floor(end / 2)) end = space;
  return [characters.slice(0, end).join(""), characters.slice(end).join("")];
}

/** What is said at one beat. */
export interface Moment {
  readonly hand: boolean;
  readonly thought: Thought | null;
  readonly leaves: boolean;
}

/** The moment of one who is there and says nothing: also what confirms a meeting. */
export const NOTHING: Moment = { hand: false, thought: null, leaves: false };

export function toPlain(moment: Moment): Uint8Array {
  const said: { [key: string]: RecordValue | boolean } = { hand: moment.hand };
  if (moment.thought) {
    const { number, text, done } = moment.thought;
    said["thought"] = { number, text, done };
  }
  if (moment.leaves) said["leaves"] = true;
  const record = encode(said);
  const padding = new Uint8Array(PLAIN_BYTES - 2 - record.length);
  return concat(bigEndian(record.length, 2), record, padding);
}

/** Read what a frame said; throw `Damaged` for anything else. Unknown fields are left alone. */
export function parse(plain: Uint8Array): Moment {
  const length = fromBigEndian(plain.subarray(0, 2));
  if (
    plain.length !== PLAIN_BYTES ||
    length > PLAIN_BYTES - 2 ||
    plain.subarray(2 + length).some((byte) => byte)
  ) {
    throw new Damaged("This frame of a room is not padded as it should be.");
  }
  const record = decodeMap(plain.subarray(2, 2 + length), { bytesMax: PLAIN_BYTES });
  const fields = new Fields(record, "frame of a room");
  return {
    hand: fields.flag("hand"),
    thought: fields.has("thought") ? readThought(fields.map("thought")) : null,
    leaves: fields.has("leaves") && fields.flag("leaves"),
  };
}

function readThought(record: RecordValue): Thought {
  const fields = new Fields(record, "thought");
  const text = fields.text("text", THOUGHT_BYTES_MAX);
  try {
    return thought(fields.number("number", 0, NUMBER_MAX), text, fields.flag("done"));
  } catch (error) {
    throw error instanceof Mistaken ? new Damaged(error.sentence) : error;
  }
}
