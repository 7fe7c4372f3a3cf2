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
PAGE_LENGTH_MAX = 10_000
NAG_SETTING = "kit nagged"


def register(subparsers: Subparsers) -> None:
    from twinbell.cli.command import BOND_HELP, add_passphrase_option

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
    copy = command(
        kit,
        "copy",
        "Write the other one's keyring, which you keep for them, into a file; only their kit opens it.",
        about="For when their relay is gone as well as their devices.",
        example="twinbell kit copy Jun --to jun.keyring.age",
        json="bond, file",
        run=_copy,
    )
    copy.add_argument("--to", required=True, metavar="FILE", help="where it goes; nothing is replaced")
    for parser in (show, confirm, copy):
        parser.add_argument("bond", nargs="?", metavar="BOND", help=BOND_HELP)
    restore = command(
        kit,
        "restore",
        "Come back from paper: take a bond up again on this device, with nothing but its kit page.",
        about="Whatever was on your devices before is shut out. The other one is told, and their Twinbell\n"
        "gives you every letter again, in both directions, as soon as it is there.",
        example="twinbell kit restore kit.txt",
        json="bond, peer, me, words, waiting",
        run=_restore,
    )
    restore.add_argument("file", nargs="?", default="-", metavar="FILE", help="the page; - or nothing: typed")
    restore.add_argument("--keyring", metavar="FILE", help="a keyring.age, where its relay has it no more")
    add_passphrase_option(restore)


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


def _copy(args: argparse.Namespace) -> int:
    from pathlib import Path

    from twinbell.cli import ui
    from twinbell.cli.opening import open_home, pick_bond
    from twinbell.client import folder
    from twinbell.errors import Conflict, NotFound

    with open_home(args) as home:
        bond = pick_bond(home, args.bond)
        row = home.vault.one("select copy from bond where id = ?", bond.id)
    if row is None or row[0] is None:
        raise NotFound(f"The keyring of {bond.peer} has not come here yet.")
    try:
        folder.write_new(Path(args.to), row[0])
    except FileExistsError:
        raise Conflict(f"{args.to} is there already, and nothing is replaced.") from None
    if args.json:
        ui.data({"bond": bond.short, "file": args.to})
    else:
        ui.say(f"Written into {args.to}. Only the kit of {ui.blue(ui.plain(bond.peer))} opens it.")
    return 0


def _restore(args: argparse.Namespace) -> int:
    from pathlib import Path

    from twinbell.bond.kit import Page
    from twinbell.cli import portrait, ui
    from twinbell.cli.opening import make_home
    from twinbell.client import restoring

    if args.file == "-" and ui.interactive():
        ui.note("Type the page: 24 words, and the lines relay, inbox and peer. Ctrl-D ends it.")
    text = sys.stdin.read(PAGE_LENGTH_MAX) if args.file == "-" else Path(args.file).read_text("utf-8")
    page = Page.parse(text)
    sealed = Path(args.keyring).read_bytes() if args.keyring else None
    with make_home(args) as home:
        bond, reason = restoring.restore(home, page, sealed=sealed)
    if args.json:
        facts = {"peer": bond.peer, "me": bond.me, "words": bond.words, "waiting": reason or None}
        ui.data({"bond": bond.short, **facts})
        return 0
    name = ui.blue(ui.plain(bond.peer))
    ui.say(ui.rule(), f"You and {name} have your bond again.", "")
    portrait.show(bond)
    waits = f"{reason} The next command goes on by itself." if reason else "They are told."
    ui.say("", *ui.wrapped(f"{waits} Your letters come when the device of {ui.plain(bond.peer)} is on."))
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
