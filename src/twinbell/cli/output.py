"""Where a command's data goes: a file that appears whole or not at all, a pipe, or a terminal that gets text.

A file is written without a name where the system can do that, so that not even `kill -9` leaves a part of it.
What stood there before stays until the new one takes its place. Nothing is synced: like `cp`, this leaves
that to the system, and what must survive a power cut does not come through here.
"""

import codecs
import contextlib
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol, Self

from twinbell.errors import Mistaken, NotFound, Refused

STANDARD = "-"


class Sink(Protocol):
    """What the data is written to."""

    def write(self, data: memoryview, /) -> int | None: ...


@contextmanager
def open_input(name: str | None) -> Iterator[BinaryIO]:
    """Open a file, or standard input for `-` and for nothing."""
    if name is None or name == STANDARD:
        # Not sys.stdin.buffer: while that gathers a large piece from a pipe, it does not hear Ctrl-C.
        with os.fdopen(sys.stdin.fileno(), "rb", buffering=0, closefd=False) as pipe:
            yield pipe
        return
    try:
        file = Path(name).open("rb", buffering=0)  # noqa: SIM115  # closed by the `with` below
    except OSError as error:
        raise NotFound(f"The file {name} can't be read: {error.strerror}.") from None
    with file:
        if stat.S_ISDIR(os.fstat(file.fileno()).st_mode):
            raise Mistaken(f"{name} is a folder.", hint="`tar c FOLDER | …` makes one file of it.")
        yield file


class Regular:
    """What is left of a regular file, read anywhere in it without moving its place."""

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        self.size = size
        self._file = file
        self._start = start

    @classmethod
    def of(cls, file: BinaryIO) -> "Regular | None":
        """Return the file from its place to its end, None for pipes and terminals."""
        try:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                return None
            start = file.seek(0, os.SEEK_CUR)
        except (OSError, ValueError):
            return None
        return cls(file, start, max(0, status.st_size - start))

    def read_at(self, view: memoryview, at: int, /) -> int:
        """Fill the front of `view` with what stands at `at`; 0 only at the end."""
        return os.preadv(self._file.fileno(), [view], self._start + at)


@contextmanager
def open_output(name: str | None, *, source: BinaryIO, text: bool) -> Iterator[Sink]:
    """Open where the data goes: a file of this name, or standard output for `-` and for nothing.

    `text` tells that the data is text of ours, which may go to a terminal; other data goes there only if it
    turns out to be text, or with `-`. Raises `Mistaken` if the data would overwrite what it is made from.
    """
    if name is None or name == STANDARD:
        if _same(source, sys.stdout.fileno()):
            raise Mistaken("This would overwrite the file that it reads.")
        if name is None and not text and sys.stdout.isatty():
            with Terminal() as terminal:
                yield terminal
            return
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    path = Path(os.path.realpath(name))  # a link keeps pointing to the file, which is replaced behind it
    if path.exists():
        if path.is_dir():
            raise Mistaken(f"{name} is a folder.")
        if not path.is_file():  # /dev/null, a named pipe: nothing to put in its place
            with path.open("wb", buffering=0) as device:
                yield device
            return
        with path.open("rb") as there:
            if _same(source, there.fileno()):
                raise Mistaken(f"{name} would overwrite itself.", hint="Give the output another name.")
    with Whole(path) as file:
        yield file


class Whole:
    """A file that takes its name when the `with` is left without an exception, and vanishes otherwise."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._scratch: Path | None = None
        try:
            self._file = os.fdopen(self._open(), "wb", buffering=0)
        except OSError as error:
            raise Refused(f"{path} can't be written: {error.strerror}.") from None
        with contextlib.suppress(OSError):
            os.fchmod(self._file.fileno(), stat.S_IMODE(path.stat().st_mode))

    def _open(self) -> int:
        flags = os.O_WRONLY | os.O_CLOEXEC
        with contextlib.suppress(AttributeError, OSError):  # not on macOS, nor on every file system
            return os.open(self._path.parent, flags | os.O_TMPFILE, 0o666)
        self._scratch = self._beside()
        return os.open(self._scratch, flags | os.O_CREAT | os.O_EXCL, 0o666)

    def _beside(self) -> Path:
        return self._path.with_name(f".{self._path.name}.{os.getpid()}.part")

    def write(self, data: memoryview, /) -> int | None:
        return self._file.write(data)

    def write_at(self, view: memoryview, at: int, /) -> int:
        """Write the front of `view` at `at`; return the number of bytes."""
        return os.pwrite(self._file.fileno(), view, at)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._file:
            try:
                if kind is None:
                    self._take_name()
            finally:
                if self._scratch:
                    self._scratch.unlink(missing_ok=True)

    def _take_name(self) -> None:
        if self._scratch is None:
            self._scratch = self._beside()
            # With a folder's handle, os.link follows the link in /proc to the file that has no name.
            folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.link(f"/proc/self/fd/{self._file.fileno()}", self._scratch, src_dir_fd=folder)
            finally:
                os.close(folder)
        self._scratch.replace(self._path)


class Terminal:
    """A terminal, which gets text and nothing that it would obey."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")()

    def write(self, data: memoryview, /) -> int:
        try:
            text = self._decoder.decode(data)
        except UnicodeDecodeError:
            text = "\0"
        if not all(char.isprintable() or char in "\n\t" for char in text.replace("\r\n", "\n")):
            raise Refused(
                "This is not plain text, and a terminal would show nonsense or obey it.",
                hint="`-o FILE` writes it to a file; `-o -` shows it anyway.",
            )
        sys.stdout.write(text)
        return len(data)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        sys.stdout.flush()


def _same(source: BinaryIO, handle: int) -> bool:
    try:
        ours, theirs = os.fstat(source.fileno()), os.fstat(handle)
    except (OSError, ValueError):
        return False
    return stat.S_ISREG(ours.st_mode) and os.path.samestat(ours, theirs)
