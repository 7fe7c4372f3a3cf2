/**
 * Bells on their way: what `core/bond/bell` asks for, done at a relay, saved before each next step.
 *
 * Each bell is turned by one loop, for the giver's only guess must be saved before it is looked at. A bell that was
 * left goes on when its home is opened again; all that a relay is told may be told again.
 */

import * as bell from "../core/bond/bell";
import { kindOf, type Kind } from "../core/bond/bundle";
import { Code } from "../core/bond/code";
import { Device, Keyring } from "../core/bond/keys";
import { Root } from "../core/bond/kit";
import { Fields } from "../core/bond/record";
import { Answerer, Giver, type Side, end, isHearsay } from "../core/bond/side";
import { hex, randomBytes } from "../core/bytes";
import { decodeMap, encode } from "../core/encoding";
import {
  Burnt,
  Conflict,
  Mistaken,
  NotFound,
  OverQuota,
  Refused,
  TwinbellError,
  Unauthorised,
  Unreachable,
} from "../core/errors";
import type { Bell, BellForm, BellOutcome } from "./api";
import * as bonds from "./bonds";
import * as chains from "./chains";
import { Signal, pause } from "./clock";
import type { Home } from "./home";
import { isForLater } from "./mail";
import * as news from "./news";
import type { BellRow } from "./schema";
import { baseUrl } from "./transport";
import type { Draft } from "./vault";

const ID_BYTES = 16;
const STATE_BYTES_MAX = 1 << 20;
const POLL_S = 20;
const PAUSE_MS = 500;
const PAUSE_MS_MAX = 20_000; // between two tries at a relay that does not answer

/** A bell of this home, with the keys that its bond would have. */
interface Made {
  readonly id: Uint8Array;
  readonly side: Side;
  readonly device: Device;
  readonly keyring: Keyring;
}

/** The bells of a home, each turned until it has ended. */
export class Bells {
  readonly #home: Home;
  /** Told when a bond has begun. */
  readonly #joined: () => void;
  readonly #loops = new Map<string, AbortController>();
  readonly #hurry = new Signal();

  constructor(home: Home, joined: () => void) {
    this.#home = home;
    this.#joined = joined;
  }

  /** Make a bell and hang it at a relay; its code can then be given to the other one. */
  async give(asked: { name: string; form: BellForm; relay?: string; kind?: Kind }): Promise<Bell> {
    const home = this.#home;
    const relay = baseUrl(asked.relay ?? home.platform.origin);
    const { device, keyring, signed } = await keys(home, relay, asked.name, asked.kind ?? "pair");
    const side = bell.give(signed, { form: asked.form, relay, nowS: home.nowS });
    const made = await begin(home, { id: randomBytes(ID_BYTES), side, device, keyring });
    let hung: Made;
    try {
      hung = await turn(home, made, { waitS: 0 });
    } catch (error) {
      if (isForLater(error)) await home.change((draft) => draft.delete("bell", rowOf(home, made))); // nobody has its code
      throw error;
    }
    if (hung.side.outcome) throw new Burnt(hung.side.reason, { code: "bell.burnt" });
    this.#see(hung);
    return shown(hung);
  }

  /** Return for which kind of bond a bell is, by its code. */
  kindOf(code: string): Kind {
    return Code.parse(code, { relay: this.#home.platform.origin }).kind;
  }

  /** Take the other end of a bell, by a link or by what was said, for the kind of bond that its code names. */
  async answer(asked: { name: string; code: string }): Promise<Bell> {
    const home = this.#home;
    const code = Code.parse(asked.code, { relay: home.platform.origin });
    this.#refuseOurOwn(code);
    const { device, keyring, signed } = await keys(home, code.relay, asked.name, code.kind);
    const side = bell.answer(code, signed, { nowS: home.nowS });
    const made = await begin(home, { id: randomBytes(ID_BYTES), side, device, keyring });
    this.#see(made);
    return shown(made);
  }

  every(): Bell[] {
    return this.#home.vault
      .all("bell")
      .map(read)
      .filter((made) => !made.side.outcome)
      .map(shown);
  }

  /** Let a bell go before it was answered; the relay is told, so that the other side is. */
  async drop(id: string): Promise<void> {
    this.#loops.get(id)?.abort();
    this.#loops.delete(id);
    const row = this.#home.vault.one("bell", id);
    if (!row) return;
    const made = read(row);
    if (made.side.outcome === "joined")
      throw new Mistaken("This bell has become a bond.", { code: "bell.joined" });
    const dropped = await save(this.#home, { ...made, side: end(made.side, "burnt", "It was taken back.") });
    if (nameplateOf(dropped)) await act(this.#home, dropped, { type: "Burn" }, { waitS: 0 });
    await this.#home.change((draft) => {
      const last = draft.one("bell", id);
      if (last) draft.delete("bell", last);
    });
  }

  /** Go on with every bell that is on its way; those that wait for a relay ask it now. */
  resume(): void {
    for (const row of this.#home.vault.all("bell")) this.#see(read(row));
    this.#hurry.give();
  }

  /** Stop turning bells; what has been saved stays. */
  stop(): void {
    for (const loop of this.#loops.values()) loop.abort();
    this.#loops.clear();
  }

  /** A bell that one answers oneself would make a bond with nobody. */
  #refuseOurOwn(code: Code): void {
    const own = this.#home.vault
      .all("bell")
      .map(read)
      .some(
        ({ side }) => side instanceof Giver && side.relay === code.relay && side.nameplate === code.nameplate,
      );
    if (own) throw new Mistaken("This is a bell that you have given yourself.", { code: "bell.own" });
  }

  #see(made: Made): void {
    const id = hex(made.id);
    if (this.#loops.has(id)) return;
    const loop = new AbortController();
    this.#loops.set(id, loop);
    this.#loop(made, loop.signal)
      .catch((error: unknown) => {
        // A test ends a client by an error of its own; anything else is a fault of ours, and tried again later.
        if (!(error instanceof TwinbellError)) console.error(error);
      })
      .finally(() => {
        if (this.#loops.get(id) === loop) this.#loops.delete(id);
      });
  }

  async #loop(first: Made, until: AbortSignal): Promise<void> {
    const home = this.#home;
    let made = first;
    let pauseMs = PAUSE_MS;
    const before = made.side.outcome;
    while (!until.aborted) {
      try {
        made = await turn(home, made, { waitS: POLL_S, until });
        pauseMs = PAUSE_MS;
      } catch (error) {
        if (until.aborted) return;
        if (!(error instanceof TwinbellError)) throw error;
        const row = home.vault.one("bell", hex(made.id));
        if (!row) return;
        made = read(row);
        await pause(home.clock, pauseMs, this.#hurry.given());
        pauseMs = Math.min(2 * pauseMs, PAUSE_MS_MAX);
      }
      if (made.side.outcome === "joined" && before !== "joined") this.#joined();
      if (!isOpen(made)) return;
    }
  }
}

/** Whether a bell still waits for something; one that is burnt has been told of once, and is done. */
function isOpen({ side }: Made): boolean {
  return !side.outcome || (side.outcome === "joined" && bell.todo(side).length > 0);
}

async function keys(
  home: Home,
  url: string,
  name: string,
  kind: Kind,
): Promise<{ device: Device; keyring: Keyring; signed: Uint8Array }> {
  const checked = bonds.checkedName(name);
  const root = Root.generate(randomBytes);
  const device = Device.generate(randomBytes, { root, relay: url });
  const chain = await chains.ofRelay(home, home.relay(url));
  const keyring = Keyring.generate(root, device, {
    relay: url,
    name: checked,
    chain: chain?.record() ?? null,
    nowS: home.nowS,
    random: randomBytes,
    kind,
  });
  return { device, keyring, signed: keyring.bundle(root) };
}

async function begin(home: Home, made: Made): Promise<Made> {
  await home.change((draft) => draft.put("bell", rowOf(home, made)));
  home.reach("bell: saved before offered");
  return made;
}

interface Wait {
  readonly waitS: number;
  readonly until?: AbortSignal;
}

/** Do what the bell asks for until it changes nothing any more; only the last question waits. */
async function turn(home: Home, first: Made, wait: Wait): Promise<Made> {
  for (let made = first; ;) {
    const before = made.side;
    for (const task of bell.todo(before)) {
      const event = await act(home, made, task, wait);
      const after = bell.step(made.side, event, home.nowS);
      if (after !== made.side) made = await save(home, { ...made, side: after });
      if (made.side.state !== before.state) break;
    }
    if (made.side.state !== before.state) continue;
    if (made.side.outcome) await finish(home, made);
    return made;
  }
}

async function act(home: Home, made: Made, task: bell.Todo, wait: Wait): Promise<bell.Event> {
  const relay = home.relay(relayOf(made.side));
  const { token } = made.side;
  const nameplate = nameplateOf(made);
  try {
    switch (task.type) {
      case "Place": {
        const opened = await relay.offer(task.form, token, task.m1);
        home.reach("bell: offered");
        return { type: "Placed", nameplate: opened.nameplate };
      }
      case "Fetch": {
        const { number } = task;
        const data =
          number === 1 ? await relay.offered(nameplate) : await relay.hear(nameplate, number, token, wait);
        return data === null ? { type: "Tick" } : { type: "Message", number, data };
      }
      case "Check":
        home.reach("bell: spent before checked");
        return { type: "Check" };
      case "Put":
        // From message 3 on the other one may write to us: the mailbox must be there.
        if (task.number >= 3) await bonds.register(home, made.keyring, made.device);
        await relay.say(nameplate, task.number, token, task.data);
        home.reach("bell: confirmed");
        return { type: "Stored", number: task.number };
      case "Burn":
        await relay.burn(nameplate, token);
        return { type: "Tick" };
    }
  } catch (error) {
    if (error instanceof Conflict)
      return task.type === "Put" ? { type: "Refused", number: task.number } : { type: "Tick" };
    if (error instanceof Burnt || error instanceof NotFound) return { type: "Gone" };
    const later = error instanceof Unauthorised || error instanceof Unreachable || error instanceof OverQuota;
    if (!later || task.type !== "Burn") throw error;
    return { type: "Tick" };
  }
}

/** Save a bell; when it has become a bond, save that in the same change. */
async function save(home: Home, made: Made): Promise<Made> {
  const joined = made.side.outcome === "joined";
  await home.change(async (draft) => {
    if (!draft.one("bell", hex(made.id)))
      throw new Refused("This bell was taken back.", { code: "bell.gone" });
    if (joined) await join(home, draft, made);
    draft.put("bell", rowOf(home, made));
    draft.events.push({ kind: "bells" });
  });
  if (joined) home.reach("bell: bond saved");
  return made;
}

async function join(home: Home, draft: Draft, made: Made): Promise<void> {
  const { joined } = made.side;
  const bond = hex(joined.bond.id);
  if (draft.one("bond", bond)) return;
  await bonds.begin(home, draft, joined, made.keyring, made.device);
  draft.events.push({
    kind: "bell",
    outcome: { bell: hex(made.id), outcome: "joined", bond, seems: false },
  });
}

/** Forget a bell that is done, and tell what became of it if it did not become a bond. */
async function finish(home: Home, made: Made): Promise<void> {
  await home.change((draft) => {
    const row = draft.one("bell", hex(made.id));
    if (!row) return;
    draft.delete("bell", row);
    const { outcome } = made.side;
    if (outcome === "joined" || !outcome) return;
    const told: BellOutcome = {
      bell: hex(made.id),
      outcome: outcome === "wrong code" ? "wrong-code" : "burnt",
      seems: isHearsay(made.side),
    };
    draft.events.push({ kind: "bell", outcome: told });
    news.add(home, draft, "burnt", null, { bell: told.bell, outcome: told.outcome, seems: told.seems });
  });
}

function relayOf(side: Side): string {
  return side instanceof Giver ? side.relay : side.code.relay;
}

function nameplateOf({ side }: Made): string {
  return side instanceof Giver ? side.nameplate : side.code.nameplate;
}

function shown({ id, side }: Made): Bell {
  const giver = side instanceof Giver;
  return {
    id: hex(id),
    giver,
    form: giver ? side.form : side.code.form,
    kind: giver ? kindOf(side.bundle) : side.code.kind,
    code: giver && side.nameplate ? side.code.toString() : "",
    expiresS: side.madeS + bell.ANSWER_WITHIN_S,
    stage: side.state === "confirmed" || side.state === "answered" ? "finishing" : "waiting",
  };
}

function rowOf(home: Home, made: Made): BellRow {
  const { id, side, device, keyring } = made;
  const state = encode({ side: side.toRecord(), device: device.toRecord(), keyring: keyring.toRecord() });
  const madeS = home.vault.one("bell", hex(id))?.madeS ?? home.nowS;
  return { id, giver: side instanceof Giver, relay: relayOf(side), state, madeS };
}

function read(row: BellRow): Made {
  const fields = new Fields(decodeMap(row.state, { bytesMax: STATE_BYTES_MAX }), "bell");
  const side = fields.map("side");
  return {
    id: row.id,
    side: row.giver ? Giver.fromRecord(side) : Answerer.fromRecord(side),
    device: Device.fromRecord(fields.map("device")),
    keyring: Keyring.fromRecord(fields.map("keyring")),
  };
}
