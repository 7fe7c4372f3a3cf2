/**
 * Records that are signed or hashed: a small deterministic profile of CBOR (RFC 8949 §4.2).
 *
 * One value has one encoding, so a hash of a record means the record. The profile, also in
 * `docs/spec/records.md`: whole numbers up to 2^53 - 1 either side of zero, bytes, text, lists, maps with
 * text keys in ascending order of their encoding, true, false and null; shortest heads, no floats, no tags,
 * nothing indefinite, nothing behind the end. Whatever does not re-encode to itself is `Damaged`.
 *
 * Also here: the few other ways in which bytes are written down.
 */

import { base64 } from "@scure/base";

import { bigEndian, compare, concat, fromBigEndian, unutf8, utf8 } from "./bytes";
import { Damaged, Mistaken } from "./errors";

/** What a record holds. A decoded map has no prototype, so a key called `__proto__` is a key. */
export type Value = number | string | boolean | null | Uint8Array | readonly Value[] | RecordValue;
export type RecordValue = { readonly [key: string]: Value };

export const INTEGER_MAX = Number.MAX_SAFE_INTEGER;
export const DEPTH_MAX = 16; // ours nest to five

const UNSIGNED = 0;
const NEGATIVE = 1;
const BYTES = 2;
const TEXT = 3;
const LIST = 4;
const MAP = 5;
const SIMPLE = 7;
const FALSE = 0xf4;
const TRUE = 0xf5;
const NULL = 0xf6;

/** Return the one encoding of `value`; throw `Mistaken` for what the profile has no place for. */
export function encode(value: Value): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  put(value, parts, 0);
  return concat(...parts);
}

/** Return the value that `data` encodes; throw `Damaged` unless it is exactly one, in its one encoding. */
export function decode(data: Uint8Array, { bytesMax }: { readonly bytesMax: number }): Value {
  if (data.length > bytesMax) throw new Damaged(`This record is longer than ${bytesMax} bytes.`);
  const reader = new Reader(data);
  const value = reader.value(0);
  if (reader.at !== data.length) throw new Damaged("There is something behind the end of this record.");
  return value;
}

/** Return the map that `data` encodes; throw `Damaged` for anything else. */
export function decodeMap(data: Uint8Array, limit: { readonly bytesMax: number }): RecordValue {
  const value = decode(data, limit);
  if (!isMap(value)) throw new Damaged("This record is not a map.");
  return value;
}

export function isMap(value: Value | undefined): value is RecordValue {
  return typeof value === "object" && value !== null && !isList(value) && !(value instanceof Uint8Array);
}

export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

function put(value: Value, parts: Uint8Array[], depth: number): void {
  if (depth > DEPTH_MAX) throw new Mistaken(`A record nests to ${DEPTH_MAX} at most.`);
  if (value === null || typeof value === "boolean") {
    parts.push(Uint8Array.of(value === null ? NULL : value ? TRUE : FALSE));
  } else if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new Mistaken("A record holds whole numbers up to 2^53 - 1.");
    parts.push(value >= 0 ? head(UNSIGNED, value) : head(NEGATIVE, -1 - value));
  } else if (typeof value === "string") {
    const text = utf8(value);
    parts.push(head(TEXT, text.length), text);
  } else if (value instanceof Uint8Array) {
    parts.push(head(BYTES, value.length), value);
  } else if (isList(value)) {
    parts.push(head(LIST, value.length));
    for (const item of value) put(item, parts, depth + 1);
  } else if (isPlain(value)) {
    const entries = Object.entries(value).map(([name, item]) => ({ key: encode(name), item }));
    parts.push(head(MAP, entries.length));
    for (const { key, item } of entries.sort((a, b) => compare(a.key, b.key))) {
      parts.push(key);
      put(item, parts, depth + 1);
    }
  } else {
    throw new Mistaken(`A record holds no ${typeof value}.`);
  }
}

/** A map is an object that is nothing more: a date or a class would lose what it means. */
function isPlain(value: unknown): value is RecordValue {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function head(major: number, number: number): Uint8Array {
  const first = major << 5;
  if (number < 24) return Uint8Array.of(first | number);
  const code = number < 2 ** 8 ? 0 : number < 2 ** 16 ? 1 : number < 2 ** 32 ? 2 : 3;
  return concat(Uint8Array.of(first | (24 + code)), bigEndian(number, 1 << code));
}

class Reader {
  at = 0;
  private readonly data: Uint8Array;

  constructor(data: Uint8Array) {
    this.data = data;
  }

  value(depth: number): Value {
    if (depth > DEPTH_MAX) throw new Damaged(`This record nests deeper than ${DEPTH_MAX}.`);
    const first = this.take(1)[0]!;
    const major = first >> 5;
    if (major === SIMPLE) return simple(first);
    const number = this.number(first & 31);
    if (major === UNSIGNED || major === NEGATIVE) {
      const whole = major === UNSIGNED ? number : -1 - number;
      if (Math.abs(whole) > INTEGER_MAX) throw new Damaged("This record holds a number beyond 2^53 - 1.");
      return whole;
    }
    // Every item takes a byte at least: no list of a billion from ten bytes.
    if (number > this.data.length - this.at) throw cutShort();
    if (major === BYTES) return this.take(number).slice();
    if (major === TEXT) return this.text(number);
    if (major === LIST) return Array.from({ length: number }, () => this.value(depth + 1));
    if (major === MAP) return this.map(number, depth + 1);
    throw new Damaged("This record has a tag in it.");
  }

  private take(length: number): Uint8Array {
    if (length > this.data.length - this.at) throw cutShort();
    this.at += length;
    return this.data.subarray(this.at - length, this.at);
  }

  private number(low: number): number {
    if (low < 24) return low;
    if (low > 27) throw new Damaged("This record has a part of indefinite length.");
    const size = 1 << (low - 24);
    const number = fromBigEndian(this.take(size));
    if (number < (size === 1 ? 24 : 2 ** (4 * size))) {
      throw new Damaged("This record writes a number longer than it needs to be.");
    }
    return number;
  }

  private text(length: number): string {
    try {
      return unutf8(this.take(length));
    } catch {
      throw new Damaged("This record has text in it that is not UTF-8.");
    }
  }

  private map(length: number, depth: number): RecordValue {
    const pairs: { [key: string]: Value } = Object.create(null);
    let last = new Uint8Array(0);
    for (let count = 0; count < length; count++) {
      const start = this.at;
      const key = this.value(depth);
      if (typeof key !== "string") throw new Damaged("This record has a key that is not text.");
      const encoded = this.data.slice(start, this.at);
      if (compare(encoded, last) <= 0) {
        throw new Damaged("The keys of this record are doubled or out of order.");
      }
      last = encoded;
      pairs[key] = this.value(depth);
    }
    return pairs;
  }
}

function simple(first: number): boolean | null {
  if (first === FALSE || first === TRUE) return first === TRUE;
  if (first === NULL) return null;
  throw new Damaged("This record holds a float, or something else that has no place in it.");
}

function cutShort(): Damaged {
  return new Damaged("This record is cut short.");
}

/** Return standard base64 without padding, as age writes it (RFC 4648 §4). */
export function b64(data: Uint8Array): string {
  return base64.encode(data).replace(/=+$/, "");
}

/** Return the bytes of unpadded standard base64; throw `Damaged` unless it is canonical. */
export function unb64(text: string): Uint8Array {
  if (text.includes("=")) throw new Damaged("This is not base64.");
  return unb64padded(text + "=".repeat(-text.length & 3)); // engines have a fast way for this one
}

/** Return standard base64 with padding, as everybody else writes it. */
export function b64padded(data: Uint8Array): string {
  return base64.encode(data);
}

/** Return the bytes of padded standard base64; throw `Damaged` unless it is canonical. */
export function unb64padded(text: string): Uint8Array {
  let data: Uint8Array;
  try {
    data = base64.decode(text);
  } catch {
    throw new Damaged("This is not base64.");
  }
  if (base64.encode(data) !== text) throw new Damaged("This base64 is not canonical.");
  return data;
}

/** Return `data` behind its length, four bytes, big-endian: what keeps joined fields apart in a hash. */
export function lv(data: Uint8Array): Uint8Array<ArrayBuffer> {
  return concat(bigEndian(data.length, 4), data);
}

/**
 * Return `length` rounded up so that it tells only its magnitude (PADMÉ, Nikitin et al. 2019).
 *
 * At most 12 % longer; whoever sees the rounded length of L bytes learns O(log log L) bits.
 */
export function padme(length: number): number {
  if (length < 2) return length;
  const exponent = bits(length) - 1;
  const step = 2 ** (exponent - bits(exponent)); // a number and not a mask: lengths go beyond 32 bits
  return Math.ceil(length / step) * step;
}

function bits(number: number): number {
  return number.toString(2).length;
}
