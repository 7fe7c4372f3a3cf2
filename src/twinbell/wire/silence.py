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


OVER = (Stage.SILENT, Stage.RETURNED, Stage.STOPPED)  # until it is armed anew


class Answer(StrEnum):
    """What a guardian says who was asked whether they have heard from the person."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


REMINDERS = 3  # accepted ones, before anybody is asked: no silence without having been called
CHANNELS = 2  # on which those were accepted: one channel that nobody reads is not a silent person
RETRIES = 4  # a reminder that was refused is tried again so often in a unit
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

    That is: when there are three accepted reminders, each a unit or more after the one before, that did not
    all go by one channel.
    """
    ends: dict[
        tuple[int, frozenset[str]], int
    ] = {}  # so many, on these channels: when the first such row ends
    for reminder in sorted((r for r in accepted if r.at >= since), key=lambda r: r.at):
        for (count, channels), end in list(ends.items()):
            if reminder.at - end >= rule.unit_s:
                longer = (min(count + 1, REMINDERS), channels | {reminder.channel})
                ends.setdefault(longer, reminder.at)
        ends.setdefault((1, frozenset({reminder.channel})), reminder.at)
        if any(count == REMINDERS and len(channels) >= CHANNELS for count, channels in ends):
            return reminder.at
    return None


def asked(rule: Rule, facts: Facts, now: int) -> tuple[bytes, ...]:
    """Return the guardians who are asked at `now`, in turn; none outside of asking and veto.

    As many as are needed at first, and one more each two units; whoever does not know makes room for one.
    """
    asking = _asking(rule, facts, now)
    if asking is None:
        return ()
    unknown = sum(vote.answer is Answer.UNKNOWN for vote in _votes(rule, facts.votes, asking))
    return rule.guardians[: rule.k + (now - asking) // (ASK_UNITS * rule.unit_s) + unknown]


def counted(rule: Rule, facts: Facts, vote: Vote) -> Vote:
    """Return a new vote as it counts: one that says the same again keeps the second of the first.

    Else a guardian who says no every day would put off the end of the veto for ever.
    """
    asking = marks(rule, facts).asking
    for old in facts.votes:
        if (
            old.guardian == vote.guardian
            and old.answer is vote.answer
            and asking is not None
            and old.at >= asking
        ):
            return old
    return vote


# --- what is to be done, and when to look again


@dataclass(frozen=True, slots=True)
class Try:
    """A channel, and when it was last tried; None if never."""

    channel: str
    at: int | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A guardian, and when they were last told that they are asked."""

    guardian: bytes
    at: int


def reminders_due(rule: Rule, facts: Facts, tries: Iterable[Try], now: int) -> tuple[str, ...]:
    """Return the channels that are to be tried at `now`: first those that accepted nothing in this silence.

    Whether it is night where the person is, the caller knows.
    """
    due = [
        each.channel for each in tries if (at := _call_at(rule, facts, each, now)) is not None and at <= now
    ]
    late = marks(rule, facts).late
    heard = {reminder.channel for reminder in facts.accepted if reminder.at >= late}
    return tuple(sorted(due, key=lambda channel: channel in heard))


def questions_due(rule: Rule, facts: Facts, told: Iterable[Told], now: int) -> tuple[bytes, ...]:
    """Return the guardians who are to be told at `now` that they are asked."""
    at = _question_times(rule, facts, told, now)
    return tuple(guardian for guardian in asked(rule, facts, now) if at.get(guardian, now + 1) <= now)


def due(
    rule: Rule, facts: Facts, now: int, *, tries: Iterable[Try] = (), told: Iterable[Told] = ()
) -> int | None:
    """Return the first second after `now` at which there is another stage, or something more to do.

    None if only an event can change anything. What is due at `now` itself is not looked at: it is being done.
    """
    at, asking = marks(rule, facts), _asking(rule, facts, now)
    seconds: list[int | None] = []
    if not facts.stopped and not facts.returned and (at.silent is None or now < at.silent):
        seconds += [at.late, at.asking, at.veto, at.silent]
        seconds += [_call_at(rule, facts, each, now) for each in tries]
        seconds += _question_times(rule, facts, told, now).values()
    if asking is not None and len(asked(rule, facts, now)) < len(rule.guardians):
        step = ASK_UNITS * rule.unit_s
        seconds.append(asking + ((now - asking) // step + 1) * step)
    return min((second for second in seconds if second is not None and second > now), default=None)


def _asking(rule: Rule, facts: Facts, now: int) -> int | None:
    """Return since when guardians are asked, if they are at `now`."""
    return marks(rule, facts).asking if stage(rule, facts, now) in (Stage.ASKING, Stage.VETO) else None


def _call_at(rule: Rule, facts: Facts, last: Try, now: int) -> int | None:
    """Return from when a channel is to be tried; None where nobody is called, as before arming."""
    if not rule.armed or stage(rule, facts, now) not in (Stage.LATE, Stage.ASKING, Stage.VETO):
        return None
    late = marks(rule, facts).late
    if last.at is None or last.at < late:
        return late
    if any(each.channel == last.channel and each.at >= last.at for each in facts.accepted):
        return max(each.at for each in facts.accepted if each.channel == last.channel) + rule.unit_s
    return last.at + max(1, rule.unit_s // RETRIES)


def _question_times(rule: Rule, facts: Facts, told: Iterable[Told], now: int) -> dict[bytes, int]:
    """Return from when each guardian is to be told who is asked at `now` and has not answered."""
    asking = _asking(rule, facts, now)
    if asking is None:
        return {}
    answered = {vote.guardian for vote in _votes(rule, facts.votes, asking)}
    last = {each.guardian: each.at for each in told if each.at >= asking}
    again_s = ASK_AGAIN_UNITS * rule.unit_s
    return {
        guardian: last[guardian] + again_s if guardian in last else asking
        for guardian in asked(rule, facts, now)
        if guardian not in answered
    }


def _votes(rule: Rule, votes: Iterable[Vote], asking: int) -> list[Vote]:
    """Return the votes of guardians of these terms since they are asked."""
    return [vote for vote in votes if vote.at >= asking and vote.guardian in rule.guardians]


def _agreed_at(rule: Rule, votes: Iterable[Vote], asking: int) -> int | None:
    """Return when the k-th guardian had said no since `asking`."""
    noes = sorted(vote.at for vote in _votes(rule, votes, asking) if vote.answer is Answer.NO)
    return noes[rule.k - 1] if len(noes) >= rule.k else None
