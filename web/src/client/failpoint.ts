/**
 * The lines between which a crash is dangerous, by name, so that a test can end a client at each.
 *
 * They are the lines of Python's `client/failpoint.py`, as far as a browser has them.
 */

export const LABELS = [
  "home: vault made",
  "bell: saved before offered",
  "bell: offered",
  "bell: spent before checked",
  "bell: confirmed",
  "bell: bond saved",
  "send: body saved",
  "send: sealed and saved",
  "send: blob begun",
  "send: blob half sent",
  "send: blob sent",
  "send: deposited",
  "send: done saved",
  "receive: fetched",
  "receive: blob half fetched",
  "receive: blob fetched",
  "receive: blob kept",
  "receive: saved",
  "receive: acknowledged",
  "letter: file written",
  "letter: file kept",
  "letter: saved",
  "letter: opened",
  "listen: told",
  "watch: saved",
  "watch: terms saved",
  "watch: terms taken",
  "watch: armed",
  "watch: looked",
  "watch: answer saved",
  "watch: answered",
  "watch: share released",
  "watch: parcel kept",
  "last: row saved",
  "last: parcel given",
  "rehearsal: begun",
  "rehearsal: done",
] as const;

export type Label = (typeof LABELS)[number];

/** Told of each such line as it is reached; only tests give one, which ends the client there. */
export type Reach = (label: Label) => void;
