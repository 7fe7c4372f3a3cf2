"""Uploads to a sink: answered like those to the mailbox of somebody who is away, and dropped as they come.

Whoever was parted from shall not learn it from a letter with a photo. So every question has the answer that
it would have had: how much is there, is it being sent already, is there room, may this envelope name it. In
memory alone: a restart of the relay forgets, and what was not complete begins anew.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from twinbell.errors import Conflict, Damaged, NotFound

UPLOADS_MAX = 256  # of one mailbox: each is a few numbers


@dataclass(slots=True)
class Upload:
    """One blob that is said to lie here."""

    length: int
    offset: int = 0
    busy: bool = False
    envelope: bytes | None = None  # the id of the one that names it


class Sunk:
    """The uploads to the sinks of one mailbox."""

    __slots__ = ("_uploads",)

    def __init__(self) -> None:
        self._uploads: dict[bytes, Upload] = {}

    @property
    def total(self) -> int:
        """How many bytes would lie here."""
        return sum(upload.length for upload in self._uploads.values())

    def begin(self, blob: bytes, length: int) -> tuple[Upload, bool]:
        """Return an upload, and whether it is new; raise `Conflict` for another length."""
        found = self._uploads.get(blob)
        if found is not None:
            if found.length != length:
                raise Conflict("This blob's id was already used for another blob.")
            return found, False
        if len(self._uploads) >= UPLOADS_MAX:
            del self._uploads[next(iter(self._uploads))]
        self._uploads[blob] = made = Upload(length)
        return made, True

    def knows(self, blob: bytes) -> bool:
        return blob in self._uploads

    def find(self, blob: bytes) -> Upload:
        if blob not in self._uploads:
            raise NotFound
        return self._uploads[blob]

    async def append(self, blob: bytes, offset: int, parts: AsyncIterator[bytes]) -> int:
        """Take what comes and let it go; return how much would be there."""
        upload = self.find(blob)
        if upload.offset != offset:
            raise Conflict(f"The relay has {upload.offset} bytes of this blob.")
        if upload.busy:
            raise Conflict("This blob is being uploaded already.")
        upload.busy = True
        try:
            async for part in parts:
                if upload.offset + len(part) > upload.length:
                    raise Damaged("This blob is longer than was said.")
                upload.offset += len(part)
        finally:
            upload.busy = False
        return upload.offset

    def binds(self, envelope: bytes, blobs: Sequence[bytes]) -> bool:
        """Let an envelope name these blobs, and say whether it may: each complete, and nobody else's."""
        uploads = [self._uploads.get(blob) for blob in blobs]
        for upload in uploads:
            if upload is None or upload.offset != upload.length or upload.envelope not in (None, envelope):
                return False
        for upload in uploads:
            assert upload is not None
            upload.envelope = envelope
        return True
