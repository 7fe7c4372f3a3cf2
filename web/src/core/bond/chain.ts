/**
 * Chains: what shows that a message came twice, came late, was lost, or came from an older copy of a device.
 *
 * Each device that sends counts its bodies from 0 and puts the hash of the one before into each. The receiver
 * keeps, for every device that writes to it, the hashes of the last thousand and the ranges that it has not got.
 *
 *     same counter, same hash      a double: dropped
 *     same counter, another hash   a fork: delivered and told, since a device restored from a backup counts
 *                                  again, and dropping its letters would lose them
 *     a counter too high           a gap: told after a while, asked for once a day, closed when the rest comes
 *
 * Below the thousand no hash is left, and of forks the last five hundred are known. What comes there again is a
 * double if it was sent no later than what was forgotten, and a fork if it was sent since.
 *
 * One who came back from paper begins in the middle of the other's chain. What lies before the first body is not
 * missing; what comes of it all the same is late.
 */

import { bigEndian, concat, fromBigEndian, same } from "../bytes";
import type { RecordValue, Value } from "../encoding";
import { DEVICE_BYTES } from "../wire/limits";
import { Frozen } from "./frozen";
import { HASH_BYTES, type Head } from "./message";
import { Fields, row } from "./record";

export const WINDOW = 1024;
export const GAPS_MAX = 256; // beyond, the oldest is told and given up
export const FORKS_MAX = 512;
export const DAY_S = 86_400;

const SHORT = 16; // of a hash: a second preimage is out of reach all the same
const ENTRY = SHORT + 4; // and the minute in which it was sent
const NOTHING = new Uint8Array(ENTRY);
const BEGINNING = new Uint8Array(HASH_BYTES);

interface SendingFields {
  readonly next: number;
  readonly prev: Uint8Array;
}

export interface Sending extends SendingFields {}

/** Our own chain: the counter of the next body, and the hash of the last. */
export class Sending extends Frozen<SendingFields> {
  constructor(fields: SendingFields = { next: 0, prev: BEGINNING }) {
    super(fields);
  }

  after(digest: Uint8Array): Sending {
    return new Sending({ next: this.next + 1, prev: digest });
  }

  toRecord(): RecordValue {
    return { next: this.next, prev: this.prev };
  }

  static fromRecord(value: Value): Sending {
    const fields = new Fields(value, "chain");
    return new Sending({ next: fields.number("next"), prev: fields.data("prev", HASH_BYTES) });
  }
}

/** What a body is to the chain that it belongs to; `late` is one that was missing. */
export type Verdict = "next" | "late" | "fork" | "double";

/** Counters `first` to `last` that did not come, since when that is known, and whether it was shown. */
export interface Gap {
  readonly first: number;
  readonly last: number;
  readonly sinceS: number;
  readonly told: boolean;
}

/** Say whether a counter is in a gap. */
export function isIn(gap: Gap, n: number): boolean {
  return gap.first <= n && n <= gap.last;
}

/** A body as far as the chain is concerned, by which of our prekeys it came, and when. */
export interface Link {
  readonly n: number;
  readonly digest: Uint8Array;
  readonly prev: Uint8Array;
  readonly sentS: number;
  readonly prekey: number;
}

type Day = readonly [day: number, top: number];

interface ReceivingFields {
  readonly device: Uint8Array;
  readonly next: number;
  /** Where we began to know it: above 0 for who came back from paper. */
  readonly begun: number;
  /** An entry for each counter from `floor` to `next`; zeros where nothing came. */
  readonly recent: Uint8Array;
  /** The latest that anything below `floor` was sent. */
  readonly forgottenS: number;
  readonly gaps: readonly Gap[];
  /** An entry for each. */
  readonly forks: Uint8Array;
  /** The latest that a fork without an entry was sent. */
  readonly forksForgottenS: number;
  readonly heardS: number;
  /** The newest of our prekeys that it was seen to use. */
  readonly prekey: number;
  /** (day, highest counter that had come by its end) */
  readonly days: readonly Day[];
}

const NEW = {
  next: 0,
  begun: 0,
  recent: new Uint8Array(),
  forgottenS: 0,
  gaps: [],
  forks: new Uint8Array(),
  forksForgottenS: 0,
  heardS: 0,
  prekey: 0,
  days: [],
} satisfies Omit<ReceivingFields, "device">;

export interface Receiving extends ReceivingFields {}

/** What is known of the chain of one device that writes to us. */
export class Receiving extends Frozen<ReceivingFields> {
  constructor(fields: Partial<ReceivingFields> & { readonly device: Uint8Array }) {
    super({ ...NEW, ...fields });
  }

  get floor(): number {
    return this.next - Math.floor(this.recent.length / ENTRY);
  }

  /** Return the chain as one who has nothing before body `n`, and misses nothing of it. */
  begunAt(n: number): Receiving {
    return this.with({ next: n, begun: n });
  }

  /** Return the chain with this body in it, and what the body is to it. A double changes nothing. */
  accept(link: Link, nowS: number): [Receiving, Verdict] {
    const verdict = this.#verdict(link);
    if (verdict === "double") return [this, verdict];
    const { n } = link;
    const entry = concat(link.digest.subarray(0, SHORT), bigEndian(Math.floor(link.sentS / 60), 4));
    let chain: Receiving = this.with({
      heardS: Math.max(nowS, this.heardS),
      prekey: Math.max(link.prekey, this.prekey),
    });
    if (n >= this.next) chain = chain.#extended(n, entry, nowS);
    else if (same(this.#entry(n), NOTHING) || n < this.floor) chain = chain.#filled(n, entry);
    // Before the beginning, its hash is kept nowhere else.
    if (verdict === "fork" || n < this.begun) chain = chain.#forking(entry);
    return [chain, verdict];
  }

  #verdict({ n, digest, prev, sentS }: Link): Verdict {
    if (n >= this.next) return this.#follows(n, prev) ? "next" : "fork";
    const known = this.#entry(n);
    if (isOf(known, digest) || this.#forked(digest)) return "double";
    if (n < this.begun) return sentS <= this.forksForgottenS ? "double" : "late";
    if (this.gaps.some((gap) => isIn(gap, n)) || (same(known, NOTHING) && n >= this.floor)) return "late";
    // What is forgotten at this counter: the body itself below the floor, and perhaps a fork anywhere.
    const forgottenS = Math.max(this.forksForgottenS, n < this.floor ? this.forgottenS : 0);
    return sentS <= forgottenS ? "double" : "fork";
  }

  /** Say whether `prev` is the body before, as far as that one is known. */
  #follows(n: number, prev: Uint8Array): boolean {
    if (n === 0) return same(prev, BEGINNING);
    const before = this.#entry(n - 1);
    return same(before, NOTHING) || isOf(before, prev) || this.#forked(prev);
  }

  #forked(digest: Uint8Array): boolean {
    return entriesOf(this.forks).some((entry) => isOf(entry, digest));
  }

  #entry(n: number): Uint8Array {
    const at = (n - this.floor) * ENTRY;
    return at >= 0 && at < this.recent.length ? this.recent.subarray(at, at + ENTRY) : NOTHING;
  }

  /** The entries with another one for counter `n`, which is not below the floor. */
  #recentWith(n: number, entry: Uint8Array): Uint8Array {
    const recent = this.recent.slice();
    recent.set(entry, (n - this.floor) * ENTRY);
    return recent;
  }

  #extended(n: number, entry: Uint8Array, nowS: number): Receiving {
    const gap = { first: this.next, last: n - 1, sinceS: nowS, told: false };
    const skipped = new Uint8Array(Math.min(n - this.next, WINDOW) * ENTRY);
    const [recent, forgottenS] = kept(concat(this.recent, skipped, entry), WINDOW, this.forgottenS);
    return this.with({
      next: n + 1,
      recent,
      forgottenS,
      gaps: n > this.next ? [...this.gaps, gap] : this.gaps,
      days: noted(this.days, Math.floor(nowS / DAY_S), n),
    });
  }

  #forking(entry: Uint8Array): Receiving {
    const [forks, forksForgottenS] = kept(concat(this.forks, entry), FORKS_MAX, this.forksForgottenS);
    return this.with({ forks, forksForgottenS });
  }

  #filled(n: number, entry: Uint8Array): Receiving {
    return this.with({
      recent: n >= this.floor ? this.#recentWith(n, entry) : this.recent,
      gaps: this.gaps.flatMap((gap) => (isIn(gap, n) ? without(gap, n) : [gap])),
    });
  }

  /**
   * Return the chain without body `n`, so that it is asked for again and taken when it comes.
   *
   * The gap counts as told. A body of a fork is left as it is: its counter names another one as well.
   */
  reopened(n: number, digest: Uint8Array, nowS: number): Receiving {
    const entry = this.#entry(n);
    if (n >= this.next || (!same(entry, NOTHING) && !isOf(entry, digest))) return this;
    if (this.gaps.some((gap) => isIn(gap, n))) return this;
    return this.with({
      recent: n >= this.floor ? this.#recentWith(n, NOTHING) : this.recent,
      forks: n < this.begun ? this.#forksWithout(digest) : this.forks,
      gaps: [...this.gaps, { first: n, last: n, sinceS: nowS, told: true }],
    });
  }

  #forksWithout(digest: Uint8Array): Uint8Array {
    return concat(...entriesOf(this.forks).filter((entry) => !isOf(entry, digest)));
  }

  /** Return the chain with no more gaps than are kept, and those that were given up. */
  trimmed(): [Receiving, readonly Gap[]] {
    if (this.gaps.length <= GAPS_MAX) return [this, []];
    return [this.with({ gaps: this.gaps.slice(-GAPS_MAX) }), this.gaps.slice(0, -GAPS_MAX)];
  }

  /** Return what we may say that we have received: all, or only what came before yesterday began. */
  head(nowS: number, { exact }: { exact: boolean }): Head | null {
    if (exact) return this.next ? [this.device, this.next - 1] : null;
    const day = Math.floor((nowS - DAY_S) / DAY_S);
    const old = this.days.filter(([at]) => at < day).at(-1);
    return old ? [this.device, old[1]] : null;
  }

  toRecord(): RecordValue {
    return {
      device: this.device,
      next: this.next,
      begun: this.begun,
      recent: this.recent,
      forgotten: this.forgottenS,
      gaps: this.gaps.map((gap) => [gap.first, gap.last, gap.sinceS, gap.told]),
      forks: this.forks,
      forks_forgotten: this.forksForgottenS,
      heard: this.heardS,
      prekey: this.prekey,
      days: this.days,
    };
  }

  static fromRecord(value: Value): Receiving {
    const fields = new Fields(value, "chain");
    return new Receiving({
      device: fields.data("device", DEVICE_BYTES),
      next: fields.number("next"),
      begun: fields.has("begun") ? fields.number("begun") : 0,
      recent: fields.dataUpTo("recent", WINDOW * ENTRY),
      forgottenS: fields.number("forgotten"),
      gaps: fields.items("gaps", 2 * GAPS_MAX).map(readGap),
      forks: fields.dataUpTo("forks", FORKS_MAX * ENTRY),
      forksForgottenS: fields.number("forks_forgotten"),
      heardS: fields.number("heard"),
      prekey: fields.number("prekey"),
      days: fields.items("days", 8).map((item) => row(item, "number", "number")),
    });
  }
}

function readGap(value: Value): Gap {
  const [first, last, sinceS, told] = row(value, "number", "number", "number", "flag");
  return { first, last, sinceS, told };
}

function entriesOf(data: Uint8Array): Uint8Array[] {
  return Array.from({ length: data.length / ENTRY }, (_, at) => data.subarray(at * ENTRY, (at + 1) * ENTRY));
}

/** Say whether an entry is that of the body with this hash. */
function isOf(entry: Uint8Array, digest: Uint8Array): boolean {
  return same(entry.subarray(0, SHORT), digest.subarray(0, SHORT));
}

/** Return what is left of a gap when body `n` of it has come. */
function without(gap: Gap, n: number): Gap[] {
  const parts = [
    { ...gap, last: n - 1 },
    { ...gap, first: n + 1 },
  ];
  return parts.filter((part) => part.first <= part.last);
}

/** Return the last `most` entries, and the latest that any that goes was sent. */
function kept(entries: Uint8Array, most: number, forgottenS: number): [Uint8Array, number] {
  const cut = Math.max(0, entries.length - most * ENTRY);
  const gone = entriesOf(entries.subarray(0, cut)).map((entry) => 60 * fromBigEndian(entry.subarray(SHORT)));
  return [entries.slice(cut), Math.max(forgottenS, ...gone)];
}

/** Return `days` with `n` as today's: the newest three and one older are enough for `head`. */
function noted(days: readonly Day[], day: number, n: number): readonly Day[] {
  const added: Day = [day, n];
  return [...days.filter(([at]) => at !== day), added].slice(-4);
}
