/**
 * What a guardian does: consents, answers whether they have heard from somebody, gives up their share.
 *
 *     consent    yes or no, and again each year
 *     answer     "Have you heard from them?" yes, no or unknown: signed, and brought to the relay that asks
 *     ruling     whether a share may be released, and what to think of before
 *     release    the share goes to the reader, in the bond of the two
 *     leave      seat and shares go on both sides
 *
 * Nothing here happens but by the person's own word. What a guardian believes is in `core/bond/watchsight`, when they
 * may release in `core/bond/last`; what the relay says beside that only warns.
 */

import type { Event } from "../core/bond/event";
import { hindrance, isUnderDuress } from "../core/bond/last";
import type { Seat } from "../core/bond/watchseat";
import { termsOf } from "../core/bond/watchsight";
import { hex } from "../core/bytes";
import { Mistaken, NotFound, Refused } from "../core/errors";
import type { Answer, Stage } from "../core/wire/silence";
import type { Terms } from "../core/wire/terms";
import * as bonds from "./bonds";
import type { Home } from "./home";
import { pendantOf, stepInside } from "./journal";
import * as looks from "./looks";
import type { BondRow, SeatRow } from "./schema";
import * as seats from "./seats";
import type { View } from "./vault";
import { DAY_S } from "./watch";
import type { Ruling, RulingCode } from "./lastapi";
import type { Reason } from "./watchapi";

/** A watch for which this person was asked to be a guardian, as it was when it was read. */
export interface Guarding {
  /** With its writer. */
  readonly bond: BondRow;
  readonly seat: Seat;
  /** None until they have a seat. */
  readonly row: SeatRow | null;
}

/** Return every watch for which this person is a guardian, or was asked to be. */
export function every(view: View): Guarding[] {
  return living(view).flatMap((bond) =>
    pendantOf(bond).keyring.watch.seats.map((seat) => ({
      bond,
      seat,
      row: seats.get(view, bond.id, seat.watch),
    })),
  );
}

/** Return the one that a page names, as it is now; throw `NotFound` if there is none any more. */
export function named(view: View, bond: string, watch: string): Guarding {
  const found = every(view).find((each) => hex(each.bond.id) === bond && hex(each.seat.watch) === watch);
  if (found) return found;
  const { peer } = bonds.named(view, bond);
  throw new NotFound(`You are no guardian of ${peer} any more.`, { code: "guardian.none", facts: { peer } });
}

function again(view: View, { bond, seat }: Guarding): Guarding {
  return named(view, hex(bond.id), hex(seat.watch));
}

/** Return the terms in force; null before a seat was given. */
export function termsNow({ seat }: Guarding, nowS: number): Terms | null {
  const given = seat.held(nowS);
  return given && termsOf(given);
}

/** Whether it is time to say again that one wants to be a guardian. */
export function consentIsOld({ seat }: Guarding, nowS: number): boolean {
  return seat.consented && Math.floor(nowS / DAY_S) - seat.consentDay >= looks.CONSENT_DAYS;
}

/** Say whether one will be a guardian, or still wants to be; it goes by itself. */
export async function consent(home: Home, { bond, seat }: Guarding, yes: boolean): Promise<void> {
  await step(home, bond, { type: "GuardianAnswered", watch: seat.watch, yes });
}

/**
 * Keep what this guardian has heard, and bring it to the relay; say whether it had asked.
 *
 * Throws `Unreachable` where the relay does not answer: then it is kept here, and goes by itself later.
 */
export async function answer(home: Home, guarding: Guarding, said: Answer): Promise<boolean> {
  const { bond, seat, row } = guarding;
  if (!row) {
    const { peer } = bond;
    throw new Refused(`${peer} has not given you a seat yet.`, { code: "guardian.seat", facts: { peer } });
  }
  await looks.look(home, row); // an answer is for the arming that the relay has now
  await home.change((draft) => {
    seats.note(draft, row, { answer: said, saidS: home.nowS });
    const fresh = seats.get(draft, bond.id, seat.watch);
    if (fresh) looks.sign(home, draft, fresh, said);
  });
  home.reach("watch: answer saved");
  return await looks.bringAnswer(home, bond.id, seat.watch);
}

/** Whether the shares may be released now: the first refusal, else all warnings. */
export function ruling(home: Home, guarding: Guarding): Ruling {
  const { seat, row } = guarding;
  const { nowS } = home;
  const refused = (code: RulingCode, facts: Reason<RulingCode>["facts"] = {}): Ruling => ({
    allowed: false,
    refusal: { code, facts },
    warnings: [],
  });
  if (seat.shares.length === 0) return refused("no-share");
  for (const held of seat.shares) {
    const hindered = hindrance(seat, held, { answer: seats.answerOf(row), nowS });
    if (!hindered) continue;
    const { code, untilS } = hindered;
    if (untilS === null) return refused(code);
    return refused(code, code === "too-new" ? { fromS: untilS } : { untilS });
  }
  const warned = isUnderDuress(seat, nowS) ? ([{ code: "duress", facts: {} }] as const) : [];
  return { allowed: true, refusal: null, warnings: [...warned, ...relayWarns(guarding)] };
}

/** Return what the relay's word says against a release. It may lie, so it does not decide. */
function relayWarns({ row }: Guarding): Reason<RulingCode>[] {
  const stage = seats.stageOf(row);
  if (stage === null || row?.refusal) return [];
  const code = RELAY_WARNS[stage];
  return code ? [{ code, facts: {} }] : [];
}

const RELAY_WARNS: Readonly<Record<Stage, RulingCode | null>> = {
  silent: null,
  late: "waits",
  asking: "waits",
  veto: "waits",
  stopped: "relay-stopped",
  kept: "relay-heard",
  returned: "relay-heard",
};

/** Return the guardians' bonds with somebody of the name that the writer gave: mostly one, perhaps none yet. */
export function readers(view: View, { seat }: Guarding): BondRow[] {
  const called = folded(seat.ask.reader);
  return living(view).filter((bond) =>
    [bond.peer, pendantOf(bond).peer.name].some((name) => folded(name) === called),
  );
}

/**
 * Give the reader every share that is held for this watch; `to` names the bond with them.
 *
 * Throws `Refused` where `ruling` does. Warnings are for the page to ask about before.
 */
export async function release(home: Home, before: Guarding, to: string): Promise<void> {
  const guarding = again(home.vault, before);
  const { bond, seat } = guarding;
  const reader = bonds.open(home.vault, to);
  if (pendantOf(reader).kind !== "guardian") {
    const { peer } = reader;
    throw new Mistaken(`You have no guardians' bond with ${peer}.`, {
      code: "guardian.reader",
      facts: { peer },
    });
  }
  const { refusal } = ruling(home, guarding);
  if (refusal) {
    const sentence = "This share may not be released now.";
    throw new Refused(sentence, { code: "guardian.ruled", facts: { rule: refusal.code } });
  }
  await home.change(async (draft) => {
    for (const { share } of seat.shares) {
      const { watch, epoch, gate, words } = share;
      const given = { kind: "share-release", watch, epoch, gate, words } as const;
      await stepInside(home, draft, reader.id, { type: "ShareReleased", release: given });
    }
    if (seat.ask.rehearsal) {
      await stepInside(home, draft, bond.id, { type: "RehearsalDone", watch: seat.watch });
    }
    seats.note(draft, { bond: bond.id, watch: seat.watch }, { releasedS: home.nowS });
  });
  home.reach("watch: share released");
}

/** Be a guardian no longer: the writer is told, and seat and shares are deleted on both sides. */
export async function leave(home: Home, { bond, seat }: Guarding): Promise<void> {
  await step(home, bond, { type: "GuardianEnded", watch: seat.watch });
}

function living(view: View): BondRow[] {
  return bonds.living(view).filter((bond) => pendantOf(bond).kind === "guardian");
}

/** A name as it is compared: people write theirs and others' in small letters or large. */
function folded(name: string): string {
  return name.normalize().toLocaleLowerCase("und");
}

async function step(home: Home, { id }: BondRow, event: Event): Promise<void> {
  await home.change((draft) => stepInside(home, draft, id, event));
}
