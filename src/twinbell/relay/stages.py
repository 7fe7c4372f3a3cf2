"""What a watch's stage is, found in the transaction that writes it: `settle`.

Every change of a watch, and every sweep, ends here. The stage is computed from what is stored
(`wire/silence.py`); if it is another one than was found last, a flip is written, on which `vigil.py` acts.
`due` is when to look again. Everything in here runs in the writer's thread, inside a `Job`.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import apsw

from twinbell.relay import log
from twinbell.relay.counter import Counter
from twinbell.relay.store.watches import WatchTables
from twinbell.relay.store.watchrows import Channel, Record, Row
from twinbell.wire import silence
from twinbell.wire.limits import WATCH_CALLS_MAX, WATCH_TERMS_BYTES_MAX, WATCH_UNIT_S
from twinbell.wire.signed import Signed
from twinbell.wire.silence import OVER, Facts, Rule, Stage
from twinbell.wire.terms import Terms

CALLED = (Stage.LATE, Stage.ASKING, Stage.VETO)  # stages in which the writer is reminded
ASKED = (Stage.ASKING, Stage.VETO)  # and in which guardians are
UNSEEN = (Stage.KEPT, Stage.LATE)  # between these nobody is told but the writer, by reminders
DAY_BEGINS, DAY_ENDS = 9, 21  # nobody is called at night, by the clock of the terms' zone
AGAIN = 4  # a refused reminder is tried again after this part of a unit
REHEARSED_S = 3_600  # a rehearsal reminds for no longer than this
REHEARSED_AGAIN_S = 60  # in one, a refused reminder is tried again after this
ASK_AGAIN_S = WATCH_UNIT_S  # nobody is asked again sooner, in a rehearsal neither
PUT_OFF_S = 3_600  # a watch that could not be settled is looked at again after this


@dataclass(frozen=True, slots=True)
class Moment:
    """Now, as a change sees it: the counted second, the floor, and the gate's time."""

    now: int
    floor: int
    gate_s: float

    @classmethod
    def of(cls, counter: Counter) -> "Moment":
        return cls(counter.now(), counter.floor, counter.gate_s)


@dataclass(frozen=True, slots=True)
class Call:
    """A reminder that is to be sent now."""

    watch: int
    channel: Channel
    rehearsal: bool


def facts(tables: WatchTables, row: Row, floor: int) -> Facts:
    """Return what has come to pass for this watch."""
    return Facts(
        start=max(row.base, row.away, floor),
        accepted=tables.reminders(row.number),
        votes=tuple(kept.vote for kept in tables.votes(row.number)),
        returned=row.returned,
        stopped=bool(row.stopped),
    )


def under(row: Row, terms: Terms) -> Row:
    """Return the watch under these terms."""
    return replace(
        row,
        rule=terms.rule(),
        zone=terms.zone,
        tokens=(terms.owner, terms.reader, *(guardian.token for guardian in terms.guardians)),
    )


def settle(tables: WatchTables, row: Row, moment: Moment) -> Row:
    """Write the watch as it was changed, and a flip if its stage is another one."""
    row = replace(row, number=row.number or tables.put(row))
    row, news = _found(tables, row, facts(tables, row, moment.floor), moment)
    tables.put(row)
    _tell(tables, row, news, moment.now)
    return row


def _found(
    tables: WatchTables, row: Row, seen: Facts, moment: Moment
) -> tuple[Row, tuple[Stage, int] | None]:
    """Return the watch in its stage, and what others are to be told: which flip, from which guardian on.

    In asking and veto a question that is repeated is a flip to asking once more.
    """
    rule, was, now = row.rule, row.stage, moment.now
    stage = silence.stage(rule, seen, now)
    asked = len(silence.asked(rule, seen, now)) if stage in ASKED else 0
    asked_at = row.asked_at
    news = None
    if stage is not was:
        asked_at = now
        if not (stage in UNSEEN and was in UNSEEN):
            news = (stage, 0)
    elif asked and now - asked_at >= _ask_again_s(rule):
        asked_at = now
        news = (Stage.ASKING, 0)
    elif asked > row.asked:
        news = (Stage.ASKING, row.asked)
    due = _due(tables, row, stage, asked, asked_at, seen, moment)
    return replace(row, stage=stage, asked=asked, asked_at=asked_at, due=due), news


def _tell(tables: WatchTables, row: Row, news: tuple[Stage, int] | None, now: int) -> None:
    if row.stage in OVER:
        tables.drop_record(row.number, "pending")  # what waited ends with the watch
    if news is not None:
        stage, first = news
        tables.add_flip(row.number, stage, now, first)


def sweep(tables: WatchTables, moment: Moment, most: int) -> tuple[int, list[Call]]:
    """Settle up to `most` watches for which something is due; return how many, and whom to remind."""
    rows = tables.due(moment.now, most)
    calls: list[Call] = []
    for row in rows:
        try:
            row = grown(tables, row, moment)
            seen, before = facts(tables, row, moment.floor), row.stage
            called = _calls(tables, row, seen, moment)
            row, news = _found(tables, row, seen, moment)
            if tables.turn(row, before):  # only if nobody has changed the stage since it was read
                _tell(tables, row, news, moment.now)
                calls += called
        except apsw.Error:
            raise
        except Exception as error:  # one watch that cannot be settled must not hold back the others
            log.fault(error)
            tables.put_off(row.number, moment.now + PUT_OFF_S)
    return len(rows), calls


def accepted(tables: WatchTables, call: Call, moment: Moment) -> None:
    """Note that a service has accepted a reminder, if the watch still knows its channel."""
    row = tables.at(call.watch)
    if row is None:
        return
    late = silence.marks(row.rule, facts(tables, row, moment.floor)).late
    called = [reminder for reminder in tables.reminders(row.number) if reminder.at >= late]
    enough = len(called) >= WATCH_CALLS_MAX and silence.called_at(row.rule, called, late) is not None
    tables.accepted(row.number, call.channel.name, moment.now, moment.now + row.rule.unit_s, count=not enough)
    settle(tables, row, moment)


def quiet_s(zone: str, gate_s: float) -> int:
    """Return how many seconds of night are left in `zone`; 0 by day."""
    try:
        there = datetime.fromtimestamp(gate_s, ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError, OSError):  # one that this machine does not know
        there = datetime.fromtimestamp(gate_s, ZoneInfo("UTC"))
    if DAY_BEGINS <= there.hour < DAY_ENDS:
        return 0
    second = there.hour * 3600 + there.minute * 60 + there.second
    return (DAY_BEGINS * 3600 - second) % WATCH_UNIT_S


def take(tables: WatchTables, row: Row, terms: Terms, signed: bytes, now: int) -> Row:
    """Return the watch under `terms`, which hold from now on, and keep them as they were signed."""
    held = tables.record(row.number, "terms")
    if held is not None and terms.epoch > stored_terms(held.body).epoch:
        row = replace(row, returned=False, stopped=b"")  # armed anew
    tables.put_record(row.number, "terms", Record(now, signed))
    tables.drop_record(row.number, "pending")
    row = under(row, terms)
    tables.keep_doorbells(row.number, row.rule.guardians)
    return row


def stored_terms(signed: bytes) -> Terms:
    """Return the terms in a record of ours, which was checked when it came."""
    return Terms.parse(Signed.parse(signed, bytes_max=WATCH_TERMS_BYTES_MAX + 128).record)


def waiting(tables: WatchTables, row: Row, floor: int) -> Record | None:
    """Return the terms that wait, and until when: for them, too, nothing counts that lies before the floor.

    Else looser ones that were taken back after a backup was made would hold as soon as it is put back.
    """
    pending, rule = tables.record(row.number, "pending"), row.rule
    if pending is None:
        return None
    return Record(max(pending.at, floor + rule.every_s + rule.grace_s + rule.veto_s), pending.body)


def grown(tables: WatchTables, row: Row, moment: Moment) -> Row:
    """Let terms that have waited long enough come into force: the count begins anew, unless it has ended.

    Else fewer guardians to agree would make a silence of answers that were given when more were asked for,
    and a watch that was stopped or opened would be armed again by what was written before.
    """
    now, pending = moment.now, waiting(tables, row, moment.floor)
    if pending is None or pending.at > now:
        return row
    if silence.stage(row.rule, facts(tables, row, moment.floor), now) in OVER:
        return row
    row = take(tables, row, stored_terms(pending.body), pending.body, now)
    row = replace(row, base=now)
    tables.put(row)
    return row


def _calls(tables: WatchTables, row: Row, seen: Facts, moment: Moment) -> list[Call]:
    """Return the reminders of this watch that are due, each put off so that none is sent twice."""
    rule, now = row.rule, moment.now
    rehearsal = _is_rehearsal(rule)
    if silence.stage(rule, seen, now) not in CALLED or not _reminds(rule, seen, now):
        return []
    night_s = 0 if rehearsal else quiet_s(row.zone, moment.gate_s)
    due = [channel for channel in tables.channels(row.number) if channel.next <= now]
    wait_s = night_s or (REHEARSED_AGAIN_S if rehearsal else rule.unit_s // AGAIN)
    for channel in due:
        tables.try_again(row.number, channel.name, now + wait_s)
    return [] if night_s else [Call(row.number, channel, rehearsal) for channel in due]


def _is_rehearsal(rule: Rule) -> bool:
    return rule.unit_s < WATCH_UNIT_S


def _reminds(rule: Rule, seen: Facts, now: int) -> bool:
    """Say whether the writer is reminded; in a rehearsal only as often as is needed to go on from there."""
    if not _is_rehearsal(rule):
        return rule.armed
    marks = silence.marks(rule, seen)
    return rule.armed and marks.asking is None and now - marks.late <= REHEARSED_S


def _ask_again_s(rule: Rule) -> int:
    return max(silence.ASK_AGAIN_UNITS * rule.unit_s, ASK_AGAIN_S)


def _due(
    tables: WatchTables, row: Row, stage: Stage, asked: int, asked_at: int, seen: Facts, moment: Moment
) -> int | None:
    """Return the next counted second at which something can change or is to be done."""
    now, rule, marks = moment.now, row.rule, silence.marks(row.rule, seen)
    at: list[int] = []
    if stage is Stage.KEPT:
        at.append(marks.late)
    elif stage in CALLED and rule.armed:
        at += [second for second in (marks.asking, marks.silent) if second is not None and second > now]
        if _reminds(rule, seen, now):
            at += [channel.next for channel in tables.channels(row.number)]
    if asked and marks.asking is not None:
        at.append(asked_at + _ask_again_s(rule))
        if asked < len(rule.guardians):
            turn = silence.ASK_UNITS * rule.unit_s
            at.append(marks.asking + ((now - marks.asking) // turn + 1) * turn)
    pending = waiting(tables, row, moment.floor) if stage not in OVER else None
    if pending is not None:
        at.append(pending.at)
    return min((max(second, now + 1) for second in at), default=None)
