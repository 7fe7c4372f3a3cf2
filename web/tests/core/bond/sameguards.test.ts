/** The law of twins for a watch: whatever writer, guardian and reader do, both languages make the same of it. */

import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { Kind } from "../../../src/core/bond/bundle";
import type { Event } from "../../../src/core/bond/event";
import type { Pendant } from "../../../src/core/bond/pendant";
import { Appointed } from "../../../src/core/bond/watchkeys";
import * as kdf from "../../../src/core/crypto/kdf";
import { sealNote } from "../../../src/core/wire/life";
import type { Guardian, Terms } from "../../../src/core/wire/terms";
import { hasTwin } from "../../twin";
import {
  alive,
  anotherSplit,
  ask,
  away,
  filled,
  KEY,
  owned,
  readerSeat,
  share,
  signed,
  STOP,
  WATCH,
} from "./guards";
import { Law, shown } from "./law";
import { NOW_S, pair, RELAY } from "./people";
import { DAY_S, type Who } from "./two";

const REHEARSAL = filled(1, 16);
const PLACE = { relay: RELAY, watch: WATCH, key: KEY.verifyKey.raw };
const SPLITS = [undefined, anotherSplit()];

/** What somebody does, by what Ana keeps of Ben now. */
type Act = (ben: Appointed | null, pendant: Pendant, nowS: number) => Event;
type Move =
  { readonly who: Who; readonly act: Act } | { readonly passesDays: number } | { readonly comes: number };

const watch = fc.constantFrom(WATCH, WATCH, WATCH, REHEARSAL);
const changes: fc.Arbitrary<Partial<Terms>> = fc.record({
  number: fc.integer({ min: 1, max: 6 }),
  every: fc.constantFrom(1, 30, 30, 60),
  epoch: fc.constantFrom(0, 1, 1, 2),
  armed: fc.boolean(),
});

function guardianOf(ben: Appointed | null): Guardian[] {
  if (ben === null || !ben.agreed) return [];
  return [{ seat: ben.seat, token: kdf.sha256(ben.token), consent: ben.consent, day: ben.day }];
}

/** Terms that make no sense are no terms: the ones of before take their place. */
function signedFor(ben: Appointed | null, wanted: Partial<Terms>): Uint8Array {
  const epoch = Math.min(wanted.epoch ?? 0, wanted.number ?? 1);
  return signed(guardianOf(ben), { ...wanted, epoch, armed: (wanted.armed ?? false) && epoch > 0 });
}

const writer: fc.Arbitrary<Act> = fc.oneof(
  fc.tuple(watch, fc.boolean()).map(([id, again]): Act => () => {
    const asked = ask({ watch: id, rehearsal: id === REHEARSAL, every: again ? 30 : 60 });
    return { type: "GuardianAsked", ask: asked };
  }),
  {
    weight: 4,
    arbitrary: changes.map((wanted): Act => (ben) => {
      return { type: "SeatGiven", ...PLACE, terms: signedFor(ben, wanted) };
    }),
  },
  {
    weight: 3,
    arbitrary: fc
      .record({ epoch: fc.integer({ min: 1, max: 8 }), which: fc.nat({ max: 1 }) })
      .map(({ epoch, which }): Act => () => {
        const split = SPLITS[which];
        return { type: "ShareGiven", share: split ? share(epoch, { split }) : share(epoch) };
      }),
  },
  fc.constant<Act>(() => ({ type: "ShareSafe", watch: WATCH })),
  fc.integer({ min: 1, max: 8 }).map((below): Act => () => ({ type: "SharesOver", watch: WATCH, below })),
  watch.map((id): Act => () => ({ type: "GuardianEnded", watch: id })),
);

const guardian: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(watch, fc.constantFrom(true, true, true, false))
      .map(([id, yes]): Act => () => ({ type: "GuardianAnswered", watch: id, yes })),
  },
  fc.integer({ min: -9, max: 9 }).map((ahead): Act => (_, __, nowS) => {
    return { type: "WatchSeen", watch: WATCH, life: alive(nowS + ahead) };
  }),
  fc.constantFrom(0, 50).map((days): Act => (_, __, nowS) => {
    return { type: "WatchSeen", watch: WATCH, life: away(nowS, days && nowS + days * DAY_S) };
  }),
  changes.map((wanted): Act => (ben) => ({ type: "WatchSeen", watch: WATCH, terms: signedFor(ben, wanted) })),
  fc.boolean().map((duress): Act => (_, { keyring }, nowS) => {
    const note = sealNote({ duress, day: Math.floor(nowS / DAY_S) }, keyring.letterRecipient, WATCH);
    return { type: "WatchSeen", watch: WATCH, note };
  }),
  fc.constantFrom(STOP, filled(0, 16)).map((stop): Act => () => ({ type: "WatchSeen", watch: WATCH, stop })),
  watch.map((id): Act => () => ({ type: "RehearsalDone", watch: id })),
  fc.constant<Act>(() => {
    const { kind: _, ...rest } = share();
    return { type: "ShareReleased", release: { kind: "share-release", ...rest } };
  }),
  watch.map((id): Act => () => ({ type: "GuardianEnded", watch: id })),
);

const reading: fc.Arbitrary<Act> = fc.oneof(
  fc.integer({ min: 1, max: 6 }).map((number): Act => () => {
    return { type: "ReaderNamed", seat: readerSeat({ terms: signed([], { number }) }) };
  }),
  fc.tuple(watch, fc.boolean()).map(([id, save]): Act => () => ({
    type: "WatchKept",
    watch: owned({ watch: id, rehearsal: id === REHEARSAL }),
    save,
  })),
  watch.map((id): Act => () => ({ type: "WatchForgotten", watch: id })),
  watch.map((id): Act => () => ({ type: "RehearsalRead", watch: id, proof: filled(3) })),
);

/** Lives that begin with some of this: by chance alone few would come to a seat. */
const SEATED: readonly Move[] = [
  { who: "ana", act: () => ({ type: "GuardianAsked", ask: ask() }) },
  { who: "ben", act: () => ({ type: "GuardianAnswered", watch: WATCH, yes: true }) },
  { who: "ana", act: (ben) => ({ type: "SeatGiven", ...PLACE, terms: signedFor(ben, { number: 1 }) }) },
];
const KEPT: readonly Move[] = [{ who: "ana", act: () => ({ type: "WatchKept", watch: owned() }) }];

function moves(first: readonly Move[], ana: fc.Arbitrary<Act>, ben: fc.Arbitrary<Act>): fc.Arbitrary<Move[]> {
  const move: fc.Arbitrary<Move> = fc.oneof(
    { weight: 3, arbitrary: ana.map((act) => ({ who: "ana" as const, act })) },
    { weight: 3, arbitrary: ben.map((act) => ({ who: "ben" as const, act })) },
    fc.constantFrom(1, 5, 45, 70).map((passesDays) => ({ passesDays })),
    { weight: 2, arbitrary: fc.nat({ max: 9 }).map((comes) => ({ comes })) },
  );
  const begun = fc.constantFrom(0, first.length, first.length, first.length);
  const then = fc.array(move, { minLength: 20, maxLength: 40 });
  return fc.tuple(begun, then).map(([count, rest]) => [...first.slice(0, count), ...rest]);
}

describe.skipIf(!hasTwin)("what is done around a watch", () => {
  let law: Law;

  beforeAll(() => {
    law = new Law();
  });
  afterAll(() => law.close());

  test("is the same in both languages for writer and guardian", { timeout: 240_000 }, async () => {
    const seen = await judged("guardian", moves(SEATED, writer, guardian));

    // A law that was never put to the test would hold as well.
    const told = ["GuardianWanted", "GuardianSaid", "SeatTaken", "ShareCame", "GuardianGone"];
    expect([...seen]).toEqual(expect.arrayContaining(told.map((name) => `Tell ${name}`)));
    expect([...seen]).toContain("Nobody has asked you to be a guardian for this watch.");
  });

  test("is the same in both languages for writer and reader", { timeout: 240_000 }, async () => {
    const seen = await judged("pair", moves(KEPT, reading, reading));

    const told = ["ReaderSeated", "RehearsalOpened"];
    expect([...seen]).toEqual(expect.arrayContaining(told.map((name) => `Tell ${name}`)));
  });

  async function judged(kind: Kind, lives: fc.Arbitrary<Move[]>): Promise<Set<string>> {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(lives, async (life) => {
        for (const line of await lived(kind, life)) seen.add(line);
      }),
      { numRuns: 8 },
    );
    return seen;
  }

  /** Live through these moves in both languages; return what was told and refused. All that is sent comes. */
  async function lived(kind: Kind, life: readonly Move[]): Promise<string[]> {
    const [ana, ben] = pair(kind);
    const sides = { ana, ben };
    const said: string[] = [];
    const sent: { to: Who; event: Event }[] = [];
    let nowS = NOW_S;

    async function takes(who: Who, event: Event, seed: string): Promise<void> {
      const [after, effects, refused] = await law.same(sides[who], event, nowS, seed);
      sides[who] = after;
      if (refused !== undefined) said.push(refused);
      said.push(...effects.filter(({ type }) => type === "Tell").map(shown));
      const to = who === "ana" ? "ben" : "ana";
      for (const effect of effects) {
        if (effect.type !== "Deposit") continue;
        const envelope = after.seal(effect.body);
        const came = {
          type: "Arrived",
          envelope,
          arrivedS: nowS,
          ...(effect.blob && { blob: effect.blob }),
        } as const;
        sent.push({ to, event: came });
        await takes(to, came, `${seed}, and it comes`);
      }
    }

    for (const [count, move] of life.entries()) {
      if ("passesDays" in move) nowS += move.passesDays * DAY_S;
      else if ("act" in move) {
        const { who, act } = move;
        const event = act(sides.ana.keyring.watch.guardian(WATCH), sides[who], nowS);
        await takes(who, event, `move ${count}`);
      } else {
        const again = sent[move.comes];
        if (again) await takes(again.to, again.event, `move ${count}`);
      }
    }
    return said;
  }
});
