/**
 * What writer, guardians, reader and anybody with the paper ask of the relay that keeps a watch.
 *
 * One method a request of `docs/spec/watch.md`; each may be repeated until it is answered. What comes back is parsed,
 * and the terms in it are checked; whose signs of life and answers it shows, whoever looks checks.
 */

import { OverQuota, TwinbellError, Unauthorised } from "../core/errors";
import { Token } from "../core/wire/auth";
import type { Life } from "../core/wire/life";
import { WATCH_PARCEL_BYTES_MAX, WATCH_VIEW_BYTES_MAX } from "../core/wire/limits";
import { CBOR_TYPE } from "../core/wire/mailbox";
import * as problems from "../core/wire/problems";
import type { Signed } from "../core/wire/signed";
import { openTerms } from "../core/wire/terms";
import * as watch from "../core/wire/watch";
import { parseView, type View } from "../core/wire/watchview";
import type { Home } from "./home";
import type { Answer, Transport } from "./transport";

const OCTETS = "application/octet-stream";

interface Asked {
  readonly token?: Uint8Array;
  readonly body?: Uint8Array;
  readonly media?: string;
  readonly bytesMax?: number;
}

/** Return the relay at `url`, as far as it keeps watches. */
export function relayOf(home: Home, url: string, silenceMs?: number): WatchRelay {
  return new WatchRelay(home.transport(url), silenceMs);
}

/** A relay, as far as it keeps watches. `silenceMs` is how long an answer may take. */
export class WatchRelay {
  readonly #transport: Transport;
  readonly #silenceMs: number | undefined;

  constructor(transport: Transport, silenceMs?: number) {
    this.#transport = transport;
    this.#silenceMs = silenceMs;
  }

  /** Host and port: how a person calls this relay. */
  get name(): string {
    return this.#transport.name;
  }

  // Anybody with a part in it

  /** Return the watch as the holder of this token may see it; the terms in it are this watch's. */
  async look(id: Uint8Array, token: Uint8Array): Promise<View> {
    const answer = await this.#ask("GET", watch.path(id), { token, bytesMax: WATCH_VIEW_BYTES_MAX });
    const view = parseView(answer.body);
    openTerms(view.terms, id);
    if (view.pending) openTerms(view.pending.terms, id);
    return view;
  }

  // The writer

  /**
   * Make a watch, or put it under new terms, and say whether it was made.
   *
   * Throws `Stale` for a number or an epoch that is taken, `Conflict` for what these terms may not change.
   */
  async putTerms(id: Uint8Array, owner: Uint8Array, terms: Signed): Promise<boolean> {
    const answer = await this.#ask("PUT", watch.path(id), { token: owner, body: terms.toBytes() });
    return answer.status === 201;
  }

  /** End a watch for ever, with all that it holds. */
  async end(id: Uint8Array, owner: Uint8Array): Promise<void> {
    await this.#ask("DELETE", watch.path(id), { token: owner });
  }

  /** Give the relay its part of a letter's key. */
  async putParcel(id: Uint8Array, owner: Uint8Array, letter: Uint8Array, parcel: Uint8Array): Promise<void> {
    const path = watch.parcelPath(id, letter);
    await this.#ask("PUT", path, { token: owner, body: parcel, media: OCTETS });
  }

  /** Take it back; there need not be one. */
  async dropParcel(id: Uint8Array, owner: Uint8Array, letter: Uint8Array): Promise<void> {
    await this.#ask("DELETE", watch.parcelPath(id, letter), { token: owner });
  }

  /** Set where the writer is reminded, all at once. */
  async putChannels(id: Uint8Array, owner: Uint8Array, channels: readonly watch.Channel[]): Promise<void> {
    const body = watch.channelsToBytes(channels);
    await this.#ask("PUT", watch.channelsPath(id), { token: owner, body });
  }

  /** Have one reminder sent now, which counts for nothing, and say what became of it. */
  async tryChannel(id: Uint8Array, owner: Uint8Array, name: string): Promise<watch.Trial> {
    const body = watch.trialToBytes(name);
    return watch.parseTrial((await this.#ask("POST", watch.trialPath(id), { token: owner, body })).body);
  }

  // Guardians and the reader

  /**
   * Give a guardian's answer.
   *
   * Throws `NotYet` while nobody is asked, `NotFound` once the watch is over, `Stale` for an older answer.
   */
  async vote(id: Uint8Array, token: Uint8Array, ballot: Signed): Promise<void> {
    await this.#ask("POST", watch.votePath(id), { token, body: ballot.toBytes() });
  }

  /**
   * Return the relay's part of a letter's key.
   *
   * Throws `NotYet` before the writer has been silent for long enough, `NotFound` once they are back.
   */
  async fetchParcel(id: Uint8Array, token: Uint8Array, letter: Uint8Array): Promise<Uint8Array> {
    const path = watch.parcelPath(id, letter);
    return (await this.#ask("GET", path, { token, bytesMax: WATCH_PARCEL_BYTES_MAX })).body;
  }

  /** Say where to ring when the watch wants looking at: an inbox of this relay. */
  async putDoorbell(id: Uint8Array, token: Uint8Array, doorbell: watch.Doorbell): Promise<void> {
    await this.#ask("PUT", watch.doorbellPath(id), { token, body: watch.doorbellToBytes(doorbell) });
  }

  // Whoever has what is needed: no token is asked for

  /** Bring a sign of life. Throws `Stale` with the newest number where a later one is known. */
  async live(id: Uint8Array, life: Life): Promise<void> {
    await this.#ask("POST", watch.lifePath(id), { body: life.toBytes() });
  }

  /** Stop a watch by the code on paper. */
  async stop(id: Uint8Array, code: Uint8Array): Promise<void> {
    await this.#ask("POST", watch.stopPath(id), { body: code, media: OCTETS });
  }

  async #ask(method: string, path: string, asked: Asked): Promise<Answer> {
    const { token, body, media = CBOR_TYPE, bytesMax = WATCH_PARCEL_BYTES_MAX } = asked;
    const answer = await this.#transport.request(method, path, {
      bytesMax,
      ...(body && { body }),
      ...(this.#silenceMs !== undefined && { silenceMs: this.#silenceMs }),
      fields: {
        ...(token && { Authorization: new Token(token).header() }),
        ...(body && { "Content-Type": media }),
      },
    });
    if (answer.status < 200 || answer.status >= 300) throw this.#refusal(answer);
    return answer;
  }

  #refusal(answer: Answer): TwinbellError {
    const error = problems.parse(answer.status, answer.body);
    const facts = { relay: this.name };
    if (error instanceof Unauthorised) {
      const sentence = `${this.name} has no such watch, or you have no part in it.`;
      return new Unauthorised(sentence, { code: "watch.unknown", facts });
    }
    // It is our request that the relay could not read.
    if (error.name === "Damaged") {
      return new TwinbellError(`The relay at ${this.name} could not read what we sent.`);
    }
    if (error instanceof OverQuota) return new OverQuota(error.sentence, { code: "relay.full", facts });
    return error;
  }
}
