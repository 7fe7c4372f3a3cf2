"""SSH signatures: one that verifies is the one that was made; anything else is `Damaged`."""

from collections.abc import Iterator
from functools import cache

from twinbell.crypto import sshsig
from twinbell.crypto.signing import SigningKey
from twinbell.errors import Damaged

KEY = SigningKey(bytes(range(32)))
LETTER = b"Dear Jun,\r\n"
NAMESPACE = "letter@twinbell"


@cache
def _signature() -> str:
    return sshsig.sign(KEY, LETTER, namespace=NAMESPACE)


def seeds() -> Iterator[bytes]:
    yield _signature().encode()


def one(data: bytes) -> bool:
    try:
        sshsig.verify(KEY.verify_key, LETTER, data.decode("latin-1"), namespace=NAMESPACE)
    except Damaged:
        return False
    assert data.split() == _signature().encode().split()
    return True
