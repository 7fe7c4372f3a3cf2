"""The folder of a home, in which one person keeps one or several pendants.

    vault.db        everything small, encrypted (`vault`)
    key.age | key   the vault's key (`key`), unless it is kept elsewhere
    letters/        letters, one age file each, named by their ids
    home.lock       held while the home is made or a large file is sent

Nobody but its owner may look into the folder. Several commands may run in one home at once: what they change,
they change in a transaction of the vault.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from twinbell.errors import NotFound, Refused

VARIABLE = "TWINBELL_HOME"
FOLDER_MODE = 0o700
FILE_MODE = 0o600


def locate(chosen: str | None) -> Path:
    """Return the home's folder: as chosen, else `TWINBELL_HOME`, else the place for a person's data."""
    named = chosen or os.environ.get(VARIABLE)
    if named:
        return Path(named).expanduser().absolute()
    data = os.environ.get("XDG_DATA_HOME")
    return (Path(data) if data else Path.home() / ".local" / "share") / "twinbell"


def exists(path: Path) -> bool:
    """Tell whether there is a home in this folder."""
    return (path / "vault.db").exists()


def check(path: Path) -> None:
    """Refuse a home that is not there or that others could look into.

    Raises `NotFound` and `Refused`.
    """
    if not exists(path):
        raise NotFound(
            f"There is no home in {path}.",
            hint="`twinbell bell give` or `twinbell bell answer` makes one; `--home` names another folder.",
        )
    private(path)


def private(path: Path) -> None:
    """Refuse a file or folder that belongs to someone else, or that others could read."""
    status = path.stat()
    if status.st_uid != os.getuid():
        raise Refused(f"{path} belongs to another user.", hint="Twinbell reads only what is yours.")
    if stat.S_IMODE(status.st_mode) & 0o077:
        wanted = "700" if stat.S_ISDIR(status.st_mode) else "600"
        raise Refused(f"Others on this machine can look into {path}.", hint=f"chmod {wanted} {path}")


def make_folder(path: Path) -> None:
    """Make the folder, and `letters` in it, for its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for folder in (path, path / "letters"):
        folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
    private(path)


@contextmanager
def lock(path: Path, name: str = "home.lock", *, wait: bool = True) -> Iterator[bool]:
    """Hold a lock of this home; yields False at once if another process holds it and `wait` is off."""
    import fcntl

    handle = os.open(path / name, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, FILE_MODE)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True
    finally:
        os.close(handle)


def write_new(path: Path, data: bytes) -> None:
    """Write a file that must not be there yet, so that a crash leaves either all of it or none.

    Raises `FileExistsError`.
    """
    scratch = path.with_name(f".{path.name}.{os.getpid()}.part")
    handle = os.open(scratch, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC, FILE_MODE)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.link(scratch, path)  # unlike a rename, refuses to replace what is there
    finally:
        scratch.unlink()
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
