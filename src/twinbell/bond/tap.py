"""What a letter flows through: taps that count and hash it, a check of its form, a tally of progress.

Nothing here keeps more than one buffer. `readinto` goes through wherever the source has it, so that a large
attachment is not copied more often than it is sealed.
"""

import hashlib
from collections.abc import Callable, Iterator
from typing import Protocol

from twinbell.age.header import VERSION_LINE
from twinbell.age.source import Sink, Source
from twinbell.errors import Damaged

BUFFER_BYTES = 1 << 20


class Progress(Protocol):
    """Told now and then how many of how many bytes are done."""

    def __call__(self, done: int, total: int, /) -> None: ...


class Tally:
    """Adds up progress."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress = progress
        self._total = total
        self._done = 0

    def add(self, count: int) -> None:
        self._done += count
        if self._progress:
            self._progress(self._done, self._total)


class WriteTap:
    """Passes bytes on, and knows their number and hash."""

    def __init__(self, dst: Sink) -> None:
        self._dst = dst
        self.sha256 = hashlib.sha256()
        self.length = 0

    def write(self, data: memoryview, /) -> int:
        taken = self._dst.write(data)
        count = len(data) if taken is None else taken
        self.sha256.update(data[:count])
        self.length += count
        return count


class ReadTap:
    """Gives bytes on, and knows their number and hash."""

    def __init__(self, src: Source) -> None:
        self._src = src
        self._fill = _filler(src)
        self.sha256 = hashlib.sha256()
        self.length = 0

    def read(self, length: int, /) -> bytes:
        data = self._src.read(length)
        self.sha256.update(data)
        self.length += len(data)
        return data

    def readinto(self, buffer: memoryview, /) -> int:
        count = self._fill(buffer)
        self.sha256.update(buffer[:count])
        self.length += count
        return count


class Binary:
    """An age file in a letter is never armored: one letter has one form, which every reader takes."""

    def __init__(self, src: Source) -> None:
        self._src = src
        self._fill = _filler(src)
        self._head = b""
        while len(self._head) < len(VERSION_LINE) and (part := src.read(len(VERSION_LINE) - len(self._head))):
            self._head += part
        if self._head != VERSION_LINE:
            raise Damaged("This is not a letter, or not whole.")

    def read(self, length: int, /) -> bytes:
        if self._head:
            data, self._head = self._head[:length], self._head[length:]
            return data
        return self._src.read(length)

    def readinto(self, buffer: memoryview, /) -> int:
        if self._head:
            data = self.read(len(buffer))
            buffer[: len(data)] = data
            return len(data)
        return self._fill(buffer)


def pieces(src: Source) -> Iterator[memoryview]:
    """Yield what is in `src`, up to 1 MiB at a time, in one buffer: each piece is good until the next."""
    buffer = memoryview(bytearray(BUFFER_BYTES))
    fill = _filler(src)
    while count := fill(buffer):
        yield buffer[:count]


def _filler(src: Source) -> Callable[[memoryview], int]:
    readinto: Callable[[memoryview], int | None] | None = getattr(src, "readinto", None)
    if readinto is None:
        return lambda buffer: _copy(src.read(len(buffer)), buffer)
    own = readinto
    return lambda buffer: own(buffer) or 0


def _copy(data: bytes, buffer: memoryview) -> int:
    buffer[: len(data)] = data
    return len(data)
