"""Blobs on the disk: files that grow piece by piece and are whole before an envelope may name them.

The database says how much of a file is durable; the file may be longer after a crash and is cut back to that.
A row is written before its file and deleted before it, so what a crash leaves over is a file without a row,
which `sweep_strays` removes at start. Files lie in 256 folders by the first byte of their name.
"""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Iterable, Sequence
from pathlib import Path

from twinbell.errors import Conflict, Damaged, NotFound, OverQuota
from twinbell.relay.live import Live
from twinbell.relay.mailbox import SINK, Mailboxes
from twinbell.relay.store import DEPOSIT_NAMES, Blob, Full, Store
from twinbell.relay.store.writer import Writer
from twinbell.wire.limits import BLOB_SYNC_BYTES

_READ = 262_144


class Blobs:
    """The files, and what the database knows of them."""

    def __init__(
        self,
        folder: Path,
        *,
        store: Store,
        writer: Writer,
        mailboxes: Mailboxes,
        bytes_max: tuple[int, int],
        reserve_bytes: int,
    ) -> None:
        self._folder = folder
        self._store = store
        self._writer = writer
        self._mailboxes = mailboxes
        self._bytes_max = bytes_max  # of what others leave, and of what one leaves oneself
        self._reserve_bytes = reserve_bytes
        self._uploading: set[Path] = set()

    async def begin(self, live: Live, blob: bytes, which: int, length: int) -> tuple[Blob, bool]:
        """Make room for a blob of `length` bytes, and return it and whether it is new; safe to repeat."""
        if length == 0:
            raise Damaged("A blob has one byte at least.")
        if which == SINK:
            return await self._begin_sunk(live, blob, length)
        counted = self._store.blobs.find(live.number, blob) is None
        if counted:
            self._check_room(length)
            self._count(live, which, length)
        day, is_new = self._mailboxes.today(), False
        live.busy += 1
        try:
            begun: Blob
            begun, is_new = await self._writer.run(
                lambda: self._store.blobs_written.begin(live.number, blob, which, length, day)
            )
        finally:
            live.busy -= 1
            if counted and not is_new:  # refused, or the same request was faster on another connection
                live.blob_bytes[which] -= length
        return begun, is_new

    def find(self, live: Live, blob: bytes, which: int | None = None) -> Blob:
        """Return the blob; for a depositor (`which`) its own, for a collector one that an envelope names."""
        if which == SINK:
            upload = live.sunk_blobs.find(blob)
            return Blob(length=upload.length, offset=upload.offset, deposit=which, place=None)
        found = self._store.blobs.find(live.number, blob)
        if found is None or (which is None and found.place is None):
            raise NotFound
        if which is not None and found.deposit != which:
            raise NotFound
        return found

    async def append(
        self, live: Live, blob: bytes, which: int, offset: int, parts: AsyncIterator[bytes]
    ) -> int:
        """Append what comes, make it durable, and return how much there is now.

        If the parts break off, what came is durable all the same, and the next upload goes on from there.
        """
        if which == SINK:
            reached = await live.sunk_blobs.append(blob, offset, parts)
            await self._commit_sunk(live)
            return reached
        found = self.find(live, blob, which)
        if found.offset != offset:
            raise Conflict(f"The relay has {found.offset} bytes of this blob.")
        path = self._path(live.box, blob)
        if path in self._uploading:
            raise Conflict("This blob is being uploaded already.")
        self._uploading.add(path)
        live.busy += 1
        try:
            return await self._append(live, blob, found, path, parts)
        finally:
            live.busy -= 1
            self._uploading.discard(path)

    async def _append(
        self, live: Live, blob: bytes, found: Blob, path: Path, parts: AsyncIterator[bytes]
    ) -> int:
        file = await asyncio.to_thread(_open_at, path, found.offset)
        written = synced = found.offset
        try:
            async for part in parts:
                if written + len(part) > found.length:
                    raise Damaged("This blob is longer than was said.")
                if written // BLOB_SYNC_BYTES != (written + len(part)) // BLOB_SYNC_BYTES:
                    self._check_room(found.length - written)
                await asyncio.to_thread(_write, file, part)
                written += len(part)
                if written - synced >= BLOB_SYNC_BYTES:
                    synced = await self._sync(live, blob, file, path, written)
        finally:
            # Also when the connection broke: what has come need not be sent again.
            if written > synced:
                synced = await self._sync(live, blob, file, path, written)
            os.close(file)
        return synced

    async def _sync(self, live: Live, blob: bytes, file: int, path: Path, offset: int) -> int:
        await asyncio.to_thread(_sync, file, path.parent)
        await self._writer.run(lambda: self._store.blobs_written.advance(live.number, blob, offset))
        return offset

    def _count(self, live: Live, which: int, length: int) -> None:
        """Take `length` bytes of the quota; raise `OverQuota` if it has no room for them."""
        if live.blob_bytes[which] + length > self._bytes_max[which]:
            raise OverQuota("This mailbox has no room for so large a blob.")
        live.blob_bytes[which] += length

    def _count_sunk(self, live: Live, length: int) -> None:
        """Raise `OverQuota` where the mailbox of somebody who is away would have no room for these bytes."""
        peer = DEPOSIT_NAMES.index("peer")
        if live.blob_bytes[peer] + live.sunk_blobs.total + length > self._bytes_max[peer]:
            raise OverQuota("This mailbox has no room for so large a blob.")

    def _recount(self, live: Live) -> None:
        """Read again how much is used, after blobs went that no envelope named."""
        stored = self._store.find_mailbox(live.box)
        if stored is not None:
            live.blob_bytes = list(stored.blob_bytes)

    async def _begin_sunk(self, live: Live, blob: bytes, length: int) -> tuple[Blob, bool]:
        if not live.sunk_blobs.knows(blob):
            self._check_room(length)
            self._count_sunk(live, length)
        upload, is_new = live.sunk_blobs.begin(blob, length)
        await self._commit_sunk(live)
        return Blob(length=length, offset=upload.offset, deposit=SINK, place=None), is_new

    async def _commit_sunk(self, live: Live) -> None:
        """Wait as long as for a blob that is kept."""
        live.busy += 1
        try:
            await self._writer.run(lambda: self._store.count_sunk(live.number))
        finally:
            live.busy -= 1

    async def read(self, live: Live, blob: bytes, start: int, end: int) -> AsyncIterator[bytes]:
        """Yield the bytes [start, end) of a blob."""
        file = await asyncio.to_thread(os.open, self._path(live.box, blob), os.O_RDONLY | os.O_NOFOLLOW)
        try:
            while start < end:
                part = await asyncio.to_thread(os.pread, file, min(_READ, end - start), start)
                if not part:
                    raise OSError("a blob is shorter than its row says")
                start += len(part)
                yield part
        finally:
            os.close(file)

    def remove(self, box: bytes, blobs: Iterable[bytes]) -> None:
        """Remove files whose rows are gone; a crash here leaves strays for the next start."""
        for blob in blobs:
            self._path(box, blob).unlink(missing_ok=True)

    async def sweep_orphans(self, before_day: int) -> int:
        """Drop uploads that no envelope named in time."""
        orphans = self._store.blobs.orphans_before(before_day)
        if not orphans:
            return 0
        await self._writer.run(
            lambda: self._store.blobs_written.forget([(number, blob) for _, number, blob in orphans])
        )
        for box, number, blob in orphans:
            if self._store.blobs.find(number, blob) is None:
                live = self._mailboxes.find(box)
                if live is not None:
                    self._recount(live)
                self.remove(box, [blob])
        return len(orphans)

    def sweep_strays(self) -> int:
        """At start: remove files that no row knows."""
        known = {self._path(box, blob) for box, blob in self._store.blobs.every()}
        strays = [path for path in self._folder.glob("*/*") if path not in known]
        for path in strays:
            path.unlink()
        return len(strays)

    def _path(self, box: bytes, blob: bytes) -> Path:
        # Hashed, so that a name says neither whose it is nor what its sender called it.
        name = hashlib.sha256(b"twinbell/v1/blob" + box + blob).hexdigest()[:40]
        return self._folder / name[:2] / name

    def _check_room(self, length: int) -> None:
        disk = os.statvfs(self._folder)
        if disk.f_bavail * disk.f_frsize < self._reserve_bytes + length:
            raise Full


def make_folder(data: Path) -> Path:
    """Return the folder of the blobs, with all its folders durable, so that a file needs one sync only."""
    folder = data / "blobs"
    folder.mkdir(mode=0o700, exist_ok=True)
    for first in range(256):
        (folder / f"{first:02x}").mkdir(mode=0o700, exist_ok=True)
    _sync_folders([folder, data])
    return folder


def _open_at(path: Path, offset: int) -> int:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    os.ftruncate(file, offset)  # what a crash left behind the durable part
    os.lseek(file, offset, os.SEEK_SET)
    return file


def _write(file: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]


def _sync(file: int, folder: Path) -> None:
    os.fsync(file)
    _sync_folders([folder])


def _sync_folders(folders: Sequence[Path]) -> None:
    for folder in folders:
        handle = os.open(folder, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)
