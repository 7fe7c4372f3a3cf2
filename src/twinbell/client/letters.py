"""The letters of a home: which there are, what is known of each, and where its file lies.

What a letter says is in its file alone. `outgoing` writes and sends, `incoming` fetches, `opened` opens.
"""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from twinbell.client.home import Home
from twinbell.client.vault import Row, Vault
from twinbell.encoding import decode_map
from twinbell.errors import Mistaken, NotFound

if TYPE_CHECKING:
    from twinbell.age.hybrid import HybridIdentity
    from twinbell.bond.lock import Lock
    from twinbell.bond.message import Letter
    from twinbell.bond.pendant import Pendant
    from twinbell.client.bonds import BondRow

ID_DIGITS_MIN = 4
RECORD_BYTES_MAX = 4096

_COLUMNS = (
    "number, id, bond, outgoing, state, opens_s, lock, record, at_s, opened_s, letter_key, writer, watch, "
    "floor_s, exists (select 1 from seat where seat.bond = letter.bond and seat.watch = letter.watch "
    "and reader = 1 and stage = 'silent')"
)


class State(Enum):
    """Where a letter is. READY is never kept: it is WAITING when the day has come."""

    SENDING = "sending"
    SENT = "sent"
    WAITING = "waiting"
    READY = "ready"
    OPENED = "opened"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class LetterRow:
    """A letter as the vault has it."""

    number: int
    id: bytes
    bond: bytes
    outgoing: bool
    kept_state: State
    opens_s: int | None
    lock_bytes: bytes
    record: bytes
    at_s: int
    opened_s: int | None
    letter_key: bytes | None
    writer: bytes | None
    watch: bytes | None  # of a last letter; None for any other
    floor_s: int | None  # of a last letter: from then on guardians open it, silent or not
    silent: bool  # its writer has fallen silent, as far as was seen

    @property
    def is_last(self) -> bool:
        """Whether this is a last letter."""
        return self.watch is not None

    @property
    def name(self) -> str:
        """The id as commands print it."""
        return self.id.hex()

    @property
    def direction(self) -> str:
        return "out" if self.outgoing else "in"

    @property
    def lock(self) -> "Lock":
        """What holds it back."""
        from twinbell.bond.lock import Lock

        return Lock.parse(self.lock_bytes)

    @property
    def content(self) -> "Letter":
        """What its envelope says of it."""
        from twinbell.bond.message import Letter

        return Letter.from_record(decode_map(self.record, bytes_max=RECORD_BYTES_MAX))

    def state(self, now_s: int) -> State:
        """Return where the letter is at `now_s`: a last one is ready once only guardians are missing."""
        if self.kept_state is State.WAITING and self._is_ready(now_s):
            return State.READY
        return self.kept_state

    def _is_ready(self, now_s: int) -> bool:
        if self.is_last:
            return self.silent or (self.floor_s is not None and self.floor_s <= now_s)
        return (self.opens_s or 0) <= now_s

    def file(self, home: Home) -> Path:
        """Where its file lies."""
        return home.letters / file_name(self.id)


def file_name(letter_id: bytes) -> str:
    """Return the name of a letter's file."""
    return f"{letter_id.hex()}.age"


def every(vault: Vault, bond: bytes | None = None) -> list[LetterRow]:
    """Return all letters, or those of one bond, oldest first."""
    rows = vault.all(f"select {_COLUMNS} from letter where ?1 is null or bond = ?1 order by number", bond)  # noqa: S608
    return [_row(row) for row in rows]


def find(vault: Vault, word: str) -> LetterRow:
    """Return the letter of this id, or of the start of one; raise `NotFound` or `Mistaken`."""
    wanted = word.lower()
    matches = (
        [row for row in every(vault) if row.name.startswith(wanted)] if len(word) >= ID_DIGITS_MIN else []
    )
    if not matches:
        raise NotFound(f"There is no letter {word} here.", hint="`twinbell letter list` shows their ids.")
    if len({row.id for row in matches}) > 1:
        raise Mistaken(f"More than one letter begins with {word}.")
    return matches[-1]


def reached(vault: Vault, rows: "list[LetterRow]", bonds: "dict[bytes, BondRow]") -> dict[int, bool]:
    """Return, by number, which of our letters have reached the other's device, where both say so.

    A body that is gone from the outbox was had by the other for a month.
    """
    found: dict[int, bool] = {}
    for row in rows:
        pendant = bonds[row.bond].pendant
        if not (row.outgoing and pendant.receipts):
            continue
        waits = vault.one(
            "select n, sent_s from outbox where bond = ? and kind = 'letter' and blob_file = ?",
            row.bond,
            file_name(row.id),
        )
        upto = max((n for _, n in pendant.named), default=-1)
        gone = row.kept_state is State.SENT
        found[row.number] = gone if waits is None else waits[1] is not None and int(waits[0]) <= upto
    return found


def recipients_of(pendant: "Pendant") -> "list[bytes]":
    """Return the four public keys to which a letter is sealed: the other one's two, and ours."""
    keyring, peer = pendant.keyring, pendant.peer
    return [peer.letter, peer.kit, keyring.letter_recipient, keyring.kit]


def identities_of(pendant: "Pendant") -> "list[HybridIdentity]":
    """Return the keys that open the outer seal of letters of this bond, the newest first."""
    from twinbell.age.hybrid import HybridIdentity

    return [HybridIdentity(seed) for seed in reversed(pendant.keyring.letters)]


def last_of(lock: "Lock") -> tuple[bytes | None, int | None]:
    """Return watch and floor of a last letter, as its row keeps them; two Nones for any other."""
    from twinbell.bond.gate import SilenceGate
    from twinbell.bond.lastlock import is_last

    if not is_last(lock):
        return None, None
    watches = [gate.watch for way in lock.ways for gate in way if isinstance(gate, SilenceGate)]
    return watches[0], lock.wish.instant_s if lock.wish else None


def _row(row: Row) -> LetterRow:
    number, id_, bond, outgoing, state, opens_s, lock, record, at_s, opened_s, key, writer, *last = row
    watch, floor_s, silent = last
    return LetterRow(
        number=number,
        id=id_,
        bond=bond,
        outgoing=bool(outgoing),
        kept_state=State(state),
        opens_s=opens_s,
        lock_bytes=lock,
        record=record,
        at_s=at_s,
        opened_s=opened_s,
        letter_key=key,
        writer=writer,
        watch=watch,
        floor_s=floor_s,
        silent=bool(silent),
    )
