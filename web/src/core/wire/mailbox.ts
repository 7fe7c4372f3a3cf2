/**
 * A mailbox: a log of envelopes that devices collect, and a slot for the keyring.
 *
 * Here is what client and relay say about one over HTTP: paths, and the records in requests and answers.
 */

import { hex, unhex, unutf8, utf8 } from "../bytes";
import { decodeMap, encode, isList, isMap, type RecordValue, type Value } from "../encoding";
import { Damaged } from "../errors";
import {
  BLOBS_PER_ENVELOPE_MAX,
  DEVICE_BYTES,
  DEVICES_MAX,
  ENVELOPE_BYTES_MAX,
  ID_BYTES,
  PAGE_BYTES_MAX,
  SEQ_MAX,
  SETTING_BYTES_MAX,
  SINKS_MAX,
} from "./limits";

export const SLOT_TYPE = "application/octet-stream";
export const CBOR_TYPE = "application/cbor";
export const PEER = "peer"; // the two deposit tokens of a mailbox: the other person's,
export const SELF = "self"; // and our own
const HASH_BYTES = 32;

/** Return the 16 bytes of an id in lower hex; throw `Damaged` for anything else. */
export function parseId(text: string): Uint8Array {
  if (text.length !== 2 * ID_BYTES || !isHex(text)) throw new Damaged("An id is 32 characters of lower hex.");
  return unhex(text);
}

export function path(box: Uint8Array): string {
  return `/v1/mailboxes/${hex(box)}`;
}

/** Return where a device collects; without `after` it goes on from the device's own cursor. */
export function envelopesPath(
  box: Uint8Array,
  { after, limit }: { readonly after?: number; readonly limit?: number } = {},
): string {
  const query = [
    ...(after === undefined ? [] : [`after=${after}`]),
    ...(limit === undefined ? [] : [`limit=${limit}`]),
  ];
  return `${path(box)}/envelopes${query.length ? "?" + query.join("&") : ""}`;
}

export function envelopePath(box: Uint8Array, deposit: Uint8Array): string {
  return `${path(box)}/envelopes/${hex(deposit)}`;
}

export function cursorPath(box: Uint8Array): string {
  return `${path(box)}/cursor`;
}

export function slotPath(box: Uint8Array, { version }: { readonly version?: number } = {}): string {
  return `${path(box)}/slot${version === undefined ? "" : `?version=${version}`}`;
}

/**
 * Who may do what with a mailbox: hashes of tokens, set as a whole by its owner.
 *
 * `collect` has one a device, by device id in hex; `deposit` has `peer` and `self`. What is not in it any
 * more loses its right at once. `sinks` are hashes (hex) of tokens that go on being answered as before,
 * while nothing is stored, until the second given: an ex does not learn when the bond ended.
 * A higher `epoch` stands for a new set of keys; a lower one than the relay knows is refused.
 */
export class Setting {
  readonly epoch: number;
  readonly collect: ReadonlyMap<string, Uint8Array>;
  readonly deposit: ReadonlyMap<string, Uint8Array>;
  readonly sinks: ReadonlyMap<string, number>;

  constructor(parts: {
    readonly epoch: number;
    readonly collect: ReadonlyMap<string, Uint8Array>;
    readonly deposit: ReadonlyMap<string, Uint8Array>;
    readonly sinks?: ReadonlyMap<string, number>;
  }) {
    this.epoch = parts.epoch;
    this.collect = parts.collect;
    this.deposit = parts.deposit;
    this.sinks = parts.sinks ?? new Map();
  }

  toBytes(): Uint8Array<ArrayBuffer> {
    return encode({
      v: 1,
      type: "mailbox",
      epoch: this.epoch,
      collect: Object.fromEntries(this.collect),
      deposit: Object.fromEntries(this.deposit),
      ...(this.sinks.size && { sinks: Object.fromEntries(this.sinks) }),
    });
  }

  /** Return the setting in `data`; throw `Damaged` for anything else. */
  static parse(data: Uint8Array): Setting {
    const record = decodeMap(data, { bytesMax: SETTING_BYTES_MAX });
    if (record["v"] !== 1 || record["type"] !== "mailbox") {
      throw new Damaged("This is not a mailbox's setting of version 1.");
    }
    const { sinks, ...rest } = record;
    if (!hasKeys(rest, ["collect", "deposit", "epoch", "type", "v"])) {
      throw new Damaged("This setting has a field too many or too few.");
    }
    const collect = hashes(rest["collect"], DEVICES_MAX);
    for (const device of collect.keys()) {
      if (device.length !== 2 * DEVICE_BYTES || !isHex(device)) {
        throw new Damaged(`A device id is ${DEVICE_BYTES} bytes in lower hex.`);
      }
    }
    const deposit = hashes(rest["deposit"], 2);
    if ([...deposit.keys()].some((who) => who !== PEER && who !== SELF)) {
      throw new Damaged("A mailbox has deposit tokens for peer and self.");
    }
    const all = [...collect.values(), ...deposit.values()].map(hex);
    if (new Set(all).size !== all.length) throw new Damaged("Each token of a mailbox has one right.");
    return new Setting({ epoch: number(rest["epoch"]), collect, deposit, sinks: sinksOf(sinks ?? {}) });
  }
}

/** An envelope as a device collects it. */
export interface Kept {
  readonly seq: number;
  readonly arrivedS: number;
  readonly blobs: readonly Uint8Array[];
  readonly body: Uint8Array;
}

/** Some envelopes in ascending seq; `more` says that others follow the last. */
export class Page {
  readonly envelopes: readonly Kept[];
  readonly more: boolean;

  constructor(envelopes: readonly Kept[], more: boolean) {
    this.envelopes = envelopes;
    this.more = more;
  }

  toBytes(): Uint8Array<ArrayBuffer> {
    const envelopes = this.envelopes.map(({ seq, arrivedS, blobs, body }) => ({
      seq,
      arrived: arrivedS,
      blobs,
      body,
    }));
    return encode({ envelopes, more: this.more });
  }

  /** Return the page in `data`; throw `Damaged` for anything else. */
  static parse(data: Uint8Array): Page {
    const record = decodeMap(data, { bytesMax: PAGE_BYTES_MAX });
    const { envelopes, more } = record;
    if (!hasKeys(record, ["envelopes", "more"]) || !isList(envelopes) || typeof more !== "boolean") {
      throw new Damaged("This is not a page of envelopes.");
    }
    const page = new Page(envelopes.map(kept), more);
    const ascending = page.envelopes.every(({ seq }, at) => at === 0 || seq > page.envelopes[at - 1]!.seq);
    if (!ascending || (more && !page.envelopes.length)) {
      throw new Damaged("The envelopes of this page are out of order.");
    }
    return page;
  }
}

/** The relay's word that an envelope is durable. */
export class Receipt {
  readonly seq: number;
  readonly arrivedS: number;

  constructor(seq: number, arrivedS: number) {
    this.seq = seq;
    this.arrivedS = arrivedS;
  }

  static parse(data: Uint8Array): Receipt {
    const { seq, arrived } = parseJson(data);
    return new Receipt(seqOf(seq), number(arrived));
  }
}

export function cursorToBytes(upto: number): Uint8Array<ArrayBuffer> {
  return utf8(JSON.stringify({ upto }));
}

/** Return the seq up to which a device has collected; throw `Damaged` for anything else. */
export function cursorFromBytes(data: Uint8Array): number {
  const fields = parseJson(data);
  if (!hasKeys(fields, ["upto"])) throw new Damaged("A cursor is one number called upto.");
  return seqOf(fields["upto"]);
}

/** Return the JSON object in `data`; throw `Damaged` for anything else. */
export function parseJson(data: Uint8Array): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(unutf8(data));
  } catch {
    throw new Damaged("This is not JSON.");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Damaged("This is not a JSON object.");
  }
  return value as Record<string, unknown>;
}

export function seqOf(value: unknown): number {
  const seq = number(value);
  if (seq > SEQ_MAX) throw new Damaged("There is no such seq.");
  return seq;
}

function number(value: unknown): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) {
    throw new Damaged("Here a whole number is missing.");
  }
  return value;
}

function isHex(text: string): boolean {
  return /^[0-9a-f]*$/.test(text);
}

/** `wanted` is sorted. */
function hasKeys(record: object, wanted: readonly string[]): boolean {
  return Object.keys(record).sort().join() === wanted.join();
}

function hashes(value: Value | undefined, countMax: number): Map<string, Uint8Array> {
  if (!isMap(value) || Object.keys(value).length > countMax) {
    throw new Damaged("This setting has no tokens, or too many.");
  }
  return new Map(
    Object.entries(value).map(([name, digest]) => {
      if (!(digest instanceof Uint8Array && digest.length === HASH_BYTES)) {
        throw new Damaged("A token is given by its SHA-256, 32 bytes.");
      }
      return [name, digest];
    }),
  );
}

function sinksOf(value: Value): Map<string, number> {
  if (!isMap(value) || Object.keys(value).length > SINKS_MAX) {
    throw new Damaged("This setting has too many sinks.");
  }
  return new Map(
    Object.entries(value).map(([digest, untilS]) => {
      if (digest.length !== 2 * HASH_BYTES || !isHex(digest)) {
        throw new Damaged("A sink is given by the SHA-256 of its token, in lower hex.");
      }
      return [digest, number(untilS)];
    }),
  );
}

function kept(item: Value): Kept {
  if (!isMap(item) || !hasKeys(item, ["arrived", "blobs", "body", "seq"])) {
    throw new Damaged("This is not an envelope.");
  }
  const { blobs, body } = item as RecordValue;
  if (!(body instanceof Uint8Array && body.length > 0 && body.length <= ENVELOPE_BYTES_MAX)) {
    throw new Damaged("This envelope has no body, or too long a one.");
  }
  if (!isList(blobs) || blobs.length > BLOBS_PER_ENVELOPE_MAX) {
    throw new Damaged("This envelope names too many blobs.");
  }
  const names = blobs.filter((blob) => blob instanceof Uint8Array && blob.length === ID_BYTES);
  if (names.length !== blobs.length) throw new Damaged("This envelope names something that is no blob.");
  return { seq: seqOf(item["seq"]), arrivedS: number(item["arrived"]), blobs: names as Uint8Array[], body };
}
