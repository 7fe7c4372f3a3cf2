/**
 * Taking a bond along: one tar of open formats, that needs no Twinbell to be read.
 *
 *     bond.json                         who, since when, the words; the letters in order
 *     allowed_signers                   the keys that signed, for `ssh-keygen -Y verify`
 *     letters/0001-out-4f2a91c0/
 *         letter.age  lock.json         as it was sealed, and what holds it back
 *         letter.eml  letter.eml.sig    where its day has come: what it says, and its signature
 *         files/1.jpg …                 and what was attached, whole
 *     SHA256SUMS                        of everything before it: `sha256sum -c SHA256SUMS`
 *
 * The same letters give the same bytes, here as in Python's `client/archive.py`. Opening for the archive does not
 * count as having opened a letter. Files go into it as blobs: the browser reads them when the archive is saved.
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { NAMESPACE } from "../core/bond/letter";
import { entryName, principal } from "../core/bond/mail";
import { archiveLength, header } from "../core/bond/tar";
import { chunksOf } from "../core/bond/tap";
import { hex, utf8 } from "../core/bytes";
import { SigningKey, VerifyKey } from "../core/crypto/signing";
import * as sshsig from "../core/crypto/sshsig";
import * as words from "../core/crypto/words";
import { type Value, decodeMap, isList, isMap } from "../core/encoding";
import { Damaged, NotFound, Refused } from "../core/errors";
import * as bonds from "./bonds";
import type { Home } from "./home";
import { pendantOf } from "./journal";
import * as letters from "./letters";
import { unseal } from "./opened";
import type { BondRow, LetterRow } from "./schema";

const BLOCK = 512;
const LOCK_BYTES_MAX = 65_536;

/** Return the archive of a bond. */
export async function exportBond(home: Home, id: string): Promise<Blob> {
  const bond = bonds.named(home.vault, id);
  const rows = letters.every(home.vault, bond.id).filter((row) => row.state !== "damaged");
  const archive = new Archive();
  await archive.add("bond.json", utf8(json(described(bond, rows))));
  await archive.add("allowed_signers", utf8(signers(bond)));
  for (const [at, row] of rows.entries()) await addLetter(home, archive, row, folderOf(at + 1, row));
  return await archive.finish();
}

/** A tar whose entries are hashed as they go in, put together out of blobs. */
class Archive {
  readonly #parts: (Blob | Uint8Array<ArrayBuffer>)[] = [];
  readonly #sizes: number[] = [];
  readonly #sums: string[] = [];
  #length = 0;

  async add(name: string, content: Blob | Uint8Array<ArrayBuffer>): Promise<void> {
    const file = content instanceof Blob ? content : new Blob([content]);
    const digest = sha256.create();
    for await (const part of chunksOf(file.stream())) digest.update(part);
    this.#put(name, file);
    this.#sums.push(`${hex(digest.digest())}  ${name}\n`);
  }

  async finish(): Promise<Blob> {
    this.#put("SHA256SUMS", new Blob([this.#sums.join("")]));
    const fill = archiveLength(this.#sizes) - this.#length;
    return new Blob([...this.#parts, new Uint8Array(fill)], { type: "application/x-tar" });
  }

  #put(name: string, file: Blob): void {
    const fill = (BLOCK - (file.size % BLOCK)) % BLOCK;
    this.#parts.push(new Uint8Array(header(name, file.size)), file, new Uint8Array(fill));
    this.#sizes.push(file.size);
    this.#length += BLOCK + file.size + fill;
  }
}

async function addLetter(home: Home, archive: Archive, row: LetterRow, folder: string): Promise<void> {
  const name = letters.fileName(row.id);
  if ((await home.files.size(name)) !== null)
    await archive.add(`${folder}/letter.age`, await home.files.read(name));
  const lock = plain(decodeMap(row.lock, { bytesMax: LOCK_BYTES_MAX }));
  await archive.add(`${folder}/lock.json`, utf8(json(lock)));
  try {
    const { found, files } = await unseal(home, row);
    await archive.add(`${folder}/letter.eml`, new Uint8Array(found.eml));
    await archive.add(`${folder}/letter.eml.sig`, utf8(found.signature));
    for (const [at, note] of found.mail.files.entries())
      await archive.add(`${folder}/files/${entryName(at + 1, note.name)}`, files[at] ?? new Blob([]));
  } catch (error) {
    // Its day has not come, or its beacon can't be had.
    if (!(error instanceof Refused || error instanceof Damaged || error instanceof NotFound)) throw error;
  }
}

function folderOf(number: number, row: LetterRow): string {
  return `letters/${String(number).padStart(4, "0")}-${directionOf(row)}-${hex(row.id).slice(0, 8)}`;
}

function directionOf(row: LetterRow): string {
  return row.outgoing ? "out" : "in";
}

function described(bond: BondRow, rows: readonly LetterRow[]): unknown {
  return {
    bond: hex(bond.id),
    me: bond.me,
    peer: bond.peer,
    since: bond.sinceS,
    ended: bond.partedS,
    words: words.six(pendantOf(bond).bond.words),
    letters: rows.map((row, at) => ({
      letter: hex(row.id),
      folder: folderOf(at + 1, row),
      direction: directionOf(row),
      at: row.atS,
      opens: row.opensS,
    })),
  };
}

function signers(bond: BondRow): string {
  const { keyring, identities, peer } = pendantOf(bond);
  const ours = keyring.identities.map((seed) => new SigningKey(seed).verifyKey);
  const theirs = [...identities, peer.identity].map((key) => new VerifyKey(key));
  const name = principal(bond.id);
  return [...ours, ...theirs]
    .map((key) => `${name} namespaces="${NAMESPACE}" ${sshsig.publicLine(key)}\n`)
    .join("");
}

/** Return a value as JSON, its names in order, one a line. */
function json(value: unknown): string {
  return `${JSON.stringify(sorted(value), null, 1)}\n`;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map((name) => [name, sorted((value as Record<string, unknown>)[name])]));
}

/** Return a record as JSON can say it: bytes in hex. */
function plain(value: Value): unknown {
  if (value instanceof Uint8Array) return hex(value);
  if (isList(value)) return value.map(plain);
  if (isMap(value))
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)]));
  return value;
}
