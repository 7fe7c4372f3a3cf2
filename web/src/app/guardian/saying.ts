/** What a guardian is told of one watch, in sentences. */
import type { Guarded, Reason, RulingCode } from "../../client/api";
import { day, moment, span } from "../words/dates";
import { watchWords } from "../words/words.svelte";

const DAY_S = 86_400;

/** What presses, in one line; null: nothing does. */
export function pressing(guarded: Guarded): string | null {
  const w = watchWords().guardian;
  if (guarded.asked) return w.question(guarded.writer);
  if (guarded.consentedS === null) return w.asks(guarded.writer);
  return guarded.consentDue ? w.again : null;
}

/** How long it takes until something is asked, and until the reader may open. */
export function waits(guarded: Guarded): string[] {
  const w = watchWords().guardian;
  const { rhythm, unitS, need, guardians, writer, reader } = guarded;
  const time = (units: number): string => span(units * unitS);
  return [
    w.waits(writer, time(rhythm.every), time(rhythm.grace)),
    ...(need !== null && guardians !== null
      ? [w.waitsThen(need, guardians, writer, reader, time(rhythm.veto))]
      : []),
  ];
}

/** What is known of the writer. */
export function known(guarded: Guarded): string[] {
  const w = watchWords().guardian;
  const { writer } = guarded;
  const when = guarded.unitS === DAY_S ? day : moment;
  return [
    ...(guarded.looserFromS === null ? [] : [w.loosened(writer, when(guarded.looserFromS))]),
    ...(guarded.lifeS === null ? [] : [w.life(writer, when(guarded.lifeS))]),
    ...(guarded.awayUntilS === null ? [] : [w.away(writer, day(guarded.awayUntilS))]),
    ...(guarded.releasedS === null ? [] : [w.given(guarded.reader, when(guarded.releasedS))]),
    ...(guarded.asked || guarded.answer !== null ? [] : [w.nothing]),
  ];
}

/** What one has answered, and when. */
export function said({ answer, answeredS, unitS, writer }: Guarded): string {
  if (answer === null || answeredS === null) return "";
  return watchWords().guardian.youSaid[answer](writer, unitS === DAY_S ? day(answeredS) : moment(answeredS));
}

/** Why a share may not be given now, or what to think of before. */
export function why(reason: Reason<RulingCode>, guarded: Guarded): string {
  const second = reason.facts["fromS"] ?? reason.facts["untilS"];
  const when = guarded.unitS === DAY_S ? day : moment;
  return watchWords().guardian.why[reason.code](
    guarded.writer,
    typeof second === "number" ? when(second) : "",
  );
}
