"""Where the bytes of an age file come from and where they go.

Files, pipes, sockets' files, and our own readers and writers all fit: what is asked of them is one method.
Here too is `Input`, which reads ahead of itself by a little, so that a header can end anywhere in a block,
and `Batches`, which reads a large file in pieces of one size and knows which piece is the last.
"""

from collections.abc import Callable
from typing import Protocol

BLOCK = 4096  # bytes read at a time while looking for the end of a line


class Source(Protocol):
    """Something to read from: `read(n)` gives up to n bytes, and none only at the end."""

    def read(self, n: int, /) -> bytes: ...


class Sink(Protocol):
    """Something to write to; what `write` returns is the number of bytes taken, or nothing if it took all."""

    def write(self, data: memoryview, /) -> int | None: ...


class Input:
    """A source with what was read too far put back in front of it."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._readinto: Callable[[memoryview], int | None] | None = getattr(source, "readinto", None)
        self._ahead = b""

    def peek(self, length: int) -> bytes:
        """Return the next `length` bytes without taking them; fewer only where the source ends."""
        while len(self._ahead) < length:
            block = self.source.read(max(BLOCK, length - len(self._ahead)))
            if not block:
                break
            self._ahead += block
        return self._ahead[:length]

    def line(self, length_max: int) -> bytes | None:
        """Take the next line with its line feed, or return None if it is too long or has no end."""
        searched = 0
        while (end := self._ahead.find(b"\n", searched, length_max)) < 0:
            searched = len(self._ahead)
            if searched >= length_max:
                return None
            block = self.source.read(BLOCK)
            if not block:
                return None
            self._ahead += block
        line, self._ahead = self._ahead[: end + 1], self._ahead[end + 1 :]
        return line

    def read(self, length: int, /) -> bytes:
        """Take up to `length` bytes; none only at the end."""
        if self._ahead:
            data, self._ahead = self._ahead[:length], self._ahead[length:]
            return data
        return self.source.read(length)

    def fill(self, view: memoryview) -> int:
        """Fill all of `view`, or as much as there is; return the number of bytes."""
        at = 0
        while at < len(view):
            if self._ahead or self._readinto is None:
                data = self.read(len(view) - at)
                count = len(data)
                view[at : at + count] = data
            else:
                count = self._readinto(view[at:]) or 0
            if not count:
                break
            at += count
        return at


class Batches:
    """Cuts a source into batches of `size` bytes, in one buffer, and knows which one is the last.

    To know that, each read asks for one byte more than a batch.
    """

    def __init__(self, source: Input, size: int) -> None:
        self._source = source
        self._size = size
        self._buffer = memoryview(bytearray(size + 1))
        self._ahead = 0  # 1 where the first byte of the buffer came with the batch before

    def next(self) -> tuple[memoryview, bool]:
        """Return the next batch, good until the next call, and whether it was the last one."""
        if self._ahead:
            self._buffer[0] = self._buffer[self._size]
        count = self._ahead + self._source.fill(self._buffer[self._ahead :])
        self._ahead = 1
        return self._buffer[: min(count, self._size)], count <= self._size


def write_all(sink: Sink, data: memoryview) -> int:
    """Write all of `data`, also to a sink that takes less at a time (a raw pipe); return its length."""
    at = 0
    while at < len(data):
        count = sink.write(data[at:])
        at = len(data) if count is None else at + count
    return at
