// Opens a letter without Twinbell: npm age-encryption and tlock-js alone, from files, with no network.
//
//   node open_letter.mjs LETTER IDENTITY CHAIN BEACON OUT
//
//   LETTER    letter.age
//   IDENTITY  a file with one of the four keys: a line that begins with AGE-SECRET-KEY-PQ-1
//   CHAIN     a drand info document (JSON), or a list of several
//   BEACON    a drand round document (JSON): {"round": N, "signature": 96 hex digits}, or a list of several;
//             with several chains each names its own: {"chain": HASH, "round": N, "signature": ...}
//   OUT       a folder, made if it is not there: OPENING.txt, lock.cbor, ways/, letter.eml, letter.eml.sig, files/
//
// Prints one JSON object: {"letter", "way", "subject", "files": [{"entry", "name", "bytes"}]}. Each file has been
// compared with the hash that letter.eml names. Whether the writer signed letter.eml is for ssh-keygen to say:
//
//   ssh-keygen -Y verify -f allowed_signers -I writer@BOND.twinbell -n letter@twinbell -s letter.eml.sig < letter.eml
//
// Ends with 0 if the letter is open, 3 if no way could be opened with these rounds, 1 for anything else.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as age from "age-encryption";
import { createTimelockDecrypter } from "tlock-js/drand/timelock-decrypter.js";

console.log = console.error; // tlock-js tells which beacon it got; our own answer goes to the real output

const [letterPath, identityPath, chainPath, beaconPath, out] = process.argv.slice(2);
if (!out) {
  console.error("usage: node open_letter.mjs LETTER IDENTITY CHAIN BEACON OUT");
  process.exit(2);
}

const listed = (path) => [JSON.parse(readFileSync(path, "utf8"))].flat();
const secretOf = (text) => text.split("\n").find((line) => line.startsWith("AGE-SECRET-KEY-PQ-1"));

// A tar, as letters have it: plain files one behind the other.
function untar(bytes) {
  const files = new Map();
  for (let at = 0; bytes[at] !== 0; ) {
    const head = Buffer.from(bytes.subarray(at, at + 512));
    const name = head.subarray(0, 100).toString().replace(/\0.*$/s, "");
    const size = Number.parseInt(head.subarray(124, 135).toString(), 8);
    files.set(name, bytes.subarray(at + 512, at + 512 + size));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}

async function unseal(bytes, identity) {
  const decrypter = new age.Decrypter();
  decrypter.addIdentity(identity);
  return decrypter.decrypt(bytes);
}

// A time-lock as an identity of age: tlock-js opens the stanza, with a beacon that is already here.
function timelock(chains, beacons) {
  return {
    async unwrapFileKey(stanzas) {
      const stanza = stanzas.find((each) => each.args[0] === "tlock");
      if (!stanza) return null;
      const [, round, hash] = stanza.args;
      const info = chains.find((each) => each.hash === hash);
      const beacon = beacons.find(
        (each) => String(each.round) === round && (each.chain ?? hash) === hash,
      );
      if (!info || !beacon) throw new NotYet(`no signature of round ${round} of chain ${hash}`);
      const randomness = createHash("sha256").update(Buffer.from(beacon.signature, "hex")).digest("hex");
      const client = {
        options: { disableBeaconVerification: false, noCache: true },
        chain: () => ({ baseUrl: "", info: async () => info }),
        get: async () => ({ round: beacon.round, signature: beacon.signature, randomness }),
      };
      const open = createTimelockDecrypter(client);
      return open([{ type: "tlock", args: [round, hash], body: Buffer.from(stanza.body) }]);
    },
  };
}

class NotYet extends Error {}

async function letterKey(files, chains, beacons) {
  let waiting = null;
  for (const [name, content] of files) {
    if (!name.startsWith("ways/")) continue;
    try {
      let layer = content;
      while (Buffer.from(layer.subarray(0, 21)).toString() === "age-encryption.org/v1") {
        layer = await unseal(layer, timelock(chains, beacons));
      }
      return { way: name, key: secretOf(Buffer.from(layer).toString()) };
    } catch (error) {
      if (!(error instanceof NotYet)) throw error;
      waiting = error;
    }
  }
  throw waiting;
}

function put(path, bytes) {
  mkdirSync(dirname(join(out, path)), { recursive: true });
  writeFileSync(join(out, path), bytes);
}

function filesOf(eml) {
  const head = eml.slice(0, eml.indexOf("\r\n\r\n")).replaceAll("\r\n ", " ");
  const value = head.match(/^Twinbell-Files: (.*)$/m)[1];
  return value
    .split(", ")
    .slice(1)
    .map((line) => {
      const [entry, bytes, , sha256, name] = line.split("; ");
      return {
        entry,
        bytes: Number(bytes.slice("bytes=".length)),
        sha256: sha256.slice("sha256=".length),
        name: decodeURIComponent(name.slice("name*=UTF-8''".length)),
      };
    });
}

try {
  const outer = untar(await unseal(readFileSync(letterPath), secretOf(readFileSync(identityPath, "utf8"))));
  for (const [name, content] of outer) if (!name.startsWith("letter.") && name !== "files.tar.age") put(name, content);

  const { way, key } = await letterKey(outer, listed(chainPath), listed(beaconPath));
  const eml = Buffer.from(await unseal(outer.get("letter.eml.age"), key));
  put("letter.eml", eml);
  put("letter.eml.sig", await unseal(outer.get("letter.eml.sig.age"), key));

  const archive = untar(await unseal(outer.get("files.tar.age"), key));
  const files = filesOf(eml.toString());
  if (archive.size !== files.length) throw new Error("the letter names other files than it has");
  mkdirSync(join(out, "files"), { recursive: true });
  for (const { entry, bytes, sha256 } of files) {
    const content = archive.get(entry);
    const found = createHash("sha256").update(content).digest("hex");
    if (found !== sha256 || content.length !== bytes) throw new Error(`${entry} is not the file that was signed`);
    put(join("files", entry), content);
  }
  const field = (name) => eml.toString().match(new RegExp(`^${name}: (.*(?:\\r\\n .*)*)`, "m"))[1];
  const words = (value) =>
    value.startsWith("=?")
      ? Buffer.concat(value.split("\r\n ").map((word) => Buffer.from(word.slice(10, -2), "base64"))).toString()
      : value.trim();
  process.stdout.write(
    JSON.stringify({
      letter: field("Twinbell-Letter").trim(),
      way,
      subject: words(field("Subject").trimEnd()),
      files: files.map(({ entry, name, bytes }) => ({ entry, name, bytes })),
    }) + "\n",
  );
} catch (error) {
  console.error(`This letter did not open: ${error?.message ?? error}`);
  process.exitCode = error instanceof NotYet ? 3 : 1;
}
