/**
 * A secret in shares: any k of n give it back, fewer tell nothing (SLIP-39).
 *
 * One profile: 32 bytes, one group, extendable, iteration exponent 1, empty passphrase. Other profiles are refused
 * before they are computed: an exponent of 15 would keep a phone busy for an hour.
 *
 * A share is 33 words. SLIP-39 words are not BIP-39 words, but the first four letters are enough here too. The format
 * of a share is in `slip39.ts`. Loaded where shares are used and nowhere else, since it brings a list of words.
 */

import { hex, type Random, randomBytes, same } from "../bytes";
import { Damaged, Mistaken } from "../errors";
import * as slip39 from "./slip39";
import { WORDS } from "./sharewords";

export const SECRET_BYTES = 32;
export const SHARES_MAX = 16;
export const SHARE_WORDS = 33;
export const SHARE_CHARS_MAX = 1000;
const ITERATION_EXPONENT = 1;
const PREFIX_LETTERS = 4;
const GIVEN_MAX = 3 * SHARES_MAX; // every share three times is patience enough
const TRIES_MAX = 2000; // how many sets are tried to find out which share is the false one

/**
 * Return `n` shares, any `k` of which give `secret` (32 bytes) back.
 *
 * Throws `Mistaken` unless 1 ≤ k ≤ n ≤ 16. A k of 1 goes only with an n of 1: more copies of the secret itself are no
 * sharing, and SLIP-39 has no place for them.
 */
export function split(secret: Uint8Array, k: number, n: number, random: Random = randomBytes): string[] {
  if (secret.length !== SECRET_BYTES) throw new Mistaken(`A shared secret has ${SECRET_BYTES} bytes.`);
  if (!(1 <= k && k <= n && n <= SHARES_MAX) || (k === 1 && n > 1)) {
    throw new Mistaken(`${k} of ${n} shares is not possible: two or more of at most ${SHARES_MAX}.`);
  }
  return slip39.split(secret, k, n, ITERATION_EXPONENT, random).map(wordsOf);
}

/** Return how many of its kind `share` says are needed; throw `Damaged` for what is no share of ours. */
export function threshold(share: string): number {
  return parse(share, 1).threshold;
}

/** Return what all shares of one split have in common; throw `Damaged` for what is no share of ours. */
export function family(share: string): string {
  return familyOf(parse(share, 1));
}

/** Return the words of `share` in full and small letters; throw `Damaged` for what is no share of ours. */
export function normal(share: string): string {
  return wordsOf(parse(share, 1));
}

/**
 * Return the secret (32 bytes) of which `shares` are enough.
 *
 * More than needed may be given, also doubled. Throws `Damaged` naming the share that is wrong, by its place in
 * `shares`, or saying how many more are needed. A secret that comes back is the one that was split up to 1 in 2^32;
 * who needs more compares it with what is known of it.
 */
export function combine(shares: readonly string[]): Uint8Array {
  if (shares.length > GIVEN_MAX) throw new Damaged(`These are more than ${GIVEN_MAX} shares.`);
  const parsed = shares.map((text, at) => parse(text, at + 1));
  const [first] = parsed;
  if (!first) throw new Damaged("There are no shares here.");
  parsed.forEach((share, at) => {
    if (familyOf(share) !== familyOf(first)) {
      throw new Damaged(`Share ${at + 1} does not belong with share 1.`);
    }
  });
  const distinct = parsed.filter((share, at) => parsed.findIndex((other) => isSame(other, share)) === at);
  if (new Set(distinct.map((share) => share.index)).size !== distinct.length) {
    throw new Damaged("Two of these shares have the same number and different words.");
  }
  const missing = first.threshold - distinct.length;
  if (missing > 0) {
    throw new Damaged(
      missing > 1 ? `${missing} more of these shares are needed.` : "One more share is needed.",
    );
  }
  return agree(distinct, parsed);
}

/** Return all choices of `count` of these, in their order, one after another. */
export function* choices<T>(items: readonly T[], count: number): Generator<T[]> {
  if (count === 0) yield [];
  else {
    for (const [at, item] of items.entries()) {
      for (const rest of choices(items.slice(at + 1), count - 1)) yield [item, ...rest];
    }
  }
}

/** Return the secret on which all shares agree; where they do not, find out which is false. */
function agree(distinct: readonly slip39.Share[], parsed: readonly slip39.Share[]): Uint8Array {
  const k = distinct[0]?.threshold ?? 0;
  const some = distinct.slice(0, k);
  const secret = slip39.recover(some);
  if (secret && !strangers(some, distinct, secret).length) return secret;
  if (k > 1) throwFalse(distinct, parsed, k); // a lone share has no digest that could prove anything
  throw new Damaged("These shares do not fit together: one of them is false.");
}

function throwFalse(distinct: readonly slip39.Share[], parsed: readonly slip39.Share[], k: number): void {
  let tries = 0;
  for (const some of choices(distinct, k)) {
    if (++tries > TRIES_MAX) return;
    const secret = slip39.recover(some);
    if (!secret) continue;
    const liars = strangers(some, distinct, secret);
    const places = parsed.flatMap((share, at) =>
      liars.some((liar) => isSame(liar, share)) ? [`${at + 1}`] : [],
    );
    if (places.length === 1) throw new Damaged(`Share ${places[0]} is false; leave it out.`);
    throw new Damaged(`Shares ${places.join(" and ")} are false; leave them out.`);
  }
}

/** Return the shares that do not lead to the secret that `some` lead to. */
function strangers(
  some: readonly slip39.Share[],
  distinct: readonly slip39.Share[],
  secret: Uint8Array,
): slip39.Share[] {
  return distinct.filter((share) => {
    if (some.includes(share)) return false;
    const found = slip39.recover([...some.slice(1), share]);
    return !found || !same(found, secret);
  });
}

function parse(text: string, place: number): slip39.Share {
  if (text.length > SHARE_CHARS_MAX) throw new Damaged(`Share ${place} is too long.`);
  const indices = text
    .toLowerCase()
    .split(/\s+/u)
    .filter((word) => word)
    .map((word, at) => complete(word, place, at + 1));
  if (indices.length !== SHARE_WORDS) {
    throw new Damaged(`Share ${place} has ${indices.length} words; a share has ${SHARE_WORDS}.`, {
      code: "share.length",
      facts: { share: place, words: indices.length },
    });
  }
  const share = slip39.read(indices);
  if (!share) {
    throw new Damaged(`Share ${place} is damaged: a word in it is wrong, or two have changed places.`, {
      code: "share.damaged",
      facts: { share: place },
    });
  }
  if (
    share.exponent !== ITERATION_EXPONENT ||
    !share.extendable ||
    share.groups !== 1 ||
    share.value.length !== SECRET_BYTES
  ) {
    throw new Damaged(`Share ${place} is a SLIP-39 share of another kind than ours.`);
  }
  return share;
}

let prefixes: Map<string, number> | undefined;

/** Return the place in the list of the word that was meant. */
function complete(typed: string, share: number, place: number): number {
  prefixes ??= new Map(WORDS.map((word, at) => [word.slice(0, PREFIX_LETTERS), at]));
  const at = prefixes.get(typed.slice(0, PREFIX_LETTERS));
  if (typed.length < PREFIX_LETTERS || at === undefined || !WORDS[at]?.startsWith(typed)) {
    const word = typed.slice(0, 20);
    throw new Damaged(`Share ${share} has a word that is not in the list: '${word}'.`, {
      code: "share.word",
      facts: { share, place, word },
    });
  }
  return at;
}

function wordsOf(share: slip39.Share): string {
  return slip39
    .write(share)
    .map((at) => WORDS[at])
    .join(" ");
}

function familyOf(share: slip39.Share): string {
  const { id, extendable, exponent, group, groupThreshold, groups, threshold } = share;
  return [id, Number(extendable), exponent, group, groupThreshold, groups, threshold].join(" ");
}

function isSame(one: slip39.Share, other: slip39.Share): boolean {
  return one.index === other.index && hex(one.value) === hex(other.value);
}
