/**
 * A pendant: one person's side of one bond, on one device, as a record that is saved whole.
 *
 * It holds the keyring and the device's own keys, the chains in both directions, and what is still owed. It decides
 * nothing: `lifecycle.ts` makes a new pendant out of an old one and an event.
 */

import { same } from "../bytes";
import { decodeMap, encode, type RecordValue, type Value } from "../encoding";
import { Mistaken } from "../errors";
import { type About, aboutToRecord, NOTHING_SAID, readAbout, readTold, type Told, toldToRow } from "./about";
import type { Bundle } from "./bundle";
import { Receiving, Sending } from "./chain";
import { IDENTITIES_MAX, Standing } from "./control";
import * as envelope from "./envelope";
import { Frozen } from "./frozen";
import { type Bond, Device, Keyring, type Kind, type Role } from "./keys";
import { Body, digest, GAPS_MAX, type Head } from "./message";
import { Fields, row, VERSION } from "./record";
import type { Joined } from "./side";

export const PENDANT_BYTES_MAX = 1 << 22;
export const DEVICES_MAX = 32;
export const UNOPENED_MAX = 64;
export const RINGS_AN_HOUR = 20; // are sounded unless the person wants fewer
export const RINGS_AN_HOUR_MAX = 60;

interface PendantFields {
  readonly keyring: Keyring;
  readonly device: Device;
  readonly standing: Standing;
  readonly sending: Sending;
  readonly sendingSelf: Sending;
  readonly receiving: readonly Receiving[];
  readonly receivingSelf: readonly Receiving[];
  /** When this person compared the words; 0 = not yet. */
  readonly verifiedS: number;
  /** The peer's keys changed by a word of their identity alone: compare again. */
  readonly changed: boolean;
  readonly peerVerifiedS: number;
  readonly receiptsOurs: boolean;
  readonly receiptsTheirs: boolean;
  /** Counts changes of the keyring that copies should have. */
  readonly serial: number;
  /** The serial that was last given to slot and peer. */
  readonly copied: number;
  /** The serial of the peer's keyring that is kept here. */
  readonly peerCopy: number;
  /** Counters of ours that the peer has not got. */
  readonly asked: readonly (readonly [first: number, last: number])[];
  /** Short hashes of envelopes that did not open, and when they came. */
  readonly unopened: readonly (readonly [short: Uint8Array, atS: number])[];
  /** Counters of ours that the peer had by the end of a day. */
  readonly named: readonly (readonly [day: number, n: number])[];
  /** When the peer was first seen to use our newest inbox key; 0 = not yet. */
  readonly inboxUsedS: number;
  /** When rings were sounded in the last hour. */
  readonly rung: readonly number[];
  readonly dailyS: number;
  readonly ringsAnHour: number;
  readonly aboutOurs: About;
  readonly aboutTheirs: About;
  /** When they told it. */
  readonly aboutTold: Told | null;
  /** Of the portrait itself, the client keeps the newest. */
  readonly portraitTold: Told | null;
  /** By which the peer's letters were signed before, oldest first. */
  readonly identities: readonly Uint8Array[];
  /** When this person came back from paper, on this device; 0 = never. */
  readonly restoredS: number;
}

const NEW = {
  standing: new Standing(),
  sending: new Sending(),
  sendingSelf: new Sending(),
  receiving: [],
  receivingSelf: [],
  verifiedS: 0,
  changed: false,
  peerVerifiedS: 0,
  receiptsOurs: false,
  receiptsTheirs: false,
  serial: 1,
  copied: 0,
  peerCopy: 0,
  asked: [],
  unopened: [],
  named: [],
  inboxUsedS: 0,
  rung: [],
  dailyS: 0,
  ringsAnHour: RINGS_AN_HOUR,
  aboutOurs: NOTHING_SAID,
  aboutTheirs: NOTHING_SAID,
  aboutTold: null,
  portraitTold: null,
  identities: [],
  restoredS: 0,
} satisfies Omit<PendantFields, "keyring" | "device">;

/** The content of a body of ours, or the blob that has it. */
type Said = { readonly content: RecordValue } | { readonly blob: envelope.BlobRef };

export interface Pendant extends PendantFields {}

/** One side of a bond. Frozen: `lifecycle.step` gives the next one. */
export class Pendant extends Frozen<PendantFields> {
  constructor(fields: Partial<PendantFields> & Pick<PendantFields, "keyring" | "device">) {
    super({ ...NEW, ...fields });
  }

  /** Return the pendant that a bell leaves: `keyring` is the one whose bundle was shown in it. */
  static begin(keyring: Keyring, device: Device, joined: Joined): Pendant {
    const standing = new Standing({ rootedEpoch: joined.peer.epoch });
    return new Pendant({ keyring: keyring.with({ bond: joined.bond, peer: joined.peer }), device, standing });
  }

  /** What both have of the pairing. */
  get bond(): Bond {
    if (this.keyring.bond === null) throw new Mistaken("There is no bond yet.");
    return this.keyring.bond;
  }

  /** What is known of the other's keys, and where they are written to. */
  get peer(): Bundle {
    if (this.keyring.peer === null) throw new Mistaken("There is no bond yet.");
    return this.keyring.peer;
  }

  /** Whether this person has compared the words, and nothing has changed since that they must see. */
  get verified(): boolean {
    return this.verifiedS > 0 && !this.changed;
  }

  /** What this bond is for. */
  get kind(): Kind {
    return this.keyring.kind;
  }

  /** Whether each may say to the other what has arrived: only while both want it. */
  get receipts(): boolean {
    return this.receiptsOurs && this.receiptsTheirs;
  }

  /** Whether this person has ended the bond. */
  get parted(): boolean {
    return this.keyring.partedS > 0;
  }

  /** The record by which the owner sets up this person's mailbox at its relay. */
  get registration(): RecordValue {
    return this.keyring.registration(this.device);
  }

  /**
   * Return a fresh envelope around `body` for the peer, by their newest prekey and inbox key.
   *
   * Called when the envelope is deposited, not when it is written: the peer deletes old prekeys.
   */
  seal(body: Uint8Array): Uint8Array {
    const { prekey, inbox, epoch } = this.peer;
    return envelope.seal(body, { prekey, psk: inbox.key, bond: this.bond.id, sender: this.bond.role, epoch });
  }

  /**
   * Say whether an envelope that was never acknowledged is sealed to a prekey that is not the newest.
   *
   * Then seal its body again, under another deposit id; else repeat the same bytes under the same id.
   */
  isStale(sealed: Uint8Array): boolean {
    return !same(envelope.tagOf(sealed), this.peer.prekey.tag);
  }

  /** Return what this device may say that it has received, for an envelope that a person caused. */
  heads(nowS: number): Head[] {
    return this.receiving
      .map((chain) => chain.head(nowS, { exact: this.receipts }))
      .filter((head) => head !== null);
  }

  /** Return the pendant with one body more in its chain, the body, and its bytes. */
  wrote(
    kind: string,
    said: Said,
    { nowS, heads }: { nowS: number; heads: boolean },
  ): [Pendant, Body, Uint8Array] {
    const body = new Body({
      kind,
      device: this.device.id,
      n: this.sending.next,
      prev: this.sending.prev,
      heads: heads ? this.heads(nowS) : [],
      sentS: nowS - (nowS % 60),
      content: null,
      blob: null,
      ...said,
    });
    const data = body.encode();
    return [this.with({ sending: this.sending.after(digest(data)) }), body, data];
  }

  /** Return the chain of a device that writes to us, a new one if it has not written yet. */
  chainOf(sender: Role, device: Uint8Array): Receiving {
    const chains = sender === this.bond.role ? this.receivingSelf : this.receiving;
    return chains.find((chain) => same(chain.device, device)) ?? new Receiving({ device });
  }

  /** Return the pendant with this chain in the place of the one of the same device. */
  withChain(sender: Role, chain: Receiving): Pendant {
    const ours = sender === this.bond.role;
    const chains = ours ? this.receivingSelf : this.receiving;
    let known = chains.map((each) => (same(each.device, chain.device) ? chain : each));
    if (!known.includes(chain)) {
      // More devices than anyone has: the one that was silent longest is forgotten.
      known = [...known, chain].sort((a, b) => a.heardS - b.heardS).slice(-DEVICES_MAX);
    }
    return this.with(ours ? { receivingSelf: known } : { receiving: known });
  }

  /** Return the pendant with this keyring; `copy` where slot and peer should get it anew. */
  withKeyring(keyring: Keyring, { copy }: { copy: boolean } = { copy: true }): Pendant {
    return this.with({ keyring, serial: this.serial + Number(copy) });
  }

  toRecord(): RecordValue {
    return {
      v: VERSION,
      type: "pendant",
      keyring: this.keyring.toRecord(),
      device: this.device.toRecord(),
      standing: this.standing.toRecord(),
      sending: this.sending.toRecord(),
      sending_self: this.sendingSelf.toRecord(),
      receiving: this.receiving.map((chain) => chain.toRecord()),
      receiving_self: this.receivingSelf.map((chain) => chain.toRecord()),
      verified: this.verifiedS,
      changed: this.changed,
      peer_verified: this.peerVerifiedS,
      receipts_ours: this.receiptsOurs,
      receipts_theirs: this.receiptsTheirs,
      serial: this.serial,
      copied: this.copied,
      peer_copy: this.peerCopy,
      asked: this.asked,
      unopened: this.unopened,
      named: this.named,
      inbox_used: this.inboxUsedS,
      rung: this.rung,
      daily: this.dailyS,
      rings_an_hour: this.ringsAnHour,
      about_ours: aboutToRecord(this.aboutOurs),
      about_theirs: aboutToRecord(this.aboutTheirs),
      about_told: toldToRow(this.aboutTold),
      portrait_told: toldToRow(this.portraitTold),
      identities: this.identities,
      restored: this.restoredS,
    };
  }

  static fromRecord(value: Value): Pendant {
    const fields = Fields.typed(value, "pendant");
    return new Pendant({
      keyring: Keyring.fromRecord(fields.map("keyring")),
      device: Device.fromRecord(fields.map("device")),
      standing: Standing.fromRecord(fields.map("standing")),
      sending: Sending.fromRecord(fields.map("sending")),
      sendingSelf: Sending.fromRecord(fields.map("sending_self")),
      receiving: fields.items("receiving", 64).map(Receiving.fromRecord),
      receivingSelf: fields.items("receiving_self", 64).map(Receiving.fromRecord),
      verifiedS: fields.number("verified"),
      changed: fields.flag("changed"),
      peerVerifiedS: fields.number("peer_verified"),
      receiptsOurs: fields.flag("receipts_ours"),
      receiptsTheirs: fields.flag("receipts_theirs"),
      serial: fields.number("serial"),
      copied: fields.number("copied"),
      peerCopy: fields.number("peer_copy"),
      asked: fields.items("asked", GAPS_MAX * 2).map((item) => row(item, "number", "number")),
      unopened: fields.items("unopened", UNOPENED_MAX).map((item) => row(item, "bytes", "number")),
      named: fields.items("named", 64).map((item) => row(item, "number", "number")),
      inboxUsedS: fields.number("inbox_used"),
      rung: fields.items("rung", 1024).filter((at) => typeof at === "number"),
      dailyS: fields.number("daily"),
      ...later(fields),
    });
  }

  /** Return the pendant as it is kept in the vault; full of secrets. */
  toBytes(): Uint8Array {
    return encode(this.toRecord());
  }

  /** Load a pendant; throw `Damaged` for what is none. */
  static fromBytes(data: Uint8Array): Pendant {
    return Pendant.fromRecord(decodeMap(data, { bytesMax: PENDANT_BYTES_MAX }));
  }
}

/** Return the fields that the first Twinbell did not write; nothing where it has written this. */
function later(fields: Fields): Partial<PendantFields> {
  if (!fields.has("rings_an_hour")) return {};
  return {
    ringsAnHour: fields.number("rings_an_hour", 0, RINGS_AN_HOUR_MAX),
    aboutOurs: readAbout(new Fields(fields.map("about_ours"), "about")),
    aboutTheirs: readAbout(new Fields(fields.map("about_theirs"), "about")),
    aboutTold: fields.has("about_told") ? readTold(fields.items("about_told", 2)) : null,
    portraitTold: fields.has("portrait_told") ? readTold(fields.items("portrait_told", 2)) : null,
    identities: fields.items("identities", IDENTITIES_MAX).filter((key) => key instanceof Uint8Array),
    restoredS: fields.number("restored"),
  };
}
