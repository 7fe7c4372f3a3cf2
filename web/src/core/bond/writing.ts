/** Putting something into our own chain, so that it goes to the peer. */

import type { Random } from "../bytes";
import type { RecordValue } from "../encoding";
import * as control from "./control";
import { BODY_BYTES_MAX, sealBlob } from "./envelope";
import type { Effect } from "./event";
import { type Content, toRecord } from "./message";
import type { Pendant } from "./pendant";

/** The next pendant, and what is to be done. */
export type Step = readonly [Pendant, readonly Effect[]];

/** When something happens, and what gives chance. */
export interface Now {
  readonly nowS: number;
  readonly random: Random;
}

export function sendControl(
  pendant: Pendant,
  type: string,
  content: RecordValue,
  { byPerson = true, ...now }: Now & { readonly byPerson?: boolean },
): Promise<Step> {
  return deposit(pendant, control.sign(pendant.keyring, type, content, now.nowS), { ...now, byPerson });
}

/**
 * Put `content` into the chain and send it: in the envelope, or in a blob where it is too long.
 *
 * What the sender has received is said only in what a person caused: a timer would be a tracker.
 */
export async function deposit(
  pendant: Pendant,
  content: Content,
  { byPerson, nowS, random, blobs = [] }: Now & { readonly byPerson: boolean; readonly blobs?: Uint8Array[] },
): Promise<Step> {
  const { kind } = content;
  const record = toRecord(content);
  const [after, body, data] = pendant.wrote(kind, { content: record }, { nowS, heads: byPerson });
  if (data.length <= BODY_BYTES_MAX) {
    return [after, [{ type: "Deposit", kind, n: body.n, body: data, blobs, blob: null }]];
  }
  const [ref, blob] = await sealBlob(record, random);
  const [later, short, bytes] = pendant.wrote(kind, { blob: ref }, { nowS, heads: byPerson });
  return [later, [{ type: "Deposit", kind, n: short.n, body: bytes, blobs: [ref.id], blob }]];
}

/** Give the keyring to our slot and to the peer, where it has changed since. */
export async function copied(pendant: Pendant, now: Now): Promise<Step> {
  const { serial } = pendant;
  if (pendant.copied === serial) return [pendant, []];
  const sealed = await pendant.keyring.seal();
  const copy = { kind: "keyring", serial, sealed } as const;
  const [after, effects] = await deposit(pendant.with({ copied: serial }), copy, { ...now, byPerson: false });
  return [after, [{ type: "SaveSlot", sealed }, ...effects]];
}
