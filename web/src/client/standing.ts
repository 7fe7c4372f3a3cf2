/**
 * How a last letter stands, from either side, and whose last letters are for us: from what is here.
 *
 * No relay is asked: seats are looked at when it is time to, and opening asks for what is needed then.
 */

import type { GuardiansGate } from "../core/bond/gate";
import { heldBack } from "../core/bond/lastlock";
import { Lock } from "../core/bond/lock";
import { checkTerms } from "../core/bond/watchsight";
import type { Reading as Seat } from "../core/bond/watchseat";
import { hex, same } from "../core/bytes";
import { parseView } from "../core/wire/watchview";
import type { Refusal } from "./api";
import * as bonds from "./bonds";
import * as chains from "./chains";
import type { Home } from "./home";
import { pendantOf } from "./journal";
import * as last from "./last";
import * as lastrelay from "./lastrelay";
import * as letters from "./letters";
import * as reader from "./reader";
import type { BondRow, LetterRow, SeatRow } from "./schema";
import type { View } from "./vault";
import * as watch from "./watch";
import type { LastLetter, Reading } from "./lastapi";
import type { Stage } from "./watchapi";
import { rhythmOf } from "./watchstatus";

/** Return a last letter as a page shows it; null for any other. */
export async function lastLetter(home: Home, id: string): Promise<LastLetter | null> {
  const { vault: view } = home;
  const row = letters.named(view, id);
  if (!row.last) return null;
  const shown = letters.all(home, row.bond).find((each) => each.id === id && each.outgoing === row.outgoing);
  const lock = Lock.parse(row.lock);
  const gate = reader.guardiansOf(row);
  const bond = bonds.get(view, row.bond);
  const side = row.outgoing ? written(view, row, bond, gate) : await received(view, row, bond, gate);
  return {
    letter: id,
    outgoing: row.outgoing,
    state: shown?.state ?? "damaged",
    floorS: row.last.floorS,
    need: gate.threshold,
    guardians: gate.guardians,
    rows: heldBack(lock, chains.oursIn(view, lock)),
    ...NEITHER,
    ...side,
  };
}

/** What only one side knows. */
const NEITHER = {
  standing: null,
  next: null,
  fate: null,
  stage: null,
  helpers: [],
  missing: 0,
  hasFalse: false,
  hasPart: false,
  refusal: null,
} as const;

type Side = Pick<LastLetter, "names" | "relay" | "rehearsal"> & Partial<LastLetter>;

function written(view: View, row: LetterRow, bond: BondRow, gate: GuardiansGate): Side {
  const kept = last.find(view, row.id);
  const next = kept?.next && letters.find(view, row.bond, kept.next, true);
  const own = [...watch.every(view), ...watch.every(view, { rehearsals: true })].find(
    (each) => row.last && same(each.id, row.last.watch),
  );
  return {
    names: own ? namesFor(gate, seated(view, own)) : [],
    relay: hostOf(bond.relay),
    rehearsal: own?.owned.rehearsal ?? false,
    standing: last.standing(view, row),
    next: next ? hex(next.id) : null,
    fate: kept && { ...lastrelay.fateOf(kept) },
  };
}

function seated(view: View, own: watch.Own): string[] {
  const { guardians } = own.terms;
  const isSeated = (seat: Uint8Array): boolean => guardians.some((each) => same(each.seat, seat));
  return watch
    .asked(view, own)
    .flatMap(({ bond, appointed }) => (isSeated(appointed.seat) ? [bond.peer] : []));
}

/** Names are said where all are known: others would be taken for all. */
function namesFor({ guardians }: GuardiansGate, names: readonly string[]): readonly string[] {
  return names.length === guardians ? names : [];
}

async function received(view: View, row: LetterRow, bond: BondRow, gate: GuardiansGate): Promise<Side> {
  const id = row.last?.watch ?? new Uint8Array(0);
  const reading = pendantOf(bond).keyring.watch.reader(id);
  const seat = seatAt(view, row.bond, id);
  const found = reader.helpers(view, gate);
  return {
    names: reading ? namesFor(gate, reading.guardians) : [],
    relay: hostOf(reading?.relay ?? bond.relay),
    rehearsal: reader.rehearses(pendantOf(bond), id),
    stage: stageOf(seat),
    helpers: found.map(({ of }) => of),
    missing: await reader.lacking(gate, found),
    hasFalse: await reader.hasFalse(gate, found),
    hasPart: view.one("parcel", `${hex(row.bond)} ${hex(row.id)}`) !== null,
    refusal: refusalOf(seat),
  };
}

/** Return all whose last letters are for us. */
export function readings(home: Home): Reading[] {
  const { vault: view } = home;
  return bonds.every(view).flatMap((bond) =>
    pendantOf(bond).keyring.watch.reading.map((reading): Reading => {
      const terms = termsOf(reading);
      return {
        bond: hex(bond.id),
        watch: hex(reading.watch),
        writer: bond.peer,
        guardians: reading.guardians,
        need: terms.k,
        rhythm: rhythmOf(terms),
        rehearsal: terms.rehearsal,
        stage: stageOf(seatAt(view, bond.id, reading.watch)),
        helpers: releasedFor(view, reading.watch),
        letters: waiting(view, bond, reading.watch),
      };
    }),
  );
}

function releasedFor(view: View, id: Uint8Array): string[] {
  return bonds.every(view).flatMap((bond) => {
    const { released } = pendantOf(bond).keyring.watch;
    return released.some((each) => same(each.watch, id)) ? [bond.peer] : [];
  });
}

function waiting(view: View, bond: BondRow, id: Uint8Array): string[] {
  return letters
    .every(view, bond.id)
    .filter(({ outgoing, state, last }) => !outgoing && state === "waiting" && last && same(last.watch, id))
    .map((row) => hex(row.id));
}

function seatAt(view: View, bond: Uint8Array, id: Uint8Array): SeatRow | null {
  return view.one("seat", `${hex(bond)} ${hex(id)}`);
}

/** The stage of the watch as it was seen last. */
function stageOf(seat: SeatRow | null): Stage | null {
  return seat?.view ? parseView(seat.view).stage : null;
}

function refusalOf(seat: SeatRow | null): Refusal | null {
  if (!seat?.refusal) return null;
  const { name, code, sentence } = seat.refusal;
  return { name, sentence, ...(code !== null && { code }) };
}

function termsOf({ terms, watch: id, key }: Seat): ReturnType<typeof checkTerms> {
  return checkTerms(terms, id, key);
}

function hostOf(url: string): string {
  return new URL(url).host;
}
