"""A grey picture from a disk: it makes a portrait or is `Mistaken`, and a portrait comes back the same."""

from collections.abc import Iterator

from twinbell.bond.about import Portrait
from twinbell.cli import engraving
from twinbell.errors import Mistaken


def seeds() -> Iterator[bytes]:
    yield engraving.pgm(Portrait(16, bytes(range(64))))
    yield b"P5 # a comment\n20 20\n255\n" + bytes(400)
    yield b"P5\n16\t16 255 " + b"\xff" * 256


def one(data: bytes) -> bool:
    try:
        portrait = engraving.read_pgm(data)
    except Mistaken:
        return False
    assert engraving.read_pgm(engraving.pgm(portrait)) == portrait
    assert all(len(line) <= engraving.COLUMNS for line in engraving.lines(portrait))
    return True
