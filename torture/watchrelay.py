"""A relay of one watch, as `lives.py` lives with it: the real rules, without sockets and SQLite.

What is decided, is decided by the code that a relay runs: `wire/silence.py`, `wire/terms.py`,
`relay/counter.py`, `relay/clockgate.py`. Around it stands what a relay does with it: a database of which
copies can be brought back, a file beside it that they don't hold, beats, and work that is written down, then
done. Each known fault is a switch in `Faults`.
"""

import copy
from dataclasses import dataclass, field, replace

from twinbell.errors import TwinbellError
from twinbell.relay import clockgate
from twinbell.relay.clockgate import Now, State
from twinbell.relay.counter import BEAT_MAX_S, FILE_S, SAVE_S, Beat, Saved, begin
from twinbell.wire import silence
from twinbell.wire.silence import Answer, Facts, Reminder, Rule, Stage, Vote
from twinbell.wire.terms import Change, Terms, change

DAY_S = 86_400
CALLS_MAX = 8  # a relay keeps more of them, once there are enough; fewer are faster to go through
OVER = (Stage.SILENT, Stage.RETURNED, Stage.STOPPED)
CALLS = (Stage.LATE, Stage.ASKING, Stage.VETO)


class Crashed(Exception):
    """The process ended between writing down what to do and doing it."""


@dataclass(frozen=True, slots=True)
class Faults:
    """What is known to be wrong, each of which must be found."""

    wall_clock: bool = False  # time while the relay was down counts
    first_beat: bool = False  # what lies before the first beat after a start counts
    marked_before_sent: bool = False  # a reminder counts once it is about to be sent
    queued_counts: bool = False  # so does one that a channel only put by
    old_votes: bool = False  # answers of an earlier silence count in this
    copy_unnoticed: bool = False  # nobody sees that the database is an older copy
    veto_by_wall: bool = False  # the veto window ends by the wall clock
    old_terms_count: bool = False  # what was answered to old terms counts under looser ones
    looser_at_once: bool = False  # new terms hold at once, whatever they say
    done_before_doing: bool = False  # work is marked as done, then done
    away_forgotten: bool = False  # a planned absence is only a sign of life
    stop_forgotten: bool = False  # the stop code holds until the next start


NONE = Faults()


@dataclass(slots=True)
class Kept:
    """What lies in the database, and so in a copy of it. Its values are never changed, only replaced."""

    terms: Terms
    rule: Rule
    saved: Saved | None = None
    base: int = 0
    away: int = 0
    newest: int = 0  # of the signed signs of life
    accepted: tuple[Reminder, ...] = ()
    votes: tuple[tuple[int, Vote], ...] = ()  # with the number that its guardian gave it
    returned: bool = False
    stopped: bool = False
    pending: tuple[int, Terms] | None = None
    said: Stage = Stage.KEPT
    undone: bool = False  # the reader is still to be told
    called: dict[str, int] = field(default_factory=dict)  # when a channel is to be used again
    told: dict[bytes, int] = field(default_factory=dict)  # when a guardian was asked last
    veto_wall: float = 0.0


class Relay:
    """One relay: what is on its disk, and while it runs, its clock."""

    def __init__(self, terms: Terms, channels: tuple[str, ...], now: Now, faults: Faults = NONE) -> None:
        self.faults = faults
        self.channels = channels
        self.kept = Kept(terms, terms.rule())
        self.file: Saved | None = None  # the counter beside the database
        self.seen: clockgate.Seen | None = None
        self.gate = clockgate.first(now)
        self.now = now
        self.count = begin(self._beat(now), None, None)
        self.crash_in = 0  # at the so many-th new stage from here; 0: no crash
        self.commit()

    # --- the process

    def start(self, now: Now, boot_id: str) -> None:
        """Start with what is on the disk."""
        if self.seen is not None:
            self.gate = clockgate.again(now, self.seen, boot_id=boot_id)
        if self.faults.stop_forgotten:
            self.kept.stopped = False
        stored, last = self.kept.saved, self.count.last
        count = begin(self._beat(now), stored, self.file)
        if self.faults.copy_unnoticed and stored is not None:
            count = replace(count, floor=stored.floor)
        if self.faults.wall_clock:
            count = replace(count, counted=count.counted + max(0.0, count.last.gate_s - last.gate_s))
        if self.faults.first_beat:
            count = replace(count, counted=count.counted + BEAT_MAX_S)
        self.now, self.count = now, count
        self.commit()

    def end(self, boot_id: str, *, lost_s: int = 0) -> None:
        """End; after a crash the last seconds of counting were not written down."""
        self.seen = self.gate.seen(self.now, boot_id)
        counted, stored = self.count.counted, self.kept.saved
        assert stored is not None
        if counted - min(lost_s, SAVE_S) > stored.counted:
            self.kept.saved = stored = replace(self.saved(), counted=counted - min(lost_s, SAVE_S))
        filed = replace(stored, counted=min(stored.counted, counted - min(lost_s, FILE_S)))
        if self.file is None or filed.counted > self.file.counted:
            self.file = filed

    def copy(self) -> Kept:
        """Return a copy of the database."""
        self.commit()
        return copy.copy(self.kept)

    @staticmethod
    def copy_of(kept: Kept) -> Kept:
        return copy.copy(kept)

    def saved(self) -> Saved:
        return Saved(self.count.counted, self.count.floor, self.count.last.gate_s)

    def commit(self) -> None:
        """Write the counter down with a change: what that calls now never lies beyond the next start."""
        self.kept.saved = self.saved()

    def beat(self, now: Now) -> None:
        """Count what went by since the last beat, if it can be believed."""
        if self.faults.wall_clock:
            passed_s = max(0.0, now.wall_s - self.now.wall_s)
            self.count = replace(self.count, counted=self.count.counted + passed_s, last=self._beat(now))
        else:
            self.count = self.count.beat(self._beat(now))
        self.now = now
        pending = self.kept.pending
        if pending and self.counted >= self.ripe(pending[0]) and self.stage() not in OVER:
            self._take(pending[1])
            if not self.faults.old_terms_count:
                self.kept.base = self.counted

    def beats(self, now: Now) -> None:
        """Count a stretch of beats, a second each, in which nothing leapt: as many seconds as there were.

        All but the last are added at once, or nothing if the clock was not plausible.
        """
        before = Now(now.wall_s - 1, now.boot_s - 1)
        skipped_s = before.boot_s - self.now.boot_s
        if skipped_s > 0:
            beat = self._beat(before)
            counts = self.faults.wall_clock or (beat.steady and self.count.last.steady)
            self.count = replace(self.count, counted=self.count.counted + skipped_s * counts, last=beat)
            self.now = before
        self.beat(now)

    def _beat(self, now: Now) -> Beat:
        reading = self.gate.read(now)
        return Beat(reading.gate_s, now.boot_s, reading.state is State.STEADY)

    @property
    def counted(self) -> int:
        return int(self.count.counted)

    @property
    def gate_s(self) -> float:
        return self.count.last.gate_s

    @property
    def steady(self) -> bool:
        return self.count.last.steady

    # --- what is known

    def facts(self) -> Facts:
        kept = self.kept
        away = 0 if self.faults.away_forgotten else kept.away
        return Facts(
            start=max(kept.base, self.count.floor, away),
            accepted=kept.accepted,
            votes=tuple(vote for _, vote in kept.votes),
            returned=kept.returned,
            stopped=kept.stopped,
        )

    def marks(self, facts: Facts) -> silence.Marks:
        rule = self.kept.rule
        marks = silence.marks(rule, facts)
        if self.faults.old_votes and marks.asking is not None:
            veto = silence._agreed_at(rule, facts.votes, 0)
            veto = None if veto is None else max(veto, marks.asking)
            marks = replace(marks, veto=veto, silent=None if veto is None else veto + rule.veto_s)
        return marks

    def stage(self) -> Stage:
        kept, facts = self.kept, self.facts()
        if not self.faults.old_votes and not self.faults.veto_by_wall:
            return silence.stage(kept.rule, facts, self.counted)
        found = silence.stage(kept.rule, facts, self.counted)
        if found in (Stage.STOPPED, Stage.RETURNED, Stage.KEPT, Stage.LATE):
            return found
        marks = self.marks(facts)
        if marks.veto is None or self.counted < marks.veto:
            return Stage.ASKING
        if self.faults.veto_by_wall:
            if kept.said is not Stage.VETO and kept.said is not Stage.SILENT:
                kept.veto_wall = self.now.wall_s
            over = self.now.wall_s >= kept.veto_wall + kept.rule.veto_s
        else:
            over = marks.silent is not None and self.counted >= marks.silent
        return Stage.SILENT if over else Stage.VETO

    # --- what others do; each returns whether it was taken

    def life(self, number: int, *, until_s: int | None = None) -> bool:
        """Take a sign of life, or a planned absence."""
        kept = self.kept
        if number <= kept.newest:
            return number == kept.newest
        if kept.stopped or kept.returned:
            return False
        self._heard()
        kept.newest = number
        if until_s is not None:
            kept.away = self.counted + max(0, until_s - int(self.gate_s)) if until_s else 0
        self.commit()
        return True

    def _heard(self) -> None:
        """Begin anew. Votes stay where they are, and must not count in the silence that comes."""
        kept = self.kept
        if self.stage() is Stage.SILENT:
            kept.returned = True
        kept.base = self.counted
        kept.accepted = ()

    def vote(self, guardian: bytes, answer: Answer, number: int) -> bool:
        """Take what a guardian says."""
        kept = self.kept
        if self.stage() not in (Stage.ASKING, Stage.VETO) or guardian not in kept.rule.guardians:
            return False
        before = next((n for n, vote in kept.votes if vote.guardian == guardian), 0)
        if number <= before:
            return False
        others = tuple(pair for pair in kept.votes if pair[1].guardian != guardian)
        vote = silence.counted(kept.rule, self.facts(), Vote(guardian, answer, self.counted))
        kept.votes = (*others, (number, vote))
        if answer is Answer.YES:
            self._heard()
        self.commit()
        return True

    def stop(self, code: bytes) -> bool:
        """Take the code on paper."""
        if code == self.kept.terms.stop:
            self.kept.stopped = True
            self.commit()
        return self.kept.stopped

    def change(self, terms: Terms) -> bool:
        """Take new terms, at once or after the old wait."""
        kept = self.kept
        pending = kept.pending[1] if kept.pending else None
        try:
            when = change(kept.terms, terms, pending=pending, stage=self.stage())
        except TwinbellError:
            return False
        if terms.epoch > kept.terms.epoch:
            self._heard()
        if when is Change.PENDING and not self.faults.looser_at_once:
            kept.pending = (self.counted + kept.terms.wait_s, terms)
        else:
            self._take(terms)
        self.commit()
        return True

    def ripe(self, at: int) -> int:
        """Return when terms hold that wait until `at`: for them, too, nothing before the floor counts."""
        return at if self.faults.old_terms_count else max(at, self.count.floor + self.kept.terms.wait_s)

    def _take(self, terms: Terms) -> None:
        kept = self.kept
        if terms.epoch > kept.terms.epoch:
            kept.returned, kept.stopped, kept.undone = False, False, False
        kept.terms, kept.rule, kept.pending = terms, terms.rule(), None
        self.commit()

    def answered(self, channel: str, since: int, outcome: str) -> None:
        """Take what a channel answered to a reminder of the silence that began at `since`."""
        kept = self.kept
        if since != self.facts().start:
            return
        if outcome == "refused":
            kept.called = {**kept.called, channel: self.counted + max(1, kept.rule.unit_s // 4)}
        elif (outcome == "accepted" or self.faults.queued_counts) and not self.faults.marked_before_sent:
            late = since + kept.rule.every_s
            called = [reminder for reminder in kept.accepted if reminder.at >= late]
            enough = len(called) >= CALLS_MAX and silence.called_at(kept.rule, called, late) is not None
            if not enough:
                kept.accepted = (*kept.accepted, Reminder(channel, self.counted))
        self.commit()

    def fetch(self) -> bool:
        """Whether the letter's part is handed out."""
        return self.stage() is Stage.SILENT

    # --- what the relay does by itself

    def work(self) -> list[tuple[str, object]]:
        """Write down a new stage, then return what is to be done; raises `Crashed` between the two."""
        kept, facts = self.kept, self.facts()
        stage = self.stage()
        if stage is not kept.said:
            self.commit()
            crashes = self.crash_in > 0
            kept.said, kept.undone = stage, stage is Stage.SILENT
            if stage in OVER:
                kept.pending = None
            self.crash_in -= self.crash_in > 0
            if crashes and self.crash_in == 0:
                kept.undone = kept.undone and not self.faults.done_before_doing
                raise Crashed
        acts: list[tuple[str, object]] = []
        if kept.undone:
            acts.append(("open", None))
            kept.undone = False
        if stage in CALLS:
            acts += self._calls(facts)
        if stage in (Stage.ASKING, Stage.VETO):
            acts += self._questions(facts)
        if acts:
            self.commit()
        return acts

    def _calls(self, facts: Facts) -> list[tuple[str, object]]:
        kept, unit_s = self.kept, self.kept.rule.unit_s
        late = facts.start + kept.rule.every_s
        if self.sleep_s():
            return []
        calls = [name for name in self.channels if max(kept.called.get(name, 0), late) <= self.counted]
        kept.called = {**kept.called, **dict.fromkeys(calls, self.counted + unit_s)}
        if self.faults.marked_before_sent:
            kept.accepted += tuple(Reminder(name, self.counted) for name in calls)
        return [("remind", (name, facts.start)) for name in calls]

    def _questions(self, facts: Facts) -> list[tuple[str, object]]:
        kept = self.kept
        told = [silence.Told(guardian, at) for guardian, at in kept.told.items()]
        ask = silence.questions_due(kept.rule, facts, told, self.counted)
        kept.told = {**kept.told, **dict.fromkeys(ask, self.counted)}
        return [("ask", guardian) for guardian in ask]

    def sleep_s(self) -> int:
        """How long it is still night for a person who is to be reminded."""
        if self.kept.rule.unit_s < DAY_S:
            return 0
        since_s = int(self.gate_s) % DAY_S
        if 9 * 3600 <= since_s < 21 * 3600:
            return 0
        return (9 * 3600 - since_s) % DAY_S

    def due(self) -> int | None:
        """Return the next counted second at which there may be something to do."""
        kept, rule = self.kept, self.kept.rule
        facts = self.facts()
        marks, now = self.marks(facts), self.counted
        times = [marks.late, marks.asking, marks.veto, marks.silent]
        if kept.pending:
            times.append(self.ripe(kept.pending[0]))
        stage = self.stage()
        if stage in CALLS:
            night = now + self.sleep_s()
            times += [max(night, kept.called.get(name, 0)) for name in self.channels]
        if stage in (Stage.ASKING, Stage.VETO) and marks.asking is not None:
            step = silence.ASK_UNITS * rule.unit_s
            times.append(marks.asking + ((now - marks.asking) // step + 1) * step)
            times += [at + silence.ASK_AGAIN_UNITS * rule.unit_s for at in kept.told.values()]
        if stage is Stage.VETO and self.faults.veto_by_wall:
            times.append(now + max(1, int(kept.veto_wall + rule.veto_s - self.now.wall_s)))
        ahead = [at for at in times if at is not None and at > now]
        return min(ahead, default=None)
