/**
 * The keys that one person has in one bond, and what the peer is shown of them.
 *
 *     Root (kit.ts)   on paper: outranks everything
 *     Keyring         what all devices of a person share: identity, letter keys, prekeys, inbox
 *     Device          what one device has for itself (device.ts)
 *     Bundle          the public side of a keyring, signed: what the peer knows (bundle.ts)
 *     Bond            what both have of the pairing: its id, who gave the bell, the bits of the six words
 *
 * Nothing is shared between two bonds. An *epoch* is one set of identity, letter key and inbox key; a new one
 * begins when a device is removed. A *generation* counts every change of the inbox's tokens, so that the relay can
 * tell the newer of two.
 *
 * The protocol that makes a bond is in `bell.ts`; who may replace which key is in `control.ts`.
 */

import { HybridIdentity, HybridRecipient } from "../age/hybrid";
import * as age from "../age/stream";
import { concat, hex, type Random } from "../bytes";
import * as kdf from "../crypto/kdf";
import { SigningKey } from "../crypto/signing";
import * as xwing from "../crypto/xwing";
import { encode, padme, type RecordValue, type Value } from "../encoding";
import { Damaged, Mistaken } from "../errors";
import { ID_BYTES, TOKEN_BYTES } from "../wire/limits";
import {
  Bundle,
  BUNDLE_BYTES_MAX,
  checkName,
  checkRelayUrl,
  EPOCH_MAX,
  Inbox,
  type Kind,
  LABEL_BUNDLE,
  NAME_LENGTH_MAX,
  readKind,
  RECIPIENT_BYTES,
} from "./bundle";
import { Device } from "./device";
import { Frozen } from "./frozen";
import { Page, RELAY_URL_LENGTH_MAX, type Root } from "./kit";
import { packed, unpacked } from "./packing";
import { Prekey, SEED_BYTES } from "./prekey";
import { Fields, row, unlessDamaged, VERSION } from "./record";
import { WatchKeys } from "./watchkeys";

export { Device, type Kind };

export const BOND_BYTES = 32;
export const WORDS_BYTES = 9; // 66 bits and six zeros

export const KEYRING_BYTES_MAX = 60_000; // sealed and padded it must fit into the relay's slot of 64 KiB
export const KEYRING_BYTES_MIN = 16_384;
export const SINK_S = 30 * 86_400; // for so long the one who was parted from meets what an absent person's mailbox is
export const INBOX_KEYS_MAX = 3; // the newest, and what may still be under way to the two before

const NOTHING = new WatchKeys(); // most bonds have no watch

/** Who gave the bell and who answered it; the byte that keeps the two directions apart. */
export const Role = { GIVER: 0, ANSWERER: 1 } as const;
export type Role = (typeof Role)[keyof typeof Role];

/** Return the role of the other one. */
export function otherOf(role: Role): Role {
  return role === Role.GIVER ? Role.ANSWERER : Role.GIVER;
}

interface BondFields {
  readonly id: Uint8Array;
  readonly role: Role;
  /** 66 bits. */
  readonly words: Uint8Array;
  readonly sinceS: number;
}

export interface Bond extends BondFields {}

/** What a bell left behind for both: the id, the bits of the words and the picture, and since when. */
export class Bond extends Frozen<BondFields> {
  toRecord(): RecordValue {
    return { id: this.id, role: this.role, words: this.words, since: this.sinceS };
  }

  static fromRecord(value: Value): Bond {
    const fields = new Fields(value, "bond");
    return new Bond({
      id: fields.data("id", BOND_BYTES),
      role: fields.number("role", 0, 1) === 0 ? Role.GIVER : Role.ANSWERER,
      words: fields.data("words", WORDS_BYTES),
      sinceS: fields.number("since"),
    });
  }
}

interface KeyringFields {
  /** Public. */
  readonly root: Uint8Array;
  /** Public: the kit's age recipient. */
  readonly kit: Uint8Array;
  readonly epoch: number;
  /** Ed25519 seeds. */
  readonly identities: readonly Uint8Array[];
  /** age1pq seeds. */
  readonly letters: readonly Uint8Array[];
  readonly prekeys: readonly Prekey[];
  readonly inboxKeys: readonly (readonly [epoch: number, key: Uint8Array])[];
  readonly relay: string;
  readonly box: Uint8Array;
  readonly depositPeer: Uint8Array;
  readonly depositSelf: Uint8Array;
  readonly generation: number;
  readonly chain: RecordValue | null;
  readonly name: string;
  readonly devices: readonly (readonly [id: Uint8Array, recipient: Uint8Array])[];
  readonly bond: Bond | null;
  /** The other's keys, as they are known now. */
  readonly peer: Bundle | null;
  /** When this person ended the bond: paper must not begin it again; 0 = they have not. */
  readonly partedS: number;
  readonly kind: Kind;
  /** What last letters hang on. */
  readonly watch: WatchKeys;
}

export interface Keyring extends KeyringFields {}

/**
 * All secrets of one person in one bond that every device of theirs may have, and the kit.
 *
 * Lists are oldest first, the current one last. Letter keys and identities are never dropped: they open and check
 * what was written decades ago.
 */
export class Keyring extends Frozen<KeyringFields> {
  /**
   * Return a keyring for a bond that is about to begin.
   *
   * Throws `Mistaken` for a name or a relay URL that no bundle could carry.
   */
  static generate(
    root: Root,
    device: Device,
    about: {
      relay: string;
      name: string;
      chain: RecordValue | null;
      nowS: number;
      random: Random;
      kind?: Kind;
    },
  ): Keyring {
    const { relay, name, chain, nowS, random, kind = "pair" } = about;
    const wrong = unlessDamaged(() => checkName(name) && checkRelayUrl(relay));
    if (wrong instanceof Damaged) throw new Mistaken(wrong.sentence, { code: wrong.code });
    return new Keyring({
      root: root.signingKey.verifyKey.raw,
      kit: root.recipient,
      epoch: 1,
      identities: [random(SEED_BYTES)],
      letters: [random(SEED_BYTES)],
      prekeys: [Prekey.generate(1, nowS, random)],
      inboxKeys: [[1, random(SEED_BYTES)]],
      relay,
      box: random(ID_BYTES),
      depositPeer: random(TOKEN_BYTES),
      depositSelf: random(TOKEN_BYTES),
      generation: 1,
      chain,
      name,
      devices: [[device.id, device.recipient]],
      bond: null,
      peer: null,
      partedS: 0,
      kind,
      watch: NOTHING,
    });
  }

  /** The Ed25519 key that signs letters and control messages now. */
  get identity(): SigningKey {
    return new SigningKey(newest(this.identities));
  }

  /** The age1pq public key to which letters to this person are sealed now. */
  get letterRecipient(): Uint8Array {
    return xwing.publicKey(newest(this.letters));
  }

  /** The prekey that the peer is to use now. */
  get prekey(): Prekey {
    return newest(this.prekeys);
  }

  /** The inbox as the peer is to know it. */
  get inbox(): Inbox {
    const { relay, box, depositPeer, generation } = this;
    const [, key] = newest(this.inboxKeys);
    return new Inbox({ relay, box, deposit: depositPeer, key, generation });
  }

  /** Return the signed bundle of this keyring: what the peer is shown. A bell asks for the root. */
  bundle(root: Root | null): Uint8Array {
    const identity = this.identity;
    const record = encode({
      v: VERSION,
      type: "bundle",
      epoch: this.epoch,
      root: this.root,
      identity: identity.verifyKey.raw,
      letter: this.letterRecipient,
      kit: this.kit,
      prekey: this.prekey.public.toRecord(),
      inbox: this.inbox.toRecord(),
      chain: this.chain,
      name: this.name,
      ...(this.kind !== "pair" && { kind: this.kind }),
    });
    const message = concat(LABEL_BUNDLE, record);
    const signed = encode({
      v: VERSION,
      type: "signed-bundle",
      record,
      by_root: root ? root.signingKey.sign(message) : null,
      by_identity: identity.sign(message),
    });
    if (signed.length > BUNDLE_BYTES_MAX) {
      throw new Mistaken("This bundle is too long: the chain record in it is larger than any should be.");
    }
    return signed;
  }

  /**
   * Return the record by which the owner sets up the mailbox for this device.
   *
   * After parting the peer's token is a sink for a while: it is answered as before, and nothing is kept.
   */
  registration(device: Pick<Device, "id" | "collect">): RecordValue {
    const [peer, self] = [kdf.sha256(this.depositPeer), kdf.sha256(this.depositSelf)];
    return {
      v: VERSION,
      type: "mailbox",
      epoch: this.generation,
      collect: { [hex(device.id)]: kdf.sha256(device.collect) },
      deposit: this.partedS > 0 ? { self } : { peer, self },
      ...(this.partedS > 0 && { sinks: { [hex(peer)]: this.partedS + SINK_S } }),
    };
  }

  /** Return the kit page; throw `Mistaken` before there is a bond. */
  page(root: Root): Page {
    if (this.peer === null) {
      throw new Mistaken("The kit page names the other person, so it comes after the bell was answered.");
    }
    return new Page({ root, relay: this.relay, box: this.box, peer: this.peer.fingerprint });
  }

  /** Return the keyring with a fresh prekey as the current one. */
  withPrekey(nowS: number, random: Random): Keyring {
    return this.with({ prekeys: [...this.prekeys, Prekey.generate(this.prekey.number + 1, nowS, random)] });
  }

  /** Return the keyring with a fresh inbox key and deposit token: the old ones are known to a thief. */
  withInbox(random: Random, leap = 0): Keyring {
    const added = [this.epoch, random(SEED_BYTES)] as const;
    return this.with({
      inboxKeys: [...this.inboxKeys, added].slice(-INBOX_KEYS_MAX),
      depositPeer: random(TOKEN_BYTES),
      generation: this.generation + 1 + leap,
    });
  }

  /**
   * Return the keyring of a new epoch, in which only `device` is left: all that a thief knew is new.
   *
   * `leap` goes past epochs and generations that a keyring from elsewhere may not know of.
   */
  withEpoch(device: Device, nowS: number, random: Random, leap = 0): Keyring {
    const fresh = this.with({
      epoch: this.epoch + 1 + leap,
      identities: [...this.identities, random(SEED_BYTES)],
      letters: [...this.letters, random(SEED_BYTES)],
      depositSelf: random(TOKEN_BYTES),
      devices: [[device.id, device.recipient]],
    });
    return fresh.withPrekey(nowS, random).withInbox(random, leap);
  }

  /** Return the keyring of a bond that ended now; the generation tells a relay's backup that it is old. */
  parted(nowS: number): Keyring {
    return this.with({ partedS: nowS, generation: this.generation + 1 });
  }

  /** Return `keyring.age`: sealed to each device and the kit, padded so that its size tells little. */
  async seal(): Promise<Uint8Array> {
    const record = encode(this.toRecord());
    if (record.length > KEYRING_BYTES_MAX) {
      throw new Mistaken("This keyring has grown beyond what the relay's slot takes.");
    }
    const plain = packed(record, Math.max(padme(record.length + 4), KEYRING_BYTES_MIN));
    const recipients = [...this.devices.map(([, recipient]) => recipient), this.kit];
    return age.seal(
      plain,
      recipients.map((recipient) => new HybridRecipient(recipient)),
    );
  }

  /**
   * Open a `keyring.age` with the age seed of a device or of the kit.
   *
   * Throws what `core/age` raises, and `Damaged` for what is not a keyring inside.
   */
  static async open(sealed: Uint8Array, ageSeed: Uint8Array): Promise<Keyring> {
    const plain = await age.open(sealed, [new HybridIdentity(ageSeed)]);
    const record = unpacked(plain, "This keyring is not padded as it should be.");
    return Keyring.#read(Fields.of(record, "keyring", { bytesMax: KEYRING_BYTES_MAX }));
  }

  toRecord(): RecordValue {
    return {
      v: VERSION,
      type: "keyring",
      root: this.root,
      kit: this.kit,
      epoch: this.epoch,
      identities: [...this.identities],
      letters: [...this.letters],
      prekeys: this.prekeys.map((key) => [key.number, key.tag, key.seed, key.madeS, key.passedS]),
      inbox_keys: this.inboxKeys.map((row) => [...row]),
      relay: this.relay,
      box: this.box,
      deposit_peer: this.depositPeer,
      deposit_self: this.depositSelf,
      generation: this.generation,
      chain: this.chain,
      name: this.name,
      devices: this.devices.map((row) => [...row]),
      bond: this.bond ? this.bond.toRecord() : null,
      peer: this.peer ? this.peer.toRecord() : null,
      ...(this.partedS > 0 && { parted: this.partedS }),
      ...(this.kind !== "pair" && { kind: this.kind }),
      ...(!this.watch.equals(NOTHING) && { watch: this.watch.toRecord() }),
    };
  }

  static fromRecord(value: Value): Keyring {
    return Keyring.#read(Fields.typed(value, "keyring"));
  }

  static #read(fields: Fields): Keyring {
    return new Keyring({
      root: fields.data("root", 32),
      kit: fields.data("kit", RECIPIENT_BYTES),
      epoch: fields.number("epoch", 1, EPOCH_MAX),
      identities: seeds(fields.items("identities", 256)),
      letters: seeds(fields.items("letters", 256)),
      prekeys: fields.items("prekeys", 256).map(readPrekey),
      inboxKeys: fields.items("inbox_keys", INBOX_KEYS_MAX).map((item) => row(item, "number", "bytes")),
      relay: fields.text("relay", RELAY_URL_LENGTH_MAX),
      box: fields.data("box", ID_BYTES),
      depositPeer: fields.data("deposit_peer", TOKEN_BYTES),
      depositSelf: fields.data("deposit_self", TOKEN_BYTES),
      generation: fields.number("generation", 1),
      chain: fields.has("chain") ? fields.map("chain") : null,
      name: fields.text("name", NAME_LENGTH_MAX),
      devices: fields.items("devices", 32).map((item) => row(item, "bytes", "bytes")),
      bond: fields.has("bond") ? Bond.fromRecord(fields.map("bond")) : null,
      peer: fields.has("peer") ? Bundle.fromRecord(fields.map("peer")) : null,
      partedS: fields.has("parted") ? fields.number("parted") : 0,
      kind: readKind(fields),
      watch: fields.has("watch") ? WatchKeys.fromRecord(fields.map("watch")) : NOTHING,
    });
  }
}

/** Return the current one of a list that is never empty. */
function newest<Item>(items: readonly Item[]): Item {
  const last = items.at(-1);
  if (last === undefined) throw new Damaged("A key of this keyring is missing.");
  return last;
}

function readPrekey(value: Value): Prekey {
  const [number, tag, seed, madeS, passedS] = row(value, "number", "bytes", "bytes", "number", "number");
  return new Prekey({ number, tag, seed, madeS, passedS });
}

function seeds(values: readonly Value[]): Uint8Array[] {
  const found = values.filter((seed) => seed instanceof Uint8Array && seed.length === SEED_BYTES);
  if (found.length === 0 || found.length !== values.length) {
    throw new Damaged("A key of this keyring is not what it should be.");
  }
  return found as Uint8Array[];
}
