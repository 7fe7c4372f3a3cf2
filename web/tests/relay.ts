/** A real relay for tests: the program itself, in a folder of its own, on a free port. */

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const TWINBELL = new URL("../../.venv/bin/twinbell", import.meta.url).pathname;

export class RelayProcess {
  readonly url: string;
  /** Where it keeps all that it has. */
  readonly folder: string;
  readonly #options: readonly string[];
  #child: ChildProcess | null;

  private constructor(url: string, folder: string, options: readonly string[], child: ChildProcess) {
    this.url = url;
    this.folder = folder;
    this.#options = options;
    this.#child = child;
  }

  /** Start a relay; resolves once it answers. Its beacon's rounds come each `periodS` seconds. */
  static async start({
    periodS = 1,
    more = [],
  }: { periodS?: number; more?: readonly string[] } = {}): Promise<RelayProcess> {
    const folder = await mkdtemp(join(tmpdir(), "twinbell-relay-"));
    const options = ["--data", folder, "--beacon-period", String(periodS), ...more];
    const { url, child } = await serve(["--listen", "127.0.0.1:0", ...options]);
    return new RelayProcess(url, folder, options, child);
  }

  /** Be gone, as a machine without power; `comeBack` finds all that was there. */
  async goAway(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    this.#child = null;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill();
    await ended;
  }

  /** Answer again, at the same address. */
  async comeBack(): Promise<void> {
    const { host } = new URL(this.url);
    this.#child = (await serve(["--listen", host, ...this.#options])).child;
  }

  /** Wait until the relay hands out a round of this moment, which it does not before. */
  async isPast({ local }: { readonly local: string }): Promise<void> {
    const info = (await (await fetch(`${this.url}/info`)).json()) as { genesis_time: number; period: number };
    const wanted = Math.ceil((Date.parse(`${local}Z`) / 1000 - info.genesis_time) / info.period) + 1;
    for (;;) {
      const latest = (await (await fetch(`${this.url}/public/latest`)).json()) as { round: number };
      if (latest.round >= wanted) return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  async stop(): Promise<void> {
    await this.goAway();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Start the program; resolves with the address that it tells. */
async function serve(options: readonly string[]): Promise<{ url: string; child: ChildProcess }> {
  const child = spawn(TWINBELL, ["relay", "serve", "--json", ...options], {
    stdio: ["ignore", "pipe", process.env["TWINBELL_RELAY_LOG"] ? "inherit" : "ignore"],
  });
  const lines = createInterface({ input: child.stdout });
  const line = await new Promise<string>((resolve, reject) => {
    lines.once("line", resolve);
    child.once("exit", (code) => reject(new Error(`relay ended: ${code}`)));
  });
  return { url: /https?:\/\/[^\s",}]+/.exec(line)?.[0] ?? "", child };
}

/** A home of the Python program: each command is the command line itself. */
export class TerminalHome {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async make(): Promise<TerminalHome> {
    return new TerminalHome(await mkdtemp(join(tmpdir(), "twinbell-home-")));
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Start a command; `line` waits for the next line that it prints, `ended` for its code. */
  start(...words: string[]): Running {
    return new Running(
      spawn(TWINBELL, words, {
        stdio: ["pipe", "pipe", "pipe"],
        env: {
          ...process.env,
          TWINBELL_HOME: join(this.#folder, "home"),
          TWINBELL_PASSPHRASE: "",
          NO_COLOR: "1",
        },
      }),
    );
  }

  /** A path beside the home, for files that leave it. */
  path(name: string): string {
    return join(this.#folder, name);
  }

  /** Write a file beside the home, and return where it is. */
  async file(name: string, data: Uint8Array): Promise<string> {
    await writeFile(this.path(name), data);
    return this.path(name);
  }

  /** Read a file that lies beside the home. */
  async read(name: string): Promise<Buffer> {
    return await readFile(this.path(name));
  }

  /** Run a command to its end and return what it printed; throws what it said if it failed. */
  async run(...words: string[]): Promise<string> {
    return await this.start(...words).output();
  }
}

export class Running {
  readonly child: ChildProcess;
  readonly #lines: string[] = [];
  #errors = "";
  #wake: () => void = () => undefined;
  #code: number | null = null;

  constructor(child: ChildProcess) {
    this.child = child;
    if (child.stdout)
      createInterface({ input: child.stdout }).on("line", (line) => {
        this.#lines.push(line);
        this.#wake();
      });
    child.stderr?.on("data", (data: Buffer) => (this.#errors += data.toString()));
    child.once("close", (code) => {
      this.#code = code ?? -1;
      this.#wake();
    });
  }

  /** Type something. */
  say(text: string): void {
    this.child.stdin?.write(text);
  }

  /** Return the next line; throws if the command ends before. */
  async line(): Promise<string> {
    for (;;) {
      const line = this.#lines.shift();
      if (line !== undefined) return line;
      if (this.#code !== null) throw new Error(`ended with ${this.#code}: ${this.#errors}`);
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** End it as Ctrl-C does. */
  end(): void {
    this.child.kill("SIGINT");
  }

  async output(): Promise<string> {
    this.child.stdin?.end();
    while (this.#code === null) await new Promise<void>((resolve) => (this.#wake = resolve));
    if (this.#code !== 0) throw new Error(`ended with ${this.#code}: ${this.#errors}`);
    return this.#lines.join("\n");
  }
}
