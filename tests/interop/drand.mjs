// Unmodified drand-client and tlock-js against a running relay: node drand.mjs URL CHAINHASH PUBLICKEY
import { Buffer } from "node:buffer"
import {
  fetchBeacon, fetchBeaconByTime, HttpCachingChain, HttpChainClient, MultiBeaconNode, FastestNodeClient,
  roundAt, roundTime, watch,
} from "drand-client"
import tlock from "tlock-js"

console.log = console.error
const [url, chainHash, publicKey] = process.argv.slice(2)
const options = {
  disableBeaconVerification: false,
  noCache: true,
  chainVerificationParams: { chainHash, publicKey },
}
const said = {}

for (const base of [url, `${url}/${chainHash}`]) {
  const client = new HttpChainClient(new HttpCachingChain(base, options), options)
  const info = await client.chain().info()
  const first = await fetchBeacon(client, 1)
  const latest = await fetchBeacon(client)
  const byTime = await fetchBeaconByTime(client, info.genesis_time * 1000 + 10)
  said[base === url ? "plain" : "by hash"] = {
    first: first.round, byTime: byTime.round, latest: latest.round >= 1,
    latestDirectly: (await client.latest()).round >= latest.round,
  }
}

const client = new HttpChainClient(new HttpCachingChain(url, options), options)
const info = await client.chain().info()
said.future = await fetchBeacon(client, roundAt(Date.now(), info) + 100).then(
  (beacon) => `beacon ${beacon.round}`, (error) => error.message.replace(url, ""),
)

const abort = new AbortController()
const watched = []
for await (const beacon of watch(client, abort)) {
  watched.push(beacon.round)
  if (watched.length === 2) abort.abort()
}
said.watched = watched[1] - watched[0]

const node = new MultiBeaconNode(url)
said.chains = (await node.chains()).map((chain) => chain.baseUrl.replace(url, ""))
said.health = await node.health()
const fastest = new FastestNodeClient([url, `${url}/${chainHash}`], options)
fastest.start()
said.fastest = (await fastest.get(1)).round
fastest.stop()

const wrong = { ...options, chainVerificationParams: { chainHash: "00".repeat(32), publicKey } }
said.wrongHash = await new HttpCachingChain(url, wrong).info().then(() => "taken", () => "refused")

const opens = roundAt(Date.now(), info) + 2
const armor = await tlock.timelockEncrypt(opens, Buffer.from("happy birthday"), client)
said.early = await tlock.timelockDecrypt(armor, client).then(() => "opened", () => "refused")
await new Promise((due) => setTimeout(due, roundTime(info, opens) - Date.now() + 20))
said.due = (await tlock.timelockDecrypt(armor, client)).toString()
process.stdout.write(JSON.stringify(said) + "\n")
