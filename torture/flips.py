"""L4: a relay that is killed between finding a silence and telling of it tells it all the same, and once.

A real relay process ends, as by a kill, at one of the steps of telling: before or after somebody was rung,
before or after that was noted. Started again, it must have rung everybody whom it concerns exactly once:
guardians when they are asked, guardians and the reader in the veto and in silence. The known fault is one
that notes before it rings.
"""

import argparse
import itertools
import os
import random
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.relay.push_service import PushService, push_service
from tests.relay.watching import Watched

from torture.clockjump import NoCompiler
from torture.machine import Machine, MovedRelay, environment
from twinbell.relay.vigil import Vigil
from twinbell.wire.silence import Answer, Stage

UNIT_S = 60
WATCHES = 3  # that come to a stage at the same time
STEPS = 24  # of telling it, and some more: then it lives
SHORT, LONG = 2, 170
CRASH = 9
DIES, MARKS_FIRST = "torture.flips:dies", "torture.flips:marks_first"
ROUND = (Stage.ASKING, Stage.VETO, Stage.SILENT)


# --- in the relay's process


def dies(at: str) -> None:
    """Let the relay end at this step of telling."""
    steps = itertools.count(1)

    def step() -> None:
        if next(steps) == int(at):
            os._exit(CRASH)

    ring, tell = Vigil._ring, Vigil._tell

    async def ringing(vigil: Vigil, *who: Any) -> bool:
        step()
        rung = await ring(vigil, *who)
        step()
        return rung

    async def telling(vigil: Vigil, flip: Any) -> bool:
        step()
        told = await tell(vigil, flip)
        step()
        return told

    Vigil._ring, Vigil._tell = ringing, telling  # type: ignore[method-assign, assignment]


def marks_first(at: str) -> None:
    """A known fault: what was found counts as told before anybody is rung."""
    dies(at)

    async def act(vigil: Vigil) -> None:
        flips = vigil._read.flips(0, 256)
        if flips:
            await vigil.writer.run(lambda: vigil._written.drop_flips([flip.number for flip in flips]))
        for flip in flips:
            await vigil._tell(flip)

    Vigil.act = act  # type: ignore[method-assign, assignment]


# --- what befalls it


class Town:
    """Watches that come to each stage together, at a relay that ends while it tells of it."""

    def __init__(self, folder: Path, preload: dict[str, str], service: PushService, fault: str) -> None:
        folder.mkdir()
        self.clock = Machine(folder / "time")
        self.fault, self.service = fault, service
        preload = preload | {"CLOCKSHIM": str(self.clock.file)}
        self.relay = MovedRelay(folder / "data", self.clock, preload, {"push_services": [service.origin]})
        self.relay.start()
        self.crashes = 0
        self.wrong: list[str] = []

    def round(self, rng: random.Random) -> None:
        """Bring some new watches through all stages."""
        every = [self._begun() for _ in range(WATCHES)]
        for _ in range(3):  # late, and then a reminder a unit
            self.relay.lives(UNIT_S + 1)
        for stage in ROUND:
            self._restart(f"{self.fault}:{rng.randint(1, STEPS)}")
            if not self._come(every, stage):
                self.crashes += 1
            self._restart("")
            self.relay.lives(0)
            for watched in every:
                self._check(watched, stage)

    def _begun(self) -> Watched:
        watched = Watched()
        watched.terms = replace(watched.terms, unit_s=UNIT_S, every=1, grace=1, veto=1, rehearsal=True)
        return watched.begin(self.relay, self.service)

    def _restart(self, fault: str) -> None:
        self.relay.kill()
        self.relay.fault = fault
        self.relay.start()

    def _come(self, every: list[Watched], stage: Stage) -> bool:
        """Let the stage begin for all; return whether the relay lived through telling of it."""
        try:
            if stage is Stage.VETO:
                for watched, seat in itertools.product(every, range(2)):
                    assert watched.vote(self.relay, seat, Answer.NO).status == 200
                self.relay.lives(0)
            else:
                self.relay.lives(UNIT_S + 1)
                self.relay.lives(0)
        except (RuntimeError, OSError):
            return False
        return True

    def _check(self, watched: Watched, stage: Stage) -> None:
        for seat in range(2):
            if stage is Stage.VETO and watched.stage(self.relay) is Stage.ASKING:
                watched.vote(self.relay, seat, Answer.NO)  # what it had not taken before it ended
        self.relay.lives(0)
        if (found := watched.stage(self.relay)) is not stage:
            self.wrong.append(f"{found.value} in place of {stage.value}")
        times = ROUND.index(stage)  # those of the reader; guardians that are asked were rung once more
        expected = [times + 1, times + 1, times, times]
        inboxes = [*(seat.inbox for seat in watched.seats), watched.inbox]
        rung = [len(inbox.collect(self.relay).envelopes) for inbox in inboxes]
        if rung != expected:
            self.wrong.append(f"in {stage.value} rung {rung}, and not {expected}")


def tortured(
    folder: Path, preload: dict[str, str], rounds: int, *, fault: str = DIES
) -> tuple[list[str], int]:
    """Kill a relay in every round; return what went wrong, and how often it was killed."""
    rng = random.Random(rounds)
    with push_service() as service:
        town = Town(folder, preload, service, fault)
        try:
            for _ in range(rounds):
                town.round(rng)
        finally:
            town.relay.kill()
    return town.wrong, town.crashes


def main() -> int:
    """Torture a relay, and one that has the known fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--long", action="store_true", help=f"{LONG} rounds")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="twinbell-") as name:
        folder = Path(name)
        try:
            preload = environment(folder, folder / "time")
        except NoCompiler:
            print("skipped: there is no C compiler for the preload library")
            return 0
        wrong, crashes = tortured(folder / "true", preload, LONG if args.long else SHORT)
        faulty, _ = tortured(folder / "fault", preload, SHORT, fault=MARKS_FIRST)
    for line in wrong:
        print(f"WRONG: {line}")
    print(f"{crashes} crashes, {len(wrong)} wrong; the known fault was {'caught' if faulty else 'MISSED'}")
    return 0 if faulty and not wrong and crashes else 1


if __name__ == "__main__":
    sys.exit(main())
