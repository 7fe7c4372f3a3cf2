/**
 * What one device of a person has for itself: its id, its age key, its token at the relay.
 *
 * What all devices of a person share is in `keys.ts`.
 */

import type { Random } from "../bytes";
import * as xwing from "../crypto/xwing";
import type { RecordValue, Value } from "../encoding";
import { DEVICE_BYTES, TOKEN_BYTES } from "../wire/limits";
import { Frozen } from "./frozen";
import { type Root, SEED_BYTES } from "./kit";
import { Fields, VERSION } from "./record";

interface DeviceFields {
  readonly id: Uint8Array;
  readonly ageSeed: Uint8Array;
  readonly collect: Uint8Array;
  /** Owner token of the mailbox; only on the first device. */
  readonly owner: Uint8Array;
  /** Kit root, until the kit page is confirmed. */
  readonly root: Uint8Array;
}

export interface Device extends DeviceFields {}

/** What one device has for itself, and shares with no other. */
export class Device extends Frozen<DeviceFields> {
  static generate(random: Random, first?: { root: Root; relay: string }): Device {
    return new Device({
      id: random(DEVICE_BYTES),
      ageSeed: random(SEED_BYTES),
      collect: random(TOKEN_BYTES),
      owner: first ? first.root.ownerToken(first.relay) : new Uint8Array(),
      root: first ? first.root.seed : new Uint8Array(),
    });
  }

  get recipient(): Uint8Array {
    return xwing.publicKey(this.ageSeed);
  }

  toRecord(): RecordValue {
    const { id, ageSeed, collect, owner, root } = this;
    return { v: VERSION, type: "device", id, age: ageSeed, collect, owner, root };
  }

  static fromRecord(value: Value): Device {
    const fields = Fields.typed(value, "device");
    return new Device({
      id: fields.data("id", DEVICE_BYTES),
      ageSeed: fields.data("age", SEED_BYTES),
      collect: fields.data("collect", TOKEN_BYTES),
      owner: fields.dataUpTo("owner", TOKEN_BYTES),
      root: fields.dataUpTo("root", SEED_BYTES),
    });
  }
}
