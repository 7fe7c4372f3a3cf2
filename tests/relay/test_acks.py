"""What sockets acknowledge rides on the commits of others, and comes back if such a commit fails."""

import asyncio
import secrets
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from tests.jumping_clock import JumpingClock

from twinbell.errors import Damaged
from twinbell.relay.acks import RIDE_LEAST
from twinbell.relay.epochs import Epochs
from twinbell.relay.live import Live
from twinbell.relay.mailbox import Mailboxes
from twinbell.relay.store import Broken, Drop, Keep
from twinbell.relay.store.sqlite import SqliteStore
from twinbell.relay.store.writer import Change, Writer
from twinbell.relay.throttle import Budget
from twinbell.wire.mailbox import Setting
from twinbell.wire.problems import Problem

DEVICE = "aa" * 8


class Channel:
    """A device's channel, and a depositor's, that notes what it is told."""

    def __init__(self, live: Live) -> None:
        self.live = live
        self.name = DEVICE
        self.told: list[object] = []

    def deposited(self, id_: bytes, seq: int, arrived_s: int) -> None:
        self.told.append(seq)

    def acked(self, upto: int) -> None:
        self.told.append(f"acked {upto}")

    def refused(self, problem: Problem, about: bytes) -> None:
        self.told.append(problem)


class Boxes:
    """Mailboxes over a real store and its real writer; `groups` is what each commit had."""

    def __init__(self, data: Path) -> None:
        self.store = SqliteStore(data / "relay.db")
        self.mailboxes = Mailboxes(
            store=self.store,
            epochs=Epochs(data / "epochs.log"),
            clock=JumpingClock(),
            envelopes_max=(1000, 1000),
            budget=Budget(burst=1000, per_s=1000),
        )
        self.groups: list[list[Change]] = []
        self.writer = Writer(self.store, folder=data, reserve_bytes=0, on_done=self._done)
        self.mailboxes.writer = self.mailboxes.acks.writer = self.writer
        self.writer.on_group = self.mailboxes.acks.ride

    def _done(self, group: list[Change]) -> None:
        self.groups.append(group)
        for change in group:
            if isinstance(change, Keep):
                self.mailboxes.kept(change)
            elif isinstance(change, Drop):
                self.mailboxes.dropped(change)
            elif isinstance(change.caller, asyncio.Future):
                change.caller.set_result(change.result)

    async def channel(self) -> Channel:
        box = secrets.token_bytes(16)
        setting = Setting(epoch=1, collect={DEVICE: secrets.token_bytes(32)}, deposit={"peer": bytes(32)})
        await self.mailboxes.put(box, secrets.token_bytes(32), setting)
        live = self.mailboxes.find(box)
        assert live is not None
        return Channel(live)

    def deposit(self, channel: Channel, count: int) -> None:
        for _ in range(count):
            self.mailboxes.deposit(channel.live, "peer", secrets.token_bytes(16), (), b"body", channel)

    def stored(self) -> int:
        return int(self.store._reader.execute("select count(*) from envelope").get)


async def until(question: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not question():  # noqa: ASYNC110  (what is waited for happens in a thread)
            await asyncio.sleep(0.001)


def run(data: Path, act: Callable[[Boxes], Coroutine[Any, Any, None]]) -> None:
    async def main() -> None:
        boxes = Boxes(data)
        try:
            await act(boxes)
        finally:
            await boxes.writer.stop()
            boxes.store.close()

    asyncio.run(main())


def test_all_that_was_acknowledged_is_one_deletion_in_the_commit_of_others(tmp_path):
    async def act(boxes):
        first, second, other = [await boxes.channel() for _ in range(3)]
        boxes.deposit(first, 3)
        boxes.deposit(second, 2)
        await until(lambda: len(first.told) + len(second.told) == 5)

        boxes.groups.clear()
        boxes.mailboxes.acks.put(first, 2)
        boxes.mailboxes.acks.put(second, 2)
        boxes.deposit(other, RIDE_LEAST)
        await until(lambda: len(other.told) == RIDE_LEAST)

        (group,) = boxes.groups
        assert [len(change.taken) for change in group if isinstance(change, Drop)] == [4]
        assert boxes.stored() == 1 + RIDE_LEAST
        assert (first.live.counts, second.live.counts) == ([1, 0], [0, 0])
        assert (first.live.busy, second.live.busy) == (0, 0)
        await until(lambda: first.told[-1] == "acked 2" and second.told[-1] == "acked 2")

    run(tmp_path, act)


def test_a_few_changes_do_not_wait_for_what_could_ride(tmp_path):
    async def act(boxes):
        channel = await boxes.channel()
        boxes.deposit(channel, 1)
        await until(lambda: channel.told == [1])

        boxes.groups.clear()
        boxes.mailboxes.acks.put(channel, 1)
        boxes.deposit(channel, 1)
        await until(lambda: channel.told[-1] == "acked 1")

        assert [[type(change) for change in group] for group in boxes.groups] == [[Keep], [Drop]]

    run(tmp_path, act)


def test_only_the_last_of_a_channel_is_answered(tmp_path):
    async def act(boxes):
        channel = await boxes.channel()
        boxes.deposit(channel, 3)
        await until(lambda: len(channel.told) == 3)

        for upto in (1, 2, 3):
            boxes.mailboxes.acks.put(channel, upto)
        await until(lambda: len(channel.told) > 3)

        assert channel.told[3:] == ["acked 3"]

    run(tmp_path, act)


def test_what_a_failed_commit_did_not_delete_waits_again(tmp_path):
    async def act(boxes):
        channel = await boxes.channel()
        boxes.deposit(channel, 2)
        await until(lambda: channel.told == [1, 2])

        def broken(*_: object) -> None:
            raise Broken("the disk")

        boxes.store.commit = broken
        boxes.mailboxes.acks.put(channel, 1)
        await until(lambda: len(channel.told) == 3)

        live = channel.live
        assert channel.told[2:] == [Problem.READ_ONLY]
        assert (live.devices[DEVICE].cursor, live.counts, live.busy) == (0, [2, 0], 0)
        assert [seq for seq, _, _ in live.waiting.after(0, 10)] == [1, 2]

    run(tmp_path, act)


def test_a_seq_that_nobody_had_is_refused_at_once(tmp_path):
    async def act(boxes):
        channel = await boxes.channel()
        with pytest.raises(Damaged):
            boxes.mailboxes.acks.put(channel, 1)

    run(tmp_path, act)


def test_what_a_device_acknowledged_before_it_was_put_out_counts_no_more(tmp_path):
    async def act(boxes):
        channel, other = await boxes.channel(), await boxes.channel()
        boxes.deposit(channel, 1)
        await until(lambda: channel.told == [1])

        boxes.mailboxes.acks.put(channel, 1)
        del channel.live.devices[DEVICE]
        boxes.deposit(other, RIDE_LEAST)
        await until(lambda: len(other.told) == RIDE_LEAST)

        assert boxes.stored() == 1 + RIDE_LEAST
        assert channel.live.counts == [1, 0]

    run(tmp_path, act)
