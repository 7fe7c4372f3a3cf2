/**
 * Quoted-printable (RFC 2045 §6.7) as Python's `binascii` writes and reads it, byte for byte.
 *
 * A letter is signed as bytes and either language writes letters, so where a soft line break falls must not differ.
 * In `bond/mail` of Python there is one call instead of this file.
 */

const LINE_MAX = 76;
const TAB = 9;
const LF = 10;
const CR = 13;
const SPACE = 32;
const DOT = 46;
const EQUALS = 61;
const HEX = "0123456789ABCDEF";

/** Quote `data`, text whose lines end in CRLF; those of the result do as well. */
export function quote(data: Uint8Array): Uint8Array {
  const out = new Bytes(data.length * 3 + 16);
  let line = 0;
  for (let at = 0; at < data.length;) {
    const byte = data[at] as number;
    if (needsQuoting(data, at, line)) {
      if (line + 3 >= LINE_MAX) {
        out.put(EQUALS, CR, LF);
        line = 0;
      }
      out.hex(byte);
      line += 3;
      at += 1;
    } else if (byte === LF || (byte === CR && data[at + 1] === LF)) {
      const last = out.last();
      if (last === SPACE || last === TAB) {
        out.drop();
        out.hex(last);
      }
      out.put(CR, LF);
      line = 0;
      at += byte === CR ? 2 : 1;
    } else {
      if (at + 1 !== data.length && data[at + 1] !== LF && line + 1 >= LINE_MAX) {
        out.put(EQUALS, CR, LF);
        line = 0;
      }
      out.put(byte);
      line += 1;
      at += 1;
    }
  }
  return out.all();
}

/** What is quoted in `data`. Forgives what Python forgives: a stray `=` stands for itself. */
export function unquote(data: Uint8Array): Uint8Array {
  const out = new Bytes(data.length);
  for (let at = 0; at < data.length;) {
    const byte = data[at++] as number;
    if (byte !== EQUALS) {
      out.put(byte);
      continue;
    }
    if (at >= data.length) break;
    const next = data[at] as number;
    const high = nibble(next);
    const low = nibble(data[at + 1]);
    if (next === LF || next === CR) {
      while (at < data.length && data[at] !== LF) at += 1;
      at += 1;
    } else if (next === EQUALS) {
      out.put(EQUALS);
      at += 1;
    } else if (high >= 0 && low >= 0) {
      out.put((high << 4) | low);
      at += 2;
    } else {
      out.put(EQUALS);
    }
  }
  return out.all();
}

function needsQuoting(data: Uint8Array, at: number, line: number): boolean {
  const byte = data[at] as number;
  const next = data[at + 1];
  if (byte > 126 || byte === EQUALS) return true;
  // A dot alone in its line would end a message on its way through an old mail server.
  if (byte === DOT && line === 0) return next === undefined || next === LF || next === CR || next === 0;
  if (byte === TAB || byte === SPACE) return next === undefined;
  return byte < SPACE && byte !== CR && byte !== LF;
}

function nibble(byte: number | undefined): number {
  return byte === undefined ? -1 : HEX.indexOf(String.fromCharCode(byte).toUpperCase());
}

/** Bytes that grow at their end. */
class Bytes {
  #data: Uint8Array;
  #length = 0;

  constructor(capacity: number) {
    this.#data = new Uint8Array(capacity);
  }

  put(...bytes: number[]): void {
    if (this.#length + bytes.length > this.#data.length) {
      const more = new Uint8Array(this.#data.length * 2 + bytes.length);
      more.set(this.#data);
      this.#data = more;
    }
    for (const byte of bytes) this.#data[this.#length++] = byte;
  }

  hex(byte: number): void {
    this.put(EQUALS, HEX.charCodeAt(byte >> 4), HEX.charCodeAt(byte & 15));
  }

  last(): number | undefined {
    return this.#length ? this.#data[this.#length - 1] : undefined;
  }

  drop(): void {
    this.#length -= 1;
  }

  all(): Uint8Array {
    return this.#data.slice(0, this.#length);
  }
}
