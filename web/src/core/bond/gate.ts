/**
 * The parts of a lock: the wish, the chains that it leans on, and the gates of its ways.
 *
 * A gate is one layer of age around the letter key. Its record says who can take that layer off; a gate that exists
 * makes sense in itself, and `lock.ts` sees to it that all of them make sense together.
 */

import type { RecordValue, Value } from "../encoding";
import { Damaged, Mistaken } from "../errors";
import { Chain, ROUND_MAX } from "../wire/beacon";
import { type Civil, date, parseLocal, seconds, time, weekday } from "./civil";
import { Fields } from "./record";

export const WATCH_ID_BYTES = 16;
export const RECIPIENT_BYTES = 1216;
export const CHAINS_MAX = 8;
export const GATES_MAX = 10; // all chains, a silence, and guardians
export const KEEPER_LENGTH_MAX = 64;
export const ZONE_LENGTH_MAX = 64;
export const GUARDIANS_MAX = 16; // SLIP-39 counts to sixteen

const OFFSET_MAX_S = 26 * 3600; // no zone is farther from UTC, also where a law moved it by a day

/**
 * The moment that the writer meant: a local date and time in a zone, and the instant that this is.
 *
 * `local` is `YYYY-MM-DDTHH:MM`, with `:SS` only where there are seconds. `tzdata` names the version of the tz
 * database by which the instant was computed, since laws move clocks; `intl` where a browser did, which has one.
 */
export class Wish {
  readonly local: string;
  readonly zone: string;
  readonly tzdata: string;
  readonly instantS: number;
  readonly #named: Civil;

  constructor(wish: { local: string; zone: string; tzdata: string; instantS: number }) {
    const named = parseLocal(wish.local);
    if (!named) throw new Mistaken("The local time of a wish reads like 2027-10-10T08:00.");
    if (!isZone(wish.zone) || !isZone(wish.tzdata)) {
      throw new Mistaken("The zone of a wish is named as in the tz database, like Europe/Berlin.");
    }
    if (Math.abs(seconds(named) - wish.instantS) > OFFSET_MAX_S || wish.instantS < 0) {
      throw new Mistaken("The local time of this wish and its instant lie more than a day apart.");
    }
    this.local = wish.local;
    this.zone = wish.zone;
    this.tzdata = wish.tzdata;
    this.instantS = wish.instantS;
    this.#named = named;
  }

  /** The wish as a person says it in English: weekday, date, time and zone. */
  get words(): string {
    const at = this.#named;
    return `${weekday(at)} ${date(at)}, ${time(at)} (${this.isUtc ? "UTC" : this.zone})`;
  }

  /** Whether the wish was made in no zone of anybody's. */
  get isUtc(): boolean {
    return this.zone === "Etc/UTC" || this.zone === "UTC";
  }

  record(): RecordValue {
    return { instant: this.instantS, local: this.local, tzdata: this.tzdata, zone: this.zone };
  }

  static fromRecord(value: Value): Wish {
    const fields = new Fields(value, "wish");
    return new Wish({
      local: fields.text("local", 19),
      zone: fields.text("zone", ZONE_LENGTH_MAX),
      tzdata: fields.text("tzdata", ZONE_LENGTH_MAX),
      instantS: fields.number("instant"),
    });
  }
}

/** A chain and who keeps it. Chains with one label are one keeper's, and count once. */
export class KeptChain {
  readonly chain: Chain;
  readonly keeper: string;

  constructor(chain: Chain, keeper: string) {
    const { length } = [...keeper];
    if (!(0 < length && length <= KEEPER_LENGTH_MAX) || !isPrintable(keeper)) {
      throw new Mistaken("The keeper of a chain has a short name, in characters that can be seen.");
    }
    this.chain = chain;
    this.keeper = keeper;
  }

  record(): RecordValue {
    return { chain: this.chain.record(), keeper: this.keeper };
  }

  static fromRecord(value: Value): KeptChain {
    const fields = new Fields(value, "chain of a lock");
    return new KeptChain(Chain.fromRecord(fields.map("chain")), fields.text("keeper", KEEPER_LENGTH_MAX));
  }
}

/** A round of a chain, which is named by its place in the lock's list: mathematics. */
export class DateGate {
  readonly kind = "date";
  readonly chain: number;
  readonly round: number;

  constructor(chain: number, round: number) {
    if (!(0 <= chain && chain < CHAINS_MAX && 1 <= round && round <= ROUND_MAX)) {
      throw new Mistaken("A date names a chain of its lock, and a round.");
    }
    this.chain = chain;
    this.round = round;
  }

  record(): RecordValue {
    return { chain: this.chain, kind: this.kind, round: this.round };
  }
}

/** A recipient whose secret a watch releases. Alone it is courtesy: the relay could do so at any time. */
export class SilenceGate {
  readonly kind = "silence";
  readonly recipient: Uint8Array;
  readonly watch: Uint8Array;

  constructor(recipient: Uint8Array, watch: Uint8Array) {
    checkRecipient(recipient);
    if (watch.length !== WATCH_ID_BYTES) throw new Mistaken(`The id of a watch has ${WATCH_ID_BYTES} bytes.`);
    this.recipient = recipient;
    this.watch = watch;
  }

  record(): RecordValue {
    return { kind: this.kind, recipient: this.recipient, watch: this.watch };
  }
}

/** A recipient whose seed is split among guardians, of whom `threshold` together have it again. */
export class GuardiansGate {
  readonly kind = "guardians";
  readonly recipient: Uint8Array;
  readonly threshold: number;
  readonly guardians: number;

  constructor(recipient: Uint8Array, threshold: number, guardians: number) {
    checkRecipient(recipient);
    if (!(1 <= threshold && threshold <= guardians && guardians <= GUARDIANS_MAX)) {
      throw new Mistaken(`Guardians are ${GUARDIANS_MAX} at most, and no more are needed than there are.`);
    }
    this.recipient = recipient;
    this.threshold = threshold;
    this.guardians = guardians;
  }

  record(): RecordValue {
    const { guardians, kind, recipient, threshold } = this;
    return { guardians, kind, recipient, threshold };
  }
}

export type Gate = DateGate | SilenceGate | GuardiansGate;
export type Way = readonly Gate[];

/** Whether this way needs time to pass and nothing else. */
export function isDates(way: Way): way is readonly DateGate[] {
  return way.length > 0 && way.every((gate) => gate.kind === "date");
}

/** The way that a list of gate records holds. */
export function readWay(value: Value): Way {
  if (!Array.isArray(value) || value.length > GATES_MAX) {
    throw new Damaged("A way of this lock is not a list of gates.");
  }
  return value.map(readGate);
}

/** The gate that a record holds; throws `Damaged` for a kind that is not known. */
export function readGate(value: Value): Gate {
  const fields = new Fields(value, "gate");
  switch (fields.text("kind", 16)) {
    case "date":
      return new DateGate(fields.number("chain", 0, CHAINS_MAX), fields.number("round"));
    case "silence":
      return new SilenceGate(fields.data("recipient", RECIPIENT_BYTES), fields.data("watch", WATCH_ID_BYTES));
    case "guardians":
      return new GuardiansGate(
        fields.data("recipient", RECIPIENT_BYTES),
        fields.number("threshold"),
        fields.number("guardians"),
      );
    default:
      throw new Damaged("This lock has a gate of a kind that this Twinbell does not know.");
  }
}

function checkRecipient(recipient: Uint8Array): void {
  if (recipient.length !== RECIPIENT_BYTES) {
    throw new Mistaken(`The recipient of a gate has ${RECIPIENT_BYTES} bytes.`);
  }
}

/** Whether this could be a name of the tz database; whether it is one, only the database knows. */
export function isZone(text: string): boolean {
  return /^[A-Za-z0-9/_+-]+$/.test(text) && text.length <= ZONE_LENGTH_MAX;
}

/** Whether all characters can be seen: no control, format, private or unassigned ones, no blank but the space. */
function isPrintable(text: string): boolean {
  return !/[\p{C}\p{Z}]/u.test(text.replaceAll(" ", ""));
}
