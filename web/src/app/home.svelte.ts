/**
 * What the pages show: the home as the worker last told it. Pages read from here and ask `api` for changes.
 *
 * Nothing here is kept: after a reload all of it comes from the worker again.
 */
import type {
  Api,
  BellOutcome,
  Bell,
  Bond,
  Event,
  Home,
  HomeState,
  Letter,
  Link,
  News,
  Ring,
  Room,
  Storage,
} from "../client/api";
import { remember, recalled } from "./settings.svelte";
import { refreshWatches } from "./watches.svelte";

export interface Knock {
  readonly bond: string;
  readonly atS: number;
}

/** What a room page wants to hear; the room keeps it in memory only while it is open. */
export type RoomListener = (event: Extract<Event, { kind: "room" | "thought" | "hand" }>) => void;

class Shown {
  state = $state<HomeState | "starting" | "failed">("starting");
  /** Why the home could not be opened, where there is a reason to tell. */
  fault = $state.raw<unknown>(null);
  storage = $state.raw<Storage>({ persisted: false, usedBytes: 0, quotaBytes: 0 });
  bonds = $state.raw<readonly Bond[]>([]);
  bells = $state.raw<readonly Bell[]>([]);
  chosen = $state<string | null>(recalled("bond"));
  letters = $state.raw<readonly Letter[]>([]);
  lettersOf = $state<string | null>(null);
  link = $state.raw<Link | null>(null);
  missed = $state.raw<readonly Ring[]>([]);
  news = $state.raw<readonly News[]>([]);
  outcome = $state.raw<BellOutcome | null>(null);
  knock = $state.raw<Knock | null>(null);
  /** How far the other's device has what was sent, by its own word. */
  reached = $state.raw<{ readonly bond: string; readonly upto: number } | null>(null);
  /** A ring that sounds now; null again once it has been seen for a while. */
  ringing = $state.raw<Ring | null>(null);
  arrived = $state<string | null>(null);
  room = $state.raw<Room | null>(null);
  /** A newer build waits to be taken. */
  update = $state.raw<(() => void) | null>(null);

  chosenPair = $state<string | null>(recalled("pair"));
  readonly pairs = $derived(this.bonds.filter((each) => each.kind === "pair"));
  bond = $derived(
    this.bonds.find((each) => each.id === this.chosen) ?? this.pairs[0] ?? this.bonds[0] ?? null,
  );
  /** The pair whose pages are shown, also while a guardian's pendant is. */
  readonly pair = $derived(
    this.bond?.kind === "pair"
      ? this.bond
      : (this.pairs.find((each) => each.id === this.chosenPair) ?? this.pairs[0] ?? null),
  );
}

export const home = new Shown();

/** How long a ring is still seen when its last tone is over. */
const RING_SEEN_MS = 3500;

let api: Api | null = null;
let begun = false;
let roomListener: RoomListener | null = null;

/** The worker's face. Pages are shown only once there is one. */
export function worker(): Api {
  if (!api) throw new Error("The worker has not been started.");
  return api;
}

let tellStarted: (face: Api) => void;
/** The worker, once it has been started: on a first visit a page is shown before. */
export const started = new Promise<Api>((resolve) => (tellStarted = resolve));

/** Tell whether there has never been a home here. Then the beginning is shown, which needs no worker yet. */
export async function isNew(): Promise<boolean> {
  const databases = await indexedDB.databases().catch(() => null);
  if (databases?.length === 0) home.state = "empty";
  return home.state === "empty";
}

export async function begin(face: Api): Promise<void> {
  api = face;
  await take(await face.start());
  begun = true;
  tellStarted(face);
  // Whoever opens this by hand is there.
  if (!document.hidden && home.state === "open") void face.acted().catch(() => undefined);
}

export async function takeOver(): Promise<void> {
  try {
    await take(await worker().takeOver());
  } catch (reason) {
    home.state = "failed";
    home.fault = reason;
  }
}

export function failed(reason?: unknown): void {
  home.fault = reason ?? null;
  if (!begun) home.state = "failed";
}

/** Ask the browser to keep all this for good; it says so to pages only, not to a worker. */
export async function persist(): Promise<void> {
  home.storage = { ...home.storage, persisted: await navigator.storage.persist() };
}

export function listenToRoom(listener: RoomListener | null): void {
  roomListener = listener;
}

export async function choose(bond: string): Promise<void> {
  home.chosen = bond;
  remember("bond", bond);
  if (bondNamed(bond)?.kind === "pair") {
    home.chosenPair = bond;
    remember("pair", bond);
  }
  home.missed = [];
  home.link = null;
  await refreshBond();
}

/** Everything anew; after start, and whenever bonds came or went. */
export async function refresh(): Promise<void> {
  [home.bonds, home.bells, home.news] = await Promise.all([
    worker().bonds(),
    worker().bells(),
    worker().news(),
  ]);
  if (home.bonds.length > 0 && home.state === "empty") home.state = "open";
  // The pendant and its letters show also where nothing can be told of watches.
  await Promise.all([refreshBond(), refreshWatches(worker()).catch(() => undefined)]);
}

export async function refreshBells(): Promise<void> {
  home.bells = await worker().bells();
}

async function refreshBond(): Promise<void> {
  const bond = home.bond?.id;
  if (!bond) {
    home.letters = [];
    return;
  }
  const [letters, link, missed] = await Promise.all([
    worker().letters(bond),
    worker().link(bond),
    worker().missedRings(bond),
  ]);
  if (home.bond?.id !== bond) return;
  home.letters = letters;
  home.lettersOf = bond;
  home.link = link;
  home.missed = missed;
}

async function take(answer: Home): Promise<void> {
  home.storage = answer.storage;
  if (answer.state !== "elsewhere") await refresh();
  home.state = answer.state === "empty" && home.bonds.length > 0 ? "open" : answer.state;
}

/** What the worker tells by itself. */
export function heard(event: Event): void {
  if (!api) return;
  switch (event.kind) {
    case "home":
      if (event.state === "elsewhere") home.state = "elsewhere";
      else void api.start().then(take, () => undefined);
      break;
    case "bell":
      home.outcome = event.outcome;
      void refresh().then(
        () => (event.outcome.bond ? choose(event.outcome.bond) : undefined),
        () => undefined,
      );
      break;
    case "bonds":
      void refresh().catch(() => undefined);
      break;
    case "link":
      if (event.link.bond === home.bond?.id) home.link = event.link;
      break;
    case "ring":
      ring(event.ring);
      break;
    case "letters":
      if (event.bond === home.bond?.id) {
        if (event.arrived && event.letter) home.arrived = event.letter;
        void refreshBond().catch(() => undefined);
      }
      break;
    case "reached":
      home.reached = { bond: event.bond, upto: event.upto };
      break;
    case "knock":
      home.knock = { bond: event.bond, atS: event.atS };
      break;
    case "room":
      home.room = event.room;
      roomListener?.(event);
      break;
    case "thought":
    case "hand":
      roomListener?.(event);
      break;
    case "watches":
      void refreshWatches(api).catch(() => undefined);
      break;
    case "news":
      home.news = [...home.news, event.news];
  }
}

function ring(ring: Ring): void {
  if (ring.sound) {
    home.ringing = ring;
    const lastsMs = ring.pattern.reduce((total, step) => total + step, 0);
    setTimeout(() => {
      if (home.ringing === ring) home.ringing = null;
    }, lastsMs + RING_SEEN_MS);
    if (ring.bond !== home.bond?.id) void choose(ring.bond).catch(() => undefined);
  } else if (ring.bond === home.bond?.id) {
    home.missed = [...home.missed, ring];
  }
}

export function bondNamed(id: string | null): Bond | null {
  return home.bonds.find((each) => each.id === id) ?? null;
}
