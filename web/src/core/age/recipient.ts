/**
 * The two small protocols that carry the whole format: wrap a file key, and unwrap it.
 *
 * Post-quantum and time-lock are nothing but recipients. An identity has three answers: the key, "not for me"
 * (null), and broken (`HeaderDamaged`); a time-lock has a fourth, `NotYet`.
 */

import { unb64 } from "../encoding";
import { HeaderDamaged, Mistaken, NotForMe, Refused } from "../errors";

export const FILE_KEY_BYTES = 16;
export const WRAPPED_KEY_BYTES = FILE_KEY_BYTES + 16; // the file key and its Poly1305 tag
export const STANZAS_MAX = 1024; // each may cost a decapsulation for each identity, before the MAC can be checked
export const POST_QUANTUM = "postquantum";

/** The file key, wrapped for one recipient: a type, arguments, and a body of any bytes. */
export interface Stanza {
  readonly type: string;
  readonly args: readonly string[];
  readonly body: Uint8Array;
}

/**
 * Someone to encrypt to.
 *
 * All recipients of a file must have equal `label`s: a file that is sealed to a post-quantum key and to a
 * classic one would be no stronger than the classic one, without anybody noticing.
 */
export interface Recipient {
  readonly label: string;
  /** Return the stanzas from which the identity gets `fileKey` (16 bytes) back. */
  wrap(fileKey: Uint8Array): readonly Stanza[] | Promise<readonly Stanza[]>;
}

/** Someone who may be able to open a file. */
export interface Identity {
  /**
   * Return the file key, or null if no stanza is for this identity.
   *
   * Throws `HeaderDamaged` for a stanza of its own type that is malformed, and `NotYet` for one whose time
   * has not come.
   */
  unwrap(stanzas: readonly Stanza[]): Uint8Array | null | Promise<Uint8Array | null>;
}

/** Return the stanzas for all `recipients`; throw `Mistaken` if they do not go together. */
export async function wrap(fileKey: Uint8Array, recipients: readonly Recipient[]): Promise<Stanza[]> {
  const [first, ...others] = recipients;
  if (!first) throw new Mistaken("An age file needs at least one recipient.");
  if (others.some((recipient) => recipient.label !== first.label)) {
    throw new Mistaken("A key and a moment do not go into one file.", {
      hint: "It would open with the key before the moment.",
    });
  }
  const wrapped: Stanza[] = [];
  for (const recipient of recipients) wrapped.push(...(await recipient.wrap(fileKey)));
  return wrapped;
}

/**
 * Return the file key by the first of `identities` that can give it; throw `NotForMe` if none can.
 *
 * An identity that refuses for now (`NotYet`) does not stand in the way of another one that can open.
 */
export async function unwrap(
  stanzas: readonly Stanza[],
  identities: readonly Identity[],
): Promise<Uint8Array> {
  if (stanzas.length > STANZAS_MAX) {
    throw new HeaderDamaged(`The header of this age file has more than ${STANZAS_MAX} stanzas.`);
  }
  if (stanzas.length > 1 && stanzas.some(({ type }) => type === "scrypt")) {
    // Who opens with a passphrase expects that whoever wrote the file knew it (age v1, "scrypt").
    throw new HeaderDamaged("This age file mixes a passphrase with other recipients.");
  }
  let refusal: Refused | undefined;
  for (const identity of identities) {
    try {
      const fileKey = await identity.unwrap(stanzas);
      if (fileKey) return fileKey;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      refusal ??= error;
    }
  }
  throw refusal ?? new NotForMe();
}

/**
 * Throw `HeaderDamaged` unless `stanza` has `args` arguments and a body of `bodyBytes`.
 *
 * The size is checked before anything is decrypted: a longer body could be made to open under several keys
 * at once, and so tell which one is in use (a partitioning oracle).
 */
export function checkShape(
  stanza: Stanza,
  { args, bodyBytes = WRAPPED_KEY_BYTES }: { readonly args: number; readonly bodyBytes?: number },
): void {
  if (stanza.args.length !== args || stanza.body.length !== bodyBytes) throw broken(stanza);
}

/** Return the argument at `at`, which must be canonical base64 of `length` bytes; else `HeaderDamaged`. */
export function argumentBytes(stanza: Stanza, at: number, length: number): Uint8Array {
  let data: Uint8Array;
  try {
    data = unb64(stanza.args[at] ?? "");
  } catch {
    throw broken(stanza);
  }
  if (data.length !== length) throw broken(stanza);
  return data;
}

function broken({ type }: Stanza): HeaderDamaged {
  return new HeaderDamaged(`A ${type} stanza of this age file is damaged.`);
}
