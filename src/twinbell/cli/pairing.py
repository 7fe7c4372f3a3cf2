"""What `bell give` and `bell answer` show: the code, the waiting, and what both compare in the end."""

import argparse
import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from twinbell.bond.bell import Giver, Outcome
from twinbell.bond.code import Form
from twinbell.cli import ui
from twinbell.client import bells, folder, mail
from twinbell.errors import Burnt, Mistaken

if TYPE_CHECKING:
    from twinbell.client.home import Home

RELAY_VARIABLE = "TWINBELL_RELAY"


def known_relay(args: argparse.Namespace) -> str:
    """Return the relay that the command line or the environment names, or nothing."""
    from twinbell.client.transport import base_url

    named = args.relay or os.environ.get(RELAY_VARIABLE) or ""
    return base_url(named) if named else ""


def check_relay(args: argparse.Namespace) -> None:
    """Raise `Mistaken` if no relay is named and there is no home that could know one."""
    if not known_relay(args) and not folder.exists(folder.locate(args.home)):
        raise _no_relay()


def relay_url(args: argparse.Namespace, home: "Home") -> str:
    """Return the relay that is meant: as named, else that of the newest bond; raise `Mistaken` for none."""
    named = known_relay(args) or used_relay(home)
    if not named:
        raise _no_relay()
    return named


def used_relay(home: "Home") -> str:
    """Return the relay of the newest bond, or nothing."""
    from twinbell.client import bonds

    found = bonds.every(home.vault)
    return found[-1].relay if found else ""


def _no_relay() -> Mistaken:
    return Mistaken(
        "A bell hangs at a relay, and none was named.",
        hint=f"--relay https://relay.example, or {RELAY_VARIABLE} in the environment.",
    )


def host(url: str) -> str:
    """Return the part of an address that a person reads."""
    return urlsplit(url).netloc


def given(made: bells.Bell) -> dict[str, object]:
    """Return the JSON object of a bell that was given."""
    assert isinstance(made.side, Giver)
    code = str(made.side.code)
    spoken = made.side.form is Form.SPOKEN
    return {
        "bell": made.id.hex(),
        "spoken": code if spoken else None,
        "link": None if spoken else code,
        "expires": made.side.expires_s,
    }


def show_code(made: bells.Bell, *, waits: bool) -> None:
    """Show a bell's code, and for a link its picture to scan."""
    assert isinstance(made.side, Giver)
    code = str(made.side.code)
    ui.say(ui.rule())
    if made.side.form is Form.LINK:
        ui.say("Send this link to the one it is for, or let them scan it:", "", ui.amber(code), "")
        if ui.on_terminal():
            ui.say(*_square(code), "")
    else:
        ui.say("Say this to the one it is for, and to nobody else:", "", f"    {ui.amber(code)}", "")
    ui.say(
        "It can be answered for ten minutes, once. A wrong answer burns it, and both",
        "of you are told.",
    )
    if waits:
        ui.note("Waiting for the answer. If you leave with Ctrl-C, the next command goes on from here.")


def wait(home: "Home", made: bells.Bell, *, as_json: bool, once: bool = False) -> int:
    """See a bell through and tell what became of it; with `once` only as far as it goes without waiting."""
    made = bells.wait(home, made, until_s=home.now_s if once else None, note=ui.note)
    outcome = made.side.outcome
    if outcome is None:
        if as_json:
            ui.data({"bond": None, "peer": None, "words": None, "status": "waiting"})
        else:
            ui.say("The other one has not answered yet. The next command, or `twinbell listen`, goes on.")
        return 0
    if outcome is not Outcome.JOINED:
        raise Burnt(
            made.side.reason or "",
            hint="Nothing was given away. Give a new bell, and say its code over another way."
            if outcome is Outcome.WRONG_CODE
            else "Give a new bell.",
        )
    show_bond(home, made.side.joined.bond.id, as_json=as_json)
    mail.send(home)  # the keyring into its slot: without it paper would be worth nothing
    return 0


def show_bond(home: "Home", bond_id: bytes, *, as_json: bool) -> None:
    """Tell that a bond was made, and show what both compare."""
    from twinbell.cli import portrait
    from twinbell.client import bonds, events

    bond = bonds.get(home.vault, bond_id)
    events.tell_joined(home.vault, bond_id)
    if as_json:
        ui.data({"bond": bond.short, "peer": bond.peer, "words": bond.words, "status": "joined"})
        return
    ui.say(ui.rule(), f"You and {ui.blue(ui.plain(bond.peer))} have a bond.", "")
    portrait.show(bond)
    ui.say(
        "",
        "Compare these words, by voice or side by side: if they are the same, nobody",
        "is between you. Then say so here, and print the kit, which opens everything",
        "if this device is lost:",
        "",
        f"    {ui.soft('twinbell bond verify')}",
        f"    {ui.soft('twinbell kit show')}",
    )


def _square(code: str) -> list[str]:
    """Return a QR code in half blocks: two rows a line, light on dark, with its quiet zone."""
    import segno

    light, reset = ("\x1b[97;40m", "\x1b[0m") if ui.coloured_output() else ("", "")
    rows = [bytes(row) for row in segno.make(code, error="m", micro=False).matrix_iter(border=2)]
    rows += [bytes(len(rows[0]))] * (len(rows) % 2)
    blocks = {(0, 0): "█", (0, 1): "▀", (1, 0): "▄", (1, 1): " "}
    pairs = [zip(upper, lower, strict=True) for upper, lower in zip(rows[::2], rows[1::2], strict=True)]
    return [light + "".join(blocks[bool(a), bool(b)] for a, b in pair) + reset for pair in pairs]
