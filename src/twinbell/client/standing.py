"""How a last letter stands for its reader, from what is here: what holds it back, and what is still missing.

No relay is asked: `mail.catch_up` looks where it is time to, and opening asks for what is needed then.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twinbell.bond.lastlock import Holds, describe_last
from twinbell.client import chains, reader, seats
from twinbell.client.home import Home
from twinbell.client.letters import LetterRow
from twinbell.wire.silence import Stage

if TYPE_CHECKING:
    from twinbell.client.bonds import BondRow


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of one last letter that came in."""

    stage: Stage | None  # of the watch, as it was seen last
    missing: int  # so many guardians must still help
    first: bool  # and none has yet
    need: int
    guardians: tuple[str, ...]
    floor_s: int | None
    sentences: tuple[str, ...]


def of(home: Home, row: LetterRow, bond: "BondRow") -> Standing:
    """Return how this letter stands."""
    gate = reader.guardians_of(row)
    found = reader.helpers(home, gate)
    missing = reader.lacking(gate, found)
    reading = bond.pendant.keyring.watch.reader(row.watch) if row.watch else None
    seat = seats.get(home.vault, bond.id, row.watch) if row.watch else None
    stage = seat.stage if seat else None
    said = [_silence(stage, bond.peer)]
    said.append(reader.help_needed(missing, first=not found) if missing else "Enough guardians have helped.")
    wish = row.lock.wish
    if wish and row.floor_s:
        if row.floor_s > home.now_s:
            said.append(f"From {wish.words} on guardians can open it, silent or not.")
        else:
            said.append(f"Since {wish.words} guardians can open it, silent or not.")
    if seat and seat.refusal:
        said.append(seat.refusal)
    return Standing(
        stage=stage,
        missing=missing,
        first=not found,
        need=gate.threshold,
        guardians=reading.guardians if reading else (),
        floor_s=row.floor_s,
        sentences=tuple(said),
    )


def holds(home: Home, row: LetterRow, bond: "BondRow", *, writer: str, reader_name: str) -> Holds:
    """Return the table of what holds this letter back."""
    reading = bond.pendant.keyring.watch.reader(row.watch) if row.watch and not row.outgoing else None
    relay = reading.relay if reading else bond.relay
    return describe_last(
        row.lock,
        writer=writer,
        reader=reader_name,
        relay=relay.partition("://")[2],
        guardians=reading.guardians if reading else (),
        ours=chains.ours_in(home.vault, row.lock),
    )


def _silence(stage: Stage | None, name: str) -> str:
    match stage:
        case Stage.SILENT:
            return f"{name} has been silent. You may choose when to open this."
        case Stage.RETURNED:
            return f"{name} has been heard from again."
        case Stage.STOPPED:
            return f"{name} has stopped their watch."
        case None:
            return f"Nobody has said yet whether {name} has been silent."
    return f"{name} has not been silent for long enough."
