"""Opening a home for a command: where it is, its passphrase, and which of its bonds is meant."""

import argparse
from typing import TYPE_CHECKING

from twinbell.cli import ui
from twinbell.client import folder
from twinbell.client.home import Home
from twinbell.errors import Mistaken, NotFound

if TYPE_CHECKING:
    from twinbell.client.bonds import BondRow

PASSPHRASE_LENGTH_MIN = 8
ACTS = ("ring", "letter", "room")  # done by a person wherever they are typed; others at a terminal alone
BACKGROUND = ("listen", "alive")  # says nothing of a person, or says it itself


def open_home(args: argparse.Namespace) -> Home:
    """Open the home that the command line means."""
    home = Home.open(folder.locate(args.home), ui.ask_secret)
    if args.noun in ACTS or (args.noun not in BACKGROUND and ui.interactive()):
        home.at_end = sign_life
    return home


def sign_life(home: Home) -> None:
    """After a person has done something: let the relays of their watches know, where it is time to."""
    if home.vault.one("select 1 from watch"):
        from twinbell.client import alive

        if alive.is_due(home):
            alive.by_act(home)


def make_home(args: argparse.Namespace) -> Home:
    """Open the home that the command line means, or make it."""
    path = folder.locate(args.home)
    fresh = not folder.exists(path)
    chosen: list[str | None] = []

    def choose() -> str | None:
        chosen.append(None if args.no_passphrase else _choose_passphrase())
        return chosen[0]

    def ask(question: str) -> str:
        return chosen[0] if chosen and chosen[0] else ui.ask_secret(question)

    home = Home.make(path, choose, ask)
    if fresh and not args.json:
        ui.note(f"A home was made in {path}.")
        if args.no_passphrase:
            ui.note("Its key lies beside it in clear: whoever reads this folder reads your letters.")
    return home


def pick_bond(home: Home, word: str | None) -> "BondRow":
    """Return the bond that is meant: the only one, or the one of this name or id."""
    from twinbell.client import bonds

    try:
        return bonds.find(home.vault, word)
    except NotFound as missing:  # it may be the one whose bell is on its way
        if not home.vault.one("select 1 from bell"):
            raise
        if go_on(home) and not bonds.every(home.vault):
            raise NotFound(str(missing), hint="The bell is not answered yet.") from None
        return bonds.find(home.vault, word)


def go_on(home: Home) -> bool:
    """Turn the bells that are on their way as far as they go now; tell whether one still waits."""
    if not home.vault.one("select 1 from bell"):
        return False
    from twinbell.client import bells

    bells.resume(home)
    return bool(home.vault.one("select 1 from bell"))


def _choose_passphrase() -> str:
    if not ui.has_terminal():
        raise Mistaken(
            "A new home needs a passphrase, and there is no terminal to ask for one.",
            hint="--no-passphrase keeps its key in a file; TWINBELL_KEY_FILE names a place for it.",
        )
    ui.note("A passphrase keeps this home closed. Nobody can give it back to you, so choose one that stays.")
    while True:
        first = ui.ask_secret("New passphrase:")
        if len(first) < PASSPHRASE_LENGTH_MIN:
            ui.note(f"At least {PASSPHRASE_LENGTH_MIN} characters, please. Four or five words are good.")
        elif first == ui.ask_secret("Once more:"):
            return first
        else:
            ui.note("The two were not the same.")
