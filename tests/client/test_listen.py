"""Listening, seen from inside: one thread at the vault, and no relay that ends it."""

import asyncio
import threading
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from twinbell.client import listen
from twinbell.errors import Damaged
from twinbell.wire import frame


def listener():
    notes: list[str] = []
    home: Any = SimpleNamespace(progress=lambda done, total: None)
    return listen._Listener(home, lambda event: None, notes.append), notes


def test_work_that_was_cancelled_ends_before_the_next_begins():
    one, _ = listener()
    done, may_end = [], threading.Event()

    def slow():
        may_end.wait(10)
        done.append("slow")

    async def run():
        first = asyncio.create_task(one._work(slow))
        await asyncio.sleep(0.05)
        first.cancel()
        second = asyncio.create_task(one._work(done.append, "next"))
        await asyncio.sleep(0.05)
        may_end.set()
        await asyncio.gather(first, second, return_exceptions=True)

    asyncio.run(run())

    assert done == ["slow", "next"]


def test_nonsense_from_one_relay_is_noted_and_tried_again(monkeypatch):
    one, notes = listener()
    tries = []
    monkeypatch.setattr(listen, "AGAIN_S", 0.001)

    async def connection(url, rows):
        tries.append(url)
        raise Damaged("That is no relay.")

    one._connection = connection

    async def run():
        async with asyncio.timeout(0.2):
            await one._hold("https://relay.example", [])

    with pytest.raises(TimeoutError):
        asyncio.run(run())
    assert len(tries) > 1
    assert notes == ["That is no relay. Trying again by itself."]


def test_what_came_is_settled_whatever_comes_behind_it(monkeypatch):
    one, _ = listener()
    settled, left = (
        [],
        [frame.Envelope(1, 7, 0, (), b"x"), frame.Envelope(2, 8, 0, (), b"y"), frame.Acked(2, 3)],
    )
    one._home.ca = None

    class Line:
        waiting = property(lambda self: bool(left))

        async def frames(self):
            while left:
                yield left.pop(0)

    @asynccontextmanager
    async def connect(url, first, *, ca):
        yield Line()

    async def work(function, *args):
        return None

    async def settle(socket, channel, bond):
        settled.append((channel, bond))

    monkeypatch.setattr(listen, "connect", connect)
    one._work, one._settle = work, settle
    keyring = SimpleNamespace(box=bytes(16), generation=1)
    pendant = SimpleNamespace(keyring=keyring, device=SimpleNamespace(collect=bytes(32)))
    rows = [SimpleNamespace(id=name, pendant=pendant) for name in (b"first", b"second")]

    asyncio.run(one._connection("https://relay.example", rows))

    assert settled[:2] == [(1, b"first"), (2, b"second")]  # once connected
    assert sorted(settled[2:]) == [(1, b"first"), (2, b"second")]
