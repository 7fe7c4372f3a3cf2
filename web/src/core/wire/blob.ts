/**
 * A blob: a large body that lives and dies with the envelope that names it.
 *
 * It is uploaded with the mailbox's deposit token before the envelope, piece by piece, and read with its
 * collect tokens after. The relay sees its length and nothing else. Here: paths and headers.
 */

import { hex } from "../bytes";
import { Damaged } from "../errors";
import { BLOB_BYTES_MAX } from "./limits";
import { parseJson, path as mailboxPath } from "./mailbox";

export const BLOBS_HEADER = "Twinbell-Blobs"; // on the deposit of an envelope: ids in hex, joined by commas
export const OFFSET_HEADER = "Upload-Offset"; // how much of a blob is durable

export function path(box: Uint8Array, blob: Uint8Array): string {
  return `${mailboxPath(box)}/blobs/${hex(blob)}`;
}

export function beginPath(
  box: Uint8Array,
  blob: Uint8Array,
  { length }: { readonly length: number },
): string {
  return `${path(box, blob)}?length=${length}`;
}

export function blobsHeader(blobs: readonly Uint8Array[]): string {
  return blobs.map(hex).join(",");
}

/** Return the length or offset in `text`; throw `Damaged` for anything but 0 to 2 GiB in plain digits. */
export function parseLength(text: string | null | undefined): number {
  if (typeof text !== "string" || !/^[0-9]{1,15}$/.test(text)) {
    throw new Damaged("Here a number of bytes is missing.");
  }
  const length = Number(text);
  if (length > BLOB_BYTES_MAX) throw new Damaged(`A blob has ${BLOB_BYTES_MAX} bytes at most.`);
  return length;
}

export function offsetFromBytes(data: Uint8Array): number {
  const { offset } = parseJson(data);
  if (typeof offset !== "number" || !Number.isSafeInteger(offset) || offset < 0 || offset > BLOB_BYTES_MAX) {
    throw new Damaged("The relay did not say how much of the blob it has.");
  }
  return offset;
}

/** Return the `Range` of the bytes from `start` up to but without `end`. */
export function rangeHeader(start: number, end?: number): string {
  return `bytes=${start}-${end === undefined ? "" : end - 1}`;
}
