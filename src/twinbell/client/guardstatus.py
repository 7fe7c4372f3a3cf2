"""What a guardian is told of one watch: what they hold, for whom, what it can open and when, in sentences."""

from typing import TYPE_CHECKING

from twinbell.bond import civil
from twinbell.bond.last import DURESS_S, Ruling
from twinbell.client import guardians
from twinbell.client.guardians import Guarded
from twinbell.client.home import Home
from twinbell.wire.silence import Answer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinbell.wire.terms import Terms

DAY_S = 86_400
ANSWERS = {
    Answer.YES: "that you have heard from them",
    Answer.NO: "that you have not heard from them",
    Answer.UNKNOWN: "that you don't know",
}


def ruling(home: Home, guarded: Guarded) -> Ruling:
    """Return whether the shares may be released now: the first refusal, else all warnings."""
    if not guarded.seat.shares:
        return Ruling(f"{guarded.writer} has given you no share yet.")
    ruled = [guardians.ruling(home, guarded, held) for held in guarded.seat.shares]
    refused = next((each for each in ruled if not each.allowed), None)
    return refused or Ruling(warning=" ".join(dict.fromkeys(each.warning for each in ruled if each.warning)))


def facts(home: Home, guarded: Guarded) -> dict[str, object]:
    """Return what `--json` prints."""
    seat, row, terms, now_s = guarded.seat, guarded.row, guarded.terms(home.now_s), home.now_s
    ruled = ruling(home, guarded)
    return {
        "bond": guarded.bond.short,
        "writer": guarded.writer,
        "reader": seat.ask.reader,
        "watch": seat.watch.hex(),
        "rehearsal": seat.ask.rehearsal,
        "consented": seat.consent_day * DAY_S if guarded.consented else None,
        "consent_due": guarded.consent_is_old(now_s) or not guarded.consented,
        "every": terms.every if terms else seat.ask.every,
        "grace": terms.grace if terms else seat.ask.grace,
        "veto": terms.veto if terms else seat.ask.veto,
        "need": terms.k if terms else None,
        "guardians": len(terms.guardians) if terms else None,
        "shares": [{"epoch": held.share.epoch, "since": held.since_s} for held in seat.shares],
        "life": seat.life_s or None,
        "away": seat.away_s if seat.away_s > now_s else None,
        "duress": is_under_duress(guarded, now_s),
        "stage": row.stage.value if row and row.stage else None,
        "asked": bool(row and row.asked and row.answer is None),
        "answer": row.answer.value if row and row.answer else None,
        "released": row.released_s or None if row else None,
        "may_release": ruled.allowed,
        "why": ruled.refusal or ruled.warning or None,
    }


def is_under_duress(guarded: Guarded, now_s: int) -> bool:
    """Whether the writer has said, in a note that shows to nobody else, that they are not free."""
    return bool(guarded.seat.duress_s) and now_s - guarded.seat.duress_s < DURESS_S


def sentences(home: Home, guarded: Guarded) -> list[str]:
    """Return all of it in plain sentences, the most pressing first."""
    said = [*_pressing(home, guarded), *_asked(guarded), *_held(home, guarded), *_known(home, guarded)]
    return [f"Rehearsal. {said[0]}", *said[1:]] if guarded.seat.ask.rehearsal else said


def _pressing(home: Home, guarded: Guarded) -> "Iterator[str]":
    writer, seat, row = guarded.writer, guarded.seat, guarded.row
    if is_under_duress(guarded, home.now_s):
        yield (
            f"The newest note of {writer}, of {_day(seat.duress_s)}, says that they may not be acting of "
            "their own free will. Nobody sees that you know. Be careful, and ask them where nobody listens."
        )
    if row and row.asked and row.answer is None:
        yield f"{writer} has been silent for a while. Have you heard from {writer}?"


def _asked(guarded: Guarded) -> "Iterator[str]":
    writer, reader, seat = guarded.writer, guarded.seat.ask.reader, guarded.seat
    if not guarded.consented and seat.ask.rehearsal:
        yield (
            f"{writer} asks whether you take part in playing that they are silent. You would be asked if "
            f"you have heard from {writer}, and give {reader} a share that opens a letter which says no more "
            "than that it worked."
        )
        return
    if not guarded.consented:
        yield (
            f"{writer} asks whether you will be a guardian of their last letters to {reader}. You would be "
            f"asked whether you have heard from {writer} when they have been silent, and keep a share of a "
            "key. Alone it opens nothing, and you can read nothing. You can leave at any time."
        )
        return
    yield f"You are a guardian of {writer}. Their last letters are for {reader}; you can read none of them."
    yield f"You agreed on {_day(seat.consent_day * DAY_S)}. A consent is asked for again after a year."


def _held(home: Home, guarded: Guarded) -> "Iterator[str]":
    writer, reader, seat = guarded.writer, guarded.seat.ask.reader, guarded.seat
    terms = guarded.terms(home.now_s)
    if terms:
        yield _waits(terms, writer, reader)
    if seat.coming and home.now_s < seat.coming_s:
        yield f"{writer} has loosened these terms. That holds from {_day(seat.coming_s)} on."
    for held in seat.shares:
        share = held.share
        enough = f"{share.k} of {share.n} together open" if share.k > 1 else "It alone opens"
        yield (
            f"You hold a share since {_day(held.since_s)}. {enough} what {writer} left, once the relay has "
            f"given out its part or a day has come that each letter names, and for {reader} only."
        )
    if guarded.consented and not seat.shares:
        yield "You hold no share yet."


def _waits(terms: "Terms", writer: str, reader: str) -> str:
    unit = "days" if terms.unit_s == DAY_S else f"times {terms.unit_s} seconds"
    most = len(terms.guardians)
    who = f"{terms.k} of {most} guardians have" if most > 1 else "you have"
    return (
        f"After {terms.every} {unit} without a sign of life {writer} is reminded for {terms.grace} {unit} "
        f"and more. Then guardians are asked. When {who} not heard from {writer}, {terms.veto} {unit} are "
        f"left to say something; after that {reader} may open."
    )


def _known(home: Home, guarded: Guarded) -> "Iterator[str]":
    writer, seat, row = guarded.writer, guarded.seat, guarded.row
    if seat.life_s:
        yield f"The newest sign of life of {writer} that you hold is of {_day(seat.life_s)}."
    if seat.away_s > home.now_s:
        yield f"{writer} said that they are away until {_day(seat.away_s)}."
    if row and row.answer:
        yield f"You said on {_day(row.said_s)} {ANSWERS[row.answer]}."
    if row and row.released_s:
        yield f"You released your share to {seat.ask.reader} on {_day(row.released_s)}."
    if row and not row.asked and not row.answer:
        yield "Nothing is asked of you now."
    elif seat.shares:
        ruled = ruling(home, guarded)
        yield ruled.refusal or f"You may release your share now. {ruled.warning}".strip()
    if row and row.refusal:
        yield f"{row.refusal} What you hold does not depend on it."


def _day(second: int) -> str:
    return civil.utc(second).date
