// Seals and opens age files with npm age-encryption: one JSON request a line in, one JSON answer a line out.
//
//   {"do": "seal", "plain": hex, "to": [recipient, …] | "passphrase": text, "armor": bool}  ->  {"file": hex}
//   {"do": "open", "file": hex, "keys": [identity, …] | "passphrase": text}                 ->  {"plain": hex}
//   {"do": "keys"}                                    ->  {"hybrid": identity, "x25519": identity}
//
// What goes wrong is answered too: {"error": text}.

import * as readline from "node:readline";
import * as age from "age-encryption";

const hex = (bytes) => Buffer.from(bytes).toString("hex");
const bytes = (text) => new Uint8Array(Buffer.from(text, "hex"));

async function seal(request) {
  const writer = new age.Encrypter();
  if (request.passphrase) {
    writer.setPassphrase(request.passphrase);
    writer.setScryptWorkFactor(4);
  }
  for (const recipient of request.to ?? []) writer.addRecipient(recipient);
  const file = await writer.encrypt(bytes(request.plain));
  return { file: hex(request.armor ? Buffer.from(age.armor.encode(file)) : file) };
}

async function open(request) {
  const reader = new age.Decrypter();
  if (request.passphrase) reader.addPassphrase(request.passphrase);
  for (const identity of request.keys ?? []) reader.addIdentity(identity);
  let file = bytes(request.file);
  if (Buffer.from(file.subarray(0, 5)).toString() === "-----") {
    file = age.armor.decode(Buffer.from(file).toString());
  }
  return { plain: hex(await reader.decrypt(file)) };
}

async function keys() {
  return { hybrid: await age.generateHybridIdentity(), x25519: await age.generateX25519Identity() };
}

const verbs = { seal, open, keys };

for await (const line of readline.createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  let answer;
  try {
    answer = await verbs[request.do](request);
  } catch (error) {
    answer = { error: String(error) };
  }
  console.log(JSON.stringify(answer));
}
