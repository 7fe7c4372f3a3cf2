"""Age files: what opens is exactly what was sealed; a changed one is refused, never misread."""

from collections.abc import Iterator
from functools import cache

from twinbell.age import stream
from twinbell.age.hybrid import HybridIdentity
from twinbell.age.x25519 import X25519Identity
from twinbell.errors import Damaged, NotForMe

CLASSIC = X25519Identity(bytes(range(32)))
HYBRID = HybridIdentity(bytes(range(32)))
PLAIN = (b"", b"until the tenth of October", bytes(5000))


@cache
def _sealed() -> tuple[bytes, ...]:
    return tuple(
        stream.seal(plain, [identity.recipient], armor=armor)
        for plain in PLAIN[:2]
        for identity in (CLASSIC, HYBRID)
        for armor in (False, True)
    )


def seeds() -> Iterator[bytes]:
    yield from _sealed()


def one(data: bytes) -> bool:
    try:
        plain = stream.open_(data, [CLASSIC, HYBRID])
    except (Damaged, NotForMe):
        return False
    assert plain in PLAIN
    return True
