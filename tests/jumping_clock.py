"""A clock that stands still until a test moves it: the wall and elapsed time apart, as in real life."""

from dataclasses import dataclass

NOON_S = 1_800_000_000.0  # in January 2027


@dataclass
class JumpingClock:
    """`pass_` lets time pass for both clocks; `leap` sets the wall clock alone, as a wrong hand would."""

    wall: float = NOON_S
    boot: float = 1_000.0

    def wall_s(self) -> float:
        return self.wall

    def boot_s(self) -> float:
        return self.boot

    def pass_(self, seconds: float) -> None:
        self.wall += seconds
        self.boot += seconds

    def leap(self, seconds: float) -> None:
        self.wall += seconds

    def reboot(self, off_s: float) -> None:
        """The machine was off for `off_s`: the wall clock went on, elapsed time begins anew."""
        self.wall += off_s
        self.boot = 10.0
