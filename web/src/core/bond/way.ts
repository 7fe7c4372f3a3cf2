/**
 * A way to the letter key: layers of age around a small identity file, one layer for each gate.
 *
 *     ways/1.age   date         one tlock stanza       outermost
 *                  silence      one hybrid stanza
 *                  guardians    one hybrid stanza      innermost
 *                  the identity file: whose letter this is, and the letter key
 *
 * A way could lie: it could belong to another letter, or need something else than the lock says. What shows on the
 * outside is compared when the letter comes (`checkOutermost`), every other layer when it is taken off (`openWay`).
 * Until then the lock is the writer's word. What a lock is: `lock.ts`.
 */

import { HybridIdentity, HybridRecipient, TYPE as HYBRID } from "../age/hybrid";
import type { Identity, Recipient, Stanza } from "../age/recipient";
import { open, readStanzas, seal } from "../age/stream";
import { roundAndChain, TlockIdentity, TlockRecipient } from "../age/tlock";
import { hex, same, unhex, unutf8, utf8 } from "../bytes";
import { Damaged, Mistaken, NotYet } from "../errors";
import type { Chain } from "../wire/beacon";
import type { DateGate, Gate, Way } from "./gate";
import type { Lock } from "./lock";
import { isBinary, streamOf } from "./tap";

export const WAY_BYTES_MAX = 65_536; // ten layers add 20 KiB to an identity file of 250 bytes

const COMMENT = "# twinbell letter";

export const NOT_SHOWN = "The lock of this letter is not the one that it shows.";

type Found = Uint8Array | null;

/**
 * What is at hand to open gates with.
 *
 * `signatureOf` gives the 48 bytes of a round, from anywhere: they are verified here. `seedOf` gives the seed (32
 * bytes) of a gate that was released or recombined. Both give null for what is not there yet.
 */
export interface Keys {
  signatureOf(chain: Chain, round: number): Found | Promise<Found>;
  seedOf?(recipient: Uint8Array): Found | Promise<Found>;
}

/** What is behind a way: the letter key, and the SHA-256 of the letter.eml.age that it is for. */
export interface Behind {
  readonly key: HybridIdentity;
  readonly emlSha256: Uint8Array;
}

/** The name of way `number` (from 1) in the letter: `.age` if there is a gate to open. */
export function nameOf(lock: Lock, number: number): string {
  return `ways/${number}.${wayOf(lock, number).length ? "age" : "txt"}`;
}

/** What is inside all layers: an age identity file that names the letter it belongs to. */
export function identityFile(letter: Uint8Array, { key, emlSha256 }: Behind): Uint8Array {
  return utf8(`${COMMENT} ${hex(letter)} ${hex(emlSha256)}\n${key.toString()}\n`);
}

/** Way `number` (from 1) of `lock`, to what is behind it. */
export async function build(lock: Lock, number: number, behind: Behind): Promise<Uint8Array> {
  let data = identityFile(lock.letter, behind);
  for (const gate of wayOf(lock, number).toReversed()) data = await seal(data, [recipientOf(lock, gate)]);
  return data;
}

/** Throw `Damaged` unless the outside of way `number` is what the lock says it is. */
export async function checkOutermost(lock: Lock, number: number, data: Uint8Array): Promise<void> {
  const [gate] = wayOf(lock, number);
  if (gate) check(lock, gate, await stanzasOf(data));
}

/**
 * What is behind way `number`.
 *
 * Throws `NotYet` with the round and the second of a gate that is still shut, `Damaged` for a way that is not the one
 * of the lock.
 */
export async function openWay(lock: Lock, number: number, data: Uint8Array, keys: Keys): Promise<Behind> {
  let inner = data;
  for (const gate of wayOf(lock, number)) {
    check(lock, gate, await stanzasOf(inner));
    inner = await open(inner, [await identityOf(lock, gate, keys)]);
  }
  return readIdentityFile(lock.letter, inner);
}

function wayOf(lock: Lock, number: number): Way {
  const way = lock.ways[number - 1];
  if (!way) throw new Mistaken("A lock has no such way.");
  return way;
}

function stanzasOf(data: Uint8Array): Promise<readonly Stanza[]> {
  if (!isBinary(data)) throw new Damaged("A way of this letter is not an age file.");
  return readStanzas(streamOf([data]));
}

function check(lock: Lock, gate: Gate, stanzas: readonly Stanza[]): void {
  const [stanza, more] = stanzas;
  if (!stanza || more) throw new Damaged(NOT_SHOWN);
  if (gate.kind !== "date") {
    if (stanza.type !== HYBRID) throw new Damaged(NOT_SHOWN);
    return;
  }
  const found = roundAndChain(stanza);
  const { hash } = lock.keptBy(gate).chain;
  if (!found || found.round !== gate.round || !same(found.chainHash, hash)) throw new Damaged(NOT_SHOWN);
}

function recipientOf(lock: Lock, gate: Gate): Recipient {
  if (gate.kind !== "date") return new HybridRecipient(gate.recipient);
  return new TlockRecipient(lock.keptBy(gate).chain, gate.round);
}

async function identityOf(lock: Lock, gate: Gate, keys: Keys): Promise<Identity> {
  if (gate.kind === "date") return await dateIdentity(lock, gate, keys);
  const seed = (await keys.seedOf?.(gate.recipient)) ?? null;
  if (!seed) {
    throw new NotYet(
      gate.kind === "guardians"
        ? `It is not yet time: ${gate.threshold} of ${gate.guardians} guardians must help.`
        : "It is not yet time: the writer has not fallen silent.",
    );
  }
  const identity = new HybridIdentity(seed);
  if (!same(identity.recipient.publicKey, gate.recipient)) {
    throw new Damaged("What was released does not fit this lock.");
  }
  return fitting(identity);
}

async function dateIdentity(lock: Lock, gate: DateGate, keys: Keys): Promise<Identity> {
  const { chain } = lock.keptBy(gate);
  const signature = await keys.signatureOf(chain, gate.round);
  if (!signature) {
    throw new NotYet(`It is not yet time. This letter opens on ${lock.wish?.words}.`, {
      round: gate.round,
      opensS: lock.timeOf(gate),
    });
  }
  return new TlockIdentity(chain, () => signature);
}

/** An identity that the lock names: a stanza that is not for it makes the lock a lie. */
function fitting(identity: HybridIdentity): Identity {
  return {
    unwrap(stanzas) {
      const fileKey = identity.unwrap(stanzas);
      if (!fileKey) throw new Damaged(NOT_SHOWN);
      return fileKey;
    },
  };
}

function readIdentityFile(letter: Uint8Array, data: Uint8Array): Behind {
  const behind = parse(data);
  if (!behind) throw new Damaged("What is behind this lock is not the key of a letter.");
  if (!same(identityFile(letter, behind), data)) {
    throw new Damaged("What is behind this lock is the key of another letter.");
  }
  return behind;
}

function parse(data: Uint8Array): Behind | null {
  try {
    const [comment, secret, end, more] = unutf8(data).split("\n");
    if (!comment || !secret || end === undefined || more !== undefined) return null;
    return { key: HybridIdentity.parse(secret), emlSha256: unhex(comment.split(" ").at(-1) ?? "") };
  } catch (error) {
    if (error instanceof Damaged) return null;
    throw error;
  }
}
