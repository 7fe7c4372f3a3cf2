/** The seats at a watch as they are kept: the guardian's, in the bond with the writer, and the reader's. */

import type { RecordValue, Value } from "../encoding";
import { Damaged, Mistaken } from "../errors";
import { ID_BYTES, TOKEN_BYTES, WATCH_GUARDIANS_MAX } from "../wire/limits";
import { KEY_BYTES, NAME_LENGTH_MAX } from "./bundle";
import { Frozen } from "./frozen";
import {
  type AboutWatch,
  checked,
  DAY_MAX,
  type GuardianAsk,
  type GuardianSeat,
  HASH_BYTES,
  readAsk,
  readSeat,
  readShare,
  type Share,
  SIGNED_BYTES_MAX,
  written,
} from "./guardian";
import { RELAY_URL_LENGTH_MAX } from "./kit";
import { Fields } from "./record";

export const SHARES_MAX = 6; // of one seat: armings whose letters were not all sealed again yet

const EMPTY = new Uint8Array();

/** A share in a guardian's hand, and since when. */
export interface HeldShare {
  readonly share: Share;
  readonly sinceS: number;
}

interface SeatFields {
  readonly ask: GuardianAsk;
  /** Of the seat's Ed25519 key; none before a yes. */
  readonly seed: Uint8Array;
  readonly consentDay: number;
  /** The terms in force. */
  readonly given: GuardianSeat | null;
  /** Looser ones, which wait as at the relay. */
  readonly coming: GuardianSeat | null;
  /** Until then. */
  readonly comingS: number;
  /** By epoch. */
  readonly shares: readonly HeldShare[];
  /** The newest sign of life that this guardian holds, and has checked. */
  readonly lifeS: number;
  /** The number of that sign, so that an older one is known. */
  readonly lifeN: number;
  /** Until when an absence was planned. */
  readonly awayS: number;
  /** When a note said that it was not of the person's free will; 0 = not. */
  readonly duressS: number;
  /** SHA-256 of the code on paper that was shown: it ends the terms that name it. */
  readonly stopped: Uint8Array;
}

const NEW_SEAT = {
  seed: EMPTY,
  consentDay: 0,
  given: null,
  coming: null,
  comingS: 0,
  shares: [],
  lifeS: 0,
  lifeN: 0,
  awayS: 0,
  duressS: 0,
  stopped: EMPTY,
};

export interface Seat extends SeatFields {}

/** A guardian's seat: what they were asked, what they were given, and the newest that they know. */
export class Seat extends Frozen<SeatFields> {
  constructor(fields: Pick<SeatFields, "ask"> & Partial<SeatFields>) {
    super({ ...NEW_SEAT, ...fields });
  }

  get watch(): Uint8Array {
    return this.ask.watch;
  }

  /** Whether this person said yes. */
  get consented(): boolean {
    return this.seed.length > 0;
  }

  /** Return what this guardian was given, with the terms that are in force now. */
  held(nowS: number): GuardianSeat | null {
    return this.coming && nowS >= this.comingS ? this.coming : this.given;
  }

  /** Return the seat with this share; the oldest goes where there are too many. */
  withShare(share: Share, nowS: number): Seat {
    const others = this.shares.filter((held) => held.share.epoch !== share.epoch);
    const shares = [...others, { share, sinceS: nowS }].sort((a, b) => a.share.epoch - b.share.epoch);
    return this.with({ shares: shares.slice(-SHARES_MAX) });
  }

  toRecord(): RecordValue {
    return {
      ask: written(this.ask),
      seed: this.seed,
      consented: this.consentDay,
      given: orNull(this.given),
      coming: orNull(this.coming),
      coming_at: this.comingS,
      shares: this.shares.map(({ share, sinceS }) => ({ share: written(share), since: sinceS })),
      life: this.lifeS,
      n: this.lifeN,
      away: this.awayS,
      duress: this.duressS,
      stopped: this.stopped,
    };
  }

  static fromRecord(value: Value): Seat {
    const fields = new Fields(value, "seat");
    return new Seat({
      ask: kept(fields, "ask", readAsk),
      seed: fields.dataUpTo("seed", KEY_BYTES),
      consentDay: fields.number("consented", 0, DAY_MAX),
      given: fields.has("given") ? kept(fields, "given", readSeat) : null,
      coming: fields.has("coming") ? kept(fields, "coming", readSeat) : null,
      comingS: fields.number("coming_at"),
      shares: fields.items("shares", SHARES_MAX).map(readHeld),
      lifeS: fields.number("life"),
      lifeN: fields.number("n"),
      awayS: fields.number("away"),
      duressS: fields.number("duress"),
      stopped: fields.dataUpTo("stopped", HASH_BYTES),
    });
  }
}

interface ReadingFields {
  readonly watch: Uint8Array;
  readonly relay: string;
  readonly key: Uint8Array;
  readonly token: Uint8Array;
  readonly terms: Uint8Array;
  readonly guardians: readonly string[];
}

export interface Reading extends ReadingFields {}

/** The reader's seat. */
export class Reading extends Frozen<ReadingFields> {
  toRecord(): RecordValue {
    const { watch, relay, key, token, terms, guardians } = this;
    return { watch, relay, key, token, terms, guardians: [...guardians] };
  }

  static fromRecord(value: Value): Reading {
    const fields = new Fields(value, "reader's seat");
    const names = fields.items("guardians", WATCH_GUARDIANS_MAX);
    return new Reading({
      watch: fields.data("watch", ID_BYTES),
      relay: fields.text("relay", RELAY_URL_LENGTH_MAX),
      key: fields.data("key", KEY_BYTES),
      token: fields.data("token", TOKEN_BYTES),
      terms: fields.dataUpTo("terms", SIGNED_BYTES_MAX),
      guardians: names.map((name) => [...String(name)].slice(0, NAME_LENGTH_MAX).join("")),
    });
  }
}

/** Return the record of a content, or null where there is none. */
export function orNull(content: AboutWatch | null): RecordValue | null {
  return content && written(content);
}

/** Return the content of a message that lies in a field; throw `Damaged` for anything else. */
export function kept<Content extends AboutWatch>(
  fields: Fields,
  name: string,
  read: (fields: Fields) => Content,
): Content {
  try {
    return checked(read(new Fields(fields.map(name), name)));
  } catch (error) {
    if (error instanceof Mistaken) throw new Damaged(error.sentence);
    throw error;
  }
}

function readHeld(value: Value): HeldShare {
  const fields = new Fields(value, "share");
  return { share: kept(fields, "share", readShare), sinceS: fields.number("since") };
}
