/**
 * Signs of life: made when a person does something with their own hands, and never by work in the background.
 *
 *     byAct      after a ring, a letter, a visit to the room, the opening of the app: at most twice a day
 *     now        because the person says so
 *     away       because they say for how long they will not
 *
 * With each goes a note to every guardian, always of the same length, which is nearly always empty. A person who is made
 * to keep their watch types their second word, and for five weeks the notes call for help: nothing that is shown, sent
 * or waited for is another then.
 */

import { scryptAsync } from "@noble/hashes/scrypt.js";

import { hex, randomBytes, utf8 } from "../core/bytes";
import { Mistaken, NotFound, Refused, Stale, TwinbellError } from "../core/errors";
import { Life, nextN, notesHash, sealNote, signAlive, signAway } from "../core/wire/life";
import { WATCH_AWAY_S_MAX } from "../core/wire/limits";
import * as bonds from "./bonds";
import type { Home } from "./home";
import { pendantOf } from "./journal";
import type { View } from "./vault";
import * as watch from "./watch";
import { DAY_S, type Own } from "./watch";
import { relayOf, type WatchRelay } from "./watchrelay";

const DURESS_S = 35 * DAY_S; // guardians see a note at most once a week: it has to be there for more than one
const EVERY_S = 12 * 3600; // one that nobody asked for: twice a day says all that a watch of days can hear
const AGAIN_S = 600; // one that failed is due at the next act, and not at every one
const ANSWER_MS = 5_000;
const TRIES = 3;

const WORD_LENGTH_MIN = 4;
const SALT_BYTES = 16;
const HASHING = { N: 1 << 14, r: 8, p: 1, dkLen: 32 };

type Sign = (n: number) => Life;

/** After a person has done something: sign life where it is due. What fails is due again; nobody waits. */
export async function byAct(home: Home): Promise<void> {
  for (const own of due(home.vault, home.nowS)) {
    await home.change((draft) => watch.note(draft, own.id, { triedS: home.nowS }));
    try {
      await now(home, own, relayOf(home, own.bond.relay, ANSWER_MS));
    } catch (error) {
      if (!(error instanceof TwinbellError)) throw error;
    }
  }
}

/** Return the watches for which a sign of life is due at an act. */
function due(view: View, nowS: number): Own[] {
  const isWithin = (atS: number, spanS: number): boolean => atS >= nowS - spanS && atS <= nowS;
  return watch.every(view).filter((own) => {
    const row = watch.rowOf(view, own);
    return row !== null && !isWithin(row.aliveS, EVERY_S) && !isWithin(row.triedS, AGAIN_S);
  });
}

/** Sign life and bring it to the relay; throw what it answers. */
export async function now(home: Home, own: Own, asks?: WatchRelay): Promise<void> {
  const duress = home.nowS < (watch.rowOf(home.vault, own)?.duressS ?? 0);
  const day = Math.floor(home.nowS / DAY_S);
  const agreed = watch.asked(home.vault, own).filter(({ appointed }) => appointed.agreed);
  const notes = new Map(
    agreed.map(({ bond, appointed }) => [
      hex(appointed.seat),
      sealNote({ duress, day }, pendantOf(bond).peer.letter, own.id),
    ]),
  );
  const { epoch } = own.terms;
  const sign = (n: number): Life => {
    const alive = { watch: own.id, epoch, n, day, notes: notesHash(notes) };
    return new Life(signAlive(alive, own.key), notes);
  };
  await bring(home, own, asks ?? relayOf(home, own.bond.relay), sign);
}

/** Say until when the person will not be heard from, or by 0 that they are back. A sign of life too. */
export async function away(home: Home, own: Own, untilS: number): Promise<void> {
  if (untilS && !(untilS > home.nowS && untilS <= home.nowS + WATCH_AWAY_S_MAX)) {
    throw new Mistaken("You can be away until a day that lies ahead, for 400 days at most.", {
      code: "watch.away",
    });
  }
  // The number is taken now, whatever the day of the absence: it may end no later than 400 days from it.
  const sign = (n: number): Life =>
    new Life(signAway({ watch: own.id, n, fromS: Math.min(home.nowS, n), untilS }, own.key));
  await bring(home, own, relayOf(home, own.bond.relay), sign);
}

async function bring(home: Home, own: Own, asks: WatchRelay, sign: Sign): Promise<void> {
  let newest = Math.max(watch.rowOf(home.vault, own)?.n ?? 0, own.owned.lifeN);
  for (let tries = 0; tries < TRIES; tries++) {
    const n = nextN(home.nowS, newest);
    try {
      await asks.live(own.id, sign(n));
    } catch (error) {
      // Another device of ours, or a hand, was faster.
      if (!(error instanceof Stale) || error.newest === undefined) throw error;
      newest = error.newest;
      continue;
    }
    await home.change((draft) => {
      const known = watch.rowOf(draft, own)?.n ?? 0;
      watch.note(draft, own.id, { n: Math.max(known, n), aliveS: home.nowS, triedS: home.nowS });
    });
    return;
  }
  throw new Refused("Somebody else signs life for this watch at this moment.", { code: "watch.busy" });
}

// The two words.

/** Keep the two words: the usual one, and the one that calls for help. */
export async function setWords(home: Home, own: Own, usual: string, second: string): Promise<void> {
  const [one, other] = [normal(usual), normal(second)];
  if (Math.min([...one].length, [...other].length) < WORD_LENGTH_MIN) {
    throw new Mistaken(`A word has ${WORD_LENGTH_MIN} letters or more.`, { code: "watch.word-short" });
  }
  if (one === other) throw new Mistaken("The two words have to differ.", { code: "watch.words-same" });
  const salt = randomBytes(SALT_BYTES);
  const words = { salt, usual: await hashed(one, salt), second: await hashed(other, salt) };
  await home.change((draft) => watch.note(draft, own.id, { words }));
}

/**
 * Sign life after one of the two words was typed, by the same steps whichever it was.
 *
 * Throws `Refused` for a word that is neither.
 */
export async function answer(home: Home, own: Own, word: string): Promise<void> {
  const words = watch.rowOf(home.vault, own)?.words;
  if (!words) throw new NotFound("No words are set for this watch.", { code: "watch.words-none" });
  const typed = await hashed(normal(word), words.salt);
  const isUsual = bonds.same(typed, words.usual);
  const isSecond = bonds.same(typed, words.second);
  if (!isUsual && !isSecond) throw new Refused("This is not your word.", { code: "watch.word" });
  // The usual word leaves a call for help as it is: whoever forces a second answer must not end it.
  const untilS = isSecond ? home.nowS + DURESS_S : 0;
  await home.change((draft) => {
    const row = watch.rowOf(draft, own);
    watch.note(draft, own.id, { duressS: Math.max(row?.duressS ?? 0, untilS) });
  });
  await now(home, own);
}

function normal(word: string): string {
  return word.toLowerCase().split(/\s+/u).filter(Boolean).join(" ");
}

function hashed(word: string, salt: Uint8Array): Promise<Uint8Array> {
  return scryptAsync(utf8(word), salt, HASHING);
}
