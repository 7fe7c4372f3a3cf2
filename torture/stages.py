"""M3: every state of a small watch, to a depth of 40 events, keeps the promises of the large one.

The watch is abstract, the rules are not: `wire/silence.py` itself decides in each state. Times are small, and
are kept as *ago*, so that equal situations are one state. At every state everything may happen: a tick of
counted time, an outage, a reminder accepted or only put by, any answer of any guardian, a sign of life, an
absence, the stop code, stricter and looser terms, arming, disarming, an older database. What can't matter any
more is forgotten, and it is checked that forgetting changes nothing. From every state a person who stays
silent is found silent in time. Four rules that are wrong must be found.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations

from twinbell.wire import silence
from twinbell.wire.silence import Answer, Facts, Reminder, Rule, Stage, Vote

DEPTH = 40
UNIT, EVERY, GRACE, VETO = 2, 2, 3, 2
ABSENT = 2
OVER = (Stage.SILENT, Stage.RETURNED, Stage.STOPPED)
ASKED = (Stage.ASKING, Stage.VETO)
TRUE, QUEUED, OLD = range(3)  # a reminder of this silence, one that was only put by, one of a silence before
FAULTS = ("an outage counts", "queued reminders count", "old answers count", "an older database is not seen")

Called = tuple[int, int, int]  # channel, ago, kind
Said = tuple[Answer, int, bool]  # answer, ago, whether in a silence before


@dataclass(frozen=True, slots=True)
class State:
    """A watch, with all times as ago. `true` is the age by the harness's own count."""

    age: int = 0  # since the silence began; negative during an absence
    true: int = 0
    called: tuple[Called, ...] = ()
    said: tuple[Said | None, ...] = ()  # by each guardian
    k: int = 2
    armed: bool = True
    returned: bool = False
    stopped: bool = False
    opened: bool = False


class Watch:
    """The abstract watch of so many guardians, under at most one fault."""

    def __init__(self, guardians: int, fault: str = "") -> None:
        self.seats = tuple(bytes([seat]) for seat in range(guardians))
        self.fault = fault
        self.asking_max = max(VETO, 2 * UNIT * (guardians - 2) + 1)  # longer ago, asking is asking
        self.age_max = EVERY + GRACE + 2 * UNIT + self.asking_max
        self.first = State(said=(None,) * guardians)
        self.seen = lru_cache(1 << 20)(self._seen)

    # --- what the rules say

    def stage(self, state: State) -> Stage:
        return self.look(state)[0]

    def look(self, state: State) -> tuple[Stage, tuple[bytes, ...], tuple[int | None, ...]]:
        """Return stage, who is asked, and how long ago asking began at most."""
        return self.seen(
            state.age, state.called, state.said, state.k, state.armed, state.returned, state.stopped
        )

    def _seen(
        self,
        age: int,
        called: tuple[Called, ...],
        said: tuple[Said | None, ...],
        k: int,
        armed: bool,
        returned: bool,
        stopped: bool,
    ) -> tuple[Stage, tuple[bytes, ...], tuple[int | None, ...]]:
        rule = Rule(
            unit_s=UNIT, every_s=EVERY, grace_s=GRACE, veto_s=VETO, k=k, guardians=self.seats, armed=armed
        )
        facts = Facts(
            start=-age,
            accepted=tuple(Reminder("ab"[channel], -ago) for channel, ago, _ in called),
            votes=tuple(
                Vote(seat, one[0], -min(one[1], VETO) if self.fault == FAULTS[2] else -one[1])
                for seat, one in zip(self.seats, said, strict=True)
                if one
            ),
            returned=returned,
            stopped=stopped,
        )
        at = silence.marks(rule, facts)
        ago = tuple(
            None if mark is None or mark > 0 else min(-mark, most)
            for mark, most in ((at.late, 0), (at.asking, self.asking_max), (at.veto, VETO), (at.silent, 0))
        )
        return silence.stage(rule, facts, 0), silence.asked(rule, facts, 0), ago

    # --- what may happen

    def events(self, state: State) -> Iterator[tuple[str, State]]:
        """Yield everything that may happen, and what comes of it."""
        stage, asked, _ = self.look(state)
        yield "tick", self.later(state)
        if self.fault == FAULTS[0]:
            yield "outage", replace(state, age=state.age + 1)
        if stage in (Stage.LATE, *ASKED):
            for channel in (0, 1):
                if not any(c == channel and ago == 0 and kind != OLD for c, ago, kind in state.called):
                    yield f"accepted {channel}", self._call(state, (channel, 0, TRUE))
                    if self.fault == FAULTS[1]:
                        yield f"queued {channel}", self._call(state, (channel, 0, QUEUED))
        if stage in ASKED:
            for seat in range(len(asked)):
                for answer in Answer:
                    yield f"guardian {seat}: {answer.value}", self.answer(state, seat, answer)
        if not state.stopped and not state.returned:
            yield "sign of life", self.heard(state, 0)
            yield "absence", self.heard(state, ABSENT)
        yield "stop code", replace(state, stopped=True)
        if stage in OVER:
            anew = replace(self.heard(state, 0), returned=False, stopped=False, opened=False)
            yield "armed anew", anew
        else:
            if state.k < len(self.seats):
                yield "stricter terms", replace(state, k=state.k + 1)
            if state.k > 2:
                yield "looser terms, which waited", replace(self.heard(state, 0), k=state.k - 1)
            yield "disarmed", replace(state, armed=False)
            if not state.armed:
                yield "armed", replace(self.heard(state, 0), armed=True, opened=False)
        if not state.stopped:
            copy = replace(state, returned=False, opened=False)
            older = self._anew(copy, 0)
            yield "older database", replace(copy, true=0) if self.fault == FAULTS[3] else older

    def later(self, state: State) -> State:
        return replace(
            state,
            age=state.age + 1,
            true=state.true + 1,
            called=tuple((channel, ago + 1, kind) for channel, ago, kind in state.called),
            said=tuple(one and (one[0], one[1] + 1, one[2]) for one in state.said),
        )

    def answer(self, state: State, seat: int, answer: Answer) -> State:
        if answer is Answer.YES:
            return self.heard(state, 0)
        old = state.said[seat]
        if old and old[0] is answer and not old[2]:
            return state  # the same again keeps the second of the first
        said = (*state.said[:seat], (answer, 0, False), *state.said[seat + 1 :])
        return replace(state, said=said)

    def heard(self, state: State, absent: int) -> State:
        over = self.stage(state) is Stage.SILENT
        return replace(self._anew(state, absent), returned=state.returned or over)

    def _anew(self, state: State, absent: int) -> State:
        """Begin a silence. What came in the one before stays, and must not count."""
        old = tuple((channel, 0, OLD) for channel, _, _ in state.called)
        said = tuple(one and (one[0], 0, True) for one in state.said)
        return replace(state, age=-absent, true=-absent, called=old, said=said)

    def _call(self, state: State, one: Called) -> State:
        return replace(state, called=(*state.called, one))

    # --- what can't matter any more

    def forget(self, state: State) -> State:
        """Return the same situation with less in it; what the rules say of it must be the same."""
        if any(kind == QUEUED for _, _, kind in state.called):
            return state
        past = max(0, min(state.age, self.age_max))
        called = tuple(one for one in state.called if one[2] == TRUE)
        if (ago := _called_ago(called)) is not None:
            ago = min(ago, self.asking_max)
            called = tuple((n % 2, ago + n * UNIT, TRUE) for n in (2, 1, 0))
        else:
            called = _closer(called)
        # The older ones as late as they may be, spaced, on both channels: the worst that they can be.
        if any(kind == OLD for _, _, kind in state.called):
            called = tuple((n % 2, past + n * UNIT, OLD) for n in (2, 1, 0)) + called
        said = tuple(
            one and (one[0], past if one[2] else 0 if one[0] is Answer.UNKNOWN else min(one[1], VETO), one[2])
            for one in state.said
        )
        age, true = min(state.age, self.age_max), min(state.true, self.age_max)
        return replace(state, age=age, true=true, called=called, said=said)

    # --- the promises

    def broken(self, state: State) -> str:
        """Return which promise this state breaks."""
        stage = self.stage(state)
        if state.opened and stage not in OVER:
            return "opened, and then closed without a return"
        if stage not in (*ASKED, Stage.SILENT):
            return ""
        if not state.armed or state.returned or state.stopped or state.true < 0:
            return f"{stage.value} though disarmed, returned, stopped or absent"
        if state.true < EVERY + GRACE:
            return f"{stage.value} {state.true} after the last sign"
        heard = [one for one in state.called if one[2] == TRUE and one[1] <= state.true - EVERY]
        if not any(_apart(three) for three in combinations(heard, 3)):
            return f"{stage.value} without three reminders apart on two channels"
        if stage is not Stage.SILENT:
            return ""
        noes = [one for one in state.said if one and one[0] is Answer.NO and not one[2] and one[1] >= VETO]
        if len(noes) < state.k:
            return f"silent by {len(noes)} guardians of {state.k}"
        return "" if state.true >= EVERY + GRACE + VETO else f"silent {state.true} after the last sign"

    def late(self, state: State) -> bool:
        """Whether a person who stays silent from here on is not found silent in time."""
        if not state.armed or state.returned or state.stopped:
            return False
        turns = 2 * UNIT * (len(self.seats) - state.k)
        left = max(0, EVERY - state.age) + max(GRACE, 2 * UNIT + 1) + turns + VETO
        while left > 0 and self.stage(state) is not Stage.SILENT:
            stage, asked, _ = self.look(state)
            fresh = any(ago < UNIT for _, ago, kind in state.called if kind == TRUE)
            if stage in (Stage.LATE, *ASKED) and not fresh:
                state = self._call(self._call(state, (0, 0, TRUE)), (1, 0, TRUE))
                stage, asked, _ = self.look(state)
            for seat in range(len(asked)):
                state = self.answer(state, seat, Answer.NO)
            state, left = self.forget(self.later(state)), left - 1
        return self.stage(state) is not Stage.SILENT


def _apart(three: tuple[Called, ...]) -> bool:
    agos = sorted(ago for _, ago, _ in three)
    return (
        agos[1] - agos[0] >= UNIT
        and agos[2] - agos[1] >= UNIT
        and len({channel for channel, _, _ in three}) > 1
    )


def _called_ago(called: tuple[Called, ...]) -> int | None:
    """Return how long ago the first three that are apart, on two channels, were complete."""
    return max(
        (min(ago for _, ago, _ in three) for three in combinations(called, 3) if _apart(three)), default=None
    )


def _closer(called: tuple[Called, ...]) -> tuple[Called, ...]:
    """Move reminders together that are apart anyway; of those on one channel leave out those between."""
    called = tuple(sorted(called, key=lambda one: (-one[1], one[0])))
    if len({channel for channel, _, _ in called}) == 1 and len(called) > 3:
        second = next((one for one in called if called[0][1] - one[1] >= UNIT), called[-1])
        called = tuple(sorted({called[0], second, called[-1]}, key=lambda one: -one[1]))
    closer: list[Called] = []
    before, at = 0, 0
    for channel, ago, kind in reversed(called):
        at += min(ago - before, UNIT)
        before = ago
        closer.append((channel, at, kind))
    return tuple(reversed(closer))


def explored(watch: Watch, *, depth: int, live: bool) -> tuple[int, int, int, list[str]]:
    """Return how many states there are, how many steps, how deep they go, and the way to what was broken."""
    first = watch.forget(watch.first)
    parents: dict[State, tuple[State, str] | None] = {first: None}
    edge, steps, deep = [first], 0, 0
    while edge and deep < depth:
        found: list[State] = []
        for state in edge:
            for name, after in watch.events(state):
                steps += 1
                less = watch.forget(after)
                if watch.look(less) != watch.look(after):
                    return (
                        len(parents),
                        steps,
                        deep,
                        [*_way(parents, state), name, "forgetting changed something"],
                    )
                if watch.stage(less) is Stage.SILENT and not less.opened:
                    less = replace(less, opened=True)
                if less in parents:
                    continue
                parents[less] = (state, name)
                found.append(less)
                why = watch.broken(less) or ("never silent" if live and watch.late(less) else "")
                if why:
                    return len(parents), steps, deep + 1, [*_way(parents, less), why]
        edge, deep = found, deep + bool(found)
    return len(parents), steps, deep, []


def _way(parents: dict[State, tuple[State, str] | None], state: State) -> list[str]:
    way: list[str] = []
    while came := parents[state]:
        state, name = came
        way.append(name)
    return way[::-1]


def main() -> int:
    """Run the harness and its controls."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--long", action="store_true", help="the same: the short form meets every state")
    parser.add_argument("--guardians", type=int, default=2)
    args = parser.parse_args()
    guardians: int = args.guardians
    begun_s = time.monotonic()
    states, steps, deep, wrong = explored(Watch(guardians), depth=DEPTH, live=True)
    took_s = time.monotonic() - begun_s
    if wrong:
        print("WRONG: " + ", ".join(wrong))
    missed = 0
    for fault in FAULTS:
        *_, way = explored(Watch(2, fault), depth=DEPTH, live=False)
        missed += not way
        print(f"{fault}: {', '.join(way) if way else 'MISSED'}")
    whole = "all there are" if deep < DEPTH else f"cut at depth {DEPTH}"
    print(
        f"{states} states of a watch with {guardians} guardians ({whole}, {deep} deep), {steps} steps, "
        f"{'broken' if wrong else '0 violations'}, {took_s:.0f} s; "
        f"{len(FAULTS) - missed} of {len(FAULTS)} known faults were caught"
    )
    return 1 if wrong or missed else 0


if __name__ == "__main__":
    sys.exit(main())
