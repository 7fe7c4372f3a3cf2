/**
 * When a person counts as silent: a pure function of terms, of what came to pass, and of counted time.
 *
 *     kept ──▶ late ──▶ asking ──▶ veto ──▶ silent          by counted time and by what others did
 *       ▲        │         │         │         │
 *       └────────┴─────────┴─────────┘         ▼
 *           a sign of life                 returned         a sign of life that came after
 *                                          stopped         the code on paper, from any stage
 *
 * All times here are *counted seconds*: those that the relay counted while it ran and its clock was plausible. No
 * stage is stored that this function does not find again, so a crash, a restart or a late sweep cannot make one up.
 * Whether terms, votes and signs of life are genuine was checked before (`terms`, `watch`, `life`).
 */

export const STAGES = ["kept", "late", "asking", "veto", "silent", "returned", "stopped"] as const;
export type Stage = (typeof STAGES)[number];

/** Say whether this stage lasts until the watch is armed anew. */
export const isOver = (stage: Stage) => stage === "silent" || stage === "returned" || stage === "stopped";

export const ANSWERS = ["yes", "no", "unknown"] as const;
/** What a guardian says who was asked whether they have heard from the person. */
export type Answer = (typeof ANSWERS)[number];

export const REMINDERS = 3; // accepted ones, before anybody is asked: no silence without having been called
export const CHANNELS = 2; // on which those were accepted: one channel that nobody reads is not a silent person
export const RETRIES = 4; // a reminder that was refused is tried again so often in a unit
export const ASK_UNITS = 2; // a further guardian is asked each so often
export const ASK_AGAIN_UNITS = 3; // a guardian who has not answered is asked again

/** The terms as far as time is concerned. */
export interface Rule {
  readonly unitS: number;
  readonly everyS: number;
  readonly graceS: number;
  readonly vetoS: number;
  readonly k: number;
  /** Their seats in hex, in the order in which they are asked. */
  readonly guardians: readonly string[];
  readonly armed: boolean;
}

/** A reminder that the service of `channel` has accepted. */
export interface Reminder {
  readonly channel: string;
  readonly at: number;
}

/** The newest answer of a guardian. */
export interface Vote {
  readonly guardian: string;
  readonly answer: Answer;
  readonly at: number;
}

/**
 * What has come to pass.
 *
 * `start` is the latest of the last sign of life, the end of a planned absence, and the floor below which the relay
 * counts nothing.
 */
export interface Facts {
  readonly start: number;
  readonly accepted: readonly Reminder[];
  readonly votes: readonly Vote[];
  readonly returned: boolean;
  readonly stopped: boolean;
}

/** When each stage begins; null while nobody can say. */
export interface Marks {
  readonly late: number;
  readonly asking: number | null;
  readonly veto: number | null;
  readonly silent: number | null;
}

/** A channel, and when it was last tried; null if never. */
export interface Try {
  readonly channel: string;
  readonly at: number | null;
}

/** A guardian, and when they were last told that they are asked. */
export interface Told {
  readonly guardian: string;
  readonly at: number;
}

/** Return when each stage of this silence begins, as far as is known by now. */
export function marks(rule: Rule, facts: Facts): Marks {
  const late = facts.start + rule.everyS;
  const called = rule.armed ? calledAt(rule, facts.accepted, late) : null;
  const asking = called === null ? null : Math.max(late + rule.graceS, called);
  const veto = asking === null ? null : agreedAt(rule, facts.votes, asking);
  return { late, asking, veto, silent: veto === null ? null : veto + rule.vetoS };
}

/** Return the stage at the counted second `now`. */
export function stage(rule: Rule, facts: Facts, now: number): Stage {
  if (facts.stopped) return "stopped";
  if (facts.returned) return "returned";
  const at = marks(rule, facts);
  const begun = (["silent", "veto", "asking", "late"] as const).find((name) => {
    const begins = at[name];
    return begins !== null && now >= begins;
  });
  return begun ?? "kept";
}

/**
 * Return when the person had been called often enough since `since`: null if that is not so yet.
 *
 * That is: when there are three accepted reminders, each a unit or more after the one before, that did not all go by
 * one channel.
 */
export function calledAt(rule: Rule, accepted: readonly Reminder[], since: number): number | null {
  // So many, on these channels: when the first such row ends.
  const ends = new Map<string, Row>();
  for (const { channel, at } of accepted.filter((each) => each.at >= since).toSorted((a, b) => a.at - b.at)) {
    const longer = [...ends.values()]
      .filter(({ end }) => at - end >= rule.unitS)
      .map(({ count, channels }) => row(Math.min(count + 1, REMINDERS), [...channels, channel], at));
    for (const each of [...longer, row(1, [channel], at)]) {
      const key = JSON.stringify([each.count, each.channels]);
      if (!ends.has(key)) ends.set(key, each);
    }
    if (
      [...ends.values()].some(({ count, channels }) => count === REMINDERS && channels.length >= CHANNELS)
    ) {
      return at;
    }
  }
  return null;
}

/**
 * Return the guardians who are asked at `now`, in turn; none outside of asking and veto.
 *
 * As many as are needed at first, and one more each two units; whoever does not know makes room for one.
 */
export function asked(rule: Rule, facts: Facts, now: number): readonly string[] {
  const asking = askingSince(rule, facts, now);
  if (asking === null) return [];
  const unknown = counting(rule, facts.votes, asking).filter(({ answer }) => answer === "unknown").length;
  return rule.guardians.slice(0, rule.k + Math.floor((now - asking) / (ASK_UNITS * rule.unitS)) + unknown);
}

/**
 * Return a new vote as it counts: one that says the same again keeps the second of the first.
 *
 * Else a guardian who says no every day would put off the end of the veto for ever.
 */
export function counted(rule: Rule, facts: Facts, vote: Vote): Vote {
  const { asking } = marks(rule, facts);
  const old = facts.votes.find(({ guardian }) => guardian === vote.guardian);
  return old && asking !== null && old.at >= asking && old.answer === vote.answer ? old : vote;
}

// --- what is to be done, and when to look again

/**
 * Return the channels that are to be tried at `now`: first those that accepted nothing in this silence.
 *
 * Whether it is night where the person is, the caller knows.
 */
export function remindersDue(
  rule: Rule,
  facts: Facts,
  tries: readonly Try[],
  now: number,
): readonly string[] {
  const due = tries
    .filter((each) => isPast(callAt(rule, facts, each, now), now))
    .map(({ channel }) => channel);
  const { late } = marks(rule, facts);
  const heard = new Set(facts.accepted.filter(({ at }) => at >= late).map(({ channel }) => channel));
  return [...due.filter((channel) => !heard.has(channel)), ...due.filter((channel) => heard.has(channel))];
}

/** Return the guardians who are to be told at `now` that they are asked. */
export function questionsDue(
  rule: Rule,
  facts: Facts,
  told: readonly Told[],
  now: number,
): readonly string[] {
  const at = questionTimes(rule, facts, told, now);
  return asked(rule, facts, now).filter((guardian) => isPast(at.get(guardian) ?? null, now));
}

/**
 * Return the first second after `now` at which there is another stage, or something more to do.
 *
 * Null if only an event can change anything. What is due at `now` itself is not looked at: it is being done.
 */
export function due(
  rule: Rule,
  facts: Facts,
  now: number,
  { tries = [], told = [] }: { readonly tries?: readonly Try[]; readonly told?: readonly Told[] } = {},
): number | null {
  const at = marks(rule, facts);
  const asking = askingSince(rule, facts, now);
  const seconds: (number | null)[] = [];
  if (!facts.stopped && !facts.returned && (at.silent === null || now < at.silent)) {
    seconds.push(at.late, at.asking, at.veto, at.silent);
    seconds.push(...tries.map((each) => callAt(rule, facts, each, now)));
    seconds.push(...questionTimes(rule, facts, told, now).values());
  }
  if (asking !== null && asked(rule, facts, now).length < rule.guardians.length) {
    const step = ASK_UNITS * rule.unitS;
    seconds.push(asking + (Math.floor((now - asking) / step) + 1) * step);
  }
  const later = seconds.filter((second) => second !== null && second > now) as number[];
  return later.length ? Math.min(...later) : null;
}

interface Row {
  readonly count: number;
  readonly channels: readonly string[];
  readonly end: number;
}

function row(count: number, channels: readonly string[], end: number): Row {
  return { count, channels: [...new Set(channels)].toSorted(), end };
}

function isPast(at: number | null, now: number): boolean {
  return at !== null && at <= now;
}

/** Return since when guardians are asked, if they are at `now`. */
function askingSince(rule: Rule, facts: Facts, now: number): number | null {
  return ["asking", "veto"].includes(stage(rule, facts, now)) ? marks(rule, facts).asking : null;
}

/** Return from when a channel is to be tried; null where nobody is called, as before arming. */
function callAt(rule: Rule, facts: Facts, last: Try, now: number): number | null {
  if (!rule.armed || !["late", "asking", "veto"].includes(stage(rule, facts, now))) return null;
  const { late } = marks(rule, facts);
  const tried = last.at;
  if (tried === null || tried < late) return late;
  const accepted = facts.accepted.filter(({ channel }) => channel === last.channel).map(({ at }) => at);
  return accepted.some((at) => at >= tried)
    ? Math.max(...accepted) + rule.unitS
    : tried + Math.max(1, Math.floor(rule.unitS / RETRIES));
}

/** Return from when each guardian is to be told who is asked at `now` and has not answered. */
function questionTimes(
  rule: Rule,
  facts: Facts,
  told: readonly Told[],
  now: number,
): ReadonlyMap<string, number> {
  const asking = askingSince(rule, facts, now);
  if (asking === null) return new Map();
  const answered = new Set(counting(rule, facts.votes, asking).map(({ guardian }) => guardian));
  const last = new Map(told.filter(({ at }) => at >= asking).map(({ guardian, at }) => [guardian, at]));
  const againS = ASK_AGAIN_UNITS * rule.unitS;
  return new Map(
    asked(rule, facts, now)
      .filter((guardian) => !answered.has(guardian))
      .map((guardian) => {
        const at = last.get(guardian);
        return [guardian, at === undefined ? asking : at + againS];
      }),
  );
}

/** Return the votes of guardians of these terms since they are asked. */
function counting(rule: Rule, votes: readonly Vote[], asking: number): readonly Vote[] {
  return votes.filter(({ at, guardian }) => at >= asking && rule.guardians.includes(guardian));
}

/** Return when the k-th guardian had said no since `asking`. */
function agreedAt(rule: Rule, votes: readonly Vote[], asking: number): number | null {
  const noes = counting(rule, votes, asking).filter(({ answer }) => answer === "no");
  return noes.map(({ at }) => at).toSorted((a, b) => a - b)[rule.k - 1] ?? null;
}
