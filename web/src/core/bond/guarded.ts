/**
 * What the other sent of a watch, and what follows from it for guardian, writer or reader of last letters.
 *
 * What belongs into another kind of bond is not taken in, and told; so is what does not fit what is known. Nothing is
 * sent from here.
 */

import { same } from "../bytes";
import * as kdf from "../crypto/kdf";
import { Damaged, Refused, TwinbellError } from "../errors";
import { checkConsent } from "../wire/terms";
import { tell } from "./event";
import {
  type AboutWatch,
  type GuardianAnswer,
  type GuardianAsk,
  type GuardianDone,
  type GuardianOver,
  type GuardianSeat,
  type ReaderSeat,
  type Rehearsed,
  type Share,
  type ShareOver,
  type ShareRelease,
  type WatchKinds,
  written,
} from "./guardian";
import type { Pendant } from "./pendant";
import { Appointed, isSame, put, Reading, RELEASED_MAX, Seat } from "./watchkeys";
import { appointedOf, belongs, consented, having, kept, withoutWatch } from "./watchkeep";
import { checkTerms, takeSeat } from "./watchsight";
import type { Step } from "./writing";

type Arrived = {
  readonly [Kind in keyof WatchKinds]: (
    pendant: Pendant,
    content: AboutWatch<Kind>,
    nowS: number,
  ) => Step | Promise<Step>;
};

const ARRIVED: Arrived = {
  "guardian-ask": askCame,
  "guardian-answer": answerCame,
  "guardian-seat": seatCame,
  share: shareCame,
  "share-over": shareOver,
  "share-release": releaseCame,
  "guardian-over": overCame,
  "guardian-done": doneCame,
  "reader-seat": readerCame,
  rehearsed: rehearsedCame,
};

/** Take in what the other sent of a watch. Never throws: what does not fit is told. */
export async function arrived(pendant: Pendant, content: AboutWatch, nowS: number): Promise<Step> {
  const { kind } = content;
  if (!belongs(content, pendant.kind)) return [pendant, [tell({ type: "Misplaced", kind })]];
  try {
    return await taken(pendant, content, nowS);
  } catch (error) {
    if (!(error instanceof TwinbellError)) throw error;
    return [pendant, [tell({ type: "WatchRefused", kind, why: error.sentence })]];
  }
}

function taken<Kind extends keyof WatchKinds>(
  pendant: Pendant,
  content: AboutWatch<Kind>,
  nowS: number,
): Step | Promise<Step> {
  const take: Arrived[Kind] = ARRIVED[content.kind];
  return take(pendant, content, nowS);
}

function askCame(pendant: Pendant, ask: GuardianAsk): Promise<Step> {
  const keys = pendant.keyring.watch;
  const known = keys.seat(ask.watch);
  if (known !== null && known.ask.rehearsal !== ask.rehearsal) {
    throw new Refused("This watch is no rehearsal, or was one.");
  }
  // Of rehearsals the last one counts.
  const others = keys.seats.filter(
    (seat) => !ask.rehearsal || !seat.ask.rehearsal || same(seat.watch, ask.watch),
  );
  const seat = known ? known.with({ ask }) : new Seat({ ask });
  return kept(pendant, keys.with({ seats: put(others, seat) }), { type: "GuardianWanted", ask });
}

function answerCame(pendant: Pendant, answer: GuardianAnswer): Step | Promise<Step> {
  const { watch, seat, day, consent } = answer;
  const known = appointedOf(pendant, watch);
  const { ask, token } = known;
  if (seat === null || consent === null) {
    const appointed = new Appointed({ ask, token, answered: true });
    return kept(pendant, having(pendant, { appointed }), { type: "GuardianSaid", watch, yes: false });
  }
  if (day < known.day) return [pendant, []]; // it was overtaken
  checkConsent({ seat, token: kdf.sha256(token), consent, day }, watch);
  const appointed = known.with({ answered: true, seat, day, consent });
  return kept(pendant, having(pendant, { appointed }), { type: "GuardianSaid", watch, yes: true });
}

function seatCame(pendant: Pendant, given: GuardianSeat, nowS: number): Promise<Step> {
  const [seat, news] = takeSeat(consented(pendant, given.watch), given, nowS);
  return kept(pendant, having(pendant, { seat }), ...news);
}

async function shareCame(pendant: Pendant, share: Share, nowS: number): Promise<Step> {
  const { watch, epoch } = share;
  const seat = consented(pendant, watch);
  if ((await thresholdOf(share)) !== share.k) throw new Damaged("This share is not what it says to be.");
  const held = seat.shares.find((each) => each.share.epoch === epoch);
  if (held && isSame(written(held.share), written(share))) return [pendant, []];
  // Whoever has the writer's phone must not be able to spoil what is here.
  if (held) throw new Refused("There is another share of this arming here already.");
  const changed = having(pendant, { seat: seat.withShare(share, nowS) });
  return kept(pendant, changed, { type: "ShareCame", watch, epoch });
}

function shareOver(pendant: Pendant, { watch, below }: ShareOver): Step | Promise<Step> {
  const seat = consented(pendant, watch);
  const shares = seat.shares.filter(({ share }) => share.epoch >= below);
  if (shares.length === seat.shares.length) return [pendant, []];
  if (shares.length === 0) throw new Refused("No newer share has come, so the old ones are kept.");
  const changed = having(pendant, { seat: seat.with({ shares }) });
  return kept(pendant, changed, { type: "SharesGone", watch, below });
}

async function releaseCame(pendant: Pendant, release: ShareRelease): Promise<Step> {
  const { watch, epoch } = release;
  await thresholdOf(release);
  const keys = pendant.keyring.watch;
  if (keys.released.some((each) => isSame(written(each), written(release)))) return [pendant, []];
  const others = keys.released.filter((each) => !same(each.watch, watch) || each.epoch !== epoch);
  const released = [...others, release].slice(-RELEASED_MAX);
  return kept(pendant, keys.with({ released }), { type: "ShareArrived", watch, epoch });
}

function overCame(pendant: Pendant, { watch }: GuardianOver): Step | Promise<Step> {
  const changed = withoutWatch(pendant, watch);
  if (changed.equals(pendant.keyring.watch)) return [pendant, []];
  return kept(pendant, changed, { type: "GuardianGone", watch });
}

function doneCame(pendant: Pendant, { watch, day }: GuardianDone): Step | Promise<Step> {
  const known = pendant.keyring.watch.guardian(watch);
  if (known === null) return [pendant, []]; // of a rehearsal that is over
  const appointed = known.with({ doneDay: Math.max(day, known.doneDay) });
  return kept(pendant, having(pendant, { appointed }), { type: "GuardianRehearsed", watch, day });
}

function readerCame(pendant: Pendant, seat: ReaderSeat): Step | Promise<Step> {
  const { kind: _, ...fields } = seat;
  const { watch, guardians } = fields;
  const keys = pendant.keyring.watch;
  const terms = checkTerms(seat.terms, watch, seat.key);
  if (!same(terms.reader, kdf.sha256(seat.token))) {
    throw new Damaged("The reader of these terms is somebody else.");
  }
  const known = keys.reader(watch);
  if (known && checkTerms(known.terms, watch, known.key).number > terms.number) return [pendant, []];
  const reading = new Reading(fields);
  if (known && isSame(known.toRecord(), reading.toRecord())) return [pendant, []];
  // Of rehearsals the last one counts.
  const others = keys.reading.filter(
    (each) => !terms.rehearsal || same(each.watch, watch) || !isRehearsal(each),
  );
  const changed = keys.with({ reading: put(others, reading) });
  return kept(pendant, changed, { type: "ReaderSeated", watch, guardians });
}

function rehearsedCame(pendant: Pendant, { watch, proof, day }: Rehearsed): Step {
  if (pendant.keyring.watch.of(watch) === null) return [pendant, []]; // it is over, and was read once more
  return [pendant, [tell({ type: "RehearsalOpened", watch, proof, day })]];
}

function isRehearsal({ terms, watch, key }: Reading): boolean {
  return checkTerms(terms, watch, key).rehearsal;
}

/** Return how many shares of its kind are needed; throw `Damaged` for words that are no share. */
async function thresholdOf({ words }: Pick<Share, "words">): Promise<number> {
  const { threshold } = await import("../crypto/shares"); // its word list is fetched where it is needed
  return threshold(words);
}
