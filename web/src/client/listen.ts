/**
 * A home while a page is open: sockets to its relays, so that a ring is heard at once, and what time brings.
 *
 *     line      one a relay: attach our mailboxes, take what is pushed, acknowledge what is here
 *     post      one a bond: send what waits; files go beside it, so that a ring overtakes a large letter
 *     upkeep    letters whose day has come, their rounds, the day's work
 *     watches   what guardians said, relays to be told, seats that want looking at
 *
 * What ends is begun anew, later and later up to a minute. A page that sleeps lets go of its sockets.
 */

import { Unreachable } from "../core/errors";
import type { TwinbellError } from "../core/errors";
import { hex } from "../core/bytes";
import { alarm } from "./alarm";
import type { Link } from "./api";
import { Rounds } from "./beacon";
import * as bonds from "./bonds";
import * as chains from "./chains";
import * as giving from "./giving";
import type { Home } from "./home";
import { Lane } from "./lane";
import * as last from "./last";
import * as letters from "./letters";
import { Line } from "./line";
import * as mail from "./mail";
import * as news from "./news";
import { prepare } from "./opened";
import * as outgoing from "./outgoing";
import type { LetterRow } from "./schema";
import type { View } from "./vault";

const UPKEEP_S = 20;
const REHEARSING_S = 5; // people sit together and wait for it
const AGAIN_MS = 1_000;
const AGAIN_MS_MAX = 60_000;
const GONE_WITHIN_MS = 4_000; // a ring that is not with the relay by then is told to go later

/** How one bond is sent to: two lanes, and when to try again. */
interface Way {
  readonly post: Lane;
  readonly files: Lane;
  againMs: number;
  again: (() => void) | null;
  link: Link["state"];
}

export class Listener {
  readonly #home: Home;
  readonly #ways = new Map<string, Way>();
  readonly #lines = new Map<string, Line>();
  readonly #rounds: Rounds;
  readonly #upkeep = new Lane(() => this.#work());
  readonly #watches = new Lane(() => this.#watch());
  #timer: (() => void) | null = null;
  /** When upkeep runs next. */
  #nextS = 0;
  #awake = false;
  #stopped = false;

  constructor(home: Home, jitter?: () => number) {
    this.#home = home;
    this.#rounds = new Rounds(home, jitter);
  }

  /** The page is there, or has gone to sleep. */
  awake(on: boolean): void {
    this.#awake = on && !this.#stopped;
    if (!this.#awake) {
      for (const line of this.#lines.values()) line.stop();
      this.#lines.clear();
      this.#timer?.();
      return;
    }
    this.refresh();
    void this.#upkeep.run().catch(fault);
  }

  /** End everything, for good. */
  stop(): void {
    this.#stopped = true;
    this.awake(false);
    for (const way of this.#ways.values()) way.again?.();
  }

  /** The bonds of this home have changed, or the network is back: connect to what there is now. */
  refresh(): void {
    if (!this.#awake) return;
    const living = bonds.living(this.#home.vault);
    const wanted = new Map(
      living.map((bond) => [bond.relay, living.filter(({ relay }) => relay === bond.relay)]),
    );
    for (const [url, line] of this.#lines) {
      const ids = wanted.get(url)?.map(({ id }) => hex(id)) ?? [];
      if (ids.join() === line.bonds.join()) {
        line.hurry();
        continue;
      }
      line.stop();
      this.#lines.delete(url);
    }
    for (const [url, rows] of wanted) {
      if (this.#lines.has(url)) continue;
      const line = new Line(this.#home, url, rows, {
        linked: (state) => rows.forEach(({ id }) => this.#linked(id, state)),
        settled: (id) => this.#answer(id),
      });
      this.#lines.set(url, line);
    }
    for (const { id } of living) this.poke(id);
  }

  /** Something waits to go: try it now. */
  poke(bond: Uint8Array): void {
    const way = this.#way(bond);
    way.again?.();
    void way.post.run().catch(fault);
    void way.files.run().catch(fault);
  }

  /** Try what waits now, of whichever bond. */
  pokeAll(): void {
    for (const { id } of bonds.every(this.#home.vault)) if (this.#owes(id)) this.poke(id);
  }

  /** Try to send now, and resolve when it has gone, or could not go, or takes too long to wait for. */
  async posted(bond: Uint8Array): Promise<void> {
    const { post } = this.#way(bond);
    await new Promise<void>((resolve) => {
      const stop = this.#home.clock.after(GONE_WITHIN_MS, resolve);
      void post
        .run()
        .catch(fault)
        .finally(() => {
          stop();
          resolve();
        });
    });
  }

  link(bond: Uint8Array): Link {
    return {
      bond: hex(bond),
      state: this.#way(bond).link,
      waitingOut:
        mail.waiting(this.#home.vault, bond).length +
        letters.every(this.#home.vault, bond).filter((row) => isGoing(this.#home.vault, row)).length +
        giving.waiting(this.#home.vault, bond).length,
    };
  }

  /** What guardians are told, and what a look has brought, goes at once. */
  async #watch(): Promise<void> {
    const { vault } = this.#home;
    if (vault.all("watch").length + vault.all("seat").length === 0) return;
    await (await import("./watching")).upkeep(this.#home);
    this.pokeAll();
  }

  #way(bond: Uint8Array): Way {
    const id = hex(bond);
    const known = this.#ways.get(id);
    if (known) return known;
    const way: Way = {
      post: new Lane(async () => this.#sent(bond, await mail.send(this.#home, bond))),
      files: new Lane(async () => {
        if (bonds.get(this.#home.vault, bond).partedS !== null) return;
        const left = await outgoing.sendFiles(this.#home, bond);
        if (!left.reason) left.reason = (await giving.give(this.#home, bond)).reason;
        if (mail.waiting(this.#home.vault, bond).length) void way.post.run().catch(fault);
        this.#sent(bond, left);
      }),
      againMs: AGAIN_MS,
      again: null,
      link: "connecting",
    };
    this.#ways.set(id, way);
    return way;
  }

  /** What came may have to be answered: by new keys, by letters given again. */
  #answer(bond: Uint8Array): void {
    if (this.#owes(bond)) this.poke(bond);
    // A letter that has just come may open before anything that was waited for.
    if ((nextReadyS(this.#home) ?? Infinity) < this.#nextS) void this.#upkeep.run().catch(fault);
    // The relay has rung: a watch wants looking at.
    if (watchesS(this.#home) <= this.#home.nowS) void this.#watches.run().catch(fault);
  }

  #owes(bond: Uint8Array): boolean {
    const isOwed = this.#home.vault.all("duty").some((row) => bonds.same(row.bond, bond));
    return isOwed || this.link(bond).waitingOut > 0;
  }

  /** Note how sending went: what is left is tried again, later and later. */
  #sent(bond: Uint8Array, { reason }: { reason: TwinbellError | null }): void {
    const way = this.#way(bond);
    this.#home.tell({ kind: "link", link: this.link(bond) });
    if (!reason || !mail.isForLater(reason)) {
      way.againMs = AGAIN_MS;
      return;
    }
    if (reason instanceof Unreachable && way.link !== "offline") this.#linked(bond, way.link);
    if (way.again || this.#stopped) return;
    const stop = this.#home.clock.after(way.againMs * (0.5 + Math.random() / 2), () => {
      way.again = null;
      if (this.#awake) this.poke(bond);
    });
    way.again = () => {
      stop();
      way.again = null;
    };
    way.againMs = Math.min(2 * way.againMs, AGAIN_MS_MAX);
  }

  #linked(bond: Uint8Array, state: Link["state"]): void {
    const way = this.#way(bond);
    const before = way.link;
    way.link = state;
    if (before !== state) this.#home.tell({ kind: "link", link: this.link(bond) });
    if (state === "connected" && before !== "connected") {
      way.againMs = AGAIN_MS;
      this.poke(bond);
    }
  }

  /** What time brings. */
  async #work(): Promise<void> {
    const home = this.#home;
    await tellReady(home);
    for (const { id, tickedS } of bonds.living(home.vault))
      if (home.nowS - tickedS >= mail.TICK_S) this.poke(id);
    const dueS = await this.#rounds.work();
    for (const { id } of bonds.living(home.vault)) prepare(home, letters.all(home, id));
    if (bonds.living(home.vault).length) await chains.learnAgain(home);
    void this.#watches.run().catch(fault); // a relay that does not answer must not hold up the letters
    const readyS = nextReadyS(home);
    this.#nextS = Math.min(home.nowS + UPKEEP_S, dueS ?? Infinity, readyS ?? Infinity, watchesS(home));
    this.#timer?.();
    if (!this.#awake) return;
    this.#timer = alarm(home.clock, this.#nextS, () => void this.#upkeep.run().catch(fault));
  }
}

/** Note letters whose day has come, once each. */
async function tellReady(home: Home): Promise<void> {
  if ((nextReadyS(home) ?? Infinity) > home.nowS) return;
  await home.change((draft) => {
    for (const row of draft.all("letter")) {
      if (!isAwaited(row) || (row.opensS ?? 0) > home.nowS) continue;
      draft.put("letter", { ...row, readyTold: true });
      letters.tell(draft, row);
      const { peer } = bonds.get(draft, row.bond);
      news.add(home, draft, "ready", row.bond, { peer, letter: hex(row.id), opens: row.opensS ?? 0 });
    }
  });
}

/** Return when watches want something next: a seat to be looked at, a rehearsal to go on. */
function watchesS({ vault, nowS }: Home): number {
  const isPlaying = vault.all("rehearsal").some(({ over }) => over === null);
  const seats = vault.all("seat").map(({ dueS }) => dueS);
  return Math.min(...seats, isPlaying ? nowS + REHEARSING_S : Infinity);
}

/** A letter that has still to go. One that is held goes to nobody yet. */
function isGoing(view: View, row: LetterRow): boolean {
  return row.outgoing && !row.blobSent && !last.isHeld(view, row.id);
}

function nextReadyS(home: Home): number | null {
  const times = home.vault.all("letter").flatMap((row) => (isAwaited(row) ? [row.opensS ?? 0] : []));
  return times.length ? Math.min(...times) : null;
}

function isAwaited(row: {
  outgoing: boolean;
  last?: object;
  state: string;
  opensS: number | null;
  readyTold: boolean;
}): boolean {
  // Of a last letter a person is told by its watch.
  return !row.outgoing && !row.last && row.state === "waiting" && row.opensS !== null && !row.readyTold;
}

/** Nothing foreseen ends here; what does is a fault of ours, and must not stop the rest. */
function fault(error: unknown): void {
  console.error(error);
}
