/** The people around a watch: a reader and guardians at terminals, and a service that takes reminders. */

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import type { Bond } from "../../src/client/api";
import { TerminalHome } from "../relay";
import type { Page } from "./browser";

/** A service on this machine that takes whatever it is told, as one of a person's ways to be reminded. */
export class Inbox {
  readonly told: string[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async open(): Promise<Inbox> {
    const inbox: Inbox = new Inbox(
      createServer((request, response) => {
        let body = "";
        request.on("data", (part: Buffer) => (body += part.toString()));
        request.on("end", () => {
          inbox.told.push(body);
          response.end("{}");
        });
      }),
    );
    await new Promise<void>((resolve) => inbox.#server.listen(0, "127.0.0.1", resolve));
    return inbox;
  }

  /** An Apprise address of it. */
  address(name: string): string {
    const { port } = this.#server.address() as AddressInfo;
    return `json://127.0.0.1:${port}/${name}`;
  }

  close(): void {
    this.#server.close();
  }
}

/** Have somebody at a terminal answer a bell of this page; return their home, and the bond as the page has it. */
export async function bondWith(
  page: Page,
  name: string,
  kind: "pair" | "guardian" = "pair",
): Promise<{ home: TerminalHome; bond: Bond }> {
  const home = await TerminalHome.make();
  const { code } = await page.api.giveBell({ name: "Ada", form: "link", kind });
  const more = kind === "guardian" ? ["--guardian"] : [];
  await home.run("bell", "answer", code, "--name", name, "--no-passphrase", "--json", ...more);
  const bond = await page.eventually(async () => (await page.api.bonds()).find(({ peer }) => peer === name));
  return { home, bond };
}

/** Show that the kit of a bond is on paper. */
export async function confirmKit(page: Page, bond: string): Promise<void> {
  const { words } = await page.api.kit(bond);
  await page.api.confirmKit(bond, new Map([0, 7, 23].map((at) => [at, words[at] ?? ""])));
}
