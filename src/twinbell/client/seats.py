"""The watches at which this home has a seat: as a guardian, or as the reader of last letters.

Which there are is in the keyring of the bond (`bond/watchkeys.py`), so that paper brings them back; a row
here is what came of looking at the relay (`looks.py`), and what its person was told and said.
"""

from typing import TYPE_CHECKING

from twinbell.bond.frozen import Frozen
from twinbell.client.home import Home
from twinbell.client.vault import Row, Vault
from twinbell.wire.silence import Answer, Stage

if TYPE_CHECKING:
    from twinbell.bond.pendant import Pendant
    from twinbell.wire.watchview import View

_COLUMNS = (
    "bond, watch, reader, view, looked_s, due_s, refusal, doorbell, stage, asked, answer, said_s, ballot, "
    "ballot_n, released_s, consent_told"
)


class SeatRow(Frozen):
    """A seat as the vault has it."""

    bond: bytes
    watch: bytes
    reader: bool
    view_bytes: bytes | None
    looked_s: int
    due_s: int
    refusal: str | None  # why the last look brought nothing
    doorbell: bytes | None
    stage: Stage | None  # as its person was told it
    asked: int  # the question that its person was told of; 0: none
    answer: Answer | None
    said_s: int
    ballot: bytes | None
    ballot_n: int
    released_s: int
    consent_told: int

    @property
    def view(self) -> "View | None":
        """What the relay showed last."""
        from twinbell.wire.watchview import View

        return View.parse(self.view_bytes) if self.view_bytes else None


class Place(Frozen):
    """Where a watch is, and by what right this home looks at it."""

    relay: str
    token: bytes


def every(vault: Vault, *, due_by_s: int | None = None) -> list[SeatRow]:
    """Return all seats of this home, or those that want looking at."""
    rows = vault.all(f"select {_COLUMNS} from seat where ?1 is null or due_s <= ?1 order by rowid", due_by_s)  # noqa: S608
    return [_row(row) for row in rows]


def get(vault: Vault, bond: bytes, watch: bytes) -> SeatRow | None:
    """Return the seat at this watch."""
    row = vault.one(f"select {_COLUMNS} from seat where bond = ? and watch = ?", bond, watch)  # noqa: S608
    return _row(row) if row else None


def sync(home: Home, bond: bytes, pendant: "Pendant") -> None:
    """Have a row for each seat in this keyring and no other. Called inside a transaction.

    A look is due at once: the keyring changes when terms or places do.
    """
    keys = pendant.keyring.watch
    wanted = {seat.watch: False for seat in keys.seats if seat.given}
    wanted |= {reading.watch: True for reading in keys.reading}
    if pendant.parted:
        wanted = {}
    for row in every(home.vault):
        if row.bond == bond and row.watch not in wanted:
            home.vault.run("delete from seat where bond = ? and watch = ?", bond, row.watch)
    for watch, reader in wanted.items():
        home.vault.run(
            "insert into seat (bond, watch, reader) values (?, ?, ?) on conflict do update set due_s = 0",
            bond,
            watch,
            reader,
        )


def place_of(pendant: "Pendant", row: SeatRow, now_s: int) -> Place | None:
    """Return where to look at a seat's watch, as its keyring has it."""
    keys = pendant.keyring.watch
    if row.reader:
        reading = keys.reader(row.watch)
        return Place(reading.relay, reading.token) if reading else None
    seat = keys.seat(row.watch)
    given = seat.held(now_s) if seat else None
    return Place(given.relay, given.token) if given else None


def _row(row: Row) -> SeatRow:
    bond, watch, reader, view, looked_s, due_s, refusal, doorbell, stage, asked, answer, *rest = row
    return SeatRow(
        bond,
        watch,
        bool(reader),
        view,
        looked_s,
        due_s,
        refusal,
        doorbell,
        Stage(stage) if stage else None,
        asked,
        Answer(answer) if answer else None,
        *rest,
    )
