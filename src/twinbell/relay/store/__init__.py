"""What the relay keeps: the questions that may be asked of it, and the records in the answers.

`Store` is the only way to the database; SQL is in `sqlite.py` and `schema.py` alone. Questions are asked on
the event loop, of a read connection of its own, and are short. Changes are handed to `writer.py`, which
calls `commit` in its thread: a group of them in one transaction, durable when it returns.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from twinbell.wire.mailbox import Kept, Setting

if TYPE_CHECKING:
    from twinbell.relay.store.blobs import BlobTable
    from twinbell.relay.store.pairings import PairingTable
    from twinbell.relay.store.pushes import PushTable
    from twinbell.relay.store.watches import WatchTables

Entry: TypeAlias = tuple[
    int, int, int
]  # of an envelope: its seq, its place in the table, whose deposit it is
DEPOSIT_NAMES = ("peer", "self")  # whose token left an envelope; its index is what is stored


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """How far one device has collected. `missed`: something was deleted while it slept."""

    name: str
    cursor: int
    seen_day: int
    missed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """A mailbox as it is on the disk, with what lies in it but for the bodies."""

    number: int
    box: bytes
    owner: bytes = field(repr=False)
    setting: Setting
    devices: tuple[Device, ...]
    reserved_seq: int  # seqs up to here may have been given out
    waiting: tuple[Entry, ...]  # in ascending seq
    blob_bytes: tuple[int, int]  # of peer and self


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """A blob's state: `offset` bytes of `length` are durable; `place` is the envelope it belongs to."""

    length: int
    offset: int
    deposit: int
    place: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """A pairing mailbox; `parts` are messages 1 to 4, None for what has not come."""

    nameplate: str
    giver: bytes = field(repr=False)
    answerer: bytes | None = field(repr=False)
    parts: tuple[bytes | None, bytes | None, bytes | None, bytes | None] = field(repr=False)
    expires_s: int
    burnt: bool


class Keep:
    """An envelope to be kept, and after the commit what became of it.

    A class with slots and not a dataclass because one is made for every envelope, and its row is a tuple as
    the database takes it. `fresh` after the commit: True if it is new; False if the same id was there: then
    the row has `seq` and `arrived_s` of the first one, or `error` says that its bytes were others.
    """

    __slots__ = ("blobs", "caller", "error", "fresh", "live", "row")

    def __init__(
        self,
        number: int,
        seq: int,
        place: int,
        id_: bytes,
        deposit: int,
        arrived_s: int,
        blobs: tuple[bytes, ...],
        body: bytes,
        *,
        live: Any = None,
        caller: Any = None,
    ) -> None:
        self.row = (place, number, seq, id_, deposit, arrived_s, b"".join(blobs) if blobs else b"", body)
        self.blobs = blobs
        self.fresh = True
        self.error: Exception | None = None
        self.live = live  # the relay's own, handed back after the commit
        self.caller = caller

    @property
    def place(self) -> int:
        return self.row[0]

    @property
    def seq(self) -> int:
        return self.row[2]

    @property
    def arrived_s(self) -> int:
        return self.row[5]

    @property
    def body(self) -> bytes:
        return self.row[7]


class Drop:
    """Envelopes that every device has, to be deleted, and how far a device has come."""

    __slots__ = (
        "before",
        "blobs",
        "caller",
        "cursor",
        "device",
        "error",
        "gone",
        "live",
        "number",
        "riders",
        "taken",
    )

    def __init__(self, number: int, taken: Sequence[Entry], device: str | None, cursor: int) -> None:
        self.number = number
        self.taken = taken
        self.device = device  # None: its cursor need not be written, since nothing lies before it any more
        self.cursor = cursor
        self.blobs = False  # whether an envelope of this mailbox may name blobs
        self.gone: Sequence[tuple[bytes, int, int]] = ()  # after the commit: id, deposit, bytes of blobs
        self.before: Any = None  # the relay's own: what to go back to if the commit fails
        self.riders: Sequence[Any] = ()  # likewise: the acknowledgements of many mailboxes, as one
        self.error: Exception | None = None
        self.live: Any = None
        self.caller: Any = None


class Job:
    """Any other change: a call of the Store's change methods, all of it or nothing of it."""

    __slots__ = ("caller", "error", "result", "run")

    def __init__(self, run: Callable[[], Any]) -> None:
        self.run = run
        self.result: Any = None
        self.error: Exception | None = None
        self.caller: Any = None


class Store(Protocol):
    """The questions first, then the changes. Changes are called inside a `Job` only.

    What is `written` is asked and changed inside a `Job`; its twin without the word is asked on the loop.
    """

    watches: "WatchTables"
    watches_written: "WatchTables"
    pairings: "PairingTable"
    pairings_written: "PairingTable"
    pushes: "PushTable"
    pushes_written: "PushTable"
    blobs: "BlobTable"
    blobs_written: "BlobTable"

    def find_mailbox(self, box: bytes) -> Mailbox | None: ...
    def envelopes_at(self, places: Sequence[int]) -> list[Kept]: ...
    def newest_place(self) -> int: ...
    def slot(self, number: int, version: int | None) -> tuple[int, bytes] | None: ...
    def epochs(self) -> Iterable[tuple[bytes, int]]: ...
    def sleepers(self, day: int) -> list[bytes]: ...
    def counts(self) -> dict[str, int]: ...
    def free_bytes(self) -> int: ...

    def commit(self, keeps: Sequence[Keep], drops: Sequence[Drop], jobs: Sequence[Job]) -> None:
        """Do all of it in one transaction; durable when this returns.

        What happened to each is on the records. Raises `Full` or `Broken` when nothing of it happened.
        """

    def put_mailbox(self, box: bytes, owner: bytes, setting: Setting, day: int) -> bool: ...
    def reserve_seqs(self, number: int, upto: int) -> None: ...
    def count_sunk(self, number: int) -> None: ...
    def note_seen(self, number: int, device: str, day: int) -> None: ...
    def note_missed(self, number: int, devices: Sequence[str]) -> None: ...
    def put_slot(self, number: int, version: int, body: bytes) -> int: ...
    def checkpoint(self) -> None: ...
    def close(self) -> None: ...


class Full(Exception):
    """The disk has no room for this."""


class Broken(Exception):
    """The disk does not take writes any more."""
