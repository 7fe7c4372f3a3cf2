"""What sockets have acknowledged: it rides on the next commit, and is answered within fifty milliseconds.

An acknowledgement is cumulative and nobody waits for the answer to each. So those of one channel become one,
they are written with what others deposit and cause no commit of their own, unless nothing comes for fifty
milliseconds. The answers gather as long. What is deleted soon costs half of what is deleted late: the pages
that it lay on are written by the same commit anyway, and the next envelopes go there.
"""

import asyncio
from collections.abc import Callable
from typing import Protocol, TypeAlias

from twinbell.relay.live import Live
from twinbell.wire.problems import Problem

ACK_S = 0.05  # from the first acknowledgement to the answers to all that came in this time


class Caller(Protocol):
    """Whoever waits for a change to be durable."""

    def deposited(self, id_: bytes, seq: int, arrived_s: int) -> None: ...
    def acked(self, upto: int) -> None: ...
    def refused(self, problem: Problem, about: bytes) -> None: ...


Note: TypeAlias = Callable[[Live, str, int, Caller], None]


class Acks:
    """Those of all sockets. `note` puts one of them to the writer; `committed` is told when it is durable."""

    def __init__(self, note: Note) -> None:
        self._note = note
        self._come: dict[Caller, tuple[Live, str, int]] = {}
        self._durable: dict[Caller, int] = {}
        self._gathers = False

    def put(self, live: Live, device: str, upto: int, caller: Caller) -> None:
        if not self._gathers:
            self._gathers = True
            asyncio.get_running_loop().call_later(ACK_S, self._end)
        self._come[caller] = (live, device, upto)

    def ride(self) -> None:
        """A commit is about to be made: put all that has come along with it."""
        if self._come:
            come, self._come = self._come, {}
            note = self._note
            for caller, (live, device, upto) in come.items():
                note(live, device, upto, caller)

    def committed(self, caller: Caller, upto: int) -> None:
        if self._gathers:
            self._durable[caller] = upto
        else:
            caller.acked(upto)

    def _end(self) -> None:
        self._gathers = False
        self.ride()
        durable, self._durable = self._durable, {}
        for caller, upto in durable.items():
            caller.acked(upto)
