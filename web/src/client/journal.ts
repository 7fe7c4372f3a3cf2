/**
 * The journal: a pendant takes a step, and what follows from it is saved in the same change.
 *
 * Process, save, then send. What the rules (`core/bond/lifecycle`) ask for becomes rows: a body in the outbox, a
 * duty towards our relay, a blob that is still to come, something to tell. `mail` carries the rows out, any number
 * of times; a crash between any two lines loses nothing and repeats nothing that the other end would see.
 */

import type * as ev from "../core/bond/event";
import { step } from "../core/bond/lifecycle";
import { type Content, toRecord } from "../core/bond/message";
import { Pendant } from "../core/bond/pendant";
import { hex } from "../core/bytes";
import { encode } from "../core/encoding";
import * as bonds from "./bonds";
import * as giving from "./giving";
import type { Home } from "./home";
import * as news from "./news";
import * as seats from "./seats";
import type { BondRow, ComingRow, OutboxRow } from "./schema";
import type { Draft } from "./vault";

/** What an event comes with that the rules need not know. */
export interface Beside {
  /** The place of the envelope that arrived. */
  readonly seq?: number;
  /** The file of a letter that goes. */
  readonly blobFile?: string;
}

const pendants = new WeakMap<Uint8Array, Pendant>();

/** Return the pendant of a bond, read once. */
export function pendantOf(bond: BondRow): Pendant {
  const known = pendants.get(bond.pendant);
  if (known) return known;
  const read = Pendant.fromBytes(bond.pendant);
  pendants.set(bond.pendant, read);
  return read;
}

/** Let a bond's pendant take a step inside a change; return the numbers of what is in the outbox by that. */
export async function stepInside(
  home: Home,
  draft: Draft,
  bondId: Uint8Array,
  event: ev.Event,
  beside: Beside = {},
): Promise<number[]> {
  const bond = bonds.get(draft, bondId);
  const before = pendantOf(bond);
  const [after, effects] = await step(before, event, home.nowS);
  if (after !== before) {
    const bytes = after.toBytes();
    pendants.set(bytes, after);
    draft.put("bond", { ...bond, pendant: bytes });
    draft.events.push({ kind: "bonds" });
    if (!after.keyring.watch.equals(before.keyring.watch) || after.parted !== before.parted)
      seats.sync(draft, bondId, after);
  }
  const sent = effects.flatMap((effect) => save(home, draft, bondId, before, event, effect, beside) ?? []);
  // One who came back from paper is given our portrait again too.
  const portrait = bonds.portraitOf(draft, bondId, true);
  if (portrait && effects.some(({ type }) => type === "GiveLetters"))
    sent.push(...(await stepInside(home, draft, bondId, { type: "PortraitDrawn", portrait })));
  return sent;
}

/** Turn one effect into a row; return its number if it is one in the outbox. */
function save(
  home: Home,
  draft: Draft,
  bond: Uint8Array,
  before: Pendant,
  event: ev.Event,
  effect: ev.Effect,
  beside: Beside,
): number | null {
  switch (effect.type) {
    case "Deposit":
      return outbox(home, draft, bond, effect, beside.blobFile ?? null);
    case "Resend":
      for (const row of ofBond(draft, bond))
        if (row.n >= effect.first && row.n <= effect.last)
          draft.put("outbox", { ...row, sentS: null, depositId: null, sealed: null });
      break;
    case "Forget":
      for (const row of ofBond(draft, bond))
        if (row.n <= effect.upto && row.sentS !== null) draft.delete("outbox", row);
      break;
    case "Register":
      draft.put("duty", { bond, kind: "register", data: encode(effect.record) });
      break;
    case "SaveSlot":
      draft.put("duty", { bond, kind: "slot", data: effect.sealed });
      break;
    case "FetchBlob":
      coming(draft, bond, event, beside, { blobId: effect.id, length: effect.length, letter: null });
      break;
    case "FetchLetter": {
      const { blob: blobId, length } = effect.letter;
      coming(draft, bond, event, beside, { blobId, length, letter: encode(toRecord(announced(effect))) });
      break;
    }
    case "GiveLetters":
      giving.begin(draft, bond);
      break;
    case "KeepPortrait": {
      const { size, pixels } = effect.portrait;
      draft.put("portrait", { bond, ours: effect.ours, size, pixels });
      break;
    }
    case "KeepCopy":
      draft.put("bond", { ...bonds.get(draft, bond), copy: effect.sealed });
      break;
    case "KeepRaw":
      draft.put("kept", { number: draft.next("kept"), bond, data: effect.data, untilS: effect.untilS });
      break;
    case "Tell":
      news.note(home, draft, bond, before, effect.news);
      break;
  }
  return null;
}

/** What is kept of a letter's envelope until its file is here. */
function announced({ letter, back, ours, sentS }: ev.Effect<"FetchLetter">): Content {
  return back ? { kind: "letter-again", letter, yours: ours, atS: sentS } : letter;
}

function outbox(
  home: Home,
  draft: Draft,
  bond: Uint8Array,
  effect: ev.Effect<"Deposit">,
  blobFile: string | null,
): number {
  const number = draft.next("outbox");
  draft.put("outbox", {
    number,
    bond,
    n: effect.n,
    kind: effect.kind,
    body: effect.body,
    blobId: effect.blobs[0] ?? null,
    blob: effect.blob,
    blobFile,
    depositId: null,
    sealed: null,
    sentS: null,
    madeS: home.nowS,
  });
  return number;
}

function ofBond(draft: Draft, bond: Uint8Array): OutboxRow[] {
  return draft.all("outbox").filter((row) => bonds.same(row.bond, bond));
}

function coming(
  draft: Draft,
  bond: Uint8Array,
  event: ev.Event,
  { seq }: Beside,
  awaited: Pick<ComingRow, "blobId" | "length" | "letter">,
): void {
  if (event.type !== "Arrived" || seq === undefined) throw new TypeError("Only an envelope brings a blob.");
  const { envelope, arrivedS } = event;
  draft.put("coming", { bond, seq, arrivedS, envelope, ...awaited });
  if (awaited.letter) draft.events.push({ kind: "letters", bond: hex(bond) });
}
