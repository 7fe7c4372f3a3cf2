/**
 * Being in the room of a bond: a connection to the relay that holds it, a beat, and what a person thinks.
 *
 * Nothing of it is written down: the rules (`core/bond/room`) have no way to, and this file saves nothing. A
 * connection that ends is opened anew, and that is a new meeting with new keys. What has come to our inbox is fetched
 * before entering, and now and then while nobody else is there: it may bring a new inbox key of the other one, and
 * then the door is another.
 */

import { type Door, doorOf } from "../core/bond/door";
import * as rules from "../core/bond/room";
import { fit, thought } from "../core/bond/thought";
import { hex, same } from "../core/bytes";
import { TwinbellError, Unreachable } from "../core/errors";
import type * as frames from "../core/wire/frame";
import { toBytes } from "../core/wire/frame";
import { TAKEN } from "../core/wire/problems";
import type { Room, RoomEnd } from "./api";
import * as bonds from "./bonds";
import { Signal, pause } from "./clock";
import type { Home } from "./home";
import { pendantOf } from "./journal";
import * as mail from "./mail";
import { Socket } from "./socket";

const CHANNEL = 1;
const LOOK_MS = 30_000; // how often to look for a new door while alone
const AGAIN_MS = 1_000;
const AGAIN_MS_MAX = 30_000;

/** After these nobody goes in again by itself: a person decides. */
const ENDINGS: { readonly [News in rules.News["type"]]?: RoomEnd } = {
  Stranger: "stranger",
  Tampered: "tampered",
  Taken: "taken",
  NewerNeeded: "newer",
};

/** One person's time in the room of one bond. */
export class Visit {
  readonly #home: Home;
  readonly #bond: Uint8Array;
  readonly #gone = new Signal();
  #room: rules.Room | null = null;
  #socket: Socket | null = null;
  #first: Room["first"] = null;
  #state: Room["state"] = "knocking";
  #inside = false;
  #leaving = false;
  #ended = false;
  /** The number of our next thought here, and how much of what a page writes has been ended before it. */
  #number = 0;
  #page = { number: 0, said: 0 };

  constructor(home: Home, bond: Uint8Array) {
    this.#home = home;
    this.#bond = bond;
  }

  get ended(): boolean {
    return this.#ended;
  }

  get shown(): Room {
    const { aboutOurs, aboutTheirs } = pendantOf(bonds.get(this.#home.vault, this.#bond));
    const place = aboutOurs.place === aboutTheirs.place ? aboutOurs.place : null;
    return { bond: hex(this.#bond), state: this.#state, first: this.#first, place };
  }

  /** Enter, and resolve once the relay has let us in; throw what keeps us out. */
  async enter(): Promise<Room> {
    const door = await this.#findDoor();
    await new Promise<void>((resolve, reject) => {
      void this.#stay(door, resolve)
        .then(async (refusal) => {
          if (this.#inside) return await this.#comeAgain(door);
          this.#end();
          reject(refusal ?? unreachable(door.relay));
        })
        .catch((error: unknown) => {
          this.#end();
          reject(error);
        });
    });
    return this.shown;
  }

  /** Say the thought that is being written, as it is now. What does not fit into one is ended, and another begun. */
  think({ number, text, done }: { number: number; text: string; done: boolean }): void {
    if (number !== this.#page.number) this.#page = { number, said: 0 };
    let [kept, rest] = fit(text.slice(this.#page.said));
    while (rest) {
      this.#say(kept, true);
      this.#page.said += kept.length;
      [kept, rest] = fit(rest);
    }
    this.#say(kept, done);
  }

  /** Give the hand, or take it back. */
  press(pressed: boolean): void {
    this.#step({ type: "Press", pressed });
  }

  /** Leave once all that was thought is said, as long as there is somebody to hear it. */
  leave(): void {
    this.#leaving = true;
    this.#goWhenSaid();
  }

  /** A connection that has ended is opened anew, as long as nobody has left. */
  async #comeAgain(last: Door): Promise<void> {
    let againMs = AGAIN_MS;
    for (let door = last; !this.#ended;) {
      await pause(this.#home.clock, againMs * (0.5 + Math.random() / 2), this.#gone.given());
      if (this.#ended) return;
      door = await this.#findDoor();
      await this.#stay(door, () => undefined);
      againMs = this.#inside ? AGAIN_MS : Math.min(2 * againMs, AGAIN_MS_MAX);
    }
  }

  /** Be in the room until the connection ends; return what the relay refused, if it did. */
  async #stay(door: Door, inside: () => void): Promise<TwinbellError | null> {
    const { clock, platform } = this.#home;
    let refusal: TwinbellError | null = null;
    this.#room = rules.outside(door);
    this.#inside = false;
    const stops = [
      this.#every(rules.BEAT_MS, () => this.#beat()),
      this.#every(LOOK_MS, () => this.#look(door)),
    ];
    await new Promise<void>((closed) => {
      const socket = new Socket(door.relay, clock, platform.WebSocket, {
        opened: () => {
          const { room, role: seat, token } = door;
          socket.send(toBytes({ type: "Enter", channel: CHANNEL, room, seat, token }));
        },
        frame: (frame) => {
          refusal = this.#heard(frame) ?? refusal;
          if (frame.type !== "Entered" || this.#inside) return;
          this.#inside = true;
          inside();
        },
        closed,
      });
      this.#socket = socket;
    });
    for (const stop of stops) stop();
    this.#socket = null;
    this.#step({ type: "Lost" });
    if (this.#leaving) this.#end();
    return refusal;
  }

  #heard(frame: frames.Frame): TwinbellError | null {
    if (frame.type === "Say") this.#step({ type: "Heard", meeting: frame.meeting, body: frame.body });
    else if (frame.type === "Entered") this.#step({ ...frame });
    else if (frame.type === "Left") this.#step({ type: "TheyLeft" });
    else if (frame.type === "Trouble" && frame.problem === TAKEN) this.#step({ type: "SeatTaken" });
    else if (frame.type === "Trouble") {
      this.#close();
      return new frame.problem.error(frame.problem.title);
    }
    return null;
  }

  #beat(): void {
    this.#step({ type: "Beat" });
    if (this.#leaving) this.#goWhenSaid();
  }

  /** While nobody else is there, the other one may stand before another door. */
  #look(door: Door): void {
    if (this.#room?.state !== "alone") return;
    void this.#findDoor()
      .then((found) => {
        if (this.#room?.state === "alone" && !same(found.room, door.room)) this.#close();
      })
      .catch(() => undefined);
  }

  async #findDoor(): Promise<Door> {
    try {
      await mail.collect(this.#home, this.#bond);
    } catch (error) {
      mail.foreseen(error); // the door that is known may be the right one all the same
    }
    return doorOf(pendantOf(bonds.get(this.#home.vault, this.#bond)));
  }

  #step(event: rules.Event): void {
    if (!this.#room) return;
    const [room, effects] = rules.step(this.#room, event);
    this.#room = room;
    for (const effect of effects) {
      if (effect.type === "Tell") this.#told(effect.news);
      else if (effect.type === "Say") this.#send({ ...effect, channel: CHANNEL });
      else {
        this.#send({ type: "Left", channel: CHANNEL });
        this.#close();
      }
    }
  }

  #told(news: rules.News): void {
    switch (news.type) {
      case "Thought": {
        const { number, text, done } = news;
        return this.#home.tell({ kind: "thought", mine: false, number, text, done });
      }
      case "Hand":
        return this.#home.tell({ kind: "hand", mine: false, pressed: news.pressed });
      case "Alone":
        return this.#show("alone");
      case "Together":
        this.#number = 0;
        return this.#show("together", null, news.first ? "me" : "them");
      case "Gone":
        return this.#show("alone", news.left ? "left" : "lost");
      default: {
        const why = ENDINGS[news.type] ?? null;
        this.#end();
        return this.#show("outside", why);
      }
    }
  }

  #show(state: Room["state"], why: RoomEnd | null = null, first: Room["first"] = null): void {
    this.#state = state;
    this.#first = first;
    this.#home.tell({ kind: "room", room: this.shown, ...(why && { why }) });
  }

  #say(text: string, done: boolean): void {
    this.#step({ type: "Think", thought: thought(this.#number, text, done) });
    if (done) this.#number++;
  }

  #send(frame: frames.Frame): void {
    this.#socket?.send(toBytes(frame));
  }

  #goWhenSaid(): void {
    if (this.#room?.state === "together" && this.#room.thoughts.length > 0) return;
    this.#end();
    this.#step({ type: "Leave" });
    this.#close();
    this.#state = "outside";
  }

  #end(): void {
    this.#ended = true;
    this.#gone.give();
  }

  #close(): void {
    this.#socket?.close();
    this.#socket = null; // what is still on its way to us comes too late
  }

  #every(ms: number, work: () => void): () => void {
    let stop = (): void => undefined;
    const wait = (): void => {
      stop = this.#home.clock.after(ms, () => {
        wait();
        work();
      });
    };
    wait();
    return () => stop();
  }
}

function unreachable(relay: string): Unreachable {
  const { host } = new URL(relay);
  return new Unreachable(`The relay at ${host} can't be reached.`, {
    code: "relay.unreachable",
    facts: { relay: host },
  });
}
