/**
 * Getting a round: from what is kept here, from relays, from the chain's own keepers.
 *
 * Where it comes from does not matter, since every round is verified against the pinned chain before it is kept.
 * There are four answers besides the round, and they are never confused: `NotYet` (when), `Unreachable` (who was
 * asked), `Retired` (which chain) and `Damaged` (what was handed out).
 *
 * A round is never asked for before its time: the question alone would tell somebody what day a letter waits for.
 * One that a waiting letter needs is had within a minute of its time, at a moment of chance, so that a relay cannot
 * tell the two of a letter by when they ask; at once if a person opens that very letter.
 */

import { Lock } from "../core/bond/lock";
import { compare, hex } from "../core/bytes";
import { Damaged, NotYet, Retired, type TwinbellError, Unreachable } from "../core/errors";
import {
  Beacon,
  type Chain,
  DOCUMENT_BYTES_MAX,
  QUICKNET,
  QUICKNET_URLS,
  RETIRED,
  keeperOf,
  timeOf,
  verify,
} from "../core/wire/beacon";
import * as chains from "./chains";
import type { Home } from "./home";
import type { LetterRow } from "./schema";
import type { View } from "./vault";

const ANSWER_MS = 10_000; // a source that is slower is passed over for the next one
const JITTER_S = 60;
const AGAIN_S = 60; // before a round that could not be had is asked for again

/** Return the signature of a round that is kept here: verified before it was, and sealed with its place since. */
export function kept(view: View, chain: Chain, round: number): Uint8Array | null {
  return view.one("beacon", `${hex(chain.hash)} ${round}`)?.signature ?? null;
}

/**
 * Return the signature of a round, verified, and keep it; what is kept already whatever the clock says.
 *
 * Throws `NotYet`, `Retired`, `Unreachable` or `Damaged`.
 */
export async function signatureOf(home: Home, chain: Chain, round: number): Promise<Uint8Array> {
  const here = kept(home.vault, chain, round);
  if (here) return here;
  const known = chains.known(home.vault).find((each) => compare(each.chain.hash, chain.hash) === 0);
  const keeper = known?.keeper ?? keeperOf(chain);
  const facts = { round, opensS: timeOf(chain, round), keeper };
  if (known?.retired || RETIRED.has(hex(chain.hash)))
    throw new Retired(`The chain of ${keeper} has ended, and its key is gone.`, {
      code: "beacon.retired",
      facts,
    });
  if (home.nowS < facts.opensS) throw new NotYet("", { code: "letter.early", ...facts, facts });
  return await fetchRound(home, chain, round);
}

/** Ask for a round everywhere it may be had, and keep it. */
export async function fetchRound(home: Home, chain: Chain, round: number): Promise<Uint8Array> {
  const refusals: TwinbellError[] = [];
  const urls = sources(home.vault, chain);
  for (const url of urls) {
    try {
      const { signature } = await ask(home, url, chain, round);
      const row = { chain: chain.hash, round, signature };
      await home.change((draft) => draft.put("beacon", row));
      return signature;
    } catch (error) {
      if (!(error instanceof NotYet || error instanceof Unreachable || error instanceof Damaged)) throw error;
      refusals.push(error);
    }
  }
  // What somebody handed out wrongly says most, then that it is not time; silence says least.
  const told =
    refusals.find((each) => each instanceof Damaged) ?? refusals.find((each) => each instanceof NotYet);
  if (told) throw told;
  const asked = urls.map((url) => new URL(url).host).join(", ");
  throw new Unreachable(`Round ${round} could not be had. Asked: ${asked || "nobody"}.`, {
    code: "beacon.unreachable",
    facts: { round, keeper: keeperOf(chain), asked },
  });
}

function sources(view: View, chain: Chain): string[] {
  const relays = chains
    .known(view)
    .flatMap((each) => (each.relay && compare(each.chain.hash, chain.hash) === 0 ? [each.relay] : []));
  const own = compare(chain.hash, QUICKNET.hash) === 0 ? QUICKNET_URLS : [];
  return [...new Set([...relays, ...own])];
}

async function ask(home: Home, url: string, chain: Chain, round: number): Promise<Beacon> {
  const transport = home.transport(url);
  const path = `/${hex(chain.hash)}/public/${round}`;
  const limits = { silenceMs: ANSWER_MS, bytesMax: DOCUMENT_BYTES_MAX };
  const answer = await transport.request("GET", path, limits);
  const facts = { round, opensS: timeOf(chain, round), relay: transport.name };
  if (answer.status === 425)
    throw new NotYet(
      `${transport.name} says that it is not yet time, though this device's clock says that it is.`,
      {
        code: "letter.clock",
        ...facts,
        facts,
      },
    );
  if (answer.status !== 200)
    throw new Unreachable(`${transport.name} does not hand out rounds of this chain.`, {
      code: "beacon.unreachable",
      facts,
    });
  let beacon: Beacon;
  try {
    beacon = Beacon.parse(answer.body);
  } catch {
    // A page of a hotel's network, say: whoever spoke there was not the one that was asked.
    throw new Unreachable(`What answers at ${transport.name} is no beacon.`, {
      code: "beacon.unreachable",
      facts,
    });
  }
  try {
    if (beacon.round !== round) throw new Damaged();
    verify(chain, beacon);
  } catch {
    throw new Damaged(`${transport.name} handed out a signature of round ${round} that is not the chain's.`, {
      code: "beacon.damaged",
      facts,
    });
  }
  return beacon;
}

/** Has the rounds of letters whose day has come, each a moment of chance after it. */
export class Rounds {
  readonly #home: Home;
  readonly #due = new Map<string, number>();
  readonly #jitter: () => number;

  constructor(home: Home, jitter: () => number = Math.random) {
    this.#home = home;
    this.#jitter = jitter;
  }

  /** Fetch what is due; return the next second at which something will be, or null. */
  async work(): Promise<number | null> {
    for (const [chain, round] of this.#wanted()) {
      if (this.#dueS(chain, round) > this.#home.nowS) continue;
      try {
        await signatureOf(this.#home, chain, round);
      } catch (error) {
        if (!(error instanceof NotYet || error instanceof Unreachable || error instanceof Damaged))
          throw error;
        this.#due.set(placeOf(chain, round), this.#home.nowS + AGAIN_S);
      }
    }
    const next = this.#wanted().map(([chain, round]) => this.#dueS(chain, round));
    return next.length ? Math.min(...next) : null;
  }

  #dueS(chain: Chain, round: number): number {
    const place = placeOf(chain, round);
    const known = this.#due.get(place);
    if (known !== undefined) return known;
    const dueS = timeOf(chain, round) + Math.floor(this.#jitter() * JITTER_S);
    this.#due.set(place, dueS);
    return dueS;
  }

  /** The rounds that unopened letters need, and that are not here. */
  #wanted(): [Chain, number][] {
    const { vault } = this.#home;
    const retired = (chain: Chain): boolean => RETIRED.has(hex(chain.hash));
    return vault
      .all("letter")
      .filter((row) => row.state === "waiting")
      .flatMap(roundsOf)
      .filter(([chain, round]) => !retired(chain) && !kept(vault, chain, round));
  }
}

function roundsOf(row: LetterRow): [Chain, number][] {
  return Lock.parse(row.lock)
    .rounds()
    .map(({ kept: { chain }, round }) => [chain, round]);
}

function placeOf(chain: Chain, round: number): string {
  return `${hex(chain.hash)} ${round}`;
}
