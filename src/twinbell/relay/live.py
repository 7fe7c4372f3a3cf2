"""A mailbox in use, as it is in memory: rights, devices, what waits, and who is connected.

For each waiting envelope its seq and where it lies on the disk, never its body. What happens to a mailbox is
`mailbox.py`'s; what is here changes on the loop alone.
"""

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Protocol

from twinbell.relay.sink import Sunk
from twinbell.relay.store import Entry, Mailbox
from twinbell.wire.auth import Right
from twinbell.wire.mailbox import Setting


class Reader(Protocol):
    """The socket of a listener."""

    paused: bool

    def envelope(
        self, channel: int, seq: int, arrived_s: int, blobs: tuple[bytes, ...], body: bytes
    ) -> None: ...
    def unbind(self, channel: int) -> None: ...


class Device:
    __slots__ = ("asleep", "cursor", "missed", "seen_day")

    def __init__(self, cursor: int, seen_day: int, missed: bool) -> None:
        self.cursor = cursor
        self.seen_day = seen_day
        self.missed = missed
        self.asleep = False


class Listener:
    """One device's channel on a socket."""

    __slots__ = ("caught_up", "channel", "device", "reader", "sent_upto", "token_hash")

    def __init__(self, reader: Reader, channel: int, device: str, token_hash: bytes, sent_upto: int) -> None:
        self.reader = reader
        self.channel = channel
        self.device = device
        self.token_hash = token_hash
        self.sent_upto = sent_upto
        self.caught_up = False


class Depositor:
    """One deposit token's channel on a socket: bound so that it can be cut off."""

    __slots__ = ("channel", "reader", "token_hash")

    def __init__(self, reader: Reader, channel: int, token_hash: bytes) -> None:
        self.reader = reader
        self.channel = channel
        self.token_hash = token_hash


class Waiting:
    """The envelopes that some device still needs, by seq: where each lies, never what it says."""

    __slots__ = ("_entries", "_gone")

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = list(entries)
        self._gone = 0  # entries at the front that were taken; cut off when they are many

    def append(self, entry: Entry) -> None:
        self._entries.append(entry)

    def take_upto(self, seq: int) -> list[Entry]:
        """Remove and return everything up to `seq`."""
        start, entries = self._gone, self._entries
        if entries and entries[-1][0] <= seq:  # the rule: a reader keeps up
            self._entries, self._gone = [], 0
            return entries[start:] if start else entries
        end = bisect_left(self._entries, (seq + 1,), start)
        taken = self._entries[start:end]
        if end > 64 and end * 2 > len(self._entries):
            del self._entries[:end]
            end = 0
        self._gone = end
        return taken

    def put_back(self, entries: Sequence[Entry]) -> None:
        self._entries = sorted([*entries, *self._entries[self._gone :]])
        self._gone = 0

    def after(self, seq: int, count: int) -> list[Entry]:
        start = bisect_left(self._entries, (seq + 1,), self._gone)
        return self._entries[start : start + count]


class Live:
    """A mailbox in use."""

    __slots__ = (
        "blob_bytes",
        "bound",
        "box",
        "busy",
        "counts",
        "devices",
        "frozen",
        "listeners",
        "next_seq",
        "number",
        "owner",
        "pace",
        "reserved_seq",
        "rights",
        "setting",
        "sunk",
        "sunk_blobs",
        "waiting",
    )

    def __init__(self, stored: Mailbox) -> None:
        self.number = stored.number
        self.box = stored.box
        self.owner = stored.owner
        self.next_seq = stored.reserved_seq + 1
        self.reserved_seq = stored.reserved_seq
        self.waiting = Waiting(stored.waiting)
        self.counts = [0, 0]
        self.pace = [(math.inf, 0.0)] * 3  # of peer, self and sinks: what is left of the budget, and when
        self.blob_bytes = list(stored.blob_bytes)
        for _, _, deposit in stored.waiting:
            self.counts[deposit] += 1
        self.devices = {d.name: Device(d.cursor, d.seen_day, d.missed) for d in stored.devices}
        self.listeners: list[Listener] = []
        self.bound: list[Depositor] = []
        self.busy = 0  # changes on their way to the disk: not to be forgotten meanwhile
        self.frozen = False
        self.sunk_blobs = Sunk()
        self.sunk: dict[bytes, tuple[int, int, bytes]] = {}
        self.rights: dict[bytes, tuple[Right, str, int]] = {}
        self.set(stored.setting)

    def set(self, setting: Setting) -> None:
        self.setting = setting
        # A sink looks like any deposit token, but for its end.
        rights = {
            bytes.fromhex(digest): (Right.DEPOSIT, "", until_s) for digest, until_s in setting.sinks.items()
        }
        rights |= {hash_: (Right.DEPOSIT, name, 0) for name, hash_ in setting.deposit.items()}
        rights |= {hash_: (Right.COLLECT, name, 0) for name, hash_ in setting.collect.items()}
        rights[self.owner] = (Right.OWNER, "", 0)
        self.rights = rights
