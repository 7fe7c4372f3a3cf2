/** The law of twins: the same event at the same moment makes the same of a pendant, in both languages. */

import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { Event } from "../../../src/core/bond/event";
import { ring } from "../../../src/core/bond/message";
import { hasTwin } from "../../twin";
import { Law, shown } from "./law";
import { flipped, NOW_S, pair } from "./people";

type Who = "ana" | "ben";

/** How something comes that was sent. */
type How = "whole" | "without its blob" | "broken";

/** What happens next: somebody does something, time passes, or something of what was sent comes, or comes again. */
type Move =
  | { readonly who: Who; readonly event: Event }
  | { readonly passesS: number }
  | { readonly who: Who; readonly comes: number; readonly how: How };

const who = fc.constantFrom<Who>("ana", "ben");
const how = fc.constantFrom<How>("whole", "whole", "without its blob", "broken");
const event = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Event>({ type: "RingWanted", ring: ring([120, 80]) }) },
  fc.constant<Event>({ type: "KnockWanted" }),
  fc.constant<Event>({ type: "Verified" }),
  fc.boolean().map((on): Event => ({ type: "ReceiptsWanted", on })),
  fc.nat({ max: 60 }).map((anHour): Event => ({ type: "RingsLimited", anHour })),
  fc.constant<Event>({ type: "DevicesRemoved", root: null }),
  fc.constantFrom("灯台", "the harbour").map((place): Event => {
    return { type: "AboutWritten", about: { birthday: null, zone: null, place } };
  }),
  { weight: 4, arbitrary: fc.constant<Event>({ type: "Tick" }) },
);
const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ who, event }) },
  fc.constantFrom(60, 400, 3700, 86_400, 30 * 86_400).map((passesS) => ({ passesS })),
  { weight: 5, arbitrary: fc.record({ who, comes: fc.nat({ max: 40 }), how }) },
);

describe.skipIf(!hasTwin)("the rules of a bond", () => {
  let law: Law;

  beforeAll(() => {
    law = new Law();
  });
  afterAll(() => law.close());

  test("are the same in both languages, whatever happens", { timeout: 240_000 }, async () => {
    const seen = new Set<string>();

    await fc.assert(
      fc.asyncProperty(fc.array(move, { minLength: 20, maxLength: 40 }), async (moves) => {
        for (const line of await lived(moves)) seen.add(line.split(" ", 2).join(" "));
      }),
      { numRuns: 12 },
    );

    // A law that was never put to the test would hold as well.
    expect([...seen]).toEqual(expect.arrayContaining(["Tell Rang", "Deposit ring", "Tell Unopenable"]));
  });

  /** Live through these moves in both languages, and return the effects in words. */
  async function lived(moves: readonly Move[]): Promise<string[]> {
    const [ana, ben] = pair();
    const sides = { ana, ben };
    const sent: { to: Who; envelope: Uint8Array; blob: Uint8Array | null }[] = [];
    const effects: string[] = [];
    let nowS = NOW_S;
    for (const [count, each] of moves.entries()) {
      if ("passesS" in each) {
        nowS += each.passesS;
        continue;
      }
      const came = "comes" in each ? sent.filter(({ to }) => to === each.who) : [];
      const one = "comes" in each ? came[each.comes % came.length] : undefined;
      if ("comes" in each && !one) continue;
      const event: Event = "event" in each ? each.event : arrival(one!, nowS, each.how);
      const [after, caused] = await law.same(sides[each.who], event, nowS, `move ${count}`);
      sides[each.who] = after;
      effects.push(...caused.map(shown));
      const to = each.who === "ana" ? "ben" : "ana";
      for (const effect of caused) {
        if (effect.type === "Deposit")
          sent.push({ to, envelope: after.seal(effect.body), blob: effect.blob });
      }
    }
    return effects;
  }

  function arrival(
    { envelope, blob }: { envelope: Uint8Array; blob: Uint8Array | null },
    nowS: number,
    how: How,
  ): Event {
    const arrivedS = nowS - (nowS % 60);
    const came = how === "broken" ? flipped(envelope, -1) : envelope;
    if (how === "without its blob" && blob === null) return { type: "NotWhole", envelope };
    return { type: "Arrived", envelope: came, arrivedS, ...(how === "whole" && blob && { blob }) };
  }
});
