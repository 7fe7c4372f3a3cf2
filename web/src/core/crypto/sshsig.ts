/**
 * SSH signatures (OpenSSH's PROTOCOL.sshsig), so that `ssh-keygen -Y verify` checks what was signed here.
 *
 * One profile: Ed25519, SHA-512, nothing reserved. A signature has exactly one text: lines of 70 characters,
 * as `ssh-keygen` writes them. The public key inside it is compared with the one that the caller knows and
 * never trusted by itself.
 */

import { sha512 } from "@noble/hashes/sha2.js";

import { bigEndian, concat, fromBigEndian, same, utf8 } from "../bytes";
import { b64padded, lv, unb64padded } from "../encoding";
import { Damaged, Mistaken } from "../errors";
import { type SigningKey, type VerifyKey } from "./signing";

export const ARMOR_CHARS_MAX = 4096; // ours have under 500; a namespace may be long

const BEGIN = "-----BEGIN SSH SIGNATURE-----\n";
const END = "-----END SSH SIGNATURE-----\n";
const LINE = /.{1,70}/g;
const MAGIC = utf8("SSHSIG");
const VERSION = 1;
const KEY_TYPE = utf8("ssh-ed25519");
const HASH = utf8("sha512");
const RESERVED = new Uint8Array(0);

export interface Purpose {
  readonly namespace: string;
}

/** Return the armored signature over `message`, good for `namespace` and no other. */
export function sign(key: SigningKey, message: Uint8Array, { namespace }: Purpose): string {
  const space = named(namespace);
  return armor(blob(key.verifyKey, space, key.sign(signed(message, space))));
}

/**
 * Return if `armored` is the signature of `key` over `message` in `namespace`.
 *
 * Throws `Damaged` with what is wrong: not a signature, another key, another namespace, another hash,
 * or a changed message. A carriage return before each line end is forgiven, as mail programs add it.
 */
export function verify(key: VerifyKey, message: Uint8Array, armored: string, { namespace }: Purpose): void {
  const fields = new Fields(dearmor(armored));
  if (!same(fields.take(MAGIC.length), MAGIC)) throw new Damaged("This is not an SSH signature.");
  if (fromBigEndian(fields.take(4)) !== VERSION) {
    throw new Damaged("This SSH signature has a version that is not known here.");
  }
  const publicKey = fields.string();
  const space = fields.string();
  const reserved = fields.string();
  const algorithm = fields.string();
  const signature = new Fields(fields.string());
  if (!fields.ended) throw new Damaged("There is something behind the end of this SSH signature.");
  if (!same(publicKey, publicBlob(key))) throw new Damaged("This was signed with another key.");
  if (!same(space, named(namespace))) throw new Damaged("This signature was made for another purpose.");
  if (reserved.length || !same(algorithm, HASH)) {
    throw new Damaged("This SSH signature uses something else than SHA-512.");
  }
  const kind = signature.string();
  const raw = signature.string();
  if (!same(kind, KEY_TYPE) || !signature.ended) {
    throw new Damaged("This SSH signature is not an Ed25519 signature.");
  }
  key.verify(raw, signed(message, space));
}

/** Return the key as OpenSSH writes it: `ssh-ed25519 AAAA…`, without a comment or a line end. */
export function publicLine(key: VerifyKey): string {
  return `ssh-ed25519 ${b64padded(publicBlob(key))}`;
}

/** Return the line of an allowed-signers file that lets `principal` sign in `namespace`. */
export function allowedSigner(
  key: VerifyKey,
  { principal, namespace }: { readonly principal: string; readonly namespace: string },
): string {
  return `${principal} namespaces="${namespace}" ${publicLine(key)}`;
}

function named(namespace: string): Uint8Array {
  if (!namespace) throw new Mistaken("An SSH signature needs a namespace.");
  return utf8(namespace);
}

function signed(message: Uint8Array, namespace: Uint8Array): Uint8Array {
  return concat(MAGIC, lv(namespace), lv(RESERVED), lv(HASH), lv(sha512(message)));
}

function blob(key: VerifyKey, namespace: Uint8Array, signature: Uint8Array): Uint8Array {
  return concat(
    MAGIC,
    bigEndian(VERSION, 4),
    lv(publicBlob(key)),
    lv(namespace),
    lv(RESERVED),
    lv(HASH),
    lv(concat(lv(KEY_TYPE), lv(signature))),
  );
}

function publicBlob(key: VerifyKey): Uint8Array {
  return concat(lv(KEY_TYPE), lv(key.raw));
}

/** Reads one field behind the other. */
class Fields {
  private rest: Uint8Array;

  constructor(data: Uint8Array) {
    this.rest = data;
  }

  get ended(): boolean {
    return this.rest.length === 0;
  }

  take(length: number): Uint8Array {
    if (this.rest.length < length) throw new Damaged("This SSH signature is cut short.");
    const data = this.rest.subarray(0, length);
    this.rest = this.rest.subarray(length);
    return data;
  }

  string(): Uint8Array {
    return this.take(fromBigEndian(this.take(4)));
  }
}

function armor(data: Uint8Array): string {
  const lines = b64padded(data).match(LINE) ?? [];
  return BEGIN + lines.map((line) => line + "\n").join("") + END;
}

function dearmor(armored: string): Uint8Array {
  if (armored.length > ARMOR_CHARS_MAX) throw new Damaged("This is too long for an SSH signature.");
  const text = armored.replaceAll("\r\n", "\n");
  if (!text.startsWith(BEGIN) || !text.endsWith(END)) throw new Damaged("This is not an SSH signature.");
  const data = unb64padded(text.slice(BEGIN.length, -END.length).replaceAll("\n", ""));
  if (armor(data) !== text) {
    // One signature, one text: nothing can be hidden in the wrapping.
    throw new Damaged("This SSH signature is not written as ssh-keygen writes it.");
  }
  return data;
}
