/**
 * The lock of a last letter, and in plain words what holds it back.
 *
 *     way 1   silence and guardians      the relay gives out its part once the writer is silent
 *     way 2…  a date and guardians       from the floor on, so that it opens when the relay is gone
 *     keep    on: the writer seals it again behind each new gate
 *
 * No way lacks the guardians. So its strength is theirs, as it is computed for any lock: a floor that leans on
 * mathematics holds only until that day.
 */

import { same } from "../bytes";
import { Mistaken } from "../errors";
import type { Gate, GuardiansGate, KeptChain, SilenceGate, Way, Wish } from "./gate";
import { type Hold, join, Lock, plan, strength, type Strength, STRENGTHS } from "./lock";

/**
 * Return the lock of a last letter; `floor` is the moment before which guardians alone open nothing.
 *
 * Several chains make several ways for the floor, as in any lock (`plan`). Throws what `plan` throws, and `Mistaken`
 * for a floor that is not later than now.
 */
export function planLast({
  letter,
  silence,
  guardians,
  floor,
  chains,
  nowS,
  hold = null,
}: {
  readonly letter: Uint8Array;
  readonly silence: SilenceGate;
  readonly guardians: GuardiansGate;
  readonly floor: Wish;
  readonly chains: readonly KeptChain[];
  readonly nowS: number;
  readonly hold?: Hold | null;
}): Lock {
  if (floor.instantS <= nowS) {
    throw new Mistaken("The day from which guardians alone can open this must lie ahead.");
  }
  const dated = plan({ letter, wish: floor, chains, nowS, hold, keep: true });
  const ways = [[silence, guardians], ...dated.ways.map((way) => [...way, guardians])];
  return new Lock({ letter, wish: floor, chains: dated.chains, ways, keep: true });
}

/** Say whether this is the lock of a last letter: every way needs guardians, and one of them silence. */
export function isLast(lock: Lock): boolean {
  return lock.ways.every((way) => guardiansOf(way)) && lock.ways.some(isSilent);
}

/** Say whether this way is the one by silence. */
export function isSilent(way: Way): boolean {
  return way.some((gate) => gate.kind === "silence");
}

/** Return the guardians that a way needs, if it needs any. */
export function guardiansOf(way: Way): GuardiansGate | undefined {
  return way.find((gate) => gate.kind === "guardians");
}

/** A line of the table "what holds this back". */
export interface Row {
  /** What must come to pass. */
  readonly way: string;
  /** Who could open it this way before that. */
  readonly early: string;
  readonly strength: Strength;
}

/** What holds a last letter back: the table, and the sentences that belong to it. */
export interface Holds {
  readonly rows: readonly Row[];
  readonly sentences: readonly string[];
  readonly strength: Strength;
}

/**
 * Return in plain words what holds back the last letter that `reader` has of `writer`.
 *
 * `relay` is the name of the one that keeps the watch, `guardians` are names where they are known; `ours` as in
 * `strength`. Whoever helps to open it early opens nothing without the reader, who alone has the keys of the outer
 * seal; so each sentence names both.
 */
export function describeLast(
  lock: Lock,
  about: {
    readonly writer: string;
    readonly reader: string;
    readonly relay: string;
    readonly guardians?: readonly string[];
    readonly ours?: readonly string[];
  },
): Holds {
  const { writer, reader, ours = [] } = about;
  const gate = isLast(lock) ? guardiansOf(lock.ways[0] ?? []) : undefined;
  const isOne = lock.ways.every((way) =>
    same(guardiansOf(way)?.recipient ?? EMPTY, gate?.recipient ?? EMPTY),
  );
  if (!gate || !isOne || !lock.wish) throw new Mistaken("This is not the lock of a last letter.");
  const sentences = [
    gate.threshold > 1
      ? `No guardian can read it, and none of them alone can open it for ${reader}.`
      : `The guardian can't read it, but needs nobody else to open it for ${reader} once a way is free.`,
  ];
  const mine = lock.chains.map((kept) => kept.keeper).filter((keeper) => ours.includes(keeper));
  if (mine.length) {
    const are = mine.length > 1 ? "are" : "is";
    sentences.push(
      `${join(mine, "and")} ${are} run by one of the two: that day holds nobody back who runs it.`,
    );
  }
  sentences.push(
    gate.guardians > 1
      ? `It is lost if fewer than ${gate.threshold} of ${gate.guardians} guardians still have their share.`
      : "It is lost if the guardian no longer has the share.",
    `The devices of ${writer} can open it at any time.`,
  );
  const { wish } = lock;
  const rows = heldBack(lock, ours).map((row) => rowOf(row, wish, gate, about));
  return { rows, sentences, strength: strength(lock, ours) };
}

const EMPTY = new Uint8Array(0);

function rowOf(
  row: HeldBack,
  floor: Wish,
  gate: GuardiansGate,
  { writer, reader, relay, guardians = [] }: Parameters<typeof describeLast>[1],
): Row {
  const helpers = some(gate, guardians);
  const [way, first] =
    row.by === "silence"
      ? [`Once ${writer} has been silent and ${relay} has said so`, relay]
      : [`From ${floor.words} on, silent or not`, capital(keepersOf(row))];
  return {
    way: `${way}: ${helpers}.`,
    early: `${first} and ${helpers}, together with ${reader}, could open it this way early.`,
    strength: row.strength,
  };
}

/** Return how many guardians a gate needs, by name where all are known. */
export function some({ threshold, guardians }: GuardiansGate, names: readonly string[]): string {
  if (names.length !== guardians) return `${threshold} of ${guardians} guardians`;
  return threshold === guardians ? join(names, "and") : `${threshold} of ${join(names, "and")}`;
}

/** Whose chains one would have to have, to come to the floor's round before its time. */
function keepersOf({ keepers, keepersNeeded: needed }: HeldBack): string {
  if (needed === keepers.length) return join(keepers, "and");
  return `any ${needed === 1 ? "one" : needed} of ${join(keepers, "and")}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What holds a last letter back by its silence, or from its floor on, beside the guardians. */
export interface HeldBack {
  readonly by: "silence" | "floor";
  readonly strength: Strength;
  /** Who keeps the chains of the floor, and how many of them are needed; none by silence. */
  readonly keepers: readonly string[];
  readonly keepersNeeded: number;
}

/** Return the ways of a last letter, those that are alike as one; `ours` as in `strength`. */
export function heldBack(lock: Lock, ours: readonly string[] = []): HeldBack[] {
  const silent = lock.ways.filter(isSilent);
  const dated = lock.ways.filter((way) => !isSilent(way));
  const rows = [
    ["silence", silent],
    ["floor", dated],
  ] as const;
  return rows.flatMap(([by, ways]) => {
    if (!ways.length) return [];
    const chains = ways.map((way) => way.flatMap((gate) => (gate.kind === "date" ? [gate.chain] : [])));
    const numbers = [...new Set(chains.flat())].sort((a, b) => a - b);
    return {
      by,
      strength: weakest(lock, ways, ours),
      keepers: numbers.map((at) => lock.chains[at]?.keeper ?? ""),
      keepersNeeded: Math.min(...chains.map((each) => each.length)),
    };
  });
}

function weakest(lock: Lock, ways: readonly Way[], ours: readonly string[]): Strength {
  const byDate = (gate: Gate): boolean => gate.kind === "date" && !ours.includes(lock.keptBy(gate).keeper);
  const all = ways.map((way): Strength => (way.some(byDate) ? "mathematics" : "guardians"));
  return STRENGTHS[Math.min(...all.map((each) => STRENGTHS.indexOf(each)))] ?? "nothing";
}
