/**
 * CPace (draft-irtf-cfrg-cpace): two who share a few words get a strong key, and one guess is one run.
 *
 * Suite CPACE-X25519-SHA512, initiator-responder, with key confirmation. A is the initiator (who gives the
 * bell), B the responder. Associated data of both sides is bound into the key. Nothing here counts guesses:
 * that is the bell's part, and without it the words are worth little.
 *
 * The generator is computed with the engine's integers, which is not constant time. A run computes it once
 * for a password that is good for one run, so there is nothing to average over.
 */

import { ed25519, x25519 } from "@noble/curves/ed25519.js";
import { bytesToNumberLE, numberToBytesLE } from "@noble/curves/utils.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha512 } from "@noble/hashes/sha2.js";

import { concat, randomBytes, same, utf8, type Random } from "../bytes";
import { Damaged, Mistaken } from "../errors";

export const SHARE_BYTES = 32;
export const SCALAR_BYTES = 32;
export const ISK_BYTES = 64;
export const TAG_BYTES = 64;

const DSI = utf8("CPace255");
const DSI_ISK = utf8("CPace255_ISK");
const MAC_LABEL = utf8("CPaceMac");
const SID_OUTPUT_LABEL = utf8("CPaceSidOutput");
const HASH_BLOCK_BYTES = 128; // SHA-512

const { Fp } = ed25519.Point;
const A = 486662n; // Curve25519: v^2 = u^3 + A u^2 + u
const Z = 2n; // a non-square

/** What both sides know before they begin: the session's id and what it is for (the draft's CI). */
export interface Occasion {
  readonly sid: Uint8Array;
  readonly channel: Uint8Array;
}

/** What crossed the wire: each side's share (32 bytes) and its associated data. */
export interface Transcript {
  readonly shareA: Uint8Array;
  readonly dataA: Uint8Array;
  readonly shareB: Uint8Array;
  readonly dataB: Uint8Array;
}

/** What a run leaves: the key (64 bytes), each side's confirmation tag (64 bytes), and its public id. */
export interface Session {
  readonly isk: Uint8Array;
  readonly tagA: Uint8Array;
  readonly tagB: Uint8Array;
  readonly sidOutput: Uint8Array;
}

/**
 * Return a fresh scalar (32 bytes, secret, for this run alone) and the share (32 bytes) to send.
 *
 * `password` is the draft's PRS.
 */
export function begin(
  password: Uint8Array,
  occasion: Occasion,
  random: Random = randomBytes,
): { readonly scalar: Uint8Array; readonly share: Uint8Array } {
  const scalar = random(SCALAR_BYTES);
  return { scalar, share: share(scalar, generator(password, occasion)) };
}

/**
 * Return the session of `transcript`, computed from this side's scalar.
 *
 * A wrong password shows only when the tags are compared: see `checkTag`. Throws `Damaged` where the
 * other share is a point of low order, or is our own sent back.
 */
export function finish(
  scalar: Uint8Array,
  transcript: Transcript,
  { sid, initiator }: { readonly sid: Uint8Array; readonly initiator: boolean },
): Session {
  const { shareA, dataA, shareB, dataB } = transcript;
  if (same(shareA, shareB)) throw new Damaged("The other side sent our own message back.");
  const theirs = initiator ? shareB : shareA;
  const said = concat(lv(shareA, dataA), lv(shareB, dataB));
  const isk = sha512(concat(lv(DSI_ISK, sid, multiply(scalar, theirs)), said));
  const macKey = sha512(concat(MAC_LABEL, sid, isk));
  return {
    isk,
    tagA: hmac(sha512, macKey, lv(shareA, dataA)),
    tagB: hmac(sha512, macKey, lv(shareB, dataB)),
    sidOutput: sha512(concat(SID_OUTPUT_LABEL, said)),
  };
}

/** Return if the other side has the same key; throw `Damaged` if it has not. Constant time. */
export function checkTag(expected: Uint8Array, received: Uint8Array): void {
  if (!same(expected, received)) throw new Damaged("The code was not the same on both sides.");
}

/** Return the point (32 bytes) that password, session and channel decide (draft §7). */
export function generator(password: Uint8Array, { sid, channel }: Occasion): Uint8Array {
  const zeros = Math.max(0, HASH_BLOCK_BYTES - 1 - lv(password).length - lv(DSI).length);
  const digest = sha512(lv(DSI, password, new Uint8Array(zeros), channel, sid)).subarray(0, SHARE_BYTES);
  return numberToBytesLE(elligator2(bytesToNumberLE(digest) & (2n ** 255n - 1n)), SHARE_BYTES);
}

/** Return `scalar` times the generator (32 bytes). */
export function share(scalar: Uint8Array, generator: Uint8Array): Uint8Array {
  return multiply(scalar, generator);
}

function multiply(scalar: Uint8Array, point: Uint8Array): Uint8Array {
  if (scalar.length !== SCALAR_BYTES) throw new Mistaken(`A CPace scalar has ${SCALAR_BYTES} bytes.`);
  if (point.length !== SHARE_BYTES) throw new Damaged(`A CPace share has ${SHARE_BYTES} bytes.`);
  try {
    return x25519.getSharedSecret(scalar, point);
  } catch {
    // The result would be all zeros, and known to everybody.
    throw new Damaged("The other side sent a point that no honest side sends.");
  }
}

/** Map a number below 2^255 to the u coordinate of a point (RFC 9380 §6.7.1). */
function elligator2(r: bigint): bigint {
  const v = Fp.neg(Fp.mul(A, Fp.inv(Fp.create(1n + Z * Fp.sqr(Fp.create(r)))))); // never 1/0: -1/Z is no square
  const curve = Fp.mul(v, Fp.create(Fp.sqr(v) + A * v + 1n));
  const square = Fp.pow(curve, (Fp.ORDER - 1n) / 2n) !== Fp.ORDER - 1n;
  return square ? v : Fp.create(-v - A);
}

function lv(...parts: readonly Uint8Array[]): Uint8Array {
  return concat(...parts.flatMap((part) => [leb128(part.length), part]));
}

function leb128(number: number): Uint8Array {
  const out: number[] = [];
  while (number > 127) {
    out.push((number & 127) | 128);
    number >>>= 7;
  }
  return Uint8Array.of(...out, number);
}
