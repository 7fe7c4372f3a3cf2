"""Events around a watch as the web app tells them: by their names, with their fields in a record.

A content of a message is in the field of its event, as it is written. `pair.py` takes the steps.
"""

from collections.abc import Callable
from typing import Any

from twinbell.bond import guardian as gm
from twinbell.bond import watchevent as we
from twinbell.bond.watchkeys import Owned

EVENTS: dict[str, Callable[[Any], we.WatchEvent]] = {
    "GuardianAsked": lambda it: we.GuardianAsked(gm.GuardianAsk.from_record(it["ask"])),
    "GuardianAnswered": lambda it: we.GuardianAnswered(**it),
    "SeatGiven": lambda it: we.SeatGiven(**it),
    "ShareGiven": lambda it: we.ShareGiven(gm.Share.from_record(it["share"])),
    "ShareSafe": lambda it: we.ShareSafe(**it),
    "SharesOver": lambda it: we.SharesOver(**it),
    "ShareReleased": lambda it: we.ShareReleased(gm.ShareRelease.from_record(it["release"])),
    "GuardianEnded": lambda it: we.GuardianEnded(**it),
    "RehearsalDone": lambda it: we.RehearsalDone(**it),
    "ReaderNamed": lambda it: we.ReaderNamed(gm.ReaderSeat.from_record(it["seat"])),
    "RehearsalRead": lambda it: we.RehearsalRead(**it),
    "WatchKept": lambda it: we.WatchKept(Owned.from_record(it["watch"]), it.get("save", True)),
    "WatchForgotten": lambda it: we.WatchForgotten(**it),
    "WatchSeen": lambda it: we.WatchSeen(**it),
}
