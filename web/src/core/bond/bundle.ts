/**
 * What one person is shown of the other's keys: the bundle, with the prekey and the inbox in it.
 *
 * All of it is public to the two and to nobody else: who knows `deposit` and `key` of an inbox may write there.
 * The secrets behind it are in `keys.ts`.
 */

import { concat, utf8 } from "../bytes";
import { VerifyKey } from "../crypto/signing";
import type { RecordValue, Value } from "../encoding";
import { Damaged } from "../errors";
import { Chain } from "../wire/beacon";
import { ID_BYTES as BOX_BYTES, TOKEN_BYTES } from "../wire/limits";
import { Frozen } from "./frozen";
import { fingerprint, RELAY_URL_LENGTH_MAX } from "./kit";
import { Fields, isVisible } from "./record";

export const LABEL_BUNDLE = utf8("twinbell/v1/bundle"); // ‖ record: what identity and root sign

export const RECIPIENT_BYTES = 1216;
export const KEY_BYTES = 32;
export const TAG_BYTES = 4;

export const EPOCH_MAX = 2 ** 32 - 1; // four bytes in the info of an envelope
export const NAME_LENGTH_MAX = 64;
export const BUNDLE_BYTES_MAX = 8192; // measured: 4.5 KiB with a chain; m3 and m4 carry it within the relay's 16 KiB

const LABEL = "[A-Za-z0-9_-]{1,63}";
const RELAY_URL = new RegExp(
  `^https?://(?:${LABEL}(?:\\.${LABEL})*|(?<v6>\\[[0-9A-Fa-f:.]+\\]))(?::(?<port>[0-9]{1,5}))?(?:/.*)?$`,
);

/** What a bond is for: two who belong together, or one who looks after the other's last letters. */
export type Kind = "pair" | "guardian";

interface PublicPrekeyFields {
  readonly number: number;
  readonly tag: Uint8Array;
  readonly key: Uint8Array;
}

export interface PublicPrekey extends PublicPrekeyFields {}

/** A prekey as the peer knows it. A higher number is newer; the tag finds it again. */
export class PublicPrekey extends Frozen<PublicPrekeyFields> {
  toRecord(): RecordValue {
    return { number: this.number, tag: this.tag, key: this.key };
  }

  static fromRecord(value: Value): PublicPrekey {
    const fields = new Fields(value, "prekey");
    return new PublicPrekey({
      number: fields.number("number", 1),
      tag: fields.data("tag", TAG_BYTES),
      key: fields.data("key", RECIPIENT_BYTES),
    });
  }
}

interface InboxFields {
  readonly relay: string;
  readonly box: Uint8Array;
  readonly deposit: Uint8Array;
  readonly key: Uint8Array;
  readonly generation: number;
}

export interface Inbox extends InboxFields {}

/** Where a person is written to. Whoever knows `deposit` and `key` may write. */
export class Inbox extends Frozen<InboxFields> {
  toRecord(): RecordValue {
    const { relay, box, deposit, key, generation } = this;
    return { relay, box, deposit, key, generation };
  }

  static fromRecord(value: Value): Inbox {
    const fields = new Fields(value, "inbox");
    return new Inbox({
      relay: checkRelayUrl(fields.text("relay", RELAY_URL_LENGTH_MAX)),
      box: fields.data("box", BOX_BYTES),
      deposit: fields.data("deposit", TOKEN_BYTES),
      key: fields.data("key", KEY_BYTES),
      generation: fields.number("generation", 1),
    });
  }
}

interface BundleFields {
  readonly epoch: number;
  readonly root: Uint8Array;
  readonly identity: Uint8Array;
  readonly letter: Uint8Array;
  readonly kit: Uint8Array;
  readonly prekey: PublicPrekey;
  readonly inbox: Inbox;
  /** The beacon of their relay, as `Chain.record` writes it. */
  readonly chain: RecordValue | null;
  readonly name: string;
  readonly kind: Kind;
  readonly signed: Uint8Array;
}

export interface Bundle extends BundleFields {}

/**
 * What one person knows of the other's keys.
 *
 * `signed` is as it was received; `prekey` and `inbox` may have been renewed since.
 */
export class Bundle extends Frozen<BundleFields> {
  /**
   * Read a signed bundle; throw `Damaged` unless record and both signatures are good.
   *
   * Without `byRoot` the root may not have signed: its holder had lost a device and had no kit at hand.
   */
  static parse(signed: Uint8Array, { byRoot = true }: { byRoot?: boolean } = {}): Bundle {
    const bundle = Bundle.#read(signed);
    if (bundle.chain !== null) Chain.fromRecord(bundle.chain);
    const outer = Fields.of(signed, "signed-bundle", { bytesMax: BUNDLE_BYTES_MAX });
    const message = concat(LABEL_BUNDLE, outer.data("record"));
    new VerifyKey(bundle.identity).verify(outer.data("by_identity", 64), message);
    if (byRoot || outer.has("by_root")) {
      new VerifyKey(bundle.root).verify(outer.data("by_root", 64), message);
    }
    return bundle;
  }

  static #read(signed: Uint8Array): Bundle {
    const outer = Fields.of(signed, "signed-bundle", { bytesMax: BUNDLE_BYTES_MAX });
    const fields = Fields.of(outer.data("record"), "bundle", { bytesMax: BUNDLE_BYTES_MAX });
    return new Bundle({
      epoch: fields.number("epoch", 1, EPOCH_MAX),
      root: fields.data("root", 32),
      identity: fields.data("identity", 32),
      letter: fields.data("letter", RECIPIENT_BYTES),
      kit: fields.data("kit", RECIPIENT_BYTES),
      prekey: PublicPrekey.fromRecord(fields.map("prekey")),
      inbox: Inbox.fromRecord(fields.map("inbox")),
      chain: fields.has("chain") ? fields.map("chain") : null,
      name: checkName(fields.text("name", NAME_LENGTH_MAX)),
      kind: readKind(fields),
      signed,
    });
  }

  /** The 16 bytes of the root key for a kit page. */
  get fingerprint(): Uint8Array {
    return fingerprint(this.root);
  }

  toRecord(): RecordValue {
    return { signed: this.signed, prekey: this.prekey.toRecord(), inbox: this.inbox.toRecord() };
  }

  /** Load what `parse` has checked before: the signatures are not looked at again. */
  static fromRecord(value: Value): Bundle {
    const fields = new Fields(value, "peer");
    return Bundle.#read(fields.dataUpTo("signed", BUNDLE_BYTES_MAX)).with({
      prekey: PublicPrekey.fromRecord(fields.map("prekey")),
      inbox: Inbox.fromRecord(fields.map("inbox")),
    });
  }
}

/** Return for what kind of bond a signed bundle is meant; nothing else of it is looked at. */
export function kindOf(signed: Uint8Array): Kind {
  const outer = Fields.of(signed, "signed-bundle", { bytesMax: BUNDLE_BYTES_MAX });
  return readKind(Fields.of(outer.data("record"), "bundle", { bytesMax: BUNDLE_BYTES_MAX }));
}

/** Return the kind that a record names. One that names none is of a pair, as all were at first. */
export function readKind(fields: Fields): Kind {
  if (!fields.has("kind")) return "pair";
  // A pair says nothing, so that there is one way to write it.
  if (fields.text("kind", 16) === "guardian") return "guardian";
  throw new Damaged("This bond is of a kind that this Twinbell does not know.");
}

/** Return `name` if a person can be called so; throw `Damaged` if not. */
export function checkName(name: string): string {
  // A name is shown on the other's screen and terminal: nothing in it may move the cursor.
  if (!isVisible(name, NAME_LENGTH_MAX)) {
    throw new Damaged(`A name has 1 to ${NAME_LENGTH_MAX} characters, all of them visible.`, {
      code: "name",
    });
  }
  return name;
}

/** Return `url` if it can be the address of a relay; throw `Damaged` if not. */
export function checkRelayUrl(url: string): string {
  if (!/^https?:\/\//.test(url) || url.endsWith("/") || url.length > RELAY_URL_LENGTH_MAX) {
    throw new Damaged("The address of a relay begins with https:// and does not end with a slash.");
  }
  if (!/^[\x20-\x7e]*$/.test(url) || /[ ?#@\\"<>]/.test(url)) {
    throw new Damaged("The address of a relay is its scheme, its host and no more.");
  }
  // The other one chooses it, and whatever cannot be connected to would stop each of our commands.
  const groups = RELAY_URL.exec(url)?.groups;
  const port = Number(groups?.["port"] ?? 1);
  if (!groups || port < 1 || port > 65_535 || !isHost(groups["v6"])) {
    throw new Damaged("The address of a relay names a host, and perhaps a port.");
  }
  return url;
}

function isHost(v6: string | undefined): boolean {
  try {
    return v6 === undefined || new URL(`http://${v6}`).host !== "";
  } catch {
    return false;
  }
}
