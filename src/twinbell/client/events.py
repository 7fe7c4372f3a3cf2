"""What happened and has not been told yet: a ring, a letter, an answered bell.

An event is saved with what caused it, in one transaction, and marked as told after it was printed: after a
crash it may be told twice, and is never lost.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from twinbell.client.vault import Vault

KEPT = 1000  # told ones, for whoever wants to look back


@dataclass(frozen=True, slots=True)
class Event:
    """Something to tell. `facts` is the JSON object that `listen` prints."""

    number: int
    kind: str
    bond: bytes | None
    at_s: int
    facts: dict[str, object]


def add(vault: Vault, kind: str, *, at_s: int, bond: bytes | None = None, **facts: object) -> None:
    """Note that something happened. Called inside the transaction that saves its cause."""
    record: dict[str, object] = {"event": kind, "bond": short(bond) if bond else None, "at": at_s, **facts}
    vault.run(
        "insert into event (kind, bond, at_s, record) values (?, ?, ?, ?)",
        kind,
        bond,
        at_s,
        json.dumps(record),
    )


def untold(vault: Vault) -> Iterator[Event]:
    """Yield what has not been told, oldest first."""
    rows = vault.all("select number, kind, bond, at_s, record from event where told = 0 order by number")
    for number, kind, bond, at_s, record in rows:
        yield Event(number, kind, bond, at_s, json.loads(record))


def told(vault: Vault, number: int) -> None:
    """Note that an event was told."""
    with vault.transaction():
        vault.run("update event set told = 1 where number = ?", number)
        vault.run("delete from event where told = 1 and number <= ?", number - KEPT)


def tell_joined(vault: Vault, bond: bytes) -> None:
    """Note that a person has just been told of this bond, by the command that made it."""
    vault.run("update event set told = 1 where kind = 'joined' and bond = ?", bond)


def short(bond: bytes) -> str:
    """Return the name of a bond as commands print it: the first 16 of its 64 digits, as in signatures."""
    return bond.hex()[:16]
