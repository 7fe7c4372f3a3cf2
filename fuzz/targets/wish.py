"""WHEN and a zone, as typed: a wish that lies ahead, or one sentence that says why not."""

from collections.abc import Iterator

from twinbell.bond.gate import Wish
from twinbell.client import wish
from twinbell.errors import Mistaken

NOW_S = 1_800_000_000
TYPED = ("2027-10-10", "2028-02-29 08:00", "in 20s", "in 3 months", "in 1 year")


def seeds() -> Iterator[bytes]:
    for typed in TYPED:
        yield f"Asia/Tokyo\n{typed}".encode()
    yield b"Europe/Berlin\n2027-03-28T02:30"  # an hour that clocks skip


def one(data: bytes) -> bool:
    zone, _, text = data.decode("utf-8", "surrogateescape").partition("\n")
    try:
        found = wish.parse(text, now_s=NOW_S, zone=zone)
    except Mistaken:
        return False
    assert found.instant_s > NOW_S
    assert Wish.from_record(found.record()) == found
    assert found.words
    return True
