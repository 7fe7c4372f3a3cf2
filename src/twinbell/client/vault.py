"""The vault: one encrypted SQLite file that remembers everything small.

SQLite3 Multiple Ciphers, ChaCha20-Poly1305 on every page, under a key of 32 bytes and no passphrase of its
own (`key` has that). The tables are in `schema`; what is asked of them is in `journal`, `letters`, `bonds`.

`synchronous=FULL`: what a transaction has committed survives a power cut. Two processes may use one vault at
once: every change happens in `transaction`, which waits for its turn.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw

from twinbell.client.failpoint import reach
from twinbell.errors import Damaged, TwinbellError, VaultLocked

VERSION = 5
BUSY_MS = 15_000  # as long as a transaction of ours could possibly take on a slow disk, many times over

Row = tuple[Any, ...]


class Vault:
    """An open vault. A context manager; closes itself."""

    def __init__(self, path: Path, key: bytes, *, create: bool = False) -> None:
        if create:  # SQLite would let others read it; its WAL takes the mode of the file
            os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))
        try:
            self._db = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
            self._db.set_busy_timeout(BUSY_MS)
            # A command that ends leaves the checkpoint to a later one: it would cost each a sync of the disk.
            self._db.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
            self._db.execute(f'pragma key="raw:{key.hex()}"')
            version = self._number("pragma user_version")
            self._db.execute(
                "pragma journal_mode=wal; pragma synchronous=full; pragma foreign_keys=on; "
                "pragma temp_store=memory; pragma secure_delete=fast"
            )
        except apsw.NotADBError:
            raise VaultLocked("This key does not open the vault of this home.") from None
        except apsw.CorruptError:
            raise _damaged() from None
        except apsw.CantOpenError:
            raise Damaged(f"The vault {path} can't be opened.") from None
        if version > VERSION:
            raise TwinbellError(
                f"A newer Twinbell has written this home: its vault is at step {version}, not {VERSION}.",
                hint="Use the newer program.",
            )
        if version < VERSION:
            self._upgrade()

    def __enter__(self) -> "Vault":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Do all of what is inside or nothing of it, alone; durable when this returns."""
        self._db.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._db.execute("rollback")
            raise
        self._db.execute("commit")

    def all(self, sql: str, *values: object) -> list[Row]:
        """Return every row of a query."""
        try:
            return list(self._db.execute(sql, values))
        except apsw.CorruptError:
            raise _damaged() from None

    def one(self, sql: str, *values: object) -> Row | None:
        """Return the first row of a query, or None."""
        rows = self.all(sql, *values)
        return rows[0] if rows else None

    def run(self, sql: str, *values: object) -> int:
        """Run a statement and return how many rows it changed."""
        self.all(sql, *values)
        return self._db.changes()

    def last_number(self) -> int:
        """Return the number that the last row was given."""
        return self._db.last_insert_rowid()

    def remembered(self, name: str) -> str | None:
        """Return a setting of this home."""
        row = self.one("select value from setting where name = ?", name)
        return str(row[0]) if row else None

    def remember(self, name: str, value: str) -> None:
        """Keep a setting of this home."""
        self.run(
            "insert into setting values (?, ?) on conflict do update set value = excluded.value", name, value
        )

    def sound(self) -> bool:
        """Read every page and say whether all of them are whole."""
        try:
            return [row[0] for row in self._db.execute("pragma integrity_check")] == ["ok"]
        except (apsw.CorruptError, apsw.NotADBError):
            return False

    def _upgrade(self) -> None:
        from twinbell.client.schema import STEPS

        with self.transaction():
            # Another process may have been here between our look and our turn.
            for step in STEPS[self._number("pragma user_version") :]:
                self._db.execute(step)
            self._db.execute(f"pragma user_version={VERSION}")
        self._db.execute("pragma wal_checkpoint(truncate)")
        reach("home: vault made")

    def _number(self, sql: str) -> int:
        row = self.one(sql)
        assert row is not None
        return int(row[0])


def _damaged() -> Damaged:
    return Damaged(
        "The vault of this home is damaged.",
        hint="Put back a copy of the folder, or start anew with your kit.",
    )
