"""Counted time: the one counter by which all watches go.

    beat ── gate time passed ──┐
            boot time passed ──┴─ the smaller, 300 s at most, while the gate is steady ──▶ counted
                                  the rest, if it is a minute or more ──────────────────▶ gaps

It grows only while the relay runs and its clock is plausible. An outage, a suspended machine, a leap of the
clock, count for nobody, and cost no work for each watch. What did not count is kept as gaps, so that a person
can be told.

`watch/counter` holds the counter outside the database. If it is far ahead of the database, that is an older
one, put back from a backup. Then nothing that lies before this moment counts for any watch: the *floor*.

`Count` is pure; `Counter` keeps it, in the database with every change of a watch and in its file.
"""

import asyncio
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from twinbell.clock import Clock
from twinbell.encoding import INTEGER_MAX
from twinbell.errors import Damaged
from twinbell.relay import log
from twinbell.relay.clockfile import write_durably
from twinbell.relay.clockgate import Reading, State
from twinbell.wire.watchview import Why

if TYPE_CHECKING:
    from twinbell.relay.store import Store
    from twinbell.relay.store.writer import Writer

BEAT_S = 1.0
BEAT_MAX_S = 300  # a loop that stood still for longer was not there
GAP_S = 60  # shorter ones are nobody's concern
SAVE_S = 30  # the database hears of the counter this often, counted or not, and with each change of a watch
FILE_S = 60  # and the file this often: always after the database, so being ahead means something
AHEAD_S = 300  # a file so far ahead of its database belongs to a newer one
FOLDER = "watch"
FILE = "counter"
_SLIP_S = 1.0  # what is lost to a clock that is being slewed is no gap


@dataclass(frozen=True, slots=True)
class Beat:
    """Both clocks at one moment: the gate's time, time since boot, and whether the gate is steady."""

    gate_s: float
    boot_s: float
    steady: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """Time that did not count: `seconds` from `began_s` by the gate, while the counter stood at `at`."""

    at: int
    began_s: int
    seconds: float
    why: Why


@dataclass(frozen=True, slots=True)
class Saved:
    """What outlives the process: the counter, the floor, and the gate's time at that count."""

    counted: float
    floor: int
    gate_s: float


@dataclass(frozen=True, slots=True)
class Count:
    """The counter of a running relay. Every beat returns a new one."""

    counted: float
    floor: int
    last: Beat
    gap: Gap | None = None  # the newest, kept once it is long enough
    lost_s: float = 0.0  # since the start, all that did not count

    def beat(self, beat: Beat) -> "Count":
        """Return the counter at `beat`."""
        gate_s, boot_s = beat.gate_s - self.last.gate_s, beat.boot_s - self.last.boot_s
        passed_s = min(gate_s, boot_s)
        added_s = min(passed_s, BEAT_MAX_S) if passed_s >= 0 and beat.steady else 0.0
        count = replace(self, counted=self.counted + added_s, last=beat)
        lost_s = max(gate_s, boot_s) - added_s
        if beat.steady and lost_s < _SLIP_S:
            return count
        stood_still = beat.steady and passed_s > BEAT_MAX_S
        return count.lost(lost_s, beat.gate_s, Why.DOWN if stood_still else Why.CLOCK)

    def lost(self, seconds: float, ended_s: float, why: Why) -> "Count":
        """Return the counter with a gap that ended at `ended_s`, joined to its neighbour of the same kind."""
        at, gap, lost_s = int(self.counted), self.gap, self.lost_s + seconds
        if gap is not None and gap.why is why and at - gap.at < GAP_S:
            return replace(self, gap=replace(gap, seconds=gap.seconds + seconds), lost_s=lost_s)
        began_s = max(0, int(ended_s - seconds))
        return replace(self, gap=Gap(at, began_s, seconds, why), lost_s=lost_s)


def begin(beat: Beat, stored: Saved | None, file: Saved | None) -> Count:
    """Return the counter of a relay that starts, from what the database and the file say.

    The first beat adds nothing. If the file is ahead, the database is an older one: all begin anew.
    """
    newest = max((saved for saved in (stored, file) if saved), key=lambda saved: saved.counted, default=None)
    if newest is None:
        return Count(0.0, 0, beat)
    behind_s = newest.counted - (stored.counted if stored else 0.0)
    floor = max(saved.floor for saved in (stored, file) if saved)
    count = Count(newest.counted, floor, beat)
    down_s = max(0.0, beat.gate_s - newest.gate_s)
    if behind_s > AHEAD_S:
        return replace(count, floor=int(newest.counted) + 1).lost(
            max(down_s, GAP_S), beat.gate_s, Why.RESTORED
        )
    return count.lost(down_s, beat.gate_s, Why.DOWN) if down_s >= _SLIP_S else count


class Counter:
    """The counter at work."""

    def __init__(self, data: Path, *, store: "Store", clock: Clock, read: Callable[[], Reading]) -> None:
        self._path = data / FOLDER / FILE
        self._path.parent.mkdir(mode=0o700, exist_ok=True)
        self._written = store.watches_written
        self._clock = clock
        self._read = read
        self.writer: Writer  # set by whoever composes the relay
        stored, file = store.watches.counter(), None
        try:
            file = load(self._path)
        except Damaged:
            log.warn("The file of counted time was damaged; every watch begins a full window anew.")
            file = Saved((stored.counted if stored else 0.0) + AHEAD_S + 1, 0, self._read().gate_s)
        self.count = begin(self._beat(), stored, file)
        self.restored = self.count.gap is not None and self.count.gap.why is Why.RESTORED
        if self.restored:
            log.warn("This looks like a restored backup: every watch has a full window before it.")
        self._filed = 0.0
        self._writing = threading.Lock()
        self._saved = 0.0

    def now(self) -> int:
        """Return the counted second that it is."""
        self.count = self.count.beat(self._beat())
        return int(self.count.counted)

    @property
    def floor(self) -> int:
        """Nothing before this second counts for any watch."""
        return self.count.floor

    @property
    def gate_s(self) -> float:
        """The gate's time at the last beat."""
        return self.count.last.gate_s

    async def run(self) -> None:
        """Beat for ever, and keep the counter."""
        while True:
            await asyncio.sleep(BEAT_S)
            try:
                await self.tick()
            except Exception as error:
                log.fault(error)

    async def tick(self) -> None:
        """Beat once; write down what it is time to write."""
        self.now()
        if self.count.counted + self.count.lost_s - self._saved >= SAVE_S:
            await self.save()
        if self.count.counted - self._filed >= FILE_S:
            await self.file()

    async def save(self) -> None:
        """Write the counter into the database now."""
        await self.writer.run(self.note)

    async def file(self) -> None:
        """Write the counter into its file, whose number the database has already."""
        await self.save()
        saved = self._saved_now()
        # Not on the loop: a sync waits as long as the disk is busy.
        await asyncio.to_thread(self._write, saved)

    def _write(self, saved: Saved) -> None:
        """Write the file, one at a time: whoever stops the relay does not wait for the beat that it ended."""
        with self._writing:
            if saved.counted >= self._filed:
                save(self._path, saved)
                self._filed = saved.counted

    def note(self) -> None:
        """Write the counter in the transaction of a change. Writer thread only.

        What a change calls *now* must never lie beyond the counter of the next start.
        """
        saved, gap = self._saved_now(), self.count.gap
        self._written.put_counter(saved, gap if gap is not None and gap.seconds >= GAP_S else None)
        self._saved = saved.counted + self.count.lost_s

    def _saved_now(self) -> Saved:
        count = self.count
        return Saved(count.counted, count.floor, count.last.gate_s)

    def _beat(self) -> Beat:
        reading = self._read()
        return Beat(reading.gate_s, self._clock.boot_s(), reading.state is State.STEADY)


def load(path: Path) -> Saved | None:
    """Return what the file says; None if there is none. Raises `Damaged`."""
    try:
        fields = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except (ValueError, RecursionError):
        fields = None
    counted, floor, gate_s = (_time(fields, name) for name in ("counted", "floor", "gate"))
    if counted is None or floor is None or gate_s is None:
        raise Damaged(f"The file {path} is damaged.")
    return Saved(counted, int(floor), gate_s)


def save(path: Path, saved: Saved) -> None:
    """Write the file, whole or not at all."""
    fields = {"counted": saved.counted, "floor": saved.floor, "gate": saved.gate_s}
    write_durably(path, json.dumps(fields).encode() + b"\n")


def _time(fields: object, name: str) -> float | None:
    value = fields.get(name) if isinstance(fields, dict) else None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= INTEGER_MAX:
        return None
    return float(value)
