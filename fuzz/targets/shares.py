"""Shares as they are typed, one a line: they combine, or one sentence says why not."""

from collections.abc import Iterator
from functools import cache

from twinbell.crypto import shares
from twinbell.errors import Damaged, Refused

SECRET = bytes(range(32))


@cache
def _split() -> list[str]:
    return shares.split(SECRET, 2, 3)


def seeds() -> Iterator[bytes]:
    first, second, third = _split()
    yield f"{first}\n{second}".encode()
    yield f"{third}\n{first}\n{second}".encode()


def one(data: bytes) -> bool:
    lines = data.decode("utf-8", "surrogateescape").split("\n")[:16]
    try:
        secret = shares.combine(lines)
    except (Damaged, Refused):
        return False
    assert len(secret) == shares.SECRET_BYTES
    return True
