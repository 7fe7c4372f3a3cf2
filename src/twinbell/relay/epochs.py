"""`epochs.log`: the highest epoch of each mailbox, outside the database and its backups.

A restored backup would bring revoked tokens back. The log only grows, is synced before the owner is
answered, and is compared with the database: a mailbox whose database knows less is frozen until its owner
has spoken. A line is the mailbox's hash and the epoch; the last line of a crash may be cut and is ignored.
"""

import hashlib
import os
from pathlib import Path

_HASH_CHARS = 32  # half a SHA-256: enough to tell mailboxes apart, and half the memory


class Epochs:
    """The log, and its newest lines in memory."""

    def __init__(self, path: Path) -> None:
        self._newest: dict[bytes, int] = {}
        text = path.read_text("ascii") if path.exists() else ""
        for line in text.splitlines():
            digest, _, epoch = line.partition(" ")
            if len(digest) == _HASH_CHARS and epoch.endswith(";") and epoch[:-1].isdigit():
                self._raise(bytes.fromhex(digest), int(epoch[:-1]))
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        if text and not text.endswith("\n"):
            os.write(self._file, b"\n")  # what comes next must not be joined to a cut line
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)

    def of(self, box: bytes) -> int:
        """Return the highest epoch of `box` that was ever answered for, 0 for none."""
        return self._newest.get(_hash(box), 0)

    def note(self, box: bytes, epoch: int) -> None:
        """Write `epoch` down if it is new; it is on the disk when this returns."""
        if epoch <= self.of(box):
            return
        os.write(self._file, f"{_hash(box).hex()} {epoch};\n".encode())
        os.fsync(self._file)
        self._raise(_hash(box), epoch)

    def close(self) -> None:
        os.close(self._file)

    def _raise(self, digest: bytes, epoch: int) -> None:
        self._newest[digest] = max(epoch, self._newest.get(digest, 0))


def _hash(box: bytes) -> bytes:
    return hashlib.sha256(b"twinbell/v1/epochs" + box).digest()[: _HASH_CHARS // 2]
