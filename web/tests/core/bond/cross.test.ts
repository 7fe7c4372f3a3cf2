/**
 * O2: random letters cross over between the two languages, both ways, and none opens to anything else.
 *
 * The known fault: a letter in which one bit was flipped on the way. If either side took it for whole, these tests
 * could not tell a good letter from a bad one. `LETTERS=1000` is the long form; `LETTERS_WRONG` writes something else
 * than was said, and must fail.
 */

import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { HybridIdentity } from "../../../src/core/age/hybrid";
import { utc } from "../../../src/core/bond/civil";
import { KeptChain } from "../../../src/core/bond/gate";
import * as letter from "../../../src/core/bond/letter";
import { type Hold, Lock, plan } from "../../../src/core/bond/lock";
import { encode } from "../../../src/core/bond/mail";
import type { Sink } from "../../../src/core/bond/tap";
import type { Keys } from "../../../src/core/bond/way";
import { at } from "../../../src/core/bond/wish";
import { concat, hex } from "../../../src/core/bytes";
import { SigningKey } from "../../../src/core/crypto/signing";
import { Damaged, NotForMe, NotYet } from "../../../src/core/errors";
import { Chain } from "../../../src/core/wire/beacon";
import { hasTwin, Twin } from "../../twin";

const LETTERS = Number(process.env["LETTERS"] ?? 40);
const WRONG = Boolean(process.env["LETTERS_WRONG"]);
const NOW_S = 1_795_345_200;
const DAY_S = 86_400;
const LENGTH_MAX = 200_000;

interface Said {
  readonly inS: number | null;
  readonly keepers: readonly number[];
  readonly hold: Hold | null;
  readonly id: Uint8Array;
  readonly identity: number;
  readonly subject: string;
  readonly text: string;
  readonly files: readonly { readonly name: string; readonly media: string; readonly data: Uint8Array }[];
}

const isLine = (text: string): boolean => !/[\0-\x1f\x7f-\x9f]/.test(text);
const length = fc.oneof(fc.nat(100), fc.nat(LENGTH_MAX), fc.constantFrom(0, 65_535, 65_536, 131_072));
const file = fc.record({
  name: fc.oneof(
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }),
    fc.constantFrom("a.JPG", "写真.heic", ".hidden", "../x", "a; b", "…/%20"),
  ),
  media: fc.constantFrom("image/jpeg", "application/octet-stream", "text/plain"),
  data: fc.tuple(length, fc.nat(255)).map(([size, byte]) => new Uint8Array(size).fill(byte)),
});
const letters: fc.Arbitrary<Said> = fc.record({
  inS: fc.oneof(
    fc.constant(null),
    fc.integer({ min: 1, max: 300 * DAY_S }),
    fc.integer({ min: 370 * DAY_S, max: 9000 * DAY_S }),
  ),
  keepers: fc.shuffledSubarray([0, 1, 2], { minLength: 1 }),
  hold: fc.constantFrom(null, "secrecy" as const, "survival" as const),
  id: fc.uint8Array({ minLength: 16, maxLength: 16 }),
  identity: fc.nat(3),
  subject: fc.string({ unit: "grapheme", maxLength: 60 }).filter(isLine),
  text: fc.string({
    unit: fc.oneof(
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }),
      fc.constantFrom("\n", " ", "=", "\r\n", "日", "a"),
    ),
    maxLength: 600,
  }),
  files: fc.array(file, { maxLength: 4 }),
});

class Held implements Sink {
  readonly #parts: Uint8Array[] = [];
  write(data: Uint8Array): void {
    this.#parts.push(data.slice());
  }
  get data(): Uint8Array {
    return concat(...this.#parts);
  }
}

describe.skipIf(!hasTwin)("letters cross over", () => {
  let twin: Twin;
  let identities: HybridIdentity[];
  let signer: SigningKey;
  let bond: Uint8Array;
  let kept: KeptChain[];

  beforeAll(async () => {
    twin = new Twin();
    const people = await twin.ask("people");
    identities = people.list("identities").map((text) => HybridIdentity.parse(String(text)));
    signer = new SigningKey(people.bytes("signer"));
    bond = people.bytes("bond");
    kept = people.each("keepers").map((each) => {
      const document = each.inside("chain").json as Record<string, unknown>;
      return new KeptChain(Chain.parse(document), each.text("name"));
    });
  });
  afterAll(() => twin.close());

  function lockOf(said: Said): Lock {
    const wish = said.inS === null ? null : at(utc(NOW_S + said.inS), "Etc/UTC");
    const chains = said.keepers.flatMap((each) => kept[each] ?? []);
    return plan({ letter: said.id, wish, chains, nowS: NOW_S, hold: said.hold });
  }

  /** All rounds, as their keepers sign them; none of them where the day has not come. */
  function keysOn(day: boolean): Keys {
    return {
      async signatureOf(chain, round) {
        const keeper = kept.find((each) => hex(each.chain.hash) === hex(chain.hash))?.keeper ?? "";
        return day ? (await twin.ask("signature", { keeper, round })).bytes("signature") : null;
      },
    };
  }

  async function writeHere(said: Said, lock: Lock): Promise<Uint8Array> {
    const out = new Held();
    await letter.write(out, {
      lock,
      bond,
      signer,
      recipients: identities.map((each) => each.recipient),
      writtenS: NOW_S,
      writer: "Ada",
      reader: "Grace",
      subject: said.subject,
      text: WRONG ? `${said.text}.` : said.text,
      attachments: said.files.map(({ name, media, data }) => ({
        name,
        media,
        size: data.length,
        file: new Blob([data.slice()]),
      })),
    });
    return out.data;
  }

  async function writeThere(said: Said, lock: Lock): Promise<Uint8Array> {
    const files = said.files.map((each) => ({ ...each, data: hex(each.data) }));
    const { subject, text } = said;
    const answer = await twin.ask("write", {
      lock: hex(lock.encode()),
      written: NOW_S,
      subject,
      text,
      files,
    });
    return answer.bytes("letter");
  }

  async function openHere(said: Said, data: Uint8Array, day = true) {
    const identity = identities[said.identity];
    if (!identity) throw new Error("there are four");
    const blob = new Blob([data.slice()]);
    const received = await letter.receive(blob, [identity]);
    const files: Held[] = [];
    const found = await letter.open(blob, [identity], {
      bond,
      writers: [signer.verifyKey],
      keys: keysOn(day),
      into: () => {
        const held = new Held();
        files.push(held);
        return held;
      },
    });
    return { received, found, files: files.map((each) => hex(each.data)) };
  }

  async function openThere(said: Said, data: Uint8Array, day = true) {
    const keepers = day ? kept.map((each) => each.keeper) : [];
    return await twin.ask("open", { data: hex(data), identity: said.identity, keepers });
  }

  test(
    `${LETTERS} of them, each way, and not before their day`,
    async () => {
      await fc.assert(
        fc.asyncProperty(letters, async (said) => {
          const lock = lockOf(said);
          const plain = said.text.replaceAll("\r\n", "\n").replaceAll("\r", "\n");
          const contents = said.files.map((each) => hex(each.data));

          const out = await writeHere(said, lock);
          const read = await openThere(said, out);
          expect(read.json).toMatchObject({ subject: said.subject, text: plain });
          expect(read.each("files").map((each) => each.text("data"))).toEqual(contents);
          expect(read.each("files").map((each) => each.text("name"))).toEqual(
            said.files.map((each) => each.name),
          );

          const back = await writeThere(said, lock);
          const { received, found, files } = await openHere(said, back);
          expect(hex(received.lock.encode())).toBe(hex(lock.encode()));
          expect(found.mail.subject).toBe(said.subject);
          expect(found.mail.text).toBe(plain);
          expect(files).toEqual(contents);

          // The same letter is the same bytes in both: what was signed, and how much of it shows outside.
          expect(hex(encode(found.mail))).toBe(read.text("eml"));
          expect(hex(found.eml)).toBe(read.text("eml"));
          expect(out.length).toBe(back.length);

          if (lock.wish) {
            const early = await openThere(said, out, false);
            expect(early.json).toEqual({ refused: "NotYet", opens: lock.opensS });
            const refusal = await openHere(said, back, false).catch((error: unknown) => error);
            expect(refusal).toBeInstanceOf(NotYet);
            expect(refusal).toMatchObject({ opensS: lock.opensS });
          }
        }),
        { numRuns: LETTERS, endOnFailure: true },
      );
    },
    LETTERS * 10_000,
  );

  test(
    "a flipped bit is seen by both",
    async () => {
      await fc.assert(
        fc.asyncProperty(letters, fc.nat(), fc.nat(7), async (said, place, bit) => {
          const lock = lockOf(said);
          const flip = (data: Uint8Array): Uint8Array => {
            const changed = data.slice();
            changed[place % data.length] = (changed[place % data.length] ?? 0) ^ (1 << bit);
            return changed;
          };

          const read = await openThere(said, flip(await writeHere(said, lock)));
          expect(read.has("refused")).toBe(true);
          const refusal = await openHere(said, flip(await writeThere(said, lock))).catch(
            (error: unknown) => error,
          );
          expect(refusal instanceof Damaged || refusal instanceof NotForMe).toBe(true);
        }),
        { numRuns: Math.ceil(LETTERS / 8), endOnFailure: true },
      );
    },
    LETTERS * 10_000,
  );
});
