/**
 * One relay that is listened to: a socket on which our mailboxes there are attached.
 *
 * Frames are taken one after another. Where no socket comes about (a network that lets only pages through), the
 * mailboxes are asked over HTTP now and then, and a socket is tried again beside it.
 */

import { Unauthorised } from "../core/errors";
import * as frames from "../core/wire/frame";
import { hex } from "../core/bytes";
import type { Link } from "./api";
import * as bonds from "./bonds";
import type { Home } from "./home";
import { pendantOf } from "./journal";
import * as mail from "./mail";
import type { BondRow } from "./schema";
import { Socket } from "./socket";

const CHANNEL_FIRST = 1;
const AGAIN_MS = 1_000;
const AGAIN_MS_MAX = 60_000;
const FETCH_AGAIN_MS = 15_000;
const ASK_MS = 45_000; // a line on which nothing comes is asked whether it is there ...
const ANSWER_MS = 15_000; // ... and given up without an answer

export class Line {
  /** The bonds whose mailboxes are attached here, by their ids. */
  readonly bonds: readonly string[];
  readonly #home: Home;
  readonly #url: string;
  readonly #channels: ReadonlyMap<number, Uint8Array>;
  readonly #linked: (state: Link["state"]) => void;
  readonly #settled: (bond: Uint8Array) => void;
  #socket: Socket | null = null;
  #turn: Promise<void> = Promise.resolve();
  /** Frames that have come and were not taken yet; and the channels whose envelopes are to be settled then. */
  #waiting = 0;
  readonly #unsettled = new Set<number>();
  #againMs = AGAIN_MS;
  #again: (() => void) | null = null;
  #silence: (() => void) | null = null;
  #heard = false;
  #stopped = false;

  /** `linked` hears how the connection is, `settled` of each bond for which something has come. */
  constructor(
    home: Home,
    url: string,
    rows: readonly BondRow[],
    tell: { linked(state: Link["state"]): void; settled(bond: Uint8Array): void },
  ) {
    this.#home = home;
    this.#url = url;
    this.bonds = rows.map(({ id }) => hex(id));
    this.#channels = new Map(rows.map(({ id }, at) => [CHANNEL_FIRST + at, id]));
    this.#linked = (state) => tell.linked(state);
    this.#settled = (bond) => tell.settled(bond);
    this.#connect();
  }

  /** Hang up, for good. */
  stop(): void {
    this.#stopped = true;
    this.#again?.();
    this.#silence?.();
    this.#socket?.close();
  }

  /** Don't wait any longer before the next try. */
  hurry(): void {
    if (this.#socket || this.#stopped) return;
    this.#again?.();
    this.#connect();
  }

  #connect(): void {
    this.#again = null;
    this.#heard = false;
    this.#linked("connecting");
    this.#socket = new Socket(this.#url, this.#home.clock, this.#home.platform.WebSocket, {
      opened: () => this.#attach(),
      frame: (frame) => this.#take(frame),
      closed: () => this.#ended(),
    });
  }

  #attach(): void {
    for (const [channel, id] of this.#channels) {
      const { keyring, device } = pendantOf(bonds.get(this.#home.vault, id));
      const { box, generation } = keyring;
      this.#send({ type: "Attach", channel, box, token: device.collect, epoch: generation });
    }
    this.#listenForSilence();
  }

  #ended(): void {
    this.#socket = null;
    this.#silence?.();
    if (this.#stopped) return;
    if (this.#heard) this.#againMs = AGAIN_MS;
    else {
      this.#linked("offline");
      void this.#work(() => this.#collect());
    }
    const ms = this.#againMs * (0.5 + Math.random() / 2); // only to spread load
    const stop = this.#home.clock.after(ms, () => this.#connect());
    this.#again = stop;
    this.#againMs = Math.min(2 * this.#againMs, AGAIN_MS_MAX);
  }

  /** Without a socket: ask over HTTP, which may go where a socket does not. */
  async #collect(): Promise<void> {
    for (const id of this.#channels.values()) {
      await mail.collect(this.#home, id);
      if (!this.#socket) this.#linked("connected");
      this.#settled(id);
    }
  }

  #take(frame: frames.Frame): void {
    this.#heard = true;
    this.#listenForSilence();
    if (frame.type === "Trouble") {
      // Perhaps an answer of another device; perhaps we are out. Asking over HTTP tells.
      this.#socket?.close();
      return;
    }
    if (frame.type !== "Attached" && frame.type !== "Envelope" && frame.type !== "Acked") return;
    const id = this.#channels.get(frame.channel);
    if (!id) return;
    this.#waiting++;
    void this.#work(async () => {
      this.#waiting--;
      if (frame.type === "Attached") this.#linked("connected");
      if (frame.type === "Acked") await mail.acknowledged(this.#home, id, frame.upto);
      else this.#unsettled.add(frame.channel);
      if (frame.type === "Envelope") await mail.take(this.#home, id, frame);
      if (this.#waiting === 0) await this.#settleAll();
    });
  }

  /** Settle every channel on which something came, also where the last frame was of another one. */
  async #settleAll(): Promise<void> {
    for (const channel of this.#unsettled) {
      this.#unsettled.delete(channel);
      const id = this.#channels.get(channel);
      if (id) await this.#settle(channel, id);
    }
  }

  /** Fetch what envelopes have announced, and acknowledge what is here. */
  async #settle(channel: number, id: Uint8Array): Promise<void> {
    try {
      await mail.fetchComing(this.#home, id);
    } catch (error) {
      if (!mail.isForLater(mail.foreseen(error))) throw error;
      this.#home.clock.after(FETCH_AGAIN_MS, () => {
        if (!this.#stopped && this.#socket) void this.#work(() => this.#settle(channel, id));
      });
    }
    this.#settled(id);
    const upto = mail.safeUpto(this.#home.vault, id);
    if (upto > bonds.get(this.#home.vault, id).acknowledged) this.#send({ type: "Ack", channel, upto });
  }

  #send(frame: frames.Attach | frames.Ack): void {
    this.#socket?.send(frames.toBytes(frame));
  }

  /** A browser cannot ping, so what the relay knows already is told it once more: that is answered. */
  #listenForSilence(): void {
    this.#silence?.();
    this.#silence = this.#home.clock.after(ASK_MS, () => {
      const [channel, id] = this.#channels.entries().next().value ?? [];
      if (channel === undefined || !id) return;
      this.#send({ type: "Ack", channel, upto: bonds.get(this.#home.vault, id).acknowledged });
      this.#silence = this.#home.clock.after(ANSWER_MS, () => this.#socket?.close());
    });
  }

  /** Do one thing after another; what a relay refuses ends the line, and it is begun anew. */
  #work(work: () => Promise<void>): Promise<void> {
    const run = this.#turn.then(async () => {
      if (this.#stopped) return;
      try {
        await work();
      } catch (error) {
        mail.foreseen(error);
        if (error instanceof Unauthorised) this.#linked("offline");
        this.#socket?.close();
      }
    });
    this.#turn = run.catch((error: unknown) => console.error(error));
    return this.#turn;
  }
}
