/**
 * The lock of a letter: what must come to pass before it opens, as a record that both can read.
 *
 *     Lock
 *     ├── wish      the moment that was meant, in her zone, beside the instant it was computed to be
 *     ├── chains    the beacons that it leans on, in full, each with the label of its keeper
 *     ├── ways      any of them opens the letter ...
 *     │   └── gates ... all of them together: date, silence, guardians
 *     └── keep      whether the writer keeps the letter key
 *
 * A way without gates is open; only a letter for today has one. What can be checked without opening is checked when a
 * lock is made or read: a lock that exists makes sense in itself. The parts are in `gate.ts`; whether the ways of a
 * letter are what its lock says is the business of `way.ts`. Which chains a lock leans on is chosen by `plan`; how
 * strong it is, `strength` computes and `describe` says.
 *
 * The record is in `docs/spec/lock.md`; its SHA-256 is signed in the letter and carried in the envelope.
 */

import { compare, hex, same } from "../bytes";
import { sha256 } from "../crypto/kdf";
import { encode } from "../encoding";
import { Damaged, Mistaken, Retired } from "../errors";
import { RETIRED, roundAt, timeOf } from "../wire/beacon";
import { DAY_S } from "./civil";
import {
  CHAINS_MAX,
  DateGate,
  type Gate,
  GATES_MAX,
  isDates,
  KeptChain,
  readWay,
  type Way,
  Wish,
} from "./gate";
import { Fields, VERSION } from "./record";

export const LETTER_ID_BYTES = 16;
export const LOCK_BYTES_MAX = 65_536; // three chains, three ways and two recipients take 4 KiB
export const WAYS_MAX = 16; // any one of eight, and as many again from adding later

export const YEAR_S = 366 * DAY_S; // up to here the loss of a beacon is the smaller danger

/** What holds a letter back, from weakest to strongest. Computed, never chosen. */
export const STRENGTHS = ["nothing", "courtesy", "guardians", "mathematics"] as const;
export type Strength = (typeof STRENGTHS)[number];

/** Which danger the writer fears more: that it opens early, or that it never opens. */
export type Hold = "secrecy" | "survival";

/** Everything that holds one letter back. Throws `Mistaken` for a lock that makes no sense. */
export class Lock {
  readonly letter: Uint8Array;
  readonly wish: Wish | null;
  readonly chains: readonly KeptChain[];
  readonly ways: readonly Way[];
  readonly keep: boolean;

  constructor(lock: {
    letter: Uint8Array;
    wish: Wish | null;
    chains: readonly KeptChain[];
    ways: readonly Way[];
    keep: boolean;
  }) {
    this.letter = lock.letter;
    this.wish = lock.wish;
    this.chains = lock.chains;
    this.ways = lock.ways;
    this.keep = lock.keep;
    this.#check();
  }

  /** Whether nothing holds the letter back. */
  get isOpen(): boolean {
    return this.ways.length === 1 && this.ways[0]?.length === 0;
  }

  /** The first second at which a way that needs nothing but dates is open; null if there is none. */
  get opensS(): number | null {
    const times = this.ways.filter(isDates).map((way) => Math.max(...way.map((gate) => this.timeOf(gate))));
    return times.length ? Math.min(...times) : null;
  }

  /** Each round that a way of this lock needs, once, in the order of the chains. */
  rounds(): { readonly kept: KeptChain; readonly round: number }[] {
    return this.chains.flatMap((kept, at) => {
      const found = new Set(
        this.#dates()
          .filter((gate) => gate.chain === at)
          .map((gate) => gate.round),
      );
      return [...found].sort((a, b) => a - b).map((round) => ({ kept, round }));
    });
  }

  /** The chain that a date names, with its keeper. */
  keptBy(gate: DateGate): KeptChain {
    const kept = this.chains[gate.chain];
    if (!kept || !this.wish) throw new Mistaken("A date names a chain of its lock, which has a wish.");
    return kept;
  }

  /** The second at which a date opens. */
  timeOf(gate: DateGate): number {
    return timeOf(this.keptBy(gate).chain, gate.round);
  }

  /** Return lock.cbor. */
  encode(): Uint8Array {
    return encode({
      chains: this.chains.map((kept) => kept.record()),
      keep: this.keep,
      letter: this.letter,
      type: "lock",
      v: VERSION,
      ways: this.ways.map((way) => way.map((gate) => gate.record())),
      wish: this.wish?.record() ?? null,
    });
  }

  /** The SHA-256 of lock.cbor as this Twinbell writes it. */
  get hash(): Uint8Array {
    return sha256(this.encode());
  }

  /** The lock that `data` holds; throws `Damaged` for anything that is none, or makes no sense. */
  static parse(data: Uint8Array): Lock {
    const fields = Fields.of(data, "lock", { bytesMax: LOCK_BYTES_MAX });
    const lock = mistakenAsDamaged(
      () =>
        new Lock({
          letter: fields.data("letter", LETTER_ID_BYTES),
          wish: fields.has("wish") ? Wish.fromRecord(fields.map("wish")) : null,
          chains: fields.items("chains", CHAINS_MAX).map((each) => KeptChain.fromRecord(each)),
          ways: fields.items("ways", WAYS_MAX).map(readWay),
          keep: fields.flag("keep"),
        }),
    );
    // What is shown must be all there is: a field that this Twinbell does not know could be a condition.
    if (!same(lock.encode(), data)) throw new Damaged("This lock says more than this Twinbell can read.");
    return lock;
  }

  #check(): void {
    if (this.letter.length !== LETTER_ID_BYTES) {
      throw new Mistaken(`The id of a letter has ${LETTER_ID_BYTES} bytes.`);
    }
    if (this.chains.length > CHAINS_MAX || !(0 < this.ways.length && this.ways.length <= WAYS_MAX)) {
      throw new Mistaken(`A lock has ${CHAINS_MAX} chains at most, and from one way to ${WAYS_MAX}.`);
    }
    if (new Set(this.chains.map((kept) => hex(kept.chain.hash))).size !== this.chains.length) {
      throw new Mistaken("A lock names each of its chains once.");
    }
    if (
      new Set(this.ways.map((way) => hex(encode(way.map((gate) => gate.record()))))).size !== this.ways.length
    ) {
      throw new Mistaken("Two ways of this lock are the same.");
    }
    if (this.ways.some((way) => !way.length) && this.ways.length > 1) {
      throw new Mistaken("A lock that has an open way needs no other.");
    }
    for (const way of this.ways) this.#checkWay(way);
    const used = new Set(this.#dates().map((gate) => gate.chain));
    if (used.size !== this.chains.length) {
      throw new Mistaken("A lock names the chains that its ways lean on, and no others.");
    }
    if ((this.wish === null) !== (used.size === 0)) {
      throw new Mistaken("A lock has a wish if it has a date, and a date if it has a wish.");
    }
  }

  #checkWay(way: Way): void {
    if (way.length > GATES_MAX) throw new Mistaken(`A way has ${GATES_MAX} gates at most.`);
    for (const gate of way) if (gate.kind === "date") this.#checkDate(gate);
    if (!way.every((gate, at) => at === 0 || this.#order(way[at - 1] ?? gate, gate) < 0)) {
      throw new Mistaken("The gates of this way are doubled, or not in their order.");
    }
  }

  #checkDate(gate: DateGate): void {
    const { chain } = this.keptBy(gate);
    // A round that is not the wish's would open on another day than the one that is shown.
    if (this.wish && gate.round !== roundAt(chain, this.wish.instantS)) {
      throw new Mistaken("A date of this lock is not the moment that it shows.");
    }
  }

  /** Outermost first: dates by round and then by chain, then silence, then guardians; one of a kind is equal. */
  #order(a: Gate, b: Gate): number {
    if (a.kind === "date" && b.kind === "date") {
      return a.round - b.round || compare(this.keptBy(a).chain.hash, this.keptBy(b).chain.hash);
    }
    const kinds = ["date", "silence", "guardians"];
    return kinds.indexOf(a.kind) - kinds.indexOf(b.kind);
  }

  #dates(): DateGate[] {
    return this.ways.flat().filter((gate) => gate.kind === "date");
  }
}

/**
 * What holds `lock` back: its weakest way, and of a way its strongest gate.
 *
 * `ours` are the labels of keepers that are one of the two themselves (a relay run by either): whoever keeps a chain
 * can open early, so a date that leans on such a one is courtesy.
 */
export function strength(lock: Lock, ours: readonly string[] = []): Strength {
  const order = (gate: Gate): number => STRENGTHS.indexOf(strengthOf(lock, gate, ours));
  const weakest = Math.min(...lock.ways.map((way) => Math.max(0, ...way.map(order))));
  return STRENGTHS[weakest] ?? "nothing";
}

function strengthOf(lock: Lock, gate: Gate, ours: readonly string[]): Strength {
  if (gate.kind === "date") return ours.includes(lock.keptBy(gate).keeper) ? "courtesy" : "mathematics";
  return gate.kind === "guardians" ? "guardians" : "courtesy";
}

/**
 * The lock for a letter that opens at `wish`, or at once without one.
 *
 * `chains` are those whose rounds can be had, the most trusted first; of one keeper only the first counts. Of three
 * keepers any two open it. Two must both be there for a day within a year, when a loss is unlikely; either suffices
 * for a later one, when loss is the greater danger. `hold` asks for all of them (secrecy) or for any one (survival).
 * `keep` is on by default for a day more than a year away.
 *
 * Throws `Retired` if all these chains have ended, `Mistaken` if there are none.
 */
export function plan({
  letter,
  wish,
  chains = [],
  nowS,
  hold = null,
  keep = null,
}: {
  letter: Uint8Array;
  wish: Wish | null;
  chains?: readonly KeptChain[];
  nowS: number;
  hold?: Hold | null;
  keep?: boolean | null;
}): Lock {
  if (wish === null) return new Lock({ letter, wish, chains: [], ways: [[]], keep: keep ?? false });
  const far = wish.instantS - nowS > YEAR_S;
  const kept = distinct(chains).slice(0, hold ? CHAINS_MAX : 3);
  const gates = kept.map((each, at) => new DateGate(at, roundAt(each.chain, wish.instantS)));
  const hashOf = (gate: DateGate): Uint8Array => kept[gate.chain]?.chain.hash ?? new Uint8Array(0);
  const ways = combinations(gates, needed(kept.length, far, hold)).map((chosen) =>
    chosen.sort((a, b) => a.round - b.round || compare(hashOf(a), hashOf(b))),
  );
  return new Lock({ letter, wish, chains: kept, ways, keep: keep ?? far });
}

function distinct(chains: readonly KeptChain[]): KeptChain[] {
  if (!chains.length) {
    throw new Mistaken("A letter for a later day needs a beacon, and none is known here.", {
      hint: "Import one, or name it.",
    });
  }
  const byKeeper = new Map<string, KeptChain>();
  for (const kept of chains) {
    if (!RETIRED.has(hex(kept.chain.hash)) && !byKeeper.has(kept.keeper)) byKeeper.set(kept.keeper, kept);
  }
  if (!byKeeper.size) {
    throw new Retired("Each chain that was named has ended; what is locked to it never opens.");
  }
  return [...byKeeper.values()];
}

function needed(keepers: number, far: boolean, hold: Hold | null): number {
  if (hold === "secrecy") return keepers;
  if (hold === "survival" || keepers === 1) return 1;
  return keepers === 2 && far ? 1 : 2;
}

/** All choices of `count` of these, in their order: (1,2) (1,3) (2,3). */
function combinations<T>(items: readonly T[], count: number): T[][] {
  if (count === 0) return [[]];
  return items.flatMap((item, at) =>
    combinations(items.slice(at + 1), count - 1).map((rest) => [item, ...rest]),
  );
}

/** In plain English sentences: what holds `lock` back, who could open it early, and how it could be lost. */
export function describe(lock: Lock, ours: readonly string[] = []): string {
  if (lock.isOpen) return "Nothing holds this letter back: it opens at once.";
  const parts = [when(lock), lock.ways.every(isDates) ? risk(lock) : waysOf(lock)];
  const mine = lock.chains.map((kept) => kept.keeper).filter((keeper) => ours.includes(keeper));
  if (mine.length) {
    const are = mine.length > 1 ? "are" : "is";
    parts.push(`${join(mine, "and")} ${are} run by one of the two, who could publish it early.`);
  }
  parts.push(`Held by ${strength(lock, ours)}.`);
  parts.push(
    lock.keep
      ? "The writer's own devices can open it at any time."
      : "Until then the writer can't open it either.",
  );
  return parts.join(" ");
}

function when(lock: Lock): string {
  return lock.wish && lock.opensS !== null
    ? `It opens on ${lock.wish.words}.`
    : "It opens when what it waits for has come to pass.";
}

function risk(lock: Lock): string {
  const names = lock.chains.map((kept) => kept.keeper);
  const least = Math.min(...lock.ways.map((way) => way.length));
  if (names.length === 1) {
    return (
      `${names[0]} holds it back: it alone could open it early, ` +
      "and if it ends before that day, the letter stays locked for ever."
    );
  }
  if (least === names.length) {
    return (
      `${join(names, "and")} hold it back together: none of them alone can open it early, ` +
      "but if one of them ends before that day, the letter stays locked for ever."
    );
  }
  if (least === 1) {
    return (
      `Any one of ${join(names, "and")} opens it: each of them alone could open it early, ` +
      "and it is lost only if all of them end before that day."
    );
  }
  const number = ["", "", "two", "three", "four"][least] ?? String(least);
  return (
    `Any ${number} of ${join(names, "and")} open it: fewer cannot open it early, ${number} ` +
    `together could, and it is lost only if fewer than ${number} are left by that day.`
  );
}

function waysOf(lock: Lock): string {
  const ways = lock.ways.map((way) =>
    join(
      way.map((gate) => gateWords(lock, gate)),
      "and",
    ),
  );
  return `It needs ${join(ways, "or else")}.`;
}

function gateWords(lock: Lock, gate: Gate): string {
  if (gate.kind === "date") return `round ${gate.round} of ${lock.keptBy(gate).keeper}`;
  if (gate.kind === "silence") return "the writer's silence, as the relay sees it";
  return `${gate.threshold} of ${gate.guardians} guardians`;
}

/** Return these in a row, as a person says them. */
export function join(words: readonly string[], joint: string): string {
  return words.length === 1 ? (words[0] ?? "") : `${words.slice(0, -1).join(", ")} ${joint} ${words.at(-1)}`;
}

function mistakenAsDamaged<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw error instanceof Mistaken ? new Damaged(error.sentence) : error;
  }
}
