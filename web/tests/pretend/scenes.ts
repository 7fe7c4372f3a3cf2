/** What a pretend home holds, scene by scene. */
import type {
  Bond,
  Draft,
  HomeState,
  Letter,
  News,
  Opened,
  Refusal,
  Ring,
  Seal,
  Storage,
} from "../../src/client/api";
import { likeness } from "./likeness";
import { bondsOf, lastLetters, NO_WATCHES, WATCH_SCENES, type WatchScene } from "./watchscenes";

export interface Scene {
  readonly state: HomeState;
  readonly storage: Storage;
  readonly bonds: readonly Bond[] & Bond[];
  readonly letters: Letter[];
  readonly missed: Ring[];
  readonly news: News[];
  readonly opened: Opened;
  readonly draft: Draft | null;
  readonly online: boolean;
  readonly refuse: Refusal | null;
  readonly ring?: boolean;
  readonly knock?: boolean;
  readonly alone?: boolean;
  readonly watching: WatchScene;
}

const DAY = 86_400;
const nowS = Math.floor(Date.now() / 1000);
const hex = (text: string): Uint8Array =>
  Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));

const mei: Bond = {
  id: "b1",
  kind: "pair",
  peer: "Mei",
  me: "Jun",
  relay: "https://relay.example",
  sinceS: nowS - 400 * DAY,
  role: "giver",
  words: ["harbour", "lantern", "meadow", "copper", "violin", "winter"],
  bits: hex("b65b7a3ed422d2eb96"),
  verified: true,
  changed: false,
  peerVerified: true,
  receipts: { ours: true, theirs: false },
  kitConfirmed: true,
  portraits: { ours: null, theirs: likeness() },
  about: {
    ours: { birthday: "03-14", zone: "Europe/Berlin", place: "harbour" },
    theirs: { birthday: "10-10", zone: "Asia/Tokyo", place: "harbour" },
  },
  quiet: { fromMinute: 22 * 60, toMinute: 7 * 60, perHour: 12 },
  parted: false,
};

const ada: Bond = {
  ...mei,
  id: "b2",
  peer: "Ada",
  bits: hex("847afbbaf422d2eb96"),
  portraits: { ours: null, theirs: null },
  about: { ...mei.about, theirs: { birthday: null, zone: null, place: null } },
};

const long: Bond = {
  ...mei,
  peer: "Maximiliane-Theodora von und zu Hohenzollern-Sigmaringen geb. Wołodyjowska-Krzyżanowska",
};

function seal(opensS: number | null, local: string | null): Seal {
  return {
    opensS,
    local,
    zone: local ? "Asia/Tokyo" : null,
    strength: local ? "mathematics" : "nothing",
    keepers: local
      ? [
          { label: "quicknet", ours: false },
          { label: "relay.example", ours: false },
          { label: "evernet", ours: false },
        ]
      : [],
    ways: local
      ? [
          ["quicknet", "relay.example"],
          ["quicknet", "evernet"],
          ["relay.example", "evernet"],
        ]
      : [[]],
    keep: false,
  };
}

function letter(id: string, is: Partial<Letter>): Letter {
  return {
    id,
    bond: "b1",
    outgoing: false,
    state: "waiting",
    progress: null,
    bytes: 40_000,
    seal: seal(null, null),
    atS: nowS - 20 * DAY,
    openedS: null,
    subject: null,
    fileCount: null,
    reached: null,
    ...is,
  };
}

const local = (timeS: number): string => new Date((timeS + 9 * 3600) * 1000).toISOString().slice(0, 16);
const birthdayS = Date.UTC(2027, 9, 9, 23) / 1000;
const soonS = nowS + 13 * 3600;

const LETTERS: Letter[] = [
  letter("1a7f", { seal: seal(birthdayS, local(birthdayS)) }),
  letter("2be0", {
    seal: seal(soonS, local(soonS)),
    outgoing: true,
    state: "sent",
    subject: "For your first day",
    fileCount: 1,
    reached: true,
  }),
  letter("3c51", { state: "ready", seal: seal(nowS - 60, local(nowS - 60)) }),
  letter("4d92", {
    state: "opened",
    openedS: nowS - 3 * DAY,
    atS: Date.UTC(2026, 10, 2) / 1000,
    subject: "For the first snow",
    fileCount: 2,
    seal: seal(nowS - 3 * DAY, local(nowS - 3 * DAY)),
  }),
  letter("5e03", {
    state: "opened",
    outgoing: true,
    atS: Date.UTC(2026, 10, 1) / 1000,
    subject: "The map of the harbour",
    fileCount: 0,
    openedS: null,
    reached: true,
  }),
];

const MANY: Letter[] = [
  ...LETTERS,
  letter("s1", {
    outgoing: true,
    state: "sending",
    progress: 0.42,
    bytes: 84_000_000,
    subject: "The film of the summer",
    fileCount: 3,
    seal: seal(birthdayS, local(birthdayS)),
  }),
  letter("s2", {
    state: "coming",
    progress: 0.7,
    bytes: 9_000_000,
    seal: seal(birthdayS + DAY, local(birthdayS + DAY)),
  }),
  letter("s3", { state: "damaged", atS: nowS - DAY }),
  ...Array.from({ length: 24 }, (_, at) =>
    letter(`m${at}`, {
      state: "opened",
      outgoing: at % 3 === 0,
      atS: nowS - (30 + at * 17) * DAY,
      openedS: nowS - (20 + at * 17) * DAY,
      subject:
        ["Rain on the roof", "What your mother told me", "A recipe, as promised", "The last tram"][at % 4] ??
        "",
      fileCount: at % 4,
    }),
  ),
  ...Array.from({ length: 8 }, (_, at) =>
    letter(`y${at}`, { seal: seal(birthdayS + at * 365 * DAY, local(birthdayS + at * 365 * DAY)) }),
  ),
];

const OPENED: Opened = {
  id: "3c51",
  from: "Mei",
  subject: "For the first snow",
  text: [
    "Jun,",
    "It has not snowed yet while I write this. The window is open and somebody downstairs is frying onions. But when you read it the roofs will be white, or nearly, because I have asked the old almanac and it said the third week, and the almanac is right more often than the radio.",
    "Do you remember the year when we walked to the harbour at night because you wanted to see whether the sea freezes? It didn’t. You said: “It is only thinking about it.” I have told that sentence to eleven people, and each of them laughed in a different way.",
    "I put the photograph of the bridge with this, and the sound of the bell buoy. Listen to it with the light off.",
    "Wear the grey scarf.",
    "Mei",
  ].join("\n\n"),
  writtenS: Date.UTC(2026, 9, 2, 8) / 1000,
  files: [],
};

const none: Bond[] = [];
const base: Scene = {
  state: "open",
  storage: { persisted: true, usedBytes: 18_400_000, quotaBytes: 2_000_000_000 },
  bonds: [mei],
  letters: LETTERS,
  missed: [],
  news: [],
  opened: OPENED,
  draft: null,
  online: true,
  refuse: null,
  watching: NO_WATCHES,
};
const rang = (at: number): Ring => ({
  number: at,
  bond: "b1",
  pattern: [400],
  sentS: nowS - at * 600,
  arrivedS: nowS - at * 600,
  sound: false,
});
const unreachable: Refusal = { name: "Unreachable", sentence: "Nobody answered." };

const SCENES: Readonly<Record<string, Scene>> = {
  empty: {
    ...base,
    state: "empty",
    bonds: none,
    letters: [],
    storage: { ...base.storage, persisted: false },
  },
  elsewhere: { ...base, state: "elsewhere", bonds: none },
  one: base,
  /** Just bonded: nothing compared, no kit, no letters. */
  new: {
    ...base,
    bonds: [
      {
        ...mei,
        verified: false,
        peerVerified: false,
        kitConfirmed: false,
        portraits: { ours: null, theirs: null },
        about: {
          ours: { birthday: null, zone: null, place: null },
          theirs: { birthday: null, zone: null, place: null },
        },
        receipts: { ours: false, theirs: false },
      },
    ],
    letters: [],
    storage: { ...base.storage, persisted: false },
  },
  missed: { ...base, missed: [rang(1), rang(2), rang(3)] },
  ring: { ...base, ring: true },
  knock: { ...base, knock: true },
  none: { ...base, letters: [], bonds: [{ ...mei, portraits: { ours: null, theirs: null } }] },
  many: { ...base, letters: MANY },
  two: { ...base, bonds: [ada, mei] },
  long: { ...base, bonds: [long], missed: [rang(1)] },
  offline: { ...base, online: false },
  errors: {
    ...base,
    online: false,
    refuse: unreachable,
    news: [{ number: 1, bond: "b1", kind: "gap", atS: nowS, facts: { peer: "Mei" } }],
  },
  alone: { ...base, alone: true },
  changed: { ...base, bonds: [{ ...mei, verified: false, changed: true }] },
  parted: { ...base, bonds: [{ ...mei, parted: true }] },
};

export function scene(name: string): Scene {
  const watching = WATCH_SCENES[name];
  if (!watching) return SCENES[name] ?? base;
  const lasts = lastLetters(letter("l", {}), watching.lasts);
  return { ...base, bonds: bondsOf(name, mei), letters: [...lasts, ...LETTERS.slice(3)], watching };
}
