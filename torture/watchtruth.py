"""What really came to pass in a life, and whether a letter may be opened by it: the witness of `lives.py`.

It keeps a diary by a clock of its own: true seconds in which the relay ran, awake, and its clock was not far
off. Where the rules look forward from a sign of life, this looks back from an opening: it goes through the
diary and asks what was so at each moment. It shares no function with the code that it judges.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from twinbell.wire.terms import Terms

SUSPEND_S = 300  # a machine that slept counts this much of it at most
SLACK_S = 2


class Entry(NamedTuple):
    """A line of the diary, by true counted time; `order` tells apart what came in one second."""

    at: int
    what: str
    who: object = None
    extra: object = None


@dataclass(slots=True)
class Truth:
    """The diary, and what is held by the last terms that were given."""

    held: Terms
    counted: int = 0
    entries: list[Entry] = field(default_factory=list)
    pending: tuple[int, Terms] | None = None
    sleeps: int = 0  # since these wait
    opened: dict[int, int] = field(default_factory=dict)  # for an epoch: when that silence began
    returned: bool = False
    stopped: bool = False
    needed: list[tuple[int, int]] = field(default_factory=list)  # guardians, since when
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not self.needed:
            self.needed.append((self.held.k, 0))

    def note(self, what: str, who: object = None, extra: object = None) -> None:
        self.sleeps += what == "slept"
        self.entries.append(Entry(self.counted, what, who, extra))

    def passed(self, seconds: int) -> None:
        """Let so much true time count."""
        self.counted += seconds

    def copy(self) -> "Truth":
        return replace(
            self, entries=list(self.entries), needed=list(self.needed), opened=dict(self.opened), wrong=[]
        )

    def back_to(self, copy: "Truth", *, file: bool, seen: bool) -> None:
        """The database is that of `copy` again, beside the counter's newer file or not.

        If the relay can see it, nothing before now counts.
        """
        self.held, self.pending = copy.held, copy.pending
        self.sleeps = copy.sleeps
        self.returned, self.stopped = copy.returned, copy.stopped
        self.entries, self.needed, self.opened = list(copy.entries), list(copy.needed), dict(copy.opened)
        self.counted = self.counted if file else copy.counted
        if seen:
            if self.pending:
                old = self.held
                self.sleeps = 0
                self.pending = (
                    self.counted + old.unit_s * (old.every + old.grace + old.veto),
                    self.pending[1],
                )
            self.opened.clear()  # what was opened may be again, after a whole window
            self.note("floor")

    # --- terms

    def take(self) -> None:
        """The relay lets the terms hold that waited: is it time."""
        assert self.pending is not None
        if self.counted + SLACK_S + SUSPEND_S * self.sleeps < self.pending[0]:
            self.wrong.append(f"looser terms held {self.pending[0] - self.counted} s too early")
        self._hold(self.pending[1])
        self.note("sign")

    def terms(self, new: Terms) -> None:
        """Take down terms that the relay accepted."""
        old = self.held
        softer = (
            min(new.every - old.every, new.grace - old.grace, new.veto - old.veto, new.k - old.k) < 0
            or bool({g.seat for g in new.guardians} - {g.seat for g in old.guardians})
            or (new.stop != old.stop and not self.stopped)
        )
        if new.epoch > old.epoch:
            self.note("sign")
        if softer and old.epoch > 0:
            self.sleeps = 0
            self.pending = (self.counted + old.unit_s * (old.every + old.grace + old.veto), new)
        else:
            self._hold(new)

    def _hold(self, new: Terms) -> None:
        anew = new.epoch > self.held.epoch
        self.held, self.pending = new, None
        self.needed.append((new.k, self.counted))
        if anew:
            self.returned = self.stopped = False

    # --- the verdict

    def asking(self) -> None:
        """A guardian is asked now: was the person called before, often enough, and did grace run out."""
        held, began, since, slack = self._silence()
        if self.counted - began < (held.every + held.grace) * held.unit_s - slack:
            self.wrong.append(f"asked {self.counted - began} s after the last sign")
        late, apart = began + held.every * held.unit_s - slack, held.unit_s - slack
        heard = [e for e in since if e.what == "accepted" and e.at >= late and _number(e.extra) >= late]
        # Three lie apart exactly if there is one that lies apart from the first and from the last.
        apart_three = heard and any(
            e.at - heard[0].at >= apart and heard[-1].at - e.at >= apart for e in heard
        )
        if not apart_three or len({e.who for e in heard}) < 2:
            self.wrong.append("asked before the person had been called three times on two channels")
        self._check_over("asked")

    def opening(self) -> None:
        """The letter's part is handed out now, for the first time or again: was that right."""
        held, began, since, slack = self._silence()
        self._check_over("opened")
        if self.opened.setdefault(held.epoch, began) != began:
            self.wrong.append("opened twice in an epoch")
        total = (held.every + held.grace + held.veto) * held.unit_s
        if self.counted - began < total - slack:
            self.wrong.append(f"opened {self.counted - began} s after the last sign, and not {total}")
        if not any(e.what == "ask" for e in since):
            self.wrong.append("opened, and nobody was asked")
        window = min(self.counted, self.counted - held.veto * held.unit_s + slack)
        firm, needed = self._firm(since, window), self._needed(window)
        if firm < needed:
            self.wrong.append(f"opened with {firm} guardians, not {needed}, who stood by their no for veto")

    def began(self) -> int:
        return self._silence()[1]

    def away(self) -> object:
        """Return the number of the planned absence that goes on, None if there is none."""
        return next((e.who if e.what == "away" else None for e in self._absences()), None)

    def away_until(self) -> float:
        return (
            next((_number(e.extra) for e in self._absences() if e.what == "away"), float("inf"))
            if (self.away() is not None)
            else float("inf")
        )

    def _absences(self) -> Iterator[Entry]:
        return (e for e in reversed(self.entries) if e.what in ("away", "back", "ends"))

    def _silence(self) -> tuple[Terms, int, list[Entry], int]:
        """Return the terms, when the silence began, what came since, and what may be off."""
        last = next(
            (
                n
                for n in reversed(range(len(self.entries)))
                if self.entries[n].what in ("sign", "floor", "back")
            ),
            -1,
        )
        since = self.entries[last + 1 :]
        slack = SLACK_S + SUSPEND_S * sum(e.what == "slept" for e in since)
        return self.held, self.entries[last].at if last >= 0 else 0, since, slack

    def _check_over(self, verb: str) -> None:
        if not self.held.armed:
            self.wrong.append(f"{verb} under terms that are not armed")
        if self.returned or self.stopped:
            self.wrong.append(f"{verb} after a return or the stop code")
        if self.away() is not None:
            self.wrong.append(f"{verb} during a planned absence")

    def _firm(self, since: list[Entry], window: int) -> int:
        """Return how many guardians have said no since before `window`, and nothing else later."""
        seats = {guardian.seat for guardian in self.held.guardians}
        said: dict[object, list[Entry]] = {seat: [] for seat in seats}
        for entry in since:
            if entry.what == "answer" and entry.who in seats:
                said[entry.who].append(entry)
        return sum(
            any(e.at <= window for e in answers) and all(e.extra == "no" for e in answers if e.at > window)
            and [e for e in answers if e.at <= window][-1].extra == "no"
            for answers in said.values()
        )  # fmt: skip

    def _needed(self, window: int) -> int:
        """Return the most guardians that terms asked for between `window` and now."""
        ends = [at for _, at in self.needed[1:]] + [self.counted + 1]
        return max(k for (k, _), end in zip(self.needed, ends, strict=True) if end > window)


def _number(value: object) -> int:
    assert isinstance(value, int)
    return value
