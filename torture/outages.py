"""E5, E6, E7: no outage, no backup that was put back and no wrong clock makes a watch fall silent.

A real relay process keeps five watches: kept, late, asking, in the veto, silent. It is stopped, killed and
rebooted, for up to a year; its clock is set to wrong times, back, and strobes; its database is put back from
sixty days ago. By that nobody is reminded, asked or rung, no stage and no mark moves, what was not silent
gives nothing out, and the gap is told. The known fault is a relay that counts by the wall.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.relay.push_service import PushService, push_service
from tests.relay.watching import Watched

from torture.clockjump import NoCompiler
from torture.machine import BY_THE_WALL, DAY_S, TOP, Machine, MovedRelay, environment
from twinbell.wire.silence import Answer, Stage
from twinbell.wire.watchview import Why

HOUR_S, YEAR_S = 3600, 365 * DAY_S
NOON_S = 1_800_000_000 // DAY_S * DAY_S + 11 * HOUR_S  # in January 2027; people are reminded by day
DOWN_SHORT, DOWN_LONG = (10, 365), (1, 3, 7, 30, 365)
WAYS = ("stopped", "killed", "rebooted")
LEAPS = (1, 288, HOUR_S, DAY_S, YEAR_S)
TIMES = (0, 2**31 - 3, 2**31 + 1, 2**32 - 2)  # 1970, 2038-01-19 03:14:07 ± 2, 2106-02-07
COPY_DAYS = 60
TAKEN_S = 30  # a running relay looks for the operator's word every few seconds
SLACK_S = 120  # what a killed relay may count twice, and what the looks of a round take


class Town:
    """Five watches at one relay, each at another stage, and what can be seen of them."""

    def __init__(self, folder: Path, preload: dict[str, str], service: PushService, fault: str) -> None:
        folder.mkdir()
        self.folder = folder
        self.service = service
        self.clock = Machine(folder / "time")
        self.clock.set_wall(NOON_S)
        preload = preload | {"CLOCKSHIM": str(self.clock.file)}
        settings = {"push_services": [service.origin]}
        self.relay = MovedRelay(folder / "data", self.clock, preload, settings, fault).start()
        self.watches: dict[Stage, Watched] = {}
        self.wrong: list[str] = []
        self._settle()

    def _settle(self) -> None:
        relay, all_ = self.relay, self.watches
        all_[Stage.SILENT] = Watched().begin(relay, self.service)
        relay.lives(7 * DAY_S)
        all_[Stage.VETO] = Watched().begin(relay, self.service)
        all_[Stage.ASKING] = Watched().begin(relay, self.service)
        relay.lives(7 * DAY_S)
        all_[Stage.LATE] = Watched().begin(relay, self.service)
        relay.lives(23 * DAY_S + HOUR_S)
        self._no(Stage.SILENT)
        relay.lives(7 * DAY_S + HOUR_S)
        self._no(Stage.VETO)
        all_[Stage.KEPT] = Watched().begin(relay, self.service)
        relay.lives(60)
        found = {stage: watched.stage(relay) for stage, watched in all_.items()}
        assert all(stage is seen for stage, seen in found.items()), found

    def _no(self, stage: Stage) -> None:
        for seat in range(2):
            assert self.watches[stage].vote(self.relay, seat, Answer.NO).status == 200

    def seen(self) -> dict[str, object]:
        """Return what moves if somebody is reminded, asked or rung, or a stage or a mark changes."""
        found: dict[str, object] = {"reminded": len(self.service.knocks)}
        for stage, watched in self.watches.items():
            view = watched.view(self.relay)
            inboxes = [*(seat.inbox for seat in watched.seats), watched.inbox]
            found[f"{stage.value}: its stage"] = view.stage.value
            found[f"{stage.value}: its marks"] = view.marks
            found[f"{stage.value}: who was rung"] = [
                len(inbox.collect(self.relay).envelopes) for inbox in inboxes
            ]
            found[f"{stage.value}: its parcel"] = watched.fetch(self.relay).status
        return found

    def counted(self) -> int:
        return self.watches[Stage.KEPT].view(self.relay).counted

    def lost_s(self) -> int:
        return sum(gap.seconds for gap in self.watches[Stage.KEPT].view(self.relay).gaps)

    def check(self, what: str, before: dict[str, object], counted: int) -> None:
        """Compare with what was seen before."""
        after = self.seen()
        self.wrong += [f"{what}: {name}" for name in before if before[name] != after[name]]
        if not 0 <= self.counted() - counted <= SLACK_S:
            self.wrong.append(f"{what}: it counted {self.counted() - counted} s")
        for watched in self.watches.values():
            if any(gap.seconds < 0 for gap in watched.view(self.relay).gaps):
                self.wrong.append(f"{what}: a gap is negative")

    # --- what befalls it

    def is_off(self, days: int, how: str) -> None:
        before, counted = self.seen(), self.counted()
        relay, what, lost_s = self.relay, f"{days} days {how}", self.lost_s()
        relay.kill() if how == "killed" else relay.stop()
        if how == "rebooted":
            relay.reboots(days * DAY_S)
        else:
            self.clock.pass_(days * DAY_S)
        relay.start().lives(0)
        self.check(what, before, counted)
        if how == "rebooted":
            self._confirm()
            self.check(f"{what}, and confirmed", before, counted)
        told_s = self.lost_s() - lost_s
        if abs(told_s - days * DAY_S) > SLACK_S:
            self.wrong.append(f"{what}: {told_s} s of it are told")

    def _confirm(self) -> None:
        command = (sys.executable, "-m", "twinbell.cli", "relay", "clock", "confirm", "--yes")
        subprocess.run(
            [*command, "--data", self.relay.data],
            cwd=TOP,
            env=self.relay.whole_environment(),
            check=True,
            stdout=subprocess.DEVNULL,
        )
        waits, end_s = self.relay.data / "beacon" / "confirm", time.monotonic() + TAKEN_S
        while waits.exists() and time.monotonic() < end_s:
            time.sleep(0.1)
        self.relay.lives(0)

    def is_set_wrong(self, strobes: int) -> None:
        """Set the clock wrong and right again while the relay runs."""
        relay, clock = self.relay, self.clock
        before, counted = self.seen(), self.counted()
        leaps = [sign * leap for leap in LEAPS for sign in (1, -1)]
        for leap in [*leaps, *(wall_s - clock.wall_s() for wall_s in TIMES)]:
            for at in (leap, -leap):
                clock.leap(at)
                relay.lives(0)
                self.check(f"a clock {leap:.0f} s off", before, counted)
        for number in range(strobes):
            clock.leap((1, -1)[number % 2])
            time.sleep(0.2)  # what strobes is a clock that runs
        clock.leap(-(strobes % 2))
        self.check("a clock that strobes", before, counted)

    def starts_wrong(self) -> None:
        """Start with a clock that is wrong, and stop before it is right again."""
        relay, clock = self.relay, self.clock
        before, counted = self.seen(), self.counted()
        for leap in (-YEAR_S, YEAR_S, *(wall_s - clock.wall_s() for wall_s in TIMES)):
            for at in (leap, -leap):
                relay.stop()
                clock.leap(at)
                relay.start().lives(0)
                self.check(f"a start with a clock {leap:.0f} s off", before, counted)
            self._confirm()  # after a start that was wrong, only a person or a witness knows which is right

    def has_a_backup_put_back(self) -> None:
        """Put the database of sixty days ago in its place; nothing can be compared after that."""
        relay, backup = self.relay, self.folder / "backup.db"
        relay.stop()
        shutil.copy(relay.data / "relay.db", backup)
        relay.start()
        for _ in range(3):
            for watched in self.watches.values():
                assert watched.alive(relay).status == 200
            relay.lives(COPY_DAYS / 3 * DAY_S)
        for watched in self.watches.values():
            assert watched.alive(relay).status == 200
        relay.stop()
        self.clock.pass_(HOUR_S)
        relay.put_back(backup)
        reminded = len(self.service.knocks)
        relay.start().lives(0)
        for days in (0, 29.9):
            relay.lives(days * DAY_S)
            for stage, watched in self.watches.items():
                view = watched.view(relay)
                if view.stage is not Stage.KEPT or watched.fetch(relay).status == 200:
                    self.wrong.append(f"a backup, {days} days later: {stage.value} is {view.stage.value}")
                if Why.RESTORED not in [gap.why for gap in view.gaps] and not days:
                    self.wrong.append(f"a backup: {stage.value} does not tell of it")
        if len(self.service.knocks) != reminded:
            self.wrong.append("a backup: somebody was reminded")
        relay.lives(0.2 * DAY_S)
        late = sum(watched.stage(relay) is Stage.LATE for watched in self.watches.values())
        if late != len(self.watches):
            self.wrong.append(f"a backup: {late} watches are late after a window, and all should be")


def tortured(folder: Path, preload: dict[str, str], *, long: bool, fault: str = "") -> list[str]:
    """Let all of it befall one relay; return what went wrong."""
    with push_service() as service:
        town = Town(folder, preload, service, fault)
        try:
            for days in DOWN_LONG if long else DOWN_SHORT:
                for how in WAYS:
                    town.is_off(days, how)
            town.is_set_wrong(strobes=300 if long else 10)
            town.starts_wrong()
            town.has_a_backup_put_back()
        finally:
            town.relay.stop()
    return town.wrong


def main() -> int:
    """Torture a relay, and one that has the known fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--long", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="twinbell-") as name:
        folder = Path(name)
        try:
            preload = environment(folder, folder / "time")
        except NoCompiler:
            print("skipped: there is no C compiler for the preload library")
            return 0
        wrong = tortured(folder / "true", preload, long=args.long)
        faulty = tortured(folder / "fault", preload, long=False, fault=BY_THE_WALL)
    caught = {kind: any(kind in line for line in faulty) for kind in ("days stopped", "s off", "a backup")}
    for line in wrong:
        print(f"WRONG: {line}")
    print(f"{len(wrong)} wrong; the known fault was caught by {sum(caught.values())} of {len(caught)} kinds")
    return 0 if all(caught.values()) and not wrong else 1


if __name__ == "__main__":
    sys.exit(main())
