/**
 * Requests to one server, by `fetch`: no cookies, no referrer, no redirects, nothing cached, limits on what comes back.
 *
 * Whatever goes wrong on the way becomes `Unreachable`; what the server answers is for `relay` to judge. Every
 * request of ours is safe to repeat. A connection that stays silent is given up.
 */

import { Mistaken, Unreachable } from "../core/errors";
import type { Clock } from "./clock";

const SILENCE_MS = 30_000; // longer than the longest long poll, 25 s
const ANSWER_BYTES_MAX = 8 << 20;
const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** What a server said: a status, its header fields, and the whole body. */
export interface Answer {
  readonly status: number;
  readonly fields: Headers;
  readonly body: Uint8Array;
}

export interface Asked {
  readonly body?: Uint8Array | Blob;
  readonly fields?: Readonly<Record<string, string>>;
  readonly silenceMs?: number;
  readonly bytesMax?: number;
  /** Ends the request before its time. */
  readonly until?: AbortSignal;
}

/**
 * Return a relay's address as it is kept: scheme, host and port, no slash at the end.
 *
 * Without a scheme it is https, or http when the host is this machine. Throws `Mistaken`.
 */
export function baseUrl(text: string): string {
  const wrong = () =>
    new Mistaken(`${text} is not the address of a relay.`, {
      code: "relay.address",
      hint: "It looks like https://relay.example.",
    });
  let address = text.trim();
  if (!/^[\x21-\x7e]+$/.test(address)) throw wrong();
  if (!address.includes("://")) {
    const host = address.replace(/[:/][^\]]*$/, "");
    address = `${LOOPBACK.has(host) ? "http" : "https"}://${address}`;
  }
  if (!URL.canParse(address)) throw wrong();
  const url = new URL(address);
  const plain = url.username === "" && url.password === "" && url.search === "" && url.hash === "";
  if (!plain || (url.protocol !== "https:" && url.protocol !== "http:")) throw wrong();
  return url.origin + url.pathname.replace(/\/+$/, "");
}

/** The server at `url`. */
export class Transport {
  readonly url: string;
  /** Host and port: how a person calls it. */
  readonly name: string;
  readonly #clock: Clock;
  readonly #fetch: typeof fetch;

  constructor(url: string, clock: Clock, fetch_: typeof fetch) {
    this.url = url;
    this.name = new URL(url).host;
    this.#clock = clock;
    this.#fetch = fetch_;
  }

  /** Send one request and return the whole answer; throw `Unreachable` if none comes. */
  async request(method: string, path: string, asked: Asked = {}): Promise<Answer> {
    const parts: Uint8Array[] = [];
    let length = 0;
    const most = asked.bytesMax ?? ANSWER_BYTES_MAX;
    const { status, fields } = await this.#exchange(method, path, asked, (part) => {
      length += part.length;
      if (length > most) throw new Unreachable(`What ${this.name} answers does not end.`);
      parts.push(part);
    });
    return { status, fields, body: joined(parts, length) };
  }

  /**
   * Fetch a body of any length, giving each piece to `take`; a refusal is returned, and not given.
   *
   * With `start`, a whole answer to a request for the rest is skipped up to there. Throws `Unreachable` if it
   * breaks off; a `Range` may go on from what has come.
   */
  async download(
    path: string,
    asked: Asked & { readonly start: number },
    take: (part: Uint8Array) => void,
  ): Promise<Answer> {
    const refused: Uint8Array[] = [];
    let length = 0;
    let skip = asked.start;
    const { status, fields } = await this.#exchange("GET", path, asked, (part, status) => {
      if (status !== 200 && status !== 206) {
        length += part.length;
        if (length <= ANSWER_BYTES_MAX) refused.push(part);
        else length -= part.length;
        return;
      }
      const from = status === 200 ? Math.min(skip, part.length) : 0;
      skip -= from;
      if (from < part.length) take(part.subarray(from));
    });
    return { status, fields, body: joined(refused, length) };
  }

  async #exchange(
    method: string,
    path: string,
    asked: Asked,
    take: (part: Uint8Array, status: number) => void,
  ): Promise<{ status: number; fields: Headers }> {
    const ended = new AbortController();
    const silenceMs = asked.silenceMs ?? SILENCE_MS;
    const end = (): void => ended.abort();
    let stop = this.#clock.after(silenceMs, end);
    asked.until?.addEventListener("abort", end);
    try {
      if (asked.until?.aborted) end();
      const response = await this.#fetch(this.url + path, {
        method,
        ...(asked.body && { body: asked.body as Blob | Uint8Array<ArrayBuffer> }),
        headers: asked.fields ?? {},
        credentials: "omit",
        referrerPolicy: "no-referrer",
        redirect: "error",
        cache: "no-store",
        signal: ended.signal,
      });
      const reader = response.body?.getReader();
      for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
        stop();
        stop = this.#clock.after(silenceMs, end);
        take(part.value, response.status);
      }
      return { status: response.status, fields: response.headers };
    } catch (error) {
      end();
      // A fetch fails by a TypeError, or by what ended it; anything else is ours.
      if (error instanceof TypeError || error instanceof DOMException) throw this.#unreachable();
      throw error;
    } finally {
      stop();
      asked.until?.removeEventListener("abort", end);
    }
  }

  #unreachable(): Unreachable {
    return new Unreachable(`The relay at ${this.name} can't be reached.`, {
      code: "relay.unreachable",
      facts: { relay: this.name },
    });
  }
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
