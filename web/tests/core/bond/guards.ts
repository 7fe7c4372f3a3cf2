/** A writer with a guardian, and the watch between them: what the tests of last letters share. */

import type { Kind } from "../../../src/core/bond/bundle";
import { step } from "../../../src/core/bond/lifecycle";
import type { Event } from "../../../src/core/bond/event";
import type { AboutWatch, GuardianAsk, ReaderSeat, Share } from "../../../src/core/bond/guardian";
import { type Appointed, Owned, type Seat, type WatchKeys } from "../../../src/core/bond/watchkeys";
import { deposit } from "../../../src/core/bond/writing";
import { randomBytes, same, utf8 } from "../../../src/core/bytes";
import * as kdf from "../../../src/core/crypto/kdf";
import * as shares from "../../../src/core/crypto/shares";
import { SigningKey } from "../../../src/core/crypto/signing";
import { notesHash, sealNote, signAlive, signAway } from "../../../src/core/wire/life";
import { consent, type Guardian, signTerms, type Terms, watchId } from "../../../src/core/wire/terms";
import { NOW_S, pair, RELAY } from "./people";
import { DAY_S, Two, type Who } from "./two";

const keyOf = (name: string): SigningKey => new SigningKey(kdf.sha256(utf8(name)));
export const filled = (byte: number, length = 32): Uint8Array => new Uint8Array(length).fill(byte);

export const KEY = keyOf("the key of a watch");
export const WATCH = watchId(KEY.verifyKey.raw);
export const STOP = new Uint8Array(16).map((_, at) => at);
export const READER = filled(7);
export const OTHER = keyOf("another guardian");
const OTHER_SEAT = consent(OTHER, WATCH, Math.floor(NOW_S / DAY_S), filled(8));
const SPLIT = shares.split(filled(9), 2, 3, randomBytes);

export function ask(changes: Partial<GuardianAsk> = {}): GuardianAsk {
  const units = { every: 30, grace: 7, veto: 7 };
  return {
    kind: "guardian-ask",
    watch: WATCH,
    ...units,
    reader: "Clara",
    relay: RELAY,
    rehearsal: false,
    ...changes,
  };
}

/** Return terms with these guardians and another one, who are all needed. */
export function terms(guardians: readonly Guardian[] = [], changes: Partial<Terms> = {}): Terms {
  return {
    key: KEY.verifyKey.raw,
    number: 1,
    epoch: 0,
    unitS: DAY_S,
    every: 30,
    grace: 7,
    veto: 7,
    zone: "Europe/Berlin",
    k: 1 + guardians.length,
    guardians: [...guardians, OTHER_SEAT],
    reader: kdf.sha256(READER),
    owner: kdf.sha256(filled(6)),
    stop: kdf.sha256(STOP),
    hands: [],
    armed: false,
    rehearsal: false,
    ...changes,
  };
}

export function signed(guardians: readonly Guardian[] = [], changes: Partial<Terms> = {}): Uint8Array {
  return signTerms(terms(guardians, changes), KEY).toBytes();
}

export function alive(n: number, by = KEY): Uint8Array {
  const said = { watch: WATCH, epoch: 0, n, day: Math.floor(n / DAY_S), notes: notesHash(new Map()) };
  return signAlive(said, by).toBytes();
}

export function away(n: number, untilS: number): Uint8Array {
  return signAway({ watch: WATCH, n, fromS: n, untilS }, KEY).toBytes();
}

export function share(epoch = 1, { place = 0, split = SPLIT } = {}): Share {
  return { kind: "share", watch: WATCH, epoch, gate: filled(epoch), words: split[place]!, k: 2, n: 3 };
}

/** The shares of another arming. */
export function anotherSplit(k = 2, n = 3): string[] {
  return shares.split(randomBytes(32), k, n);
}

export function readerSeat(changes: Partial<ReaderSeat> = {}): ReaderSeat {
  return {
    kind: "reader-seat",
    relay: RELAY,
    watch: WATCH,
    key: KEY.verifyKey.raw,
    token: READER,
    terms: signed(),
    guardians: ["Ben", "Olga"],
    ...changes,
  };
}

/** A watch of Ana's own. */
export function owned(changes: Partial<Owned> = {}): Owned {
  const tokens = { owner: filled(6), reader: READER, stop: terms().stop };
  const made = { watch: WATCH, seed: KEY.seed, terms: signed(), gate: filled(4, 1216), number: 1 };
  return new Owned({ ...tokens, ...made, ...changes });
}

const PAIRS: Readonly<Record<Kind, ReturnType<typeof pair>>> = {
  pair: pair("pair"),
  guardian: pair("guardian"),
};

/** Ana has last letters, Ben is her guardian. */
export class Guarded extends Two {
  constructor(kind: Kind = "guardian") {
    super(PAIRS[kind]);
  }

  kept(who: Who): WatchKeys {
    return this[who].keyring.watch;
  }

  /** What Ana keeps of Ben. */
  get appointed(): Appointed {
    return this.kept("ana").guardian(WATCH)!;
  }

  /** What Ben keeps of the watch. */
  get seat(): Seat {
    return this.kept("ben").seat(WATCH)!;
  }

  /** Let one send a content as a program that does not keep to the rules would. */
  async says(who: Who, content: AboutWatch): Promise<void> {
    const now = { nowS: this.nowS, random: randomBytes, byPerson: true };
    const [pendant, effects] = await deposit(this[who], content, now);
    this[who] = pendant;
    for (const effect of effects) if (effect.type === "Deposit") await this.deliver(who, effect);
  }

  async agrees(): Promise<this> {
    await this.does("ana", { type: "GuardianAsked", ask: ask() });
    await this.does("ben", { type: "GuardianAnswered", watch: WATCH, yes: true });
    return this;
  }

  /** Ben, as he stands in terms. */
  get guardian(): Guardian {
    const { seat, token, consent, day } = this.appointed;
    return { seat, token: kdf.sha256(token), consent, day };
  }

  signed(changes: Partial<Terms> = {}): Uint8Array {
    return signed([this.guardian], changes);
  }

  async seated(changes: Partial<Terms> = {}): Promise<this> {
    await this.agrees();
    await this.giveSeat(changes);
    return this;
  }

  async giveSeat(changes: Partial<Terms> = {}): Promise<void> {
    const place = { relay: RELAY, watch: WATCH, key: KEY.verifyKey.raw };
    await this.does("ana", { type: "SeatGiven", ...place, terms: this.signed(changes) });
  }

  async giveShare(given: Share): Promise<void> {
    await this.does("ana", { type: "ShareGiven", share: given });
  }

  /** Let Ben look at the watch, and see this. */
  async looks(seen: Omit<Event<"WatchSeen">, "type" | "watch">): Promise<void> {
    const [pendant, effects] = await step(this.ben, { type: "WatchSeen", watch: WATCH, ...seen }, this.nowS);
    this.ben = pendant;
    this.effects.push(...effects.map((effect) => ["ben", effect] as const));
  }

  note(duress: boolean, day: number): Uint8Array {
    return sealNote({ duress, day }, this.ben.keyring.letterRecipient, WATCH);
  }

  /** Which kinds one did not take in. */
  refused(who: Who): string[] {
    return this.heard(who, "WatchRefused").map(({ kind }) => kind);
  }

  /** The terms that hold for Ben at this time. */
  holds(nowS: number, expected: Uint8Array): boolean {
    return same(this.seat.held(nowS)!.terms, expected);
  }
}
