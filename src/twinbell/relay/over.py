"""`watch/over`: which watches were ended or stopped, outside the database and its backups.

An older database that is put back brings such a watch back, with its parcels and all the rights in it. Its
writer is done with it, so nobody signs life for it any more: whoever had kept a guardian's key could let it
fall silent. So what is over is written down here before the database hears of it, and is ended or stopped
once more at each start.

A line is the watch, a space, its stop code or `ended`, and `;`; the last line of a crash may be cut and is
ignored. Rehearsals are not in it: they are over within days.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from twinbell.crypto.kdf import sha256
from twinbell.relay.counter import FOLDER
from twinbell.relay.stages import Moment, settle, stored_terms
from twinbell.relay.store.watches import WatchTables
from twinbell.relay.store.watchrows import Row
from twinbell.wire.limits import ID_BYTES
from twinbell.wire.terms import STOP_BYTES

FILE = "over"
ENDED = b""  # in place of a code
_ENDED = "ended"


class Over:
    """The file. Its folder is the one of the counter, which is there before."""

    def __init__(self, data: Path) -> None:
        path = data / FOLDER / FILE
        text = path.read_text("ascii", "replace") if path.exists() else ""
        self._known = dict.fromkeys(_lines(text))
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        if text and not text.endswith("\n"):
            os.write(self._file, b"\n")  # what comes next must not be joined to a cut line
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)

    def note(self, row: Row, code: bytes = ENDED) -> None:
        """Write down that this watch was stopped by this code, or ended; it is on the disk on return."""
        line = (row.id, code)
        if row.over_s is not None or line in self._known:
            return
        os.write(self._file, f"{row.id.hex()} {code.hex() or _ENDED};\n".encode())
        os.fsync(self._file)
        self._known[line] = None

    def repeat(self, tables: WatchTables, moment: Moment) -> None:
        """End and stop what an older database has brought back. Writer thread only."""
        for watch, code in self._known:
            row = tables.find(watch)
            if code == ENDED:
                end(tables, watch, row)
            elif row is not None and _may_stop(tables, row, code):
                stop(tables, row, code, moment)

    def close(self) -> None:
        os.close(self._file)


def end(tables: WatchTables, watch: bytes, row: Row | None) -> None:
    """Forget a watch for ever: its name is not taken again."""
    if row is not None:
        tables.delete(row.number)
    tables.bury(watch)


def stop(tables: WatchTables, row: Row, code: bytes, moment: Moment) -> None:
    """Stop a watch by a code that was checked."""
    tables.drop_parcels(row.number)
    settle(tables, replace(row, stopped=code), moment)


def _may_stop(tables: WatchTables, row: Row, code: bytes) -> bool:
    """Say whether the watch goes on although this is its code; armed anew, it has another one."""
    if row.stopped:
        return False
    records = (tables.record(row.number, "terms"), tables.record(row.number, "pending"))
    return any(record and stored_terms(record.body).stop == sha256(code) for record in records)


def _lines(text: str) -> Iterator[tuple[bytes, bytes]]:
    for line in text.splitlines():
        watch, _, how = line.partition(" ")
        if not how.endswith(";"):
            continue
        try:
            found = bytes.fromhex(watch), ENDED if how[:-1] == _ENDED else bytes.fromhex(how[:-1])
        except ValueError:
            continue
        if len(found[0]) == ID_BYTES and len(found[1]) in (len(ENDED), STOP_BYTES):
            yield found
