/**
 * Sending and receiving: the rows of the journal, carried out at relays.
 *
 * Each row may be carried out any number of times. Before anything goes, its bytes and its id are saved, so that a
 * repeat is the same request; only what the relay has confirmed is marked as sent. An envelope is acknowledged when
 * all that it brought is on this device, and not before.
 */

import * as message from "../core/bond/message";
import type { Pendant } from "../core/bond/pendant";
import { randomBytes } from "../core/bytes";
import { decode } from "../core/encoding";
import {
  Conflict,
  Damaged,
  NotFound,
  OverQuota,
  TwinbellError,
  Unauthorised,
  Unreachable,
} from "../core/errors";
import type { Kept } from "../core/wire/mailbox";
import { DOORBELL_VERSION } from "../core/wire/watch";
import * as bonds from "./bonds";
import type { Home } from "./home";
import * as incoming from "./incoming";
import { pendantOf, stepInside } from "./journal";
import * as letters from "./letters";
import { sendFile } from "./outgoing";
import type { Relay } from "./relay";
import type { BondRow, ComingRow, OutboxRow } from "./schema";
import type { Draft, View } from "./vault";

const ID_BYTES = 16;
const REGISTRATION_BYTES_MAX = 16_384;
export const TICK_S = 3600; // the rules do the day's work when a day has passed; asking each hour is often enough

const ORDER = { register: 0, slot: 1, push: 2 }; // a device is known before it asks for anything

/** What could not be done now, and why: the first refusal. */
export class Left {
  reason: TwinbellError | null = null;

  later(refusal: TwinbellError): void {
    this.reason ??= refusal;
  }
}

/** Whether nothing is wrong with what we send: it goes another time. */
export function isForLater(error: unknown): boolean {
  return error instanceof Unreachable || error instanceof Unauthorised || error instanceof OverQuota;
}

/** Put a ring into the outbox and return its number there; throw `Mistaken` for what is no pattern. */
export async function ring(home: Home, bond: Uint8Array, pattern: readonly number[]): Promise<number> {
  const event = { type: "RingWanted", ring: message.ring([...pattern]) } as const;
  const [number] = await home.change((draft) => stepInside(home, draft, bond, event));
  home.reach("send: body saved");
  return number ?? 0;
}

/** Whether a body in the outbox is still here to go. */
export function isWaiting(view: View, number: number): boolean {
  return view.all("outbox").some((row) => row.number === number && row.sentS === null);
}

/** The place in our chain of a body that was just put into the outbox. */
export function placeOf(view: View, number: number): number {
  return view.all("outbox").find((row) => row.number === number)?.n ?? -1;
}

/** Send what waits of one bond, except files. Never throws for what a relay answers, or does not. */
export async function send(home: Home, bondId: Uint8Array): Promise<Left> {
  const left = new Left();
  if (home.nowS - bonds.get(home.vault, bondId).tickedS >= TICK_S) await tick(home, bondId);
  let isDown = false;
  try {
    await settle(home, bondId);
  } catch (error) {
    left.later(foreseen(error));
    // Don't wait a second time for a relay that has just not answered.
    const { relay, pendant } = read(home, bondId);
    isDown = error instanceof Unreachable && pendant.peer.inbox.relay === relay;
  }
  for (const { number } of isParted(home, bondId) ? [] : waiting(home.vault, bondId)) {
    if (isDown) break;
    try {
      await post(home, bondId, number);
    } catch (error) {
      left.later(foreseen(error));
      isDown = isForLater(error); // anything else is about this body alone
    }
  }
  return left;
}

/** Return the bodies of a bond that have still to go, in the order of their counters. */
export function waiting(view: View, bond: Uint8Array): OutboxRow[] {
  return view
    .all("outbox")
    .filter((row) => row.sentS === null && bonds.same(row.bond, bond))
    .sort((a, b) => a.n - b.n);
}

/** Collect what has come over HTTP, as where there is no socket, and acknowledge what is here. */
export async function collect(home: Home, bondId: Uint8Array): Promise<void> {
  const { relay, box, token } = read(home, bondId);
  for (let more = true; more;) {
    // From where this vault is, not from what the relay was told: the two differ while a blob is coming.
    const page = await home.relay(relay).collect(box, token, bonds.get(home.vault, bondId).cursor);
    home.reach("receive: fetched");
    for (const kept of page.envelopes) await take(home, bondId, kept);
    more = page.more;
  }
  await fetchComing(home, bondId);
  const upto = safeUpto(home.vault, bondId);
  if (upto <= bonds.get(home.vault, bondId).acknowledged) return;
  await home.relay(relay).acknowledge(box, token, upto);
  await acknowledged(home, bondId, upto);
}

/** Take one envelope of our inbox into the vault, once, however often it comes. */
export async function take(home: Home, bondId: Uint8Array, kept: Kept): Promise<void> {
  await home.change(async (draft) => {
    if (kept.seq <= bonds.get(draft, bondId).cursor) return;
    if (!(await rang(draft, kept.body))) {
      const arrived = { type: "Arrived", envelope: kept.body, arrivedS: kept.arrivedS } as const;
      await stepInside(home, draft, bondId, arrived, { seq: kept.seq });
    }
    draft.put("bond", { ...bonds.get(draft, bondId), cursor: kept.seq });
  });
  home.reach("receive: saved");
}

/** Note a doorbell, by which a relay tells that a watch wants looking at, and tell whether this envelope is one. */
async function rang(draft: Draft, envelope: Uint8Array): Promise<boolean> {
  return envelope[0] === DOORBELL_VERSION && (await import("./looks")).ring(draft, envelope);
}

/** Fetch what envelopes have announced, and give it to the rules. */
export async function fetchComing(home: Home, bondId: Uint8Array): Promise<void> {
  for (const row of coming(home.vault, bondId)) {
    if (row.letter) {
      await incoming.fetchLetter(home, row, row.letter);
      continue;
    }
    const blob = await smallBlob(home, row);
    home.reach("receive: blob fetched");
    await home.change(async (draft) => {
      draft.delete("coming", row);
      const { envelope, arrivedS, seq } = row;
      await stepInside(home, draft, bondId, { type: "Arrived", envelope, arrivedS, blob }, { seq });
    });
    home.reach("receive: blob kept");
  }
}

/** Return what is still to come of a bond, in the order of the inbox. */
export function coming(view: View, bond: Uint8Array): ComingRow[] {
  return view
    .all("coming")
    .filter((row) => bonds.same(row.bond, bond))
    .sort((a, b) => a.seq - b.seq);
}

/** Return up to where everything of our inbox, blobs too, is on this device. */
export function safeUpto(view: View, bond: Uint8Array): number {
  const [first] = coming(view, bond);
  return first ? first.seq - 1 : bonds.get(view, bond).cursor;
}

/** Note that the relay knows how far we are. */
export async function acknowledged(home: Home, bondId: Uint8Array, upto: number): Promise<void> {
  await home.change((draft) => {
    const bond = bonds.get(draft, bondId);
    if (upto > bond.acknowledged) draft.put("bond", { ...bond, acknowledged: upto });
  });
  home.reach("receive: acknowledged");
}

/** Let time pass for a bond. */
export async function tick(home: Home, bondId: Uint8Array): Promise<void> {
  await home.change(async (draft) => {
    await stepInside(home, draft, bondId, { type: "Tick" });
    for (const row of draft.all("kept"))
      if (row.untilS !== null && row.untilS < home.nowS) draft.delete("kept", row);
    draft.put("bond", { ...bonds.get(draft, bondId), tickedS: home.nowS });
  });
}

/** Return an error as one of ours; one that nobody foresaw goes on its way. */
export function foreseen(error: unknown): TwinbellError {
  if (error instanceof TwinbellError) return error;
  throw error;
}

function read(
  home: Home,
  bondId: Uint8Array,
): { bond: BondRow; pendant: Pendant; relay: string; box: Uint8Array; token: Uint8Array } {
  const bond = bonds.get(home.vault, bondId);
  const pendant = pendantOf(bond);
  return { bond, pendant, relay: bond.relay, box: pendant.keyring.box, token: pendant.device.collect };
}

/** Return a blob that fits into memory; nothing if the relay no longer has it, or has another. */
async function smallBlob(home: Home, row: ComingRow): Promise<Uint8Array> {
  const { relay, box, token } = read(home, row.bond);
  const whole = new Uint8Array(row.length);
  let at = 0;
  try {
    await home.relay(relay).fetchBlob(box, token, row.blobId, 0, (part) => {
      if (at + part.length > row.length) throw new Damaged(); // no sending without end
      whole.set(part, at);
      at += part.length;
    });
  } catch (error) {
    if (!(error instanceof NotFound || error instanceof Damaged)) throw error;
  }
  return at === row.length ? whole : new Uint8Array(0);
}

/** Being woken is a comfort: what a relay refuses of it holds up nothing, and is not asked again. */
async function subscribe(relay: Relay, box: Uint8Array, token: Uint8Array, data: Uint8Array): Promise<void> {
  try {
    await relay.subscribe(box, token, data);
  } catch (error) {
    if (isForLater(foreseen(error))) throw error;
  }
}

function isParted(home: Home, bondId: Uint8Array): boolean {
  return bonds.get(home.vault, bondId).partedS !== null;
}

/** Tell our own relay what is owed to it. Throws what the relay answers. */
export async function settle(home: Home, bondId: Uint8Array): Promise<void> {
  const rows = home.vault.all("duty").filter((row) => bonds.same(row.bond, bondId));
  for (const row of rows.sort((a, b) => ORDER[a.kind] - ORDER[b.kind])) {
    const { relay: url, box, pendant, token } = read(home, bondId);
    const relay = home.relay(url);
    if (row.kind === "push") await subscribe(relay, box, token, row.data);
    else if (row.kind === "register") {
      await relay.putMailbox(
        box,
        pendant.device.owner,
        decode(row.data, { bytesMax: REGISTRATION_BYTES_MAX }),
      );
    } else {
      const [, version] = await relay.readSlot(box, token);
      await relay.writeSlot(box, token, row.data, version);
    }
    await home.change((draft) => {
      // One that is newer than what was told stays.
      const known = draft.all("duty").find((each) => each.kind === row.kind && bonds.same(each.bond, bondId));
      if (known && bonds.same(known.data, row.data)) draft.delete("duty", known);
    });
  }
}

async function post(home: Home, bondId: Uint8Array, number: number): Promise<void> {
  try {
    await deposit(home, bondId, number);
  } catch (error) {
    if (!(error instanceof Unauthorised)) throw error;
    await collect(home, bondId); // has the other one renewed the token? That lies in our inbox
    await deposit(home, bondId, number);
  }
}

async function deposit(home: Home, bondId: Uint8Array, number: number): Promise<void> {
  for (let tries = 0; tries < 2; tries++) {
    const row = await sealed(home, bondId, number);
    if (!row) return;
    home.reach("send: sealed and saved");
    const { inbox } = read(home, bondId).pendant.peer;
    const relay = home.relay(inbox.relay);
    const beside = row.blobId ? [row.blobId] : [];
    if (row.blobId) await sendBlob(home, bondId, row, row.blobId);
    try {
      await relay.deposit(inbox.box, inbox.deposit, row.depositId, row.sealed, beside);
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      // This id has been used for other bytes: the vault is older than what it sent.
      await home.change((draft) => {
        const fresh = outboxRow(draft, number);
        if (fresh) draft.put("outbox", { ...fresh, depositId: null, sealed: null });
      });
      continue;
    }
    home.reach("send: deposited");
    await home.change((draft) => {
      const fresh = outboxRow(draft, number);
      if (fresh) draft.put("outbox", { ...fresh, sentS: home.nowS, sealed: null });
      if (row.blobFile) letters.sent(draft, bondId, row.blobFile);
    });
    home.reach("send: done saved");
    return;
  }
  throw new Unreachable("The relay did not take this.", { code: "relay.refuses" });
}

interface Sealed extends OutboxRow {
  readonly depositId: Uint8Array;
  readonly sealed: Uint8Array;
}

/** Return id and bytes under which a body goes, saved before they are sent; null if it was sent. */
function sealed(home: Home, bondId: Uint8Array, number: number): Promise<Sealed | null> {
  return home.change(async (draft) => {
    const row = outboxRow(draft, number);
    if (!row || row.sentS !== null) return null;
    const pendant = pendantOf(bonds.get(draft, bondId));
    const { depositId, sealed } = row;
    if (depositId && sealed && !pendant.isStale(sealed)) return { ...row, depositId, sealed };
    const fresh = { ...row, depositId: randomBytes(ID_BYTES), sealed: await pendant.seal(row.body) };
    draft.put("outbox", fresh);
    return fresh;
  });
}

async function sendBlob(home: Home, bondId: Uint8Array, row: OutboxRow, blobId: Uint8Array): Promise<void> {
  const { inbox } = read(home, bondId).pendant.peer;
  if (row.blob) {
    const file = new Blob([new Uint8Array(row.blob)]);
    await home.relay(inbox.relay).sendBlob(inbox.box, inbox.deposit, blobId, file, () => undefined);
  } else if (row.blobFile) {
    await sendFile(home, bondId, blobId, row.blobFile);
  }
}

function outboxRow(view: View, number: number): OutboxRow | undefined {
  return view.all("outbox").find((row) => row.number === number);
}
