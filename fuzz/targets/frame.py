"""Frames on the socket: bytes are one frame or `Damaged`, and a frame writes itself as it was read."""

from collections.abc import Iterator

from twinbell.errors import Damaged
from twinbell.wire import frame, room


def seeds() -> Iterator[bytes]:
    one, two = bytes(16), bytes(range(16))
    yield frame.Deposit(7, one, (one, two), b"x" * 300).to_bytes()
    yield frame.Deposited(7, one, 5, 60).to_bytes()
    yield frame.Envelope(7, 5, 60, (two,), b"y").to_bytes()
    yield frame.Ack(7, 5).to_bytes()
    yield frame.Acked(7, 5).to_bytes()
    yield room.Enter(7, one, 1, bytes(32)).to_bytes()
    yield room.Entered(7, 2, 5).to_bytes()
    yield room.Say(7, 5, b"z").to_bytes()
    yield room.Left(7).to_bytes()


def one(data: bytes) -> bool:
    try:
        found = frame.parse(data)
    except Damaged:
        return False
    if isinstance(found, frame.Trouble):  # a problem from a newer relay is taken as the nearest we know
        assert frame.parse(found.to_bytes()) == found
    else:
        assert found.to_bytes() == data
    return True
