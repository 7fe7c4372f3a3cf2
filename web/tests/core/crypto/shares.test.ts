import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { hex, unhex } from "../../../src/core/bytes";
import * as shares from "../../../src/core/crypto/shares";
import { WORDS } from "../../../src/core/crypto/sharewords";
import * as slip39 from "../../../src/core/crypto/slip39";
import { Damaged, Mistaken } from "../../../src/core/errors";
import { hasTwin, Twin } from "../../twin";
import { type Scenario, scenarios } from "../../vectors";
import { forge, indices } from "./liar";

const SECRET = Uint8Array.from({ length: 32 }, (_, at) => at);

function picked<T>(items: readonly T[], count: number): T[][] {
  return [...shares.choices(items, count)];
}

describe("the vectors of shares", () => {
  test.each(scenarios("shares"))("$name", (vector: Scenario) => {
    const dealt = vector.list("shares") as string[];
    if (vector.refuses) {
      expect(() => shares.combine(dealt)).toThrow(Damaged);
      return;
    }
    const k = vector.number("k");
    for (const some of picked(dealt, k)) expect(hex(shares.combine(some))).toBe(vector.text("secret"));
    for (const share of dealt) {
      expect(shares.threshold(share)).toBe(k);
      expect(shares.normal(share.toUpperCase())).toBe(share);
      expect(shares.family(share)).toBe(shares.family(dealt[0]!));
    }
  });
});

test("the list has 1,024 words, which four letters tell apart", () => {
  expect(WORDS).toHaveLength(1024);
  expect(new Set(WORDS.map((word) => word.slice(0, 4))).size).toBe(1024);
  expect([...WORDS]).toEqual(WORDS.toSorted());
});

describe("what was split", () => {
  const every = [[1, 1], ...[2, 3, 4].flatMap((n) => picked([2, 3, 4], 1).map(([k]) => [k, n]))];

  test.each(every.filter(([k, n]) => k! <= n!))("%i of %i: any k give it, and fewer do not", (k, n) => {
    const dealt = shares.split(SECRET, k!, n!);

    expect(dealt).toHaveLength(n!);
    for (let count = 1; count <= n!; count++) {
      for (const some of picked(dealt, count)) {
        if (count >= k!) expect(shares.combine(some)).toEqual(SECRET);
        else expect(() => shares.combine(some)).toThrow(/needed/);
      }
    }
  });

  test("comes back from any k in any order, whatever it is", () => {
    const sizes = fc
      .integer({ min: 2, max: 16 })
      .chain((n) => fc.tuple(fc.integer({ min: 2, max: n }), fc.constant(n)));
    const secret = fc.uint8Array({ minLength: 32, maxLength: 32 });

    fc.assert(
      fc.property(secret, sizes, fc.infiniteStream(fc.nat()), (data, [k, n], order) => {
        const dealt = shares.split(data, k, n).map((share) => [order.next().value ?? 0, share] as const);
        const some = dealt.toSorted(([a], [b]) => a - b).slice(0, k);

        expect(shares.combine(some.map(([, share]) => share))).toEqual(data);
      }),
      { numRuns: 10 },
    );
  });

  test("is drawn anew each time", () => {
    expect(shares.split(SECRET, 2, 3)).not.toEqual(shares.split(SECRET, 2, 3));
  });

  test.each([
    [0, 1],
    [1, 2],
    [3, 2],
    [2, 17],
    [-1, 3],
    [NaN, 3],
  ])("is not %s of %s", (k, n) => {
    expect(() => shares.split(SECRET, k, n)).toThrow(Mistaken);
  });

  test("has 32 bytes", () => {
    expect(() => shares.split(SECRET.subarray(16), 2, 3)).toThrow(Mistaken);
  });
});

describe("what is wrong is named", () => {
  test("a word that was misheard, by its share", () => {
    const [one, two] = shares.split(SECRET, 2, 3) as [string, string];
    const words = two.split(" ");
    words[10] = words[10] === "academic" ? "acid" : "academic";

    expect(() => shares.combine([one, words.join(" ")])).toThrow(
      expect.objectContaining({ code: "share.damaged", facts: { share: 2 } }),
    );
  });

  test("a word that does not exist", () => {
    const [one, two] = shares.split(SECRET, 2, 2) as [string, string];

    expect(() => shares.combine([`${one.slice(0, one.lastIndexOf(" "))} bellx`, two])).toThrow(
      "Share 1 has a word that is not in the list: 'bellx'.",
    );
  });

  test("a share that was cut short", () => {
    const [one] = shares.split(SECRET, 2, 2) as [string];

    expect(() => shares.normal(one.slice(0, one.lastIndexOf(" ")))).toThrow(
      "Share 1 has 32 words; a share has 33.",
    );
  });

  test.each([0, 1, 2])("a forged share where there is one to spare: %i", (liar) => {
    const dealt = shares.split(SECRET, 2, 3);
    dealt[liar] = forge(dealt[liar]!);

    expect(() => shares.combine(dealt)).toThrow(`Share ${liar + 1} is false; leave it out.`);
  });

  test("two liars among five", () => {
    const dealt = shares.split(SECRET, 3, 5);
    for (const liar of [0, 3]) dealt[liar] = forge(dealt[liar]!);

    expect(() => shares.combine(dealt)).toThrow("Shares 1 and 4 are false; leave them out.");
  });

  test("a forged share among exactly k is noticed", () => {
    const [one, two] = shares.split(SECRET, 2, 3) as [string, string];

    expect(() => shares.combine([forge(one), two])).toThrow("do not fit together");
  });

  test("shares of two secrets, and two shares with one number", () => {
    const [one, two] = shares.split(SECRET, 2, 2) as [string, string];

    expect(() => shares.combine([one, shares.split(SECRET, 2, 2)[1]!])).toThrow("Share 2 does not belong");
    expect(() => shares.combine([one, two, forge(one)])).toThrow("the same number and different words");
  });

  test("one wrong word, always", () => {
    const dealt = shares.split(SECRET, 3, 3);

    fc.assert(
      fc.property(fc.nat(2), fc.nat(32), fc.integer({ min: 1, max: 1023 }), (at, place, step) => {
        const words = dealt[at]!.split(" ");
        words[place] = WORDS[(WORDS.indexOf(words[place]!) + step) % 1024]!;

        expect(() => shares.combine(dealt.with(at, words.join(" ")))).toThrow(`Share ${at + 1}`);
      }),
      { numRuns: 30 },
    );
  });
});

test("the same share twice counts once", () => {
  const [one, , three] = shares.split(SECRET, 2, 3) as [string, string, string];

  expect(shares.combine([one, one, three])).toEqual(SECRET);
  expect(() => shares.combine([one, one])).toThrow("One more share is needed.");
});

test("there is an end to how many are looked at, and to how long one is", () => {
  expect(() => shares.combine(Array<string>(49).fill("act"))).toThrow("more than 48");
  expect(() => shares.combine(["acid ".repeat(300)])).toThrow("too long");
});

test("words may be typed short and large", () => {
  const typed = shares.split(SECRET, 2, 2).map((share) =>
    share
      .toUpperCase()
      .split(" ")
      .map((word) => word.slice(0, 4))
      .join("\n "),
  );

  expect(shares.combine(typed)).toEqual(SECRET);
});

test("shares of other kinds are refused before they are computed", () => {
  const [share] = slip39.split(SECRET, 2, 2, 1, (length) => new Uint8Array(length)) as [slip39.Share];
  const words = (more: Partial<slip39.Share>): string =>
    slip39
      .write({ ...share, ...more })
      .map((at) => WORDS[at])
      .join(" ");

  for (const more of [{ exponent: 15 }, { exponent: 0 }, { extendable: false }, { groups: 2 }]) {
    expect(() => shares.combine([words(more)])).toThrow("of another kind than ours");
  }
  expect(() => shares.combine([words({ value: new Uint8Array(16) })])).toThrow("20 words");
});

test("any text is refused in words", () => {
  const word = fc.oneof(fc.constantFrom(...WORDS), fc.string({ maxLength: 8 }));
  const text = fc.array(word, { maxLength: 40 }).map((words) => words.join(" "));

  fc.assert(
    fc.property(fc.array(text, { maxLength: 4 }), (texts) => {
      expect(() => shares.combine(texts)).toThrow(Damaged);
    }),
    { numRuns: 200 },
  );
});

test("a share that is read is written as it was", () => {
  for (const share of shares.split(SECRET, 3, 16)) {
    expect(slip39.write(slip39.read(indices(share))!)).toEqual(indices(share));
  }
});

describe.skipIf(!hasTwin)("the reference implementation", () => {
  let twin: Twin;
  beforeAll(() => {
    twin = new Twin();
  });
  afterAll(() => {
    twin.close();
  });

  test.each([
    [1, 1],
    [2, 2],
    [2, 3],
    [3, 5],
    [7, 7],
    [9, 16],
  ])("puts together %i of %i shares of ours, and deals shares that are put together here", async (k, n) => {
    const secret = hex(crypto.getRandomValues(new Uint8Array(32)));

    const ours = await twin.ask("combine", { shares: shares.split(unhex(secret), k, n).slice(n - k) });
    const theirs = await twin.ask("split", { secret, k, n });

    expect(ours.text("secret")).toBe(secret);
    expect(hex(shares.combine((theirs.list("shares") as string[]).slice(n - k)))).toBe(secret);
  });
});
