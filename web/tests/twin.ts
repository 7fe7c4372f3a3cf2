/**
 * What Python makes of the same thing: `tests/interop/twin.py`, or another like it, as a process that is asked.
 *
 * Tests that need it are skipped where Python is not set up, since the web app is built without it.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface, type Interface } from "node:readline";
import { fileURLToPath } from "node:url";

import { type Json, Scenario } from "./vectors";

const TOP = fileURLToPath(new URL("../../", import.meta.url));
const PYTHON = `${TOP}.venv/bin/python`;

export const hasTwin = existsSync(PYTHON);

export class Twin {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;

  constructor(module = "tests.interop.twin") {
    this.#process = spawn(PYTHON, ["-m", module], {
      cwd: TOP,
      stdio: ["pipe", "pipe", "inherit"],
    });
    if (!this.#process.stdout) throw new Error("Python has no output");
    this.#reader = createInterface({ input: this.#process.stdout });
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  /** Ask one thing after another: each answer is read before the next question. */
  async ask(what: string, fields: Record<string, Json> = {}): Promise<Scenario> {
    this.#process.stdin?.write(`${JSON.stringify({ do: what, ...fields })}\n`);
    const { done, value } = await this.#lines.next();
    if (done) throw new Error(`Python did not answer ${what}`);
    return new Scenario(what, JSON.parse(value) as Json);
  }

  close(): void {
    this.#reader.close();
    this.#process.kill();
  }
}
