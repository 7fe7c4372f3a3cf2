/**
 * Where large files lie: letters, each whole before it counts as one.
 *
 *     <id>.age         a letter, in or out: 32 hex digits
 *     <id>.age.part    one that is still being sealed or fetched
 *
 * In a browser that is its origin-private file system, which only a worker can write in place. Tests bring one
 * of their own on Node's.
 */

import { Conflict, NotFound } from "../core/errors";

export interface Files {
  names(): Promise<string[]>;
  /** How many bytes a file has, or null if there is none of this name. */
  size(name: string): Promise<number | null>;
  /** The file as it is now; raises `NotFound`. */
  read(name: string): Promise<Blob>;
  /** Open a file for writing, made if it is new. Nobody else can until it is closed: raises `Conflict`. */
  open(name: string): Promise<Writer>;
  /** Give a file another name, in the place of whatever had it. */
  rename(name: string, to: string): Promise<void>;
  remove(name: string): Promise<void>;
}

/** A file that is open for writing. `flush` returns when all that was written is on the disk. */
export interface Writer {
  readonly length: number;
  write(data: Uint8Array, at: number): void;
  flush(): void;
  truncate(length: number): void;
  close(): void;
}

interface Movable {
  move?(name: string): Promise<void>;
}

/** The files of this origin, in a folder of their own. */
export async function originFiles(): Promise<Files> {
  const root = await navigator.storage.getDirectory();
  return new OriginFiles(await root.getDirectoryHandle("letters", { create: true }));
}

class OriginFiles implements Files {
  readonly #folder: FileSystemDirectoryHandle;

  constructor(folder: FileSystemDirectoryHandle) {
    this.#folder = folder;
  }

  async names(): Promise<string[]> {
    const names = [];
    for await (const name of this.#folder.keys()) names.push(name);
    return names;
  }

  async size(name: string): Promise<number | null> {
    try {
      return (await (await this.#folder.getFileHandle(name)).getFile()).size;
    } catch (error) {
      if (isNotFound(error)) return null;
      throw error;
    }
  }

  async read(name: string): Promise<Blob> {
    try {
      return await (await this.#folder.getFileHandle(name)).getFile();
    } catch (error) {
      throw isNotFound(error) ? new NotFound("The file of this letter is not there any more.") : error;
    }
  }

  async open(name: string): Promise<Writer> {
    const file = await this.#folder.getFileHandle(name, { create: true });
    try {
      return new OriginWriter(await file.createSyncAccessHandle());
    } catch (error) {
      if (error instanceof DOMException && error.name === "NoModificationAllowedError")
        throw new Conflict("This file is being written.");
      throw error;
    }
  }

  async rename(name: string, to: string): Promise<void> {
    const file: FileSystemFileHandle & Movable = await this.#folder.getFileHandle(name);
    if (file.move) return await file.move(to);
    const writer = await this.open(to);
    try {
      writer.truncate(0);
      const reader = (await file.getFile()).stream().getReader();
      for (let part = await reader.read(); !part.done; part = await reader.read())
        writer.write(part.value, writer.length);
      writer.flush();
    } finally {
      writer.close();
    }
    await this.remove(name);
  }

  async remove(name: string): Promise<void> {
    try {
      await this.#folder.removeEntry(name);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}

class OriginWriter implements Writer {
  readonly #handle: FileSystemSyncAccessHandle;

  constructor(handle: FileSystemSyncAccessHandle) {
    this.#handle = handle;
  }

  get length(): number {
    return this.#handle.getSize();
  }

  write(data: Uint8Array, at: number): void {
    // A full disk writes less than was asked for, and says so by the number alone.
    if (this.#handle.write(data, { at }) !== data.length)
      throw new DOMException("The disk is full.", "QuotaExceededError");
  }

  flush(): void {
    this.#handle.flush();
  }

  truncate(length: number): void {
    this.#handle.truncate(length);
  }

  close(): void {
    this.#handle.close();
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof DOMException && error.name === "NotFoundError";
}
