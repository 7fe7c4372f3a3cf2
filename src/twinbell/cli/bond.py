"""`twinbell bond`: the bonds of this home, their words and their pictures."""

import argparse
from typing import TYPE_CHECKING

from twinbell.cli import parting, telling
from twinbell.cli.command import BOND_HELP, Subparsers, command, noun

if TYPE_CHECKING:
    from twinbell.client.bonds import BondRow


def register(subparsers: Subparsers) -> None:
    bond = noun(
        subparsers, "bond", "Your bonds: the words, the picture, and what the other one is called here."
    )
    command(
        bond,
        "list",
        "List the bonds of this home.",
        example="twinbell bond list",
        json="bonds: [{bond, peer, kind, verified, since, ended}]",
        run=_list,
    )
    show = command(
        bond,
        "show",
        "Show a bond: its words, its picture, its relay.",
        example="twinbell bond show Jun",
        json="bond, peer, kind, me, words, picture, verified, since, ended, relay, kit",
        run=_show,
    )
    verify = command(
        bond,
        "verify",
        "Say that you have compared the six words, and that they were the same.",
        about="Compare by voice, or side by side. Words that differ mean that somebody is between you.",
        example="twinbell bond verify Jun --yes",
        json="bond, peer, verified",
        run=_verify,
    )
    verify.add_argument("--yes", action="store_true", help="they were the same: don't ask")
    rename = command(
        bond,
        "rename",
        "Call the other one by another name. Only you see it.",
        example="twinbell bond rename Jun --to Junie",
        json="bond, peer",
        run=_rename,
    )
    rename.add_argument("--to", required=True, metavar="NAME", help="the new name")
    picture = command(
        bond,
        "picture",
        "Draw the picture of a bond: the same on both sides.",
        example="twinbell bond picture Jun --svg jun.svg",
        json="bond, picture, file",
        run=_picture,
    )
    picture.add_argument("--svg", metavar="FILE", help="write it as an SVG; - for standard output")
    picture.add_argument("--dark", action="store_true", help="draw it for the night")
    for parser in (show, verify, rename, picture):
        parser.add_argument("bond", nargs="?", metavar="BOND", help=BOND_HELP)
    telling.register(bond)
    parting.register(bond)


def _list(args: argparse.Namespace) -> int:
    from twinbell.cli import ui
    from twinbell.cli.opening import go_on, open_home
    from twinbell.client import bonds

    with open_home(args) as home:
        waits = go_on(home)
        found = bonds.every(home.vault)
    if args.json:
        ui.data(
            {
                "bonds": [
                    {
                        "bond": bond.short,
                        "peer": bond.peer,
                        "kind": bond.kind,
                        "verified": bond.verified,
                        "since": bond.since_s,
                        "ended": bond.parted_s,
                    }
                    for bond in found
                ]
            }
        )
        return 0
    for bond in found:
        verified = "words compared" if bond.verified else "words not compared yet"
        if bond.parted_s is not None:
            verified = f"ended {ui.day(bond.parted_s)}"
        kind = "guardian, " if bond.kind == bonds.GUARDIAN else ""
        since = f"since {ui.day(bond.since_s)}"
        ui.say(f"{ui.blue(ui.plain(bond.peer))}  {kind}{since}, {verified}  {ui.soft(bond.short)}")
    if not found:
        begins = "The bell is not answered yet." if waits else "`twinbell bell give` is how one begins."
        ui.say(f"There is no bond here yet. {begins}")
    return 0


def _show(args: argparse.Namespace) -> int:
    from twinbell.bond import picture
    from twinbell.cli import engraving, portrait, ui
    from twinbell.cli.opening import open_home, pick_bond
    from twinbell.client import bonds, giving

    with open_home(args) as home:
        bond = pick_bond(home, args.bond)
        drawn = giving.portrait(home, bond, ours=False)
    if args.json:
        ui.data(
            {
                "bond": bond.short,
                "peer": bond.peer,
                "kind": bond.kind,
                "me": bond.me,
                "words": bond.words,
                "picture": picture.describe(picture.features(bond.bits)),
                "verified": bond.verified,
                "since": bond.since_s,
                "ended": bond.parted_s,
                "relay": bond.relay,
                "kit": bond.kit_confirmed_s is not None,
            }
        )
        return 0
    ui.say(ui.rule(), f"You, {ui.amber(ui.plain(bond.me))}, and {ui.blue(ui.plain(bond.peer))}", "")
    portrait.show(bond)
    if drawn is not None:
        ui.say("", *engraving.lines(drawn))
    ended = [f"ended    {ui.day(bond.parted_s)}"] if bond.parted_s is not None else []
    kind = ["kind     with a guardian"] if bond.kind == bonds.GUARDIAN else []
    ui.say(
        "",
        *kind,
        f"since    {ui.day(bond.since_s)}",
        *ended,
        f"words    {'compared' if bond.verified else 'not compared yet: `twinbell bond verify`'}",
        f"kit      {'on paper' if bond.kit_confirmed_s else 'not confirmed yet: `twinbell kit show`'}",
        f"relay    {bond.relay}",
        f"bond     {bond.short}",
    )
    return 0


def _verify(args: argparse.Namespace) -> int:
    from twinbell.cli import portrait, ui
    from twinbell.cli.opening import open_home, pick_bond
    from twinbell.client import bonds, mail
    from twinbell.errors import Mistaken, Refused

    with open_home(args) as home:
        bond = pick_bond(home, args.bond)
        if not args.yes:
            if args.json or not ui.interactive():
                raise Mistaken("Only a person can compare words.", hint="--yes says that it was done.")
            portrait.show(bond)
            if not ui.confirm(f"Does {ui.plain(bond.peer)} have the same six words?"):
                raise Refused(
                    "The words were not the same, or not compared.",
                    hint="If they differ, somebody is between you: give a new bell, in another way.",
                )
        bonds.verify(home, bond)
        mail.send(home)
    if args.json:
        ui.data({"bond": bond.short, "peer": bond.peer, "verified": True})
    else:
        ui.say(f"Nobody is between you and {ui.blue(ui.plain(bond.peer))}.")
    return 0


def _rename(args: argparse.Namespace) -> int:
    from twinbell.cli import ui
    from twinbell.cli.opening import open_home, pick_bond
    from twinbell.client import bonds

    with open_home(args) as home:
        bond = pick_bond(home, args.bond)
        bonds.rename(home.vault, bond, args.to)
    if args.json:
        ui.data({"bond": bond.short, "peer": args.to})
    else:
        ui.say(f"{ui.plain(bond.peer)} is called {ui.blue(ui.plain(args.to))} here now.")
    return 0


def _picture(args: argparse.Namespace) -> int:
    from twinbell.bond import picture
    from twinbell.cli import ui
    from twinbell.cli.opening import open_home, pick_bond

    with open_home(args) as home:
        bond = pick_bond(home, args.bond)
    features = picture.features(bond.bits)
    if args.svg:
        from twinbell.bond import drawing

        _write_svg(args, bond, drawing.svg(features, dark=args.dark))
    elif args.json:
        ui.data({"bond": bond.short, "picture": picture.describe(features), "file": None})
    else:
        from twinbell.bond import halfblocks

        ui.say(*halfblocks.terminal(features, colour=ui.coloured_output(), width=ui.RULE_WIDTH))
        ui.say("", *ui.wrapped(picture.describe(features)))
    return 0


def _write_svg(args: argparse.Namespace, bond: "BondRow", drawn: str) -> None:
    from pathlib import Path

    from twinbell.bond import picture
    from twinbell.cli import ui

    if args.svg == "-":
        ui.say(drawn)
        return
    Path(args.svg).write_text(drawn)
    words = picture.describe(picture.features(bond.bits))
    if args.json:
        ui.data({"bond": bond.short, "picture": words, "file": args.svg})
    else:
        ui.say(f"Drawn into {args.svg}: {words}.")
