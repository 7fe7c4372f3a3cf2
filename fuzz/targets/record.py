"""Records: bytes decode or are `Damaged`, and what decodes re-encodes to the very same bytes."""

from collections.abc import Iterator

from twinbell.encoding import decode, encode
from twinbell.errors import Damaged


def seeds() -> Iterator[bytes]:
    yield encode({"v": 1, "type": "ring", "list": [0, -1, 2**53 - 1, None, True], "名": "鈴"})
    yield encode([b"\x00" * 30, "", {}, {"a": {"b": [[]]}}])


def one(data: bytes) -> bool:
    try:
        value = decode(data, bytes_max=8192)
    except Damaged:
        return False
    assert encode(value) == data
    return True
