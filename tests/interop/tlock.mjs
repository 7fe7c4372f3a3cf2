// tlock-js at our command: one JSON object a line in, one out. The drand network is what we say it is.
import { createInterface } from "node:readline"
import { Buffer } from "node:buffer"
import tlock from "tlock-js"

console.log = console.error // tlock-js prints each beacon that it gets

function client(info, beacon) {
  return {
    options: { disableBeaconVerification: false, noCache: false },
    chain: () => ({ baseUrl: "offline", info: async () => info }),
    get: async () => beacon,
    latest: async () => beacon,
  }
}

async function answer({ op, info, round, payload, beacon, armor }) {
  if (op === "encrypt") {
    return { armor: await tlock.timelockEncrypt(round, Buffer.from(payload, "base64"), client(info)) }
  }
  const opened = await tlock.timelockDecrypt(armor, client(info, beacon))
  return { payload: Buffer.from(opened).toString("base64") }
}

for await (const line of createInterface({ input: process.stdin })) {
  let said
  try {
    said = await answer(JSON.parse(line))
  } catch (error) {
    said = { error: String(error.message ?? error) }
  }
  process.stdout.write(JSON.stringify(said) + "\n")
}
