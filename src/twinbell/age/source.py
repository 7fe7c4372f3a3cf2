"""Where the bytes of an age file come from and where they go.

Files, pipes, sockets' files, and our own readers and writers all fit: what is asked of them is one method.
Here too is `Input`, which reads ahead of itself by a little, so that a header can end anywhere in a block.
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


class Helper(Protocol):
    """Another pair of hands: runs what is submitted, one after the other, beside its caller.

    A `concurrent.futures.ThreadPoolExecutor(1)` is one. This package starts no threads by itself; whoever
    moves a large file may lend it one, so that reading and writing happen while the other core computes.
    """

    def submit(self, work: Callable[[], int], /) -> "Pending": ...


class Pending(Protocol):
    """Work that a `Helper` has taken; `result` waits for it, and raises what it raised."""

    def result(self) -> int: ...


class Input:
    """A source with what was read too far put back in front of it."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._readinto: Callable[[memoryview], int | None] | None = getattr(source, "readinto", None)
        self._ahead = b""

    def peek(self, length: int) -> bytes:
        """Return the next `length` bytes without taking them; fewer only where the source ends."""
        while len(self._ahead) < length:
            block = self._source.read(max(BLOCK, length - len(self._ahead)))
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
            block = self._source.read(BLOCK)
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
        return self._source.read(length)

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


def write_all(sink: Sink, data: memoryview) -> None:
    """Write all of `data`, also to a sink that takes less than it is offered (a raw pipe)."""
    while len(data):
        count = sink.write(data)
        if count is None or count >= len(data):
            return
        data = data[count:]
