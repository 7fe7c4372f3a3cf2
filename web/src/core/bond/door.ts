/**
 * The door of a room: where two meet, and by what they know each other there.
 *
 *     key   = HKDF-Extract(salt = bond id, ikm = lv(giver's inbox key) ‖ lv(answerer's inbox key))
 *     room, token, known = HKDF-Expand(key, a label each)
 *
 * Both have all of it, so nobody has to send it, and two who knock at the same time stand before one door. Who has
 * both inbox keys may stand there too: that is any device of the two. New inbox keys are a new door.
 */

import { concat, utf8 } from "../bytes";
import * as kdf from "../crypto/kdf";
import { lv } from "../encoding";
import { ID_BYTES } from "../wire/limits";
import { Role } from "./keys";

const LABEL_PLACE = utf8("twinbell/v1/room/place");
const LABEL_TOKEN = utf8("twinbell/v1/room/token");
const LABEL_KNOWN = utf8("twinbell/v1/room/known");

/** What is shown to the relay (`room`, `role` as the seat, `token`), and what only the two know. */
export interface Door {
  /** The giver's: one of the two, and both know which. */
  readonly relay: string;
  readonly bond: Uint8Array;
  readonly role: Role;
  readonly room: Uint8Array;
  readonly token: Uint8Array;
  readonly known: Uint8Array;
}

/** What is needed of an inbox, ours or the peer's. */
interface Inbox {
  readonly relay: string;
  readonly key: Uint8Array;
}

/** What is needed of a pendant. */
interface Side {
  readonly bond: { readonly id: Uint8Array; readonly role: Role };
  readonly keyring: { readonly inbox: Inbox };
  readonly peer: { readonly inbox: Inbox };
}

/** Return the door as this pendant knows it. */
export function doorOf({ bond, keyring, peer }: Side): Door {
  const ours = keyring.inbox;
  const theirs = peer.inbox;
  const [giver, answerer] = bond.role === Role.GIVER ? [ours, theirs] : [theirs, ours];
  const key = kdf.extract(concat(lv(giver.key), lv(answerer.key)), { salt: bond.id });
  return {
    relay: giver.relay,
    bond: bond.id,
    role: bond.role,
    room: kdf.expand(key, { info: LABEL_PLACE, length: ID_BYTES }),
    token: kdf.expand(key, { info: LABEL_TOKEN }),
    known: kdf.expand(key, { info: LABEL_KNOWN }),
  };
}
