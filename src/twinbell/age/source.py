"""Where the bytes of an age file come from and where they go.

Files, pipes, sockets' files, and our own readers and writers all fit: what is asked of them is one method.
Here too is `Input`, which reads ahead of itself by a little, so that a header can end anywhere in a block,
and `Batches`, which reads a large file in pieces of one size and knows which piece is the last.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

BLOCK = 4096  # bytes read at a time while looking for the end of a line


class Source(Protocol):
    """Something to read from: `read(n)` gives up to n bytes, and none only at the end."""

    def read(self, n: int, /) -> bytes: ...


class Sink(Protocol):
    """Something to write to; what `write` returns is the number of bytes taken, or nothing if it took all."""

    def write(self, data: memoryview, /) -> int | None: ...


class Pending(Protocol):
    """Work that a `Helper` has taken."""

    def result(self) -> int:
        """Wait until it is done, and raise what it raised."""

    def cancel(self) -> bool:
        """Tell that it need not be done; False if it is being done, or has been, by now."""


class Helper(Protocol):
    """Another pair of hands: does what is submitted, one thing after the other, beside its caller.

    A `ThreadPoolExecutor(1)` is one, `client/worker.py` a lighter one. This package starts no threads by
    itself; who moves a large file may lend it one, and reading and writing happen while this core computes.
    """

    def submit(self, work: Callable[[], int], /) -> Pending: ...


class NoHelper:
    """Does the work itself, at the moment when its result is asked for."""

    def submit(self, work: Callable[[], int], /) -> Pending:
        """Return `work`, not yet done."""
        return _Later(work)


class _Later:
    __slots__ = ("result",)

    def __init__(self, work: Callable[[], int]) -> None:
        self.result = work

    def cancel(self) -> bool:
        return True


def settle(pending: Pending) -> None:
    """Return once `pending` no longer touches anything, whether it was done or not."""
    if not pending.cancel():
        with suppress(Exception):  # whoever settles has an error of its own to tell
            pending.result()


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
    """Cuts what `fill` gives into batches of `size` bytes, and reads one batch ahead where there is a helper.

    `next` gives a view that is good until it is called twice more, and whether it was the last one. To know
    that, each read asks for one byte more than a batch.
    """

    def __init__(self, fill: Callable[[memoryview], int], size: int, helper: Helper) -> None:
        self._fill = fill
        self._size = size
        self._helper = helper
        self._buffers = [memoryview(bytearray(size + 1)), memoryview(bytearray(size + 1))]
        self._ahead = 0  # 1 where the first byte of a buffer came with the batch before
        self._reading = self._read()

    def next(self) -> tuple[memoryview, bool]:
        """Return the next batch; not to be called again after the last one."""
        count = self._ahead + self._reading.result()
        batch = self._buffers[0]
        if count <= self._size:
            return batch[:count], True
        self._buffers.reverse()
        self._buffers[0][0] = batch[self._size]
        self._ahead = 1
        self._reading = self._read()
        return batch[: self._size], False

    def close(self) -> None:
        """Return once nothing reads any more."""
        settle(self._reading)

    def _read(self) -> Pending:
        free = self._buffers[0][self._ahead :]
        return self._helper.submit(lambda: self._fill(free))


def write_all(sink: Sink, data: memoryview) -> int:
    """Write all of `data`, also to a sink that takes less at a time (a raw pipe); return its length."""
    at = 0
    while at < len(data):
        count = sink.write(data[at:])
        at = len(data) if count is None else at + count
    return at
