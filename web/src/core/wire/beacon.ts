/**
 * A beacon is a clock that signs: one signature a round, which nobody can have before its time.
 *
 * What a chain is, when its rounds are, and what a round's signature must be. drand's documents and
 * rules are used as they stand, so a relay's own chain and the public ones are one kind of thing. A chain is
 * recognised by its hash, which is computed here and never taken from a document.
 *
 * Nothing here asks anybody: the client does.
 */

import { bigEndian, concat, hex, same, unhex, unutf8, utf8 } from "../bytes";
import * as bls from "../crypto/bls";
import { sha256 } from "../crypto/kdf";
import { INTEGER_MAX, isMap, type RecordValue, type Value } from "../encoding";
import { Damaged, Mistaken } from "../errors";

export const SCHEME = bls.SCHEME; // the only one whose rounds open anything here
export const HASH_BYTES = 32;
export const PUBLIC_BYTES = bls.PUBLIC_BYTES;
export const SIGNATURE_BYTES = bls.SIGNATURE_BYTES;
export const ROUND_MAX = INTEGER_MAX; // 2^53 - 1: what a browser and a record can count to
export const PERIOD_S_MAX = 2 ** 32 - 1; // drand hashes it as four bytes
export const BEACON_ID_MAX = 64;
export const DOCUMENT_BYTES_MAX = 16_384; // drand's are below one kilobyte

const DEFAULT_ID = "default"; // drand leaves this name out of the hash
const WORD = /^[A-Za-z0-9._-]+$/;
const RECORD_KEYS = ["beacon", "genesis", "group", "key", "period", "scheme"];
const OTHER_SCHEME = `This chain signs by another scheme than ${SCHEME}; nothing can be locked to it.`;

export interface ChainParts {
  /** 96 bytes. */
  readonly publicKey: Uint8Array;
  readonly periodS: number;
  /** The time of round 1. */
  readonly genesisS: number;
  /** 32 bytes, drand's genesis seed. */
  readonly groupHash: Uint8Array;
  readonly beaconId?: string;
}

/** A document as text or bytes, or what JSON made of it. */
export type Document = string | Uint8Array | Readonly<Record<string, unknown>>;

/**
 * What is fixed about a chain for ever: its key, its rhythm, and through them its hash.
 *
 * Throws `Mistaken` when the parts cannot be those of a chain. That `publicKey` is a point of the
 * group is checked by `parse` and `fromRecord`, and by whatever computes with it.
 */
export class Chain {
  readonly publicKey: Uint8Array;
  readonly periodS: number;
  readonly genesisS: number;
  readonly groupHash: Uint8Array;
  readonly scheme = SCHEME;
  readonly beaconId: string;
  /** 32 bytes. */
  readonly hash: Uint8Array;

  constructor({ publicKey, periodS, genesisS, groupHash, beaconId = DEFAULT_ID }: ChainParts) {
    if (publicKey.length !== PUBLIC_BYTES) {
      throw new Mistaken(`The public key of a chain has ${PUBLIC_BYTES} bytes.`);
    }
    if (!(isWhole(periodS) && periodS >= 1 && periodS <= PERIOD_S_MAX)) {
      throw new Mistaken("The period of a chain is a whole number of seconds, one at least.");
    }
    if (!(isWhole(genesisS) && genesisS >= 0)) {
      throw new Mistaken("The genesis of a chain is a time in whole seconds since 1970.");
    }
    if (groupHash.length !== HASH_BYTES) {
      throw new Mistaken(`The group hash of a chain has ${HASH_BYTES} bytes.`);
    }
    if (!(beaconId.length <= BEACON_ID_MAX && WORD.test(beaconId))) {
      throw new Mistaken("The name of a chain is a short word of letters, digits, hyphens and dots.");
    }
    this.publicKey = publicKey;
    this.periodS = periodS;
    this.genesisS = genesisS;
    this.groupHash = groupHash;
    this.beaconId = beaconId;
    this.hash = chainHash({ publicKey, periodS, genesisS, groupHash, beaconId });
  }

  /**
   * Return the chain that a drand info document describes, in drand's first or second form.
   *
   * Throws `Damaged` for anything else, also when the hash it names is not the hash it has.
   */
  static parse(document: Document): Chain {
    const fields = readJson(document);
    const second = "chain_hash" in fields;
    const metadata = fields["metadata"];
    const named = second ? fields : isObject(metadata) ? { beacon_id: metadata["beaconID"] } : {};
    if (fields[second ? "scheme" : "schemeID"] !== SCHEME) throw new Damaged(OTHER_SCHEME);
    const chain = checked({
      publicKey: bytesIn(fields["public_key"], PUBLIC_BYTES, "public key"),
      periodS: fields["period"],
      genesisS: fields["genesis_time"],
      groupHash: bytesIn(fields[second ? "genesis_seed" : "groupHash"], HASH_BYTES, "group hash"),
      beaconId: named["beacon_id"] === undefined ? DEFAULT_ID : named["beacon_id"],
    });
    if (!same(chain.hash, bytesIn(fields[second ? "chain_hash" : "hash"], HASH_BYTES, "hash"))) {
      throw new Damaged("The hash of this chain is not the one that its description names.");
    }
    return chain;
  }

  /** Return the chain of a record; throw `Damaged` for anything that `record` would not have made. */
  static fromRecord(record: Value | undefined): Chain {
    if (!isMap(record) || Object.keys(record).sort().join() !== RECORD_KEYS.join()) {
      throw new Damaged("This is not the record of a chain.");
    }
    if (record["scheme"] !== SCHEME) throw new Damaged(OTHER_SCHEME);
    const { key, group } = record;
    if (!(key instanceof Uint8Array && group instanceof Uint8Array)) {
      throw new Damaged("This is not the record of a chain.");
    }
    return checked({
      publicKey: key,
      periodS: record["period"],
      genesisS: record["genesis"],
      groupHash: group,
      beaconId: record["beacon"],
    });
  }

  /** Return drand's info document, as `/info` answers. */
  document(): Readonly<Record<string, unknown>> {
    return {
      public_key: hex(this.publicKey),
      period: this.periodS,
      genesis_time: this.genesisS,
      hash: hex(this.hash),
      groupHash: hex(this.groupHash),
      schemeID: this.scheme,
      metadata: { beaconID: this.beaconId },
    };
  }

  /** Return the record that locks and bundles carry; the hash is not in it, since it follows from it. */
  record(): RecordValue {
    return {
      beacon: this.beaconId,
      genesis: this.genesisS,
      group: this.groupHash,
      key: this.publicKey,
      period: this.periodS,
      scheme: this.scheme,
    };
  }
}

/** One round's signature: the public 48 bytes that open what was locked to it. */
export class Beacon {
  readonly round: number;
  readonly signature: Uint8Array;

  constructor(round: number, signature: Uint8Array) {
    if (!isRound(round)) throw new Mistaken("A round is a number from 1 to 2^53 - 1.");
    if (signature.length !== SIGNATURE_BYTES) {
      throw new Mistaken(`The signature of a round has ${SIGNATURE_BYTES} bytes.`);
    }
    this.round = round;
    this.signature = signature;
  }

  /**
   * Return the round that a drand round document holds; it is not verified by this.
   *
   * Throws `Damaged` for anything else, also when the randomness is not the hash of the signature.
   */
  static parse(document: Document): Beacon {
    const { round, randomness, signature: text } = readJson(document);
    if (!isRound(round)) throw new Damaged("This document holds no round.");
    const signature = bytesIn(text, SIGNATURE_BYTES, "signature");
    if (randomness !== undefined && randomness !== null && randomness !== hex(sha256(signature))) {
      throw new Damaged("The randomness of this round is not the hash of its signature.");
    }
    return new Beacon(round, signature);
  }
}

/** Throw `Damaged` unless `beacon` holds the signature of its round by the keepers of `chain`. */
export function verify(chain: Chain, { round, signature }: Beacon): void {
  try {
    bls.verify(chain.publicKey, bls.roundMessage(round), signature);
  } catch {
    throw new Damaged(`This is not the signature of round ${round} of this chain.`);
  }
}

/** Return the first round at or after `tS`: what was locked to it cannot open earlier. */
export function roundAt(chain: Chain, tS: number): number {
  const round = Math.max(1, 1 - floorDivide(chain.genesisS - Math.ceil(tS), chain.periodS));
  if (round > ROUND_MAX) throw new Mistaken("This lies beyond the last round that this chain can count.");
  return round;
}

/** Return the second at which `round` may first be signed. */
export function timeOf(chain: Chain, round: number): number {
  return chain.genesisS + (round - 1) * chain.periodS;
}

/** Return the newest round whose time has come at `nowS`; 0 before the genesis. */
export function currentRound(chain: Chain, nowS: number): number {
  const wholeS = Math.floor(nowS);
  if (wholeS < chain.genesisS) return 0;
  return Math.min(ROUND_MAX, floorDivide(wholeS - chain.genesisS, chain.periodS) + 1);
}

/** Return the 32 bytes by which a chain is known: drand's rule. */
export function chainHash(parts: ChainParts): Uint8Array {
  const { publicKey, periodS, genesisS, groupHash, beaconId = DEFAULT_ID } = parts;
  const name = beaconId === DEFAULT_ID ? "" : beaconId;
  return sha256(concat(bigEndian(periodS, 4), bigEndian(genesisS, 8), publicKey, groupHash, utf8(name)));
}

/** Exact, as a division of large numbers and rounding it would not be. */
function floorDivide(number: number, by: number): number {
  const rest = ((number % by) + by) % by;
  return (number - rest) / by;
}

/** Return a chain made of parts from outside: whatever is wrong with them is `Damaged`. */
function checked(parts: {
  readonly publicKey: Uint8Array;
  readonly periodS: unknown;
  readonly genesisS: unknown;
  readonly groupHash: Uint8Array;
  readonly beaconId: unknown;
}): Chain {
  const { publicKey, periodS, genesisS, groupHash, beaconId } = parts;
  if (typeof periodS !== "number" || typeof genesisS !== "number" || typeof beaconId !== "string") {
    throw new Damaged("This is not the description of a chain.");
  }
  let chain: Chain;
  try {
    chain = new Chain({ publicKey, periodS, genesisS, groupHash, beaconId });
  } catch (error) {
    if (error instanceof Mistaken) throw new Damaged(error.sentence);
    throw error;
  }
  bls.checkPublic(chain.publicKey);
  return chain;
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function isRound(value: unknown): value is number {
  return isWhole(value) && value >= 1;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readJson(given: Document): Readonly<Record<string, unknown>> {
  if (typeof given !== "string" && !(given instanceof Uint8Array)) return given;
  if (given.length > DOCUMENT_BYTES_MAX) {
    throw new Damaged(`This document is longer than ${DOCUMENT_BYTES_MAX} bytes.`);
  }
  let fields: unknown;
  try {
    fields = JSON.parse(typeof given === "string" ? given : unutf8(given));
  } catch {
    throw new Damaged("This document is not JSON.");
  }
  if (!isObject(fields)) throw new Damaged("This document is not a JSON object.");
  return fields;
}

function bytesIn(text: unknown, length: number, name: string): Uint8Array {
  if (typeof text !== "string" || text.length !== 2 * length || /[^0-9a-f]/.test(text)) {
    throw new Damaged(`The ${name} in this document is not ${length} bytes in hex.`);
  }
  return unhex(text);
}

/** The public chain of drand's League of Entropy, known to every Twinbell: sealing to it needs no network. */
export const QUICKNET = new Chain({
  publicKey: unhex(
    "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451" +
      "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a",
  ),
  periodS: 3,
  genesisS: 1_692_803_367,
  groupHash: unhex("f477d5c89f21a17c863a7f937c6a6d15859414d2be09cd448d4279af331c5d3e"),
  beaconId: "quicknet",
});

export const QUICKNET_URLS = [
  "https://api.drand.sh",
  "https://api2.drand.sh",
  "https://drand.cloudflare.com",
] as const;

const KEEPERS: ReadonlyMap<string, string> = new Map([
  [hex(QUICKNET.hash), "League of Entropy"],
  // quicknet's test network: other machines, the same people.
  ["cc9c398442737cbd141526600919edd69f1d6f9b4adb67e4d912fbc64341a9a5", "League of Entropy"],
]);

/** Chains that have ended, by hash in hex. Only a release or the person adds one, never the network. */
export const RETIRED: ReadonlySet<string> = new Set([
  // fastnet: ended in November 2024, its keys deleted as announced: what was locked beyond stays so.
  "dbd506d6ef76e5f386f41c651dcb808c5bcbd75471cc4eafa3f4df7ad4e4c493",
]);

/**
 * Return who keeps `chain`, as a label: chains with equal labels count as one keeper's.
 *
 * A chain that is not well known is its own keeper; whoever knows better (a relay's chain, got in the
 * bell) gives it a better label.
 */
export function keeperOf(chain: Chain): string {
  return KEEPERS.get(hex(chain.hash)) ?? `chain ${hex(chain.hash.subarray(0, 4))}`;
}
