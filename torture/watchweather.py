"""The machine on which a relay of a life runs, and all that befalls it: for `watchlife.py`.

It is stopped, crashes, sleeps; its clock is set wrong and right; its database is put back from an older copy,
beside the newer counter, without one, or with everything else. What of that time counts, the diary is told by
what truly was, not by what the relay believes.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from heapq import heappush

from torture.watchrelay import Faults, Kept, Relay
from torture.watchtruth import Truth
from twinbell.relay.clockgate import BUILT_S, Now, Seen
from twinbell.relay.counter import Saved
from twinbell.wire.terms import Terms

DAY_S = 86_400
BEGAN_S = BUILT_S + 100 * DAY_S
COPY_SEEN_S = 360  # a copy that is older by counted time must be noticed
IMPLAUSIBLE_S = 12 * 3600  # a clock so far ahead counts for nobody, however often the machine starts
CHANNELS = ("app", "mail", "phone")


@dataclass(slots=True)
class Copy:
    """A copy of the database, and with it one of the whole machine."""

    kept: Kept
    truth: Truth
    file: Saved | None
    seen: Seen | None


class Machine:
    """A relay, its machine's clocks, and the events that are to come."""

    def __init__(self, rng: random.Random, unit: int, terms: Terms, faults: Faults) -> None:
        self.rng = rng
        self.unit = unit
        self.t = BEGAN_S + rng.randrange(DAY_S)  # true time
        self.boot_at = self.t - rng.randrange(10_000_000)
        self.boot = 0
        self.skew = 0  # of the wall clock
        self.up, self.awake = True, True
        self.starts = 0
        self.heap: list[tuple[int, int, int, Callable[..., None], tuple[object, ...]]] = []
        self.order = 0
        self.wake = 0  # the event at which the relay looks again; earlier plans of it are void
        self.copies: list[Copy] = []
        self.dead = dict.fromkeys(CHANNELS, 0.0)  # how often a channel does not accept
        self.log: list[str] = []
        self.relay = Relay(terms, CHANNELS[: rng.choice((2, 3, 3))], self.now(), faults)
        self.truth = Truth(terms)
        self.silent_at = self.t + int(rng.random() ** 2 * 600 * unit)
        self.clear = rng.random() < 0.5  # nothing is in the way of the silence, and all ends before it

    def befalls(self) -> list[Callable[[], None]]:
        """Return what may befall a machine, the likely more than once."""
        return [
            self.go_down, self.go_down, self.suspend, self.leap, self.leap, self.keep_copy, self.keep_copy,
            self.restore, self.restore, self.crash_soon, self.channel_dies,
        ]  # fmt: skip

    # --- time

    def at(self, t: int, call: Callable[..., None], args: tuple[object, ...]) -> None:
        self.order += 1
        heappush(self.heap, (t, self.order, 0, call, args))

    def now(self) -> Now:
        return Now(float(self.t + self.skew), float(self.t - self.boot_at))

    def say(self, *words: object) -> None:
        self.log.append(" ".join(map(str, (self.t - BEGAN_S, self.relay.counted, *words))))

    def pass_to(self, t: int) -> None:
        passed = t - self.t
        if passed <= 0:
            return
        self.t = t
        if self.up and self.awake:
            self.relay.beats(self.now())
            if self.skew < IMPLAUSIBLE_S:
                self.truth.passed(passed)
            self.see_terms()

    def nothing(self) -> None:
        """Only let time come up to here."""

    # --- weather

    def go_down(self) -> None:
        if not self.up:
            return
        off = (
            int(400 ** self.rng.random() * self.unit)
            if self.rng.random() < 0.7
            else self.rng.randrange(1, 60)
        )
        self.down(
            lost_s=self.rng.choice((0, self.rng.randrange(61))),
            off_s=off,
            reboot=self.rng.random() < 0.5,
        )

    def down(self, *, lost_s: int, off_s: int, reboot: bool) -> None:
        self.relay.end(str(self.boot), lost_s=lost_s)
        self.say("down for", off_s, "reboot" if reboot else "")
        self.up, self.awake = False, True
        self.wake = -1
        self.at(self._before_silence(off_s), self.come_up, (reboot,))

    def _before_silence(self, off_s: int) -> int:
        until = self.t + off_s
        return (
            min(until, max(self.t + 1, self.silent_at - 1))
            if self.clear and self.t < self.silent_at
            else until
        )

    def come_up(self, reboot: bool) -> None:
        if self.up:
            return
        if reboot:
            self.boot += 1
            self.boot_at = self.t - self.rng.randrange(5, 300)
        self.up = True
        self.starts += 1
        self.relay.start(self.now(), str(self.boot))
        self.say("up", "steady" if self.relay.steady else "not steady")
        self.truth.note("start")
        if not self.relay.steady:
            self.at(self.t + self.rng.randrange(1, 3 * DAY_S), self.witness, ())

    def suspend(self) -> None:
        if self.up and self.awake:
            self.say("suspended")
            self.awake = False
            self.wake = -1
            self.at(self._before_silence(int(100 ** self.rng.random() * self.unit)), self.resume, ())

    def resume(self) -> None:
        if self.up and not self.awake:
            self.awake = True
            self.truth.note("slept")
            self.relay.beat(self.now())
            self.see_terms()
            self.say("awake")

    def leap(self) -> None:
        """The wall clock is set wrong, and some time later right."""
        by = self.rng.choice((1, 3, 288, 3600, DAY_S, 30 * DAY_S, 366 * DAY_S, 3660 * DAY_S))
        self.set_clock(self.skew + self.rng.choice((-1, 1, 1)) * by)
        self.at(self._before_silence(int(60 ** self.rng.random() * DAY_S)), self.set_clock, (0,))

    def set_clock(self, skew: int) -> None:
        self.say("clock", skew)
        if self.up and self.awake:
            self.pass_to(self.t + 1)
        self.skew = max(skew, -90 * DAY_S)
        if self.up and self.awake:
            self.pass_one()

    def pass_one(self) -> None:
        """Let a second go by in which the clock leapt."""
        self.t += 1
        self.relay.beat(self.now())
        if self.skew < IMPLAUSIBLE_S:
            self.truth.passed(1)
        self.see_terms()

    def see_terms(self) -> None:
        pending = self.truth.pending
        if pending and self.relay.kept.terms is pending[1]:
            self.truth.take()
        elif pending and self.relay.kept.pending is None:
            self.truth.pending = None

    def witness(self) -> None:
        """Another chain proves what time it is, and the machine's clock is set by it."""
        if self.up and self.awake:
            if self.skew:
                self.set_clock(0)
            self.relay.gate = self.relay.gate.witnessed(self.now(), self.t)
            self.relay.beat(self.now())
            self.see_terms()

    def keep_copy(self) -> None:
        if self.up and self.awake:
            self.say("copy kept")
            self.copies.append(Copy(self.relay.copy(), self.truth.copy(), self.relay.file, self.relay.seen))

    def restore(self) -> None:
        """An older copy of the database is put back: beside the newer file, without one, or with all else."""
        if not (self.up and self.awake and self.copies):
            return
        copy = self.rng.choice(self.copies)
        how = self.rng.choice(("file", "file", "no file", "all"))
        self.relay.end(str(self.boot))
        saved = copy.kept.saved
        assert saved is not None and self.relay.file is not None
        ahead = self.relay.file.counted - saved.counted
        self.say("restored with", how, "older by", int(ahead))
        self.relay.kept = Relay.copy_of(copy.kept)
        if how != "file":
            self.relay.file = None if how == "no file" else copy.file
            if how == "all" and copy.seen is not None:
                self.relay.seen = copy.seen
        self.truth.back_to(copy.truth, file=how == "file", seen=how == "file" and ahead > COPY_SEEN_S)
        if self.truth.away_until() < self.t:
            self.truth.note("back")
        self.copies = [each for each in self.copies if each is copy or how == "file"]
        self.up = False
        self.wake = -1
        self.at(self._before_silence(self.rng.randrange(1, 3600)), self.come_up, (False,))

    def crash_soon(self) -> None:
        self.relay.crash_in = self.rng.randrange(1, 5)

    def channel_dies(self) -> None:
        for name in self.rng.sample(CHANNELS, self.rng.choice((1, 1, 2, 3))):
            self.dead[name] = self.rng.choice((1.0, 1.0, 0.5, 0.0))
        self.say("channels", self.dead)
