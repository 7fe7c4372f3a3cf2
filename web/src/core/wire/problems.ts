/**
 * What a relay refuses, and how it says so (RFC 9457).
 *
 * One table: each problem has a slug for HTTP, a code for frames, a status, and the error that the client
 * throws. The title is the same for every occurrence.
 */

import { unutf8 } from "../bytes";
import {
  Burnt,
  Conflict,
  Damaged,
  NotFound,
  NotYet,
  OverQuota,
  Refused,
  Stale,
  TwinbellError,
  Unauthorised,
  Unreachable,
} from "../errors";

export const TYPE_PREFIX = "urn:twinbell:problem:";

export interface Problem {
  readonly slug: string;
  /** In a PROBLEM frame. */
  readonly code: number;
  readonly status: number;
  readonly error: new (sentence?: string) => TwinbellError;
  readonly title: string;
}

type Row = readonly [slug: string, code: number, status: number, error: Problem["error"], title: string];

// Where several have one status, the first here stands for it.
const TABLE: readonly Row[] = [
  ["malformed", 1, 400, Damaged, "The relay cannot read this request."],
  ["unauthorised", 2, 401, Unauthorised, "There is no such mailbox, or it is not yours."],
  ["origin", 19, 403, Refused, "Pages of this origin may not connect here."],
  ["not-found", 3, 404, NotFound, "There is no such thing here."],
  ["method", 4, 405, Refused, "This cannot be done to that."],
  ["slow", 5, 408, Unreachable, "The request did not arrive in time."],
  ["conflict", 6, 409, Conflict, "The same name was already used for something else."],
  ["taken", 20, 409, Conflict, "Somebody else has taken this place in the room."],
  ["burnt", 7, 410, Burnt, "This bell is burnt or too old. Give a new one."],
  ["gone", 21, 410, NotFound, "This is gone and will not come back."],
  ["stale", 8, 412, Stale, "Somebody else changed this first."],
  ["too-large", 9, 413, Refused, "This is larger than the relay takes."],
  ["range", 10, 416, Refused, "There is no such part of it."],
  ["not-yet", 11, 425, NotYet, "It is not yet time."],
  ["too-fast", 12, 429, OverQuota, "This is too fast. Try again later."],
  ["fault", 13, 500, TwinbellError, "Something went wrong inside the relay."],
  ["stopping", 14, 503, Unreachable, "The relay is stopping. Try again soon."],
  ["read-only", 15, 503, Unreachable, "The relay cannot write to its disk."],
  ["frozen", 16, 503, Unreachable, "This mailbox waits for its owner, because the relay was restored."],
  ["upstream", 18, 502, Unreachable, "The keepers of that chain do not answer."],
  ["full", 17, 507, OverQuota, "There is no room for this now. Collecting still works."],
];

export const PROBLEMS: readonly Problem[] = TABLE.map(([slug, code, status, error, title]) => {
  return { slug, code, status, error, title };
});
export const BY_CODE: ReadonlyMap<number, Problem> = new Map(PROBLEMS.map((each) => [each.code, each]));
export const BY_SLUG: ReadonlyMap<string, Problem> = new Map(PROBLEMS.map((each) => [each.slug, each]));

export const UNAUTHORISED = BY_SLUG.get("unauthorised")!;
export const TAKEN = BY_SLUG.get("taken")!;
export const FAULT = BY_SLUG.get("fault")!;
export const STALE = BY_SLUG.get("stale")!;
const NOT_YET = BY_SLUG.get("not-yet")!;

// A relay's words end up before a person: nothing that a screen would obey stays in them.
const CONTROL = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Surrogate}]/gu;

/** Return the error that a client throws for `problem`. */
export function toError(problem: Problem, detail = ""): TwinbellError {
  return new problem.error(detail || problem.title);
}

/**
 * Return the error that an HTTP answer of `status` with `body` tells; never throws, whatever came.
 *
 * A proxy in between may answer with a page of its own: then the status alone decides.
 */
export function parse(status: number, body: Uint8Array): TwinbellError {
  const told = read(body);
  if (told) return told;
  const known = PROBLEMS.find((problem) => problem.status === status);
  if (known) return toError(known);
  const sentence = `The relay, or a proxy before it, answered ${status}.`;
  return status >= 500 ? new Unreachable(sentence) : new Refused(sentence);
}

function read(body: Uint8Array): TwinbellError | undefined {
  try {
    const fields: unknown = JSON.parse(unutf8(body));
    if (typeof fields !== "object" || fields === null) return undefined;
    const { type, detail, round, opens, newest } = fields as Record<string, unknown>;
    const slug = String(type).startsWith(TYPE_PREFIX) ? String(type).slice(TYPE_PREFIX.length) : String(type);
    const problem = BY_SLUG.get(slug);
    const words = typeof detail === "string" ? detail.slice(0, 500).replace(CONTROL, "\ufffd") : "";
    if (problem === NOT_YET)
      return new NotYet(words || problem.title, { ...whole({ round, opensS: opens }) });
    if (problem === STALE) {
      return new Stale(words || problem.title, isCount(newest) ? { newest } : {});
    }
    return problem && toError(problem, words);
  } catch {
    return undefined;
  }
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function whole(facts: { round: unknown; opensS: unknown }): { round?: number; opensS?: number } {
  const { round, opensS } = facts;
  return {
    ...(typeof round === "number" && Number.isSafeInteger(round) && { round }),
    ...(typeof opensS === "number" && Number.isSafeInteger(opensS) && { opensS }),
  };
}
