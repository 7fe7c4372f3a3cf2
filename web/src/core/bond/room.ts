/**
 * The room: both are present, and nothing that is said is kept.
 *
 *     outside     Entered(1)   alone           confirming   their first frame   together
 *     outside     Entered(2)   greeting        together     frames, beats       together
 *     alone       Entered(2)   greeting        together     their leave         alone
 *     greeting    their hello  answered        any inside   TheyLeft            alone
 *     answered    their answer confirming      any          Leave, Lost, …      outside, with nothing in it
 *
 * Each makes an X-Wing key for this meeting and shows it (hello); each encapsulates to the other's (answer); both
 * secrets, what both know of old, and all that was said make the keys (`ratchet.ts`). The first frame under them
 * confirms: only when the other's has opened is anything of a person's said. Who stands at the door and is not the
 * other one does not get that far, and is told of.
 *
 * From then on one frame goes at each `Beat`, said something or not: whoever counts frames learns that two are there,
 * and not who thinks, writes or is silent. A frame that does not open is the end of the meeting, since none can be
 * lost or overtake on the way. To come back is to begin anew, with new keys.
 *
 *     const [next, effects] = step(room, event)
 *
 * Nothing here is ever saved. It reads no clock: beats are counted. docs/spec/room.md has the bytes.
 */

import { concat, type Random, randomBytes, same } from "../bytes";
import * as xwing from "../crypto/xwing";
import { Damaged } from "../errors";
import type { Door } from "./door";
import { otherOf, Role } from "./keys";
import { chains, type Greeting, type Ratchet } from "./ratchet";
import { type Moment, NOTHING, parse, type Thought, toPlain } from "./thought";

export const BEAT_MS = 250; // quick enough for words to appear as they are thought, and four frames a second
export const SILENT_BEATS = 60; // a quarter of a minute without the other's beat: they are gone

const VERSION = 1;
const HELLO_BYTES = 3 + xwing.PUBLIC_BYTES;

interface Inside {
  readonly door: Door;
  readonly meeting: number;
}

/** Both are there, and it is not yet sure that the other one is the other one. */
interface Meeting extends Inside {
  /** Whether we were here before the other, as the relay says and both confirm. */
  readonly first: boolean;
}

interface Greeted extends Meeting {
  /** Of our X-Wing key, until the keys are made. */
  readonly seed: Uint8Array;
  readonly hello: Uint8Array;
}

interface Keyed extends Meeting {
  readonly sending: Ratchet;
  readonly receiving: Ratchet;
}

interface Here extends Keyed {
  readonly hand: boolean;
  readonly theirHand: boolean;
  /** What waits for a beat. */
  readonly thoughts: readonly Thought[];
  /** Beats since we heard from the other. */
  readonly silent: number;
}

type Outside = { readonly state: "outside"; readonly door: Door };
type Alone = { readonly state: "alone" } & Inside;
/** For their hello. */
type Greets = { readonly state: "greeting" } & Greeted;
/** For their answer. `answer` is ours, and `secret` is in it. */
type Answers = { readonly state: "answered" } & Greeted & { readonly theirHello: Uint8Array } & Omit<
    Greeting,
    "hello"
  >;
/** For their first frame. */
type Confirms = { readonly state: "confirming" } & Keyed;
type Together = { readonly state: "together" } & Here;

/** One side of a room, by what is waited for. `step` returns the next one, and the one before is spent. */
export type Room = Outside | Alone | Greets | Answers | Confirms | Together;

/** What happens. `Entered`, `TheyLeft`, `SeatTaken` and `Heard` come from the relay. */
export type Event =
  /** We are in the room, and so many are there; `meeting` is the relay's number for this company. */
  | { readonly type: "Entered"; readonly here: number; readonly meeting: number }
  /** The other connection is gone. */
  | { readonly type: "TheyLeft" }
  /** Somebody else sits in our seat: another device of ours, or whoever knows the way. */
  | { readonly type: "SeatTaken" }
  /** Our own connection is gone. */
  | { readonly type: "Lost" }
  /** The other connection has said this. */
  | { readonly type: "Heard"; readonly meeting: number; readonly body: Uint8Array }
  /** `BEAT_MS` have passed. */
  | { readonly type: "Beat" }
  /** The person writes; nobody hears it unless both are here. */
  | { readonly type: "Think"; readonly thought: Thought }
  /** The person's hand is there, or no longer. */
  | { readonly type: "Press"; readonly pressed: boolean }
  /** The person leaves. */
  | { readonly type: "Leave" };

/** What a person is told; `…` is the other's name. */
export type News =
  /** You are in the room. … is not there yet. */
  | { readonly type: "Alone" }
  /** Both are here. `first`: you came first. */
  | { readonly type: "Together"; readonly first: boolean }
  /** … has left, or was lost on the way. */
  | { readonly type: "Gone"; readonly left: boolean }
  /** … thinks. */
  | Thought
  /** The hand of … is there, or no longer. */
  | { readonly type: "Hand"; readonly pressed: boolean }
  /** Somebody was at the door who is not …. They heard nothing. */
  | { readonly type: "Stranger" }
  /** What came was changed on the way. Nothing more was said. */
  | { readonly type: "Tampered" }
  /** Your place in the room was taken: by another device of yours, or by somebody who should not know it. */
  | { readonly type: "Taken" }
  /** … has a newer Twinbell. Update yours to meet here. */
  | { readonly type: "NewerNeeded" };

/** What is to be done. */
export type Effect =
  /** Send this to the other, in this meeting. */
  | { readonly type: "Say"; readonly meeting: number; readonly body: Uint8Array }
  /** Leave the room at the relay. */
  | { readonly type: "GoOut" }
  | { readonly type: "Tell"; readonly news: News };

export type Step = [Room, Effect[]];

/** What chance decides; a vector brings its own. */
export interface Chance {
  readonly random?: Random;
  readonly encapsulate?: (publicKey: Uint8Array) => xwing.Encapsulated;
}

/** Return a side that is not there yet. */
export function outside(door: Door): Room {
  return { state: "outside", door };
}

/**
 * Return the room after `event`, and what is to be done, in order. Never throws for what came.
 *
 * The room that was given is spent: its keys are wiped where the next one has them no more.
 */
export function step(room: Room, event: Event, chance: Chance = {}): Step {
  const [next, effects] = stepped(room, event, chance);
  const kept = new Set(secretsOf(next));
  for (const secret of secretsOf(room)) if (!kept.has(secret)) secret.fill(0);
  return [next, effects];
}

function stepped(room: Room, event: Event, chance: Chance): Step {
  switch (event.type) {
    case "Entered":
      return entered(room, event, chance.random ?? randomBytes);
    case "TheyLeft":
      return "meeting" in room ? [alone(room), room.state === "alone" ? [] : gone(room, false)] : [room, []];
    case "SeatTaken":
      return [outside(room.door), [tell({ type: "Taken" })]];
    case "Lost":
      return [outside(room.door), gone(room, false)];
    case "Heard":
      return heard(room, event, chance);
    case "Beat":
      return room.state === "together" ? beat(room) : [room, []];
    case "Think":
      return [room.state === "together" ? thinks(room, event.thought) : room, []];
    case "Press":
      return [room.state === "together" ? { ...room, hand: event.pressed } : room, []];
    case "Leave":
      return leave(room);
  }
}

function entered(room: Room, { here, meeting }: { here: number; meeting: number }, random: Random): Step {
  const { door } = room;
  const before = gone(room, false);
  if (here === 1) return [{ state: "alone", door, meeting }, [...before, tell({ type: "Alone" })]];
  const first = room.state !== "outside";
  const seed = random(xwing.SEED_BYTES);
  const hello = concat(Uint8Array.of(VERSION, door.role, Number(first)), xwing.publicKey(seed));
  return [{ state: "greeting", door, meeting, first, seed, hello }, [...before, say(meeting, hello)]];
}

function heard(room: Room, { meeting, body }: { meeting: number; body: Uint8Array }, chance: Chance): Step {
  if (!("meeting" in room) || room.state === "alone" || meeting !== room.meeting) return [room, []];
  try {
    switch (room.state) {
      case "greeting":
        return greeted(room, body, chance);
      case "answered":
        return answered(room, body);
      case "confirming":
        return confirmed(room, body);
      case "together":
        return said(room, body);
    }
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    // Before it was confirmed who they are, they are nobody; afterwards somebody is between.
    const type = room.state === "together" ? "Tampered" : "Stranger";
    return [outside(room.door), [...gone(room, false), { type: "GoOut" }, tell({ type })]];
  }
}

function greeted(room: Greets, body: Uint8Array, { encapsulate = xwing.encapsulate }: Chance): Step {
  if (body[0]! > VERSION) return [outside(room.door), [{ type: "GoOut" }, tell({ type: "NewerNeeded" })]];
  // Each says which of the two it is, and whether it came first: unless they agree on what the relay has
  // told them of that, there is no meeting.
  const expected = Uint8Array.of(VERSION, otherOf(room.door.role), Number(!room.first));
  if (body.length !== HELLO_BYTES || !same(body.subarray(0, 3), expected)) {
    throw new Damaged("This is not how the other one greets.");
  }
  const { ciphertext: answer, secret } = encapsulate(body.subarray(3));
  return [{ ...room, state: "answered", theirHello: body, answer, secret }, [say(room.meeting, answer)]];
}

function answered(room: Answers, body: Uint8Array): Step {
  const { door, meeting, first } = room;
  const ours: Greeting = { hello: room.hello, answer: room.answer, secret: room.secret };
  const secret = xwing.decapsulate(room.seed, body);
  const theirs: Greeting = { hello: room.theirHello, answer: body, secret };
  const [giver, answerer] = door.role === Role.GIVER ? [ours, theirs] : [theirs, ours];
  const made = chains({ bond: door.bond, room: door.room, known: door.known, giver, answerer });
  secret.fill(0);
  const [frame, sending] = made[door.role].seal(toPlain(NOTHING));
  made[door.role].chain.fill(0);
  const receiving = made[otherOf(door.role)];
  return [{ state: "confirming", door, meeting, first, sending, receiving }, [say(meeting, frame)]];
}

function confirmed(room: Confirms, body: Uint8Array): Step {
  const [receiving, moment] = opened(room, body);
  if (moment.hand || moment.thought || moment.leaves) {
    throw new Damaged("The first frame of a meeting says nothing.");
  }
  const here = { hand: false, theirHand: false, thoughts: [], silent: 0 };
  return [
    { ...room, ...here, state: "together", receiving },
    [tell({ type: "Together", first: room.first })],
  ];
}

function said(room: Together, body: Uint8Array): Step {
  const [receiving, { hand, thought, leaves }] = opened(room, body);
  if (leaves) {
    receiving.chain.fill(0);
    return [alone(room), gone(room, true)];
  }
  const effects: Effect[] = [];
  if (thought) effects.push(tell(thought));
  if (hand !== room.theirHand) effects.push(tell({ type: "Hand", pressed: hand }));
  return [{ ...room, receiving, theirHand: hand, silent: 0 }, effects];
}

function opened(room: Keyed, body: Uint8Array): [Ratchet, Moment] {
  const [plain, receiving] = room.receiving.open(body);
  return [receiving, parse(plain)];
}

function beat(room: Together): Step {
  if (room.silent >= SILENT_BEATS) return [outside(room.door), [...gone(room, false), { type: "GoOut" }]];
  const [thought = null, ...thoughts] = room.thoughts;
  const [frame, sending] = room.sending.seal(toPlain({ hand: room.hand, thought, leaves: false }));
  return [{ ...room, sending, thoughts, silent: room.silent + 1 }, [say(room.meeting, frame)]];
}

/** Of a thought that grew since the last beat, only how it is now is said. */
function thinks(room: Together, thought: Thought): Together {
  const last = room.thoughts.at(-1);
  const grows = last && last.number === thought.number && !last.done;
  return { ...room, thoughts: [...(grows ? room.thoughts.slice(0, -1) : room.thoughts), thought] };
}

function leave(room: Room): Step {
  if (room.state === "outside") return [room, []];
  const effects: Effect[] = [{ type: "GoOut" }];
  if (room.state === "together") {
    const [frame, spent] = room.sending.seal(toPlain({ ...NOTHING, leaves: true }));
    spent.chain.fill(0);
    effects.unshift(say(room.meeting, frame));
  }
  return [outside(room.door), effects];
}

function gone(room: Room, left: boolean): Effect[] {
  return room.state === "together" ? [tell({ type: "Gone", left })] : [];
}

function alone({ door, meeting }: Inside): Alone {
  return { state: "alone", door, meeting };
}

function say(meeting: number, body: Uint8Array): Effect {
  return { type: "Say", meeting, body };
}

function tell(news: News): Effect {
  return { type: "Tell", news };
}

/** What must not be found in memory once it is used. */
function secretsOf(room: Room): Uint8Array[] {
  switch (room.state) {
    case "greeting":
      return [room.seed];
    case "answered":
      return [room.seed, room.secret];
    case "confirming":
    case "together":
      return [room.sending.chain, room.receiving.chain];
    default:
      return [];
  }
}
