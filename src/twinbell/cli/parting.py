"""`twinbell bond export` and `bond part`: taking what is yours along, and ending a bond quietly."""

import argparse

from twinbell.cli.command import BOND_HELP, Subparsers, command


def register(bond: Subparsers) -> None:
    export = command(
        bond,
        "export",
        "Write everything of a bond that can be read into one archive of open formats.",
        about="A tar with each letter as it was sealed, its lock, and, where its day has come, its text,\n"
        "signature and files. SHA256SUMS in it is checked by sha256sum -c.",
        example="twinbell bond export Jun --to jun.tar",
        json="bond, file, letters, opened",
        run=_export,
    )
    export.add_argument("--to", required=True, metavar="FILE", help="the archive; it must not be there yet")
    part = command(
        bond,
        "part",
        "End a bond, quietly: the other one is told nothing, and sees what they would if you were away.",
        about="Nothing goes to them any more and nothing of theirs comes in. Letters that are here stay.\n"
        "For thirty days their messages are answered as before and dropped; then there is no such mailbox.\n"
        "It can't be taken back. Take your letters along first: twinbell bond export.",
        example="twinbell bond part Jun --yes",
        json="bond, peer, ended, told",
        run=_part,
    )
    part.add_argument("--yes", action="store_true", help="end it: don't ask")
    for parser in (export, part):
        parser.add_argument("bond", nargs="?", metavar="BOND", help=BOND_HELP)


def _export(args: argparse.Namespace) -> int:
    from pathlib import Path

    from twinbell.cli import ui
    from twinbell.cli.opening import open_home, pick_bond
    from twinbell.client import archive
    from twinbell.errors import Conflict

    path = Path(args.to)
    if path.exists():
        raise Conflict(f"{path} is there already, and nothing is replaced.")
    with open_home(args) as home:
        bond = pick_bond(home, args.bond)
        with ui.progress("Writing") as bar:
            packed = archive.write(home, bond, path, told=bar.at)
    if args.json:
        facts = {"file": str(path), "letters": packed.letters, "opened": packed.opened}
        ui.data({"bond": bond.short, **facts})
        return 0
    ui.say(
        f"{packed.letters} letters are in {path}; {packed.opened} of them open, with text and files.",
        *ui.wrapped("What is open there is open to whoever has the file: keep it where you keep your kit."),
    )
    return 0


def _part(args: argparse.Namespace) -> int:
    from twinbell.cli import ui
    from twinbell.cli.opening import open_home, pick_bond
    from twinbell.client import bonds, mail
    from twinbell.errors import Mistaken, Refused

    with open_home(args) as home:
        bond = pick_bond(home, args.bond)
        name = ui.plain(bond.peer)
        if bond.parted_s is not None:
            raise Refused(f"You have ended the bond with {name} already.")
        if not args.yes:
            if args.json or not ui.interactive():
                raise Mistaken("Only a person can end a bond.", hint="--yes says that it is meant.")
            if not ui.confirm(f"End the bond with {name}? It can't be taken back."):
                raise Refused("Nothing was ended.")
        bonds.part(home, bond)
        mail.send(home)
        waits = home.vault.one("select 1 from duty where bond = ?", bond.id) is not None
        ended_s = bonds.get(home.vault, bond.id).parted_s
    if args.json:
        ui.data({"bond": bond.short, "peer": bond.peer, "ended": ended_s, "told": not waits})
    elif waits:
        ui.say(
            *ui.wrapped(
                f"The bond with {name} has ended here. Your relay can't be reached now; until a command "
                f"reaches it, it keeps what {name} sends."
            )
        )
    else:
        ui.say(f"The bond with {name} has ended. Nothing was said to them. Your letters stay here.")
    return 0
