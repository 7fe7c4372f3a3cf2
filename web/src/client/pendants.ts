/**
 * The pendants of this browser: what a page calls, put together from the modules beside this one.
 *
 * Every method that changes something has saved it when its promise resolves; what could not be sent goes later by
 * itself. Promises reject with the errors of `core/errors`, which `rpc` turns into refusals.
 */

import { VaultLocked } from "../core/errors";
import type * as api from "./api";
import { exportBond } from "./archive";
import { Bells } from "./bells";
import * as bonds from "./bonds";
import * as drafts from "./drafts";
import { hold, type Locks } from "./holder";
import { Home, type Platform } from "./home";
import { stepInside } from "./journal";
import * as kit from "./kit";
import * as letters from "./letters";
import { Listener } from "./listen";
import * as mail from "./mail";
import * as news from "./news";
import { openLetter, prepare } from "./opened";
import * as outgoing from "./outgoing";
import * as push from "./push";
import { restore } from "./restoring";
import * as rings from "./rings";
import { tidy } from "./tidy";
import { Vault } from "./vault";
import { Visit } from "./visit";
import { watchCalls } from "./watchcalls";

/** What a worker has beside what a home needs. */
export interface Surroundings extends Platform {
  readonly locks: Locks;
  readonly storage: Pick<StorageManager, "estimate" | "persisted">;
  /** The name of the database; one an origin, except in tests. */
  readonly database?: string;
  readonly jitter?: () => number;
}

/** A home and all that runs while it is open. */
interface Running {
  readonly home: Home;
  readonly bells: Bells;
  readonly listener: Listener;
  /** The one room that a person is in. */
  visit: { readonly bond: string; readonly to: Visit } | null;
}

/** Return the face of a home that is still closed: `start` opens it. */
export function pendants(around: Surroundings, tell: api.Listener): api.Api {
  let open: Running | null = null;
  let starting: Promise<api.Home> | null = null;

  const running = (): Running => {
    if (!open) throw new VaultLocked("This home is not open in this window.", { code: "home.elsewhere" });
    return open;
  };
  /** The home once it is open: a page may be touched before it is. */
  const opened = async (): Promise<Running> => {
    await starting;
    return running();
  };
  const stop = (): void => {
    open?.bells.stop();
    open?.listener.stop();
    open?.visit?.to.leave();
    open?.home.vault.close();
    open = null;
  };
  const start = async (steal: boolean): Promise<api.Home> => {
    if (!open) {
      const held = await hold(around.locks, steal, () => {
        stop();
        tell({ kind: "home", state: "elsewhere" });
      });
      if (held) open = await begin(around, tell);
    }
    return { state: stateOf(open), storage: await storageOf(around.storage) };
  };
  const once = (steal: boolean): Promise<api.Home> => {
    starting ??= start(steal).finally(() => (starting = null));
    return starting;
  };

  /** Change a bond by a step of its rules, and send what follows from it. */
  const step = async (bond: string, event: Parameters<typeof stepInside>[3]): Promise<void> => {
    const { home, listener } = running();
    const { id } = bonds.open(home.vault, bond);
    await home.change((draft) => stepInside(home, draft, id, event));
    listener.poke(id);
  };

  /** A person did something with their own hands, which is a sign of life; nobody waits for it. */
  const acted = (): void => {
    const { home } = running();
    if (home.vault.all("watch").length === 0) return;
    void import("./alive").then((alive) => alive.byAct(home)).catch((error: unknown) => console.error(error));
  };

  return {
    ...watchCalls(() => {
      const { home, listener, bells } = running();
      return { home, poke: () => listener.pokeAll(), kindOf: (code) => bells.kindOf(code) };
    }),

    start: () => once(false),
    takeOver: () => once(true),

    giveBell: async (asked) => (await opened()).bells.give(asked),
    answerBell: async (asked) => (await opened()).bells.answer(asked),
    bells: async () => running().bells.every(),
    dropBell: (id) => running().bells.drop(id),

    bonds: async () => {
      const { vault } = running().home;
      return bonds.every(vault).map((row) => bonds.shown(vault, row));
    },
    verify: (bond) => step(bond, { type: "Verified" }),
    rename: (bond, name) => bonds.rename(running().home, bond, name),
    setReceipts: (bond, on) => step(bond, { type: "ReceiptsWanted", on }),
    setAbout: (bond, about) => step(bond, { type: "AboutWritten", about }),
    setPortrait: (bond, portrait) => step(bond, { type: "PortraitDrawn", portrait }),
    async part(bond) {
      const { home, listener } = running();
      await bonds.part(home, bond);
      listener.refresh();
      listener.poke(bonds.named(home.vault, bond).id);
    },
    setQuiet: (bond, quiet) => bonds.setQuiet(running().home, bond, quiet),
    link: async (bond) => {
      const { home, listener } = running();
      return listener.link(bonds.named(home.vault, bond).id);
    },

    async ring(bond, pattern) {
      const { home, listener } = running();
      const { id } = bonds.open(home.vault, bond);
      const number = await mail.ring(home, id, pattern);
      acted();
      const n = mail.placeOf(home.vault, number);
      await listener.posted(id);
      return { gone: !mail.isWaiting(home.vault, number), n };
    },
    missedRings: async (bond) => {
      const { vault } = running().home;
      return rings.missed(vault, bonds.named(vault, bond).id);
    },
    seenRings: (bond) => {
      const { home } = running();
      return rings.seen(home, bonds.named(home.vault, bond).id);
    },

    kit: async (bond) => kit.show(running().home, bond),
    async restore(page) {
      const { home, listener } = await opened();
      const id = await restore(home, page);
      listener.refresh();
      return bonds.shown(home.vault, bonds.get(home.vault, id));
    },
    exportBond: (bond) => exportBond(running().home, bond),
    confirmKit: (bond, typed) => kit.confirm(running().home, bond, typed),

    plan: async ({ bond, wish, hold: held }) => {
      const { home } = running();
      const lock = outgoing.lockFor(home, bonds.open(home.vault, bond), { wish, hold: held });
      return letters.sealOf(home.vault, lock);
    },
    async writeLetter(letter) {
      const { home, listener } = running();
      const ids = await outgoing.write(home, letter);
      acted();
      listener.poke(bonds.open(home.vault, letter.bond).id);
      return ids;
    },
    letters: async (bond) => {
      const { home } = running();
      const { id } = bonds.named(home.vault, bond);
      const found = letters.all(home, id);
      prepare(home, found);
      return found;
    },
    async openLetter(id) {
      const { home, listener } = running();
      const found = await openLetter(home, id);
      acted();
      listener.poke(letters.named(home.vault, id).bond); // in a rehearsal its writer is told
      return found;
    },
    draft: async (bond) => drafts.find(running().home, bond),
    saveDraft: (bond, draft) => drafts.save(running().home, bond, draft),

    async knock(bond) {
      await step(bond, { type: "KnockWanted" });
      acted();
    },
    async enter(bond) {
      const here = running();
      const { id } = bonds.open(here.home.vault, bond);
      if (here.visit?.bond === bond && !here.visit.to.ended) return here.visit.to.shown;
      here.visit?.to.leave();
      const visit = { bond, to: new Visit(here.home, id) };
      here.visit = visit;
      acted();
      return await visit.to.enter();
    },
    async leave(bond) {
      const here = running();
      if (here.visit?.bond !== bond) return;
      here.visit.to.leave();
      here.visit = null;
    },
    async think(bond, thought) {
      const { visit } = running();
      if (visit?.bond === bond) visit.to.think(thought);
    },
    async hand(bond, pressed) {
      const { visit } = running();
      if (visit?.bond === bond) visit.to.press(pressed);
    },

    news: async () => news.untold(running().home.vault),
    seenNews: (number) => news.seen(running().home, number),

    pushKey: () => push.key(running().home),
    async setPush(subscription) {
      const { home, listener } = running();
      await push.set(home, subscription);
      for (const { id } of bonds.living(home.vault)) listener.poke(id);
    },

    awake: async (on) => {
      open?.listener.awake(on);
      if (on) open?.bells.resume();
    },
  };
}

async function begin(around: Surroundings, tell: api.Listener): Promise<Running> {
  const vault = await Vault.open(around.database);
  const home = new Home(vault, around, tell);
  home.reach("home: vault made");
  await tidy(home);
  const listener = new Listener(home, around.jitter);
  const bells = new Bells(home, () => listener.refresh());
  bells.resume();
  listener.awake(true);
  return { home, bells, listener, visit: null };
}

function stateOf(open: Running | null): api.HomeState {
  if (!open) return "elsewhere";
  return open.home.vault.all("bond").length || open.home.vault.all("bell").length ? "open" : "empty";
}

async function storageOf(storage: Surroundings["storage"]): Promise<api.Storage> {
  const [{ usage, quota }, persisted] = await Promise.all([storage.estimate(), storage.persisted()]);
  return { persisted, usedBytes: usage ?? 0, quotaBytes: quota ?? 0 };
}
