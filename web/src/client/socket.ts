/** A socket that stays open: frames of `core/wire/frame` in and out. What is done with them is in `listen`. */

import { Unreachable } from "../core/errors";
import { type Frame, parse } from "../core/wire/frame";
import type { Clock } from "./clock";

const PATH = "/ws";
const CONNECT_MS = 10_000;

/** What a socket tells: it is open, a frame came, it has ended. After `closed` nothing more is told. */
export interface Heard {
  opened(): void;
  frame(frame: Frame): void;
  closed(): void;
}

/**
 * One connection to a relay.
 *
 * The browser answers pings by itself, and the relay closes what does not answer; a browser cannot ping. One that
 * died without a word is found out by whoever uses it: see `listen`.
 */
export class Socket {
  readonly #line: WebSocket;
  readonly #heard: Heard;
  readonly #stop: () => void;
  #ended = false;

  constructor(url: string, clock: Clock, Line: typeof WebSocket, heard: Heard) {
    this.#heard = heard;
    this.#line = new Line(url.replace(/^http/, "ws") + PATH);
    this.#line.binaryType = "arraybuffer";
    this.#stop = clock.after(CONNECT_MS, () => this.close());
    this.#line.addEventListener("open", () => {
      this.#stop();
      if (!this.#ended) this.#heard.opened();
    });
    this.#line.addEventListener("message", (message: MessageEvent<unknown>) => this.#take(message.data));
    this.#line.addEventListener("close", () => this.close());
    this.#line.addEventListener("error", () => this.close());
  }

  /** Send a frame, unless the connection has just ended: then its reader is about to learn of it. */
  send(frame: Uint8Array<ArrayBuffer>): void {
    if (this.#line.readyState === WebSocketState.OPEN) this.#line.send(frame);
  }

  /** Hang up. */
  close(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#stop();
    this.#line.close();
    this.#heard.closed();
  }

  #take(data: unknown): void {
    if (this.#ended) return;
    try {
      if (!(data instanceof ArrayBuffer)) throw new Unreachable();
      this.#heard.frame(parse(new Uint8Array(data)));
    } catch {
      this.close(); // whatever this is, it is no relay of ours: hang up, and try again later
    }
  }
}

const WebSocketState = { OPEN: 1 };
