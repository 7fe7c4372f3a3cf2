/**
 * The chains that this home knows, who keeps them, and where their rounds can be had.
 *
 * A chain comes to be known through the bell (each bundle carries the chain of its relay), or through a relay of
 * ours that hands it out. quicknet ships with the program. Retired is what the release says is retired; the
 * network's word is not taken for it.
 */

import { KeptChain } from "../core/bond/gate";
import { Lock } from "../core/bond/lock";
import { hex } from "../core/bytes";
import { decode, encode } from "../core/encoding";
import { TwinbellError } from "../core/errors";
import { Chain, QUICKNET, RETIRED, keeperOf } from "../core/wire/beacon";
import * as bonds from "./bonds";
import type { Home } from "./home";
import type { Relay } from "./relay";
import type { BondRow } from "./schema";
import type { Draft, View } from "./vault";

const CHAIN_BYTES_MAX = 4096;
const KEEPER_LENGTH_MAX = 64;
const ASKED = "chains asked"; // when our relays were last asked what they hand out
const ASK_AGAIN_S = 86_400;
const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** A chain that is known here: its keeper, the relay that hands it out, whether it has ended. */
export interface Known {
  readonly chain: Chain;
  readonly keeper: string;
  readonly relay: string | null;
  readonly retired: boolean;
}

/** Return every chain that is known here, quicknet last. */
export function known(view: View): Known[] {
  const rows = view.all("chain").sort((a, b) => a.number - b.number);
  const found: Known[] = rows.map((row) => ({
    chain: Chain.fromRecord(decode(row.record, { bytesMax: CHAIN_BYTES_MAX })),
    keeper: row.keeper,
    relay: row.relay,
    retired: row.retired || RETIRED.has(hex(row.hash)),
  }));
  if (!found.some(({ chain }) => bonds.same(chain.hash, QUICKNET.hash)))
    found.push({ chain: QUICKNET, keeper: keeperOf(QUICKNET), relay: null, retired: false });
  return found;
}

/** Remember a chain. A well-known one keeps the name of its keepers, whoever it came from. */
export function learn(draft: Draft, chain: Chain, relay: string): void {
  const label = keeperOf(chain);
  const keeper = label.startsWith("chain ") ? new URL(relay).host : label; // not a well-known one
  const row = draft.one("chain", hex(chain.hash));
  draft.put("chain", {
    hash: chain.hash,
    record: encode(chain.record()),
    keeper: row?.keeper ?? keeper.slice(0, KEEPER_LENGTH_MAX),
    relay,
    retired: row?.retired ?? false,
    number: row?.number ?? draft.next("chain"),
  });
}

/** Return the relay's own chain, and remember all that it hands out. */
export async function ofRelay(home: Home, relay: Relay): Promise<Chain | null> {
  const { chains: documents } = await relay.about();
  const chains = (Array.isArray(documents) ? documents : []).map((each: unknown) =>
    Chain.parse(each as Record<string, unknown>),
  );
  await home.change((draft) => chains.forEach((chain) => learn(draft, chain, relay.url)));
  return chains[0] ?? null;
}

/** Return the keepers in a lock that are one of the two themselves, by the names that the lock has. */
export function oursIn(view: View, lock: Lock): string[] {
  const here = known(view).filter(({ relay }) => relay !== null && isHere(relay));
  return lock.chains
    .filter(
      ({ chain, keeper }) =>
        here.some((each) => bonds.same(each.chain.hash, chain.hash)) || isHere(`http://${keeper}`),
    )
    .map(({ keeper }) => keeper);
}

/**
 * Return the chains to lock a letter to: those whose rounds can be had from here.
 *
 * The one that our own relay keeps first, since the other one can ask it too. A page may speak to relays and to
 * nobody else, so quicknet counts where a relay of ours hands it out.
 */
export function toLockBy(home: Home, bond: BondRow): KeptChain[] {
  const found = known(home.vault).filter(({ retired }) => !retired);
  const first = (each: Known): number => (each.relay === bond.relay ? 0 : 1);
  return found
    .sort((a, b) => first(a) - first(b))
    .filter(({ relay }) => relay !== null)
    .map(({ chain, keeper }) => new KeptChain(chain, keeper));
}

/** Ask our relays once a day what they hand out: an operator may have added a witness. */
export async function learnAgain(home: Home): Promise<void> {
  const { nowS } = home;
  if (nowS - Number(home.vault.one("setting", ASKED)?.value ?? 0) < ASK_AGAIN_S) return;
  await home.change((draft) => draft.put("setting", { name: ASKED, value: String(nowS) }));
  for (const url of new Set(bonds.living(home.vault).map(({ relay }) => relay))) {
    try {
      await ofRelay(home, home.relay(url));
    } catch (error) {
      if (!(error instanceof TwinbellError)) throw error; // tomorrow, then
    }
  }
}

function isHere(url: string): boolean {
  return URL.canParse(url) && LOOPBACK.has(new URL(url).hostname);
}
