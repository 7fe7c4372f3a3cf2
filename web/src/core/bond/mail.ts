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

import { hex, same, unutf8, utf8 } from "../bytes";
import { b64padded } from "../encoding";
import { Damaged, Mistaken } from "../errors";
import {
  between,
  field,
  OTHER_SHAPE,
  partition,
  readDate,
  readHead,
  readHex,
  readWords,
  rpartition,
  textOf,
  unbase64,
  words,
  writeDate,
} from "./heading";
import { quote, unquote } from "./quoted";
import { padded, SIZE_MAX } from "./tar";

export const TEXT_BYTES_MAX = 4 * 1024 ** 2; // a thick novel; longer ones are files
export const EML_BYTES_MAX = 16 * 1024 ** 2; // base64 and the names of a thousand files; held in memory whole
export const SUBJECT_BYTES_MAX = 1000;
export const PERSON_BYTES_MAX = 256;
export const FILES_MAX = 1000;
export const FILE_NAME_BYTES_MAX = 255; // what file systems take; percent-encoded it still fits into a header line
export const MEDIA_LENGTH_MAX = 80;

const EXTENSION_MAX = 8;
const FILL = " ".repeat(76) + "\r\n";

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
