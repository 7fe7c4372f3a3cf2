/** Somebody between a relay and a browser, who changes one byte of one file on its way. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export class Meddler {
  /** The path of the file that is changed; null: all is handed on as it is. */
  touched: string | null = null;
  /** The relay behind; may be another one later. */
  behind: string;
  readonly #server: Server;

  private constructor(behind: string) {
    this.behind = behind;
    this.#server = createServer((request, response) => void this.#handOn(request, response));
  }

  static async before(relay: string): Promise<Meddler> {
    const meddler = new Meddler(relay);
    await new Promise<void>((resolve) => meddler.#server.listen(0, "127.0.0.1", resolve));
    return meddler;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #handOn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? "/";
    try {
      const answer = await fetch(this.behind + path, {
        method: request.method ?? "GET",
        headers: { "Accept-Encoding": "identity" },
      });
      const body = Buffer.from(await answer.arrayBuffer());
      const byte = body.length >> 1;
      if (path === this.touched) body[byte] = body[byte]! ^ 1;
      const names = ["content-type", "content-security-policy", "cross-origin-embedder-policy"];
      const headers = names.flatMap((name) => {
        const value = answer.headers.get(name);
        return value === null ? [] : [[name, value] as const];
      });
      response.writeHead(answer.status, { ...Object.fromEntries(headers), "Cache-Control": "no-store" });
      response.end(body);
    } catch {
      response.destroy();
    }
  }
}
