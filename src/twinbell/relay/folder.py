"""The folder of a relay: one that can be written, and that one process has."""

import fcntl
import os
from pathlib import Path

from twinbell.errors import Refused


def make(data: Path) -> None:
    """Make sure that the relay can write there; raise `Refused`."""
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = data / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise Refused(
            f"{data} cannot be written to: {error.strerror}.", hint="Choose another with --data."
        ) from None


def lock(data: Path) -> int:
    """Take the folder and return the lock's descriptor; raise `Refused` if another process has it."""
    lock_fd = os.open(data / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock_fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock_fd)
        raise Refused(f"Another relay is using {data}.") from None
    return lock_fd
