"""One life of a writer, her guardians, her relay and its clock, over years, drawn from a seed.

For `lives.py`. Time jumps from event to event. Everything that is drawn comes from one generator, so a seed
is a life, byte for byte. What happens is carried to the relay (`watchrelay.py`) and, as it truly was, into
the diary of the witness (`watchtruth.py`).
"""

import random
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from typing import cast

from torture.watchrelay import Crashed, Faults
from torture.watchweather import CHANNELS, DAY_S, Machine
from twinbell.wire.silence import Answer, Stage
from twinbell.wire.terms import Guardian, Terms

BEATS_S = 3  # one for each stage
RESTART_S = 40  # what a start may cost: a minute's half that was not written down, and the first beat


@dataclass(frozen=True, slots=True)
class Person:
    """A guardian: what they say, and after how long."""

    answer: str  # yes, no, unknown, never, or fickle
    delay_s: int


class Life(Machine):
    """A life from its beginning to some time after the silence."""

    def __init__(self, seed: int, faults: Faults) -> None:
        rng = random.Random(seed)
        unit = DAY_S if rng.random() < 0.8 else rng.randrange(1, 61)
        self.terms = _terms(rng, unit)
        super().__init__(rng, unit, self.terms, faults)
        self.people = {guardian.seat: self._person() for guardian in self.terms.guardians}
        self.votes = 0
        self.opened_at: int | None = None
        self.late_s = 0
        self.fell = False  # silent, and nothing is in the way
        self.wait_s = 0
        self.off_s = 0
        self.away_s = 0  # what was left of a planned absence when she fell silent
        self._plan()

    # --- what is drawn

    def _person(self) -> Person:
        delay_s = int(self.rng.random() ** 3 * 5 * self.unit)
        answer = self.rng.choices(
            ("no", "yes", "unknown", "never", "fickle"), (60, 6, 10, 10, 14)
        )[0]  # fmt: skip
        return Person(answer, delay_s)

    def _plan(self) -> None:
        rng, begin, unit = self.rng, self.t, self.unit
        end, self.end = self.silent_at + 70 * unit, self.silent_at + (200 if self.clear else 90) * unit
        t = begin
        while True:  # signs of life
            often = rng.random() < 0.85
            t += 1 + int(
                self.terms.every * unit * (rng.uniform(0.2, 0.9) if often else rng.uniform(0.9, 1.8))
            )
            if t >= self.silent_at:
                break
            fate = rng.random()
            if fate > 0.05:
                late = int(rng.random() * 40 * unit) if fate < 0.13 else 0
                self.at(t + late, self.life, (t, None))
            if fate > 0.93:
                self.at(t + rng.randrange(1, 60 * unit), self.life, (t, None))
        weather_end = self.silent_at if self.clear else end
        befalls = [*self.befalls(), self.people_change]
        for _ in range(rng.choice((0, 1, 2, 4, 8, 12))):
            self.at(rng.randrange(begin, max(begin + 1, weather_end)), rng.choice(befalls), ())
        for _ in range(rng.choice((0, 0, 1, 2))):
            self.at(rng.randrange(begin, max(begin + 1, self.silent_at)), self.plan_absence, ())
        for _ in range(rng.choice((0, 0, 1, 3))):
            self.at(rng.randrange(begin, max(begin + 1, self.silent_at)), self.change_terms, ())
        for _ in range(rng.choice((0, 1, 3))):
            self.at(rng.randrange(begin, end), self.fetch, ())
        if rng.random() < 0.2 and not self.clear:
            self.at(rng.randrange(begin, end), self.stop, ())
        if not self.clear and rng.random() < 0.3:  # not silent for ever: she comes back
            t = self.silent_at + rng.randrange(60 * unit)
            self.at(t, self.life, (t, None))
            if rng.random() < 0.5:
                self.at(self.silent_at + rng.randrange(60 * unit, 80 * unit), self.arm_anew, ())
        self.at(self.silent_at, self.fall_silent, ())

    # --- time

    def live(self) -> list[str]:
        """Live this life; return what was wrong in it."""
        while self.heap and not self.truth.wrong:
            t, _, wake, call, args = heappop(self.heap)
            if t > self.end:
                break
            if wake and wake != self.wake:
                continue
            self.pass_to(t)
            call(*args)
            self.react()
            if self.opened_at is not None and self.fell:
                break
        if self.clear and not self.truth.wrong:
            self.check_liveness()
        return self.truth.wrong

    def react(self) -> None:
        """Let the relay do what it does by itself, and say when it looks again."""
        if not (self.up and self.awake):
            return
        try:
            while acts := self.relay.work():
                for what, about in acts:
                    self.carry_out(what, about)
        except Crashed:
            self.say("crash between writing and doing")
            lost_s, off_s = self.rng.randrange(61), self.rng.randrange(1, 60)
            self.down(lost_s=lost_s, off_s=off_s, reboot=False)
            if self.fell:  # what the relay was off for is nobody's lateness
                self.off_s += off_s
                self.end += off_s
            return
        due = self.relay.due()
        if due is not None and self.relay.steady:
            self.order += 1
            self.wake = self.order
            heappush(
                self.heap,
                (self.t + max(1, due - self.relay.counted), self.order, self.wake, self.nothing, ()),
            )

    # --- what the relay does

    def carry_out(self, what: str, about: object) -> None:
        rng = self.rng
        if what == "remind":
            channel, since = cast(tuple[str, int], about)
            sent = self.truth.counted
            dead = rng.random() < self.dead[channel]
            if dead:
                self.answered(channel, since, rng.choice(("refused", "queued", "lost")), sent)
            elif rng.random() < 0.1 and not (self.clear and self.t >= self.silent_at):
                self.at(
                    self.t + rng.randrange(1, 2 * self.unit + 1),
                    self.answered,
                    (channel, since, "accepted", sent),
                )
            else:
                self.answered(channel, since, "accepted", sent)
        elif what == "ask":
            self.ask(cast(bytes, about))
        elif what == "open":
            self.say("the reader is told")
            self.fetch()

    def answered(self, channel: str, since: int, outcome: str, sent: int) -> None:
        self.say(channel, outcome)
        if not (self.up and self.awake) or outcome == "lost":
            return
        self.relay.answered(channel, since, outcome)
        if outcome == "accepted":
            self.truth.note("accepted", channel, sent)

    def ask(self, seat: bytes) -> None:
        self.say("asked", seat[0])
        self.truth.note("ask", seat)
        self.truth.asking()
        person = self.people[seat]
        answer = person.answer
        if answer == "never":
            return
        if answer == "fickle":
            answer = self.rng.choice(("no", "yes", "unknown"))
        self.at(self.t + person.delay_s, self.answer, (seat, answer))
        if person.answer == "fickle":
            self.at(self.t + person.delay_s + self.rng.randrange(3 * self.unit), self.answer, (seat, "no"))

    # --- what persons do

    def answer(self, seat: bytes, answer: str) -> None:
        if not (self.up and self.awake):
            return
        self.votes += 1
        if self.relay.vote(seat, Answer(answer), self.votes):
            self.say("guardian", seat[0], "says", answer)
            self.truth.note("answer", seat, answer)
            if answer == "yes":
                self.truth.note("sign")

    def life(self, number: int, until_s: int | None) -> None:
        if not (self.up and self.awake):  # the client tries until it is up
            if self.t < self.silent_at:
                self.at(self.t + 5 * self.unit, self.life, (number, until_s))
            return
        silent = self.relay.stage() is Stage.SILENT
        if number <= self.relay.kept.newest or not self.relay.life(number, until_s=until_s):
            return
        self.say("life", number, "until", until_s)
        self.truth.note("sign")
        if until_s is not None:
            self.truth.note("ends")
        if until_s:
            self.truth.note("away", number, until_s)
            ahead_s = max(0, int(self.relay.gate_s) - self.t)  # what a restart may have let it be
            self.at(until_s - ahead_s, self.come_back, (number,))
        if silent:
            self.truth.returned = True

    def plan_absence(self) -> None:
        until = self.t + self.rng.randrange(1, min(100 * self.unit, 390 * DAY_S))
        if self.clear:
            until = min(until, self.silent_at)
        self.life(self.t, until if self.rng.random() < 0.8 else 0)

    def come_back(self, number: int) -> None:
        if self.truth.away() == number:
            self.truth.note("back")

    def stop(self) -> None:
        if self.up and self.awake and self.relay.stop(self.relay.kept.terms.stop):
            self.say("stopped")
            self.truth.stopped = True

    def change_terms(self) -> None:
        """Give other terms: stricter ones, looser ones, or a bit of both; sometimes a new epoch."""
        rng, held = self.rng, self.relay.kept.terms
        if not (self.up and self.awake):
            return
        way = rng.choice(("stricter", "looser", "both", "epoch", "unarmed" if not self.clear else "epoch"))
        up = {"stricter": (0, 1, 5), "looser": (-20, -3, 0)}.get(way, (-5, 0, 5))
        k = held.k + rng.choice((-1, 0, 1))
        self._give(
            every=max(1, min(400, held.every + rng.choice(up))),
            grace=max(3, held.grace + rng.choice(up)),
            veto=max(1, held.veto + rng.choice(up)),
            k=k if 2 <= k <= len(held.guardians) else held.k,
            epoch=held.epoch + (way == "epoch"),
            armed=held.armed and way != "unarmed",
        )

    def arm_anew(self) -> None:
        if self.up and self.awake:
            held = self.relay.kept.terms
            stop = bytes([held.stop[0] + self.relay.kept.stopped]) * 32
            self._give(epoch=held.epoch + 1, armed=True, stop=stop)

    def _give(self, **fields: object) -> None:
        kept = self.relay.kept
        newest = max(kept.terms.number, kept.pending[1].number if kept.pending else 0)
        new = replace(kept.terms, number=newest + 1, **fields)  # type: ignore[arg-type]
        if new.armed and not kept.terms.armed and new.epoch == kept.terms.epoch:
            new = replace(new, epoch=new.epoch + 1)
        if new.epoch > kept.terms.epoch and not new.armed:
            new = replace(new, epoch=kept.terms.epoch)
        if self.relay.change(new):
            self.say("terms", new.number, new.epoch, new.every, new.grace, new.veto, new.k, new.armed)
            self.truth.terms(new)
            self.see_terms()

    def fetch(self) -> None:
        if self.up and self.awake and self.relay.fetch():
            self.say("opened")
            self.truth.opening()
            if self.opened_at is None:
                self.opened_at = self.truth.counted
                self.late_s = self.truth.counted - self.truth.began() - self.patience_s()

    def people_change(self) -> None:
        self.people = {seat: self._person() for seat in self.people}

    # --- liveness

    def fall_silent(self) -> None:
        """From here on she is silent. In a clear life nothing is in the way any more."""
        self.say("silent from now on")
        if not self.clear:
            return
        over = (self.life, self.set_clock, self.witness, self.answer, self.answered)
        self.heap = sorted(each for each in self.heap if each[3] not in over)
        if not self.up:
            self.come_up(False)
        if not self.awake:
            self.resume()
        self.witness()
        self.life(self.t, None)
        kept = self.relay.kept
        if kept.returned or kept.stopped or not kept.terms.armed:
            self.arm_anew()
        self.opened_at, self.fell = None, True
        self.starts = self.late_s = 0
        self.dead = dict.fromkeys(CHANNELS, 0.0)
        if len(self.relay.channels) > 2 and self.rng.random() < 0.5:
            self.dead[self.relay.channels[2]] = 1.0
        k, seats = self._terms_ahead()[-1].k, [guardian.seat for guardian in kept.terms.guardians]
        willing = set(self.rng.sample(seats, max(k, kept.terms.k)))
        for seat in seats:
            says = "no" if seat in willing else self.rng.choice(("no", "unknown", "never"))
            self.people[seat] = Person(says, int(self.rng.random() ** 2 * 3 * self.unit))
        ahead = self._terms_ahead()
        self.wait_s = self.unit * (
            max(terms.every for terms in ahead)
            + max(terms.grace for terms in ahead)
            + max(terms.veto for terms in ahead)
            + max(2 * (len(terms.guardians) - terms.k) for terms in ahead)  # who doesn't answer costs a turn
        )
        self.away_s = max(0, kept.away - self.relay.counted)
        self.relay.crash_in = self.rng.choice((0, 0, 0, 1, 2, 3, 4))

    def _terms_ahead(self) -> list[Terms]:
        """Return the terms that hold and those that will."""
        return [self.relay.kept.terms, *(self.relay.kept.pending or ())[1:]]

    def patience_s(self) -> int:
        """Return how long after the last sign a letter of a clear life opens at last, by counted time."""
        delay_s = max((person.delay_s for person in self.people.values() if person.answer == "no"), default=0)
        return self.wait_s + delay_s + self.away_s + BEATS_S + self.starts * RESTART_S

    def check_liveness(self) -> None:
        """A silent person, a relay that is up, channels that accept, guardians who will: it opens in time."""
        if self.opened_at is None and self.silent_at + self.off_s + self.patience_s() < self.end:
            self.truth.wrong.append("never opened")
        elif self.late_s > 0:
            self.truth.wrong.append(f"opened {self.late_s} s too late")


def _terms(rng: random.Random, unit: int) -> Terms:
    n = rng.choice((1, 2, 3, 3, 4, 5))
    guardians = tuple(
        Guardian(bytes([1 + i]) * 32, bytes([101 + i]) * 32, bytes(64), 20_000) for i in range(n)
    )
    return Terms(
        key=bytes([99]) * 32, number=1, epoch=1, unit_s=unit,
        every=rng.choice((1, 7, 14, 30, 30, 60)), grace=rng.choice((3, 3, 7, 10)),
        veto=rng.choice((1, 3, 7, 7, 10)), zone="UTC", k=1 if n == 1 else rng.randrange(2, n + 1),
        guardians=guardians, reader=bytes([98]) * 32, owner=bytes([97]) * 32, stop=bytes(32), armed=True,
        rehearsal=unit < DAY_S,
    )  # fmt: skip
