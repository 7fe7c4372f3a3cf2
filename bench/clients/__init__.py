"""Both ends of one pair, in the fewest lines that speak a server's protocol: one file for each.

A client here is the least that its protocol allows, so that the generator costs about the same for all.
"""

import argparse
import asyncio
import base64
import collections
import os
import time

BYTES = 1024
FILL = base64.b64encode(os.urandom(BYTES))[: BYTES - 8]


def payload(number: int) -> bytes:
    return b"%08d" % number + FILL


def percentile(values: list[float], percent: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] if ordered else 0.0


class Pair:
    """One sender and one receiver. A subclass connects them and sends one message."""

    rate = 200  # messages a second where the latency of one pair is measured
    pairs_max = 1_000_000  # more than this a server does not bear
    is_ordered = True  # whether the server promises the order of what one sends

    def __init__(self, index: int, args: argparse.Namespace) -> None:
        self.index = index
        self.args = args
        self.sent = self.acked = self.got = self.misordered = 0
        self.window = 0
        self.timed = False
        self.sent_at: collections.deque[float] = collections.deque()
        self.asked_at: collections.deque[float] = collections.deque()
        self.delivery: list[float] = []
        self.answer: list[float] = []

    async def open(self) -> None:
        raise NotImplementedError

    def publish(self, number: int) -> None:
        raise NotImplementedError

    def fire(self) -> None:
        self.sent += 1
        if self.timed:
            now = time.perf_counter()
            self.sent_at.append(now)
            self.asked_at.append(now)
        self.publish(self.sent)

    def pump(self) -> None:
        while self.sent - min(self.acked, self.got) < self.window:
            self.fire()

    def on_ack(self) -> None:
        self.acked += 1
        if self.timed:
            self.answer.append(time.perf_counter() - self.asked_at.popleft())
        if self.window:
            self.pump()

    def on_receive(self, number: bytes) -> None:
        self.got += 1
        if int(number) != self.got:
            self.misordered += 1
        if self.timed:
            self.delivery.append(time.perf_counter() - self.sent_at.popleft())
        if self.window:
            self.pump()


LOST: list[str] = []


class Stream(asyncio.Protocol):
    """A connection whose bytes go through `feed`, which returns what it did not use."""

    def __init__(self) -> None:
        self.rest = b""
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport) -> None:
        self.write = transport.write
        self.begin()

    def begin(self) -> None:
        return

    def feed(self, data: bytes) -> bytes:
        raise NotImplementedError

    def data_received(self, data: bytes) -> None:
        self.rest = self.feed(self.rest + data if self.rest else data)

    def connection_lost(self, error) -> None:
        LOST.append(repr(error))


async def connect(factory, port: int):
    _, protocol = await asyncio.get_running_loop().create_connection(factory, "127.0.0.1", port)
    return protocol
