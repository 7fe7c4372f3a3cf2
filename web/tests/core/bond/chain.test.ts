import fc from "fast-check";
import { describe, expect, test } from "vitest";

import {
  DAY_S,
  GAPS_MAX,
  type Link,
  Receiving,
  Sending,
  type Verdict,
  WINDOW,
} from "../../../src/core/bond/chain";
import { utf8 } from "../../../src/core/bytes";
import * as kdf from "../../../src/core/crypto/kdf";
import { decodeMap, encode } from "../../../src/core/encoding";
import { Scenario, scenario, scenarios } from "../../vectors";

const DEVICE = utf8("device-1");
const NOW_S = 20_000 * DAY_S;
const ZEROS = new Uint8Array(32);

/** A device that counts, and can be set back to an older copy of itself. */
class Sender {
  chain: Sending;

  constructor(next = 0, prev: Uint8Array = ZEROS) {
    this.chain = new Sending({ next, prev });
  }

  says(text: string, sentS = NOW_S): Link {
    const { next: n, prev } = this.chain;
    const digest = kdf.sha256(utf8(text), utf8(String(n)), prev);
    this.chain = this.chain.after(digest);
    return { n, digest, prev, sentS, prekey: 1 };
  }

  copy(): Sender {
    return new Sender(this.chain.next, this.chain.prev);
  }
}

function takes(chain: Receiving, links: Iterable<Link>, nowS = NOW_S): [Receiving, Verdict[]] {
  const verdicts: Verdict[] = [];
  for (const link of links) {
    const [after, verdict] = chain.accept(link, nowS);
    chain = after;
    verdicts.push(verdict);
  }
  return [chain, verdicts];
}

const fresh = new Receiving({ device: DEVICE });
const counters = (chain: Receiving): number[][] => chain.gaps.map(({ first, last }) => [first, last]);

/** Write out the bodies of a vector, the fillers by their rule. */
function* rows(vector: Scenario): Generator<{ link: Link; is: string }> {
  for (const body of vector.each("bodies")) {
    if (!body.has("fillers")) {
      yield { link: linkOf(body), is: body.text("is") };
      continue;
    }
    let link = linkOf(body.inside("first"));
    for (let n = 0; n < body.number("fillers"); n++) {
      yield { link, is: body.inside("first").text("is") };
      const digest = kdf.sha256(utf8(String(n + 1)), link.digest);
      link = {
        n: link.n + 1,
        digest,
        prev: link.digest,
        sentS: link.sentS + body.number("every_s"),
        prekey: 1,
      };
    }
    expect(link.prev).toEqual(body.inside("last").bytes("digest"));
  }
}

function linkOf(body: Scenario): Link {
  const [digest, prev] = [body.bytes("digest"), body.bytes("prev")];
  return { n: body.number("n"), digest, prev, sentS: body.number("sent_s"), prekey: 1 };
}

describe("the vectors of chains", () => {
  test.each(scenarios("chain").filter((vector) => vector.has("bodies")))("$name", (vector) => {
    let chain = fresh.begunAt(vector.has("begun") ? vector.number("begun") : 0);

    for (const { link, is } of rows(vector)) {
      const [after, verdict] = chain.accept(link, 1_800_000_000);
      chain = after;
      expect(verdict).toBe(is);
    }
    expect(chain.next).toBe(vector.number("next"));
    expect(counters(chain)).toEqual(vector.list("gaps"));
  });

  test("heads", () => {
    const vector = scenario("chain", "heads");
    const sender = new Sender();
    let chain = fresh;
    for (const arrivedS of vector.list("arrived_s")) {
      [chain] = takes(chain, [sender.says(String(arrivedS))], Number(arrivedS));
    }

    for (const row of vector.each("heads")) {
      const head = chain.head(row.number("now_s"), { exact: false });
      expect(head?.[1] ?? null).toBe(row.field("head"));
    }
    expect(chain.head(NOW_S, { exact: true })).toEqual([DEVICE, 5]);
    expect(fresh.head(NOW_S, { exact: true })).toBeNull();
  });
});

test("a double changes nothing", () => {
  const link = new Sender().says("hello");
  const [chain] = takes(fresh, [link]);

  expect(chain.accept(link, NOW_S + 999)).toEqual([chain, "double"]);
});

test("a device restored from a copy is a fork and what it says is not lost", () => {
  const sender = new Sender();
  const before = ["0", "1", "2"].map((text) => sender.says(text));
  const copy = sender.copy();
  const lost = sender.says("said before the phone was restored");
  const after = [copy.says("said after"), copy.says("and more")];

  const [, verdicts] = takes(fresh, [...before, lost, ...after, ...after, lost]);

  expect(verdicts.slice(0, 5)).toEqual(["next", "next", "next", "next", "fork"]);
  expect(verdicts[5]).not.toBe("double");
  expect(verdicts.slice(6)).toEqual(["double", "double", "double"]);
});

test("a replay from long ago is still a double and a fork from long ago is not", () => {
  const sender = new Sender();
  const first = sender.says("long ago");
  const copy = sender.copy();
  const many = Array.from({ length: WINDOW + 10 }, (_, n) => sender.says(String(n), NOW_S + 60 * n));
  const restored = copy.says("the phone came back from a drawer", NOW_S + 60 * 2 * WINDOW);

  const [chain] = takes(fresh, [first, ...many]);

  expect(chain.floor).toBeGreaterThan(1);
  expect(takes(chain, [first, restored, restored])[1]).toEqual(["double", "fork", "double"]);
});

test("what did not come whole is missing again and late when it comes", () => {
  const sender = new Sender();
  const links = ["0", "1", "2", "3"].map((text) => sender.says(text));
  const [chain] = takes(fresh, links);

  const reopened = chain.reopened(2, links[2]!.digest, NOW_S);

  expect(counters(reopened)).toEqual([[2, 2]]);
  expect(chain.reopened(2, links[1]!.digest, NOW_S)).toBe(chain);
  const [closed, verdicts] = takes(reopened, links);
  expect(verdicts).toEqual(["double", "double", "late", "double"]);
  expect(closed.gaps).toEqual([]);
});

test("what did not come whole of before one came back is late again", () => {
  const sender = new Sender();
  const links = ["0", "1", "2"].map((text) => sender.says(text));
  const [chain, verdicts] = takes(fresh.begunAt(2), [links[2]!, links[0]!, links[0]!]);
  expect(verdicts).toEqual(["next", "late", "double"]);

  const reopened = chain.reopened(0, links[0]!.digest, NOW_S);

  expect(takes(reopened, [links[0]!, links[0]!])[1]).toEqual(["late", "double"]);
});

test("a leap of the counter costs no memory", () => {
  const [chain, verdicts] = takes(fresh, [
    new Sender().says("hello"),
    new Sender(2 ** 48 - 1).says("far away"),
  ]);

  expect(verdicts[1]).not.toBe("double");
  expect(encode(chain.toRecord()).length).toBeLessThan(32_768);
  expect(counters(chain)).toEqual([[1, 2 ** 48 - 2]]);
});

test("more gaps than are kept are given up, oldest first", () => {
  let chain = fresh;
  for (let n = 1; n < 2 * GAPS_MAX + 4; n += 2) [chain] = takes(chain, [new Sender(n).says("x")]);

  const [trimmed, dropped] = chain.trimmed();

  expect(trimmed.gaps.length).toBe(GAPS_MAX);
  expect(dropped[0]?.first).toBe(0);
});

test("whatever the order, everything is delivered once and the gaps are what is missing", () => {
  const order = fc.integer({ min: 1, max: 30 }).chain((count) =>
    fc.record({
      count: fc.constant(count),
      order: fc.array(fc.nat({ max: count - 1 }), { maxLength: 80 }),
    }),
  );

  fc.assert(
    fc.property(order, ({ count, order }) => {
      const sender = new Sender();
      const links = Array.from({ length: count }, (_, n) => sender.says(String(n)));
      let chain = fresh;
      const delivered: number[] = [];
      for (const n of order) {
        const [after, verdict] = chain.accept(links[n]!, NOW_S);
        if (verdict !== "double") delivered.push(n);
        chain = Receiving.fromRecord(decodeMap(encode(after.toRecord()), { bytesMax: 1 << 20 }));
      }

      const came = new Set(order);
      expect(new Set(delivered)).toEqual(came);
      expect(delivered.length).toBe(came.size);
      const missing = Array.from({ length: chain.next }, (_, n) => n).filter((n) => !came.has(n));
      const inGaps = chain.gaps.flatMap(({ first, last }) =>
        Array.from({ length: last - first + 1 }, (_, at) => first + at),
      );
      expect(inGaps.sort((a, b) => a - b)).toEqual(missing);
    }),
    { numRuns: 100 },
  );
});

test("a copy that goes on by itself is seen, whatever came before and in whatever order", () => {
  const scene = fc.record({
    before: fc.integer({ min: 1, max: 10 }),
    lost: fc.integer({ min: 1, max: 5 }),
    after: fc.integer({ min: 1, max: 5 }),
  });

  fc.assert(
    fc.property(scene, ({ before, lost, after }) => {
      const sender = new Sender();
      const said = Array.from({ length: before }, (_, n) => sender.says(`before ${n}`));
      const copy = sender.copy();
      const gone = Array.from({ length: lost }, (_, n) => sender.says(`gone ${n}`));
      const anew = Array.from({ length: after }, (_, n) => copy.says(`anew ${n}`));

      const [chain, verdicts] = takes(fresh, [...said, ...gone, ...anew]);

      expect(verdicts[before + lost]).toBe("fork");
      expect(verdicts).not.toContain("double");
      const [, again] = takes(chain, [...said, ...gone, ...anew]);
      expect(new Set(again)).toEqual(new Set(["double"]));
    }),
    { numRuns: 100 },
  );
});

test("a record of the first Twinbell, which began each chain at 0, still loads", () => {
  const [chain] = takes(fresh, [new Sender().says("hello")]);
  const { begun: _, ...before } = chain.toRecord() as { [key: string]: never };

  expect(Receiving.fromRecord(before)).toEqual(chain);
});
