"""Words as a person types them: they are those of the list, or one sentence says which is not."""

from collections.abc import Iterator

from twinbell.crypto import words
from twinbell.errors import Damaged


def seeds() -> Iterator[bytes]:
    yield b"crater lamp violin"
    yield b"  Crater--LAMP violi "
    yield " ".join(words.kit(bytes(range(32)))).encode()


def one(data: bytes) -> bool:
    text = data.decode("utf-8", "surrogateescape")
    try:
        found = words.normalise(text)
    except Damaged:
        return False
    assert words.normalise("-".join(found)) == found
    try:
        root = words.unkit(text)
    except Damaged:
        return True
    assert words.kit(root) == list(found)
    return True
