/**
 * The bell: how two who share a few words become a bond, at the cost of one guess to anyone else.
 *
 * Theory of operation. Both sides run CPace over four messages in a pairing mailbox of a relay that they do not
 * trust. X-Wing runs inside it, so that a recorded bell is of no use to a quantum computer; what seals the bundles
 * needs both. The giver commits to a nonce in its first message and opens it in its second: the words that both
 * compare come from everything that was said and from that nonce, so nobody in the middle can search for a session
 * with the same words.
 *
 *     m1  giver     sid, Ya, ADa = [1, "giver", X-Wing key, SHA-256(label ‖ na), SHA-256(bundle A)]
 *     m2  answerer  Yb, ADb = [1, "answerer", X-Wing ciphertext, SHA-256(bundle B)], tag b
 *     m3  giver     tag a, na, bundle A sealed with Ka
 *     m4  answerer  bundle B sealed with Kb
 *
 * One guess: the giver takes one m2 and no other, ever. It is spent, and saved as such, before its tag is looked
 * at; a giver that wakes up spent cannot know whether somebody saw the answer, and is burnt.
 *
 *     Giver        event            becomes                 Answerer     event            becomes
 *     new          Placed           offered                 called       Message(1)       answered
 *     offered      Message(2)       spent                   answered     Message(3)       joined, or burnt
 *     spent        Check            confirmed, wrong code   answered     Refused(2)       burnt
 *     confirmed    Message(4)       joined, or burnt        answered     Gone             wrong code
 *     confirmed    Refused(3)       burnt                   called       Gone             burnt
 *     any open     Gone             burnt                   joined       Stored(4), Gone  done
 *     any open     time is over     expired                 any open     time is over     expired
 *
 * `step` changes the state; `todo` says what is to be done in it. Save the side after each step, then do what
 * `todo` says and feed the answer back. Everything in `todo` may be repeated, so a side that is loaded after a crash
 * goes on where it was. The answerer has joined once it has m3, the giver once it has m4: if m4 is lost for seven
 * days, only the answerer believes in the bond, and hears nothing.
 */

import { type Random, randomBytes, same, utf8 } from "../bytes";
import * as aead from "../crypto/aead";
import * as cpace from "../crypto/cpace";
import * as kdf from "../crypto/kdf";
import * as xwing from "../crypto/xwing";
import { decode, encode, isList, lv } from "../encoding";
import { Damaged, Mistaken } from "../errors";
import {
  PAIRING_ANSWER_S as ANSWER_WITHIN_S,
  PAIRING_FINISH_S as FINISH_WITHIN_S,
  PAIRING_PART_BYTES_MAX as MESSAGE_BYTES_MAX,
} from "../wire/limits";
import { Bundle, type Kind, kindOf } from "./bundle";
import { checkNameplate, type Code, type Form, freshSecret } from "./code";
import { Fields, unlessDamaged, VERSION } from "./record";
import {
  Answerer,
  deriveSession,
  end,
  Giver,
  NONCE_BYTES,
  SEED_BYTES,
  type Side,
  SID_BYTES,
  type State,
  TOKEN_BYTES,
} from "./side";

export { ANSWER_WITHIN_S, FINISH_WITHIN_S, MESSAGE_BYTES_MAX };
export {
  Answerer,
  Giver,
  isHearsay,
  type Joined,
  type Outcome,
  type Side,
  type State,
  wordsBits,
} from "./side";

const CHANNEL = utf8("twinbell/v1/bell"); // CPace's CI
const LABEL_NONCE = utf8("twinbell/v1/nonce");
const LABEL_TRANSCRIPT = utf8("twinbell/v1/th");

export const FETCH_SLACK_S = 60; // a long poll, and two clocks

/** Said to the one who meant the other kind. It burns the bell: neither gets a bond they did not ask for. */
const OTHER_KIND: Readonly<Record<Kind, string>> = {
  guardian: "They meant this bell for a guardian, and you did not. Give a new one.",
  pair: "They meant this bell for a pair, and you meant it for a guardian. Give a new one.",
};

/** What happens to a side. */
interface Events {
  /** The relay has taken m1 and given the bell a nameplate. */
  Placed: { readonly nameplate: string };
  /** A message of the other side was there. */
  Message: { readonly number: number; readonly data: Uint8Array };
  /** The relay has taken our message of this number. */
  Stored: { readonly number: number };
  /** The relay has another message of this number, or another's token (409). */
  Refused: { readonly number: number };
  /** The relay says that this bell is burnt, expired or unknown (404, 410). Nobody has signed that. */
  Gone: object;
  /** Spent has been saved: the tag may be looked at. Also something to do, where it stands in `todo`. */
  Check: object;
  /** Time has passed. */
  Tick: object;
}

export type Event<Name extends keyof Events = keyof Events> = {
  [Each in Name]: { readonly type: Each } & Events[Each];
}[Name];

/** What a side asks for. */
export type Todo =
  /** Make a pairing mailbox with this m1, and answer with `Placed`. */
  | { readonly type: "Place"; readonly form: Form; readonly m1: Uint8Array }
  /** Put this message there, and answer with `Stored`, `Refused` or `Gone`. */
  | { readonly type: "Put"; readonly number: number; readonly data: Uint8Array }
  /** Wait for the message of this number, and answer with `Message`, `Gone` or `Tick`. */
  | { readonly type: "Fetch"; readonly number: number }
  | { readonly type: "Check" }
  /** Delete the pairing mailbox, so that the other side is told; it does not matter if that fails. */
  | { readonly type: "Burn" };

/** Return a giver with a fresh secret; `bundle` is our signed bundle. Save it, then ask `todo`. */
export function give(
  bundle: Uint8Array,
  how: { readonly form: Form; readonly relay: string; readonly nowS: number; readonly random?: Random },
): Giver {
  const { form, relay, nowS, random = randomBytes } = how;
  const secret = freshSecret(form, random);
  const sid = random(SID_BYTES);
  const scalar = random(cpace.SCALAR_BYTES);
  const kemSeed = random(SEED_BYTES);
  const nonce = random(NONCE_BYTES);
  const commitment = kdf.sha256(LABEL_NONCE, nonce);
  const ad = encode([1, "giver", xwing.publicKey(kemSeed), commitment, kdf.sha256(bundle)]);
  const y = cpace.share(scalar, cpace.generator(utf8(secret), { sid, channel: CHANNEL }));
  const m1 = encode({ v: VERSION, type: "bell-1", sid, y, ad });
  const token = random(TOKEN_BYTES);
  const begun = { state: "new", nameplate: "", madeS: nowS } as const;
  return new Giver({ ...begun, form, relay, secret, token, sid, scalar, kemSeed, nonce, bundle, m1 });
}

/**
 * Return an answerer for `code`; `bundle` is our signed bundle. Save it, then ask `todo`.
 *
 * A person asked for it by a tap or a command: a link that is merely opened must not answer. Throws `Mistaken` where
 * the bundle is for another kind of bond than the code.
 */
export function answer(
  code: Code,
  bundle: Uint8Array,
  { nowS, random = randomBytes }: { readonly nowS: number; readonly random?: Random },
): Answerer {
  if (kindOf(bundle) !== code.kind) throw new Mistaken("This bell is given for another kind of bond.");
  return new Answerer({ state: "called", code, token: random(TOKEN_BYTES), bundle, madeS: nowS });
}

/** Return what is to be done in this state, in this order; all of it may be repeated. */
export function todo(side: Side): readonly Todo[] {
  if (side.outcome !== null && side.outcome !== "joined") return [{ type: "Burn" }];
  if (side instanceof Giver) {
    switch (side.state) {
      case "new":
        return [{ type: "Place", form: side.form, m1: side.m1 }];
      case "offered":
        return [{ type: "Fetch", number: 2 }];
      case "spent":
        return [{ type: "Check" }];
      case "confirmed":
        return [
          { type: "Put", number: 3, data: side.m3 },
          { type: "Fetch", number: 4 },
        ];
    }
  } else {
    switch (side.state) {
      case "called":
        return [{ type: "Fetch", number: 1 }];
      case "answered":
        return [
          { type: "Put", number: 2, data: side.m2 },
          { type: "Fetch", number: 3 },
        ];
      case "joined":
        return [{ type: "Put", number: 4, data: side.m4 }];
    }
  }
  return [];
}

/** When something happens, and what gives chance. */
interface Now {
  readonly nowS: number;
  readonly random: Random;
}

type Handlers<Either extends Side> = {
  readonly [Name in keyof Events]?: (side: Either, event: Event<Name>, now: Now) => Either;
};

type Table<Either extends Side> = { readonly [Each in State]?: Handlers<Either> };

const GIVER: Table<Giver> = {
  new: { Placed: placed },
  offered: { Message: spend, Gone: gone },
  spent: { Check: check },
  confirmed: { Message: finish, Refused: refused, Gone: gone },
};

const ANSWERER: Table<Answerer> = {
  called: { Message: answered, Gone: gone },
  answered: { Message: join, Refused: refused, Gone: gone },
};

/**
 * Return the side after `event`. What does not belong to its state changes nothing.
 *
 * Save it before doing what `todo` says next. Never throws for what came from outside.
 */
export function step(side: Giver, event: Event, nowS: number, random?: Random): Giver;
export function step(side: Answerer, event: Event, nowS: number, random?: Random): Answerer;
export function step<Either extends Side>(side: Either, event: Event, nowS: number, random?: Random): Either;
export function step(side: Side, event: Event, nowS: number, random: Random = randomBytes): Side {
  if (side.outcome !== null) return isDelivered(side, event) ? side.with({ state: "done" }) : side;
  if (nowS > deadlineS(side)) return end(side, "expired", "Nobody answered this bell in time.");
  const now = { nowS, random };
  if (side instanceof Giver) return handled(GIVER[side.state], side, event, now);
  return handled(ANSWERER[side.state], side, event, now);
}

function handled<Either extends Side, Name extends keyof Events>(
  handlers: Handlers<Either> | undefined,
  side: Either,
  event: Event<Name>,
  now: Now,
): Either {
  const handle: Handlers<Either>[Name] = handlers?.[event.type];
  return handle ? handle(side, event, now) : side;
}

/** Say whether the answerer's last message has reached the relay, or cannot any more. */
function isDelivered(side: Side, event: Event): boolean {
  if (!(side instanceof Answerer) || side.state !== "joined") return false;
  if (event.type === "Stored" || event.type === "Refused") return event.number === 4;
  return event.type === "Gone";
}

function deadlineS(side: Side): number {
  const isWaiting = side.state === "new" || side.state === "offered";
  return side.madeS + (isWaiting ? ANSWER_WITHIN_S + FETCH_SLACK_S : FINISH_WITHIN_S);
}

// The giver.

function placed(giver: Giver, event: Event<"Placed">): Giver {
  const nameplate = unlessDamaged(() => checkNameplate(giver.form, event.nameplate));
  if (nameplate instanceof Damaged) return end(giver, "burnt", nameplate.sentence);
  return giver.with({ state: "offered", nameplate });
}

function spend(giver: Giver, { number, data }: Event<"Message">): Giver {
  return number === 2 ? giver.with({ state: "spent", m2: data }) : giver;
}

/** Look at the tag, once. Whatever is wrong with m2 was somebody's one guess. */
function check(giver: Giver): Giver {
  const opened = unlessDamaged(() => {
    const fields = Fields.of(giver.m2, "bell-2", { bytesMax: MESSAGE_BYTES_MAX });
    const [shareB, dataB] = [fields.data("y", cpace.SHARE_BYTES), fields.data("ad")];
    const [ciphertext] = associated(dataB, "answerer", xwing.CIPHERTEXT_BYTES, 32);
    const m1 = Fields.of(giver.m1, "bell-1", { bytesMax: MESSAGE_BYTES_MAX });
    const transcript = { shareA: m1.data("y"), dataA: m1.data("ad"), shareB, dataB };
    const run = cpace.finish(giver.scalar, transcript, { sid: giver.sid, initiator: true });
    cpace.checkTag(run.tagB, fields.data("tag", cpace.TAG_BYTES));
    return { run, kemSecret: xwing.decapsulate(giver.kemSeed, ciphertext) };
  });
  if (opened instanceof Damaged)
    return end(giver, "wrong code", "Somebody answered this bell with a wrong code.");
  const session = deriveSession(transcriptHash(giver.m1, giver.m2), opened.run.isk, opened.kemSecret);
  const m3 = encode({
    v: VERSION,
    type: "bell-3",
    tag: opened.run.tagA,
    nonce: giver.nonce,
    sealed: aead.seal(session.keyA, giver.bundle, { aad: session.transcript }),
  });
  return giver.with({ state: "confirmed", session, m3, scalar: new Uint8Array(), kemSeed: new Uint8Array() });
}

function finish(giver: Giver, { number, data }: Event<"Message">, { nowS }: Now): Giver {
  const { session } = giver;
  if (number !== 4 || session === null) return giver;
  const peer = unlessDamaged(() => {
    const fields = Fields.of(data, "bell-4", { bytesMax: MESSAGE_BYTES_MAX });
    const ad = Fields.of(giver.m2, "bell-2", { bytesMax: MESSAGE_BYTES_MAX }).data("ad");
    const [, peerHash] = associated(ad, "answerer", xwing.CIPHERTEXT_BYTES, 32);
    const shown = openBundle(session.keyB, fields.data("sealed"), session.transcript, peerHash);
    return notOurselves(shown, giver.bundle);
  });
  if (peer instanceof Damaged) return end(giver, "burnt", "The answer to this bell was changed on the way.");
  if (peer.kind !== kindOf(giver.bundle)) return end(giver, "burnt", OTHER_KIND[peer.kind]);
  return giver.with({ state: "joined", peer: peer.signed, joinedS: nowS });
}

// The answerer.

function answered(answerer: Answerer, { number, data }: Event<"Message">, { random }: Now): Answerer {
  if (number !== 1) return answerer;
  const made = unlessDamaged(() => {
    const fields = Fields.of(data, "bell-1", { bytesMax: MESSAGE_BYTES_MAX });
    const [sid, shareA, dataA] = [fields.data("sid", SID_BYTES), fields.data("y", 32), fields.data("ad")];
    const [key, commitment, peerHash] = associated(dataA, "giver", xwing.PUBLIC_BYTES, 32, 32);
    const { ciphertext, secret } = xwing.encapsulate(key);
    const dataB = encode([1, "answerer", ciphertext, kdf.sha256(answerer.bundle)]);
    const scalar = random(cpace.SCALAR_BYTES);
    const shareB = cpace.share(scalar, cpace.generator(answerer.code.password, { sid, channel: CHANNEL }));
    const transcript = { shareA, dataA, shareB, dataB };
    const run = cpace.finish(scalar, transcript, { sid, initiator: false });
    const m2 = encode({ v: VERSION, type: "bell-2", y: shareB, ad: dataB, tag: run.tagB });
    const session = deriveSession(transcriptHash(data, m2), run.isk, secret);
    return { commitment, peerHash, tagA: run.tagA, m2, session };
  });
  if (made instanceof Damaged) return end(answerer, "burnt", "What hangs at this relay is not a bell.");
  return answerer.with({ state: "answered", ...made });
}

function join(answerer: Answerer, { number, data }: Event<"Message">, { nowS }: Now): Answerer {
  const { session } = answerer;
  if (number !== 3 || session === null) return answerer;
  const opened = unlessDamaged(() => {
    const fields = Fields.of(data, "bell-3", { bytesMax: MESSAGE_BYTES_MAX });
    cpace.checkTag(answerer.tagA, fields.data("tag", cpace.TAG_BYTES));
    const nonce = fields.data("nonce", NONCE_BYTES);
    checkNonce(nonce, answerer.commitment);
    const shown = openBundle(session.keyA, fields.data("sealed"), session.transcript, answerer.peerHash);
    return { nonce, shown: notOurselves(shown, answerer.bundle) };
  });
  if (opened instanceof Damaged) {
    return end(answerer, "burnt", "The answer of the giver does not fit: somebody may be between.");
  }
  const { nonce, shown } = opened;
  if (shown.kind !== answerer.code.kind) return end(answerer, "burnt", OTHER_KIND[shown.kind]);
  const sealed = aead.seal(session.keyB, answerer.bundle, { aad: session.transcript });
  const m4 = encode({ v: VERSION, type: "bell-4", sealed });
  return answerer.with({ state: "joined", nonce, peer: shown.signed, m4, joinedS: nowS });
}

// Nobody signs a 404 or a 410, and a relay may lie: these sentences say "it seems".

function refused<Either extends Side>(side: Either, { number }: Event<"Refused">): Either {
  if (side.state === "confirmed" && number === 3) {
    return end(side, "burnt", "It seems that somebody else has written in your name.");
  }
  if (side.state === "answered" && number === 2) {
    return end(side, "burnt", "It seems that somebody else has answered this bell.");
  }
  return side;
}

function gone<Either extends Side>(side: Either): Either {
  if (side.state === "answered") return end(side, "wrong code", "It seems that the code was not right.");
  return end(side, "burnt", "It seems that this bell is burnt, or that its time is over.");
}

// What both sides compute.

function transcriptHash(m1: Uint8Array, m2: Uint8Array): Uint8Array {
  return kdf.sha256(LABEL_TRANSCRIPT, lv(m1), lv(m2));
}

/** Return what stands behind [1, role] in one side's associated data; throw `Damaged` unless it fits. */
function associated<const Lengths extends readonly number[]>(
  data: Uint8Array,
  role: string,
  ...lengths: Lengths
): { readonly [At in keyof Lengths]: Uint8Array } {
  const value = decode(data, { bytesMax: MESSAGE_BYTES_MAX });
  const [version, said, ...items] = isList(value) ? value : [];
  const fits =
    version === 1 &&
    said === role &&
    items.length === lengths.length &&
    items.every((item, at) => item instanceof Uint8Array && item.length === lengths[at]);
  if (!fits) throw new Damaged("This message of a bell is not what it should be.");
  return items as unknown as { readonly [At in keyof Lengths]: Uint8Array };
}

/** Without this, whoever is in the middle could try nonces until both see the same words. */
function checkNonce(nonce: Uint8Array, commitment: Uint8Array): void {
  if (!same(kdf.sha256(LABEL_NONCE, nonce), commitment)) {
    throw new Damaged("The giver opened another nonce than the one that was promised.");
  }
}

/** Open and check the other's bundle. That it opens is the confirmation of X-Wing's part of the key. */
function openBundle(
  key: Uint8Array,
  sealed: Uint8Array,
  transcript: Uint8Array,
  expected: Uint8Array,
): Bundle {
  const signed = aead.open(key, sealed, { aad: transcript });
  if (!same(kdf.sha256(signed), expected)) throw new Damaged("This is not the bundle that was promised.");
  return Bundle.parse(signed);
}

function notOurselves(peer: Bundle, ours: Uint8Array): Bundle {
  if (same(peer.root, Bundle.parse(ours).root)) {
    throw new Damaged("This bell was answered by the one who gave it.");
  }
  return peer;
}
