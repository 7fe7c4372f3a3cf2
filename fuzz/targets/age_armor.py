"""Age armor: text is the armor of some bytes or `ArmorDamaged`, however small the reads are."""

from collections.abc import Iterator
from io import BytesIO

from twinbell.age.armor import ArmorReader, ArmorWriter
from twinbell.age.source import Input
from twinbell.errors import ArmorDamaged


def armored(data: bytes) -> bytes:
    out = BytesIO()
    writer = ArmorWriter(out)
    writer.write(memoryview(data))
    writer.close()
    return out.getvalue()


def seeds() -> Iterator[bytes]:
    for length in (0, 1, 47, 48, 49, 200):
        yield armored(bytes(range(length)))


def _read(data: bytes, step: int) -> bytes | None:
    reader = ArmorReader(Input(BytesIO(data)))
    out = b""
    try:
        while part := reader.read(step):
            out += part
    except ArmorDamaged:
        return None
    return out


def one(data: bytes) -> bool:
    whole = _read(data, 1 << 16)
    assert whole == _read(data, 7)
    if whole is None:
        return False
    assert armored(whole).split() == data.split()
    return True
