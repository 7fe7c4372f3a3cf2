/** What a page asks about watches and last letters, put together from the modules beside this one. */

import { heldBack, guardiansOf } from "../core/bond/lastlock";
import { waitS } from "../core/wire/terms";
import * as alive from "./alive";
import * as arming from "./arming";
import * as bonds from "./bonds";
import * as chains from "./chains";
import * as channels from "./channels";
import * as guardians from "./guardians";
import * as guardstatus from "./guardstatus";
import type { Home } from "./home";
import * as lastrelay from "./lastrelay";
import * as lastwriting from "./lastwriting";
import * as letters from "./letters";
import * as looks from "./looks";
import * as mail from "./mail";
import * as reader from "./reader";
import * as rehearsal from "./rehearsal";
import * as seats from "./seats";
import * as standing from "./standing";
import * as watch from "./watch";
import type { Own } from "./watch";
import type { LastPlan } from "./lastapi";
import type { Rehearsal, WatchApi } from "./watchapi";
import * as watchpage from "./watchpage";
import * as watchstatus from "./watchstatus";
import type { Running } from "./watchcalls";

/** Return the part of the face of a home that is about watches; `running` throws while it is closed. */
export function watching(running: () => Running): WatchApi {
  const own = (bond: string): { home: Home; own: Own; poke: Running["poke"] } => {
    const { home, poke } = running();
    return { home, own: watch.of(home.vault, bonds.named(home.vault, bond)), poke };
  };
  /** Do something with a watch of one's own that changes nothing of it. */
  const using = async <R>(bond: string, work: (home: Home, own: Own) => Promise<R>): Promise<R> => {
    const found = own(bond);
    return await work(found.home, found.own);
  };
  /** Change a watch of one's own, in turn, and send what follows from it. */
  const doing = async <R>(bond: string, work: (home: Home, own: Own) => Promise<R>): Promise<R> => {
    const { home, poke } = own(bond);
    try {
      return await home.watches.run(() => work(home, own(bond).own));
    } finally {
      poke();
    }
  };
  const guarding = async <R>(
    bond: string,
    id: string,
    work: (home: Home, found: guardians.Guarding) => Promise<R>,
  ): Promise<R> => {
    const { home, poke } = running();
    try {
      return await work(home, guardians.named(home.vault, bond, id));
    } finally {
      poke();
    }
  };
  const rehearsing = (bond: string, now: boolean): Promise<Rehearsal | null> =>
    doing(bond, (home, real) => rehearsal.advance(home, real, now));

  return {
    bellKind: async (code) => running().kindOf(code),

    watches: async () => {
      const { home } = running();
      return watch
        .every(home.vault)
        .filter((each) => each.bond.partedS === null)
        .map((each) => watchstatus.shown(home, each));
    },
    async watch(bond) {
      const { home, poke } = running();
      const row = bonds.named(home.vault, bond);
      const found = watch.every(home.vault).find((each) => bonds.same(each.bond.id, row.id));
      if (!found) return null;
      const gathered = await home.watches.run(() => keepUp(home, found));
      poke();
      return await watchstatus.status(home, gathered);
    },
    async beginWatch(bond, terms) {
      const { home, poke } = running();
      const made = await watch.create(home, bonds.open(home.vault, bond), terms);
      await home.watches.run(() => settled(home, made));
      poke();
      return await watchstatus.status(home, made);
    },
    changeWatch: (bond, terms) =>
      doing(bond, async (home, found) => {
        const pending = (await watch.choose(home, found, terms)) === "pending";
        return { pending, inS: pending ? waitS(found.terms) : 0 };
      }),
    askGuardian: (bond, guardian) =>
      doing(bond, (home, found) => watch.invite(home, found, bonds.open(home.vault, guardian))),
    dismissGuardian: (bond, guardian) =>
      doing(bond, (home, found) => watch.dismiss(home, found, bonds.named(home.vault, guardian))),
    addPush: (bond, name, subscription) =>
      doing(bond, (home, found) => channels.addPush(home, found, name, subscription)),
    addChannel: (bond, name, url) => doing(bond, (home, found) => channels.add(home, found, name, url)),
    dropChannel: (bond, name) => doing(bond, (home, found) => channels.remove(home, found, name)),
    testChannel: (bond, name) => doing(bond, (home, found) => channels.test(home, found, name)),
    stopPage: async (bond) => {
      const found = own(bond);
      return watchpage.show(found.home, found.own);
    },
    stopKept: (bond) => using(bond, watchpage.kept),
    stopWatch: (page) => watchpage.stop(running().home, page),
    armWatch: (bond) => doing(bond, arming.arm),
    endWatch: (bond) => doing(bond, watch.end),

    alive: (bond, word) =>
      using(bond, (home, found) =>
        word === undefined ? alive.now(home, found) : alive.answer(home, found, word),
      ),
    setWords: (bond, usual, second) =>
      using(bond, (home, found) => alive.setWords(home, found, usual, second)),
    away: (bond, untilS) => using(bond, (home, found) => alive.away(home, found, untilS ?? 0)),
    acted: () => alive.byAct(running().home),

    async rehearse(bond) {
      await doing(bond, rehearsal.begin);
      const found = await rehearsing(bond, false);
      if (!found) throw new TypeError("A rehearsal that was begun goes on.");
      return found;
    },
    rehearsal: (bond, now = false) => rehearsing(bond, now),
    endRehearsal: (bond) => doing(bond, rehearsal.end),

    planLast: (asked) => using(asked.bond, (home, found) => planLast(home, found, asked)),
    writeLast: (letter) => doing(letter.bond, (home, found) => lastwriting.write(home, found, letter)),
    lastLetter: (id) => standing.lastLetter(running().home, id),

    readings: async () => standing.readings(running().home),
    async lookReading(bond, id) {
      const { home } = running();
      const { id: at } = bonds.named(home.vault, bond);
      const seat = seats.get(home.vault, at, bonds.idOf(id));
      if (seat) await looks.look(home, seat);
    },
    takeShare: (letter, words) => reader.takeShare(running().home, letter, words),

    guarded: async () => {
      const { home } = running();
      return guardians.every(home.vault).map((each) => guardstatus.shown(home, each));
    },
    lookGuarded: (bond, id) =>
      guarding(bond, id, async (home, { row }) => {
        if (row) await looks.look(home, row);
        return guardstatus.shown(home, guardians.named(home.vault, bond, id));
      }),
    consent: (bond, id, yes) => guarding(bond, id, (home, found) => guardians.consent(home, found, yes)),
    answerGuarded: (bond, id, answer) =>
      guarding(bond, id, (home, found) => guardians.answer(home, found, answer)),
    release: (bond, id, to) => guarding(bond, id, (home, found) => guardians.release(home, found, to)),
    showShares: (bond, id) => guarding(bond, id, async (_, found) => guardstatus.shareWords(found)),
    leaveGuarded: (bond, id) => guarding(bond, id, guardians.leave),
  };
}

/** What time brings for watches: what guardians said, what relays have not been told, seats that want looking at. */
export async function upkeep(home: Home): Promise<void> {
  await home.watches.run(async () => {
    for (const own of [...watch.every(home.vault), ...watch.every(home.vault, { rehearsals: true })])
      if (own.bond.partedS === null) await keepUp(home, own);
    await watch.settleAll(home);
    for (const real of watch.every(home.vault))
      if (rehearsal.isUnderWay(home.vault, real)) await rehearsal.advance(home, real);
  });
  await looks.lookAround(home);
}

/** Return a watch after what guardians have said was taken in, as far as its relay answers. */
async function keepUp(home: Home, own: Own): Promise<Own> {
  await lastrelay.confirmShares(home, own);
  try {
    return await watch.gather(home, watch.again(home.vault, own));
  } catch (error) {
    mail.foreseen(error); // it is tried again, and a status says that the relay does not answer
    return watch.again(home.vault, own);
  }
}

/** Tell the relay of a new watch, as far as it answers. */
async function settled(home: Home, own: Own): Promise<void> {
  try {
    await watch.settle(home, own);
  } catch (error) {
    mail.foreseen(error);
  }
}

async function planLast(home: Home, own: Own, asked: lastwriting.Chosen): Promise<LastPlan> {
  const { vault: view } = home;
  const lock = await lastwriting.planned(home, own, asked);
  const ours = chains.oursIn(view, lock);
  const gate = guardiansOf(lock.ways[0] ?? []);
  const names = watch
    .asked(view, own)
    .flatMap(({ bond, appointed }) => (appointed.agreed ? [bond.peer] : []));
  const { terms } = own;
  return {
    seal: letters.sealOf(view, lock),
    rows: heldBack(lock, ours),
    need: terms.k,
    guardians: gate?.guardians ?? terms.guardians.length,
    names: names.length === gate?.guardians ? names : [],
    relay: new URL(own.bond.relay).host,
    ours,
    armed: terms.armed,
    lacks: arming.lacks(view, own, home.nowS),
  };
}
