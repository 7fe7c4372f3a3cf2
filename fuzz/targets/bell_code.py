"""The code of a bell, as typed or pasted: it reads, or a sentence says why not; what it shows reads back."""

from collections.abc import Iterator

from twinbell.bond.code import Code
from twinbell.errors import Damaged, Mistaken


def seeds() -> Iterator[bytes]:
    yield b"7-crater-lamp-violin@relay.example"
    yield b" 123 Crat  LAMP violi @127.0.0.1:8420"
    yield b"9-crater-lamp-violin@http://relay.example:80"
    yield b"https://relay.example/bell#" + b"a" * 26 + b"-" + b"b" * 25 + b"a"


def one(data: bytes) -> bool:
    try:
        code = Code.parse(data.decode("utf-8", "surrogateescape"))
    except (Damaged, Mistaken):
        return False
    assert Code.parse(str(code)) == code
    return True
