"""Frames for one connection leave together at the end of a turn of the loop."""

import asyncio
from types import SimpleNamespace

from twinbell.relay.outgoing import GATHER_BYTES, Outgoing
from twinbell.relay.socket import Socket


class Raw:
    """A transport that notes each write, which on a real one is a system call."""

    def __init__(self) -> None:
        self.writes: list[bytes] = []
        self.error: Exception | None = None

    def write(self, data: bytes) -> None:
        if self.error is not None:
            raise self.error
        self.writes.append(data)


def opened(outgoing: Outgoing) -> tuple[Socket, Raw]:
    owner = SimpleNamespace(mailboxes=None, rooms=None, sockets=set(), outgoing=outgoing)
    socket, raw = Socket(owner, "somewhere"), Raw()
    socket.on_ws_connected(SimpleNamespace(underlying_transport=raw))
    return socket, raw


async def turn() -> None:
    await asyncio.sleep(0)


def test_frames_of_one_turn_are_one_write_in_their_order():
    async def main():
        socket, raw = opened(Outgoing())
        socket.send(b"one")
        socket.envelope(1, 2, 60, (), b"b" * 200)
        socket.send(b"three")
        before = list(raw.writes)
        await turn()
        return before, raw.writes

    before, (data,) = asyncio.run(main())
    assert before == []
    assert data.startswith(b"\x82\x03one\x82\x7e")
    assert data.endswith(b"b" * 200 + b"\x82\x05three")


def test_a_later_turn_writes_again():
    async def main():
        socket, raw = opened(Outgoing())
        for word in (b"a", b"b"):
            socket.send(word)
            await turn()
        return raw.writes

    assert asyncio.run(main()) == [b"\x82\x01a", b"\x82\x01b"]


def test_much_for_one_connection_does_not_wait():
    async def main():
        socket, raw = opened(Outgoing())
        socket.envelope(1, 2, 60, (), bytes(GATHER_BYTES))
        return len(raw.writes)

    assert asyncio.run(main()) == 1


def test_one_that_fails_costs_the_others_nothing():
    async def main():
        outgoing = Outgoing()
        (bad, its), (good, raw) = opened(outgoing), opened(outgoing)
        its.error = RuntimeError("closed")
        bad.send(b"lost")
        good.send(b"kept")
        await turn()
        return raw.writes

    assert asyncio.run(main()) == [b"\x82\x04kept"]


def test_nothing_leaves_after_the_end():
    async def main():
        socket, raw = opened(Outgoing())
        socket.send(b"too late")
        socket.on_ws_disconnected(None)
        socket.send(b"later still")
        await turn()
        return raw.writes

    assert asyncio.run(main()) == []
