// Opens the first way of a last letter without Twinbell: npm age-encryption, and SLIP-39 from its specification.
//
//   node last.mjs WAY PARCEL IDENTITY SHARES WORDLIST
//
//   WAY       ways/1.age: silence outside, guardians inside
//   PARCEL    what the relay gives out once the writer is silent
//   IDENTITY  a file with the reader's letter or kit key
//   SHARES    guardians' shares, one a line, as many as are needed
//   WORDLIST  the 1024 words of SLIP-39, one a line
//
// Prints what is inside: the identity file with the letter key.

import { createHmac, pbkdf2Sync } from 'node:crypto'
import { readFileSync } from 'node:fs'

import * as age from 'age-encryption'
import { bech32 } from '@scure/base'

const [way, parcel, identity, shares, wordlist] = process.argv.slice(2).map((path) => readFileSync(path))
const lines = (bytes) => bytes.toString().trim().split('\n')
const words = new Map(lines(wordlist).map((word, at) => [word, at]))

// GF(256) as in Rijndael, by logarithms of 3.
const exp = []
const log = []
for (let at = 0, value = 1; at < 255; at++) {
  exp[at] = value
  log[value] = at
  value ^= (value << 1) ^ (value & 0x80 ? 0x11b : 0)
}

function interpolate(points, at) {
  const known = points.find((point) => point.x === at)
  if (known) return known.y
  const sum = (values) => values.reduce((a, b) => a + b, 0)
  const all = sum(points.map(({ x }) => log[x ^ at]))
  const out = Buffer.alloc(points[0].y.length)
  for (const { x, y } of points) {
    const others = sum(points.filter((other) => other.x !== x).map((other) => log[x ^ other.x]))
    const basis = (((all - log[x ^ at] - others) % 255) + 255) % 255
    y.forEach((byte, place) => (out[place] ^= byte ? exp[(log[byte] + basis) % 255] : 0))
  }
  return out
}

function rs1024(values) {
  const generators = [
    0xe0e040, 0x1c1c080, 0x3838100, 0x7070200, 0xe0e0009, 0x1c0c2412, 0x38086c24, 0x3090fc48, 0x21b1f890,
    0x3f3f120,
  ]
  let sum = 1
  for (const value of values) {
    const top = sum >>> 20
    sum = ((sum & 0xfffff) << 10) ^ value
    generators.forEach((generator, bit) => (sum ^= (top >>> bit) & 1 ? generator : 0))
  }
  return sum
}

function read(text) {
  const values = text.split(' ').map((word) => words.get(word))
  const custom = [...Buffer.from('shamir_extendable')]
  if (values.length !== 33 || rs1024([...custom, ...values]) !== 1) throw new Error('this is no share')
  const bits = values.map((value) => value.toString(2).padStart(10, '0')).join('')
  const number = (from, length) => Number.parseInt(bits.slice(from, from + length), 2)
  const value = bits.slice(44, 300) // behind four bits of padding, before the checksum
  return {
    extendable: number(15, 1),
    exponent: number(16, 4),
    groups: number(28, 4) + 1,
    x: number(32, 4),
    threshold: number(36, 4) + 1,
    y: Buffer.from(value.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2))),
  }
}

function combine(texts) {
  const points = texts.map(read)
  const [first] = points
  if (!first.extendable || first.exponent !== 1 || first.groups !== 1) throw new Error('another profile')
  if (points.length < first.threshold) throw new Error('more shares are needed')
  let secret = first.y
  if (first.threshold > 1) {
    const some = points.slice(0, first.threshold)
    secret = interpolate(some, 255)
    const digest = interpolate(some, 254)
    const right = createHmac('sha256', digest.subarray(4)).update(secret).digest().subarray(0, 4)
    if (!right.equals(digest.subarray(0, 4))) throw new Error('these shares do not fit together')
  }
  let [left, right] = [secret.subarray(0, 16), secret.subarray(16)]
  for (const round of [3, 2, 1, 0]) {
    const mask = pbkdf2Sync(Buffer.from([round]), right, 2500 << first.exponent, 16, 'sha256')
    const next = Buffer.from(left.map((byte, at) => byte ^ mask[at]))
    ;[left, right] = [right, next]
  }
  return Buffer.concat([right, left])
}

const named = (seed) => bech32.encode('age-secret-key-pq-', bech32.toWords(seed), false).toUpperCase()
const secretOf = (bytes) => lines(Buffer.from(bytes)).find((line) => line.startsWith('AGE-SECRET-KEY-PQ-1'))

async function unseal(bytes, secret) {
  const decrypter = new age.Decrypter()
  decrypter.addIdentity(secret)
  return decrypter.decrypt(bytes)
}

const silence = secretOf(await unseal(parcel, secretOf(identity)))
const guardians = named(combine(lines(shares)))
process.stdout.write(await unseal(await unseal(way, silence), guardians))
