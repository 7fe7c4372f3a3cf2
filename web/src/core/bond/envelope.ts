/**
 * An envelope: 4096 bytes, whatever is in it, that one inbox key and one prekey open.
 *
 *     0x01 ‖ prekey tag (4) ‖ encapsulation (1120) ‖ ciphertext (2971)
 *     plaintext (2955) = length (2) ‖ body (CBOR) ‖ zeros
 *
 * HPKE in PSK mode seals it (RFC 9180, suite 647a/0001/0003): the psk is the receiver's inbox key, so only who
 * knows it can write, and `info` binds bond, direction and the receiver's epoch. Mailbox, relay and tokens are
 * never bound, or a change of relay would make what is under way unreadable.
 *
 * A body that is too long goes into a blob, an age file to a fresh identity whose seed is in the envelope.
 *
 * What the bodies say is in `message.ts`; in which order they come is in `chain.ts`.
 */

import { HybridIdentity } from "../age/hybrid";
import * as age from "../age/stream";
import { bigEndian, concat, fromBigEndian, type Random, randomBytes, same, utf8 } from "../bytes";
import * as hpke from "../crypto/hpke";
import * as kdf from "../crypto/kdf";
import { decodeMap, encode, padme, type RecordValue } from "../encoding";
import { Damaged, Mistaken, NotForMe } from "../errors";
import { EPOCH_MAX, type PublicPrekey } from "./bundle";
import { type Keyring, otherOf, type Role } from "./keys";
import { packed, unpacked } from "./packing";
import type { Prekey } from "./prekey";
import { Fields } from "./record";

// ‖ bond id ‖ sender's role byte ‖ receiver's epoch u32be: HPKE's info
const LABEL_ENVELOPE = utf8("twinbell/v1/envelope");

export const VERSION_BYTE = 1;
export const ENVELOPE_BYTES = 4096;
export const TAG_BYTES = 4;
export const ENC_BYTES = 1120;
export const PLAIN_BYTES = ENVELOPE_BYTES - 1 - TAG_BYTES - ENC_BYTES - 16;
export const BODY_BYTES_MAX = PLAIN_BYTES - 2;

export const BLOB_BYTES_MAX = 1 << 20; // of what travels in a blob without being a letter: bundles, keyrings
export const BLOB_BYTES_MIN = 4096;
export const BLOB_ID_BYTES = 16;

/** What was in an envelope, and by what it opened. */
export interface Opened {
  readonly body: Uint8Array;
  readonly sender: Role;
  /** Number of the prekey to which it was sealed. */
  readonly prekey: number;
  readonly epoch: number;
  /** By the inbox key that was tried first. */
  readonly newest: boolean;
}

/** What an envelope says of the blob beside it: enough to fetch, check and open it. */
export interface BlobRef {
  readonly id: Uint8Array;
  readonly seed: Uint8Array;
  readonly length: number;
  readonly sha256: Uint8Array;
}

export function blobToRecord(ref: BlobRef): RecordValue {
  return { id: ref.id, seed: ref.seed, bytes: ref.length, sha256: ref.sha256 };
}

export function blobFromRecord(record: RecordValue): BlobRef {
  const fields = new Fields(record, "blob");
  return {
    id: fields.data("id", BLOB_ID_BYTES),
    seed: fields.data("seed", 32),
    length: fields.number("bytes", 1, 2 * BLOB_BYTES_MAX),
    sha256: fields.data("sha256", 32),
  };
}

/** Return the context to which an envelope is bound. */
export function info(bond: Uint8Array, sender: Role, epoch: number): Uint8Array {
  if (epoch < 0 || epoch > EPOCH_MAX) throw new Mistaken("An epoch has four bytes.");
  return concat(LABEL_ENVELOPE, bond, Uint8Array.of(sender), bigEndian(epoch, 4));
}

/**
 * Return the 4096 bytes in which `body` (at most 2953 bytes) travels.
 *
 * `psk` is the receiver's inbox key, `epoch` the receiver's. Sealing the same body twice gives other bytes: keep
 * what was deposited, and repeat that.
 */
export function seal(
  body: Uint8Array,
  to: { prekey: PublicPrekey; psk: Uint8Array; bond: Uint8Array; sender: Role; epoch: number },
): Uint8Array {
  if (body.length > BODY_BYTES_MAX) {
    throw new Mistaken(`A body has at most ${BODY_BYTES_MAX} bytes; a longer one goes into a blob.`);
  }
  const plain = new Uint8Array(PLAIN_BYTES);
  plain.set(bigEndian(body.length, 2));
  plain.set(body, 2);
  const { prekey, psk, bond, sender, epoch } = to;
  const context = { info: info(bond, sender, epoch), psk, pskId: bond };
  const { enc, ciphertext } = hpke.seal(prekey.key, plain, context);
  return concat(Uint8Array.of(VERSION_BYTE), prekey.tag, enc, ciphertext);
}

/** Return the tag of the prekey to which an envelope is sealed; throw `Damaged` if it is none. */
export function tagOf(envelope: Uint8Array): Uint8Array {
  if (envelope.length !== ENVELOPE_BYTES) throw new Damaged(`An envelope has ${ENVELOPE_BYTES} bytes.`);
  if (envelope[0] !== VERSION_BYTE) throw new Damaged("This envelope was made by a newer Twinbell.");
  return envelope.slice(1, 1 + TAG_BYTES);
}

/**
 * Return what is in an envelope: tries each prekey with its tag, each (epoch, inbox key), each sender.
 *
 * Throws `Damaged` for what is no envelope or is not padded with zeros, `NotForMe` where no key of ours opens it:
 * it is from another bond, changed, forged, or sealed to a key that is gone.
 */
export function open(
  envelope: Uint8Array,
  by: {
    prekeys: readonly Pick<Prekey, "number" | "tag" | "seed">[];
    inboxKeys: readonly (readonly [epoch: number, key: Uint8Array])[];
    bond: Uint8Array;
    senders: readonly Role[];
  },
): Opened {
  const tag = tagOf(envelope);
  const sealed = { enc: envelope.slice(5, 5 + ENC_BYTES), ciphertext: envelope.slice(5 + ENC_BYTES) };
  for (const prekey of by.prekeys) {
    if (!same(prekey.tag, tag)) continue;
    for (const [at, [epoch, psk]] of by.inboxKeys.entries()) {
      for (const sender of by.senders) {
        const context = { info: info(by.bond, sender, epoch), psk, pskId: by.bond };
        const plain = opened(() => hpke.open(prekey.seed, sealed, context));
        if (plain) return { body: unpadded(plain), sender, prekey: prekey.number, epoch, newest: at === 0 };
      }
    }
  }
  throw new NotForMe("This message could not be opened with any key that is here.");
}

/** Open an envelope from our own inbox: from the peer, or from another device of our own. */
export function openOwn(envelope: Uint8Array, keyring: Keyring): Opened {
  const { bond } = keyring;
  if (bond === null) throw new Mistaken("There is no bond yet, so there is nothing to open.");
  return open(envelope, {
    prekeys: keyring.prekeys.toReversed(),
    inboxKeys: keyring.inboxKeys.toReversed(),
    bond: bond.id,
    senders: [otherOf(bond.role), bond.role],
  });
}

/** Seal `body` to our own inbox, for our other devices. */
export function sealOwn(body: Uint8Array, keyring: Keyring): Uint8Array {
  const { bond } = keyring;
  const [epoch, psk] = keyring.inboxKeys.at(-1) ?? [];
  if (bond === null || epoch === undefined || psk === undefined) {
    throw new Mistaken("There is no bond yet, so there is nobody to write to.");
  }
  return seal(body, { prekey: keyring.prekey.public, psk, bond: bond.id, sender: bond.role, epoch });
}

/**
 * Return what the envelope says of a blob, and the blob: an age file of `content`, padded.
 *
 * The padding is Padmé with a floor of 4 KiB, so that its size tells little of what it is.
 */
export async function sealBlob(
  content: RecordValue,
  random: Random = randomBytes,
): Promise<[BlobRef, Uint8Array]> {
  const record = encode(content);
  if (record.length > BLOB_BYTES_MAX) {
    throw new Mistaken(`A body has at most ${BLOB_BYTES_MAX} bytes, also in a blob.`);
  }
  const plain = packed(record, Math.max(padme(record.length + 4), BLOB_BYTES_MIN));
  const seed = random(32);
  const sealed = await age.seal(plain, [new HybridIdentity(seed).recipient]);
  const ref = { id: random(BLOB_ID_BYTES), seed, length: sealed.length, sha256: kdf.sha256(sealed) };
  return [ref, sealed];
}

/** Return the content of a blob; throw `Damaged` unless it is the one that the envelope meant. */
export async function openBlob(ref: BlobRef, blob: Uint8Array): Promise<RecordValue> {
  if (blob.length !== ref.length || !same(kdf.sha256(blob), ref.sha256)) {
    throw new Damaged("What came beside this message is not what it says.");
  }
  const plain = await age.open(blob, [new HybridIdentity(ref.seed)]);
  const record = unpacked(plain, "What came beside this message is not padded as it should be.");
  return decodeMap(record, { bytesMax: BLOB_BYTES_MAX });
}

function opened(attempt: () => Uint8Array): Uint8Array | null {
  try {
    return attempt();
  } catch (error) {
    if (error instanceof Damaged) return null;
    throw error;
  }
}

function unpadded(plain: Uint8Array): Uint8Array {
  const length = fromBigEndian(plain.subarray(0, 2));
  if (
    plain.length !== PLAIN_BYTES ||
    length > BODY_BYTES_MAX ||
    plain.subarray(2 + length).some((byte) => byte !== 0)
  ) {
    throw new Damaged("This envelope is not padded as it should be.");
  }
  return plain.slice(2, 2 + length);
}
