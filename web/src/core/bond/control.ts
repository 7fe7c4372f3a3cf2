/**
 * Control messages: what changes the other's rights or beliefs, each signed by a key that may say it.
 *
 *     epoch      all my keys are new: a device was removed      root (final) or identity (provisional)
 *     inbox      my inbox key, deposit token and prekey are new root or identity
 *     verified   I have compared the six words                  root or identity
 *     receipts   say, or do not say, when something arrived     root or identity
 *     restored   I came back from paper, on this new device     root
 *     identities these keys of mine signed before this one      root or identity
 *
 * The signature is over a label, the bond id and the record. It is needed beside the envelope's own secret:
 * whoever steals that from me could also write *to* me (B writes to A with A's inbox key).
 *
 * Two epochs may contend: the thief of a phone signs one with the identity that lay on it, the owner another with
 * the root from paper. Root beats identity; then the higher epoch; between equals the smaller hash.
 */

import { compare, concat, utf8 } from "../bytes";
import * as kdf from "../crypto/kdf";
import { VerifyKey } from "../crypto/signing";
import { encode, type RecordValue, type Value } from "../encoding";
import { Damaged, Mistaken } from "../errors";
import { Bundle, BUNDLE_BYTES_MAX, EPOCH_MAX, Inbox, PublicPrekey } from "./bundle";
import { Frozen } from "./frozen";
import { type Keyring, otherOf } from "./keys";
import type { Root } from "./kit";
import type { Control } from "./message";
import { Fields, unlessDamaged, VERSION } from "./record";

const LABEL_CONTROL = utf8("twinbell/v1/control"); // ‖ bond id ‖ record

export const CONTROL_BYTES_MAX = 16_384;
export const EPOCH = "control-epoch";
export const INBOX = "control-inbox";
export const VERIFIED = "control-verified";
export const RECEIPTS = "control-receipts";
export const RESTORED = "control-restored";
export const IDENTITIES = "control-identities";
export const IDENTITIES_MAX = 256;

interface StandingFields {
  /** A bell counts as the root's word. */
  readonly byRoot: boolean;
  /** Of the record that brought this epoch; zeros for the bell. */
  readonly digest: Uint8Array;
  /** Identity of the epoch before, while this one is provisional. */
  readonly parent: Uint8Array;
  readonly rootedEpoch: number;
  readonly rootedDigest: Uint8Array;
  readonly inboxAtS: number;
  readonly verifiedAtS: number;
  readonly receiptsAtS: number;
  readonly restoredAtS: number;
}

const BY_BELL: StandingFields = {
  byRoot: true,
  digest: new Uint8Array(32),
  parent: new Uint8Array(),
  rootedEpoch: 1,
  rootedDigest: new Uint8Array(32),
  inboxAtS: 0,
  verifiedAtS: 0,
  receiptsAtS: 0,
  restoredAtS: 0,
};

export interface Standing extends StandingFields {}

/** By what right the peer's present keys are theirs: enough to judge the next change. */
export class Standing extends Frozen<StandingFields> {
  constructor(fields: Partial<StandingFields> = {}) {
    super({ ...BY_BELL, ...fields });
  }

  toRecord(): RecordValue {
    return {
      by_root: this.byRoot,
      digest: this.digest,
      parent: this.parent,
      rooted_epoch: this.rootedEpoch,
      rooted_digest: this.rootedDigest,
      inbox_at: this.inboxAtS,
      verified_at: this.verifiedAtS,
      receipts_at: this.receiptsAtS,
      restored_at: this.restoredAtS,
    };
  }

  static fromRecord(value: Value): Standing {
    const fields = new Fields(value, "standing");
    return new Standing({
      byRoot: fields.flag("by_root"),
      digest: fields.data("digest", 32),
      parent: fields.dataUpTo("parent", 32),
      rootedEpoch: fields.number("rooted_epoch", 1, EPOCH_MAX),
      rootedDigest: fields.data("rooted_digest", 32),
      inboxAtS: fields.number("inbox_at"),
      verifiedAtS: fields.number("verified_at"),
      receiptsAtS: fields.number("receipts_at"),
      restoredAtS: fields.has("restored_at") ? fields.number("restored_at") : 0,
    });
  }
}

/** A control message that holds: what it says, and by whom it was signed. */
export interface Judged {
  readonly type: string;
  readonly fields: Fields;
  readonly atS: number;
  readonly byRoot: boolean;
  readonly digest: Uint8Array;
}

/** The peer's keys, and by what right they are theirs. */
export type Accepted = readonly [peer: Bundle, standing: Standing];

/** Return a control message of ours, signed by the identity, and by the root where that is at hand. */
export function sign(
  keyring: Keyring,
  type: string,
  content: RecordValue,
  atS: number,
  root: Root | null = null,
): Control {
  const { bond, epoch } = keyring;
  if (bond === null) throw new Mistaken("There is no bond yet, so there is nothing to control.");
  const record = encode({ v: VERSION, type, role: bond.role, epoch, at: atS, ...content });
  const message = concat(LABEL_CONTROL, bond.id, record);
  return {
    kind: "control",
    record,
    byRoot: root ? root.signingKey.sign(message) : null,
    byIdentity: keyring.identity.sign(message),
  };
}

/** Return the control message that brings a new epoch: signed by the root, or else by the old identity. */
export function signEpoch(before: Keyring, after: Keyring, atS: number, root: Root | null = null): Control {
  return sign(before, EPOCH, { next: after.epoch, bundle: after.bundle(root) }, atS, root);
}

/** Return the epoch whose keys signed this. */
export function epochOf(control: Control): number {
  const fields = Fields.untyped(control.record, "control message", { bytesMax: CONTROL_BYTES_MAX });
  return fields.number("epoch", 1, EPOCH_MAX);
}

/** Return what a control message of the peer says; throw `Damaged` unless who may say it has signed it. */
export function judge(control: Control, keyring: Keyring, standing: Standing): Judged {
  const { bond, peer } = keyring;
  if (bond === null || peer === null) {
    throw new Mistaken("There is no bond yet, so nobody can control anything.");
  }
  const { record, byRoot, byIdentity } = control;
  const untyped = Fields.untyped(record, "control message", { bytesMax: CONTROL_BYTES_MAX });
  const type = untyped.text("type", 32);
  const fields = Fields.of(record, type, { bytesMax: CONTROL_BYTES_MAX });
  if (fields.number("role", 0, 1) !== otherOf(bond.role)) {
    throw new Damaged("This change was signed for the other direction.");
  }
  const message = concat(LABEL_CONTROL, bond.id, record);
  // A thief of the identity must not have letters given.
  if (type === RESTORED && byRoot === null) {
    throw new Damaged("Only the paper can say that somebody came back from it.");
  }
  if (byRoot !== null) new VerifyKey(peer.root).verify(byRoot, message);
  else if (byIdentity === null) throw new Damaged("This change is not signed.");
  else verifyAny(byIdentity, message, identities(type, peer, standing));
  return { type, fields, atS: fields.number("at"), byRoot: byRoot !== null, digest: kdf.sha256(record) };
}

/**
 * Return the peer's new keys and how they stand, or null where an epoch that we have ranks higher.
 *
 * Throws `Damaged` for a bundle that does not belong to this epoch and root.
 */
export function acceptEpoch(judged: Judged, peer: Bundle, standing: Standing): Accepted | null {
  const { fields, byRoot, digest } = judged;
  const epoch = fields.number("next", 2, EPOCH_MAX);
  const bundle = Bundle.parse(fields.dataUpTo("bundle", BUNDLE_BYTES_MAX), { byRoot });
  const isTheirs = compare(bundle.root, peer.root) === 0 && bundle.kind === peer.kind;
  if (bundle.epoch !== epoch || !isTheirs) {
    throw new Damaged("The new keys do not belong to this change.");
  }
  if (byRoot) {
    if (!outranks(epoch, digest, standing.rootedEpoch, standing.rootedDigest)) return null;
    const rooted = { rootedEpoch: epoch, rootedDigest: digest };
    return [bundle, standing.with({ ...rooted, byRoot: true, digest, parent: new Uint8Array() })];
  }
  // The root has spoken for the epoch that we have: only a higher one can come by the identity.
  const newer = standing.byRoot ? epoch > peer.epoch : outranks(epoch, digest, peer.epoch, standing.digest);
  if (!newer) return null;
  const parent = standing.byRoot ? peer.identity : standing.parent;
  return [bundle, standing.with({ byRoot: false, digest, parent })];
}

/** Return the peer with a new inbox, or null where we know a newer one. */
export function acceptInbox(judged: Judged, peer: Bundle, standing: Standing): Accepted | null {
  const inbox = Inbox.fromRecord(judged.fields.map("inbox"));
  const prekey = PublicPrekey.fromRecord(judged.fields.map("prekey"));
  if (judged.fields.number("epoch") !== peer.epoch || inbox.generation <= peer.inbox.generation) return null;
  const newest = prekey.number > peer.prekey.number ? prekey : peer.prekey;
  return [peer.with({ inbox, prekey: newest }), standing.with({ inboxAtS: judged.atS })];
}

/** Return the keys, oldest first, by which the peer's letters were signed before the one of now. */
export function acceptIdentities(judged: Judged): Uint8Array[] {
  const keys = judged.fields.items("identities", IDENTITIES_MAX);
  const known = keys.filter((key) => key instanceof Uint8Array && key.length === 32);
  if (known.length !== keys.length) throw new Damaged("A key of this list is not what it should be.");
  return known as Uint8Array[];
}

/** The higher epoch, and between equals the smaller hash. */
function outranks(epoch: number, digest: Uint8Array, thanEpoch: number, thanDigest: Uint8Array): boolean {
  return epoch === thanEpoch ? compare(digest, thanDigest) < 0 : epoch > thanEpoch;
}

function identities(type: string, peer: Bundle, standing: Standing): Uint8Array[] {
  // An epoch may also be signed by the identity from which a provisional one came: its owner and its thief both
  // have that, and the rule must choose between them.
  return type === EPOCH && standing.parent.length > 0 ? [peer.identity, standing.parent] : [peer.identity];
}

function verifyAny(signature: Uint8Array, message: Uint8Array, keys: readonly Uint8Array[]): void {
  const isRight = keys.some(
    (raw) => !(unlessDamaged(() => new VerifyKey(raw).verify(signature, message)) instanceof Damaged),
  );
  if (!isRight) throw new Damaged("This signature is not right.");
}
