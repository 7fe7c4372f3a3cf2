/** Which change of the peer's keys and rights holds, as `vectors/chain/` says. */

import { describe, expect, test } from "vitest";

import { controlled } from "../../../src/core/bond/arrival";
import { Bundle } from "../../../src/core/bond/bundle";
import { Device, Keyring, Role, Bond } from "../../../src/core/bond/keys";
import { Root } from "../../../src/core/bond/kit";
import type { Control } from "../../../src/core/bond/message";
import { Pendant } from "../../../src/core/bond/pendant";
import { hex, randomBytes } from "../../../src/core/bytes";
import { encode } from "../../../src/core/encoding";
import { type Scenario, scenarios } from "../../vectors";
import { NOW_S, RELAY } from "./people";

/** Ben, as far as a change of Ana's keys asks: his own are not in the vector, but his root is. */
function ben(vector: Scenario): Pendant {
  const root = Root.generate(randomBytes);
  const device = Device.generate(randomBytes, { root, relay: RELAY });
  const about = { relay: RELAY, name: "Ben", chain: null, nowS: NOW_S, random: randomBytes };
  const bond = new Bond({
    id: vector.bytes("bond"),
    role: Role.ANSWERER,
    words: new Uint8Array(9),
    sinceS: NOW_S,
  });
  const peer = Bundle.parse(vector.bytes("peer_bundle"));
  const keyring = Keyring.generate(root, device, about).with({ root: vector.bytes("our_root"), bond, peer });
  return new Pendant({ keyring, device });
}

function controlOf(row: Scenario): Control {
  const signature = (name: string): Uint8Array | null => (row.field(name) === null ? null : row.bytes(name));
  return {
    kind: "control",
    record: row.bytes("record"),
    byRoot: signature("by_root"),
    byIdentity: signature("by_identity"),
  };
}

describe("the vectors of control messages", () => {
  test.each(scenarios("chain").filter((vector) => vector.has("changes")))("$name", async (vector) => {
    let pendant = ben(vector);

    for (const row of vector.each("changes")) {
      const now = { nowS: NOW_S, random: randomBytes };
      const [after, effects] = await controlled(pendant, controlOf(row), [], now);
      pendant = after;
      const told = effects.flatMap((effect) => (effect.type === "Tell" ? [effect.news.type] : []));
      expect(told).toEqual(row.list("told"));
      if (row.has("caused")) expect(effects.map(({ type }) => type)).toEqual(row.list("caused"));
    }

    const then = vector.inside("then");
    const { peer, standing } = pendant;
    expect([peer.epoch, hex(peer.identity)]).toEqual([then.number("epoch"), then.text("identity")]);
    expect(hex(encode(peer.inbox.toRecord()))).toBe(then.text("inbox"));
    expect([standing.byRoot, pendant.receiptsTheirs]).toEqual([then.field("final"), then.field("receipts")]);
    expect(pendant.peerVerifiedS).toBe(then.number("peer_verified_s"));
    if (then.has("restored_at_s")) expect(standing.restoredAtS).toBe(then.number("restored_at_s"));
    if (then.has("identities")) expect(pendant.identities.map(hex)).toEqual(then.list("identities"));
  });
});
