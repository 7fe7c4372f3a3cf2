/** The room: the two meet and nobody else, nothing is said before it is sure who listens, nothing is left. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { hex, unhex } from "../../../src/core/bytes";
import { type Door, doorOf } from "../../../src/core/bond/door";
import { Role } from "../../../src/core/bond/keys";
import { chains, transcript } from "../../../src/core/bond/ratchet";
import { type Effect, type Event, outside, type Room, SILENT_BEATS, step } from "../../../src/core/bond/room";
import {
  fit,
  FRAME_BYTES,
  parse,
  type Thought,
  thought,
  THOUGHT_BYTES_MAX,
  toPlain,
} from "../../../src/core/bond/thought";
import { encapsulate, type Encapsulated } from "../../../src/core/crypto/xwing";
import { Damaged, Mistaken } from "../../../src/core/errors";
import { type Json, Scenario, scenario, scenarios } from "../../vectors";

const STORIES = scenarios("room").filter((vector) => vector.has("giver") && vector.has("encapsulations"));
const SIDES = ["giver", "answerer"] as const;

describe("the vectors of rooms", () => {
  test.each(STORIES)("$name", (vector) => {
    for (const name of SIDES)
      if (vector.has(name)) replay(vector.inside(name), vector.each("encapsulations"));
  });

  test("there are refusals among them, and each leaves nothing", () => {
    const refused = STORIES.filter((vector) => vector.refuses);
    expect(refused.length).toBeGreaterThan(30);
    for (const vector of refused) {
      const last = vector.inside("giver").each("steps").at(-1)!;
      expect(last.text("state")).toBe("outside");
      expect(last.list("effects")).toContainEqual({ type: "GoOut" });
    }
  });

  test("both find the door", () => {
    const vector = scenario("room", "door");
    const [giver, answerer] = SIDES.map((name) => doorIn(vector.inside(name)));
    const inboxes = SIDES.map((name) => ({ relay: giver!.relay, key: vector.bytes(`${name}_key`) }));
    const side = (role: Role) => ({
      bond: { id: giver!.bond, role },
      keyring: { inbox: inboxes[role]! },
      peer: { inbox: inboxes[1 - role]! },
    });

    expect(doorOf(side(Role.GIVER))).toEqual(giver);
    expect(doorOf(side(Role.ANSWERER))).toEqual(answerer);
  });

  test("the keys follow from the greetings", () => {
    const vector = scenario("room", "meeting");
    const keys = vector.inside("keys");
    const [giver, answerer] = SIDES.map((name) => {
      const said = saysIn(vector.inside(name));
      return { hello: unhex(said[0]!), answer: unhex(said[1]!), secret: keys.bytes(`${name}_secret`) };
    });
    const { bond, room, known } = doorIn(vector.inside("giver"));
    const said = { bond, room, giver: giver!, answerer: answerer! };

    expect(hex(transcript(said))).toBe(keys.text("transcript"));
    const made = chains({ ...said, known });
    for (const [role, name] of SIDES.entries()) {
      let chain = made[role as Role];
      expect(hex(chain.chain)).toBe(keys.text(`${name}_chain`));
      for (const frame of keys.each(`${name}_frames`)) {
        expect(hex(chain.chain)).toBe(frame.text("chain"));
        const [plain, after] = chain.open(frame.bytes("sealed"));
        expect(hex(plain).slice(4)).toBe(frame.text("record").padEnd(988, "0"));
        chain = after;
      }
    }
  });

  test("moments and cuts of thoughts", () => {
    const vector = scenario("room", "thoughts");
    const moments = vector.inside("moments");
    for (const name of Object.keys(moments.json as object)) {
      expect(hex(toPlain(parse(moments.bytes(name))))).toBe(moments.text(name));
    }
    for (const cut of vector.each("fits")) {
      expect(fit(cut.text("text"))).toEqual([cut.text("kept"), cut.text("rest")]);
    }
  });
});

function replay(side: Scenario, made: readonly Scenario[]): void {
  const seeds = side.list("seeds").map((seed) => unhex(seed as string));
  const said = saysIn(side);
  const mine = made.filter((each) => said.includes(each.text("ciphertext")));
  const chance = {
    random: () => seeds.shift()!,
    encapsulate: (publicKey: Uint8Array): Encapsulated => {
      const next = mine.shift();
      if (!next) return encapsulate(publicKey); // a key to which nothing can be encapsulated
      return { ciphertext: next.bytes("ciphertext"), secret: next.bytes("secret") };
    },
  };
  let room = outside(doorIn(side));
  for (const each of side.each("steps")) {
    const [next, effects] = step(room, eventIn(each.inside("event")), chance);
    expect(effects.map(shown)).toEqual(each.list("effects"));
    expect(next.state).toBe(each.text("state"));
    room = next;
  }
  expect(seeds).toHaveLength(0);
  expect(mine).toHaveLength(0);
}

function doorIn(side: Scenario): Door {
  const told = side.has("door") ? side.inside("door") : side;
  return {
    relay: told.text("relay"),
    bond: told.bytes("bond"),
    role: told.number("role") as Role,
    room: told.bytes("room"),
    token: told.bytes("token"),
    known: told.bytes("known"),
  };
}

function eventIn(told: Scenario): Event {
  const fields = told.json as { [key: string]: Json };
  return (told.has("body") ? { ...fields, body: told.bytes("body") } : fields) as unknown as Event;
}

function saysIn(side: Scenario): string[] {
  return side
    .each("steps")
    .flatMap((each) => each.each("effects"))
    .filter((effect) => effect.text("type") === "Say")
    .map((effect) => effect.text("body"));
}

function shown(effect: Effect): Json {
  return (effect.type === "Say" ? { ...effect, body: hex(effect.body) } : effect) as unknown as Json;
}

/** Both sides, and a relay between them that does what it should. */
class Two {
  readonly rooms: Room[];
  readonly news: object[][] = [[], []];
  readonly said: Uint8Array[][] = [[], []];
  meeting = 0;

  constructor(changes: readonly Partial<Door>[] = [{}, {}]) {
    const vector = scenario("room", "door");
    this.rooms = SIDES.map((name, role) => outside({ ...doorIn(vector.inside(name)), ...changes[role] }));
  }

  enters(role: Role): void {
    const here = [0, 1].filter((each) => this.rooms[each]!.state !== "outside") as Role[];
    this.meeting += here.length;
    const entered: Event = { type: "Entered", here: here.length + 1, meeting: this.meeting };
    const said = [...here, role].flatMap((each) => this.alone(each, entered).map((body) => ({ each, body })));
    this.carries(said);
  }

  does(role: Role, event: Event): void {
    this.carries(this.alone(role, event).map((body) => ({ each: role, body })));
  }

  /** Take a step and carry nothing. */
  alone(role: Role, event: Event): Uint8Array[] {
    const [next, effects] = step(this.rooms[role]!, event);
    this.rooms[role] = next;
    const said: Uint8Array[] = [];
    for (const effect of effects) {
      if (effect.type === "Say") said.push(effect.body);
      if (effect.type === "Tell") this.news[role]!.push(effect.news);
    }
    this.said[role]!.push(...said);
    return said;
  }

  /** Carry what was said, and what is said to that, in order. */
  private carries(said: { each: Role; body: Uint8Array }[]): void {
    for (let next = said.shift(); next; next = said.shift()) {
      const to = (1 - next.each) as Role;
      const answers = this.alone(to, { type: "Heard", meeting: this.meeting, body: next.body });
      said.push(...answers.map((body) => ({ each: to, body })));
    }
  }

  static together(): Two {
    const two = new Two();
    two.enters(Role.GIVER);
    two.enters(Role.ANSWERER);
    return two;
  }

  heard(role: Role, type: string): object[] {
    return this.news[role]!.filter((news) => (news as { type: string }).type === type);
  }
}

const think = (number: number, text: string, done = true): Event => ({
  type: "Think",
  thought: thought(number, text, done),
});
const BEAT: Event = { type: "Beat" };

test("both agree who came first, and again when one has come back", () => {
  const two = Two.together();
  two.does(Role.GIVER, { type: "Leave" });
  two.does(Role.ANSWERER, { type: "TheyLeft" });
  two.enters(Role.GIVER);

  expect(two.heard(Role.GIVER, "Together")).toEqual([
    { type: "Together", first: true },
    { type: "Together", first: false },
  ]);
  expect(two.heard(Role.ANSWERER, "Together")).toEqual([
    { type: "Together", first: false },
    { type: "Together", first: true },
  ]);
});

test("whoever knows only the way is a stranger to both", () => {
  const two = new Two([{}, { known: new Uint8Array(32) }]);
  two.enters(Role.GIVER);
  two.enters(Role.ANSWERER);

  for (const role of [Role.GIVER, Role.ANSWERER]) {
    expect(two.heard(role, "Stranger")).toHaveLength(1);
    expect(two.heard(role, "Together")).toHaveLength(0);
  }
});

test("what is thought arrives in order, one frame a beat, all of one length", () => {
  const events = fc.array(
    fc.oneof(
      fc
        .tuple(fc.nat(3), fc.string({ unit: "binary", maxLength: 40 }), fc.boolean())
        .map(([number, text, done]) => think(number, text, done)),
      fc.boolean().map((pressed): Event => ({ type: "Press", pressed })),
      fc.constant(BEAT),
    ),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(events, (given) => {
      const two = Two.together();
      const all = [...given, ...given.map(() => BEAT)];
      for (const event of all) two.does(Role.GIVER, event);

      const done = given.flatMap((event) =>
        event.type === "Think" && event.thought.done ? [event.thought] : [],
      );
      const heard = two.heard(Role.ANSWERER, "Thought") as Thought[];
      expect(heard.filter((each) => each.done)).toEqual(done);
      const frames = two.said[Role.GIVER]!.slice(2);
      expect(frames).toHaveLength(1 + all.filter((event) => event.type === "Beat").length);
      expect(frames.every((frame) => frame.length === FRAME_BYTES)).toBe(true);
    }),
    { numRuns: 30 },
  );
});

test("a frame that was changed, repeated or left out ends the meeting, and all before it was heard", () => {
  const wrongs = fc.tuple(
    fc.constantFrom("changed", "repeated", "left out", "swapped"),
    fc.nat(3),
    fc.nat(8 * FRAME_BYTES - 1),
  );
  fc.assert(
    fc.property(wrongs, ([wrong, at, bit]) => {
      const two = Two.together();
      const frames = Array.from({ length: 5 }, (_, number) => {
        two.alone(Role.ANSWERER, think(number, `${number}`));
        return two.alone(Role.ANSWERER, BEAT)[0]!;
      });
      if (wrong === "changed") frames[at]![bit >> 3]! ^= 1 << (bit & 7);
      else if (wrong === "repeated") frames.splice(at + 1, 0, frames[at]!);
      else if (wrong === "left out") frames.splice(at, 1);
      else frames.splice(at, 2, frames[at + 1]!, frames[at]!);

      for (const body of frames) two.alone(Role.GIVER, { type: "Heard", meeting: 1, body });

      const right = wrong === "repeated" ? at + 1 : at;
      expect((two.heard(Role.GIVER, "Thought") as Thought[]).map(({ number }) => number)).toEqual(
        Array.from({ length: right }, (_, number) => number),
      );
      expect(two.heard(Role.GIVER, "Tampered")).toHaveLength(1);
      expect(two.rooms[Role.GIVER]!.state).toBe("outside");
    }),
    { numRuns: 40 },
  );
});

test("whatever comes throws nothing and says nothing of a person", () => {
  const bodies = fc.tuple(fc.nat(3), fc.uint8Array({ maxLength: 1300 }));
  fc.assert(
    fc.property(bodies, ([stage, body]) => {
      const two = new Two();
      two.enters(Role.GIVER);
      if (stage > 2) two.enters(Role.ANSWERER);
      else if (stage) two.alone(Role.GIVER, { type: "Entered", here: 2, meeting: 1 });
      two.alone(Role.GIVER, { type: "Heard", meeting: 1, body });
      two.alone(Role.GIVER, { type: "Heard", meeting: 1, body });

      expect(two.heard(Role.GIVER, "Thought")).toHaveLength(0);
    }),
  );
});

describe("after the end no key and no word is left, and what was there is wiped", () => {
  const ends: Record<string, Event> = {
    leaving: { type: "Leave" },
    "they leave": { type: "TheyLeft" },
    "the connection is lost": { type: "Lost" },
    "the seat is taken": { type: "SeatTaken" },
    "a wrong frame": { type: "Heard", meeting: 1, body: new Uint8Array(FRAME_BYTES) },
  };
  test.each(Object.keys(ends))("%s", (name) => {
    const two = Two.together();
    two.alone(Role.GIVER, think(0, "a word that nobody keeps"));
    const before = two.rooms[Role.GIVER]!;
    if (before.state !== "together") throw new Error("they should be together");
    const keys = [before.sending.chain, before.receiving.chain];
    expect(keys.some((key) => key.some((byte) => byte))).toBe(true);

    two.alone(Role.GIVER, ends[name]!);

    const after = two.rooms[Role.GIVER]!;
    expect(keys.every((key) => key.every((byte) => !byte))).toBe(true);
    expect(Object.keys(after).sort()).toEqual(
      after.state === "alone" ? ["door", "meeting", "state"] : ["door", "state"],
    );
  });
});

test("the key of a frame that was said is not in memory any more", () => {
  const two = Two.together();
  const { sending } = two.rooms[Role.GIVER] as Extract<Room, { state: "together" }>;
  two.does(Role.GIVER, BEAT);

  expect(sending.chain.every((byte) => !byte)).toBe(true);
  expect(() => sending.open(two.said[Role.GIVER]!.at(-1)!)).toThrow(Damaged);
});

test("who is not heard for a quarter of a minute is gone", () => {
  const two = Two.together();
  for (let beat = 0; beat < SILENT_BEATS; beat++) two.alone(Role.GIVER, BEAT);
  expect(two.rooms[Role.GIVER]!.state).toBe("together");

  two.alone(Role.GIVER, BEAT);

  expect(two.heard(Role.GIVER, "Gone")).toEqual([{ type: "Gone", left: false }]);
  expect(two.rooms[Role.GIVER]!.state).toBe("outside");
});

test("a thought that no frame holds is a mistake", () => {
  expect(thought(0, "あ".repeat(133), true).text).toHaveLength(133);
  for (const [number, text] of [
    [0, "x".repeat(THOUGHT_BYTES_MAX + 1)],
    [0, "あ".repeat(134)],
    [-1, "x"],
    [2 ** 32, "x"],
    [0.5, "x"],
    [0, "\ud800"],
  ] as const) {
    expect(() => thought(number, text, true)).toThrow(Mistaken);
  }
});

test("a text that is cut loses nothing, and each part is a thought", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 900 }), (text) => {
      const parts: string[] = [];
      for (let rest = text; rest;) {
        const [kept, left] = fit(rest);
        expect(kept).not.toBe("");
        parts.push(thought(parts.length, kept, true).text);
        rest = left;
      }
      expect(parts.join("")).toBe(text);
    }),
  );
});
