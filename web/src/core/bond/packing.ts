/**
 * A record among zeros, so that its size says little: length (4 bytes, big-endian) ‖ record ‖ zeros.
 *
 * So lies the keyring in `keyring.age`, and the content of a long body in its blob.
 */

import { bigEndian, fromBigEndian } from "../bytes";
import { Damaged } from "../errors";

/** Return `record` in `length` bytes. */
export function packed(record: Uint8Array, length: number): Uint8Array {
  const plain = new Uint8Array(length);
  plain.set(bigEndian(record.length, 4));
  plain.set(record, 4);
  return plain;
}

/** Return the record in `plain`; throw `Damaged` with this sentence where it is longer, or the rest not zeros. */
export function unpacked(plain: Uint8Array, sentence: string): Uint8Array {
  const length = fromBigEndian(plain.subarray(0, 4));
  if (
    plain.length < 4 ||
    length > plain.length - 4 ||
    plain.subarray(4 + length).some((byte) => byte !== 0)
  ) {
    throw new Damaged(sentence);
  }
  return plain.slice(4, 4 + length);
}
