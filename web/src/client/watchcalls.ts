/**
 * The calls of a page about watches, without what answers them: that is fetched when the first one comes.
 *
 * Most homes have no watch, and a first visit should not wait for what it does not need.
 */

import type { Home } from "./home";
import type { BondKind, WatchApi } from "./watchapi";

/** What answers need of the home that is open. */
export interface Running {
  readonly home: Home;
  /** What has been saved for any bond goes now. */
  readonly poke: () => void;
  /** For which kind of bond a bell is, by its code. */
  readonly kindOf: (code: string) => BondKind;
}

const CALLS: Readonly<Record<keyof WatchApi, true>> = {
  bellKind: true,
  watches: true,
  watch: true,
  beginWatch: true,
  changeWatch: true,
  askGuardian: true,
  dismissGuardian: true,
  addPush: true,
  addChannel: true,
  dropChannel: true,
  testChannel: true,
  stopPage: true,
  stopKept: true,
  stopWatch: true,
  armWatch: true,
  endWatch: true,
  alive: true,
  setWords: true,
  away: true,
  acted: true,
  rehearse: true,
  rehearsal: true,
  endRehearsal: true,
  planLast: true,
  writeLast: true,
  lastLetter: true,
  readings: true,
  lookReading: true,
  takeShare: true,
  guarded: true,
  lookGuarded: true,
  consent: true,
  answerGuarded: true,
  release: true,
  showShares: true,
  leaveGuarded: true,
};

/** Return the part of the face of a home that is about watches; `running` throws while it is closed. */
export function watchCalls(running: () => Running): WatchApi {
  let loaded: Promise<WatchApi> | null = null;
  const load = async (): Promise<WatchApi> => (await import("./watching")).watching(running);
  const call =
    (name: keyof WatchApi) =>
    async (...asked: unknown[]): Promise<unknown> => {
      // What could not be fetched is asked for again with the next call.
      loaded ??= load().catch((error: unknown) => {
        loaded = null;
        throw error;
      });
      const api = await loaded;
      return await (api[name] as (...asked: unknown[]) => Promise<unknown>)(...asked);
    };
  const names = Object.keys(CALLS) as (keyof WatchApi)[];
  return Object.fromEntries(names.map((name) => [name, call(name)])) as unknown as WatchApi;
}
