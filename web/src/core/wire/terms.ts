/**
 * The terms of a watch: after how long, with whose word, and who may change them how.
 *
 * A watch is named by its key: its id is a hash of the public key that signs its terms, so nobody else's terms fit
 * it. Each guardian signed a consent to this one watch, and terms with a guardian who did not are refused by everyone.
 * What the times in here lead to is `silence`.
 */

import { compare, concat, hex, same, utf8 } from "../bytes";
import * as kdf from "../crypto/kdf";
import { PUBLIC_BYTES, SIGNATURE_BYTES, VerifyKey, type SigningKey } from "../crypto/signing";
import { encode, type RecordValue, type Value } from "../encoding";
import { Conflict, Damaged, Refused, Stale } from "../errors";
import { Fields, unlessDamaged, VERSION } from "./fields";
import {
  ID_BYTES,
  WATCH_GRACE_DAYS_MIN,
  WATCH_GUARDIANS_MAX,
  WATCH_HANDS_MAX,
  WATCH_REHEARSAL_UNIT_S_MAX,
  WATCH_TERMS_BYTES_MAX,
  WATCH_UNIT_S,
  WATCH_UNITS_MAX,
} from "./limits";
import { sign, type Signed } from "./signed";
import { isOver, type Rule, type Stage } from "./silence";

export const LABEL_WATCH = "twinbell/v1/watch"; // ‖ public key, hashed: the id
export const LABEL_TERMS = "twinbell/v1/watch-terms";
export const LABEL_CONSENT = "twinbell/v1/watch-consent";

export const EVERY = 30; // units, like the next two, unless a person says otherwise
export const GRACE = 7;
export const VETO = 7;
export const STOP_BYTES = 16;
export const HASH_BYTES = 32;
export const DAY_MAX = 2 ** 32 - 1;

const ZONE = /^[A-Za-z0-9_+/-]{1,64}$/;

/** A guardian's seat: the public key that votes, the hash of the token that looks, and the consent. */
export interface Guardian {
  readonly seat: Uint8Array;
  /** SHA-256 of a bearer token. */
  readonly token: Uint8Array;
  /** Signature by the seat's key. */
  readonly consent: Uint8Array;
  /** Of the consent, since 1970. */
  readonly day: number;
}

/**
 * The terms of a watch. Tokens and the stop code are given by their SHA-256.
 *
 * `number` grows with each change. `epoch` grows each time the watch is armed anew and is 0 before the first time; it
 * is never above `number`, so that nobody can use up the epochs.
 */
export interface Terms {
  readonly key: Uint8Array;
  readonly number: number;
  readonly epoch: number;
  readonly unitS: number;
  readonly every: number;
  readonly grace: number;
  readonly veto: number;
  readonly zone: string;
  readonly k: number;
  readonly guardians: readonly Guardian[];
  readonly reader: Uint8Array;
  readonly owner: Uint8Array;
  readonly stop: Uint8Array;
  readonly hands: readonly Uint8Array[];
  readonly armed: boolean;
  readonly rehearsal: boolean;
}

/** Return the id of the watch whose terms this public key signs: 16 bytes. */
export function watchId(key: Uint8Array): Uint8Array {
  return kdf.sha256(utf8(LABEL_WATCH), key).slice(0, ID_BYTES);
}

/** Return what a guardian signs: that the holder of this seat key is one for this watch. */
export function consentRecord(watch: Uint8Array, seat: Uint8Array, day: number): Uint8Array {
  return encode({ v: VERSION, type: "watch-consent", watch, seat, day });
}

/** Return the seat of a guardian who consents; `token` is the hash of the bearer token for it. */
export function consent(key: SigningKey, watch: Uint8Array, day: number, token: Uint8Array): Guardian {
  const seat = key.verifyKey.raw;
  return { seat, token, consent: sign(key, LABEL_CONSENT, consentRecord(watch, seat, day)).by, day };
}

/** Return the whole of every, grace and veto: what a looser change has to wait for. */
export function waitS({ every, grace, veto, unitS }: Terms): number {
  return (every + grace + veto) * unitS;
}

/** Return these terms as far as time is concerned. */
export function ruleOf({ unitS, every, grace, veto, k, guardians, armed }: Terms): Rule {
  return {
    unitS,
    everyS: every * unitS,
    graceS: grace * unitS,
    vetoS: veto * unitS,
    k,
    guardians: guardians.map(({ seat }) => hex(seat)),
    armed,
  };
}

export function termsToBytes(terms: Terms): Uint8Array {
  const { unitS, guardians, ...rest } = terms;
  return encode({
    v: VERSION,
    type: "watch-terms",
    watch: watchId(terms.key),
    unit: unitS,
    guardians: guardians.map(guardianToValue),
    ...rest,
  });
}

/** Return the terms in `data`, signed or not; throw `Damaged` for anything else. */
export function parseTerms(data: Uint8Array): Terms {
  const fields = Fields.of(data, "watch-terms", { bytesMax: WATCH_TERMS_BYTES_MAX }).only(...NAMES);
  const terms: Terms = {
    key: readKey(fields.data("key", PUBLIC_BYTES)),
    number: fields.number("number", 1),
    epoch: fields.number("epoch"),
    unitS: fields.number("unit", 1, WATCH_UNIT_S),
    every: fields.number("every", 1, WATCH_UNITS_MAX),
    grace: fields.number("grace", 1, WATCH_UNITS_MAX),
    veto: fields.number("veto", 1, WATCH_UNITS_MAX),
    zone: readZone(fields.text("zone", 64)),
    k: fields.number("k", 1, WATCH_GUARDIANS_MAX),
    guardians: fields.items("guardians", WATCH_GUARDIANS_MAX).map(readGuardian),
    reader: fields.data("reader", HASH_BYTES),
    owner: fields.data("owner", HASH_BYTES),
    stop: fields.data("stop", HASH_BYTES),
    hands: fields.items("hands", WATCH_HANDS_MAX).map(readKey),
    armed: fields.flag("armed"),
    rehearsal: fields.flag("rehearsal"),
  };
  checkTerms(terms);
  if (!same(fields.data("watch", ID_BYTES), watchId(terms.key))) throw elsewhere();
  return terms;
}

export function signTerms(terms: Terms, key: SigningKey): Signed {
  return sign(key, LABEL_TERMS, termsToBytes(terms));
}

/**
 * Return the terms of `watch` that were signed by its key and to which every guardian consented.
 *
 * Throws `Damaged` for anything else. Whoever keeps terms gets them by this function.
 */
export function openTerms(signed: Signed, watch: Uint8Array): Terms {
  const terms = parseTerms(signed.record);
  if (!same(watchId(terms.key), watch)) throw elsewhere();
  signed.check(LABEL_TERMS, [terms.key]);
  for (const guardian of terms.guardians) checkConsent(guardian, watch);
  return terms;
}

/** Return if this guardian has consented to this watch; throw `Damaged` if not. */
export function checkConsent({ seat, consent, day }: Guardian, watch: Uint8Array): void {
  const message = concat(utf8(LABEL_CONSENT), consentRecord(watch, seat, day));
  if (unlessDamaged(() => new VerifyKey(seat).verify(consent, message)) instanceof Damaged) {
    throw new Damaged("A guardian in these terms has not consented to this watch.");
  }
}

/** Return if this is the stop code of these terms; throw `Refused` if not. */
export function checkStop({ stop }: Terms, code: Uint8Array): void {
  if (code.length !== STOP_BYTES || !same(kdf.sha256(code), stop)) {
    throw new Refused("This is not the stop code of this watch.");
  }
}

/** When new terms come into force: pending ones after the wait of those that hold, in the sight of all. */
export type Change = "at once" | "pending";

/**
 * Return when `next` terms come into force where `held` ones are.
 *
 * Throws `Stale` for a number that is taken, and `Conflict` for what is never possible. Whoever holds the phone of
 * another should not be able to shorten the watch unseen: what makes it stricter is in force at once, all else waits
 * as long as the old terms would have. Before a watch is armed for the first time it guards nothing, and everything is
 * at once. `pending` are newer terms that still wait; the new ones take their place. Where the watch is over by its
 * stage, only arming anew is taken.
 */
export function change(
  held: Terms,
  next: Terms,
  { pending, stage = "kept" }: { readonly pending?: Terms; readonly stage?: Stage } = {},
): Change {
  const newest = Math.max(held.number, pending?.number ?? 0);
  if (next.number <= newest) throw new Stale("These terms have a number that is taken.", { newest });
  if (!same(next.key, held.key) || next.unitS !== held.unitS || next.rehearsal !== held.rehearsal) {
    throw new Conflict("What a watch is cannot be changed. Start a new one.");
  }
  if (next.epoch < held.epoch || (next.armed && !held.armed && next.epoch === held.epoch)) {
    throw new Conflict("A watch that is armed anew has a higher epoch.");
  }
  if (next.epoch > held.epoch && !next.armed) {
    throw new Conflict("A higher epoch is for a watch that is armed.");
  }
  const over = isOver(stage);
  if (over && next.epoch === held.epoch) throw new Conflict("This watch is over. Arm it anew to go on.");
  if (stage === "stopped" && same(next.stop, held.stop)) {
    throw new Conflict("This watch was stopped, and its stop code has been shown. Arm it with another one.");
  }
  const before = stage === "stopped" ? { ...held, stop: next.stop } : held;
  if (!held.epoch || isStricter(before, next)) return "at once";
  if (over) {
    throw new Conflict("This watch is over. Arm it under terms as strict as the old ones, then loosen them.");
  }
  return "pending";
}

/**
 * Say whether `next` terms never lead to silence sooner than the `old`.
 *
 * A further hand that may sign life only makes it later; one that is taken away could make it sooner.
 */
export function isStricter(old: Terms, next: Terms): boolean {
  const guardians = old.guardians.map(guardianToBytes);
  return (
    (["every", "grace", "veto", "k"] as const).every((name) => next[name] >= old[name]) &&
    (["reader", "owner", "stop"] as const).every((name) => same(next[name], old[name])) &&
    next.zone === old.zone &&
    next.guardians.every((guardian) => isAmong(guardianToBytes(guardian), guardians)) &&
    old.hands.every((hand) => isAmong(hand, next.hands))
  );
}

const NAMES = [
  ...["watch", "key", "number", "epoch", "unit", "every", "grace", "veto", "zone", "k", "guardians"],
  ...["reader", "owner", "stop", "hands", "armed", "rehearsal"],
];

/** Return if these terms make sense; throw `Damaged` if not. */
export function checkTerms(terms: Terms): void {
  const { number, epoch, armed, rehearsal, unitS, grace, guardians, hands, k } = terms;
  if (epoch < 0 || epoch > number || number < 1 || (armed && !epoch)) {
    throw new Damaged("The numbers of these terms do not fit together.");
  }
  if (rehearsal && (unitS < 1 || unitS > WATCH_REHEARSAL_UNIT_S_MAX)) {
    throw new Damaged(`A rehearsal counts in units of 1 to ${WATCH_REHEARSAL_UNIT_S_MAX} seconds.`);
  }
  if (!rehearsal && unitS !== WATCH_UNIT_S) throw new Damaged("A watch counts in days.");
  if (!rehearsal && grace < WATCH_GRACE_DAYS_MIN) {
    throw new Damaged(`Grace is ${WATCH_GRACE_DAYS_MIN} days or more: so long do three reminders take.`);
  }
  const seats = guardians.map(({ seat }) => seat);
  if (!areDistinct(seats) || !areDistinct(hands)) throw new Damaged("These terms name a key twice.");
  if ([terms.key, ...hands].some((key) => isAmong(key, seats))) {
    throw new Damaged("Nobody is their own guardian.");
  }
  if (armed || seats.length) {
    if (k > seats.length) throw new Damaged("These terms ask for more guardians than they have.");
    if (k < 2 && seats.length !== 1) throw new Damaged("Of several guardians two at least must agree.");
  }
  if (!areDistinct([terms.owner, terms.reader, ...guardians.map(({ token }) => token)])) {
    throw new Damaged("Each token of a watch has one right.");
  }
}

function guardianToValue({ seat, token, consent, day }: Guardian): RecordValue {
  return { seat, token, consent, day };
}

function guardianToBytes(guardian: Guardian): Uint8Array {
  return encode(guardianToValue(guardian));
}

function readGuardian(value: Value): Guardian {
  const fields = new Fields(value, "guardian").only("seat", "token", "consent", "day");
  return {
    seat: fields.data("seat", PUBLIC_BYTES),
    token: fields.data("token", HASH_BYTES),
    consent: fields.data("consent", SIGNATURE_BYTES),
    day: fields.number("day", 0, DAY_MAX),
  };
}

function readKey(value: Value): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new Damaged("A hand is a key.");
  return new VerifyKey(value).raw;
}

function readZone(text: string): string {
  if (!ZONE.test(text)) throw new Damaged("A zone is named as in tz.");
  return text;
}

function elsewhere(): Damaged {
  return new Damaged("These terms are another watch's.");
}

function isAmong(one: Uint8Array, others: readonly Uint8Array[]): boolean {
  return others.some((other) => compare(one, other) === 0);
}

function areDistinct(keys: readonly Uint8Array[]): boolean {
  return new Set(keys.map(hex)).size === keys.length;
}
