"""Age headers: bytes are one header or `HeaderDamaged`, and a header serialises to what it was read from."""

from collections.abc import Iterator
from io import BytesIO

from twinbell.age import header
from twinbell.age.source import Input
from twinbell.errors import HeaderDamaged


def seeds() -> Iterator[bytes]:
    stanzas = [
        header.Stanza("X25519", ("TEiF0ypqr+bpvcqXNyCVJpL7OuwPdVwPL7KQEbFDOCc",), bytes(32)),
        header.Stanza("tlock", ("1000", "52db" * 16), bytes(range(80))),
        header.Stanza("grease", (), b""),
    ]
    yield header.finish(bytes(16), header.serialise(stanzas))
    yield header.finish(bytes(16), header.serialise([header.Stanza("a", ("b",), bytes(48))]))


def one(data: bytes) -> bool:
    source = Input(BytesIO(data))
    try:
        found = header.parse(source)
    except HeaderDamaged:
        return False
    assert header.serialise(found.stanzas) == found.signed
    assert data.startswith(found.signed)
    for stanza in found.stanzas:
        assert stanza.type
        assert all(stanza.args)
    return True
