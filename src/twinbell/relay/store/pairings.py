"""What is kept of bells on their way: one class for one connection, the reading or the writing one."""

from typing import Any

import apsw

from twinbell.errors import Conflict
from twinbell.relay.store import Pairing

_SELECT = "select nameplate, giver, answerer, m1, m2, m3, m4, expires_s, burnt from pairing where "


class PairingTable:
    """Questions may be asked of either; a change is made with the writing one, inside a `Job`."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def find(self, nameplate: str) -> Pairing | None:
        return _pairing(self._connection.execute(_SELECT + "nameplate=?", (nameplate,)).get)

    def of_giver(self, giver: bytes) -> Pairing | None:
        return _pairing(self._connection.execute(_SELECT + "giver=?", (giver,)).get)

    def open(self, pairing: Pairing) -> Pairing | None:
        """Hang the bell; return it, or the giver's that was faster, or None if the nameplate is taken."""
        found = _pairing(self._connection.execute(_SELECT + "giver=?", (pairing.giver,)).get)
        if found is not None:
            return found
        self._connection.execute(
            "insert into pairing values (?,?,?,?,?,?,?,?,?) on conflict do nothing",
            (
                pairing.nameplate,
                pairing.giver,
                pairing.answerer,
                *pairing.parts,
                pairing.expires_s,
                int(pairing.burnt),
            ),
        )
        return pairing if self._connection.changes() else None

    def change(self, pairing: Pairing, before: Pairing) -> None:
        """Replace `before` by `pairing`; raise `Conflict` if somebody was faster."""
        found = _pairing(self._connection.execute(_SELECT + "nameplate=?", (pairing.nameplate,)).get)
        if found == pairing:
            return
        if found != before:
            raise Conflict("This bell was answered already.")
        _, m2, m3, m4 = pairing.parts
        self._connection.execute(
            "update pairing set answerer=?, m2=?, m3=?, m4=?, expires_s=?, burnt=? where nameplate=?",
            (pairing.answerer, m2, m3, m4, pairing.expires_s, int(pairing.burnt), pairing.nameplate),
        )

    def sweep(self, before_s: int) -> int:
        self._connection.execute("delete from pairing where expires_s < ?", (before_s,))
        return int(self._connection.changes())


def _pairing(row: Any) -> Pairing | None:
    if row is None:
        return None
    nameplate, giver, answerer, m1, m2, m3, m4, expires_s, burnt = row
    return Pairing(
        nameplate=nameplate,
        giver=giver,
        answerer=answerer,
        parts=(m1, m2, m3, m4),
        expires_s=expires_s,
        burnt=bool(burnt),
    )
