"""The embedded store: one SQLite file, WAL, `synchronous=FULL`.

Two connections: one that writes, used by the writer thread alone, and one that reads, used by the event
loop alone. Only apsw ever opens this file: two SQLite libraries on one file in one process corrupt it.

Rows are inserted by statements of 128, 96, … or 1 rows, and deleted by one statement that takes an array.
Each step of a statement gives the interpreter's lock away, and waits for it when the loop is busy; one step
for many rows was measured to be seven times faster there than one step a row.
"""

import os
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import apsw

from twinbell.errors import Conflict, Damaged, TwinbellError
from twinbell.relay.store import (
    Broken,
    Device,
    Drop,
    Full,
    Job,
    Keep,
    Mailbox,
)
from twinbell.relay.store.blobs import BlobTable
from twinbell.relay.store.pairings import PairingTable
from twinbell.relay.store.pushes import PushTable
from twinbell.relay.store.schema import APPLICATION_ID, STEPS
from twinbell.relay.store.watches import WatchTables
from twinbell.wire.auth import Right
from twinbell.wire.limits import ID_BYTES, SLOT_VERSIONS_KEPT
from twinbell.wire.mailbox import Kept, Setting

SINK = 4  # beside the rights that tokens have: answered like DEPOSIT, stores nothing
_CHUNKS = (128, 96, 64, 48, 32, 24, 16, 12, 8, 6, 4, 3, 2, 1)
_PRAGMAS = (
    "pragma page_size=8192",  # of a new file: delivery was a tenth faster than with 4096
    "pragma journal_mode=wal",
    "pragma wal_autocheckpoint=1000",
    "pragma journal_size_limit=67108864",
    "pragma cache_size=-65536",  # the default 2 MB makes every insert into a full relay a read
    "pragma busy_timeout=5000",
    "pragma temp_store=memory",
    "pragma foreign_keys=off",  # rows of one mailbox are only ever changed together
    "pragma secure_delete=fast",
)
_INSERT = "insert into envelope values "
_INSERT_ROW = "(?,?,?,?,?,?,?,?)"
_ON_CONFLICT = " on conflict do nothing"
_INSERTS = {n: _INSERT + ",".join([_INSERT_ROW] * n) + _ON_CONFLICT for n in _CHUNKS}
_DELETE = "delete from envelope where place in carray(?)"
_SELECT = "select seq, arrived, blobs, body from envelope where place in carray(?) order by place"


class SqliteStore:
    """See `Store`."""

    def __init__(self, path: Path, *, synchronous: str = "full") -> None:
        # `synchronous` is an argument only so that the power cut test has a known-bad control.
        self._writer = apsw.Connection(str(path))
        for pragma in _PRAGMAS:
            self._writer.execute(pragma)
        self._writer.execute(f"pragma synchronous={synchronous}")
        self._migrate()
        # The file's name must be as durable as what is in it.
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
        self._reader = apsw.Connection(str(path))
        self._reader.execute("pragma query_only=on")
        self._reader.execute("pragma busy_timeout=5000")
        self._reader.execute("pragma cache_size=-16384")
        self.watches, self.watches_written = WatchTables(self._reader), WatchTables(self._writer)
        self.pairings, self.pairings_written = PairingTable(self._reader), PairingTable(self._writer)
        self.pushes, self.pushes_written = PushTable(self._reader), PushTable(self._writer)
        self.blobs, self.blobs_written = BlobTable(self._reader), BlobTable(self._writer)

    def _migrate(self) -> None:
        (version,) = _one(self._writer, "pragma user_version")
        if version > len(STEPS):
            raise Damaged("This relay's data was written by a newer Twinbell. Use that, or restore a backup.")
        for number, step in enumerate(STEPS[version:], version + 1):
            self._writer.execute("begin immediate")
            self._writer.execute(step)
            self._writer.execute(f"pragma user_version={number}")
            self._writer.execute("commit")
        self._writer.execute(f"pragma application_id={APPLICATION_ID}")

    # --- questions

    def find_mailbox(self, box: bytes) -> Mailbox | None:
        read = self._reader
        row = read.execute("select number, owner, epoch, reserved_seq from mailbox where box=?", (box,)).get
        if row is None:
            return None
        number, owner, epoch, reserved_seq = row
        collect: dict[str, bytes] = {}
        deposit: dict[str, bytes] = {}
        sinks: dict[str, int] = {}
        for hash_, right, name, until_s in read.execute(
            "select hash, right, name, until_s from token where mailbox=?", (number,)
        ):
            if right == Right.COLLECT.value:
                collect[name] = hash_
            elif right == SINK:
                sinks[hash_.hex()] = until_s
            else:
                deposit[name] = hash_
        devices = read.execute("select name, cursor, seen_day, missed from device where mailbox=?", (number,))
        waiting: Any = read.execute(
            "select seq, place, deposit from envelope where mailbox=? order by seq", (number,)
        )
        blob_bytes = [0, 0]
        for which, count in read.execute(
            "select deposit, sum(length) from blob where mailbox=? group by deposit", (number,)
        ):
            blob_bytes[which] = count
        return Mailbox(
            number=number,
            box=box,
            owner=owner,
            setting=Setting(epoch=epoch, collect=collect, deposit=deposit, sinks=sinks),
            devices=tuple(
                Device(name=name, cursor=cursor, seen_day=seen_day, missed=bool(missed))
                for name, cursor, seen_day, missed in devices
            ),
            reserved_seq=reserved_seq,
            waiting=tuple(waiting),
            blob_bytes=(blob_bytes[0], blob_bytes[1]),
        )

    def envelopes_at(self, places: Sequence[int]) -> list[Kept]:
        """Return the envelopes at these places, in ascending order of them."""
        rows = self._reader.execute(_SELECT, (_array(places),)) if places else ()
        return [Kept(seq, arrived, _split(blobs), body) for seq, arrived, blobs, body in rows]

    def newest_place(self) -> int:
        (newest,) = _one(self._reader, "select coalesce(max(place), 0) from envelope")
        return int(newest)

    def slot(self, number: int, version: int | None) -> tuple[int, bytes] | None:
        if version is None:
            row = self._reader.execute(
                "select version, body from slot where mailbox=? order by version desc limit 1", (number,)
            ).get
        else:
            row = self._reader.execute(
                "select version, body from slot where mailbox=? and version=?", (number, version)
            ).get
        return (row[0], row[1]) if row is not None else None

    def epochs(self) -> Iterator[tuple[bytes, int]]:
        yield from self._reader.execute("select box, epoch from mailbox")

    def sleepers(self, day: int) -> list[bytes]:
        return [
            box
            for (box,) in self._reader.execute(
                "select distinct box from mailbox join device on device.mailbox = mailbox.number"
                " where device.seen_day < ? and device.missed = 0",
                (day,),
            )
        ]

    def counts(self) -> dict[str, int]:
        (mailboxes,) = _one(self._reader, "select count(*) from mailbox")
        (pairings,) = _one(self._reader, "select count(*) from pairing")
        (blobs,) = _one(self._reader, "select count(*) from blob")
        return {"mailboxes": mailboxes, "pairings": pairings, "blobs": blobs}

    def free_bytes(self) -> int:
        """Return how much of the file is unused: used before the file grows. Writer thread only."""
        (pages,) = _one(self._writer, "pragma freelist_count")
        (page_bytes,) = _one(self._writer, "pragma page_size")
        return int(pages) * int(page_bytes)

    # --- the commit

    def commit(self, keeps: Sequence[Keep], drops: Sequence[Drop], jobs: Sequence[Job]) -> None:
        write = self._writer
        try:
            write.execute("begin immediate")
            try:
                for job in jobs:
                    self._run(job)
                if keeps:
                    self._keep(keeps)
                if drops:
                    self._drop(drops)
                write.execute("commit")
            except BaseException:
                if write.in_transaction:
                    write.execute("rollback")
                raise
        except apsw.FullError as error:
            raise Full from error
        except (apsw.IOError, apsw.ReadOnlyError, apsw.CantOpenError, apsw.CorruptError) as error:
            raise Broken(str(error)) from error

    def _run(self, job: Job) -> None:
        self._writer.execute("savepoint job")
        try:
            job.result = job.run()
        except TwinbellError as error:
            job.error = error
            self._writer.execute("rollback to job")
        self._writer.execute("release job")

    def _keep(self, keeps: Sequence[Keep]) -> None:
        write = self._writer
        for chunk in _chunks(keeps):
            values: list[Any] = []
            for keep in chunk:
                values += keep.row
            write.execute(_INSERTS[len(chunk)], values)
            if write.changes() != len(chunk):
                self._sort_out_repeats(chunk)
        for keep in keeps:
            if keep.blobs and keep.fresh and keep.error is None:
                self._bind_blobs(keep)

    def _sort_out_repeats(self, keeps: Sequence[Keep]) -> None:
        for keep in keeps:
            own, number, _, id_, deposit, _, blobs, body = keep.row
            row = self._writer.execute(
                "select place, seq, deposit, arrived, blobs, body from envelope where mailbox=? and id=?",
                (number, id_),
            ).get
            if row is None:
                raise Broken("a kept envelope is not there")
            place, seq, first_deposit, arrived_s, first_blobs, first_body = row
            if place == own:
                continue
            keep.fresh = False
            if (first_deposit, first_blobs, first_body) != (deposit, blobs, body):
                keep.error = Conflict("This deposit's id was already used for another envelope.")
            keep.row = (own, number, seq, id_, deposit, arrived_s, blobs, body)

    def _bind_blobs(self, keep: Keep) -> None:
        """Tie the envelope's blobs to it, or take the envelope out again if one of them is not ready."""
        place, number, _, _, deposit, *_ = keep.row
        for blob in keep.blobs:
            self._writer.execute(
                "update blob set place=? where mailbox=? and id=? and deposit=? and place is null"
                " and offset=length",
                (place, number, blob, deposit),
            )
            if self._writer.changes() != 1:
                keep.error = Conflict("A blob of this envelope is not complete, or belongs to another one.")
                self._writer.execute("update blob set place=null where place=?", (place,))
                self._writer.execute("delete from envelope where place=?", (place,))
                return

    def _drop(self, drops: Sequence[Drop]) -> None:
        places = [place for drop in drops for _, place, _ in drop.taken]
        if places:
            self._writer.execute(_DELETE, (_array(places),))
        for drop in drops:
            if drop.device is not None:
                self._writer.execute(
                    "update device set cursor=max(cursor, ?) where mailbox=? and name=?",
                    (drop.cursor, drop.number, drop.device),
                )
            if drop.blobs:
                drop.gone = self._drop_blobs(drop)

    def _drop_blobs(self, drop: Drop) -> list[tuple[bytes, int, int]]:
        gone: list[tuple[bytes, int, int]] = []
        for _, place, _ in drop.taken:
            rows: list[Any] = self._writer.execute(
                "delete from blob where place=? returning id, deposit, length",
                (place,),
            ).fetchall()
            gone += rows
        return gone

    # --- changes

    def put_mailbox(self, box: bytes, owner: bytes, setting: Setting, day: int) -> bool:
        """Create the mailbox or replace its setting; return whether it was created.

        A new device begins with what still lies there: it has the keyring of the others.
        """
        write = self._writer
        row = write.execute("select number, epoch, owner from mailbox where box=?", (box,)).get
        if row is None:
            write.execute(
                "insert into mailbox (box, owner, epoch, reserved_seq, sunk) values (?,?,?,0,0)",
                (box, owner, setting.epoch),
            )
            number = write.last_insert_rowid()
        else:
            number, epoch, _ = row
            if setting.epoch < epoch:
                raise Conflict("This mailbox has a newer epoch already.")
            write.execute("update mailbox set epoch=? where number=?", (setting.epoch, number))
        write.execute("delete from token where mailbox=?", (number,))
        rows = [(number, hash_, Right.COLLECT.value, name, 0) for name, hash_ in setting.collect.items()]
        rows += [(number, hash_, Right.DEPOSIT.value, name, 0) for name, hash_ in setting.deposit.items()]
        known = {hash_ for _, hash_, _, _, _ in rows}
        sinks = [(bytes.fromhex(digest), until_s) for digest, until_s in setting.sinks.items()]
        rows += [(number, hash_, SINK, "", until_s) for hash_, until_s in sinks if hash_ not in known]
        write.executemany("insert into token values (?,?,?,?,?)", rows)
        for name in [n for (n,) in write.execute("select name from device where mailbox=?", (number,))]:
            if name not in setting.collect:
                write.execute("delete from device where mailbox=? and name=?", (number, name))
                write.execute("delete from push where mailbox=? and device=?", (number, name))
        for name in setting.collect:
            write.execute("insert into device values (?,?,0,?,0) on conflict do nothing", (number, name, day))
        return row is None

    def reserve_seqs(self, number: int, upto: int) -> None:
        self._writer.execute("update mailbox set reserved_seq=? where number=?", (upto, number))

    def count_sunk(self, number: int) -> None:
        self._writer.execute("update mailbox set sunk=sunk+1 where number=?", (number,))

    def note_seen(self, number: int, device: str, day: int) -> None:
        self._writer.execute(
            "update device set seen_day=max(seen_day, ?) where mailbox=? and name=?", (day, number, device)
        )

    def note_missed(self, number: int, devices: Sequence[str]) -> None:
        for name in devices:
            self._writer.execute("update device set missed=1 where mailbox=? and name=?", (number, name))

    def put_slot(self, number: int, version: int, body: bytes) -> int:
        """Store the version after `version`, if that is the newest, and return it; raise `Conflict` else."""
        write = self._writer
        (newest,) = _one(write, "select coalesce(max(version), 0) from slot where mailbox=?", number)
        if newest == version + 1:
            row = write.execute("select body from slot where mailbox=? and version=?", (number, newest)).get
            if row == body or row == (body,):
                return int(newest)  # a repeat, whose first answer was lost
        if newest != version:
            raise Conflict("Somebody else changed this first.")
        write.execute("insert into slot values (?,?,?)", (number, version + 1, body))
        write.execute(
            "delete from slot where mailbox=? and version<=?", (number, version + 1 - SLOT_VERSIONS_KEPT)
        )
        return version + 1

    def checkpoint(self) -> None:
        """Move the write-ahead log into the database and cut it. Writer thread only."""
        try:
            self._writer.execute("pragma wal_checkpoint(truncate)").fetchall()
        except apsw.FullError as error:
            raise Full from error

    def close(self) -> None:
        self._reader.close()
        self._writer.close()


def _one(connection: apsw.Connection, sql: str, *values: Any) -> tuple[Any, ...]:
    row: Any = connection.execute(sql, values).fetchone()
    return tuple(row)


def _chunks(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    start = 0
    for size in _CHUNKS:
        while len(items) - start >= size:
            yield items[start : start + size]
            start += size


def _array(places: Sequence[int]) -> Any:
    return apsw.carray(array("q", places))


def _split(blobs: bytes) -> tuple[bytes, ...]:
    return tuple(blobs[start : start + ID_BYTES] for start in range(0, len(blobs), ID_BYTES))
