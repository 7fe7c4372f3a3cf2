"""Where time comes from.

Only the edges hold a clock: the relay, the client, the command line. They read it once and pass
`now_s` down, so nothing below can disagree about what time it is.
"""

import time
from typing import Protocol


class Clock(Protocol):
    """What tells the time. Tests have one that jumps."""

    def wall_s(self) -> float:
        """Seconds since the Unix epoch, as the machine believes; may be set forwards or back."""

    def boot_s(self) -> float:
        """Seconds since some fixed moment, suspended time included; never goes back while running."""


class SystemClock:
    """The machine's own clocks."""

    def wall_s(self) -> float:
        return time.time()

    def boot_s(self) -> float:
        return time.clock_gettime(_BOOT)


# macOS has no CLOCK_BOOTTIME; its CLOCK_MONOTONIC_RAW stands still in sleep no more than that does.
_BOOT: int = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
