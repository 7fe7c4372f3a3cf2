/**
 * The rules of a bond: a pendant and an event make the next pendant and what is to be done.
 *
 *     const [after, effects] = await step(pendant, event, nowS);
 *
 * The journal saves both in one transaction and then carries the effects out; each may be repeated. An envelope is
 * acknowledged to the relay once all that it caused is done. So a crash between any two lines loses nothing: what
 * was not saved comes again, what was saved is carried out again, and doubles are dropped by the chain.
 *
 * Nothing is answered automatically but one thing: new keys of the peer make us renew our inbox key and deposit
 * token, since whoever stole theirs knew ours. What is missing is asked for, and given again, once a day.
 */

import { type Random, randomBytes } from "../bytes";
import { arrived, notWhole } from "./arrival";
import * as control from "./control";
import { tick } from "./daily";
import type { Event } from "./event";
import type { Pendant } from "./pendant";
import { copied, deposit, type Now, sendControl, type Step } from "./writing";

type Steps = {
  readonly [Name in Event["type"]]: (pendant: Pendant, event: Event<Name>, now: Now) => Step | Promise<Step>;
};

const STEPS: Steps = {
  Begun: (pendant, _, now) => copied(pendant.with({ dailyS: now.nowS }), now),
  RingWanted: (pendant, { ring }, now) => deposit(pendant, ring, { ...now, byPerson: true }),
  KnockWanted: (pendant, _, now) => deposit(pendant, { kind: "knock" }, { ...now, byPerson: true }),
  LetterSealed: (pendant, { letter }, now) =>
    deposit(pendant, letter, { ...now, byPerson: true, blobs: [letter.blob] }),
  Arrived: arrived,
  NotWhole: notWhole,
  Verified: verified,
  ReceiptsWanted: receipts,
  KitConfirmed: (pendant) => [pendant.with({ device: pendant.device.with({ root: new Uint8Array() }) }), []],
  DevicesRemoved: devicesRemoved,
  Tick: tick,
};

/**
 * Return the pendant after `event`, and the effects in the order in which to carry them out.
 *
 * Throws `Mistaken` for what the program should not have asked; never for what came from outside.
 */
export async function step<Name extends Event["type"]>(
  pendant: Pendant,
  event: Event<Name>,
  nowS: number,
  random: Random = randomBytes,
): Promise<Step> {
  const act: Steps[Name] = STEPS[event.type];
  return act(pendant, event, { nowS, random });
}

function verified(before: Pendant, _: Event<"Verified">, now: Now): Promise<Step> {
  const pendant = before.with({ verifiedS: now.nowS, changed: false });
  return sendControl(pendant, control.VERIFIED, { root: pendant.peer.root }, now);
}

function receipts(pendant: Pendant, { on }: Event<"ReceiptsWanted">, now: Now): Promise<Step> {
  return sendControl(pendant.with({ receiptsOurs: on }), control.RECEIPTS, { on }, now);
}

/** Begin a new epoch. The old inbox key stays for what is under way; the old deposit token ends. */
async function devicesRemoved(before: Pendant, event: Event<"DevicesRemoved">, now: Now): Promise<Step> {
  const keyring = before.keyring.withEpoch(before.device, now.nowS, now.random);
  const signed = control.signEpoch(before.keyring, keyring, now.nowS, event.root);
  const renewed = before.withKeyring(keyring).with({ inboxUsedS: 0 });
  const [saying, told] = await deposit(renewed, signed, { ...now, byPerson: false });
  const [pendant, copies] = await copied(saying, now);
  return [pendant, [{ type: "Register", record: pendant.registration }, ...told, ...copies]];
}
