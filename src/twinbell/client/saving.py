"""Files that leave the home: written safely into a folder of the person's choice.

What a letter calls its files is the writer's word. Such a name never leads out of the folder, never hides,
never moves a cursor, never replaces anything. Everything is written beside the folder first and moved into it
at the end, so that a letter that turns out damaged leaves nothing.
"""

import os
import shutil
import unicodedata
from collections.abc import Iterator
from glob import escape
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from twinbell.bond.mail import FileNote
from twinbell.client.folder import FILE_MODE, FOLDER_MODE

NAME_BYTES_MAX = 150  # with room for a number, below what any file system takes
_PORTS = (f"{kind}{n}" for kind in ("com", "lpt") for n in "0123456789¹²³")
_RESERVED = frozenset({"con", "prn", "aux", "nul", *_PORTS})  # devices on Windows, whatever follows a dot
_INVISIBLE = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zs", "Zl", "Zp"))
_FORBIDDEN = frozenset('/\\:*?"<>|')


def safe_name(name: str) -> str:
    """Return a file name that any system takes as the name of a plain file, as near to `name` as may be."""
    text = unicodedata.normalize("NFC", name)
    text = "".join("_" if char in _FORBIDDEN or not _shows(char) else char for char in text)
    text = text.strip(" .")
    if text.partition(".")[0].rstrip(" ").lower() in {"", *_RESERVED}:
        text = f"file_{text}"
    if text.startswith("-"):  # some command would take it for an option
        text = f"_{text}"
    stem, dot, extension = text.rpartition(".")
    if not dot:
        stem, extension = text, ""
    room = NAME_BYTES_MAX - len(f".{extension}".encode()) if len(extension.encode()) <= 16 else NAME_BYTES_MAX
    if len(extension.encode()) > 16:
        stem, extension = text, ""
    stem = stem.encode()[:room].decode(errors="ignore").rstrip(" .")
    return f"{stem}.{extension}" if extension else stem


def _shows(char: str) -> bool:
    # Controls, direction overrides, private use, halves of characters and odd blanks have no place in a name.
    return char == " " or unicodedata.category(char) not in _INVISIBLE


class Folder:
    """A folder that files go into. Used in a `with`: what was not kept by its end is gone."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.attachments: list[tuple[FileNote, Path]] = []
        self._scratch = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}.part")
        self._open: BinaryIO | None = None  # one at a time: a letter may have more files than we may open
        self._notes: list[tuple[FileNote, str]] = []
        self._names: set[str] = set()
        self._begun = False

    def __enter__(self) -> "Folder":
        for left in self.path.parent.glob(f".{escape(self.path.name)}.*.part"):
            if _is_abandoned(left):
                shutil.rmtree(left, ignore_errors=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def attachment(self, number: int, note: FileNote) -> BinaryIO:
        """Return a sink for an attachment, good until the next: what `open_letter` asks for."""
        name = self._fresh(safe_name(note.name))
        self._notes.append((note, name))
        return self._create(name)

    def add(self, name: str, data: bytes) -> None:
        """Write a file whose name is ours."""
        self._create(self._fresh(name)).write(data)

    def keep(self) -> None:
        """Move everything into the folder, which is made if need be; a taken name gets a number."""
        if not self._names:
            return
        self._close()
        self.path.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        placed = {name: self._place(name) for name in sorted(self._names)}
        self.attachments = [(note, placed[name]) for note, name in self._notes]

    def _create(self, name: str) -> BinaryIO:
        self._scratch.parent.mkdir(parents=True, exist_ok=True)
        if not self._begun:
            self._scratch.mkdir(mode=FOLDER_MODE)  # refuses one that somebody else has put there
            self._begun = True
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC
        self._close()
        self._open = os.fdopen(os.open(self._scratch / name, flags, FILE_MODE), "wb")
        return self._open

    def _close(self) -> None:
        if self._open:
            self._open.close()

    def _fresh(self, name: str) -> str:
        chosen = next(each for each in _numbered(name) if each.casefold() not in self._folded)
        self._names.add(chosen)
        return chosen

    @property
    def _folded(self) -> set[str]:
        return {name.casefold() for name in self._names}  # some file systems know no case

    def _place(self, name: str) -> Path:
        source = self._scratch / name
        for each in _numbered(name):
            target = self.path / each
            try:
                os.link(source, target, follow_symlinks=False)  # refuses to replace, unlike a rename
                return target
            except FileExistsError:
                if _same(source, target):  # opened before, into the same folder
                    return target
            except OSError:  # a file system without links
                if not target.exists():
                    source.rename(target)
                    return target
        raise AssertionError  # unreachable: numbers do not end


def _is_abandoned(scratch: Path) -> bool:
    """Say whether what lies here, in clear, was left by a command that was killed."""
    pid = scratch.name.split(".")[-3]
    if not pid.isdecimal() or scratch.lstat().st_uid != os.getuid():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False


def _numbered(name: str) -> Iterator[str]:
    """Yield a name, then the same with a number behind it: photo.jpg, photo (2).jpg, …"""
    yield name
    stem, dot, extension = name.rpartition(".")
    for number in count(2):
        yield f"{stem} ({number}).{extension}" if dot else f"{name} ({number})"


def _same(one: Path, other: Path) -> bool:
    if other.is_symlink() or not other.is_file() or one.stat().st_size != other.stat().st_size:
        return False
    with one.open("rb") as a, other.open("rb") as b:
        while part := a.read(1 << 20):
            if part != b.read(1 << 20):
                return False
    return True
