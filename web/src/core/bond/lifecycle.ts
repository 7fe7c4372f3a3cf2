/**
 * The rules of a bond: a pendant and an event make the next pendant and what is to be done.
 *
 *     const [after, effects] = await step(pendant, event, nowS);
 *
 * The journal saves both in one transaction and then carries the effects out; each may be repeated. An envelope is
 * acknowledged to the relay once all that it caused is done. So a crash between any two lines loses nothing: what
 * was not saved comes again, what was saved is carried out again, and doubles are dropped by the chain.
 *
 * Nothing is answered automatically but two things: new keys of the peer make us renew our inbox key and deposit
 * token, since whoever stole theirs knew ours; and whoever came back from paper, and shows it by their root, is given
 * their letters again, and a guardian their share (`paper.ts`). What is missing is asked for, and given again, once a
 * day. What guardians do is in `guarding.ts`.
 *
 * A bond that its person has ended takes nothing in and sends nothing out.
 */

import { type Random, randomBytes } from "../bytes";
import { Mistaken, Refused } from "../errors";
import * as about from "./about";
import { arrived, notWhole } from "./arrival";
import * as control from "./control";
import { tick } from "./daily";
import type { Event } from "./event";
import { WANTED } from "./guarding";
import { cameBack, newEpoch } from "./paper";
import { type Pendant, RINGS_AN_HOUR_MAX } from "./pendant";
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
  LetterGiven: (pendant, { content }, now) =>
    deposit(pendant, content, { ...now, byPerson: false, blobs: [content.letter.blob] }),
  AboutWritten: aboutWritten,
  PortraitDrawn: portraitDrawn,
  Arrived: arrived,
  NotWhole: notWhole,
  Verified: verified,
  ReceiptsWanted: receipts,
  RingsLimited: ringsLimited,
  KitConfirmed: (pendant) => [pendant.with({ device: pendant.device.with({ root: new Uint8Array() }) }), []],
  DevicesRemoved: devicesRemoved,
  CameBack: cameBack,
  Parted: parted,
  Tick: tick,
  ...WANTED,
};

/** What may happen to a bond that has ended, and changes nothing. */
const QUIET: ReadonlySet<Event["type"]> = new Set(["Arrived", "NotWhole", "Tick", "Parted"]);

/**
 * Return the pendant after `event`, and the effects in the order in which to carry them out.
 *
 * Throws `Mistaken` for what the program should not have asked, and `Refused` for what a person wants of a bond that
 * they have ended; never for what came from outside.
 */
export async function step<Name extends Event["type"]>(
  pendant: Pendant,
  event: Event<Name>,
  nowS: number,
  random: Random = randomBytes,
): Promise<Step> {
  if (pendant.parted && event.type !== "KitConfirmed") {
    if (QUIET.has(event.type)) return [pendant, []];
    throw new Refused("You have ended this bond: nothing goes to them any more.", { code: "bond.parted" });
  }
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

function aboutWritten(pendant: Pendant, event: Event<"AboutWritten">, now: Now): Promise<Step> {
  const said = about.about(event.about);
  return deposit(pendant.with({ aboutOurs: said }), { kind: "about", ...said }, { ...now, byPerson: true });
}

async function portraitDrawn(before: Pendant, event: Event<"PortraitDrawn">, now: Now): Promise<Step> {
  const portrait = about.portrait(event.portrait);
  const content = { kind: "portrait", ...portrait } as const;
  const [pendant, effects] = await deposit(before, content, { ...now, byPerson: true });
  return [pendant, [{ type: "KeepPortrait", portrait, ours: true }, ...effects]];
}

function ringsLimited(pendant: Pendant, { anHour }: Event<"RingsLimited">): Step {
  if (!Number.isInteger(anHour) || anHour < 0 || anHour > RINGS_AN_HOUR_MAX) {
    throw new Mistaken(`From 0 to ${RINGS_AN_HOUR_MAX} rings an hour can be sounded.`);
  }
  return [pendant.with({ ringsAnHour: anHour }), []];
}

async function devicesRemoved(before: Pendant, event: Event<"DevicesRemoved">, now: Now): Promise<Step> {
  const [renewed, told] = await newEpoch(before, event.root, now);
  const [pendant, copies] = await copied(renewed, now);
  return [pendant, [...told, ...copies]];
}

/** End the bond: the peer's token becomes a sink, our keyring says so, and they are told nothing. */
async function parted(before: Pendant, _: Event<"Parted">, { nowS }: Now): Promise<Step> {
  const pendant = before.withKeyring(before.keyring.parted(nowS), { copy: false });
  const register = { type: "Register", record: pendant.registration } as const;
  return [pendant, [register, { type: "SaveSlot", sealed: await pendant.keyring.seal() }]];
}
