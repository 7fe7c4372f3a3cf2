"""What is kept of blobs beside their bytes: one class for one connection, the reading or the writing one."""

from collections.abc import Iterable, Sequence
from typing import Any

import apsw

from twinbell.errors import Conflict
from twinbell.relay.store import Blob


class BlobTable:
    """Questions may be asked of either; a change is made with the writing one, inside a `Job`."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def find(self, number: int, blob: bytes) -> Blob | None:
        row = self._connection.execute(
            "select length, offset, deposit, place from blob where mailbox=? and id=?", (number, blob)
        ).get
        if row is None:
            return None
        return Blob(length=row[0], offset=row[1], deposit=row[2], place=row[3])

    def every(self) -> Iterable[tuple[bytes, bytes]]:
        yield from self._connection.execute(
            "select mailbox.box, blob.id from blob join mailbox on mailbox.number = blob.mailbox"
        )

    def orphans_before(self, day: int) -> list[tuple[bytes, int, bytes]]:
        rows: list[Any] = self._connection.execute(
            "select mailbox.box, mailbox.number, blob.id from blob"
            " join mailbox on mailbox.number = blob.mailbox where place is null and day < ? limit 1000",
            (day,),
        ).fetchall()
        return rows

    def begin(self, number: int, blob: bytes, deposit: int, length: int, day: int) -> tuple[Blob, bool]:
        """Return the blob, and whether it was made now."""
        found = self.find(number, blob)
        if found is not None:
            if (found.length, found.deposit) != (length, deposit):
                raise Conflict("This blob's id was already used for another blob.")
            return found, False
        self._connection.execute(
            "insert into blob values (?,?,?,?,0,?,null)", (number, blob, deposit, length, day)
        )
        return Blob(length=length, offset=0, deposit=deposit, place=None), True

    def advance(self, number: int, blob: bytes, offset: int) -> None:
        self._connection.execute(
            "update blob set offset=max(offset, ?) where mailbox=? and id=?", (offset, number, blob)
        )

    def forget(self, blobs: Sequence[tuple[int, bytes]]) -> None:
        self._connection.executemany("delete from blob where mailbox=? and id=? and place is null", blobs)
