/**
 * Keeping what belongs to a watch, and saying something about it: what the rules of guardians have in common.
 *
 * What is kept lies in the keyring (`watchkeys.ts`) and is saved to the slot at once: a share that was lost on the day
 * after it came would be missed when it is needed.
 */

import { encode } from "../encoding";
import { Mistaken, Refused } from "../errors";
import type { Kind } from "./bundle";
import { type News, tell } from "./event";
import { type AboutWatch, checked } from "./guardian";
import type { Pendant } from "./pendant";
import {
  type Appointed,
  put,
  type Seat,
  WATCH_KEYS_BYTES_MAX,
  type WatchKeys,
  WATCHES_MAX,
  without,
} from "./watchkeys";
import { deposit, type Now, type Step } from "./writing";

/** Say whether this content has a place in a bond of this kind. */
export function belongs({ kind: said }: AboutWatch, kind: Kind): boolean {
  return (said === "reader-seat" || said === "rehearsed") === (kind === "pair");
}

/** Keep `changed` and send `content`: saved first, so that nothing was promised that is not kept. */
export async function said(
  pendant: Pendant,
  content: AboutWatch,
  changed: WatchKeys,
  now: Now,
): Promise<Step> {
  checked(content);
  if (!belongs(content, pendant.kind)) throw new Mistaken("This has no place in a bond of this kind.");
  const [keeping, saved] = await kept(pendant, changed);
  const [after, sent] = await deposit(keeping, content, { ...now, byPerson: true });
  return [after, [...saved, ...sent]];
}

/** Keep `changed`, give it to the slot, and tell what has happened. */
export async function kept(before: Pendant, changed: WatchKeys, ...news: readonly News[]): Promise<Step> {
  const told = news.map(tell);
  if (changed.equals(before.keyring.watch)) return [before, told];
  const pendant = before.withKeyring(before.keyring.with({ watch: fitting(changed) }));
  return [pendant, [{ type: "SaveSlot", sealed: await pendant.keyring.seal() }, ...told]];
}

/** Return `changed` if a keyring can hold it; throw `Refused` if not. */
export function fitting(changed: WatchKeys): WatchKeys {
  const { owned, appointed, seats, reading } = changed;
  const isMany = [owned, appointed, seats, reading].some((rows) => rows.length > WATCHES_MAX);
  if (isMany || encode(changed.toRecord()).length > WATCH_KEYS_BYTES_MAX) {
    throw new Refused("This bond keeps as many watches as it can. End one of them first.");
  }
  return changed;
}

/** Return what is kept, with these rows in the place of the ones of the same watch. */
export function having(
  pendant: Pendant,
  { appointed, seat }: { readonly appointed?: Appointed; readonly seat?: Seat },
): WatchKeys {
  const keys = pendant.keyring.watch;
  return keys.with({
    ...(appointed && { appointed: put(keys.appointed, appointed) }),
    ...(seat && { seats: put(keys.seats, seat) }),
  });
}

export function withoutWatch(pendant: Pendant, watch: Uint8Array): WatchKeys {
  const keys = pendant.keyring.watch;
  return keys.with({
    owned: without(keys.owned, watch),
    appointed: without(keys.appointed, watch),
    seats: without(keys.seats, watch),
    reading: without(keys.reading, watch),
  });
}

export function appointedOf(pendant: Pendant, watch: Uint8Array): Appointed {
  const appointed = pendant.keyring.watch.guardian(watch);
  if (appointed === null) throw new Refused("They were not asked to be a guardian for this watch.");
  return appointed;
}

export function seatOf(pendant: Pendant, watch: Uint8Array): Seat {
  const seat = pendant.keyring.watch.seat(watch);
  if (seat === null) throw new Refused("Nobody has asked you to be a guardian for this watch.");
  return seat;
}

export function consented(pendant: Pendant, watch: Uint8Array): Seat {
  const seat = seatOf(pendant, watch);
  if (!seat.consented) throw new Refused("You have not agreed to be a guardian for this watch.");
  return seat;
}
