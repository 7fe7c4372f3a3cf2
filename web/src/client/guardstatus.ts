/** What a guardian is shown of one watch: what they hold, for whom, what it can open and when. */

import { isUnderDuress } from "../core/bond/last";
import { hex } from "../core/bytes";
import * as guardians from "./guardians";
import type { Guarding } from "./guardians";
import type { Home } from "./home";
import * as seats from "./seats";
import { DAY_S } from "./watch";
import type { Guarded, ShareWords } from "./lastapi";
import { rhythmOf } from "./watchstatus";

/** Return a guarded watch as a page shows it. */
export function shown(home: Home, guarding: Guarding): Guarded {
  const { bond, seat, row } = guarding;
  const { vault, nowS } = home;
  const { ask, consented } = seat;
  const terms = guardians.termsNow(guarding, nowS);
  const answer = seats.answerOf(row);
  return {
    bond: hex(bond.id),
    watch: hex(seat.watch),
    writer: bond.peer,
    reader: ask.reader,
    rehearsal: ask.rehearsal,
    rhythm: rhythmOf(terms ?? ask),
    need: terms && terms.k,
    guardians: terms && terms.guardians.length,
    unitS: terms?.unitS ?? DAY_S,
    consentedS: consented ? seat.consentDay * DAY_S : null,
    consentDue: !consented || guardians.consentIsOld(guarding, nowS),
    looserFromS: seat.coming && nowS < seat.comingS ? seat.comingS : null,
    shares: seat.shares.map(({ share, sinceS }) => ({ epoch: share.epoch, sinceS })),
    lifeS: seat.lifeS || null,
    awayUntilS: seat.awayS > nowS ? seat.awayS : null,
    duressS: isUnderDuress(seat, nowS) ? seat.duressS : null,
    stage: seats.stageOf(row),
    asked: (row?.asked ?? 0) > 0 && answer === null,
    answer,
    answeredS: answer && row ? row.saidS : null,
    releasedS: row?.releasedS || null,
    ruling: guardians.ruling(home, guarding),
    readers: guardians.readers(vault, guarding).map((each) => ({ bond: hex(each.id), name: each.peer })),
    refusal: row?.refusal ? refusalOf(row.refusal) : null,
  };
}

/** Return the shares that one holds as words, to be printed or read out. */
export function shareWords({ seat }: Guarding): ShareWords[] {
  return seat.shares.map(({ share, sinceS }) => ({
    epoch: share.epoch,
    sinceS,
    words: share.words.split(" "),
    need: share.k,
    of: share.n,
  }));
}

function refusalOf({
  name,
  code,
  sentence,
}: {
  name: string;
  code: string | null;
  sentence: string;
}): Guarded["refusal"] {
  return { name, sentence, ...(code && { code }) };
}
