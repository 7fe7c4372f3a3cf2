/** Ana and Ben, a clock that jumps, and a network that does what it should. */

import type { Effect, Event, News } from "../../../src/core/bond/event";
import { step } from "../../../src/core/bond/lifecycle";
import type { Letter } from "../../../src/core/bond/message";
import type { Pendant } from "../../../src/core/bond/pendant";
import { NOW_S, pair } from "./people";

export const DAY_S = 86_400;

export const LETTER: Letter = {
  kind: "letter",
  id: new Uint8Array(16).fill(1),
  blob: new Uint8Array(16).fill(2),
  length: 9,
  sha256: new Uint8Array(32).fill(3),
  lock: new Uint8Array(32).fill(4),
  eml: new Uint8Array(32).fill(5),
};

/** A pendant is replaced and never changed, so all tests can begin with the same two. */
const BEGINNING = pair();

export type Who = "ana" | "ben";
export type Deposit = Effect<"Deposit">;

export class Two {
  ana: Pendant;
  ben: Pendant;
  nowS = NOW_S;
  readonly effects: (readonly [Who, Effect])[] = [];
  readonly sent = { ana: new Map<number, Deposit>(), ben: new Map<number, Deposit>() };

  constructor([ana, ben] = BEGINNING) {
    this.ana = ana;
    this.ben = ben;
  }

  /** Let one do something and carry all that follows to the other; return the deposits of the first. */
  async does(who: Who, event: Event, { deliver = true } = {}): Promise<Deposit[]> {
    const [pendant, effects] = await step(this[who], event, this.nowS);
    this[who] = pendant;
    const deposits: Deposit[] = [];
    for (const effect of effects) {
      this.effects.push([who, effect]);
      if (effect.type === "Deposit") {
        deposits.push(effect);
        this.sent[who].set(effect.n, effect);
        if (deliver) await this.deliver(who, effect);
      }
      if (effect.type === "Resend" && deliver) {
        for (let n = effect.first; n <= effect.last; n++) await this.deliver(who, this.sent[who].get(n)!);
      }
    }
    return deposits;
  }

  async deliver(who: Who, deposit: Deposit, arrivedS = this.nowS): Promise<void> {
    const to = who === "ana" ? "ben" : "ana";
    const event: Event<"Arrived"> = { type: "Arrived", envelope: this[who].seal(deposit.body), arrivedS };
    if (deposit.blob === null) {
      await this.does(to, event);
      return;
    }
    const [, effects] = await step(this[to], event, this.nowS);
    const isAsked = effects.some((effect) => effect.type === "FetchBlob");
    await this.does(to, isAsked ? { ...event, blob: deposit.blob } : event);
  }

  /** What one was told, of this kind. */
  heard<Name extends News["type"]>(who: Who, type: Name): News<Name>[] {
    const told = this.caused(who, "Tell").map(({ news }) => news);
    return told.filter((news) => news.type === type) as unknown as News<Name>[];
  }

  /** What one was asked to do, of this kind. */
  caused<Name extends Effect["type"]>(who: Who, type: Name): Effect<Name>[] {
    const effects = this.effects.filter(([name]) => name === who).map(([, effect]) => effect);
    return effects.filter((effect) => effect.type === type) as unknown as Effect<Name>[];
  }

  async days(count: number): Promise<void> {
    for (let day = 0; day < count; day++) {
      this.nowS += DAY_S;
      await this.does("ana", { type: "Tick" });
      await this.does("ben", { type: "Tick" });
    }
  }
}
