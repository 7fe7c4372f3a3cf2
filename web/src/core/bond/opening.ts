/**
 * OPENING.txt: how a stranger opens this letter by hand, in a world without Twinbell.
 *
 * It is the first thing in every letter, inside the outer seal, and tells nothing that the lock does not. It is
 * written for someone at a terminal with `age`, `tle`, `tar` and `ssh-keygen`, who has one of the four keys. The page
 * is the same to the byte as Python's, whose tests follow these commands with the tools that there are.
 */

import { hex } from "../bytes";
import { QUICKNET, QUICKNET_URLS, timeOf } from "../wire/beacon";
import { date, time, utc } from "./civil";
import type { Gate } from "./gate";
import type { Lock } from "./lock";
import { principal } from "./mail";
import { nameOf } from "./way";

const NAMESPACE = "letter@twinbell";

/** The page: ASCII, lines of at most 100 characters except for keys and commands. */
export function page(lock: Lock, bond: Uint8Array): Uint8Array {
  const ways = lock.ways.map((_, at) => wayOf(lock, at + 1));
  const parts = [HEAD, ...ways, tail(bond), ...(lock.chains.length ? [chains(lock)] : [])];
  return Uint8Array.from(ascii(parts.join("\n")), (character) => character.charCodeAt(0));
}

const HEAD = `\
HOW TO OPEN THIS LETTER BY HAND

You need age 1.3 or newer (or another age with post-quantum keys), tle or tlock-js for a day that was
waited for, tar, and ssh-keygen. Nothing else; no Twinbell and no server of its own.

If you read this, the outer seal is already open. It was done with one of the four keys that this letter
was sealed to (a file with a line that begins with AGE-SECRET-KEY-PQ-1):

    age -d -i key.txt -o letter.tar letter.age
    tar -xf letter.tar

What holds the letter back is in lock.cbor, and in plain words below. Any one way gives the letter key.
`;

function wayOf(lock: Lock, number: number): string {
  const name = nameOf(lock, number);
  const way = lock.ways[number - 1] ?? [];
  const lines = [`WAY ${number} OF ${lock.ways.length}`, ""];
  if (!way.length) return [...lines, "It is open:", "", `    cp ${name} letter.key`, ""].join("\n");
  lines.push("Its layers, from the outside in. Wait for each, then take it off:", "");
  way.forEach((gate, at) => {
    const inside = at + 1 === way.length ? "letter.key" : `way${number}.${at + 1}.age`;
    const outside = at === 0 ? name : `way${number}.${at}.age`;
    lines.push(`  ${words(lock, gate)}`, "", `    ${command(lock, gate, outside, inside)}`, "");
  });
  return lines.join("\n");
}

function words(lock: Lock, gate: Gate): string {
  if (gate.kind === "date") {
    const kept = lock.keptBy(gate);
    const at = utc(timeOf(kept.chain, gate.round));
    return `Round ${gate.round} of the beacon of ${kept.keeper}, which comes on ${date(at)}, ${time(at)} UTC.`;
  }
  if (gate.kind === "guardians") {
    return (
      `${gate.threshold} of ${gate.guardians} guardians put their SLIP-39 words together.\n` +
      "  There is no passphrase. The 32 bytes that come out are the seed of an age key, written as\n" +
      "  AGE-SECRET-KEY-PQ-1... in Bech32, in gate.txt."
    );
  }
  return (
    "The relay gives out a parcel for this letter when the writer has fallen silent: parcel.age.\n" +
    "  The key of this gate is in it, sealed as the letter is: gate.txt."
  );
}

function command(lock: Lock, gate: Gate, outside: string, inside: string): string {
  if (gate.kind !== "date") {
    const takeOff = `age -d -i gate.txt -o ${inside} ${outside}`;
    return gate.kind === "silence" ? `age -d -i key.txt -o gate.txt parcel.age\n    ${takeOff}` : takeOff;
  }
  const chain = hex(lock.keptBy(gate).chain.hash);
  const url = chain === hex(QUICKNET.hash) ? QUICKNET_URLS[0] : "URL";
  return `tle -d -n ${url} -c ${chain} -o ${inside} ${outside}`;
}

function tail(bond: Uint8Array): string {
  const name = principal(bond);
  return `\
THEN

    age -d -i letter.key -o letter.eml letter.eml.age
    age -d -i letter.key -o letter.eml.sig letter.eml.sig.age
    age -d -i letter.key -o files.tar files.tar.age
    tar -xf files.tar

letter.eml opens in any mail program. Twinbell-Files in its head says what each file was called; the
files themselves are 1.jpg, 2.pdf and so on. An archive of nothing is nothing but zeros.

WHO WROTE IT

The key of the writer is not in here, since anybody could have put it here. It is in the bond of the two
and on their pages. Put it into a file named allowed_signers, on one line:

    ${name} namespaces="${NAMESPACE}" ssh-ed25519 AAAA...

    ssh-keygen -Y verify -f allowed_signers -I ${name} -n ${NAMESPACE} -s letter.eml.sig < letter.eml
`;
}

function chains(lock: Lock): string {
  const lines = [
    "THE BEACONS",
    "",
    "A round is a signature of 48 bytes, the same for all, from any source. tle asks a server for",
    "URL/CHAIN/info and URL/CHAIN/public/ROUND, where CHAIN is the hash below. If it is gone, any",
    "other that answers these two will do, also one of your own with two files; tlock-js takes both",
    "by hand.",
    "",
  ];
  for (const { chain, keeper } of lock.chains) {
    lines.push(`  ${keeper}:`, "", `    ${json(chain.document())}`, "");
  }
  return lines.join("\n");
}

/** JSON with a blank behind commas and colons, as Python writes it; all keys and values here are ASCII. */
function json(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const pairs = Object.entries(value).map(([name, inner]) => `${JSON.stringify(name)}: ${json(inner)}`);
  return `{${pairs.join(", ")}}`;
}

/** Characters beyond ASCII by their number, as Python writes them: only a keeper's name has any. */
function ascii(text: string): string {
  return text.replace(/[^\0-\x7f]/gu, (character) => {
    const number = character.codePointAt(0) ?? 0;
    const digits = number.toString(16);
    if (number < 0x100) return `\\x${digits}`;
    return number < 0x10000 ? `\\u${digits.padStart(4, "0")}` : `\\U${digits.padStart(8, "0")}`;
  });
}
