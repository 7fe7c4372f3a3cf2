/**
 * A watch: what guardians, the reader and a stranger with the paper say to the relay that keeps it.
 *
 *     PUT     terms      `terms`       the writer: after how long, with whose word
 *     POST    life       `life`        the writer: I did something with my own hands
 *     POST    vote       a guardian who was asked: yes, no, or I don't know
 *     POST    stop       whoever has the paper: 16 bytes, and nothing is opened any more
 *     PUT     channels   the writer: where to remind her before anybody is asked
 *     PUT     doorbell   a guardian or the reader: where to ring when the watch wants looking at
 *     GET                `watchview`
 *
 * Here are paths and bodies. What follows from them is `silence`, a function of counted time.
 */

import { concat, hex, same } from "../bytes";
import { PUBLIC_BYTES, type SigningKey } from "../crypto/signing";
import { decodeMap, encode, type RecordValue, type Value } from "../encoding";
import { Damaged } from "../errors";
import { Fields, isVisible, VERSION } from "./fields";
import {
  ID_BYTES,
  PUSH_BODY_BYTES_MAX,
  TOKEN_BYTES,
  WATCH_CHANNEL_NAME_CHARS_MAX,
  WATCH_CHANNEL_URL_CHARS_MAX,
  WATCH_CHANNELS_BYTES_MAX,
  WATCH_CHANNELS_MAX,
  WATCH_DOORBELL_BYTES_MAX,
  WATCH_VOTE_BYTES_MAX,
} from "./limits";
import { sign, Signed } from "./signed";
import { ANSWERS, type Answer } from "./silence";
import { watchId, type Terms } from "./terms";

export const LABEL_VOTE = "twinbell/v1/watch-vote";

const BALLOT_BYTES_MAX = 512;
export const DOORBELL_VERSION = 0x02; // an envelope begins with 0x01
export const DOORBELL_BYTES = 4_096; // as long as an envelope

const URL_OF_A_SERVICE = /^[a-z][a-z0-9]*:\/\/[\x21-\x7e]+$/;

export function path(watch: Uint8Array): string {
  return `/v1/watches/${hex(watch)}`;
}

export function lifePath(watch: Uint8Array): string {
  return `${path(watch)}/life`;
}

export function votePath(watch: Uint8Array): string {
  return `${path(watch)}/vote`;
}

export function stopPath(watch: Uint8Array): string {
  return `${path(watch)}/stop`;
}

export function parcelPath(watch: Uint8Array, letter: Uint8Array): string {
  return `${path(watch)}/parcels/${hex(letter)}`;
}

export function channelsPath(watch: Uint8Array): string {
  return `${path(watch)}/channels`;
}

export function trialPath(watch: Uint8Array): string {
  return `${channelsPath(watch)}/test`;
}

export function doorbellPath(watch: Uint8Array): string {
  return `${path(watch)}/doorbell`;
}

// --- answers

/** What a guardian answers who was asked whether they have heard from the person. */
export interface Ballot {
  readonly watch: Uint8Array;
  readonly epoch: number;
  readonly seat: Uint8Array;
  readonly answer: Answer;
  readonly n: number;
}

export function signVote({ watch, epoch, seat, answer, n }: Ballot, key: SigningKey): Signed {
  return sign(key, LABEL_VOTE, encode({ v: VERSION, type: "watch-vote", watch, epoch, seat, answer, n }));
}

/** Return the answer in `signed` by a guardian of these terms, for their epoch; throw `Damaged` else. */
export function openVote(signed: Signed, terms: Terms): Ballot {
  const fields = Fields.of(signed.record, "watch-vote", { bytesMax: BALLOT_BYTES_MAX });
  fields.only("watch", "epoch", "seat", "answer", "n");
  const ballot: Ballot = {
    watch: fields.data("watch", ID_BYTES),
    epoch: fields.number("epoch"),
    seat: fields.data("seat", PUBLIC_BYTES),
    answer: fields.oneOf("answer", ANSWERS),
    n: fields.number("n", 1),
  };
  if (!same(ballot.watch, watchId(terms.key)) || ballot.epoch !== terms.epoch) {
    throw new Damaged("This answer is for another watch, or for one before it was armed anew.");
  }
  if (!terms.guardians.some(({ seat }) => same(seat, ballot.seat))) {
    throw new Damaged("This answer is not by a guardian of this watch.");
  }
  signed.check(LABEL_VOTE, [ballot.seat]);
  return ballot;
}

/** Return the signed answer in the body of a vote. */
export function voteOf(data: Uint8Array): Signed {
  return Signed.parse(data, { bytesMax: WATCH_VOTE_BYTES_MAX });
}

// --- where the writer is reminded

/** A device's browser, woken by its push service; the subscription is the JSON that the browser gives. */
export interface PushChannel {
  readonly kind: "push";
  readonly name: string;
  readonly subscription: Uint8Array;
}

/** Any service that takes a message, by its Apprise address: mail, a messenger, a phone call. */
export interface AppriseChannel {
  readonly kind: "apprise";
  readonly name: string;
  readonly url: string;
}

export type Channel = PushChannel | AppriseChannel;

export function channelsToBytes(channels: readonly Channel[]): Uint8Array {
  return encode({ v: VERSION, type: "watch-channels", channels: channels.map(channelToValue) });
}

/** Return the channels in `data`; throw `Damaged` for anything else. */
export function parseChannels(data: Uint8Array): readonly Channel[] {
  const fields = Fields.of(data, "watch-channels", { bytesMax: WATCH_CHANNELS_BYTES_MAX }).only("channels");
  const channels = fields.items("channels", WATCH_CHANNELS_MAX).map(readChannel);
  if (new Set(channels.map(({ name }) => name)).size !== channels.length) {
    throw new Damaged("Each channel has a name of its own.");
  }
  return channels;
}

/** Return `text` if it can name a channel; throw `Damaged` for what cannot be shown in a line. */
export function channelName(text: string): string {
  if (isVisible(text, WATCH_CHANNEL_NAME_CHARS_MAX)) return text;
  throw new Damaged(`A channel has a name of ${WATCH_CHANNEL_NAME_CHARS_MAX} visible characters at most.`);
}

/** What came of a test of one channel: whether its service accepted the message, or why not. */
export interface Trial {
  readonly accepted: boolean;
  readonly why: string;
}

export function trialToBytes(name: string): Uint8Array {
  return encode({ name });
}

export function parseTrial(data: Uint8Array): Trial {
  const record = decodeMap(data, { bytesMax: WATCH_DOORBELL_BYTES_MAX });
  const fields = new Fields(record, "test").only("accepted", "why");
  return { accepted: fields.flag("accepted"), why: fields.text("why", 200) };
}

// --- the doorbell

/** Return the envelope by which a relay tells that this watch wants looking at, and nothing else. */
export function doorbell(watch: Uint8Array): Uint8Array {
  const envelope = new Uint8Array(DOORBELL_BYTES);
  envelope.set(concat(new Uint8Array([DOORBELL_VERSION]), watch));
  return envelope;
}

/** Return which of these watches an envelope is the doorbell of; undefined if it is none. */
export function rung(envelope: Uint8Array, watches: readonly Uint8Array[]): Uint8Array | undefined {
  return watches.find((watch) => same(envelope, doorbell(watch)));
}

/** Where a guardian or the reader wants the relay to ring: an inbox of this relay, and the right to. */
export interface Doorbell {
  readonly box: Uint8Array;
  readonly token: Uint8Array;
}

export function doorbellToBytes({ box, token }: Doorbell): Uint8Array {
  return encode({ v: VERSION, type: "watch-doorbell", box, token });
}

export function parseDoorbell(data: Uint8Array): Doorbell {
  const fields = Fields.of(data, "watch-doorbell", { bytesMax: WATCH_DOORBELL_BYTES_MAX });
  fields.only("box", "token");
  return { box: fields.data("box", ID_BYTES), token: fields.data("token", TOKEN_BYTES) };
}

function channelToValue(channel: Channel): RecordValue {
  return { ...channel };
}

function readChannel(value: Value): Channel {
  const fields = new Fields(value, "channel");
  const name = channelName(fields.text("name", WATCH_CHANNEL_NAME_CHARS_MAX));
  const kind = fields.oneOf("kind", ["push", "apprise"]);
  if (kind === "push") {
    fields.only("name", "kind", "subscription");
    return { kind, name, subscription: fields.dataUpTo("subscription", PUSH_BODY_BYTES_MAX) };
  }
  fields.only("name", "kind", "url");
  const url = fields.text("url", WATCH_CHANNEL_URL_CHARS_MAX);
  if (!URL_OF_A_SERVICE.test(url)) {
    throw new Damaged("An Apprise address is a scheme, :// and what follows, without blanks.");
  }
  return { kind, name, url };
}
