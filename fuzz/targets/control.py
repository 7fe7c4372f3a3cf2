"""Wrong on purpose: a reader that trusts the length it is told. A fuzzer has to find it."""

from collections.abc import Iterator

from twinbell.errors import Damaged


def seeds() -> Iterator[bytes]:
    yield b"\x05hello"


def one(data: bytes) -> bool:
    if not data:
        return False
    try:
        _last_byte(data)
    except Damaged:
        return False
    return True


def _last_byte(data: bytes) -> int:
    length = data[0]
    if length == 0:
        raise Damaged("This is empty.")
    return data[length]  # beyond the end: an IndexError where Damaged was promised
