/**
 * BLS signatures on the curve BLS12-381: short ones on G1 (48 bytes), keys on G2 (96 bytes).
 *
 * This is drand's scheme `bls-unchained-g1-rfc9380`, as far as a client needs it: it verifies and never signs.
 * Bytes come in and bytes go out; points stay inside this file, which alone knows the library. What
 * identity-based encryption needs of the pairing is here too, and `ibe` builds on it.
 *
 * Every point from outside is checked in one place: the right length, the one encoding that a point has, on the
 * curve, in the subgroup, and never infinity. Infinity is the dangerous one: it is a "signature" of everything
 * under the key infinity.
 *
 * A pairing is most of what opening a date letter costs (measured: 22 ms of 30 on one core, four times as much on
 * a phone), so none is computed twice: the lines of a key are kept, and what has verified once is remembered.
 */

import { bls12_381 } from "@noble/curves/bls12-381.js";
import { numberToBytesBE } from "@noble/curves/utils.js";

import { bigEndian, concat, hex, same, utf8 } from "../bytes";
import { Damaged, Mistaken } from "../errors";
import { sha256 } from "./kdf";

export const SCHEME = "bls-unchained-g1-rfc9380";
export const PUBLIC_BYTES = 96;
export const SIGNATURE_BYTES = 48;
export const ORDER = bls12_381.fields.Fr.ORDER;

// RFC 9380 suite on G1, "basic" signatures.
const DST = utf8("BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_");
const INFINITY = 0x40; // the flag bit in the first byte of a compressed point
const COORDINATE_BYTES = 48;
const REMEMBERED_MAX = 64;

const { G1, G2, fields, millerLoopBatch, utils } = bls12_381;
type G1Point = InstanceType<typeof G1.Point>;
type G2Point = InstanceType<typeof G2.Point>;
type Lines = ReturnType<typeof utils.calcPairingPrecomputes>;
type Fp12 = ReturnType<typeof millerLoopBatch>;

// A table of 512 points in 35 ms; the library's own choice is larger and takes six times as long to make.
G2.Point.BASE.precompute(4);
let baseLines: Lines | undefined;
const linesOfKeys = new Map<string, Lines>();
const signatures = new Map<string, G1Point>();
const shares = new Map<string, G2Point>();
const verified = new Map<string, true>();

/** Throw `Damaged` unless `signature` is the one of `message` under `publicKey`. */
export function verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): void {
  const what = hex(concat(publicKey, signature, message));
  if (verified.has(what)) return;
  const key = linesOf(publicKey);
  const point = pointOf(signature);
  baseLines ??= utils.calcPairingPrecomputes(G2.Point.BASE);
  // e(signature, base) = e(H(message), key), with one final exponentiation for both sides.
  const one = pair([baseLines, point], [key, hashToG1(message).negate()]);
  if (!fields.Fp12.eql(one, fields.Fp12.ONE))
    throw new Damaged("This is not the signature that it should be.");
  remember(verified, what, true);
}

/** Throw `Damaged` unless these 96 bytes are a public key. */
export function checkPublic(publicKey: Uint8Array): void {
  linesOf(publicKey);
}

/** Return `scalar` times the base point of G2: 96 bytes. */
export function baseTimes(scalar: bigint): Uint8Array {
  return G2.Point.BASE.multiply(inRange(scalar)).toBytes();
}

/** Tell whether `point` is `scalar` times the base point. Takes as long as `scalar` wants, which is no secret then. */
export function isBaseTimes(scalar: bigint, point: Uint8Array): boolean {
  // Points and not bytes: writing one down would look again whether it is in the group.
  return G2.Point.BASE.multiplyUnsafe(inRange(scalar)).equals(shareOf(point));
}

/** Return e(H(message), publicKey)^scalar, as 576 bytes in the order that drand hashes. */
export function pairSealing(publicKey: Uint8Array, message: Uint8Array, scalar: bigint): Uint8Array {
  // The power moves into G1, where it is cheap: e(P, Q)^s = e(sP, Q).
  return gtBytes(pair([linesOf(publicKey), hashToG1(message).multiply(inRange(scalar))]));
}

/** Return e(signature, point), as 576 bytes in the order that drand hashes. */
export function pairOpening(signature: Uint8Array, point: Uint8Array): Uint8Array {
  return gtBytes(pair([utils.calcPairingPrecomputes(shareOf(point)), pointOf(signature)]));
}

/** Return what the keepers of an unchained drand chain sign for `round`: SHA-256 of eight bytes. */
export function roundMessage(round: number): Uint8Array {
  if (!(Number.isSafeInteger(round) && round >= 1)) {
    throw new Mistaken("A round is a number from 1 to 2^53 - 1.");
  }
  return sha256(bigEndian(round, 8));
}

function pair(...factors: readonly (readonly [Lines, G1Point])[]): Fp12 {
  const product = millerLoopBatch(
    factors.map(([lines, point]) => {
      const { x, y } = point.toAffine();
      return [lines, x, y];
    }),
  );
  return fields.Fp12.finalExponentiate(product);
}

/** The key as the pairing takes it: a chain's key is used for every round, and checked once. */
function linesOf(publicKey: Uint8Array): Lines {
  const name = hex(publicKey);
  return linesOfKeys.get(name) ?? remember(linesOfKeys, name, utils.calcPairingPrecomputes(g2(publicKey)));
}

/** A signature is verified, then opens what was sealed to it. */
function pointOf(signature: Uint8Array): G1Point {
  const name = hex(signature);
  return signatures.get(name) ?? remember(signatures, name, g1(signature));
}

/** What was sealed to a signature begins with such a point, which is looked at twice. */
function shareOf(point: Uint8Array): G2Point {
  const name = hex(point);
  return shares.get(name) ?? remember(shares, name, g2(point));
}

function remember<T>(known: Map<string, T>, name: string, value: T): T {
  if (known.size >= REMEMBERED_MAX) known.clear();
  known.set(name, value);
  return value;
}

function inRange(scalar: bigint): bigint {
  if (!(scalar > 0n && scalar < ORDER)) {
    throw new Mistaken("This number is not below the order of the group.");
  }
  return scalar;
}

function hashToG1(message: Uint8Array): G1Point {
  return G1.hashToCurve(message, { DST });
}

function g1(data: Uint8Array): G1Point {
  if (data.length !== SIGNATURE_BYTES) {
    throw new Damaged(`A signature of this kind has ${SIGNATURE_BYTES} bytes.`);
  }
  if (data[0]! & INFINITY) throw new Damaged("This signature is the point at infinity.");
  let point: G1Point;
  try {
    point = G1.Point.fromBytes(data);
    point.assertValidity();
  } catch {
    throw new Damaged("This signature is not a point of the group.");
  }
  if (!same(point.toBytes(), data)) throw new Damaged("This signature is not in its one encoding.");
  return point;
}

function g2(data: Uint8Array): G2Point {
  if (data.length !== PUBLIC_BYTES) throw new Damaged(`A key of this kind has ${PUBLIC_BYTES} bytes.`);
  if (data[0]! & INFINITY) throw new Damaged("This key is the point at infinity.");
  let point: G2Point;
  try {
    point = G2.Point.fromBytes(data);
    point.assertValidity();
  } catch {
    throw new Damaged("This key is not a point of the group.");
  }
  if (!same(point.toBytes(), data)) throw new Damaged("This key is not in its one encoding.");
  return point;
}

/** Twelve coordinates, big-endian, the highest first, as Kilic's Go library writes what drand hashes. */
function gtBytes({ c0, c1 }: Fp12): Uint8Array {
  const highest = [c1.c2, c1.c1, c1.c0, c0.c2, c0.c1, c0.c0].flatMap((part) => [part.c1, part.c0]);
  return concat(...highest.map((coordinate) => numberToBytesBE(coordinate, COORDINATE_BYTES)));
}
