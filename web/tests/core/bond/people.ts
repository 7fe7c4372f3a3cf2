/** Two people with a bond, and a bell between them, made the way that real ones are. */

import * as bell from "../../../src/core/bond/bell";
import { Code, type Form } from "../../../src/core/bond/code";
import { Device, Keyring, type Kind } from "../../../src/core/bond/keys";
import { Root } from "../../../src/core/bond/kit";
import { Pendant } from "../../../src/core/bond/pendant";
import { randomBytes } from "../../../src/core/bytes";

export const RELAY = "https://relay.example";
export const NOW_S = 1_800_000_000;
export const NAMEPLATES = { spoken: "7", link: "abcdefghijklmnopqrstuvwxyz" } as const;

/** A root, a device and a keyring that no bell has used yet. */
export class Person {
  readonly root = Root.generate(randomBytes);
  readonly device = Device.generate(randomBytes, { root: this.root, relay: RELAY });
  readonly keyring: Keyring;
  readonly bundle: Uint8Array;

  constructor(name: string, kind: Kind = "pair") {
    const about = { relay: RELAY, name, chain: null, nowS: NOW_S, random: randomBytes, kind };
    this.keyring = Keyring.generate(this.root, this.device, about);
    this.bundle = this.keyring.bundle(this.root);
  }

  gives(form: Form = "spoken"): bell.Giver {
    const giver = bell.give(this.bundle, { form, relay: RELAY, nowS: NOW_S });
    return bell.step(giver, { type: "Placed", nameplate: NAMEPLATES[form] }, NOW_S);
  }

  answers(code: Code | string, nowS = NOW_S): bell.Answerer {
    return bell.answer(typeof code === "string" ? Code.parse(code) : code, this.bundle, { nowS });
  }
}

/** The event in which a message of the other side comes. */
export function message(number: number, data: Uint8Array): bell.Event {
  return { type: "Message", number, data };
}

/** Carry the messages of a bell between two sides until both have an outcome. */
export function ringTrue(
  giver: bell.Giver,
  answerer: bell.Answerer,
  nowS = NOW_S,
): [bell.Giver, bell.Answerer] {
  answerer = bell.step(answerer, message(1, giver.m1), nowS);
  giver = bell.step(giver, message(2, answerer.m2), nowS);
  giver = bell.step(giver, { type: "Check" }, nowS);
  answerer = bell.step(answerer, message(3, giver.m3), nowS);
  giver = bell.step(giver, message(4, answerer.m4), nowS);
  return [giver, answerer];
}

/** Return the pendants of two people who have just joined. */
export function pair(kind: Kind = "pair"): [Pendant, Pendant] {
  const [ana, ben] = [new Person("Ana", kind), new Person("Ben", kind)];
  const placed = ana.gives();
  const [giver, answerer] = ringTrue(placed, ben.answers(placed.code));
  return [
    Pendant.begin(ana.keyring, ana.device, giver.joined),
    Pendant.begin(ben.keyring, ben.device, answerer.joined),
  ];
}

/** Return `data` with one bit changed. */
export function flipped(data: Uint8Array, at: number): Uint8Array {
  const changed = data.slice();
  changed[at < 0 ? data.length + at : at]! ^= 1;
  return changed;
}
