/** Watches of a pretend home: set up step by step, armed, late, silent; guarded; read; rehearsed. */
import type {
  Bond,
  Channel,
  Guarded,
  Guardian,
  HeldBack,
  LastLetter,
  Letter,
  Reading,
  Rehearsal,
  Seen,
  Standing,
  Watch,
} from "../../src/client/api";

export interface WatchScene {
  readonly watches: Watch[];
  readonly guarded: Guarded[];
  readonly readings: Reading[];
  readonly lasts: Readonly<Record<string, LastLetter>>;
  readonly rehearsal: Rehearsal | null;
}

export const NO_WATCHES: WatchScene = { watches: [], guarded: [], readings: [], lasts: {}, rehearsal: null };

const DAY = 86_400;
const nowS = Math.floor(Date.now() / 1000);
const hex = (text: string): Uint8Array =>
  Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const floorS = nowS + 365 * DAY;

/** A bond with a guardian, or with one whose guardian one is. */
export function guardianBond(mei: Bond, id: string, peer: string, verified = true): Bond {
  return {
    ...mei,
    id,
    kind: "guardian",
    peer,
    verified,
    peerVerified: verified,
    kitConfirmed: true,
    bits: hex(id === "g1" ? "1c7a92bb4408d2f1a3" : "52e1046a9bd3180f77"),
    portraits: { ours: null, theirs: null },
    about: {
      ours: { birthday: null, zone: null, place: null },
      theirs: { birthday: null, zone: null, place: null },
    },
  };
}

const guardian = (bond: string, name: string, is: Partial<Guardian> = {}): Guardian => ({
  bond,
  name,
  state: "agreed",
  agreedS: nowS - 40 * DAY,
  verified: true,
  seated: true,
  shareWaits: false,
  said: null,
  isAsked: false,
  ...is,
});

const channel = (name: string, is: Partial<Channel> = {}): Channel => ({
  name,
  kind: "apprise",
  url: "ntfys://ntfy.example/jun-4f81c2",
  testedS: nowS - 40 * DAY,
  ...is,
});

const seen: Seen = {
  stage: "kept",
  lookedS: nowS,
  unitS: DAY,
  countedS: 12 * DAY + 4000,
  uncounted: [{ why: "down", seconds: 3 * DAY + 700 }],
  anew: false,
  lateInS: 18 * DAY - 4000,
  askingInS: null,
  silentInS: null,
  reminders: 0,
  remindersNeeded: 3,
  awayUntilS: null,
  pending: null,
  fetched: [],
};

const armed: Watch = {
  id: "9c41d5",
  bond: "b1",
  reader: "Mei",
  rehearsal: false,
  rhythm: { every: 30, grace: 7, veto: 7 },
  need: 2,
  zone: "Europe/Berlin",
  armed: true,
  armedS: nowS - 30 * DAY,
  rehearsedS: nowS - 31 * DAY,
  aliveS: nowS - 15 * DAY,
  guardians: [guardian("g1", "Kim"), guardian("g2", "Ravi")],
  channels: [channel("Phone", { kind: "push", url: "" }), channel("Mail")],
  lacks: [],
  dues: [],
  hasStop: false,
  hasWords: true,
  letters: 2,
  unarmed: 0,
  relay: "relay.example",
  seen,
  refusal: null,
};

const begun: Watch = {
  ...armed,
  armed: false,
  armedS: null,
  rehearsedS: null,
  aliveS: null,
  guardians: [
    guardian("g1", "Kim", { verified: false, seated: false }),
    guardian("g2", "Ravi", { state: "asked", agreedS: null, verified: false, seated: false }),
  ],
  channels: [channel("Phone", { kind: "push", url: "" })],
  lacks: [
    { code: "guardians", facts: { have: 1, need: 2 } },
    { code: "channels", facts: { have: 1, need: 2 } },
    { code: "rehearsal", facts: {} },
  ],
  dues: [{ code: "page", facts: {} }],
  hasStop: true,
  hasWords: false,
  letters: 0,
  seen: { ...seen, countedS: 2 * DAY, uncounted: [] },
};

const ready: Watch = {
  ...begun,
  rehearsedS: nowS - DAY,
  guardians: [guardian("g1", "Kim"), guardian("g2", "Ravi")],
  channels: armed.channels,
  lacks: [],
  dues: [],
  hasStop: false,
};

const late: Watch = {
  ...armed,
  seen: {
    ...seen,
    stage: "late",
    countedS: 32 * DAY,
    lateInS: null,
    askingInS: 5 * DAY,
    reminders: 1,
  },
};

const vetoed: Watch = {
  ...armed,
  guardians: [
    guardian("g1", "Kim", { isAsked: true, said: "no" }),
    guardian("g2", "Ravi", { isAsked: true, said: "no" }),
  ],
  seen: {
    ...seen,
    stage: "veto",
    countedS: 40 * DAY,
    uncounted: [],
    lateInS: null,
    silentInS: 4 * DAY,
    reminders: 3,
  },
};

const silent: Watch = { ...armed, seen: { ...late.seen!, stage: "silent", askingInS: null, reminders: 3 } };
const returned: Watch = { ...armed, armed: false, unarmed: 1, seen: { ...silent.seen!, stage: "returned" } };
const waiting: Watch = {
  ...armed,
  dues: [
    { code: "rehearse", facts: {} },
    { code: "others", facts: {} },
  ],
  seen: {
    ...seen,
    countedS: -9 * DAY,
    uncounted: [],
    awayUntilS: nowS + 9 * DAY,
    pending: { inS: 38 * DAY, rhythm: { every: 14, grace: 7, veto: 7 }, need: 2 },
  },
};

const rows: HeldBack[] = [
  { by: "silence", strength: "guardians", keepers: [], keepersNeeded: 0 },
  {
    by: "floor",
    strength: "mathematics",
    keepers: ["quicknet", "relay.example", "evernet"],
    keepersNeeded: 2,
  },
];

export const PLAN = { rows, need: 2, guardians: 2, names: ["Kim", "Ravi"], relay: "relay.example", floorS };

function last(letter: string, is: Partial<LastLetter>): LastLetter {
  return {
    letter,
    outgoing: false,
    state: "waiting",
    floorS,
    need: 2,
    guardians: 3,
    names: ["Kim", "Ravi", "Tomoko"],
    rows,
    relay: "relay.example",
    rehearsal: false,
    standing: null,
    next: null,
    fate: null,
    stage: "kept",
    helpers: [],
    missing: 2,
    hasFalse: false,
    hasPart: false,
    refusal: null,
    ...is,
  };
}

const mine = (id: string, standing: Standing): LastLetter =>
  last(id, {
    outgoing: true,
    state: "sent",
    standing,
    guardians: 2,
    names: ["Kim", "Ravi"],
    next: standing === "replaced" ? "l1" : null,
    fate: { atParting: "burn", bothSilent: "heir", heir: "Ada" },
  });

/** Rows of the shelf for these letters. */
export function lastLetters(of: Letter, lasts: Readonly<Record<string, LastLetter>>): Letter[] {
  return Object.values(lasts).map((each) => ({
    ...of,
    id: each.letter,
    outgoing: each.outgoing,
    state: each.state,
    subject: each.outgoing ? "When you read this" : null,
    fileCount: each.outgoing ? 0 : null,
    seal: { ...of.seal, opensS: null, local: null, zone: null, strength: "guardians" },
    last: { standing: each.standing },
  }));
}

const WORDS_33 =
  "academic device acid agency enlarge frequent wits grin valuable crunch ruler thumb pleasure dining aquatic estimate human friar quiet kidney scholar lobe velvet rapids shelter crystal dwarf mustang oven tendency plot garbage exotic".split(
    " ",
  );
export const SHARE = { epoch: 1, sinceS: nowS - 30 * DAY, words: WORDS_33, need: 2, of: 3 };
export const STOP_WORDS =
  "meadow anchor winter copper lantern harbour violin candle island river orchard window".split(" ");

const guarded: Guarded = {
  bond: "g1",
  watch: "77aa01",
  writer: "Noor",
  reader: "Elif",
  rehearsal: false,
  rhythm: { every: 30, grace: 7, veto: 7 },
  need: 2,
  guardians: 3,
  unitS: DAY,
  consentedS: nowS - 100 * DAY,
  consentDue: false,
  looserFromS: null,
  shares: [{ epoch: 1, sinceS: nowS - 90 * DAY }],
  lifeS: nowS - 6 * DAY,
  awayUntilS: null,
  duressS: null,
  stage: "kept",
  asked: false,
  answer: null,
  answeredS: null,
  releasedS: null,
  ruling: { allowed: false, refusal: { code: "say-first", facts: {} }, warnings: [] },
  readers: [{ bond: "g2", name: "Elif" }],
  refusal: null,
};

const invited: Guarded = {
  ...guarded,
  need: null,
  guardians: null,
  consentedS: null,
  consentDue: true,
  shares: [],
  lifeS: null,
  stage: null,
  ruling: { allowed: false, refusal: { code: "no-share", facts: {} }, warnings: [] },
};
const questioned: Guarded = { ...guarded, lifeS: nowS - 41 * DAY, stage: "asking", asked: true };
const saidNo: Guarded = {
  ...guarded,
  lifeS: nowS - 50 * DAY,
  stage: "silent",
  answer: "no",
  answeredS: nowS - 8 * DAY,
  ruling: { allowed: true, refusal: null, warnings: [] },
};
const duress: Guarded = {
  ...saidNo,
  duressS: nowS - 20 * DAY,
  stage: "veto",
  ruling: {
    allowed: true,
    refusal: null,
    warnings: [
      { code: "duress", facts: {} },
      { code: "waits", facts: {} },
    ],
  },
};
const tooNew: Guarded = {
  ...saidNo,
  lifeS: nowS - 12 * DAY,
  ruling: {
    allowed: false,
    refusal: { code: "too-new", facts: { lifeS: nowS - 12 * DAY, fromS: nowS + 25 * DAY } },
    warnings: [],
  },
};
const old: Guarded = {
  ...guarded,
  watch: "77aa02",
  writer: "Ada",
  consentDue: true,
  consentedS: nowS - 370 * DAY,
};
const rehearsing: Guarded = { ...questioned, rehearsal: true, unitS: 2, stage: "asking", lifeS: nowS - 120 };

const reading: Reading = {
  bond: "b1",
  watch: "5510fe",
  writer: "Mei",
  guardians: ["Kim", "Ravi", "Tomoko"],
  need: 2,
  rhythm: { every: 30, grace: 7, veto: 7 },
  rehearsal: false,
  stage: "kept",
  helpers: [],
  letters: ["l9"],
};

const own = (watch: Watch, lasts: Readonly<Record<string, LastLetter>> = {}): WatchScene => ({
  ...NO_WATCHES,
  watches: [watch],
  lasts,
});
const guards = (...each: Guarded[]): WatchScene => ({ ...NO_WATCHES, guarded: each });
const reads = (is: Partial<LastLetter>): WatchScene => ({
  ...NO_WATCHES,
  readings: [{ ...reading, stage: is.stage ?? "kept", rehearsal: is.rehearsal ?? false }],
  lasts: { l9: last("l9", is) },
});

const rehearsal: Rehearsal = {
  watch: "2f2f",
  begunS: nowS - 600,
  endsS: nowS + 7 * DAY - 600,
  stage: "help",
  people: [
    { name: "Kim", role: "guardian", state: "done" },
    { name: "Ravi", role: "guardian", state: "ready" },
    { name: "Mei", role: "reader", state: "asked" },
  ],
  enough: true,
  need: 2,
  seen: null,
  refusal: null,
};

const LASTS = { l1: mine("l1", "armed"), l2: mine("l2", "held") };

export const WATCH_SCENES: Readonly<Record<string, WatchScene>> = {
  "watch-begun": own(begun, { l2: LASTS.l2 }),
  "watch-ready": own(ready),
  "watch-armed": own(armed, LASTS),
  "watch-late": own(late),
  "watch-veto": own(vetoed),
  "watch-silent": own(silent),
  "watch-returned": own(returned),
  "watch-waiting": own(waiting),
  "watch-rehearsing": { ...own(ready), rehearsal },
  "watch-rehearsed": {
    ...own(ready),
    rehearsal: {
      ...rehearsal,
      stage: "done",
      people: rehearsal.people.map((each) => ({ ...each, state: "done" })),
    },
  },
  "guardian-invited": guards(invited),
  "guardian-kept": guards(guarded),
  "guardian-asked": guards(questioned),
  "guardian-no": guards(saidNo),
  "guardian-duress": guards(duress),
  "guardian-early": guards(tooNew),
  "guardian-many": guards(questioned, old, { ...rehearsing, watch: "77aa03" }),
  "guardian-rehearsal": guards(rehearsing),
  "reader-waiting": reads({}),
  "reader-coming": reads({ stage: "silent", helpers: ["Kim"], missing: 1 }),
  "reader-ready": reads({ state: "ready", stage: "silent", helpers: ["Kim", null], missing: 0 }),
  "reader-rehearsal": reads({
    state: "ready",
    stage: "silent",
    helpers: ["Kim", "Ravi"],
    missing: 0,
    rehearsal: true,
  }),
};

/** Whose bonds a scene has besides the pair. */
export function bondsOf(name: string, mei: Bond): Bond[] {
  if (name.startsWith("watch"))
    return [mei, guardianBond(mei, "g1", "Kim", name !== "watch-begun"), guardianBond(mei, "g2", "Ravi")];
  if (name.startsWith("guardian")) return [guardianBond(mei, "g1", "Noor"), guardianBond(mei, "g2", "Elif")];
  return [mei];
}
