/**
 * A home that is open: its vault, its files, its clock, and the relays that it speaks to.
 *
 * What is done with it is in the modules beside this one; `pendants` puts them together for a page.
 */

import type { Event, Letter } from "./api";
import type { Clock } from "./clock";
import type { Label, Reach } from "./failpoint";
import type { Files } from "./files";
import { Turn } from "./lane";
import { Relay } from "./relay";
import { Transport } from "./transport";
import type { Draft, Vault } from "./vault";

/** What a home needs of where it lives: a browser's worker, or a test. */
export interface Platform {
  readonly clock: Clock;
  readonly files: Files;
  readonly fetch: typeof fetch;
  readonly WebSocket: typeof WebSocket;
  /** The address of the relay that served this page. */
  readonly origin: string;
  readonly reach?: Reach;
}

export class Home {
  readonly vault: Vault;
  readonly files: Files;
  readonly clock: Clock;
  readonly platform: Platform;
  /** Tells the page. */
  readonly tell: (event: Event) => void;
  /** How far the files of letters are that are on their way, from 0 to 1, by the names of the files. */
  readonly progress = new Map<string, number>();
  /** Letters that are being sealed, by their ids: they are in the vault once they are whole. */
  readonly sealing = new Map<string, Letter>();
  /** What changes watches of our own asks a relay before and after: such work waits for each other. */
  readonly watches = new Turn();
  readonly #relays = new Map<string, Relay>();

  constructor(vault: Vault, platform: Platform, tell: (event: Event) => void) {
    this.vault = vault;
    this.platform = platform;
    this.files = platform.files;
    this.clock = platform.clock;
    this.tell = tell;
  }

  /** The time by the wall clock, in whole seconds. */
  get nowS(): number {
    return this.clock.nowS();
  }

  /** Change the vault; what the draft has to tell is told once it is written. */
  change<R>(work: (draft: Draft) => R | Promise<R>): Promise<R> {
    return this.vault.change(work, this.tell);
  }

  relay(url: string): Relay {
    const known = this.#relays.get(url);
    if (known) return known;
    const relay = new Relay(this.transport(url));
    this.#relays.set(url, relay);
    return relay;
  }

  /** Return the server at `url`, whatever it is. */
  transport(url: string): Transport {
    return new Transport(url, this.clock, this.platform.fetch);
  }

  /** A line at which a test may end this client. */
  reach(label: Label): void {
    this.platform.reach?.(label);
  }
}
