/**
 * What time brings: gaps are told, and once a day keys are renewed, what is missing is asked for and given.
 *
 * All of it may run at any time and as often as one likes: what was done is not done again.
 */

import { DEVICE_ASLEEP_S } from "../wire/limits";
import { UNOPENED_KEPT_S } from "./arrival";
import { DAY_S, type Gap, type Receiving } from "./chain";
import { type Effect, type Event, tell } from "./event";
import { otherOf } from "./keys";
import { GAPS_MAX, type Head, type Range } from "./message";
import type { Pendant } from "./pendant";
import type { Prekey } from "./prekey";
import { copied, deposit, type Now, type Step } from "./writing";

export const DAILY_S = 20 * 3600; // a person opens Twinbell at about the same hour: a day less four hours is a day
export const PREKEY_EVERY_S = 7 * DAY_S;
export const PREKEY_KEPT_S = 30 * DAY_S; // after every awake device of the peer was seen to use a newer one
export const PREKEY_KEPT_MAX_S = 400 * DAY_S;
export const INBOX_KEY_KEPT_S = 7 * DAY_S; // an old one, after the peer was seen to use the new one
export const GAP_PATIENCE_S = 300; // what is under way may overtake
export const GAP_ASKED_S = 30 * DAY_S;
export const RESENT_A_DAY_MAX = 1000; // a peer that asks for everything, every day, does not get it
export const BODIES_KEPT_S = 30 * DAY_S; // after the peer has said that it has them

type Work = (pendant: Pendant, now: Now) => Step | Promise<Step>;

const DAY: readonly Work[] = [inboxKeys, prekeys, missing, answered, forgotten, copied];

export async function tick(before: Pendant, _: Event<"Tick">, now: Now): Promise<Step> {
  let [pendant, effects] = gapsTold(before, now.nowS);
  const sinceS = now.nowS - pendant.dailyS;
  // A clock that was far ahead once must not stop this for long.
  if (sinceS >= 0 && sinceS < DAILY_S) return [pendant, effects];
  pendant = pendant.with({ dailyS: now.nowS });
  for (const work of DAY) {
    const [after, more] = await work(pendant, now);
    pendant = after;
    effects = [...effects, ...more];
  }
  return [pendant, effects];
}

function gapsTold(before: Pendant, nowS: number): Step {
  let pendant = before;
  const effects: Effect[] = [];
  for (const chain of before.receiving) {
    const { device } = chain;
    const gaps: Gap[] = [];
    for (const gap of chain.gaps) {
      const { first, last } = gap;
      const ageS = nowS - gap.sinceS;
      if (ageS >= GAP_ASKED_S) {
        effects.push(tell({ type: "GapGivenUp", device, first, last }));
      } else if (!gap.told && ageS >= GAP_PATIENCE_S) {
        effects.push(tell({ type: "GapSeen", device, first, last }));
        gaps.push({ ...gap, told: true });
      } else {
        gaps.push(gap);
      }
    }
    const isChanged = gaps.length !== chain.gaps.length || gaps.some((gap, at) => gap !== chain.gaps[at]);
    if (isChanged) pendant = pendant.withChain(otherOf(pendant.bond.role), chain.with({ gaps }));
  }
  return [pendant, effects];
}

/** Let go of old inbox keys once the peer uses the new one: whoever stole one could write with it. */
function inboxKeys(pendant: Pendant, { nowS }: Now): Step {
  const { keyring, inboxUsedS } = pendant;
  const isUsed = inboxUsedS > 0 && nowS - inboxUsedS >= INBOX_KEY_KEPT_S;
  if (!isUsed || keyring.inboxKeys.length === 1) return [pendant, []];
  const newest = keyring.with({ inboxKeys: keyring.inboxKeys.slice(-1) });
  return [pendant.withKeyring(newest, { copy: false }), []];
}

/** Make a new prekey each week, and delete those that nobody can use any more. */
async function prekeys(pendant: Pendant, { nowS, random }: Now): Promise<Step> {
  const before = pendant.keyring;
  const ageS = nowS - before.prekey.madeS;
  const isFresh = ageS >= 0 && ageS < PREKEY_EVERY_S;
  const keyring = isFresh ? before : before.withPrekey(nowS, random);
  const awake = pendant.receiving.filter((chain) => nowS - chain.heardS < DEVICE_ASLEEP_S);
  const kept = keyring.prekeys
    .map((key) => marked(key, awake, nowS))
    .filter((key, at, all) => at === all.length - 1 || isWanted(key, nowS));
  // Copies are renewed with the new prekey; until then they hold one or two that are deleted here.
  const after = pendant.withKeyring(keyring.with({ prekeys: kept }), { copy: !isFresh });
  if (isFresh && !hasUnopened(after, nowS)) return [after, []];
  const { epoch, prekey } = after.keyring;
  const news = { kind: "prekey", epoch, prekey: prekey.public } as const;
  return deposit(after, news, { nowS, random, byPerson: false });
}

function marked(key: Prekey, awake: readonly Receiving[], nowS: number): Prekey {
  const isPassed = awake.length > 0 && awake.every((chain) => chain.prekey > key.number);
  return isPassed && key.passedS === 0 ? key.with({ passedS: nowS }) : key;
}

function isWanted(key: Prekey, nowS: number): boolean {
  if (nowS - key.madeS >= PREKEY_KEPT_MAX_S) return false;
  return key.passedS === 0 || nowS - key.passedS < PREKEY_KEPT_S;
}

/** Ask for what has not come: the newest first, since what is old was asked for before. */
function missing(before: Pendant, now: Now): Step | Promise<Step> {
  const found = before.receiving
    .flatMap(({ device, gaps }) => gaps.map((gap) => ({ device, gap })))
    .sort((a, b) => b.gap.sinceS - a.gap.sinceS);
  const gaps = found.slice(0, GAPS_MAX).map(({ device, gap }): Range => [device, gap.first, gap.last]);
  const heard = hasUnopened(before, now.nowS) ? before.receiving.filter((chain) => chain.next > 0) : [];
  const above = heard.map((chain): Head => [chain.device, chain.next - 1]);
  const pendant = before.with({
    unopened: before.unopened.filter(([, atS]) => now.nowS - atS < UNOPENED_KEPT_S),
  });
  if (gaps.length === 0 && above.length === 0) return [pendant, []];
  return deposit(pendant, { kind: "missing", gaps, above }, { ...now, byPerson: false });
}

/** Say whether something did not open since yesterday: then all above the last known is asked for. */
function hasUnopened(pendant: Pendant, nowS: number): boolean {
  return pendant.unopened.some(([, atS]) => nowS - atS < DAY_S);
}

/** Send again what the peer asked for since the last time. */
function answered(pendant: Pendant): Step {
  const effects: Effect[] = [];
  let left = RESENT_A_DAY_MAX;
  for (const [first, asked] of pendant.asked) {
    const last = Math.min(asked, first + left - 1);
    if (first > last) continue;
    effects.push({ type: "Resend", first, last });
    left -= last - first + 1;
  }
  return [pendant.with({ asked: [] }), effects];
}

/** Let go of the bodies that the peer has had for a month. */
function forgotten(pendant: Pendant, { nowS }: Now): Step {
  const old = pendant.named.filter(([day]) => (day + 1) * DAY_S + BODIES_KEPT_S <= nowS);
  if (old.length === 0) return [pendant, []];
  const upto = Math.max(...old.map(([, n]) => n));
  return [pendant.with({ named: pendant.named.filter(([, n]) => n >= upto) }), [{ type: "Forget", upto }]];
}
