/**
 * A record with a signature beside it: `{record, by}`.
 *
 * The signature is over a label and the bytes of the record as they are. The label belongs to the kind of record, so
 * that no signature can stand under another kind.
 */

import { concat, utf8 } from "../bytes";
import { SIGNATURE_BYTES, VerifyKey, type SigningKey } from "../crypto/signing";
import { decodeMap, encode, type RecordValue, type Value } from "../encoding";
import { Damaged } from "../errors";
import { Fields, unlessDamaged } from "./fields";

interface Limit {
  readonly bytesMax: number;
}

/** A record and the signature that came with it; `check` says whose it is. */
export class Signed {
  readonly record: Uint8Array;
  readonly by: Uint8Array;

  constructor(record: Uint8Array, by: Uint8Array) {
    this.record = record;
    this.by = by;
  }

  toValue(): RecordValue {
    return { record: this.record, by: this.by };
  }

  toBytes(): Uint8Array<ArrayBuffer> {
    return encode(this.toValue());
  }

  /** Return the pair in `value`; throw `Damaged` for anything else. */
  static of(value: Value, { bytesMax }: Limit): Signed {
    const fields = new Fields(value, "signed record").only("record", "by");
    return new Signed(fields.dataUpTo("record", bytesMax), fields.data("by", SIGNATURE_BYTES));
  }

  static parse(data: Uint8Array, limit: Limit): Signed {
    return Signed.of(decodeMap(data, limit), limit);
  }

  /** Return which of these public keys signed; throw `Damaged` if none did. */
  check(label: string, keys: readonly Uint8Array[]): Uint8Array {
    const message = concat(utf8(label), this.record);
    for (const key of keys) {
      const found = unlessDamaged(() => new VerifyKey(key).verify(this.by, message));
      if (!(found instanceof Damaged)) return key;
    }
    throw new Damaged("This signature is not right.");
  }
}

export function sign(key: SigningKey, label: string, record: Uint8Array): Signed {
  return new Signed(record, key.sign(concat(utf8(label), record)));
}
