/** Both languages take the same step, and must come to the same: what the laws of twins are tested with. */

import { expect } from "vitest";

import type { Effect, Event } from "../../../src/core/bond/event";
import { written } from "../../../src/core/bond/guardian";
import { step } from "../../../src/core/bond/lifecycle";
import { Pendant } from "../../../src/core/bond/pendant";
import type { Step } from "../../../src/core/bond/writing";
import { concat, hex, type Random, utf8 } from "../../../src/core/bytes";
import * as kdf from "../../../src/core/crypto/kdf";
import { encode, type RecordValue } from "../../../src/core/encoding";
import { Mistaken, Refused } from "../../../src/core/errors";
import { Twin } from "../../twin";
import type { Json } from "../../vectors";

/** The same chance as `vectors/chance.py` draws from a name. */
function drawn(name: string): Random {
  let count = 0;
  return (length) => {
    let out: Uint8Array = new Uint8Array();
    while (out.length < length) out = concat(out, kdf.sha256(utf8(`${name} ${count++}`)));
    return out.slice(0, length);
  };
}

export class Law {
  readonly #python = new Twin("tests.interop.pair");

  /**
   * Let both languages take a step; what they keep and ask for must be the same.
   *
   * Where it is refused, both must refuse it with the same sentence; nothing has changed then, and it is the effect.
   */
  async same(
    before: Pendant,
    event: Event,
    nowS: number,
    seed: string,
  ): Promise<[Pendant, readonly Effect[], refused?: string]> {
    const asked = { pendant: hex(before.toBytes()), event: asJson(event), now_s: nowS, seed };
    const theirs = await this.#python.ask("steps", asked);
    const taken = await attempt(() => step(before, event, nowS, drawn(seed)));
    if (typeof taken === "string") {
      expect(theirs.text("refused")).toBe(taken);
      return [before, [], taken];
    }
    const [after, effects] = taken;
    expect(effects.map(shown)).toEqual(theirs.list("effects"));
    // What goes in a blob is sealed by chance of its own: then the hash of the last body differs.
    const isSealed = effects.some((effect) => effect.type === "Deposit" && effect.blob !== null);
    expect(kept(after, isSealed)).toBe(kept(Pendant.fromBytes(theirs.bytes("pendant")), isSealed));
    return [after, effects];
  }

  close(): void {
    this.#python.close();
  }
}

async function attempt(act: () => Promise<Step>): Promise<Step | string> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof Mistaken || error instanceof Refused) return error.sentence;
    throw error;
  }
}

function kept(pendant: Pendant, isSealed: boolean): string {
  const prev = isSealed ? new Uint8Array(32) : pendant.sending.prev;
  return hex(pendant.with({ sending: pendant.sending.with({ prev }) }).toBytes());
}

function asJson(event: Event): Json {
  const { type } = event;
  switch (event.type) {
    case "RingWanted":
      return { type, pattern: [...event.ring.pattern] };
    case "AboutWritten":
      return { type, place: event.about.place };
    case "ReceiptsWanted":
      return { type, on: event.on };
    case "RingsLimited":
      return { type, an_hour: event.anHour };
    case "Arrived":
      return {
        type,
        envelope: hex(event.envelope),
        arrived_s: event.arrivedS,
        blob: event.blob ? hex(event.blob) : null,
      };
    case "NotWhole":
      return { type, envelope: hex(event.envelope) };
    case "KnockWanted":
    case "Verified":
    case "DevicesRemoved":
    case "Tick":
      return { type };
    default:
      return { type, fields: hex(encode(watchFields(event))) };
  }
}

/** The fields of an event around a watch, each content as it is written. */
function watchFields(event: Event): RecordValue {
  switch (event.type) {
    case "GuardianAsked":
      return { ask: written(event.ask) };
    case "ShareGiven":
      return { share: written(event.share) };
    case "ShareReleased":
      return { release: written(event.release) };
    case "ReaderNamed":
      return { seat: written(event.seat) };
    case "WatchKept":
      return { watch: event.watch.toRecord(), save: event.save ?? true };
    default: {
      const { type: _, ...fields } = event;
      return fields as RecordValue;
    }
  }
}

/** An effect in one line, without what neither side can know beforehand. */
export function shown(effect: Effect): string {
  switch (effect.type) {
    case "Deposit": {
      const said = effect.blob ? "in a blob" : hex(effect.body);
      return `Deposit ${effect.kind} ${effect.n} ${effect.blobs.length} ${said}`;
    }
    case "Tell":
      return `Tell ${effect.news.type}`;
    case "Resend":
      return `Resend ${effect.first} ${effect.last}`;
    case "Forget":
      return `Forget ${effect.upto}`;
    case "FetchBlob":
      return `FetchBlob ${hex(effect.id)} ${effect.length}`;
    case "Register":
      return `Register ${hex(encode(effect.record))}`;
    case "KeepRaw":
      return `KeepRaw ${hex(effect.data)} ${effect.untilS ?? 0}`;
    default:
      return effect.type;
  }
}
