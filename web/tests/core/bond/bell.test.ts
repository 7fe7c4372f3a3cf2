/** The bell, state by state: what it becomes, what it refuses, and that a crash anywhere loses nothing. */

import { describe, expect, test } from "vitest";

import * as bell from "../../../src/core/bond/bell";
import { Code, type Form } from "../../../src/core/bond/code";
import { hex, randomBytes } from "../../../src/core/bytes";
import * as words from "../../../src/core/crypto/words";
import { decodeMap, encode, type RecordValue } from "../../../src/core/encoding";
import { Burnt, Damaged, Mistaken } from "../../../src/core/errors";
import { type Scenario, scenario, scenarios } from "../../vectors";
import { flipped, message, NAMEPLATES, NOW_S, Person, RELAY, ringTrue } from "./people";

const CHECK = { type: "Check" } as const;
const GONE = { type: "Gone" } as const;
const BYTES_MAX = { bytesMax: 1 << 20 };
const NONE = new Uint8Array();

describe("the vectors of the bell", () => {
  test.each(["spoken", "link"])("%s gives its keys and its words", (form) => {
    const vector = scenario("bell", form);

    let giver = giverOf(vector, vector.inside("giver"));
    giver = bell.step(bell.step(giver, message(2, vector.bytes("m2")), NOW_S), CHECK, NOW_S);
    giver = bell.step(giver, message(4, vector.bytes("m4")), NOW_S);

    expect(hex(giver.m3)).toBe(vector.text("m3"));
    const { bond, peer } = giver.joined;
    expect(hex(bond.id)).toBe(vector.text("bond"));
    expect(hex(bond.words)).toBe(vector.text("words_bits"));
    expect(words.six(bond.words)).toEqual(vector.list("words"));
    expect(hex(peer.signed)).toBe(vector.inside("answerer").text("bundle"));
  });

  test.each(scenarios("bell", "refused_"))("$name does not join", (vector) => {
    if (vector.text("side") === "giver") {
      const giver = bell.step(giverOf(vector, vector), message(2, vector.bytes("m2")), NOW_S);
      expect(bell.step(giver, CHECK, NOW_S).outcome).toBe("wrong code");
    } else {
      const answerer = bell.step(answererOf(vector), message(3, vector.bytes("m3")), NOW_S);
      expect(answerer.outcome).toBe("burnt");
    }
  });
});

function giverOf(vector: Scenario, own: Scenario): bell.Giver {
  const m1 = vector.bytes("m1");
  return new bell.Giver({
    ...Code.parse(vector.text("code")),
    state: "offered",
    token: new Uint8Array(32),
    sid: decodeMap(m1, BYTES_MAX)["sid"] as Uint8Array,
    scalar: own.bytes("scalar"),
    kemSeed: own.bytes("kem_seed"),
    nonce: own.bytes("nonce"),
    bundle: own.bytes("bundle"),
    madeS: NOW_S,
    m1,
  });
}

function answererOf(vector: Scenario): bell.Answerer {
  const zeros = new Uint8Array(32);
  return new bell.Answerer({
    state: "answered",
    code: Code.parse("7-crater-lamp-violin@relay.example"),
    token: zeros,
    bundle: scenario("keys", "bundle").bytes("signed"),
    madeS: NOW_S,
    commitment: vector.bytes("commitment"),
    peerHash: vector.bytes("peer_hash"),
    tagA: vector.bytes("tag_a"),
    session: {
      transcript: vector.bytes("transcript"),
      keyA: vector.bytes("key_a"),
      keyB: zeros,
      bond: zeros,
    },
  });
}

test.each<Form>(["spoken", "link"])("two who share a %s code are joined with the same words", (form) => {
  const [ana, ben] = [new Person("Ana"), new Person("Ben")];
  const placed = ana.gives(form);

  const [giver, answerer] = ringTrue(placed, ben.answers(String(placed.code)));

  expect([giver.outcome, answerer.outcome]).toEqual(["joined", "joined"]);
  const [ours, theirs] = [giver.joined, answerer.joined];
  expect(ours.bond.id).toEqual(theirs.bond.id);
  expect(ours.bond.words).toEqual(theirs.bond.words);
  expect([ours.bond.role, theirs.bond.role]).toEqual([0, 1]);
  expect(ours.peer.signed).toEqual(ben.bundle);
  expect(theirs.peer.signed).toEqual(ana.bundle);
});

test("messages fit into what the relay takes", () => {
  const [giver, answerer] = joined();

  expect(giver.m1.length).toBeLessThanOrEqual(4096);
  expect(Math.max(answerer.m2.length, giver.m3.length, answerer.m4.length)).toBeLessThanOrEqual(16_384);
});

test("a wrong word burns the bell and both are told", () => {
  const placed = new Person("Ana").gives();
  const wrong = placed.code.with({ secret: "lamp-lamp-lamp" });

  const [spent, eve] = untilM2(placed, new Person("Eve").answers(wrong));
  const giver = bell.step(spent, CHECK, NOW_S);
  const answerer = bell.step(eve, GONE, NOW_S);

  expect(giver.outcome).toBe("wrong code");
  expect(bell.todo(giver)).toEqual([{ type: "Burn" }]);
  expect(bell.isHearsay(giver)).toBe(false);
  expect(answerer.outcome).toBe("wrong code");
  expect(bell.isHearsay(answerer)).toBe(true);
  expect(giver.m3).toEqual(NONE);
});

test("there is no second guess", () => {
  const placed = new Person("Ana").gives();
  const right = bell.step(new Person("Ben").answers(placed.code), message(1, placed.m1), NOW_S);
  let [giver] = untilM2(placed, new Person("Eve").answers(placed.code.with({ secret: "lamp-lamp-lamp" })));

  for (const event of [message(2, right.m2), CHECK, message(2, right.m2), CHECK]) {
    giver = bell.step(giver, event, NOW_S);
  }

  expect(giver.outcome).toBe("wrong code");
});

test("a second answer is not even looked at", () => {
  const placed = new Person("Ana").gives();
  const first = bell.step(new Person("Ben").answers(placed.code), message(1, placed.m1), NOW_S);
  const second = bell.step(new Person("Eve").answers(placed.code), message(1, placed.m1), NOW_S);

  const giver = bell.step(placed, message(2, first.m2), NOW_S);

  expect(bell.step(giver, message(2, second.m2), NOW_S).m2).toEqual(first.m2);
});

test("a giver that wakes up spent is burnt", () => {
  const [spent] = untilM2(new Person("Ana").gives());
  expect(spent.state).toBe("spent");
  expect(spent.session).toBeNull();
  expect(bell.todo(spent)).toEqual([CHECK]);

  const woken = bell.Giver.fromRecord(spent.toRecord());

  expect(woken.outcome).toBe("burnt");
  expect(bell.step(woken, CHECK, NOW_S)).toBe(woken);
});

test("whoever comes after ten minutes is too late", () => {
  const placed = new Person("Ana").gives();
  const answerer = bell.step(new Person("Ben").answers(placed.code), message(1, placed.m1), NOW_S);
  const lateS = NOW_S + bell.ANSWER_WITHIN_S + bell.FETCH_SLACK_S + 1;

  const giver = bell.step(placed, message(2, answerer.m2), lateS);

  expect([giver.state, giver.outcome, giver.session]).toEqual(["expired", "burnt", null]);
});

test("once the tag was good there are seven days to finish, and no more", () => {
  const placed = new Person("Ana").gives();
  const [spent, answered] = untilM2(placed, new Person("Ben").answers(placed.code));
  const confirmed = bell.step(spent, CHECK, NOW_S);
  const laterS = NOW_S + 6 * 86_400;
  const tooLateS = NOW_S + bell.FINISH_WITHIN_S + 1;

  const answerer = bell.step(answered, message(3, confirmed.m3), laterS);

  expect(bell.step(confirmed, message(4, answerer.m4), laterS).outcome).toBe("joined");
  expect(bell.step(confirmed, { type: "Tick" }, tooLateS).outcome).toBe("burnt");
  expect(bell.step(answered, { type: "Tick" }, tooLateS).outcome).toBe("burnt");
});

test("whoever finds something else in their place at the relay is burnt by hearsay", () => {
  const placed = new Person("Ana").gives();
  const [spent, answered] = untilM2(placed, new Person("Ben").answers(placed.code));
  const confirmed = bell.step(spent, CHECK, NOW_S);

  for (const side of [
    bell.step(answered, { type: "Refused", number: 2 }, NOW_S),
    bell.step(confirmed, { type: "Refused", number: 3 }, NOW_S),
    bell.step(placed, GONE, NOW_S),
  ]) {
    expect(side.outcome).toBe("burnt");
    expect(bell.isHearsay(side)).toBe(true);
    expect(() => side.joined).toThrow(Burnt);
  }
  expect(bell.step(confirmed, { type: "Refused", number: 4 }, NOW_S)).toBe(confirmed);
});

test("a giver cannot answer its own bell", () => {
  const ana = new Person("Ana");
  const placed = ana.gives();

  const [giver, answerer] = ringTrue(placed, ana.answers(placed.code));

  expect(answerer.outcome).toBe("burnt");
  expect(giver.outcome).not.toBe("joined");
});

test.each([1, 2, 3, 4])("message %i with a bit changed never joins", (number) => {
  const [ana, ben] = [new Person("Ana"), new Person("Ben")];
  const placed = ana.gives();
  const [clean, told] = ringTrue(placed, ben.answers(placed.code));
  const said = [clean.m1, told.m2, clean.m3, told.m4][number - 1]!;

  for (let at = 0; at < said.length; at += Math.ceil(said.length / 12)) {
    const changed = (of: number, data: Uint8Array): bell.Event =>
      message(of, of === number ? flipped(said, at) : data);
    let giver = placed;
    let answerer = bell.step(ben.answers(placed.code), changed(1, giver.m1), NOW_S);
    giver = bell.step(bell.step(giver, changed(2, answerer.m2), NOW_S), CHECK, NOW_S);
    answerer = bell.step(answerer, changed(3, giver.m3), NOW_S);
    giver = bell.step(giver, changed(4, answerer.m4), NOW_S);

    // Whoever changes m4 can keep the giver from joining, as by losing it; nobody joins somebody else.
    expect(giver.outcome).not.toBe("joined");
    expect(number === 4 || answerer.outcome !== "joined").toBe(true);
  }
});

test.each([1, 2, 3, 4])("garbage in the place of message %i never throws and never joins", (number) => {
  const placed = new Person("Ana").gives();
  const called = new Person("Ben").answers(placed.code);
  const answering = number > 1 ? bell.step(called, message(1, placed.m1), NOW_S) : called;
  const garbage = [NONE, encode({}), new Uint8Array(64).fill(255), encode({ v: 1, type: "bell-9" })];

  for (const data of [...garbage, new Uint8Array(20_000)]) {
    const giver = bell.step(bell.step(placed, message(number, data), NOW_S), CHECK, NOW_S);
    expect(giver.outcome).not.toBe("joined");
    expect(bell.step(answering, message(number, data), NOW_S).outcome).not.toBe("joined");
  }
});

test("a giver that opens another nonce than it promised is found out", () => {
  const placed = new Person("Ana").gives();
  const [spent, answered] = untilM2(placed, new Person("Ben").answers(placed.code));
  const m3 = { ...decodeMap(bell.step(spent, CHECK, NOW_S).m3, BYTES_MAX), nonce: randomBytes(32) };

  expect(bell.step(answered, message(3, encode(m3)), NOW_S).outcome).toBe("burnt");
});

test("a relay that names the bell strangely burns it", () => {
  const giver = bell.give(new Person("Ana").bundle, { form: "spoken", relay: RELAY, nowS: NOW_S });

  expect(() => giver.code).toThrow(Mistaken);
  expect(bell.step(giver, { type: "Placed", nameplate: "7-crater" }, NOW_S).outcome).toBe("burnt");
});

test("what does not belong to a state changes nothing", () => {
  const [giver, answerer] = joined();
  const placed: bell.Event = { type: "Placed", nameplate: "9" };

  for (const event of [placed, message(2, NONE), message(4, NONE), CHECK, { type: "Tick" } as const, GONE]) {
    expect(bell.step(giver, event, NOW_S)).toBe(giver);
  }
  const done = bell.step(answerer, { type: "Stored", number: 4 }, NOW_S);
  expect(done.state).toBe("done");
  expect([bell.todo(done), bell.todo(giver)]).toEqual([[], []]);
});

test("every state of both sides is saved and loaded whole", () => {
  const [ana, ben] = [new Person("Ana"), new Person("Ben")];
  const made = bell.give(ana.bundle, { form: "link", relay: RELAY, nowS: NOW_S });
  const offered = bell.step(made, { type: "Placed", nameplate: NAMEPLATES.link }, NOW_S);
  const [spent, answered] = untilM2(offered, ben.answers(offered.code));
  const confirmed = bell.step(spent, CHECK, NOW_S);
  const happy = bell.step(answered, message(3, confirmed.m3), NOW_S);
  const rung = bell.step(confirmed, message(4, happy.m4), NOW_S);

  for (const side of [made, offered, confirmed, rung, bell.step(offered, GONE, NOW_S)]) {
    expect(bell.Giver.fromRecord(saved(side))).toEqual(side);
  }
  for (const side of [ben.answers(offered.code), answered, happy, bell.step(answered, GONE, NOW_S)]) {
    expect(bell.Answerer.fromRecord(saved(side))).toEqual(side);
  }
});

test("a side that was saved by a stranger is damaged", () => {
  const record = new Person("Ana").gives().toRecord();
  const strange: RecordValue[] = [{ state: "asleep" }, { state: "toString" }, { form: "sung" }];
  strange.push({ v: 2 }, { type: "taker" }, { sid: NONE });

  for (const changes of strange) {
    expect(() => bell.Giver.fromRecord({ ...record, ...changes })).toThrow(Damaged);
  }
});

test("a side that is over keeps no key", () => {
  const giver = bell.step(new Person("Ana").gives(), GONE, NOW_S);

  expect([giver.scalar, giver.kemSeed, giver.session]).toEqual([NONE, NONE, null]);
});

/** A pairing mailbox: messages are set once, and repeating is safe. */
class Relay {
  readonly messages = new Map<number, Uint8Array>();
  burnt = false;

  does(todo: bell.Todo): bell.Event | null {
    if (this.burnt) return GONE;
    switch (todo.type) {
      case "Place":
        this.put(1, todo.m1);
        return { type: "Placed", nameplate: NAMEPLATES[todo.form] };
      case "Put":
        return { type: this.put(todo.number, todo.data) ? "Stored" : "Refused", number: todo.number };
      case "Fetch": {
        const data = this.messages.get(todo.number);
        return data ? message(todo.number, data) : null;
      }
      case "Check":
        return CHECK;
      case "Burn":
        this.burnt = true;
        return null;
    }
  }

  put(number: number, data: Uint8Array): boolean {
    const there = this.messages.get(number) ?? data;
    this.messages.set(number, there);
    return hex(there) === hex(data);
  }
}

class Crash extends Error {}

/** One side and what was saved of it, beside a relay in memory; stops after so many lines. */
class Journal<Side extends bell.Side> {
  crashAt = 0;
  lines = 0;
  readonly relay: Relay;
  readonly load: (record: RecordValue) => Side;
  side: Side;
  kept: RecordValue;

  constructor(relay: Relay, side: Side, load: (record: RecordValue) => Side) {
    this.relay = relay;
    this.side = side;
    this.load = load;
    this.kept = saved(side);
  }

  line(): void {
    this.lines += 1;
    if (this.lines === this.crashAt) throw new Crash();
  }

  wake(): void {
    this.side = this.load(this.kept);
  }

  /** Do what there is to do, until nothing is or one must wait for the other. */
  work(): void {
    while (bell.todo(this.side).some((todo) => this.moves(todo)));
  }

  moves(todo: bell.Todo): boolean {
    const event = this.relay.does(todo);
    this.line();
    if (event === null) return false;
    const before = this.side;
    this.side = bell.step(before, event, NOW_S);
    this.line();
    this.kept = saved(this.side);
    this.line();
    return this.side !== before;
  }
}

test.each(["giver", "answerer"])("a crash of the %s at any line joins both or burns both", (who) => {
  const [ana, ben] = [new Person("Ana"), new Person("Ben")];
  const ends = new Set<string>();
  for (let crashAt = 1, crashed = true; crashed; crashAt++) {
    crashed = false;
    const relay = new Relay();
    const made = bell.give(ana.bundle, { form: "spoken", relay: RELAY, nowS: NOW_S });
    const giver = new Journal(relay, made, bell.Giver.fromRecord);
    giver.work();
    const answerer = new Journal(relay, ben.answers(giver.side.code), bell.Answerer.fromRecord);
    giver.lines = 0;
    (who === "giver" ? giver : answerer).crashAt = crashAt;
    for (let round = 0; round < 8; round++) {
      for (const journal of [answerer, giver]) {
        try {
          journal.work();
        } catch (error) {
          if (!(error instanceof Crash)) throw error;
          crashed = true;
          journal.wake();
        }
      }
    }

    expect(giver.side.outcome).not.toBeNull();
    expect(giver.side.outcome === "joined").toBe(answerer.side.outcome === "joined");
    ends.add(String(giver.side.outcome));
  }

  expect(ends).toContain("joined");
  // A crash between saving spent and looking at the tag.
  expect(ends.has("burnt")).toBe(who === "giver");
});

function saved(side: bell.Side): RecordValue {
  return decodeMap(encode(side.toRecord()), BYTES_MAX);
}

function joined(): [bell.Giver, bell.Answerer] {
  const placed = new Person("Ana").gives();
  return ringTrue(placed, new Person("Ben").answers(placed.code));
}

/** Bring a bell to where the giver is spent. */
function untilM2(
  giver: bell.Giver,
  answerer: bell.Answerer = new Person("Ben").answers(giver.code),
): [bell.Giver, bell.Answerer] {
  const answered = bell.step(answerer, message(1, giver.m1), NOW_S);
  return [bell.step(giver, message(2, answered.m2), NOW_S), answered];
}
