/**
 * What the reader of last letters has: the gates of each letter, what is at hand for them, what is missing.
 *
 *     silence     the relay's part, once the writer has been silent; kept here from then on
 *     guardians   shares that guardians released, or that were typed as they said them
 *     date        the round of the floor, from any source, as for any letter
 *
 * A letter opens by any one of its ways; nothing here opens by itself. The relay's part of a letter is fetched when its
 * reader opens that letter: until then its writer, come back, can still take it back. How one stands is in `standing`.
 */

import type { Gate, GuardiansGate, SilenceGate, Way } from "../core/bond/gate";
import * as gates from "../core/bond/last";
import { guardiansOf as neededBy, isSilent } from "../core/bond/lastlock";
import { Lock } from "../core/bond/lock";
import type { Pendant } from "../core/bond/pendant";
import { checkTerms } from "../core/bond/watchsight";
import type { Keys } from "../core/bond/way";
import { hex, same, utf8 } from "../core/bytes";
import * as kdf from "../core/crypto/kdf";
import type * as Shares from "../core/crypto/shares";
import {
  Damaged,
  Mistaken,
  NotFound,
  NotForMe,
  NotYet,
  Refused,
  Retired,
  TwinbellError,
  Unreachable,
} from "../core/errors";
import type { Chain } from "../core/wire/beacon";
import * as beacon from "./beacon";
import * as bonds from "./bonds";
import type { Home } from "./home";
import { pendantOf, stepInside } from "./journal";
import * as letters from "./letters";
import type { BondRow, LetterRow } from "./schema";
import type { Draft, View } from "./vault";
import { relayOf } from "./watchrelay";

const NUMBERS = ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven"];

/** A share that is here, and whose it is; one that was typed is nobody's that is known. */
export interface Helper {
  readonly words: string;
  readonly of: string | null;
}

/** Return the shares that are here for a gate: released in a bond with a guardian, or typed. */
export function helpers(view: View, gate: GuardiansGate): Helper[] {
  const named = gates.gateHash(gate.recipient);
  const released = bonds.every(view).flatMap((bond) => {
    const pendant = pendantOf(bond);
    const here = pendant.kind === "guardian" ? pendant.keyring.watch.released : [];
    return here.filter((each) => same(each.gate, named)).map(({ words }) => ({ words, of: bond.peer }));
  });
  const typed = view.all("typed").filter((row) => same(row.gate, named));
  return [...released, ...typed.map(({ words }) => ({ words, of: null }))];
}

/**
 * Keep a share that was typed for this letter, and return how many more are needed.
 *
 * Throws `Damaged` that names the wrong word. One that is for another letter may not be noticed before there are enough,
 * and then does no harm.
 */
export async function takeShare(home: Home, id: string, text: string): Promise<number> {
  const shares = await import("../core/crypto/shares");
  const row = letters.named(home.vault, id);
  const gate = guardiansOf(row);
  const words = whole(shares, text);
  if (shares.threshold(words) !== gate.threshold) {
    throw new Damaged("This share is not for this letter.", { code: "share.elsewhere" });
  }
  await home.change((draft) => {
    draft.put("typed", { gate: gates.gateHash(gate.recipient), words });
    letters.tell(draft, row);
  });
  return await lacking(gate, helpers(home.vault, gate));
}

function whole({ normal }: typeof Shares, text: string): string {
  try {
    return normal(text);
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    throw new Damaged(error.sentence.replace(/^Share 1/, "This share"), more(error));
  }
}

/** Return the guardians' gate of a last letter. */
export function guardiansOf(row: LetterRow): GuardiansGate {
  const ways = row.lock.length ? Lock.parse(row.lock).ways : [];
  const found = ways.map(neededBy).find((gate) => gate !== undefined);
  if (found) return found;
  throw new Mistaken("No guardians are needed for this letter.", { code: "last.none" });
}

/** Return how many more guardians must help, where this was `found`; 0 if it opens the gate. */
export async function lacking(gate: GuardiansGate, found: readonly Helper[]): Promise<number> {
  return (await regained(gate, found)) ? 0 : missingOf(gate, await families(found));
}

/** Whether a share among these is false, as far as can be known. */
export async function hasFalse(gate: GuardiansGate, found: readonly Helper[]): Promise<boolean> {
  const done = await regained(gate, found);
  return done ? done.wrong.length > 0 : isDoubtful(gate, await families(found));
}

/** Where what is here does not open a gate: whether a share is false, and not only too few are here. */
function isDoubtful(gate: GuardiansGate, found: readonly ReadonlySet<string>[]): boolean {
  return found.length > 1 || found.reduce((sum, { size }) => sum + size, 0) >= gate.threshold;
}

/**
 * Return how many more guardians must help, where what is here is not enough.
 *
 * Shares of one gate can be told from others, so a false one is not counted for a true one.
 */
function missingOf(gate: GuardiansGate, found: readonly ReadonlySet<string>[]): number {
  return Math.max(1, gate.threshold - Math.max(0, ...found.map(({ size }) => size)));
}

/** Return the shares that belong together, each of them once. */
async function families(found: readonly Helper[]): Promise<Set<string>[]> {
  const shares = await import("../core/crypto/shares");
  const byFamily = new Map<string, Set<string>>();
  for (const { words } of found) {
    const family = shares.family(words);
    byFamily.set(family, (byFamily.get(family) ?? new Set()).add(words));
  }
  return [...byFamily.values()];
}

async function regained(gate: GuardiansGate, found: readonly Helper[]): Promise<gates.Regained | null> {
  try {
    return await gates.regain(
      gate,
      found.map(({ words }) => words),
    );
  } catch (error) {
    if (error instanceof Damaged) return null; // one of them is false: another guardian's makes up for it
    throw error;
  }
}

/** The gates of one last letter. Each is tried once, and what it lacks is kept as a refusal. */
export class Gates {
  readonly #home: Home;
  readonly #row: LetterRow;
  readonly #bond: BondRow;
  readonly #lock: Lock;
  readonly #tried = new Map<string, Uint8Array | null>();
  readonly #refusals = new Map<string, TwinbellError>();

  constructor(home: Home, row: LetterRow) {
    this.#home = home;
    this.#row = row;
    this.#bond = bonds.get(home.vault, row.bond);
    this.#lock = Lock.parse(row.lock);
  }

  /** What there is to open this letter with. */
  get keys(): Keys {
    return {
      signatureOf: (chain, round) => this.#signatureOf(chain, round),
      seedOf: (recipient) => this.#seedOf(recipient),
    };
  }

  /** Return why the letter did not open, where the rules could only say: not yet; of the nearest way. */
  async verdict(early: NotYet): Promise<TwinbellError> {
    const ways: Missing[] = [];
    for (const way of this.#lock.ways) ways.push({ way, refusals: await this.#missing(way) });
    const [best] = ways.toSorted((a, b) => rank(a) - rank(b));
    const [first] = best?.refusals ?? [];
    if (!best || !first) return early; // what was missing came while the letter was being read
    const said = joined(best.refusals);
    if (rank(best) === RANK.Retired) return new Retired(said, more(first));
    if (rank(best) === RANK.Damaged) {
      return new Damaged(said, more(best.refusals.find((each) => each instanceof Damaged) ?? first));
    }
    const elsewhere = this.#elsewhere(ways, best);
    if (rank(best) === RANK.Unreachable) return new Unreachable(`${said} ${elsewhere}`.trim(), more(first));
    const { last } = this.#row;
    return new NotYet(`It is not yet time. ${said} ${elsewhere}`.trim(), {
      code: "last.early",
      ...(last && last.floorS > this.#home.nowS && { opensS: last.floorS }),
    });
  }

  /** What has to be said of the other ways: the day of the floor, or why that way is closed. */
  #elsewhere(ways: readonly Missing[], best: Missing): string {
    const { wish } = this.#lock;
    const others = ways.filter((each) => each !== best);
    const dated = ways.filter(({ way }) => !isSilent(way));
    const ended = others.filter((each) => rank(each) >= RANK.Damaged);
    const lies = wish !== null && wish.instantS > this.#home.nowS;
    if (lies && isSilent(best.way) && ended.length < dated.length) {
      return `From ${wish.words} on guardians can open it, silent or not.`;
    }
    return joined(others.flatMap(({ refusals }) => refusals).filter((each) => !(each instanceof NotYet)));
  }

  async #missing(way: Way): Promise<TwinbellError[]> {
    const found: TwinbellError[] = [];
    for (const gate of way) {
      if (gate.kind === "date") await this.#signatureOf(this.#lock.keptBy(gate).chain, gate.round);
      else await this.#seedOf(gate.recipient);
      const refusal = this.#refusals.get(this.#nameOf(gate));
      if (refusal) found.push(refusal);
    }
    return found;
  }

  #nameOf(gate: Gate): string {
    if (gate.kind !== "date") return hex(gate.recipient);
    return `${hex(this.#lock.keptBy(gate).chain.hash)} ${gate.round}`;
  }

  #signatureOf(chain: Chain, round: number): Promise<Uint8Array | null> {
    return this.#once(`${hex(chain.hash)} ${round}`, async () => {
      try {
        return await beacon.signatureOf(this.#home, chain, round);
      } catch (error) {
        if (!(error instanceof NotYet) || error.code !== "letter.early") throw error;
        throw new NotYet(`That way is shut until ${this.#lock.wish?.words}.`);
      }
    });
  }

  #seedOf(recipient: Uint8Array): Promise<Uint8Array | null> {
    return this.#once(hex(recipient), async () => {
      for (const gate of this.#lock.ways.flat()) {
        if (gate.kind === "silence" && same(gate.recipient, recipient)) return await this.#silence(gate);
        if (gate.kind === "guardians" && same(gate.recipient, recipient)) return await this.#guardians(gate);
      }
      return null;
    });
  }

  async #once(name: string, get: () => Promise<Uint8Array | null>): Promise<Uint8Array | null> {
    const known = this.#tried.get(name);
    if (known !== undefined) return known;
    let found: Uint8Array | null = null;
    try {
      found = await get();
    } catch (error) {
      if (!(error instanceof TwinbellError)) throw error;
      this.#refusals.set(name, error);
    }
    this.#tried.set(name, found);
    return found;
  }

  /** The seed of the silence gate, from what is kept here or from the relay. */
  async #silence(gate: SilenceGate): Promise<Uint8Array> {
    const { bond, id: letter } = this.#row;
    const identities = letters.identitiesOf(pendantOf(this.#bond));
    const kept = this.#home.vault.one("parcel", `${hex(bond)} ${hex(letter)}`);
    const data = kept?.data ?? (await this.#fetch(gate));
    let seed: Uint8Array;
    try {
      seed = await gates.openParcel(data, identities, gate);
    } catch (error) {
      if (!(error instanceof Damaged || error instanceof NotForMe)) throw error;
      throw new Damaged(error.sentence, { code: "last.part" });
    }
    if (!kept) {
      await this.#home.change((draft) => draft.put("parcel", { bond, letter, data }));
      this.#home.reach("watch: parcel kept");
    }
    return seed;
  }

  async #fetch(gate: SilenceGate): Promise<Uint8Array> {
    const name = this.#bond.peer;
    const reading = pendantOf(this.#bond).keyring.watch.reader(gate.watch);
    if (!reading) throw new NotYet(`${name} has not told you where their watch is kept.`);
    const relay = relayOf(this.#home, reading.relay);
    const facts = { relay: relay.name };
    try {
      return await relay.fetchParcel(gate.watch, reading.token, this.#row.id);
    } catch (error) {
      if (error instanceof NotYet) throw new NotYet(`${name} has not been silent for long enough.`);
      if (error instanceof NotFound) {
        throw new NotYet(
          `${relay.name} does not give out its part: ${name} has been heard from, has stopped their watch, or has ` +
            "sealed this letter anew.",
        );
      }
      if (error instanceof Unreachable) {
        const sentence = `${relay.name}, which knows whether ${name} has been silent, can't be reached.`;
        throw new Unreachable(sentence, { code: "last.silence", facts });
      }
      if (error instanceof Refused) throw new Unreachable(error.sentence, { code: "last.silence", facts });
      throw error;
    }
  }

  async #guardians(gate: GuardiansGate): Promise<Uint8Array> {
    const found = helpers(this.#home.vault, gate);
    const done = await regained(gate, found);
    if (done) return done.seed;
    const known = await families(found);
    const needed = helpNeeded(missingOf(gate, known), found.length === 0);
    throw new NotYet(
      isDoubtful(gate, known) ? `One of the shares that are here is false. ${needed}` : needed,
    );
  }
}

/** After a last letter was opened: in a rehearsal, let its writer know, inside a change. Only who read it can. */
export async function opened(home: Home, draft: Draft, row: LetterRow, text: string): Promise<void> {
  const watch = row.last?.watch;
  if (!watch || !rehearses(pendantOf(bonds.get(draft, row.bond)), watch)) return;
  await stepInside(home, draft, row.bond, { type: "RehearsalRead", watch, proof: proofOf(text) });
}

/** Say whether this watch is a rehearsal, by the terms that its reader was given. */
export function rehearses({ keyring }: Pendant, watch: Uint8Array): boolean {
  const reading = keyring.watch.reader(watch);
  return reading !== null && checkTerms(reading.terms, reading.watch, reading.key).rehearsal;
}

/** Return what shows that the letter of a rehearsal was read. */
export function proofOf(text: string): Uint8Array {
  return kdf.sha256(utf8(text.trim()));
}

/** How many guardians must help, in words. */
function helpNeeded(missing: number, isFirst: boolean): string {
  const guardians = missing === 1 ? "guardian" : "guardians";
  return `${NUMBERS[missing] ?? missing}${isFirst ? "" : " more"} ${guardians} must help.`;
}

/** A way, and why each of its gates that are shut is shut. */
interface Missing {
  readonly way: Way;
  readonly refusals: readonly TwinbellError[];
}

/** How far a way is from open: what is only out of reach is near, what has ended is farthest. */
const RANK = { Unreachable: 0, NotYet: 1, Damaged: 2, Retired: 3 } as const;

function rank({ refusals }: Missing): number {
  const ranks = refusals.map((each) => {
    if (each instanceof Retired) return RANK.Retired;
    if (each instanceof Damaged) return RANK.Damaged;
    return each instanceof NotYet ? RANK.NotYet : RANK.Unreachable;
  });
  return Math.max(0, ...ranks);
}

function joined(refusals: readonly TwinbellError[]): string {
  return [...new Set(refusals.map(({ sentence }) => sentence))].join(" ");
}

function more({ code, facts }: TwinbellError): ConstructorParameters<typeof TwinbellError>[1] {
  return { ...(code !== undefined && { code }), facts };
}
