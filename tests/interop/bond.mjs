// A second reader of vectors/{keys,bell,envelope,chain}, written from docs/spec alone, on noble: nothing of ours.
// Usage: node bond.mjs VECTORS. Prints what it has read and checked as JSON; the first difference ends it with 1.

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { ed25519, x25519 } from '@noble/curves/ed25519.js'
import { expand, extract, hkdf } from '@noble/hashes/hkdf.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256, sha512 } from '@noble/hashes/sha2.js'
import { sha3_256, shake256 } from '@noble/hashes/sha3.js'
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js'
import { Decrypter } from 'age-encryption'

const vectors = process.argv[2]
const utf8 = (text) => new TextEncoder().encode(text)
const unhex = (text) => Uint8Array.from(Buffer.from(text, 'hex'))
const hex = (bytes) => Buffer.from(bytes).toString('hex')
const join_ = (...parts) => Uint8Array.from(Buffer.concat(parts))
const u32 = (n) => Uint8Array.of(n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255)
const equal = (a, b, what) => assert.equal(hex(a), typeof b === 'string' ? b : hex(b), what)
const load = (noun, name) => JSON.parse(readFileSync(join(vectors, noun, `${name}.json`), 'utf8'))
const names = (noun) => readdirSync(join(vectors, noun)).map((name) => name.replace('.json', '')).sort()

// docs/spec/records.md; vectors are well formed, so this reads and does not judge
function decode(data, at = 0) {
  const major = data[at] >> 5
  let low = data[at++] & 31
  if (major === 7) return [{ 20: false, 21: true, 22: null }[low], at]
  if (low >= 24) {
    const size = 1 << (low - 24)
    low = Number(BigInt('0x' + hex(data.subarray(at, at + size))))
    at += size
  }
  if (major === 0) return [low, at]
  if (major === 1) return [-1 - low, at]
  if (major === 2) return [data.slice(at, at + low), at + low]
  if (major === 3) return [Buffer.from(data.subarray(at, at + low)).toString(), at + low]
  const items = []
  for (let n = 0; n < low * (major === 5 ? 2 : 1); n++) {
    const [item, end] = decode(data, at)
    items.push(item)
    at = end
  }
  if (major === 4) return [items, at]
  return [Object.fromEntries(items.flatMap((key, n) => (n % 2 ? [] : [[key, items[n + 1]]]))), at]
}
const record = (data) => decode(data)[0]

// docs/spec/primitives.md: X-Wing, and HPKE in PSK mode
function xwing(seed) {
  const expanded = shake256(seed, { dkLen: 96 })
  const mlkem = ml_kem768.keygen(expanded.subarray(0, 64))
  const x = expanded.subarray(64)
  const publicX = x25519.getPublicKey(x)
  return {
    public: join_(mlkem.publicKey, publicX),
    open(ciphertext) {
      const secretM = ml_kem768.decapsulate(ciphertext.slice(0, 1088), mlkem.secretKey)
      const ciphertextX = ciphertext.slice(1088)
      return sha3_256(join_(secretM, x25519.getSharedSecret(x, ciphertextX), ciphertextX, publicX, utf8('\\.//^\\')))
    },
  }
}

function hpkeOpen(seed, enc, ciphertext, info, psk, pskId) {
  const suite = join_(utf8('HPKE'), Uint8Array.of(0x64, 0x7a, 0, 1, 0, 3))
  const label = (name) => join_(utf8('HPKE-v1'), suite, utf8(name))
  const pull = (salt, name, ikm) => extract(sha256, join_(label(name), ikm), salt)
  const push = (prk, name, context, length) =>
    expand(sha256, prk, join_(Uint8Array.of(0, length), label(name), context), length)
  const none = new Uint8Array(0)
  const context = join_(Uint8Array.of(1), pull(none, 'psk_id_hash', pskId), pull(none, 'info_hash', info))
  const prk = pull(xwing(seed).open(enc), 'secret', psk)
  return chacha20poly1305(push(prk, 'key', context, 32), push(prk, 'base_nonce', context, 12)).decrypt(ciphertext)
}

// docs/spec/cpace.md, from where the generator is known: the share of the other side and our scalar
const lvCat = (...parts) => join_(...parts.flatMap((part) => [leb(part.length), part]))
function leb(n) {
  const out = []
  for (; n > 127; n >>= 7) out.push((n & 127) | 128)
  return Uint8Array.of(...out, n)
}

// docs/spec/keys.md
function readBundle(signed) {
  const outer = record(signed)
  const message = join_(utf8('twinbell/v1/bundle'), outer.record)
  const bundle = record(outer.record)
  assert(ed25519.verify(outer.by_root, message, bundle.root), 'root signature')
  assert(ed25519.verify(outer.by_identity, message, bundle.identity), 'identity signature')
  return bundle
}

function kit() {
  const vector = load('keys', 'kit')
  const root = unhex(vector.root)
  const derive = (info) => hkdf(sha256, root, undefined, utf8(info), 32)
  equal(ed25519.getPublicKey(derive('twinbell/v1/kit/sign')), vector.sign_public)
  equal(xwing(derive('twinbell/v1/kit/age')).public, vector.age_recipient)
  equal(derive('twinbell/v1/kit/owner ' + vector.relay), vector.owner_token)
  equal(sha256(join_(utf8('twinbell/v1/root'), unhex(vector.peer_root))).subarray(0, 16), vector.peer_fingerprint)
  return 'kit'
}

function bundle() {
  const vector = load('keys', 'bundle')
  const seen = readBundle(unhex(vector.signed))
  assert.equal(seen.name, vector.name)
  equal(seen.letter, xwing(unhex(vector.letter_seed)).public)
  equal(seen.prekey.key, xwing(unhex(vector.prekey_seed)).public)
  return 'bundle'
}

// docs/spec/bell.md
function bell(name) {
  const vector = load('bell', name)
  const [m1, m2, m3, m4] = ['m1', 'm2', 'm3', 'm4'].map((key) => unhex(vector[key]))
  const [one, two, three, four] = [m1, m2, m3, m4].map(record)
  const [, giver, publicKey, commitment, hashA] = record(one.ad)
  const [, answerer, ciphertext, hashB] = record(two.ad)
  assert.deepEqual([giver, answerer], ['giver', 'answerer'])
  equal(publicKey, xwing(unhex(vector.giver.kem_seed)).public)
  const k = x25519.getSharedSecret(unhex(vector.giver.scalar), two.y)
  equal(k, x25519.getSharedSecret(unhex(vector.answerer.scalar), one.y), 'both sides share K')
  const isk = sha512(join_(lvCat(utf8('CPace255_ISK'), one.sid, k), lvCat(one.y, one.ad), lvCat(two.y, two.ad)))
  const macKey = sha512(join_(utf8('CPaceMac'), one.sid, isk))
  equal(hmac(sha512, macKey, lvCat(one.y, one.ad)), three.tag, 'tag a')
  equal(hmac(sha512, macKey, lvCat(two.y, two.ad)), two.tag, 'tag b')
  const lv = (data) => join_(u32(data.length), data)
  const th = sha256(join_(utf8('twinbell/v1/th'), lv(m1), lv(m2)))
  equal(th, vector.transcript)
  const ikm = join_(isk, xwing(unhex(vector.giver.kem_seed)).open(ciphertext))
  const key = (name) => hkdf(sha256, ikm, th, utf8('twinbell/v1/bell/' + name), 32)
  equal(key('bond'), vector.bond)
  const open = (name, sealed) => chacha20poly1305(key(name), new Uint8Array(12), th).decrypt(sealed)
  const [bundleA, bundleB] = [open('a', three.sealed), open('b', four.sealed)]
  equal(sha256(bundleA), hashA)
  equal(sha256(bundleB), hashB)
  assert.equal(readBundle(bundleA).name + readBundle(bundleB).name, 'AnaBen')
  equal(sha256(join_(utf8('twinbell/v1/nonce'), three.nonce)), commitment)
  const bits = sha256(join_(utf8('twinbell/v1/words'), th, three.nonce)).slice(0, 9)
  bits[8] &= 0b1100_0000
  equal(bits, vector.words_bits)
  return name
}

// docs/spec/envelope.md
function openEnvelope(vector) {
  const envelope = unhex(vector.envelope)
  assert.equal(envelope.length, 4096)
  assert.equal(envelope[0], 1)
  assert.equal(hex(envelope.subarray(1, 5)), vector.prekey_tag)
  const bond = unhex(vector.bond)
  const info = join_(utf8('twinbell/v1/envelope'), bond, Uint8Array.of(vector.sender), u32(vector.epoch))
  const [enc, sealed] = [envelope.slice(5, 1125), envelope.slice(1125)]
  const plain = hpkeOpen(unhex(vector.prekey_seed), enc, sealed, info, unhex(vector.psk), bond)
  const length = plain[0] * 256 + plain[1]
  assert.equal(plain.length, 2955)
  assert(length <= 2953 && plain.subarray(2 + length).every((byte) => byte === 0), 'padding')
  return plain.slice(2, 2 + length)
}

function envelope(name) {
  const vector = load('envelope', name)
  if (vector.refuses) {
    assert.throws(() => openEnvelope(vector), `${name} should have been refused`)
  } else {
    const body = openEnvelope(vector)
    equal(body, vector.body, name)
    if (vector.kind) assert.equal(record(body).kind, vector.kind)
  }
  return name
}

async function blob() {
  const vector = load('envelope', 'blob')
  const ref = record(unhex(vector.reference))
  equal(sha256(unhex(vector.blob)), ref.sha256)
  const age = new Decrypter()
  age.addIdentity(bech32Identity(ref.seed))
  const plain = await age.decrypt(unhex(vector.blob))
  const length = Number(BigInt('0x' + hex(plain.subarray(0, 4))))
  equal(plain.slice(4, 4 + length), vector.content)
  return 'blob'
}

function bech32Identity(seed) {
  const alphabet = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
  const prefix = 'age-secret-key-pq-'
  const words = []
  let bits = 0n
  for (const byte of [...seed, 0]) bits = (bits << 8n) | BigInt(byte) // 264 bits; 52 words need 260
  bits >>= 4n
  for (let n = 51n; n >= 0n; n--) words.push(Number((bits >> (5n * n)) & 31n))
  const polymod = (values) => {
    let sum = 1
    for (const value of values) {
      const top = sum >>> 25
      sum = ((sum & 0x1ffffff) << 5) ^ value
      for (const [n, g] of [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3].entries())
        if ((top >>> n) & 1) sum ^= g
    }
    return sum
  }
  const high = [...prefix].map((c) => c.charCodeAt(0) >> 5)
  const low = [...prefix].map((c) => c.charCodeAt(0) & 31)
  const sum = polymod([...high, 0, ...low, ...words, 0, 0, 0, 0, 0, 0]) ^ 1
  const check = [0, 1, 2, 3, 4, 5].map((n) => (sum >>> (5 * (5 - n))) & 31)
  return (prefix + '1' + [...words, ...check].map((word) => alphabet[word]).join('')).toUpperCase()
}

// docs/spec/devices-and-chains.md: who has signed each change, and which epoch holds
function control(name) {
  const vector = load('chain', name)
  const peer = readBundle(unhex(vector.peer_bundle))
  const signed = (change, key, signature) =>
    signature !== null &&
    ed25519.verify(unhex(signature), join_(utf8('twinbell/v1/control'), unhex(vector.bond), unhex(change.record)), key)
  const held = { identity: peer.identity, epoch: peer.epoch, final: true, parent: null, digest: null }
  let refused = false
  for (const change of vector.changes) {
    const said = record(unhex(change.record))
    const byRoot = change.by_root !== null && signed(change, peer.root, change.by_root)
    const keys = said.type === 'control-restored' ? [] : said.type === 'control-epoch' && held.parent ? [held.identity, held.parent] : [held.identity]
    const good = change.by_root !== null ? byRoot : keys.some((key) => signed(change, key, change.by_identity))
    const wellFormed = (said.identities ?? []).every((key) => key.length === 32)
    if (!good || !wellFormed || said.role !== 0) {
      refused = true
      continue
    }
    if (said.type !== 'control-epoch') continue
    const digest = hex(sha256(unhex(change.record)))
    const identity = record(record(said.bundle).record).identity
    const newer = said.next > held.epoch || (!held.final && said.next === held.epoch && digest < held.digest)
    if (byRoot) Object.assign(held, { identity, epoch: said.next, final: true, parent: null, digest })
    else if (newer) {
      const parent = held.final ? held.identity : held.parent
      Object.assign(held, { identity, epoch: said.next, final: false, parent, digest })
    }
  }
  assert.equal(refused, Boolean(vector.refuses) || name === 'control_root_then_thief', name)
  equal(held.identity, vector.then.identity, name)
  assert.deepEqual([held.epoch, held.final], [vector.then.epoch, vector.then.final], name)
  return name
}

const done = {
  keys: [kit(), bundle()],
  bell: ['spoken', 'link'].map(bell),
  envelope: [...names('envelope').filter((name) => name !== 'blob').map(envelope), await blob()],
  chain: names('chain').filter((name) => name.includes('control')).map(control),
}
console.log(JSON.stringify(done))
