/**
 * The recovery kit: one root on paper, from which a person's side of a bond can be had back.
 *
 * The kit root (32 bytes) outranks every other key of its person. Three things are derived from it: the root key
 * that signs, the recipient to which every letter and the keyring are sealed, and the token that owns the mailbox
 * at a relay. The page also says where the keyring lies, and whose bond it is; all else is in the keyring.
 *
 * No key that lives on devices is here: those are in `keys.ts`.
 */

import { hex, type Random, unhex, utf8 } from "../bytes";
import * as kdf from "../crypto/kdf";
import { SigningKey } from "../crypto/signing";
import * as words from "../crypto/words";
import * as xwing from "../crypto/xwing";
import type { RecordValue } from "../encoding";
import { Damaged, Mistaken } from "../errors";
import { Frozen } from "./frozen";
import { Fields, VERSION } from "./record";

const LABEL_SIGN = utf8("twinbell/v1/kit/sign");
const LABEL_AGE = utf8("twinbell/v1/kit/age");
const LABEL_OWNER = "twinbell/v1/kit/owner "; // ‖ relay URL: a fresh token for each relay
const LABEL_FINGERPRINT = utf8("twinbell/v1/root");

export const SEED_BYTES = 32;
export const FINGERPRINT_BYTES = 16;
export const WORDS = 24;
export const RELAY_URL_LENGTH_MAX = 255;

const LINE = /\r\n|[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]/;
const NAMES = ["relay", "inbox", "peer"] as const;

/** The kit root: 32 random bytes that a person has on paper. */
export class Root {
  readonly seed: Uint8Array;

  constructor(seed: Uint8Array) {
    if (seed.length !== SEED_BYTES) throw new Mistaken(`A kit root has ${SEED_BYTES} bytes.`);
    this.seed = seed;
  }

  static generate(random: Random): Root {
    return new Root(random(SEED_BYTES));
  }

  /** The Ed25519 key that has the last word in this bond. */
  get signingKey(): SigningKey {
    return new SigningKey(kdf.hkdf(this.seed, { info: LABEL_SIGN }));
  }

  /** The 32-byte seed of the kit's age identity; secret. */
  get ageSeed(): Uint8Array {
    return kdf.hkdf(this.seed, { info: LABEL_AGE });
  }

  /** The 1216-byte public key of the kit's age identity. */
  get recipient(): Uint8Array {
    return xwing.publicKey(this.ageSeed);
  }

  /** The 32-byte bearer token that owns this person's mailbox at `relay`; secret. */
  ownerToken(relay: string): Uint8Array {
    return kdf.hkdf(this.seed, { info: utf8(LABEL_OWNER + relay) });
  }
}

/** Return the 16 bytes by which a kit page names the peer's root key. */
export function fingerprint(rootPublic: Uint8Array): Uint8Array {
  return kdf.sha256(LABEL_FINGERPRINT, rootPublic).slice(0, FINGERPRINT_BYTES);
}

interface PageFields {
  readonly root: Root;
  readonly relay: string;
  readonly box: Uint8Array;
  /** Fingerprint of the peer's root key. */
  readonly peer: Uint8Array;
}

export interface Page extends PageFields {}

/** What is printed: enough to come back with nothing else in hand. */
export class Page extends Frozen<PageFields> {
  /** The 24 words of the root. */
  get words(): readonly string[] {
    return words.kit(this.root.seed);
  }

  /** Return the page as plain text, readable by a person and by `parse`. */
  lines(): string[] {
    const kit = this.words;
    const rows = [];
    for (let at = 0; at < WORDS; at += 4) {
      const four = kit
        .slice(at, at + 4)
        .map((word, n) => `${String(at + n + 1).padStart(2)} ${word.padEnd(10)}`);
      rows.push(four.join(" ").trimEnd());
    }
    return [
      "Twinbell recovery kit, version 1",
      "",
      ...rows,
      "",
      `relay   ${this.relay}`,
      `inbox   ${grouped(this.box)}`,
      `peer    ${grouped(this.peer)}`,
    ];
  }

  /**
   * Read a page back, as it was printed or as someone typed it: numbers and line breaks are free.
   *
   * Throws `Damaged` for a word that is not in the list, a checksum that does not fit, a missing line.
   */
  static parse(text: string): Page {
    const named = new Map<string, string>();
    const kit: string[] = [];
    for (const line of text.split(LINE)) {
      const [first = "", ...behind] = line.trim().split(" ");
      const name = first.toLowerCase();
      const rest = behind.join(" ").trim();
      if (NAMES.some((each) => each === name) && rest) named.set(name, rest);
      else if (name !== "twinbell") kit.push(...typedWords(line));
    }
    const [relay, inbox, peer] = NAMES.map((name) => {
      const value = named.get(name);
      if (value === undefined)
        throw new Damaged(`This kit page has no line “${name}”.`, { code: "kit.line" });
      return value;
    }) as [string, string, string];
    if (kit.length !== WORDS) {
      throw new Damaged(`A kit page has ${WORDS} words, and this one has ${kit.length}.`, {
        code: "kit.count",
      });
    }
    return new Page({
      root: new Root(words.unkit(kit)),
      relay,
      box: ungrouped(inbox),
      peer: ungrouped(peer),
    });
  }

  toRecord(): RecordValue {
    return {
      v: VERSION,
      type: "kit",
      root: this.root.seed,
      relay: this.relay,
      box: this.box,
      peer: this.peer,
    };
  }

  static fromRecord(record: RecordValue): Page {
    const fields = Fields.typed(record, "kit");
    return new Page({
      root: new Root(fields.data("root", SEED_BYTES)),
      relay: fields.text("relay", RELAY_URL_LENGTH_MAX),
      box: fields.data("box", 16),
      peer: fields.data("peer", FINGERPRINT_BYTES),
    });
  }
}

/** Return bytes as a person reads them: hex in groups of four. */
export function grouped(data: Uint8Array): string {
  return (hex(data).match(/.{4}/g) ?? []).join(" ");
}

function ungrouped(text: string): Uint8Array {
  const digits = text.replace(/\s+/g, "").toLowerCase();
  if (!/^(?:[0-9a-f]{2})*$/.test(digits)) {
    throw new Damaged("A line of this kit page is not made of the digits 0 to 9 and a to f.", {
      code: "kit.digits",
    });
  }
  if (digits.length !== 32) {
    throw new Damaged("A line of this kit page is too short or too long.", { code: "kit.digits" });
  }
  return unhex(digits);
}

/** The words of a line without the numbers before them, also where a phone writes those in its own digits. */
function typedWords(line: string): string[] {
  const isNumber = /^[.:)]*\p{Nd}+[.:)]*$/u;
  return line
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word && !isNumber.test(word));
}
