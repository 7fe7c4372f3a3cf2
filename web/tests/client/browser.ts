/** A browser as far as the client needs one: files on Node's, IndexedDB in memory, locks and a quota. */

import {
  type Stats,
  closeSync,
  fsyncSync,
  ftruncateSync,
  fstatSync,
  openAsBlob,
  openSync,
  writeSync,
} from "node:fs";
import { mkdtemp, readdir, rename, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import "fake-indexeddb/auto";
import type { Api, Event as Happening } from "../../src/client/api";
import { type Clock, systemClock } from "../../src/client/clock";
import type { Label } from "../../src/client/failpoint";
import type { Files, Writer } from "../../src/client/files";
import type { Locks } from "../../src/client/holder";
import { pendants } from "../../src/client/pendants";
import { Conflict, NotFound } from "../../src/core/errors";

export class DiskFiles implements Files {
  readonly #folder: string;
  readonly #open = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  names(): Promise<string[]> {
    return readdir(this.#folder);
  }

  async size(name: string): Promise<number | null> {
    return (await this.#stat(name))?.size ?? null;
  }

  async read(name: string): Promise<Blob> {
    if (!(await this.#stat(name))) throw new NotFound("The file of this letter is not there any more.");
    return await openAsBlob(this.#path(name));
  }

  async open(name: string): Promise<Writer> {
    if (this.#open.has(name)) throw new Conflict("This file is being written.");
    this.#open.add(name);
    const exists = (await this.#stat(name)) !== null;
    return new DiskWriter(openSync(this.#path(name), exists ? "r+" : "w+"), () => this.#open.delete(name));
  }

  async rename(name: string, to: string): Promise<void> {
    await rename(this.#path(name), this.#path(to));
  }

  async remove(name: string): Promise<void> {
    await rm(this.#path(name), { force: true });
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }

  async #stat(name: string): Promise<Stats | null> {
    return await stat(this.#path(name)).catch(() => null);
  }
}

class DiskWriter implements Writer {
  readonly #file: number;
  readonly #closed: () => void;

  constructor(file: number, closed: () => void) {
    this.#file = file;
    this.#closed = closed;
  }

  get length(): number {
    return fstatSync(this.#file).size;
  }

  write(data: Uint8Array, at: number): void {
    writeSync(this.#file, data, 0, data.length, at);
  }

  flush(): void {
    fsyncSync(this.#file);
  }

  truncate(length: number): void {
    ftruncateSync(this.#file, length);
  }

  close(): void {
    closeSync(this.#file);
    this.#closed();
  }
}

/** The locks of one browser. */
class MemoryLocks {
  #lose: ((error: Error) => void) | null = null;

  async request(
    name: string,
    options: LockOptions,
    work: (lock: Lock | null) => Promise<void> | undefined,
  ): Promise<void> {
    if (this.#lose && !options.steal) return await work(null);
    this.#lose?.(new DOMException("stolen", "AbortError"));
    await new Promise<void>((resolve, reject) => {
      this.#lose = reject;
      void work({ name, mode: "exclusive" })
        ?.finally(() => {
          if (this.#lose === reject) this.#lose = null;
        })
        .then(resolve, reject);
    });
  }
}

/** One browser profile, which outlives the pages that are opened in it. */
export class Browser {
  readonly folder: string;
  readonly #name = `twinbell-${crypto.randomUUID()}`;
  readonly #locks = new MemoryLocks();
  readonly #windows: (() => Promise<void>)[] = [];

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async make(): Promise<Browser> {
    return new Browser(await mkdtemp(join(tmpdir(), "twinbell-browser-")));
  }

  /** Open a page that was served from `origin`. */
  open(origin: string, options: { clock?: Clock; crashAt?: Label; sockets?: boolean } = {}): Page {
    const { clock = systemClock, crashAt, sockets = true } = options;
    const power = new Power();
    /** Its window is gone, so its lock is, and it can write no more. */
    const cut = (): Promise<void> =>
      power.cut(() => this.#locks.request("", { steal: true }, async () => undefined));
    this.#windows.push(cut);
    return new Page(power.gone, cut, (tell) =>
      pendants(
        {
          clock: power.clock(clock),
          files: new DiskFiles(this.folder),
          fetch: (...asked) => power.on(() => fetch(...asked)),
          WebSocket: sockets ? WebSocket : NoSocket,
          origin,
          locks: this.#locks as unknown as Locks,
          storage: {
            estimate: async () => ({ usage: 0, quota: 1 << 30 }),
            persisted: async () => true,
          },
          database: this.#name,
          jitter: () => 0,
          reach: (label) => {
            if (label !== crashAt || power.isGone) return;
            void cut();
            throw new Crash(label);
          },
        },
        (event) => {
          if (!power.isGone) tell(event);
        },
      ),
    );
  }

  /** Close every window that is still open. */
  async closeAll(): Promise<void> {
    for (const close of this.#windows.splice(0)) await close();
  }

  async remove(): Promise<void> {
    await this.closeAll();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** What ends a client where a test wants it: nobody catches it for one of its own. */
export class Crash extends Error {}

/** The power of one page. When it is cut, nothing that waits goes on, as if the window had never been. */
class Power {
  isGone = false;
  readonly gone: Promise<void>;
  #cut: () => void = () => undefined;

  constructor() {
    this.gone = new Promise((resolve) => (this.#cut = resolve));
  }

  async cut(free: () => Promise<void>): Promise<void> {
    if (this.isGone) return;
    this.isGone = true;
    await free();
    this.#cut();
  }

  on<T>(work: () => Promise<T>): Promise<T> {
    const never = new Promise<T>(() => undefined);
    if (this.isGone) return never;
    return work().then(
      (value) => (this.isGone ? never : value),
      (error: unknown) => (this.isGone ? never : Promise.reject(error)),
    );
  }

  clock({ nowS, after }: Clock): Clock {
    return { nowS, after: (ms, then) => after(ms, () => !this.isGone && then()) };
  }
}

/** A network that lets no socket through. */
const NoSocket = class extends EventTarget {
  binaryType = "blob";
  readyState = 3;

  constructor() {
    super();
    queueMicrotask(() => this.dispatchEvent(new Event("error")));
  }

  send(): void {
    throw new Error("There is no socket.");
  }

  close(): void {
    this.readyState = 3;
  }
} as unknown as typeof WebSocket;

type Told<K extends Happening["kind"]> = Extract<Happening, { kind: K }>;

/** A page with its face, and all that it was told. */
export class Page {
  readonly api: Api;
  readonly told: Happening[] = [];
  /** Close the window. Its client ends wherever it is, as in a browser. */
  readonly close: () => Promise<void>;
  /** Resolves when it is closed, or has crashed where it was to. */
  readonly crashed: Promise<void>;
  #wake: (() => void)[] = [];

  constructor(
    crashed: Promise<void>,
    close: () => Promise<void>,
    open: (tell: (event: Happening) => void) => Api,
  ) {
    this.crashed = crashed;
    this.close = close;
    this.api = open((event) => {
      this.told.push(event);
      for (const wake of this.#wake.splice(0)) wake();
    });
  }

  /** Wait until something of this kind was told that `fits`, from the beginning on, and return it. */
  async until<K extends Happening["kind"]>(
    kind: K,
    fits: (event: Told<K>) => boolean = () => true,
  ): Promise<Told<K>> {
    const isIt = (event: Happening): event is Told<K> => event.kind === kind;
    for (;;) {
      const found = this.told.filter(isIt).find(fits);
      if (found) return found;
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }

  /** Wait until `question` has an answer that is not null; it is asked again with each event. */
  async eventually<T>(question: () => Promise<T | null | undefined | false>): Promise<T> {
    for (;;) {
      const seen = this.told.length;
      const answer = await question();
      if (answer) return answer;
      if (this.told.length === seen) await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }
}
