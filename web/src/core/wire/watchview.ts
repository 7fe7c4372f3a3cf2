/**
 * What a relay shows of a watch to those who are part of it: its writer, a guardian, the reader.
 *
 * Each sees what they need to judge for themselves: terms, signs of life and answers come as they were signed, and
 * whoever looks checks the signatures. The rest is the relay's word: times, and that somebody was called.
 */

import { PUBLIC_BYTES } from "../crypto/signing";
import { encode, type RecordValue, type Value } from "../encoding";
import { Damaged } from "../errors";
import { Fields, VERSION } from "./fields";
import { RECORD_BYTES_MAX } from "./life";
import {
  ID_BYTES,
  WATCH_CALLS_MAX,
  WATCH_CHANNEL_NAME_CHARS_MAX,
  WATCH_CHANNELS_MAX,
  WATCH_GAPS_MAX,
  WATCH_GUARDIANS_MAX,
  WATCH_NOTE_BYTES,
  WATCH_PARCELS_MAX,
  WATCH_TERMS_BYTES_MAX,
  WATCH_VIEW_BYTES_MAX,
} from "./limits";
import { Signed } from "./signed";
import { STAGES, type Marks, type Reminder, type Stage } from "./silence";
import { STOP_BYTES } from "./terms";

const PARTS = ["owner", "seat", "reader"] as const;
/** Who looks. */
export type Part = (typeof PARTS)[number];

const WHYS = ["down", "clock", "restored"] as const;
/** Why some time was not counted: the relay did not run, its clock was not believed, it came from a backup. */
export type Why = (typeof WHYS)[number];

/** Time that did not count: since when by the relay's clock, how much of it, and why. */
export interface Gap {
  readonly beganS: number;
  readonly seconds: number;
  readonly why: Why;
}

/** Terms that are looser than those that hold, and the counted second at which they will. */
export interface Pending {
  readonly terms: Signed;
  readonly at: number;
}

/** A channel as its writer sees it: when its service last accepted a message; null if it never did. */
export interface ChannelState {
  readonly name: string;
  readonly kind: string;
  readonly accepted: number | null;
}

/**
 * A watch as one person may see it.
 *
 * What only the writer sees is empty for the others: `accepted`, `channels`, `fetched`, and `parcels` until the reader
 * may fetch them. `called` counts the accepted reminders of this silence, for all. `life` is the newest sign of life,
 * to guardians and reader the one with the note that they were handed last.
 */
export interface View {
  readonly part: Part;
  readonly stage: Stage;
  readonly counted: number;
  readonly start: number;
  readonly marks: Marks;
  readonly floor: number;
  readonly gaps: readonly Gap[];
  readonly terms: Signed;
  readonly pending: Pending | null;
  readonly life: Signed | null;
  readonly note: Uint8Array;
  readonly away: Signed | null;
  readonly votes: readonly Signed[];
  readonly asked: readonly Uint8Array[];
  readonly stop: Uint8Array;
  readonly called: number;
  readonly accepted: readonly Reminder[];
  readonly channels: readonly ChannelState[];
  readonly parcels: readonly Uint8Array[];
  readonly fetched: readonly Uint8Array[];
}

export function viewToBytes(view: View): Uint8Array {
  const { marks, gaps, terms, pending, life, away, votes, accepted, channels, ...rest } = view;
  return encode({
    v: VERSION,
    type: "watch-view",
    ...rest,
    ...marks,
    gaps: gaps.map(({ beganS, seconds, why }) => ({ began: beganS, seconds, why })),
    terms: terms.toValue(),
    pending: pending && { terms: pending.terms.toValue(), at: pending.at },
    life: life && life.toValue(),
    away: away && away.toValue(),
    votes: votes.map((vote) => vote.toValue()),
    accepted: accepted.map(({ channel, at }): RecordValue => ({ channel, at })),
    channels: channels.map(({ name, kind, accepted }): RecordValue => ({ name, kind, accepted })),
  });
}

/** Return the view in `data`; throw `Damaged` for anything else. No signature is checked here. */
export function parseView(data: Uint8Array): View {
  const fields = Fields.of(data, "watch-view", { bytesMax: WATCH_VIEW_BYTES_MAX });
  const note = fields.dataUpTo("note", WATCH_NOTE_BYTES);
  const stop = fields.dataUpTo("stop", STOP_BYTES);
  if (![0, WATCH_NOTE_BYTES].includes(note.length) || ![0, STOP_BYTES].includes(stop.length)) {
    throw new Damaged("A note or a stop code of this view is cut short.");
  }
  return {
    part: fields.oneOf("part", PARTS),
    stage: fields.oneOf("stage", STAGES),
    counted: fields.number("counted"),
    start: fields.number("start"),
    marks: {
      late: fields.number("late"),
      asking: fields.numberOrNull("asking"),
      veto: fields.numberOrNull("veto"),
      silent: fields.numberOrNull("silent"),
    },
    floor: fields.number("floor"),
    gaps: fields.items("gaps", WATCH_GAPS_MAX).map(readGap),
    terms: readTerms(fields.map("terms")),
    pending: fields.has("pending") ? readPending(fields.map("pending")) : null,
    life: signedOrNull(fields, "life"),
    note,
    away: signedOrNull(fields, "away"),
    votes: fields.items("votes", WATCH_GUARDIANS_MAX).map(readSigned),
    asked: each(fields, "asked", PUBLIC_BYTES, WATCH_GUARDIANS_MAX),
    stop,
    called: fields.number("called"),
    accepted: fields.items("accepted", WATCH_CALLS_MAX).map(readReminder),
    channels: fields.items("channels", WATCH_CHANNELS_MAX).map(readChannel),
    parcels: each(fields, "parcels", ID_BYTES, WATCH_PARCELS_MAX),
    fetched: each(fields, "fetched", ID_BYTES, WATCH_PARCELS_MAX),
  };
}

function readTerms(value: Value): Signed {
  return Signed.of(value, { bytesMax: WATCH_TERMS_BYTES_MAX });
}

function readSigned(value: Value): Signed {
  return Signed.of(value, { bytesMax: RECORD_BYTES_MAX });
}

function signedOrNull(fields: Fields, name: string): Signed | null {
  return fields.has(name) ? readSigned(fields.map(name)) : null;
}

function each(fields: Fields, name: string, length: number, countMax: number): readonly Uint8Array[] {
  return fields.items(name, countMax).map((item) => {
    if (item instanceof Uint8Array && item.length === length) return item;
    throw new Damaged(`The field “${name}” of this view is not what it should be.`);
  });
}

function readGap(value: Value): Gap {
  const fields = new Fields(value, "gap").only("began", "seconds", "why");
  return {
    beganS: fields.number("began"),
    seconds: fields.number("seconds", 1),
    why: fields.oneOf("why", WHYS),
  };
}

function readPending(value: Value): Pending {
  const fields = new Fields(value, "pending").only("terms", "at");
  return { terms: readTerms(fields.map("terms")), at: fields.number("at") };
}

function readReminder(value: Value): Reminder {
  const fields = new Fields(value, "reminder").only("channel", "at");
  return { channel: fields.text("channel", WATCH_CHANNEL_NAME_CHARS_MAX), at: fields.number("at") };
}

function readChannel(value: Value): ChannelState {
  const fields = new Fields(value, "channel").only("name", "kind", "accepted");
  return {
    name: fields.text("name", WATCH_CHANNEL_NAME_CHARS_MAX),
    kind: fields.text("kind", 16),
    accepted: fields.numberOrNull("accepted"),
  };
}
