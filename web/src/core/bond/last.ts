/**
 * Last letters: what they are locked to, and when a guardian may help to open them.
 *
 *     Arming        a gate of the guardians: one seed, split among them; every letter of its epoch has it
 *     silence gate  one a letter: its seed goes to the relay, sealed to the reader, as a parcel
 *     mayRelease    what stands between a guardian and the release of a share
 *     regain        the gate's seed again, out of what guardians released, whatever liars are among them
 *
 * Which lock it makes is in `lastlock.ts`. Format: `docs/spec/last-letters.md`. What has to do with the words of
 * shares answers later, since their list is loaded when it is needed.
 */

import { HybridIdentity, HybridRecipient } from "../age/hybrid";
import type { Identity } from "../age/recipient";
import { open, seal } from "../age/stream";
import { type Random, randomBytes, same, unutf8, utf8 } from "../bytes";
import * as kdf from "../crypto/kdf";
import type * as Shares from "../crypto/shares";
import { Damaged } from "../errors";
import { WATCH_GUARDIANS_MAX, WATCH_PARCEL_BYTES_MAX } from "../wire/limits";
import type { Answer } from "../wire/silence";
import { GuardiansGate, SilenceGate } from "./gate";
import type { Share } from "./guardian";
import type { HeldShare, Seat } from "./watchkeys";
import { termsOf } from "./watchsight";

export const SEED_BYTES = 32;
export const DURESS_S = 40 * 86_400; // the mark of the writer's client is set for 35 days, and a note may be a week old
const TRIES_MAX = 2_000; // sets of shares that are tried: far more than seven guardians have

/** A new gate of the guardians. The shares go out, and are then let go of; the gate stays. */
export interface Arming {
  readonly gate: GuardiansGate;
  /** A share for each guardian, in their order. */
  readonly words: readonly string[];
}

/** Return a fresh gate that `k` of `n` guardians open together; throw `Mistaken` where that cannot be. */
export async function arm(k: number, n: number, random: Random = randomBytes): Promise<Arming> {
  const shares = await loaded();
  const seed = random(SEED_BYTES);
  const words = shares.split(seed, k, n, random);
  return { gate: new GuardiansGate(new HybridIdentity(seed).recipient.publicKey, k, n), words };
}

/** Return what the guardian at `place` (from 0) is sent. */
export function shareOf(
  { gate, words }: Arming,
  place: number,
  { watch, epoch }: { readonly watch: Uint8Array; readonly epoch: number },
): Share {
  const { recipient, threshold: k, guardians: n } = gate;
  return { kind: "share", watch, epoch, gate: gateHash(recipient), words: words[place] ?? "", k, n };
}

/** Return how a share names its gate. */
export function gateHash(recipient: Uint8Array): Uint8Array {
  return kdf.sha256(recipient);
}

/** A fresh silence gate of one letter, and the parcel for the relay. */
export interface Silence {
  readonly gate: SilenceGate;
  readonly parcel: Uint8Array;
}

/** Return the silence gate of a letter. `recipients` are the reader's letter and kit recipients. */
export async function silence(
  watch: Uint8Array,
  recipients: readonly Uint8Array[],
  random: Random = randomBytes,
): Promise<Silence> {
  const identity = HybridIdentity.generate(random);
  const parcel = await seal(
    utf8(`${identity.toString()}\n`),
    recipients.map((each) => new HybridRecipient(each)),
  );
  return { gate: new SilenceGate(identity.recipient.publicKey, watch), parcel };
}

/**
 * Return the seed of a silence gate out of its parcel.
 *
 * Throws `NotForMe` if none of `identities` opens it, `Damaged` for what is not the key of this gate.
 */
export async function openParcel(
  parcel: Uint8Array,
  identities: readonly Identity[],
  gate: SilenceGate,
): Promise<Uint8Array> {
  if (parcel.length > WATCH_PARCEL_BYTES_MAX) throw new Damaged("What the relay released is no key.");
  const identity = readKey(await open(parcel, identities));
  if (!same(identity.recipient.publicKey, gate.recipient)) {
    throw new Damaged("What the relay released is the key of another letter.");
  }
  return identity.seed;
}

function readKey(plain: Uint8Array): HybridIdentity {
  try {
    return HybridIdentity.parse(unutf8(plain).replace(/\n$/, ""));
  } catch (error) {
    throw error instanceof Damaged ? new Damaged("What the relay released is no key.") : error;
  }
}

/** The seed of a gate, and which of the shares (from 0) were not of it. */
export interface Regained {
  readonly seed: Uint8Array;
  readonly wrong: readonly number[];
}

/**
 * Return the seed of `gate` out of the shares that were released; null while they are not enough.
 *
 * The gate's recipient decides which shares are true, so a liar among them neither stops nor misleads. Throws `Damaged`
 * where as many as are needed are there and no such set of them gives the seed.
 */
export async function regain(gate: GuardiansGate, words: readonly string[]): Promise<Regained | null> {
  const shares = await loaded();
  const whole = words.map((text) => wholeOf(shares, text));
  const distinct = [...new Set(whole)].filter((text) => text).slice(0, 3 * WATCH_GUARDIANS_MAX);
  if (distinct.length < gate.threshold) return null;
  let tries = 0;
  for (const some of shares.choices(distinct, gate.threshold)) {
    if (++tries > TRIES_MAX) break;
    const seed = seedOf(shares, gate, some);
    if (!seed) continue;
    const isTrue = (text: string): boolean =>
      some.includes(text) || seedOf(shares, gate, [...some.slice(1), text]) !== null;
    const others = new Set(distinct.filter((text) => !isTrue(text)));
    const wrong = whole.flatMap((text, place) => (text && !others.has(text) ? [] : [place]));
    return { seed, wrong };
  }
  throw new Damaged("The shares that were released do not open this: one of them is false.");
}

/** Why a share may not be released. `untilS`: from then on this one does not stand in the way. */
export interface Hindrance {
  readonly code: "no-seat" | "stopped" | "heard" | "say-first" | "away" | "too-new";
  readonly untilS: number | null;
}

/** What a guardian knows beside their seat: what they have said themselves, and the time. */
interface Known {
  readonly answer: Answer | null;
  readonly nowS: number;
}

/**
 * Return what hinders the guardian in `seat` from releasing this share now; null if nothing does.
 *
 * `answer` is what this guardian has said themselves to the question whether they have heard from the writer.
 * Everything else is what their own client has checked, so that a relay which lies can ask falsely, and get nothing by
 * it.
 */
export function hindrance(seat: Seat, held: HeldShare, { answer, nowS }: Known): Hindrance | null {
  const because = (code: Hindrance["code"], untilS: number | null = null): Hindrance => ({ code, untilS });
  const given = seat.held(nowS);
  if (given === null) return because("no-seat");
  const terms = termsOf(given);
  if (same(seat.stopped, terms.stop)) return because("stopped");
  if (answer === "yes") return because("heard");
  if (answer !== "no") return because("say-first");
  if (seat.awayS > nowS) return because("away", seat.awayS);
  // To give a share is an act of the writer's too: before any sign of life has come, this one counts. What lies ahead
  // counts as now, for as long as it lies ahead.
  const untilS = Math.max(seat.lifeS, seat.awayS, held.sinceS) + (terms.every + terms.grace) * terms.unitS;
  return nowS < untilS ? because("too-new", untilS) : null;
}

/** Whether the writer has said, in a note that shows to nobody else, that they are not free. */
export function isUnderDuress({ duressS }: Seat, nowS: number): boolean {
  return duressS > 0 && nowS - duressS < DURESS_S;
}

/** Whether a guardian may release: not with a refusal. A warning is shown, and then asked again. */
export interface Ruling {
  readonly refusal: string;
  readonly warning: string;
  readonly allowed: boolean;
}

/** Return whether the guardian in `seat` may release this share, in the sentences for it. */
export function mayRelease(
  seat: Seat,
  held: HeldShare,
  { writer, ...known }: Known & { readonly writer: string },
): Ruling {
  const hindered = hindrance(seat, held, known);
  if (hindered) return { refusal: REFUSALS[hindered.code](writer), warning: "", allowed: false };
  const warning = isUnderDuress(seat, known.nowS)
    ? `The last sign of ${writer} said that they were not free. Ask somebody who has seen them.`
    : "";
  return { refusal: "", warning, allowed: true };
}

const REFUSALS: { readonly [Code in Hindrance["code"]]: (writer: string) => string } = {
  "no-seat": (writer) => `${writer} has not given you a seat yet.`,
  stopped: (writer) => `The watch of ${writer} was stopped with the code on paper. Nothing is opened.`,
  heard: (writer) => `You said that you have heard from ${writer}.`,
  "say-first": (writer) => `Say first whether you have heard from ${writer}.`,
  away: (writer) => `${writer} said that they would be away, and that time is not over.`,
  "too-new": (writer) => `You hold a sign of life of ${writer} that is too new.`,
};

function loaded(): Promise<typeof Shares> {
  return import("../crypto/shares");
}

/** Return the words of a share in full; nothing where it is none. */
function wholeOf(shares: typeof Shares, text: string): string {
  try {
    return shares.normal(text);
  } catch (error) {
    if (error instanceof Damaged) return "";
    throw error;
  }
}

/** Return the seed that these shares give, if it is the one of this gate. */
function seedOf(shares: typeof Shares, gate: GuardiansGate, words: readonly string[]): Uint8Array | null {
  try {
    const seed = shares.combine(words);
    return same(new HybridIdentity(seed).recipient.publicKey, gate.recipient) ? seed : null;
  } catch (error) {
    if (error instanceof Damaged) return null;
    throw error;
  }
}
