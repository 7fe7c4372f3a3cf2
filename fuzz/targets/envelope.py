"""Envelopes: whatever opens is exactly what was sealed; the rest is `Damaged` or `NotForMe`."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from twinbell.bond import envelope
from twinbell.bond.keys import PublicPrekey, Role
from twinbell.crypto import xwing
from twinbell.errors import Damaged, NotForMe

SEED, PSK, BOND = bytes(range(32)), bytes(32), b"b" * 32
BODY = b"a small body"


@dataclass(frozen=True)
class Prekey:
    tag: bytes = b"tag1"
    seed: bytes = SEED
    number: int = 1


@cache
def _sealed() -> bytes:
    to = PublicPrekey(key=xwing.public(SEED), tag=Prekey.tag, number=1)
    return envelope.seal(BODY, to=to, psk=PSK, bond=BOND, sender=Role.GIVER, epoch=1)


def seeds() -> Iterator[bytes]:
    yield _sealed()


def one(data: bytes) -> bool:
    try:
        opened = envelope.open_(
            data, prekeys=[Prekey()], inbox_keys=[(1, PSK)], bond=BOND, senders=[Role.GIVER]
        )
    except (Damaged, NotForMe):
        return False
    assert opened.body == BODY
    return True
