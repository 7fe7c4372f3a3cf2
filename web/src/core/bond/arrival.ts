/**
 * What comes in: an envelope is opened, judged by its chain, read, and does what it says.
 *
 * Nothing here throws for what came from outside, and nothing is dropped but doubles: what cannot be opened, or
 * needs a newer Twinbell, is kept and told.
 */

import { compare, same } from "../bytes";
import { encode, type RecordValue } from "../encoding";
import { Damaged, NotForMe } from "../errors";
import { type About, isLater, isSame, type Portrait, type Told, toldAt } from "./about";
import { DAY_S, type Gap, isIn, type Receiving, type Verdict } from "./chain";
import * as control from "./control";
import * as envelope from "./envelope";
import { type Effect, type Event, tell } from "./event";
import * as guarded from "./guarded";
import { Body, type Content, type Control, digest, GAPS_MAX, type Letter, read } from "./message";
import { peerRestored } from "./paper";
import { type Pendant, UNOPENED_MAX } from "./pendant";
import { copied, type Now, sendControl, type Step } from "./writing";

export const SOUND_WITHIN_S = 300; // an older ring is a line, not a sound
export const UNOPENED_KEPT_S = 30 * DAY_S;

export async function arrived(before: Pendant, event: Event<"Arrived">, now: Now): Promise<Step> {
  const { nowS } = now;
  const opened = attempt(() => envelope.openOwn(event.envelope, before.keyring));
  if (opened === null) return unopened(before, event.envelope, nowS);
  const { sender } = opened;
  const isOurs = sender === before.bond.role;
  const body = attempt(() => Body.parse(opened.body));
  if (body === null) return [before, keptFor("", opened.body)];
  const { n, prev, sentS } = body;
  const heard = before.chainOf(sender, body.device);
  const isNew = heard.next === 0;
  const known = isNew && before.restoredS > 0 ? heard.begunAt(n) : heard;
  const link = { n, digest: digest(opened.body), prev, sentS, prekey: opened.prekey };
  const [accepted, verdict] = known.accept(link, nowS);
  if (verdict === "double") return [before, []];
  if (body.blob && !event.blob) {
    return [before, [{ type: "FetchBlob", id: body.blob.id, length: body.blob.length }]];
  }
  const content = body.blob ? await fetched(body.blob, event.blob) : body.content;
  if (content === null || isEarly(before, body, content)) {
    // The blob is not what was sealed, or keys are needed that come later: the chain shows it as missing.
    return unopened(before, event.envelope, nowS);
  }
  const [chain, dropped] = accepted.trimmed();
  let pendant = before.withChain(sender, chain);
  let effects = chainNews(known, verdict, n, dropped);
  if (isNew && pendant.receiving.length > 1 && !isOurs) {
    effects = [tell({ type: "DeviceSeen", device: body.device }), ...effects];
  }
  // From another device of our own: no kind is known for that yet.
  if (isOurs) return [pendant, keptFor(body.kind, opened.body)];
  if (opened.newest && pendant.inboxUsedS === 0) pendant = pendant.with({ inboxUsedS: nowS });
  const [told, readBy] = heads(pendant, body, nowS);
  const raw = body.blob ? encode(content) : opened.body;
  const came = { content, raw, verdict, arrivedS: event.arrivedS };
  const [after, said] = await saying(told, body, came, now);
  return [after, [...effects, ...readBy, ...said]];
}

/** Ask again for what an envelope announced: the day's work asks, and the chain takes it once more. */
export function notWhole(pendant: Pendant, event: Event<"NotWhole">, { nowS }: Now): Step {
  const opened = attempt(() => envelope.openOwn(event.envelope, pendant.keyring));
  const body = opened && attempt(() => Body.parse(opened.body));
  if (opened === null || body === null || opened.sender === pendant.bond.role) return [pendant, []];
  const known = pendant.chainOf(opened.sender, body.device);
  const [chain, dropped] = known.reopened(body.n, digest(opened.body), nowS).trimmed();
  return [pendant.withChain(opened.sender, chain), dropped.map((gap) => givenUp(chain.device, gap))];
}

/** Return what a blob holds, or null where it is not what was sealed, or not there. */
async function fetched(
  ref: envelope.BlobRef,
  blob: Uint8Array = new Uint8Array(),
): Promise<RecordValue | null> {
  try {
    return await envelope.openBlob(ref, blob);
  } catch (error) {
    return outside(error);
  }
}

/** Say whether this is signed with keys of an epoch of which we have not heard yet. */
function isEarly(pendant: Pendant, body: Body, record: RecordValue): boolean {
  const epoch = attempt(() => {
    const content = read(body.kind, record);
    return content?.kind === "control" ? control.epochOf(content) : 0;
  });
  return epoch !== null && epoch > pendant.peer.epoch;
}

/** A body as it came: its content, as it is kept, and what it is to its chain. */
interface Came {
  readonly content: RecordValue;
  readonly raw: Uint8Array;
  readonly verdict: Verdict;
  readonly arrivedS: number;
}

/** Do what a body of the peer says. */
async function saying(pendant: Pendant, body: Body, came: Came, now: Now): Promise<Step> {
  const content: Content | null = attempt(() => read(body.kind, came.content));
  const kept = keptFor(body.kind, came.raw);
  const { arrivedS } = came;
  const { sentS } = body;
  if (content === null) return [pendant, kept];
  switch (content.kind) {
    case "ring": {
      const [after, sound] = sounded(pendant, arrivedS, now.nowS);
      return [after, [tell({ type: "Rang", ring: content, sentS, arrivedS, sound })]];
    }
    case "knock": {
      const [after, sound] = sounded(pendant, arrivedS, now.nowS);
      return [after, [tell({ type: "Knocked", sentS, arrivedS, sound })]];
    }
    case "letter":
      return [pendant, [fetchLetter(content, sentS, { again: came.verdict !== "next" })]];
    case "letter-again":
      return [pendant, given(pendant, content)];
    case "about":
      return aboutTold(pendant, content, toldAt(sentS, body.n, now.nowS));
    case "portrait":
      return portraitTold(pendant, content, toldAt(sentS, body.n, now.nowS));
    case "prekey":
      return [newPrekey(pendant, content), []];
    case "missing":
      return [asked(pendant, content), []];
    case "control":
      return controlled(pendant, content, kept, now);
    case "keyring":
      return copy(pendant, content);
    default:
      return guarded.arrived(pendant, content, now.nowS);
  }
}

/** Say whether a ring or a knock is to be heard, and count it if so. */
function sounded(pendant: Pendant, arrivedS: number, nowS: number): [Pendant, boolean] {
  const rung = pendant.rung.filter((at) => nowS - 3600 < at && at <= nowS);
  const sound = nowS - arrivedS < SOUND_WITHIN_S && rung.length < pendant.ringsAnHour;
  return [pendant.with({ rung: sound ? [...rung, nowS] : rung }), sound];
}

/** Take a letter that is given again; only who came back from paper lacks any, and has asked. */
function given(pendant: Pendant, { letter, yours, atS }: Content<"letter-again">): readonly Effect[] {
  if (pendant.restoredS === 0) return [];
  return [fetchLetter(letter, atS, { again: true, back: true, ours: yours })];
}

function fetchLetter(
  letter: Letter,
  sentS: number,
  { again, back = false, ours = false }: { again: boolean; back?: boolean; ours?: boolean },
): Effect {
  return { type: "FetchLetter", letter, sentS, again, back, ours };
}

function aboutTold(pendant: Pendant, { birthday, zone, place }: About, told: Told): Step {
  if (!isLater(told, pendant.aboutTold)) return [pendant, []];
  const about = { birthday, zone, place };
  const news = isSame(about, pendant.aboutTheirs) ? [] : [tell({ type: "AboutChanged", about })];
  return [pendant.with({ aboutTheirs: about, aboutTold: told }), news];
}

function portraitTold(pendant: Pendant, { size, pixels }: Portrait, told: Told): Step {
  if (!isLater(told, pendant.portraitTold)) return [pendant, []];
  const kept: Effect = { type: "KeepPortrait", portrait: { size, pixels }, ours: false };
  return [pendant.with({ portraitTold: told }), [kept, tell({ type: "PortraitChanged" })]];
}

function newPrekey(pendant: Pendant, { epoch, prekey }: Content<"prekey">): Pendant {
  const { peer } = pendant;
  if (epoch !== peer.epoch || prekey.number <= peer.prekey.number) return pendant;
  return pendant.withKeyring(pendant.keyring.with({ peer: peer.with({ prekey }) }), { copy: false });
}

/** Note what the peer has not got; it is answered with the day's maintenance, never at once. */
function asked(pendant: Pendant, { gaps, above }: Content<"missing">): Pendant {
  const last = pendant.sending.next - 1;
  const isOurs = ([device]: readonly [Uint8Array, ...unknown[]]): boolean => same(device, pendant.device.id);
  const ours = gaps.filter(isOurs).map(([, first, to]): [number, number] => [first, Math.min(to, last)]);
  if (above.length > 0) {
    // A device that is not named was never heard.
    const [, named] = above.findLast(isOurs) ?? [null, -1];
    ours.push([named + 1, last]);
  }
  const ranges = new Map<string, readonly [number, number]>();
  for (const range of [...pendant.asked, ...ours.filter(([first, to]) => first <= to)]) {
    ranges.set(range.join("-"), range);
  }
  const sorted = [...ranges.values()].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  return pendant.with({ asked: sorted.slice(0, GAPS_MAX) });
}

function copy(pendant: Pendant, { serial, sealed }: Content<"keyring">): Step {
  if (serial <= pendant.peerCopy) return [pendant, []];
  return [pendant.with({ peerCopy: serial }), [{ type: "KeepCopy", sealed }]];
}

/** Do what a control message says; `kept` is what is done with one that only a newer Twinbell knows. */
export async function controlled(
  pendant: Pendant,
  content: Control,
  kept: readonly Effect[],
  now: Now,
): Promise<Step> {
  try {
    const judged = control.judge(content, pendant.keyring, pendant.standing);
    switch (judged.type) {
      case control.EPOCH:
        return await peerEpoch(pendant, judged, now);
      case control.INBOX:
        return await peerInbox(pendant, judged, now);
      case control.VERIFIED:
        return peerVerified(pendant, judged);
      case control.RECEIPTS:
        return peerReceipts(pendant, judged);
      case control.RESTORED:
        return await peerRestored(pendant, judged, now);
      case control.IDENTITIES:
        return [pendant.with({ identities: control.acceptIdentities(judged) }), []];
      default:
        return [pendant, kept];
    }
  } catch (error) {
    if (error instanceof Damaged) return [pendant, [tell({ type: "ControlRefused" })]];
    throw error;
  }
}

/** Take the peer's new keys, and renew what a thief of the old ones knew of ours. */
async function peerEpoch(before: Pendant, judged: control.Judged, now: Now): Promise<Step> {
  const accepted = control.acceptEpoch(judged, before.peer, before.standing);
  if (accepted === null) return [before, []];
  const [peer, standing] = accepted;
  const keyring = before.keyring.with({ peer }).withPrekey(now.nowS, now.random).withInbox(now.random);
  const renewed = before.withKeyring(keyring).with({ standing, changed: !judged.byRoot, inboxUsedS: 0 });
  // With a new prekey too: what the peer has sealed to the old inbox key shows by its tag that it is stale.
  const inbox = { inbox: keyring.inbox.toRecord(), prekey: keyring.prekey.public.toRecord() };
  const [saying, told] = await sendControl(renewed, control.INBOX, inbox, { ...now, byPerson: false });
  const [pendant, copies] = await copied(saying, now);
  const news = tell({ type: "KeysChanged", final: judged.byRoot });
  return [pendant, [news, { type: "Register", record: pendant.registration }, ...told, ...copies]];
}

async function peerInbox(pendant: Pendant, judged: control.Judged, now: Now): Promise<Step> {
  const accepted = control.acceptInbox(judged, pendant.peer, pendant.standing);
  if (accepted === null) return [pendant, []];
  const [peer, standing] = accepted;
  // At once: the old deposit token ends, and paper would come back to an inbox that takes nothing from it.
  return await copied(pendant.with({ standing }).withKeyring(pendant.keyring.with({ peer })), now);
}

function peerVerified(pendant: Pendant, { atS, fields }: control.Judged): Step {
  if (atS <= pendant.standing.verifiedAtS) return [pendant, []];
  if (!same(fields.data("root", 32), pendant.keyring.root)) {
    throw new Damaged("They compared the words of somebody else.");
  }
  const standing = pendant.standing.with({ verifiedAtS: atS });
  return [pendant.with({ standing, peerVerifiedS: atS }), [tell({ type: "PeerVerified", atS })]];
}

function peerReceipts(pendant: Pendant, { atS, fields }: control.Judged): Step {
  const on = fields.flag("on");
  if (atS <= pendant.standing.receiptsAtS) return [pendant, []];
  const standing = pendant.standing.with({ receiptsAtS: atS });
  return [pendant.with({ standing, receiptsTheirs: on }), [tell({ type: "ReceiptsChanged", on })]];
}

/** Keep what did not open for a month, tell it once, and ask for it with the day's maintenance. */
function unopened(pendant: Pendant, sealed: Uint8Array, nowS: number): Step {
  const short = digest(sealed).slice(0, 16);
  if (pendant.unopened.some(([known]) => same(known, short))) return [pendant, []];
  const noted = [...pendant.unopened, [short, nowS] as const].slice(-UNOPENED_MAX);
  const kept: Effect = { type: "KeepRaw", data: sealed, untilS: nowS + UNOPENED_KEPT_S };
  return [pendant.with({ unopened: noted }), [kept, tell({ type: "Unopenable" })]];
}

/** Note what the peer says that it has of ours. */
function heads(pendant: Pendant, body: Body, nowS: number): Step {
  const ours = body.heads.filter(([device]) => compare(device, pendant.device.id) === 0);
  const named = Math.max(-1, ...ours.map(([, n]) => n));
  const before = Math.max(-1, ...pendant.named.map(([, n]) => n));
  if (named >= pendant.sending.next || named <= before) return [pendant, []];
  const today = Math.floor(nowS / DAY_S);
  const days = [...pendant.named.filter(([day]) => day !== today), [today, named] as const];
  return [pendant.with({ named: days.slice(-60) }), [tell({ type: "HasReceived", upto: named })]];
}

function chainNews(
  before: Receiving,
  verdict: Verdict,
  n: number,
  dropped: readonly Gap[],
): readonly Effect[] {
  const { device } = before;
  const news: Effect[] = [];
  if (verdict === "fork") news.push(tell({ type: "ForkSeen", device, n }));
  if (verdict === "late" && before.gaps.some((gap) => gap.told && isIn(gap, n))) {
    news.push(tell({ type: "GapClosed", device, n }));
  }
  return [...news, ...dropped.map((gap) => givenUp(device, gap))];
}

function givenUp(device: Uint8Array, { first, last }: Gap): Effect {
  return tell({ type: "GapGivenUp", device, first, last });
}

/** What is done with what only a newer Twinbell can read. */
function keptFor(kind: string, data: Uint8Array): readonly Effect[] {
  return [{ type: "KeepRaw", data, untilS: null }, tell({ type: "NewerNeeded", kind })];
}

/** Return what `act` gives, or null where what came from outside does not fit. */
function attempt<Result>(act: () => Result): Result | null {
  try {
    return act();
  } catch (error) {
    return outside(error);
  }
}

function outside(error: unknown): null {
  if (error instanceof Damaged || error instanceof NotForMe) return null;
  throw error;
}
