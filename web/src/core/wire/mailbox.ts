/**
 * A mailbox: a log of envelopes that devices collect, and a slot for the keyring.
 *
 * Here is what client and relay say about one over HTTP: paths, and the records in requests and answers.
 */

import { hex, unutf8, utf8 } from "../bytes";
import { decodeMap, encode, isList, isMap, type RecordValue, type Value } from "../encoding";
import { Damaged } from "../errors";
import { BLOBS_PER_ENVELOPE_MAX, ENVELOPE_BYTES_MAX, ID_BYTES, PAGE_BYTES_MAX, SEQ_MAX } from "./limits";

export const CBOR_TYPE = "application/cbor";

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

export function cursorToBytes(upto: number): Uint8Array<ArrayBuffer> {
  return utf8(JSON.stringify({ upto }));
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

function seqOf(value: unknown): number {
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

/** `wanted` is sorted. */
function hasKeys(record: object, wanted: readonly string[]): boolean {
  return Object.keys(record).sort().join() === wanted.join();
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
