/**
 * The vault: everything small that a browser remembers, each row encrypted in IndexedDB.
 *
 * All rows lie in memory. A change is worked out on a draft of them, alone; then one transaction of the database
 * writes every row that it touched, durable when it returns; then memory takes the rows. So a change happens as a
 * whole or not at all, and nothing is sent that is not on the disk: process, save, then send.
 *
 * Rows are sealed by AES-256-GCM, bound to their table and key, under a key that the browser keeps and lets nobody
 * export, not even this program. The honest limit of that: whoever can run code in this origin, or has this whole
 * browser profile, can use the key as we do. It keeps rows from being read out of a copy of the database alone, and
 * from being put in each other's place; it is no passphrase.
 *
 * Two tabs never share a vault: `holder` sees to that. A vault that was taken over is noticed inside the
 * transaction itself, so the one who lost it cannot write behind the other's back.
 */

import { type DBSchema, type IDBPDatabase, deleteDB, openDB } from "idb";
import { decodeMap, encode } from "../core/encoding";
import { Damaged, OverQuota, TwinbellError, VaultLocked } from "../core/errors";
import type { Event } from "./api";
import { KEYS, TABLES, type Table, type Tables } from "./schema";

const NAME = "twinbell";
const VERSION = 1;
const IV_BYTES = 12;
const ROW_BYTES_MAX = 1 << 24;

interface Schema extends DBSchema {
  /** The key of all rows under `vault`, and who holds it now under `holder`. */
  key: { key: string; value: CryptoKey | string };
  /** A row under `<table>/<its key>`: iv ‖ ciphertext. */
  row: { key: string; value: Uint8Array<ArrayBuffer> };
}

type Rows = { [T in Table]: Map<string, Tables[T]> };

/** Rows as they are: those of the vault, or of a change that is under way. */
export interface View {
  all<T extends Table>(table: T): Tables[T][];
  one<T extends Table>(table: T, key: string): Tables[T] | null;
}

/** An open vault. */
export class Vault implements View {
  readonly #db: IDBPDatabase<Schema>;
  readonly #key: CryptoKey;
  readonly #holder: string;
  readonly #rows: Rows;
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;

  private constructor(db: IDBPDatabase<Schema>, key: CryptoKey, holder: string, rows: Rows) {
    this.#db = db;
    this.#key = key;
    this.#holder = holder;
    this.#rows = rows;
  }

  /** Open the vault of this origin, made if there is none; whoever had it before can write no more. */
  static async open(name = NAME): Promise<Vault> {
    const db = await openDB<Schema>(name, VERSION, {
      upgrade: (fresh) => {
        fresh.createObjectStore("key");
        fresh.createObjectStore("row");
      },
    }).catch((error: unknown) => {
      throw unopened(error);
    });
    const key = await theKey(db);
    const holder = crypto.randomUUID();
    await db.put("key", holder, "holder");
    const [keys, values] = await Promise.all([db.getAllKeys("row"), db.getAll("row")]);
    const opened = await Promise.all(values.map((sealed, at) => openRow(key, keys[at] ?? "", sealed)));
    const rows = Object.fromEntries(TABLES.map((table) => [table, new Map()])) as unknown as Rows;
    for (const [at, place] of keys.entries()) {
      const [table, key] = split(place);
      // What a newer program has added stays where it is; this one neither reads nor loses it.
      if (table in rows) (rows[table as Table] as Map<string, unknown>).set(key, opened[at]);
    }
    return new Vault(db, key, holder, rows);
  }

  /** Forget everything, for good. */
  static async destroy(name = NAME): Promise<void> {
    await deleteDB(name);
  }

  all<T extends Table>(table: T): Tables[T][] {
    return [...this.#rows[table].values()];
  }

  one<T extends Table>(table: T, key: string): Tables[T] | null {
    return this.#rows[table].get(key) ?? null;
  }

  /**
   * Do all of what `work` does to the rows, or nothing of it; durable when this resolves.
   *
   * Changes wait for each other, so what `work` reads stays true until it is written. It must not begin
   * another one inside itself.
   */
  change<R>(work: (draft: Draft) => R | Promise<R>, tell?: (event: Event) => void): Promise<R> {
    const mine = this.#turn.then(async () => {
      const draft = new Draft(this.#rows);
      const result = await work(draft);
      await this.#commit(draft);
      for (const event of draft.events) tell?.(event);
      return result;
    });
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  /** Let go of it. A change that has begun is written or not; no later one is. */
  close(): void {
    this.#closed = true;
    this.#db.close();
  }

  async #commit(draft: Draft): Promise<void> {
    const touched = draft.touched();
    if (touched.length === 0) return;
    const sealed = await Promise.all(
      touched.map(async ([place, row]) => [place, row && (await sealRow(this.#key, place, row))] as const),
    );
    if (this.#closed) throw taken();
    try {
      const work = this.#db.transaction(["key", "row"], "readwrite", { durability: "strict" });
      const rows = work.objectStore("row");
      // Asked inside the transaction: one that took the vault over has either seen ours, or stops it here.
      if ((await work.objectStore("key").get("holder")) !== this.#holder) {
        work.abort();
        await work.done.catch(() => undefined);
        throw taken();
      }
      await Promise.all([
        ...sealed.map(([place, data]) => (data ? rows.put(data, place) : rows.delete(place))),
        work.done,
      ]);
    } catch (error) {
      throw unwritten(error);
    }
    draft.take(this.#rows);
  }
}

/** The rows as a change leaves them. */
export class Draft implements View {
  /** What is told to the page once the change is written. */
  readonly events: Event[] = [];
  readonly #rows: Rows;
  readonly #changed: { [T in Table]?: Map<string, Tables[T] | null> } = {};

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  all<T extends Table>(table: T): Tables[T][] {
    const changed = this.#changed[table];
    if (!changed) return [...this.#rows[table].values()];
    const all = new Map<string, Tables[T] | null>([...this.#rows[table], ...changed]);
    return [...all.values()].filter((row) => row !== null);
  }

  one<T extends Table>(table: T, key: string): Tables[T] | null {
    const changed = this.#changed[table]?.get(key);
    return changed === undefined ? (this.#rows[table].get(key) ?? null) : changed;
  }

  /** Write a row, in the place of one with its key. */
  put<T extends Table>(table: T, row: Tables[T]): void {
    this.#of(table).set(KEYS[table](row), row);
  }

  delete<T extends Table>(table: T, row: Tables[T]): void {
    this.#of(table).set(KEYS[table](row), null);
  }

  /** Return the next number of a numbered table. */
  next(table: "outbox" | "letter" | "event" | "kept" | "chain" | "ring" | "last"): number {
    return this.all(table).reduce((most, row) => Math.max(most, row.number), 0) + 1;
  }

  touched(): [string, Tables[Table] | null][] {
    return TABLES.flatMap((table) =>
      [...(this.#changed[table] ?? [])].map(([key, row]): [string, Tables[Table] | null] => [
        `${table}/${key}`,
        row,
      ]),
    );
  }

  take(rows: Rows): void {
    for (const table of TABLES) this.#takeTable(table, rows);
  }

  #takeTable<T extends Table>(table: T, rows: Rows): void {
    for (const [key, row] of this.#changed[table] ?? []) {
      if (row === null) rows[table].delete(key);
      else rows[table].set(key, row);
    }
  }

  #of<T extends Table>(table: T): Map<string, Tables[T] | null> {
    const known = this.#changed[table];
    if (known) return known;
    const fresh = new Map<string, Tables[T] | null>();
    (this.#changed as { [K in T]?: Map<string, Tables[K] | null> })[table] = fresh;
    return fresh;
  }
}

async function theKey(db: IDBPDatabase<Schema>): Promise<CryptoKey> {
  const known = await db.get("key", "vault");
  if (known instanceof CryptoKey) return known;
  if ((await db.count("row")) > 0)
    throw new Damaged("The key of this vault is gone.", { code: "vault.damaged" });
  const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, [
    "encrypt",
    "decrypt",
  ]);
  try {
    await db.put("key", made, "vault");
  } catch (error) {
    throw unopened(error);
  }
  return made;
}

function split(place: string): [string, string] {
  const at = place.indexOf("/");
  return [place.slice(0, at), place.slice(at + 1)];
}

async function sealRow(key: CryptoKey, place: string, row: Tables[Table]): Promise<Uint8Array<ArrayBuffer>> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const sealed = await crypto.subtle.encrypt(context(iv, place), key, new Uint8Array(encode(row)));
  const data = new Uint8Array(IV_BYTES + sealed.byteLength);
  data.set(iv);
  data.set(new Uint8Array(sealed), IV_BYTES);
  return data;
}

async function openRow(key: CryptoKey, place: string, data: Uint8Array<ArrayBuffer>): Promise<unknown> {
  try {
    const iv = data.slice(0, IV_BYTES);
    const plain = await crypto.subtle.decrypt(context(iv, place), key, data.slice(IV_BYTES));
    return decodeMap(new Uint8Array(plain), { bytesMax: ROW_BYTES_MAX });
  } catch {
    throw new Damaged("The vault of this browser is damaged.", {
      hint: "Start anew with your kit.",
      code: "vault.damaged",
    });
  }
}

function context(iv: Uint8Array<ArrayBuffer>, place: string): AesGcmParams {
  return { name: "AES-GCM", iv, additionalData: new TextEncoder().encode(place) };
}

function taken(): VaultLocked {
  return new VaultLocked("Another window has taken this home over.", { code: "home.elsewhere" });
}

function unopened(error: unknown): TwinbellError {
  if (error instanceof TwinbellError) return error;
  if (error instanceof DOMException && error.name === "VersionError")
    return new VaultLocked("A newer Twinbell has written this home. Load this page anew.", {
      code: "vault.newer",
    });
  return new VaultLocked("This browser lets nothing be kept here. Is this a private window?", {
    code: "vault.private",
  });
}

function unwritten(error: unknown): TwinbellError {
  if (error instanceof TwinbellError) return error;
  if (error instanceof DOMException && error.name === "QuotaExceededError")
    return new OverQuota("There is no room left on this device.", { code: "storage.full" });
  return new TwinbellError("This could not be saved.", { code: "vault.unwritten" });
}
