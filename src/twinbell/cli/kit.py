"""`twinbell kit`: the page of paper that opens everything when every device is lost."""

import argparse
import sys
from typing import TYPE_CHECKING

from twinbell.cli.command import Subparsers, command, noun

if TYPE_CHECKING:
    from twinbell.bond.kit import Page
    from twinbell.client.bonds import BondRow
    from twinbell.client.home import Home

ASKED = 4  # of 24 words: enough to show that they were written down, few enough to be done gladly
DAY_S = 86_400
NAG_SETTING = "kit nagged"


def register(subparsers: Subparsers) -> None:
    from twinbell.cli.command import BOND_HELP

    kit = noun(subparsers, "kit", "The page of paper that opens everything when every device is lost.")
    show = command(
        kit,
        "show",
        "Print the kit page of a bond: 24 words and where your letters lie.",
        about="Print it or write it down, and keep it where you keep what must not burn. Whoever has it\n"
        "reads every letter of this bond. If you lose your devices and have no kit, nobody can open your\n"
        "letters, not even us.",
        example="twinbell kit show Jun | lp",
        json="bond, page, confirmed",
        run=_show,
    )
    confirm = command(
        kit,
        "confirm",
        "Show that the kit is on paper by typing some of its words; it is then removed from this device.",
        about="Without a terminal, all 24 words are read from standard input.",
        example="twinbell kit confirm Jun",
        json="bond, confirmed",
        run=_confirm,
    )
    for parser in (show, confirm):
        parser.add_argument("bond", nargs="?", metavar="BOND", help=BOND_HELP)


def _show(args: argparse.Namespace) -> int:
    from twinbell.cli import ui
    from twinbell.cli.opening import open_home, pick_bond

    with open_home(args) as home:
        bond = pick_bond(home, args.bond)
        page = _page(bond)
    if args.json:
        ui.data({"bond": bond.short, "page": page.lines(), "confirmed": False})
        return 0
    ui.say(*page.lines())
    ui.note(
        "",
        "Print this page or write it down, and keep it where you keep what must not burn.",
        "If you lose this device and have no kit, nobody can open these letters. Not even us.",
        "When it is on paper: twinbell kit confirm",
    )
    return 0


def _confirm(args: argparse.Namespace) -> int:
    from twinbell.cli import ui
    from twinbell.cli.opening import open_home, pick_bond
    from twinbell.client import bonds
    from twinbell.crypto import words
    from twinbell.errors import Refused

    with open_home(args) as home:
        bond = pick_bond(home, args.bond)
        kit = words.kit(_page(bond).root.seed)
        right = _asked(kit) if ui.interactive() else sys.stdin.read().lower().split() == list(kit)
        if not right:
            raise Refused(
                "These are not the words of this kit.",
                hint="`twinbell kit show` prints it again. Nothing is lost.",
            )
        bonds.confirm_kit(home, bond)
    if args.json:
        ui.data({"bond": bond.short, "confirmed": True})
    else:
        ui.say("The kit is on paper, and only there: this device keeps no copy of it any more.")
    return 0


def _page(bond: "BondRow") -> "Page":
    from twinbell.errors import NotFound

    if bond.kit_confirmed_s is not None:
        raise NotFound(
            f"The kit for {bond.peer} is on paper and only there.",
            hint="You confirmed it; this device keeps no copy.",
        )
    return bond.page


def _asked(kit: "list[str] | tuple[str, ...]") -> bool:
    import secrets

    from twinbell.cli import ui

    numbers = sorted(secrets.SystemRandom().sample(range(1, len(kit) + 1), ASKED))
    return all(ui.ask(f"Word {number} of your kit:").lower() == kit[number - 1] for number in numbers)


def nag(home: "Home") -> None:
    """Remind, once a day and only a person, that a kit is not on paper yet."""
    from twinbell.cli import ui
    from twinbell.client import bonds

    if not ui.interactive():
        return
    waiting = [bond for bond in bonds.every(home.vault) if bond.kit_confirmed_s is None]
    last_s = int(home.vault.remembered(NAG_SETTING) or 0)
    if waiting and home.now_s - last_s > DAY_S:
        home.vault.remember(NAG_SETTING, str(home.now_s))
        ui.note(
            f"The kit for {ui.plain(waiting[0].peer)} is not on paper yet. Without it, a lost device is a",
            "lost bond: twinbell kit show, then twinbell kit confirm.",
        )
