/**
 * What a letter says, as any mail program reads it: letter.eml (RFC 5322 and MIME), and back.
 *
 * Bytes are signed here, so there is one way to write them and little to read: CRLF, nothing but ASCII on the wire,
 * one text part in a multipart, and behind it, where MIME puts what is ignored, spaces up to the Padmé length. The
 * text may be in any language. Attachments are not in here: `Twinbell-Files` names each with its size and hash, and
 * they lie in files.tar under names of ours.
 *
 * The signature is made and checked in `letter.ts`; the format is in `docs/spec/letter.md`.
 */

import { concat, hex, same, unhex, unutf8, utf8 } from "../bytes";
import { b64padded } from "../encoding";
import { Damaged, Mistaken } from "../errors";
import * as calendar from "./civil";
import { quote, unquote } from "./quoted";
import { padded, SIZE_MAX } from "./tar";

export const TEXT_BYTES_MAX = 4 * 1024 ** 2; // a thick novel; longer ones are files
export const EML_BYTES_MAX = 16 * 1024 ** 2; // base64 and the names of a thousand files; held in memory whole
export const SUBJECT_BYTES_MAX = 1000;
export const PERSON_BYTES_MAX = 256;
export const FILES_MAX = 1000;
export const FILE_NAME_BYTES_MAX = 255; // what file systems take; percent-encoded it still fits into a header line
export const MEDIA_LENGTH_MAX = 80;
const LINE_MAX = 998; // RFC 5322 §2.1.1

const WORD_BYTES = 42; // of UTF-8 in one encoded word: 56 base64 characters, 68 in all (RFC 2047 allows 75)
const WORD_HEAD = "=?utf-8?B?";
const WORD_TAIL = "?=";
const PLAIN_MAX = 60;
const EXTENSION_MAX = 8;
const FILL = " ".repeat(76) + "\r\n";

const OTHER_SHAPE = "This letter has another shape than ours.";
const BAD_DATE = "This letter has no date that can be read.";
const BAD_FILES = "The list of files in this letter is not what it should be.";

/** What a letter says about one of its files. `name` is what the writer called it, in any script. */
export class FileNote {
  readonly name: string;
  readonly media: string;
  readonly size: number;
  readonly sha256: Uint8Array;

  constructor(note: { name: string; media: string; size: number; sha256: Uint8Array }) {
    const length = utf8(note.name).length;
    if (!(0 < length && length <= FILE_NAME_BYTES_MAX)) {
      throw new Mistaken(`The name of a file has from 1 to ${FILE_NAME_BYTES_MAX} bytes.`);
    }
    if (
      !/^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+$/.test(note.media) ||
      note.media.length > MEDIA_LENGTH_MAX
    ) {
      throw new Mistaken("The type of a file reads like image/jpeg, in lower case.");
    }
    if (!(Number.isInteger(note.size) && 0 <= note.size && note.size <= SIZE_MAX)) {
      throw new Mistaken("A file in a letter has less than 8 GiB.");
    }
    if (note.sha256.length !== 32) throw new Mistaken("A SHA-256 has 32 bytes.");
    this.name = note.name;
    this.media = note.media;
    this.size = note.size;
    this.sha256 = note.sha256;
  }
}

/** What one letter says. Line ends of `text` are line feeds. */
export class Mail {
  readonly letter: Uint8Array;
  readonly bond: Uint8Array;
  readonly lockSha256: Uint8Array;
  readonly writtenS: number;
  readonly writer: string;
  readonly reader: string;
  readonly subject: string;
  readonly text: string;
  readonly files: readonly FileNote[];

  constructor(mail: {
    letter: Uint8Array;
    bond: Uint8Array;
    lockSha256: Uint8Array;
    writtenS: number;
    writer: string;
    reader: string;
    subject: string;
    text: string;
    files?: readonly FileNote[];
  }) {
    if (mail.letter.length !== 16 || mail.bond.length !== 32 || mail.lockSha256.length !== 32) {
      throw new Mistaken("The ids of a letter have 16 bytes, 32 and 32.");
    }
    if (!(Number.isInteger(mail.writtenS) && 0 <= mail.writtenS && mail.writtenS < 2 ** 37)) {
      throw new Mistaken("A letter is written at a second after 1970."); // and before the year 6325
    }
    checkLine("The subject", mail.subject, SUBJECT_BYTES_MAX);
    checkLine("The name of its writer", mail.writer, PERSON_BYTES_MAX);
    checkLine("The name of its reader", mail.reader, PERSON_BYTES_MAX);
    if (utf8(mail.text).length > TEXT_BYTES_MAX) {
      throw new Mistaken("The text of a letter has 4 MiB at most.", { hint: "Attach it as a file." });
    }
    if (mail.text.includes("\r")) throw new Mistaken("Lines of a letter end in a line feed.");
    const files = mail.files ?? [];
    if (files.length > FILES_MAX) throw new Mistaken(`A letter has ${FILES_MAX} files at most.`);
    this.letter = mail.letter;
    this.bond = mail.bond;
    this.lockSha256 = mail.lockSha256;
    this.writtenS = mail.writtenS;
    this.writer = mail.writer;
    this.reader = mail.reader;
    this.subject = mail.subject;
    this.text = mail.text;
    this.files = files;
  }
}

/** The name in which the writer of a letter signs: it says nothing outside the bond. */
export function principal(bond: Uint8Array): string {
  return `writer@${home(bond)}`;
}

/** What file `number` (from 1) is called in files.tar: the number, and its extension if plain. */
export function entryName(number: number, name: string): string {
  const dot = name.lastIndexOf(".");
  const extension = dot > 0 ? name.slice(dot + 1).toLowerCase() : "";
  const plain = /^[a-z0-9]+$/.test(extension) && extension.length <= EXTENSION_MAX;
  return plain ? `${number}.${extension}` : String(number);
}

/** `text` with every line ended as a letter ends it, whatever its editor used. */
export function oneLineEnd(text: string): string {
  return text.replaceAll("\r\n", "\n").replaceAll("\r", "\n");
}

/** Return letter.eml: ASCII, CRLF, of a Padmé length. */
export function encode(mail: Mail): Uint8Array {
  const boundary = `twinbell-${hex(mail.letter)}`;
  const [encoding, body] = encodeText(mail.text, boundary);
  const part = ["Content-Type: text/plain; charset=utf-8", `Content-Transfer-Encoding: ${encoding}`];
  const lines = [...head(mail, boundary), "", `--${boundary}`, ...part, "", body, `--${boundary}--`, ""];
  const data = lines.join("\r\n"); // ASCII: a character is a byte
  return utf8(data + fill(padded(data.length) - data.length));
}

/**
 * Return what `data` says; throw `Damaged` for a letter.eml of any other shape than ours.
 *
 * Says nothing about who wrote it: check the signature first.
 */
export function decode(data: Uint8Array): Mail {
  if (data.length > EML_BYTES_MAX) throw new Damaged("This letter is too long.");
  if (data.some((byte) => byte > 127)) throw new Damaged("This letter is not written in ASCII.");
  const text = unutf8(data);
  if (/\r(?!\n)|(?<!\r)\n/.test(text)) throw new Damaged("A line of this letter does not end in CRLF.");
  const [top, , rest] = partition(text, "\r\n\r\n");
  const fields = readHead(top);
  const boundary = between(field(fields, "content-type"), 'multipart/mixed; boundary="', '"');
  const [part, end, filled] = rpartition(between(rest, `--${boundary}\r\n`), `\r\n--${boundary}--\r\n`);
  if (!end || part.includes(`\r\n--${boundary}`)) throw new Damaged(OTHER_SHAPE);
  if (data.length !== padded(data.length - filled.length) || filled !== fill(filled.length)) {
    throw new Damaged("There is something behind the end of this letter.");
  }
  return mistakenAsDamaged(
    () =>
      new Mail({
        letter: readHex(field(fields, "twinbell-letter")),
        bond: readHex(field(fields, "twinbell-bond")),
        lockSha256: readHex(field(fields, "twinbell-lock")),
        writtenS: readDate(field(fields, "date")),
        writer: readWords(rpartition(field(fields, "from"), " <")[0]),
        reader: readWords(rpartition(field(fields, "to"), " <")[0]),
        subject: readWords(field(fields, "subject")),
        text: readPart(part),
        files: readFiles(field(fields, "twinbell-files")),
      }),
    (error) => error.sentence,
  );
}

function head(mail: Mail, boundary: string): string[] {
  return [
    `From: ${words(mail.writer)} <${principal(mail.bond)}>`,
    `To: ${words(mail.reader)} <reader@${home(mail.bond)}>`,
    `Subject: ${words(mail.subject)}`,
    `Date: ${writeDate(mail.writtenS)}`,
    `Message-ID: <${hex(mail.letter)}@${home(mail.bond)}>`,
    `Twinbell-Letter: ${hex(mail.letter)}`,
    `Twinbell-Bond: ${hex(mail.bond)}`,
    `Twinbell-Lock: ${hex(mail.lockSha256)}`,
    `Twinbell-Files: ${writeFiles(mail.files)}`,
    "MIME-Version: 1.0",
    `Content-Type: multipart/mixed; boundary="${boundary}"`,
  ];
}

function home(bond: Uint8Array): string {
  return `${hex(bond.subarray(0, 8))}.twinbell`;
}

// The text

/** Transfer encoding and body: as it is, or mostly readable, or base64 where little would be. */
function encodeText(text: string, boundary: string): [string, string] {
  const lines = text.split("\n");
  if (lines.every(isPlain)) return ["7bit", lines.join("\r\n")];
  const data = utf8(text.replaceAll("\n", "\r\n"));
  const quoted = quote(data);
  const readable = unutf8(quoted);
  // A text can hold its own boundary only if its writer knew the letter's id before it was made; still.
  const whole = !readable.includes(`--${boundary}`) && same(unquote(quoted), data);
  if (whole && quoted.length <= Math.floor((data.length * 3) / 2)) return ["quoted-printable", readable];
  return ["base64", b64padded(data).replace(/.{76}(?=.)/g, "$&\r\n")];
}

function isPlain(line: string): boolean {
  return /^[ -~]{0,76}$/.test(line) && !line.startsWith("--") && !line.endsWith(" ");
}

function readPart(part: string): string {
  const [top, blank, body] = partition(part, "\r\n\r\n");
  const fields = readHead(top);
  if (!blank || field(fields, "content-type") !== "text/plain; charset=utf-8") {
    throw new Damaged("The text of this letter is not plain text.");
  }
  const text = textOf(readBody(field(fields, "content-transfer-encoding"), body));
  if (text === null) throw new Damaged("The text of this letter is not UTF-8.");
  return text.replaceAll("\r\n", "\n");
}

function readBody(encoding: string, body: string): Uint8Array | null {
  if (encoding === "7bit") return utf8(body);
  if (encoding === "quoted-printable") return unquote(utf8(body));
  if (encoding === "base64") return unbase64(body.replaceAll("\r\n", ""));
  throw new Damaged("The text of this letter is encoded in a way that is not known here.");
}

/** Spaces in short lines, `length` bytes in all: the epilogue, which MIME ignores. */
function fill(length: number): string {
  const rest = length % FILL.length;
  const last = rest >= 2 ? " ".repeat(rest - 2) + "\r\n" : " ".repeat(rest);
  return FILL.repeat(Math.floor(length / FILL.length)) + last;
}

// Header fields

/** The unfolded fields by lower-case name; `Damaged` for a name that comes twice. */
function readHead(top: string): Map<string, string> {
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

function field(fields: Map<string, string>, name: string): string {
  const value = fields.get(name);
  if (value === undefined) {
    throw new Damaged(`This letter has no header field ${name.replace(/\b[a-z]/g, (c) => c.toUpperCase())}.`);
  }
  return value;
}

function between(text: string, before: string, after = ""): string {
  if (!text.startsWith(before) || !text.endsWith(after)) throw new Damaged(OTHER_SHAPE);
  return text.slice(before.length, Math.max(before.length, text.length - after.length));
}

function readHex(text: string): Uint8Array {
  if (!/^([0-9a-f]{2})*$/.test(text)) throw new Damaged("An id in this letter is not in hex.");
  return unhex(text);
}

/** `text` as it stands if it is short and plain, else as encoded words (RFC 2047), one a line. */
function words(text: string): string {
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

function readWords(value: string): string {
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

function writeDate(second: number): string {
  const at = calendar.utc(second);
  const two = (number: number) => String(number).padStart(2, "0");
  const month = calendar.MONTHS[at.month - 1]?.slice(0, 3);
  const day = `${calendar.weekday(at).slice(0, 3)}, ${two(at.day)} ${month} ${String(at.year).padStart(4, "0")}`;
  return `${day} ${two(at.hour)}:${two(at.minute)}:${two(at.second)} +0000`;
}

function readDate(value: string): number {
  const parts = /^[A-Za-z]{3}, (\d\d) ([A-Za-z]{3}) (\d{4}) (\d\d):(\d\d):(\d\d) \+0000$/.exec(value);
  const [day, , year, hour, minute, second] = (parts ?? []).slice(1).map(Number);
  const month = calendar.MONTHS.findIndex((name) => name.slice(0, 3) === parts?.[2]) + 1;
  if (!parts || !month) throw new Damaged(BAD_DATE);
  const writtenS = calendar.seconds(calendar.civil(year ?? 0, month, day ?? 0, hour, minute, second));
  if (writtenS < 0 || writeDate(writtenS) !== value) throw new Damaged(BAD_DATE);
  return writtenS;
}

// The list of files

function writeFiles(files: readonly FileNote[]): string {
  const lines = files.map(
    (note, at) =>
      `${entryName(at + 1, note.name)}; bytes=${note.size}; type=${note.media}; ` +
      `sha256=${hex(note.sha256)}; name*=UTF-8''${escape(note.name)}`,
  );
  return [`count=${files.length}`, ...lines].join(",\r\n ");
}

function readFiles(value: string): FileNote[] {
  const lines = value.split(",\n ").slice(1);
  if (lines.length > FILES_MAX) throw new Damaged("This letter has too many files.");
  const files = lines.map(readFile);
  if (writeFiles(files).replaceAll("\r\n", "\n") !== value) throw new Damaged(BAD_FILES);
  return files;
}

function readFile(line: string): FileNote {
  const parts = line.split("; ");
  const [, size, media, digest, name] = parts;
  const bytes = /^bytes=(\d{1,10})$/.exec(size ?? "")?.[1];
  const decoded = name === undefined ? null : unescape(between(name, "name*=UTF-8''"));
  if (parts.length !== 5 || !media || !digest || bytes === undefined || decoded === null)
    throw new Damaged(BAD_FILES);
  return mistakenAsDamaged(
    () =>
      new FileNote({
        name: decoded,
        media: between(media, "type="),
        size: Number(bytes),
        sha256: readHex(between(digest, "sha256=")),
      }),
    () => BAD_FILES,
  );
}

/** Percent-encode all but the characters that RFC 8187 calls attr-char. */
function escape(name: string): string {
  let text = "";
  for (const byte of utf8(name)) {
    const character = String.fromCharCode(byte);
    text += /[\w.~!#$&+^`|-]/.test(character)
      ? character
      : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return text;
}

function unescape(text: string): string | null {
  const bytes: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const code = text.slice(at + 1, at + 3);
    if (text[at] !== "%") bytes.push(text.charCodeAt(at));
    else if (/^[0-9A-Fa-f]{2}$/.test(code)) {
      bytes.push(Number.parseInt(code, 16));
      at += 2;
    } else return null;
  }
  return textOf(Uint8Array.from(bytes));
}

// Small change

function checkLine(what: string, line: string, bytesMax: number): void {
  if (/[\u0000-\u001f\u007f-\u009f]/.test(line)) {
    throw new Mistaken(`${what} is one line, of characters that can be seen.`);
  }
  const { length } = utf8(line);
  if (length > bytesMax) throw new Mistaken(`${what} has ${bytesMax} bytes at most, and this has ${length}.`);
}

function mistakenAsDamaged<T>(make: () => T, sentence: (error: Mistaken) => string): T {
  try {
    return make();
  } catch (error) {
    throw error instanceof Mistaken ? new Damaged(sentence(error)) : error;
  }
}

function textOf(data: Uint8Array | null): string | null {
  try {
    return data && unutf8(data);
  } catch {
    return null;
  }
}

function unbase64(text: string): Uint8Array | null {
  if (text.length % 4 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return null;
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

function partition(text: string, by: string): [string, string, string] {
  const at = text.indexOf(by);
  return at < 0 ? [text, "", ""] : [text.slice(0, at), by, text.slice(at + by.length)];
}

function rpartition(text: string, by: string): [string, string, string] {
  const at = text.lastIndexOf(by);
  return at < 0 ? ["", "", text] : [text.slice(0, at), by, text.slice(at + by.length)];
}
