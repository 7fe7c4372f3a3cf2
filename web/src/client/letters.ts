/**
 * The letters of a home: which there are, what is known of each, and where its file lies.
 *
 * What a letter says is in its file alone; a writer's own subject is beside it. `outgoing` writes and sends,
 * `incoming` fetches, `opened` opens.
 */

import { HybridIdentity } from "../core/age/hybrid";
import { isLast } from "../core/bond/lastlock";
import { Lock, strength } from "../core/bond/lock";
import { type Letter as Content, read } from "../core/bond/message";
import type { Pendant } from "../core/bond/pendant";
import { hex } from "../core/bytes";
import { decodeMap } from "../core/encoding";
import { Damaged, NotFound } from "../core/errors";
import type { Letter, LetterState, Seal } from "./api";
import * as bonds from "./bonds";
import * as chains from "./chains";
import type { Home } from "./home";
import { pendantOf } from "./journal";
import * as last from "./last";
import type { LetterRow } from "./schema";
import type { Draft, View } from "./vault";

const RECORD_BYTES_MAX = 4096;

/** Return the name of a letter's file. */
export function fileName(letter: Uint8Array): string {
  return `${hex(letter)}.age`;
}

/** Return the letters of a bond, oldest first. */
export function every(view: View, bond: Uint8Array): LetterRow[] {
  return view.all("letter").filter((row) => bonds.same(row.bond, bond));
}

/** Return the letter that a page names; throw `NotFound`. An id in both directions means the one that came. */
export function named(view: View, id: string): LetterRow {
  const found = view.all("letter").filter((row) => hex(row.id) === id);
  const row = found.find((each) => !each.outgoing) ?? found[0];
  if (!row) throw new NotFound("There is no such letter here.", { code: "letter.none" });
  return row;
}

export function find(view: View, bond: Uint8Array, id: Uint8Array, outgoing: boolean): LetterRow | undefined {
  return every(view, bond).find((row) => row.outgoing === outgoing && bonds.same(row.id, id));
}

/** What its envelope says of a letter. */
export function contentOf(record: Uint8Array): Content {
  const content = read("letter", decodeMap(record, { bytesMax: RECORD_BYTES_MAX }));
  if (content?.kind !== "letter") throw new Damaged();
  return content;
}

/** A letter that was announced: a new one, or one that is given again to who came back from paper. */
export interface Announced {
  readonly letter: Content;
  readonly back: boolean;
  /** We have written it, on a device that is gone. */
  readonly ours: boolean;
  /** When it was written or came, where that is known. */
  readonly atS: number | null;
}

/** What is kept of a letter's envelope until its file is here. */
export function announcedBy(record: Uint8Array): Announced {
  const fields = decodeMap(record, { bytesMax: RECORD_BYTES_MAX });
  if (!("yours" in fields)) return { letter: contentOf(record), back: false, ours: false, atS: null };
  const content = read("letter-again", fields);
  if (content?.kind !== "letter-again") throw new Damaged();
  return { letter: content.letter, back: true, ours: content.yours, atS: content.atS };
}

/** The four public keys to which a letter is sealed: the other one's two, and ours. */
export function recipientsOf(pendant: Pendant): Uint8Array[] {
  const { keyring, peer } = pendant;
  return [peer.letter, peer.kit, keyring.letterRecipient, keyring.kit];
}

/** The keys that open the outer seal of letters of this bond, the newest first. */
export function identitiesOf(pendant: Pendant): HybridIdentity[] {
  return pendant.keyring.letters.toReversed().map((seed) => new HybridIdentity(seed));
}

/** Note that a letter is with the relay. */
export function sent(draft: Draft, bond: Uint8Array, name: string): void {
  for (const row of every(draft, bond)) {
    if (!row.outgoing || fileName(row.id) !== name || row.state !== "sending") continue;
    draft.put("letter", { ...row, state: "sent" });
    tell(draft, row);
  }
}

/** Tell the page that something about a letter is new. */
export function tell(draft: Draft, row: LetterRow, arrived = false): void {
  draft.events.push({
    kind: "letters",
    bond: hex(row.bond),
    letter: hex(row.id),
    ...(arrived && { arrived }),
  });
}

/** Return the letters of a bond as a page shows them: those that are here, being sealed, or on their way in. */
export function all(home: Home, bond: Uint8Array): Letter[] {
  const here = every(home.vault, bond);
  const isHere = (id: Uint8Array, outgoing: boolean): boolean =>
    here.some((row) => row.outgoing === outgoing && bonds.same(row.id, id));
  const sealing = [...home.sealing.values()].filter(
    (each) => each.bond === hex(bond) && !here.some((row) => hex(row.id) === each.id),
  );
  const coming = home.vault.all("coming").flatMap((row) => {
    if (!row.letter || !bonds.same(row.bond, bond)) return [];
    const { letter, ours, atS } = announcedBy(row.letter);
    if (isHere(letter.id, ours)) return [];
    return [
      bare(bond, letter.id, {
        state: "coming",
        bytes: letter.length,
        outgoing: ours,
        atS: atS ?? row.arrivedS,
      }),
    ];
  });
  const underWay = [...sealing, ...coming].map((each) => ({
    ...each,
    progress: home.progress.get(`${each.id}.age`) ?? 0,
  }));
  return [...here.map((row) => shown(home, row)), ...underWay];
}

/** Return a letter of which little is known yet. */
export function bare(
  bond: Uint8Array,
  id: Uint8Array,
  known: Pick<Letter, "state" | "bytes" | "outgoing" | "atS"> & Partial<Letter>,
): Letter {
  return {
    id: hex(id),
    bond: hex(bond),
    progress: 0,
    seal: NO_SEAL,
    openedS: null,
    subject: null,
    fileCount: null,
    reached: null,
    ...known,
  };
}

function shown(home: Home, row: LetterRow): Letter {
  const { vault: view, nowS } = home;
  const name = fileName(row.id);
  const pendant = pendantOf(bonds.get(view, row.bond));
  return {
    id: hex(row.id),
    bond: hex(row.bond),
    outgoing: row.outgoing,
    state: state(view, row, nowS),
    progress: row.state === "sending" ? (home.progress.get(name) ?? 0) : null,
    bytes: contentOf(row.record).length,
    seal: row.lock.length ? sealOf(view, Lock.parse(row.lock)) : NO_SEAL,
    atS: row.atS,
    openedS: row.openedS,
    subject: row.subject,
    fileCount: row.fileCount,
    reached: reached(pendant, row),
    ...(row.last && { last: { standing: row.outgoing ? last.standing(view, row) : null } }),
  };
}

function state(view: View, row: LetterRow, nowS: number): LetterState {
  return row.state === "waiting" && isReady(view, row, nowS) ? "ready" : row.state;
}

/** A last letter is ready once only guardians are missing: after a silence, or from its floor on. */
function isReady(view: View, row: LetterRow, nowS: number): boolean {
  if (!row.last) return (row.opensS ?? 0) <= nowS;
  const seat = view.one("seat", `${hex(row.bond)} ${hex(row.last.watch)}`);
  return seat?.stage === "silent" || row.last.floorS <= nowS;
}

/** Return what the row of a letter keeps of a last one: its watch and floor. */
export function lastOf(lock: Lock, rehearsal = false): Pick<LetterRow, "last"> {
  if (!isLast(lock) || !lock.wish) return {};
  const [watch] = lock.ways.flat().flatMap((gate) => (gate.kind === "silence" ? [gate.watch] : []));
  return watch ? { last: { watch, floorS: lock.wish.instantS, ...(rehearsal && { rehearsal }) } } : {};
}

/** Whether the other one's device has an outgoing letter; null where the two don't tell each other. */
function reached(pendant: Pendant, row: LetterRow): boolean | null {
  if (!row.outgoing || !pendant.receipts) return null;
  const { n } = row;
  return n !== null && pendant.named.some(([, upto]) => upto >= n);
}

/** Return what holds a letter back, as a page shows it. */
export function sealOf(view: View, lock: Lock): Seal {
  const ours = chains.oursIn(view, lock);
  const keepers = lock.chains.map((kept) => ({ label: kept.keeper, ours: ours.includes(kept.keeper) }));
  return {
    opensS: lock.opensS,
    local: lock.wish?.local ?? null,
    zone: lock.wish?.zone ?? null,
    strength: strength(lock, ours),
    keepers,
    ways: lock.ways.map((way) =>
      way.flatMap((gate) => (gate.kind === "date" ? [lock.chains[gate.chain]?.keeper ?? ""] : [])),
    ),
    keep: lock.keep,
  };
}

const NO_SEAL: Seal = {
  opensS: null,
  local: null,
  zone: null,
  strength: "nothing",
  keepers: [],
  ways: [],
  keep: false,
};
