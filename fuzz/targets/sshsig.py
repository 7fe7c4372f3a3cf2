"""SSH signatures: only the one text that was signed verifies; all else is `Damaged`."""

from collections.abc import Iterator

from twinbell.crypto import sshsig
from twinbell.crypto.signing import SigningKey
from twinbell.errors import Damaged

KEY = SigningKey(bytes(range(32)))
MESSAGE = b"The harbour was quiet this morning.\r\n"
RIGHT = sshsig.sign(KEY, MESSAGE, namespace="letter@twinbell")


def seeds() -> Iterator[bytes]:
    yield RIGHT.encode()
    yield RIGHT.replace("\n", "\r\n").encode()


def one(data: bytes) -> bool:
    text = data.decode("utf-8", "surrogateescape")
    try:
        sshsig.verify(KEY.verify_key, MESSAGE, text, namespace="letter@twinbell")
    except Damaged:
        return False
    assert text.replace("\r\n", "\n") == RIGHT
    return True
