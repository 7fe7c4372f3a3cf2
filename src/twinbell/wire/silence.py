"""When a person counts as silent: a pure function of terms, of what came to pass, and of counted time.

    kept ──▶ late ──▶ asking ──▶ veto ──▶ silent          by counted time and by what others did
      ▲        │         │         │         │
      └────────┴─────────┴─────────┘         ▼
          a sign of life                 returned         a sign of life that came after
                                          stopped         the code on paper, from any stage

All times here are *counted seconds*: those that the relay counted while it ran and its clock was plausible.
No stage is stored that this function does not find again, so a crash, a restart or a late sweep cannot make
one up. Whether terms, votes and signs of life are genuine was checked before (`watch.py`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """Where a watch is."""

    KEPT = "kept"
    LATE = "late"
    ASKING = "asking"
    VETO = "veto"
    SILENT = "silent"
    RETURNED = "returned"
    STOPPED = "stopped"


class Answer(StrEnum):
    """What a guardian says who was asked whether they have heard from the person."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


REMINDERS = 3  # accepted ones, before anybody is asked: no silence without having been called
CHANNELS = 2  # on which they were accepted in all: one dead channel is not a silent person
ASK_UNITS = 2  # a further guardian is asked each so often
ASK_AGAIN_UNITS = 3  # a guardian who has not answered is asked again


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """The terms as far as time is concerned; all durations in counted seconds."""

    unit_s: int
    every_s: int
    grace_s: int
    veto_s: int
    k: int
    guardians: tuple[bytes, ...]  # in the order in which they are asked
    armed: bool


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder that the service of `channel` has accepted."""

    channel: str
    at: int


@dataclass(frozen=True, slots=True)
class Vote:
    """The newest answer of a guardian."""

    guardian: bytes
    answer: Answer
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What has come to pass.

    `start` is the latest of the last sign of life, the end of a planned absence, and the floor below which
    the relay counts nothing.
    """

    start: int
    accepted: tuple[Reminder, ...] = ()
    votes: tuple[Vote, ...] = ()
    returned: bool = False
    stopped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """When each stage begins, in counted seconds; None while nobody can say."""

    late: int
    asking: int | None
    veto: int | None
    silent: int | None


def marks(rule: Rule, facts: Facts) -> Marks:
    """Return when each stage of this silence begins, as far as is known by now."""
    late = facts.start + rule.every_s
    called = called_at(rule, facts.accepted, late) if rule.armed else None
    asking = None if called is None else max(late + rule.grace_s, called)
    veto = None if asking is None else _agreed_at(rule, facts.votes, asking)
    return Marks(late=late, asking=asking, veto=veto, silent=None if veto is None else veto + rule.veto_s)


def stage(rule: Rule, facts: Facts, now: int) -> Stage:
    """Return the stage at the counted second `now`."""
    if facts.stopped:
        return Stage.STOPPED
    if facts.returned:
        return Stage.RETURNED
    at = marks(rule, facts)
    for begins, name in ((at.silent, Stage.SILENT), (at.veto, Stage.VETO), (at.asking, Stage.ASKING)):
        if begins is not None and now >= begins:
            return name
    return Stage.LATE if now >= at.late else Stage.KEPT


def called_at(rule: Rule, accepted: Iterable[Reminder], since: int) -> int | None:
    """Return when the person had been called often enough since `since`: None if that is not so yet.

    That is: three accepted reminders that lie a unit apart from each other, on two channels in all. Of
    reminders that crowd, the first counts, and a second channel counts whenever it was heard.
    """
    spaced, channels, last = 0, set(), None
    for reminder in sorted((r for r in accepted if r.at >= since), key=lambda r: r.at):
        channels.add(reminder.channel)
        if last is None or reminder.at - last >= rule.unit_s:
            spaced, last = spaced + 1, reminder.at
        if spaced >= REMINDERS and len(channels) >= CHANNELS:
            return reminder.at
    return None


def asked(rule: Rule, facts: Facts, now: int) -> tuple[bytes, ...]:
    """Return the guardians who are asked at `now`, in turn.

    As many as are needed at first, and one more each two units; whoever does not know makes room for one.
    """
    asking = marks(rule, facts).asking
    if asking is None or now < asking or facts.stopped or facts.returned:
        return ()
    unknown = sum(vote.answer is Answer.UNKNOWN and vote.at >= asking for vote in facts.votes)
    return rule.guardians[: rule.k + (now - asking) // (ASK_UNITS * rule.unit_s) + unknown]


def _agreed_at(rule: Rule, votes: Iterable[Vote], asking: int) -> int | None:
    """Return when the k-th guardian had said no since `asking`."""
    noes = sorted(
        vote.at
        for vote in votes
        if vote.answer is Answer.NO and vote.at >= asking and vote.guardian in rule.guardians
    )
    return noes[rule.k - 1] if len(noes) >= rule.k else None
