"""A small ustar archive (POSIX.1-1988), written one way only and read no other way.

Names are ours: ASCII, no link, no folder entry, nobody's user or clock. An entry has one header, so a
reader builds the header that it expects and compares; whatever differs by a byte is `Damaged`. Behind the
two zero blocks that end an archive come more zeros, up to the Padmé length with a floor of 16 KiB: every
`tar` ignores them, and the length of an archive tells only its magnitude.

Both sides stream: nothing of an entry is kept, and the length of an archive is known before its first
byte. What lies in the archives of a letter is in `letter.py`, the format in `docs/spec/tar-and-padding.md`.
"""

from collections.abc import Callable, Iterable, Iterator

from twinbell.age.source import Sink, Source, write_all
from twinbell.encoding import padme
from twinbell.errors import Damaged, Mistaken

BLOCK = 512
SIZE_MAX = 8**11 - 1  # eleven octal digits: one byte less than 8 GiB
NAME_BYTES_MAX = 100
FLOOR = 16 * 1024  # below this, all lengths look alike
CHUNK = 1 << 20

_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
_MARKS = frozenset("._-")


def padded(length: int) -> int:
    """Return the length to which `length` bytes of ours are filled up: Padmé, at least 16 KiB."""
    return padme(max(length, FLOOR))


def archive_length(sizes: Iterable[int]) -> int:
    """Return how many bytes an archive has whose entries have these sizes."""
    return padded(sum(BLOCK + _blocks(size) for size in sizes) + 2 * BLOCK)


def is_name(name: str) -> bool:
    """Whether an entry may be called this: short ASCII parts that start with a letter or a digit."""
    return len(name) <= NAME_BYTES_MAX and all(
        part[:1] in _LETTERS and part != "" and all(c in _LETTERS or c in _MARKS for c in part)
        for part in name.split("/")
    )


def header(name: str, size: int) -> bytes:
    """Return the one header of an entry: 512 bytes. Raises `Mistaken` for what has none."""
    if not is_name(name):
        raise Mistaken("This is no name for an entry of an archive.")
    if not 0 <= size <= SIZE_MAX:
        raise Mistaken("A file in a letter has less than 8 GiB.")
    fields = b"".join(
        (
            name.encode().ljust(100, b"\0"),
            b"0000644\0",  # mode
            b"0000000\0" * 2,  # user and group
            b"%011o\0" % size,
            b"00000000000\0",  # modified: at the epoch
            b" " * 8,  # checksum, counted as spaces
            b"0".ljust(101, b"\0"),  # an ordinary file, linked to nothing
            b"ustar\x0000",
            bytes(64),  # names of user and group
            b"0000000\0" * 2,  # device
        )
    ).ljust(BLOCK, b"\0")
    return fields[:148] + b"%06o\0 " % sum(fields) + fields[156:]


class TarWriter:
    """Writes an archive: `add` small entries, `entry` and write for long ones, then `finish`."""

    def __init__(self, dst: Sink) -> None:
        self._dst = dst
        self._written = 0
        self._left = 0
        self._fill = 0
        self._names: set[str] = set()

    def add(self, name: str, data: bytes) -> None:
        self.entry(name, len(data))
        self.write(data)

    def entry(self, name: str, size: int) -> None:
        """Begin an entry of exactly `size` bytes, which `write` then gives."""
        self._end_entry()
        if name in self._names:
            raise Mistaken("Two entries of an archive have the same name.")
        self._names.add(name)
        self._put(header(name, size))
        self._left, self._fill = size, _blocks(size) - size

    def write(self, data: bytes | memoryview, /) -> int:
        if len(data) > self._left:
            raise Mistaken("This is longer than it was said to be.")
        self._left -= len(data)
        self._put(data)
        return len(data)

    def finish(self) -> int:
        """End the archive and fill it up; return its length."""
        self._end_entry()
        end = self._written + 2 * BLOCK
        zeros = padded(end) - self._written
        while zeros:
            part = min(zeros, CHUNK)
            self._put(bytes(part))
            zeros -= part
        return self._written

    def _end_entry(self) -> None:
        if self._left:
            raise Mistaken("This is shorter than it was said to be.")
        self._put(bytes(self._fill))
        self._fill = 0

    def _put(self, data: bytes | memoryview) -> None:
        if data:
            write_all(self._dst, memoryview(data))
            self._written += len(data)


class Entry:
    """One file in an archive that is being read; its bytes come while it is the current one."""

    def __init__(self, archive: "TarReader", name: str, size: int) -> None:
        self.name = name
        self.size = size
        self._archive = archive
        self._left = size

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes, b"" at the end of the entry; all that is left if `size` is negative."""
        want = self._left if size < 0 else min(size, self._left)
        data = self._archive._take(want)
        self._left -= want
        return data

    def readinto(self, buffer: memoryview, /) -> int:
        """Fill `buffer`, or as much of it as the entry still has; return the number of bytes."""
        want = min(len(buffer), self._left)
        self._archive._take_into(buffer[:want])
        self._left -= want
        return want

    def skip(self) -> None:
        """Read what is left, and forget it."""
        if self._left:
            buffer = memoryview(bytearray(min(self._left, CHUNK)))
            while self.readinto(buffer):
                pass


class TarReader:
    """Reads an archive, entry by entry: iterate, and read each `Entry` before the next.

    What is left unread of an entry is skipped. The end of the iteration is the end of the source: by then
    all padding is seen to be zeros, of just the length that belongs there. Raises `Damaged`.
    """

    def __init__(self, src: Source, *, entries_max: int) -> None:
        self._src = src
        self._readinto: Callable[[memoryview], int | None] | None = getattr(src, "readinto", None)
        self._entries_max = entries_max
        self._read = 0
        self._names: set[str] = set()

    def __iter__(self) -> Iterator[Entry]:
        while (entry := self._next()) is not None:
            yield entry
            entry.skip()
            if any(self._take(_blocks(entry.size) - entry.size)):
                raise Damaged("There is something between two entries of this archive.")
        self._end()

    def _next(self) -> Entry | None:
        block = self._take(BLOCK)
        if not any(block):
            return None
        name, size = _parse(block)
        if name in self._names or len(self._names) >= self._entries_max:
            raise Damaged("This archive has too many entries, or one of them twice.")
        self._names.add(name)
        return Entry(self, name, size)

    def _end(self) -> None:
        left = padded(self._read + BLOCK) - self._read
        while left:
            part = self._take(min(left, CHUNK))
            if part.count(0) != len(part):
                raise Damaged("There is something behind the end of this archive.")
            left -= len(part)
        if self._src.read(1):
            raise Damaged("There is something behind the end of this archive.")

    def _take(self, size: int) -> bytes:
        data = read_exactly(self._src, size)
        self._read += size
        return data

    def _take_into(self, view: memoryview) -> None:
        if self._readinto is None:
            view[:] = self._take(len(view))
            return
        self._read += len(view)
        while len(view):
            count = self._readinto(view)
            if not count:
                raise Damaged("This archive is cut short.")
            view = view[count:]


def read_exactly(src: Source, size: int) -> bytes:
    """Return the next `size` bytes of `src`; raise `Damaged` if it ends before."""
    data = src.read(size) if size else b""
    if len(data) == size:
        return data
    parts = [data]
    left = size - len(data)
    while left:
        part = src.read(left)
        if not part:
            raise Damaged("This archive is cut short.")
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _parse(block: bytes) -> tuple[str, int]:
    """Return name and size of the entry that `block` heads: only if it is the header we would write."""
    try:
        name = block[:100].rstrip(b"\0").decode("ascii")
        size = int(block[124:135].decode("ascii"), 8)
        if header(name, size) == block:
            return name, size
    except (ValueError, Mistaken):
        pass
    raise Damaged("This archive has an entry of another kind than ours.")


def _blocks(size: int) -> int:
    return -(-size // BLOCK) * BLOCK
