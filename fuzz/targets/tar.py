"""The tar of a letter: an archive reads or is `Damaged`, and there is one way to write what was read."""

from collections.abc import Iterator
from io import BytesIO

from twinbell.bond.tar import TarReader, TarWriter
from twinbell.errors import Damaged


def written(entries: list[tuple[str, bytes]]) -> bytes:
    out = BytesIO()
    writer = TarWriter(out)
    for name, data in entries:
        writer.add(name, data)
    writer.finish()
    return out.getvalue()


def seeds() -> Iterator[bytes]:
    yield written([])
    yield written([("OPENING.txt", b"how"), ("ways/1.age", bytes(700)), ("lock.cbor", b"")])


def one(data: bytes) -> bool:
    try:
        # A fuzzer sends short inputs; the padding that a letter ends with is ours to add.
        padded = data if len(data) % 512 == 0 else data + bytes(-len(data) % 512)
        entries = [(entry.name, entry.read()) for entry in TarReader(BytesIO(padded), entries_max=8)]
    except Damaged:
        return False
    assert written(entries) == padded
    return True
