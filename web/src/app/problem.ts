/** A refusal as sentences: what happened, what is safe, and one thing to do. */
import type { Refusal } from "../client/api";
import type { Code } from "../client/codes";
import { moment } from "./words/dates";
import { words } from "./words/words.svelte";

export interface Told {
  readonly sentence: string;
  readonly more?: string;
}

export function isRefusal(reason: unknown): reason is Refusal {
  return typeof reason === "object" && reason !== null && "name" in reason && "sentence" in reason;
}

/** `kept`: what was asked for is safe here and goes out later by itself. */
export function tell(reason: unknown, { kept = false }: { kept?: boolean } = {}): Told {
  const w = words().problem;
  if (!isRefusal(reason)) return { sentence: w.unforeseen };
  const opensS = reason.facts?.["opensS"];
  if (reason.code === "letter.early" && typeof opensS === "number")
    return { sentence: w.notYet(moment(opensS)) };
  if (reason.code === "share.word" && reason.facts)
    return { sentence: w.shareWord(Number(reason.facts["place"]), String(reason.facts["word"])) };
  const known = isCode(reason.code, w.codes) ? w.codes[reason.code] : undefined;
  if (known && reason.code === "relay.unreachable")
    return { sentence: known, more: kept ? w.unreachableMore : w.unreachableNow };
  if (known) return { sentence: known };
  switch (reason.name) {
    case "Unreachable":
      if (reason.facts?.["chain"]) return { sentence: w.beacon };
      return { sentence: w.unreachable, more: kept ? w.unreachableMore : w.unreachableNow };
    case "NotYet":
      return { sentence: typeof opensS === "number" ? w.notYet(moment(opensS)) : w.codes["letter.early"] };
    case "Retired":
      return { sentence: w.retired };
    case "NotFound":
      return { sentence: w.notFound };
    case "Conflict":
    case "Stale":
      return { sentence: w.conflict };
    case "Unauthorised":
      return { sentence: w.unauthorised };
    case "OverQuota":
      return { sentence: w.overQuota };
    case "Burnt":
      return { sentence: w.burnt };
    case "VaultLocked":
      return { sentence: w.locked };
    case "Mistaken":
      return { sentence: w.mistaken };
  }
  return { sentence: /Damaged$/.test(reason.name) ? w.damaged : w.unforeseen };
}

function isCode(code: string | undefined, codes: Readonly<Record<Code, string>>): code is Code {
  return code !== undefined && Object.hasOwn(codes, code);
}
