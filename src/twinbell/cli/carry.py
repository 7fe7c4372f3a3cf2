"""Sealing and opening from where the data is to where it goes: by two hands if both are files and large.

Not with pipes: whoever presses Ctrl-C must not wait for a thread that waits for a pipe.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, BinaryIO

from twinbell.cli import ui
from twinbell.cli.output import Regular, Sink, Whole

if TYPE_CHECKING:
    from twinbell.age.recipient import Identity, Recipient

LARGE_BYTES = 4 << 20  # below it, starting a thread costs more than it saves
_BINARY_START = b"age-encryption.org/"


def seal(source: BinaryIO, sink: Sink, recipients: "Sequence[Recipient]", *, armor: bool) -> int:
    """Seal what is left of `source`, showing how far it has come; return the number of bytes."""
    file = Regular.of(source)
    with ui.progress("Sealing", file.size if file else None) as bar:
        if file and file.size >= LARGE_BYTES and isinstance(sink, Whole) and not armor:
            from twinbell.age.parallel import encrypt_at
            from twinbell.client.worker import Worker

            with Worker() as helper:
                return encrypt_at(file, file.size, sink, recipients, helper=helper, progress=bar.advance)
        from twinbell.age.stream import encrypt

        return encrypt(sink, recipients, armor=armor).copy_from(source, progress=bar.advance)


def open_(source: BinaryIO, sink: Sink, identities: "Sequence[Identity]") -> int:
    """Open what is left of `source`, showing how far it has come; return the number of bytes.

    Only a `Whole` file is written out of order, since nobody sees it before its end.
    """
    file = Regular.of(source)
    with ui.progress("Opening", file.size if file else None) as bar:
        if file and file.size >= LARGE_BYTES and isinstance(sink, Whole) and _is_binary(file):
            from twinbell.age.parallel import decrypt_at
            from twinbell.client.worker import Worker

            with Worker() as helper:
                return decrypt_at(file, file.size, sink, identities, helper=helper, progress=bar.advance)
        from twinbell.age.stream import decrypt

        return decrypt(source, identities).copy_to(sink, progress=bar.advance)


def _is_binary(file: Regular) -> bool:
    start = bytearray(len(_BINARY_START))
    return file.read_at(memoryview(start), 0) == len(start) and start == _BINARY_START
