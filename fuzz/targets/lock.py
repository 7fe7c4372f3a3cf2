"""The lock of a letter: bytes are a lock or `Damaged`, and a lock encodes to the very same bytes."""

from collections.abc import Iterator

from twinbell.bond import lock
from twinbell.bond.gate import KeptChain, Wish
from twinbell.errors import Damaged
from twinbell.wire.beacon import QUICKNET

WISH = Wish(local="2027-10-10T08:00", zone="Asia/Tokyo", tzdata="2026f", instant_s=1_823_122_800)


def seeds() -> Iterator[bytes]:
    chain = KeptChain(QUICKNET, "the League of Entropy")
    yield lock.plan(letter=bytes(16), wish=WISH, chains=[chain], now_s=0).encode()
    yield lock.plan(letter=bytes(16), wish=None, now_s=0).encode()


def one(data: bytes) -> bool:
    try:
        found = lock.Lock.parse(data)
    except Damaged:
        return False
    assert found.encode() == data
    assert lock.describe(found)
    assert lock.strength(found) in lock.Strength
    return True
