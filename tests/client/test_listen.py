"""Listening, seen from inside: one thread at the vault, and no relay that ends it."""

import asyncio
import threading
from types import SimpleNamespace
from typing import Any

import pytest

from twinbell.client import listen
from twinbell.errors import Damaged


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
