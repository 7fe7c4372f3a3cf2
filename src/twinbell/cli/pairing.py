"""What `bell give` and `bell answer` show: the code, the waiting, and what both compare in the end."""

import argparse
import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from twinbell.bond.bell import Giver, Outcome
from twinbell.bond.bundle import Kind
from twinbell.bond.code import Form
from twinbell.cli import qr, ui
from twinbell.client import bells, folder, mail
from twinbell.errors import Burnt, Mistaken, Refused

if TYPE_CHECKING:
    from twinbell.bond.code import Code
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


GUARDIAN = (
    "This bell is for a guardian. Some people leave letters that open only once they have fallen silent. A "
    "guardian is asked then whether they have heard from that person, and helps the one whom the letters are "
    "for with a share of a key. Alone it opens nothing, and a guardian can read nothing.",
    "This makes a bond and no more: for each person who wants you as a guardian you are asked again, and you "
    "can leave at any time.",
)


def check_kind(code: "Code", args: argparse.Namespace) -> None:
    """Tell whoever answers a guardian's bell what it is for; raise `Refused` if they don't want it."""
    if code.kind is Kind.PAIR:
        if args.guardian:
            raise Mistaken("This bell is for a pair, and not for a guardian.", hint="Leave --guardian out.")
        return
    if args.guardian:
        return
    if args.json or not ui.interactive():
        raise Mistaken(
            "This bell is for a guardian, and only a person can answer it.",
            hint="--guardian says that you know what that is.",
        )
    ui.note(*GUARDIAN)
    if not ui.confirm("Answer it?"):
        raise Refused("The bell was not answered.")
    args.guardian = True  # asked once is enough


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
            ui.say(*qr.square(code), "")
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
