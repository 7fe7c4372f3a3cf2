"""What sockets have acknowledged: it rides on the next commit, and is answered within fifty milliseconds.

An acknowledgement is cumulative and nobody waits for the answer to each. So those of one channel become one,
they are written with what others deposit and cause no commit of their own, unless little comes for fifty
milliseconds. The answers gather as long. What is deleted soon costs half of what is deleted late: the pages
that it lay on are written by the same commit anyway, and the next envelopes go there.

Where a mailbox has one device and no blobs, which is the rule, there is only something to delete. All of
that is one `Drop`, with the acknowledgements that it stands for.
"""

import asyncio
from collections.abc import Callable
from typing import Protocol, TypeAlias

from twinbell.errors import Damaged
from twinbell.relay.live import Device, Live
from twinbell.relay.store import Drop, Entry
from twinbell.relay.store.writer import Writer
from twinbell.wire.problems import Problem

ACK_S = 0.05  # from the first acknowledgement to the answers to all that came in this time
RIDE_LEAST = 8  # changes: each of a few would wait noticeably longer for what rides


class Caller(Protocol):
    """Whoever waits for a change to be durable."""

    def deposited(self, id_: bytes, seq: int, arrived_s: int) -> None: ...
    def acked(self, upto: int) -> None: ...
    def refused(self, problem: Problem, about: bytes) -> None: ...


class Collector(Protocol):
    """A device's channel on a socket."""

    @property
    def live(self) -> Live: ...
    @property
    def name(self) -> str: ...
    def deposited(self, id_: bytes, seq: int, arrived_s: int) -> None: ...
    def acked(self, upto: int) -> None: ...
    def refused(self, problem: Problem, about: bytes) -> None: ...


# One that rides: who, how far, what was taken, and the device's cursor before, should the commit fail.
Rider: TypeAlias = tuple[Collector, int, list[Entry], Device, int]


class Acks:
    """Those of all sockets. `collect` takes those of other mailboxes, and tells if there was anything."""

    def __init__(self, collect: Callable[[Live, str, int, Caller], bool]) -> None:
        self.writer: Writer  # set by whoever composes the relay
        self._collect = collect
        self._come: dict[Collector, int] = {}
        self._durable: dict[Collector, int] = {}
        self._gathers = False

    def put(self, collector: Collector, upto: int) -> None:
        if upto >= collector.live.next_seq:
            raise Damaged("There is no such seq yet.")
        if not self._gathers:
            self._gathers = True
            asyncio.get_running_loop().call_later(ACK_S, self._end)
        self._come[collector] = upto

    def ride(self) -> None:
        """A commit is about to be made: put all that has come along with it, unless somebody waits alone."""
        if self._come and len(self.writer.turn) >= RIDE_LEAST:
            self._take()

    def _take(self) -> None:
        come, self._come = self._come, {}
        riders: list[Rider] = []
        gone: list[Entry] = []
        for collector, upto in come.items():
            live = collector.live
            device = live.devices.get(collector.name)
            if device is None:  # put out meanwhile
                continue
            if len(live.devices) > 1 or any(live.blob_bytes):
                if not self._collect(live, collector.name, upto, _Later(self, collector)):
                    self.durable(collector, upto)
                continue
            before = device.cursor
            taken = live.waiting.take_upto(upto)
            if not taken:
                device.cursor = max(before, upto)
                self.durable(collector, upto)
                continue
            device.cursor = upto
            for _, _, deposit in taken:
                live.counts[deposit] -= 1
            live.busy += 1
            gone += taken
            riders.append((collector, upto, taken, device, before))
        if riders:
            drop = Drop(0, gone, None, 0)
            drop.riders = riders
            self.writer.put(drop)

    def rode(self, drop: Drop, problem: Problem | None) -> None:
        """After the commit: note what is durable, or take back what was not deleted."""
        for collector, upto, taken, device, before in drop.riders:
            live = collector.live
            live.busy -= 1
            if problem is None:
                self.durable(collector, upto)
                continue
            live.waiting.put_back(taken)
            for _, _, deposit in taken:
                live.counts[deposit] += 1
            device.cursor = min(device.cursor, before)
            collector.refused(problem, bytes(16))

    def durable(self, collector: Collector, upto: int) -> None:
        if self._gathers:
            self._durable[collector] = upto
        else:
            collector.acked(upto)

    def _end(self) -> None:
        self._gathers = False
        self._take()
        durable, self._durable = self._durable, {}
        for collector, upto in durable.items():
            collector.acked(upto)


class _Later:
    """Answers a collector together with the others."""

    def __init__(self, acks: Acks, collector: Collector) -> None:
        self._acks = acks
        self._collector = collector
        self.deposited = collector.deposited
        self.refused = collector.refused

    def acked(self, upto: int) -> None:
        self._acks.durable(self._collector, upto)
