"""A last letter in `twinbell letter`: its line, what holds it back, and shares that are typed."""

import sys
from typing import TYPE_CHECKING

from twinbell.cli import ui
from twinbell.client.letters import State
from twinbell.errors import Damaged

if TYPE_CHECKING:
    from twinbell.client.bonds import BondRow
    from twinbell.client.home import Home
    from twinbell.client.letters import LetterRow


def line(home: "Home", row: "LetterRow", bond: "BondRow") -> str:
    """Return the line of a last letter in a list."""
    from twinbell.client import last

    name, now_s = ui.plain(bond.peer), home.now_s
    if row.outgoing:
        opens = {
            last.Standing.ARMED: "opens once you have been silent",
            last.Standing.UNARMED: "NOT ARMED: would not open by your silence",
            last.Standing.REPLACED: "sealed again since",
            last.Standing.OPENED: "given to its reader when you were silent",
            last.Standing.REHEARSAL: "of a rehearsal",
        }[last.standing(home, row)]
        return f"{row.name[:8]}  {ui.amber(f'to {name}')}  last letter, {row.state(now_s).value}, {opens}"
    from twinbell.client import reader

    state = row.state(now_s)
    opens = "opens with guardians, whenever you choose" if state is State.READY else "opens in silence only"
    if row.watch and reader.rehearses(bond.pendant, row.watch):
        opens = "of a rehearsal" if state is State.OPENED else f"of a rehearsal, {opens}"
    return f"{row.name[:8]}  {ui.blue(f'from {name}')}  last letter, {state.value}, {opens}"


def show(home: "Home", row: "LetterRow", bond: "BondRow", *, as_json: bool) -> None:
    """Show what holds a last letter back, and to its reader what is missing."""
    from twinbell.client import last, standing

    writer, reader = (bond.me, bond.peer) if row.outgoing else (bond.peer, bond.me)
    holds = standing.holds(home, row, bond, writer=writer, reader_name=reader)
    is_opened = row.state(home.now_s) is State.OPENED
    stands = None if row.outgoing or is_opened else standing.of(home, row, bond)
    if as_json:
        ui.data(
            {
                "letter": row.name,
                "bond": bond.short,
                "direction": row.direction,
                "state": row.state(home.now_s).value,
                "opens": None,
                "rounds": _rounds(row),
                "held_by": str(holds.strength),
                "words": str(holds),
                "last": {
                    "watch": row.watch.hex() if row.watch else None,
                    "floor": row.floor_s,
                    "silent": row.silent,
                    "missing": stands.missing if stands else None,
                    "need": stands.need if stands else None,
                    "guardians": list(stands.guardians) if stands else None,
                    "standing": last.standing(home, row).value if row.outgoing else None,
                },
            }
        )
        return
    ui.say(line(home, row, bond), "")
    if row.outgoing:
        ui.say(*ui.wrapped(last.in_words(home, row)), "")
    if is_opened and not row.outgoing:
        ui.say(*ui.wrapped(f"You have opened it. `twinbell letter open {row.name[:8]}` shows it again."), "")
    if stands:
        for sentence in stands.sentences:
            ui.say(*ui.wrapped(sentence))
        ui.say("")
    for each in holds.rows:
        ui.say(*ui.wrapped(f"{each.way} {each.early} Held by {each.strength}."))
    ui.say(*ui.wrapped(" ".join(holds.sentences)))


def _rounds(row: "LetterRow") -> list[dict[str, object]]:
    from twinbell.cli import composing

    return composing.rounds(row.lock)


def prepare(home: "Home", row: "LetterRow", *, as_json: bool, shares: bool) -> None:
    """Before a last letter is opened: fetch what guardians have released, and take what is typed."""
    from twinbell.client import mail

    left = mail.catch_up(home)  # a share may be waiting at the relay
    if left.reason and not as_json:
        ui.note(left.reason)
    if shares:
        _take_shares(home, row)


def opened(home: "Home") -> None:
    """After a last letter was opened: in a rehearsal its writer is told."""
    from twinbell.client import mail

    mail.send(home)


def _take_shares(home: "Home", row: "LetterRow") -> None:
    from twinbell.client import reader

    if not ui.interactive():
        for text in filter(str.strip, sys.stdin):
            reader.take_share(home, row, text)
        return
    ui.note("Type the words of a share in one line; four letters of each are enough. An empty line ends it.")
    while text := ui.ask("Share:"):
        try:
            missing = reader.take_share(home, row, text)
        except Damaged as error:
            ui.note(str(error))
            continue
        if not missing:
            ui.note("These are enough.")
            return
        ui.note(reader.help_needed(missing, first=False))
