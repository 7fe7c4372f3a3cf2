"""A large file by two pairs of hands, from where any part can be read to where any part can be written.

The payload is the same as `stream.py` makes, and the same is refused; only the order of the work differs.
Each hand takes the next batch of chunks, reads it, seals or opens it, and writes it where it belongs, so that
a batch stays in one core's cache. This package starts no threads: the caller lends a `Helper`.

What is opened this way is not written in order. It must go to where nobody looks before the end.
"""

import secrets
from collections.abc import Callable, Sequence
from itertools import count
from typing import Protocol

from twinbell.age import header as header_
from twinbell.age.header import FILE_KEY_BYTES
from twinbell.age.recipient import Identity, Recipient, unwrap, wrap
from twinbell.age.source import Input
from twinbell.age.stream import BATCH, CHUNK_BYTES, NONCE_BYTES, TAG_BYTES, Chunks, Progress, payload_length
from twinbell.errors import HeaderDamaged, Mistaken, PayloadDamaged

_PLAIN_BATCH = BATCH * CHUNK_BYTES
_SEALED_BATCH = BATCH * (CHUNK_BYTES + TAG_BYTES)


class ReadAt(Protocol):
    """A file that can be read anywhere, by two threads at once."""

    def read_at(self, view: memoryview, at: int, /) -> int:
        """Fill the front of `view` with what stands at `at`; return how many bytes, 0 only at the end."""


class WriteAt(Protocol):
    """A file that can be written anywhere, by two threads at once."""

    def write_at(self, view: memoryview, at: int, /) -> int:
        """Write the front of `view` at `at`; return the number of bytes."""


class Pending(Protocol):
    """Work that a `Helper` has taken; `result` waits for it, and raises what it raised."""

    def result(self) -> int: ...


class Helper(Protocol):
    """Another pair of hands: does what is submitted beside its caller, as `ThreadPoolExecutor(1)` would."""

    def submit(self, work: Callable[[], int], /) -> Pending: ...


def encrypt_at(
    source: ReadAt,
    size: int,
    sink: WriteAt,
    recipients: Sequence[Recipient],
    *,
    helper: Helper,
    progress: Progress | None = None,
) -> int:
    """Seal the `size` bytes of `source` to `recipients`, and return how many that were.

    Raises `Mistaken` if the recipients do not go together, or if the file turns out shorter.
    """
    file_key, nonce = secrets.token_bytes(FILE_KEY_BYTES), secrets.token_bytes(NONCE_BYTES)
    head = header_.finish(file_key, header_.serialise(wrap(file_key, recipients))) + nonce
    _write(sink, memoryview(head), 0)

    def hand() -> Callable[[int], int]:
        chunks = Chunks(file_key, nonce)
        plain, sealed = memoryview(bytearray(_PLAIN_BATCH)), memoryview(bytearray(_SEALED_BATCH))

        def batch(number: int) -> int:
            at = number * _PLAIN_BATCH
            length = min(_PLAIN_BATCH, size - at)
            if _read(source, plain[:length], at) < length:
                raise Mistaken("This file became shorter while it was read.")
            chunks.count = number * BATCH
            made = chunks.seal(plain[:length], sealed, final=at + length == size)
            _write(sink, sealed[:made], len(head) + number * _SEALED_BATCH)
            return length

        return batch

    _share(hand, max(1, -(-size // _PLAIN_BATCH)), helper, progress)
    return size


def decrypt_at(
    source: ReadAt,
    size: int,
    sink: WriteAt,
    identities: Sequence[Identity],
    *,
    helper: Helper,
    progress: Progress | None = None,
) -> int:
    """Open the age file of `size` bytes in `source`, which is not armored; return how many bytes were in it.

    Raises what `decrypt` raises and `PayloadDamaged`; what stands in `sink` then is of no use.
    """
    head = header_.parse(Input(_FromStart(source)))
    file_key = unwrap(head.stanzas, identities)
    header_.check_mac(head, file_key)
    start = len(head.signed) + header_.MAC_LINE_BYTES + NONCE_BYTES
    nonce = memoryview(bytearray(NONCE_BYTES))
    if size < start or _read(source, nonce, start - NONCE_BYTES) < NONCE_BYTES:
        raise HeaderDamaged("This age file ends with its header.")
    length = payload_length(size - start + NONCE_BYTES)

    def hand() -> Callable[[int], int]:
        chunks = Chunks(file_key, bytes(nonce))
        sealed, plain = memoryview(bytearray(_SEALED_BATCH)), memoryview(bytearray(_PLAIN_BATCH))

        def batch(number: int) -> int:
            at = start + number * _SEALED_BATCH
            taken = min(_SEALED_BATCH, size - at)
            if _read(source, sealed[:taken], at) < taken:
                raise PayloadDamaged
            chunks.count = number * BATCH
            made, damage = chunks.open(sealed[:taken], plain, final=at + taken == size)
            if damage:
                raise damage
            _write(sink, plain[:made], number * _PLAIN_BATCH)
            return made

        return batch

    _share(hand, max(1, -(-(size - start) // _SEALED_BATCH)), helper, progress)
    if _read(source, memoryview(bytearray(1)), size):  # it grew while it was read
        raise PayloadDamaged
    return length


def _share(
    hand: Callable[[], Callable[[int], int]], batches: int, helper: Helper, progress: Progress | None
) -> None:
    """Do batches 0 to `batches` - 1, each by whichever hand is free; on return no hand works any more."""
    numbers = count()  # whose `next` is one step to the interpreter, so that no number comes twice
    stopped = False
    helped_bytes = told_bytes = 0  # each written by one hand only

    def work(tell: Callable[[int], object]) -> int:
        nonlocal stopped
        batch = hand()
        try:
            while not stopped and (number := next(numbers)) < batches:
                tell(batch(number))
        except BaseException:
            stopped = True
            raise
        return 0

    def helped(count: int) -> None:
        nonlocal helped_bytes
        helped_bytes += count

    def ours(count: int) -> None:
        nonlocal told_bytes
        if progress:
            seen = helped_bytes
            progress(count + seen - told_bytes)
            told_bytes = seen

    pending = helper.submit(lambda: work(helped))
    try:
        work(ours)
    finally:
        stopped = True
        pending.result()
    ours(0)


def _read(source: ReadAt, view: memoryview, at: int) -> int:
    taken = 0
    while taken < len(view) and (more := source.read_at(view[taken:], at + taken)):
        taken += more
    return taken


def _write(sink: WriteAt, view: memoryview, at: int) -> None:
    written = 0
    while written < len(view):
        written += sink.write_at(view[written:], at + written)


class _FromStart:
    """Reads such a file from its start, for the header."""

    def __init__(self, source: ReadAt) -> None:
        self._source = source
        self._at = 0

    def read(self, length: int, /) -> bytes:
        view = memoryview(bytearray(length))
        taken = self._source.read_at(view, self._at)
        self._at += taken
        return bytes(view[:taken])
