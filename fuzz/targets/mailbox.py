"""What travels about a mailbox: each record reads or is `Damaged`, and writes itself as it was read."""

from collections.abc import Iterator

from twinbell.errors import Damaged
from twinbell.wire import mailbox


def seeds() -> Iterator[bytes]:
    setting = mailbox.Setting(epoch=3, collect={"00" * 8: bytes(32)}, deposit={"peer": b"p" * 32})
    kept = mailbox.Kept(seq=1, arrived_s=60, blobs=(bytes(16),), body=b"x" * 40)
    yield b"s" + setting.to_bytes()
    yield b"p" + mailbox.Page((kept,), False).to_bytes()
    yield b"r" + mailbox.Receipt(4, 60).to_bytes()
    yield b"c" + mailbox.cursor_to_bytes(9)


def one(data: bytes) -> bool:
    kind, rest = data[:1], data[1:]
    try:
        if kind == b"s":
            assert mailbox.Setting.parse(rest).to_bytes() == rest
        elif kind == b"p":
            assert mailbox.Page.parse(rest).to_bytes() == rest
        elif kind == b"r":  # JSON: there are several ways to write the same
            receipt = mailbox.Receipt.parse(rest)
            assert mailbox.Receipt.parse(receipt.to_bytes()) == receipt
        elif kind == b"c":
            upto = mailbox.cursor_from_bytes(rest)
            assert mailbox.cursor_from_bytes(mailbox.cursor_to_bytes(upto)) == upto
    except Damaged:
        return False
    return True
