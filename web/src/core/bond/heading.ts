/**
 * The head of a mail: fields, names in encoded words, dates, and the small change of reading text strictly.
 *
 * Part of `mail.ts`, which in Python is one file. Whatever does not write itself again as it was read is refused.
 */

import { concat, unhex, unutf8, utf8 } from "../bytes";
import { b64padded } from "../encoding";
import { Damaged } from "../errors";
import * as calendar from "./civil";

const LINE_MAX = 998; // RFC 5322 §2.1.1
const WORD_BYTES = 42; // of UTF-8 in one encoded word: 56 base64 characters, 68 in all (RFC 2047 allows 75)
const WORD_HEAD = "=?utf-8?B?";
const WORD_TAIL = "?=";
const PLAIN_MAX = 60;

export const OTHER_SHAPE = "This letter has another shape than ours.";
const BAD_DATE = "This letter has no date that can be read.";

/** The unfolded fields by lower-case name; `Damaged` for a name that comes twice. */
export function readHead(top: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of top.replaceAll("\r\n ", "\n ").split("\r\n")) {
    const [written, colon, value] = partition(line, ": ");
    const name = written.toLowerCase();
    if (!colon || fields.has(name) || line.split("\n").some((each) => each.length > LINE_MAX)) {
      throw new Damaged("A header field of this letter is doubled or malformed.");
    }
    fields.set(name, value);
  }
  return fields;
}

export function field(fields: Map<string, string>, name: string): string {
  const value = fields.get(name);
  if (value === undefined) {
    throw new Damaged(`This letter has no header field ${name.replace(/\b[a-z]/g, (c) => c.toUpperCase())}.`);
  }
  return value;
}

export function between(text: string, before: string, after = ""): string {
  if (!text.startsWith(before) || !text.endsWith(after)) throw new Damaged(OTHER_SHAPE);
  return text.slice(before.length, Math.max(before.length, text.length - after.length));
}

export function readHex(text: string): Uint8Array {
  if (!/^([0-9a-f]{2})*$/.test(text)) throw new Damaged("An id in this letter is not in hex.");
  return unhex(text);
}

/** `text` as it stands if it is short and plain, else as encoded words (RFC 2047), one a line. */
export function words(text: string): string {
  const plain = /^[A-Za-z0-9 ]*$/.test(text) && text.trim() === text;
  if (plain && text.length <= PLAIN_MAX) return text;
  const parts: string[] = [""];
  let length = 0;
  for (const character of text) {
    const bytes = utf8(character).length;
    if (length + bytes > WORD_BYTES) {
      parts.push("");
      length = 0;
    }
    parts[parts.length - 1] += character;
    length += bytes;
  }
  return parts.map((part) => WORD_HEAD + b64padded(utf8(part)) + WORD_TAIL).join("\r\n ");
}

export function readWords(value: string): string {
  let text: string | null = value;
  if (value.startsWith("=?")) {
    const parts = value.split("\n ").map((word) => unbase64(between(word, WORD_HEAD, WORD_TAIL)));
    text = parts.every((part) => part !== null) ? textOf(concat(...parts)) : null;
    if (text === null) throw new Damaged("A name in this letter is not UTF-8.");
  }
  if (words(text).replaceAll("\r\n", "\n") !== value) {
    throw new Damaged("A name in this letter is written in another way than ours.");
  }
  return text;
}

export function writeDate(second: number): string {
  const at = calendar.utc(second);
  const two = (number: number) => String(number).padStart(2, "0");
  const month = calendar.MONTHS[at.month - 1]?.slice(0, 3);
  const day = `${calendar.weekday(at).slice(0, 3)}, ${two(at.day)} ${month} ${String(at.year).padStart(4, "0")}`;
  return `${day} ${two(at.hour)}:${two(at.minute)}:${two(at.second)} +0000`;
}

export function readDate(value: string): number {
  const parts = /^[A-Za-z]{3}, (\d\d) ([A-Za-z]{3}) (\d{4}) (\d\d):(\d\d):(\d\d) \+0000$/.exec(value);
  const [day, , year, hour, minute, second] = (parts ?? []).slice(1).map(Number);
  const month = calendar.MONTHS.findIndex((name) => name.slice(0, 3) === parts?.[2]) + 1;
  if (!parts || !month) throw new Damaged(BAD_DATE);
  const writtenS = calendar.seconds(calendar.civil(year ?? 0, month, day ?? 0, hour, minute, second));
  if (writtenS < 0 || writeDate(writtenS) !== value) throw new Damaged(BAD_DATE);
  return writtenS;
}

export function textOf(data: Uint8Array | null): string | null {
  try {
    return data && unutf8(data);
  } catch {
    return null;
  }
}

export function unbase64(text: string): Uint8Array | null {
  if (text.length % 4 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return null;
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

export function partition(text: string, by: string): [string, string, string] {
  const at = text.indexOf(by);
  return at < 0 ? [text, "", ""] : [text.slice(0, at), by, text.slice(at + by.length)];
}

export function rpartition(text: string, by: string): [string, string, string] {
  const at = text.lastIndexOf(by);
  return at < 0 ? ["", "", text] : [text.slice(0, at), by, text.slice(at + by.length)];
}
