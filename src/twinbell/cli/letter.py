"""`twinbell letter`: write a letter, see what waits, open it on its day."""

import argparse
from typing import TYPE_CHECKING

from twinbell.cli.command import Subparsers, command, noun

if TYPE_CHECKING:
    from twinbell.client.bonds import BondRow
    from twinbell.client.home import Home
    from twinbell.client.letters import LetterRow
    from twinbell.client.mail import Outcome

HOUR_S = 3600
LETTER_HELP = "its id, or the start of it"
WHEN_HELP = "2027-10-10, 2027-10-10T08:00, 'in 20s', 'in 3 months', 'birthday 08:00'; without it, at once"


def register(subparsers: Subparsers) -> None:
    letter = noun(subparsers, "letter", "Letters that are delivered now and open on their day.")
    _register_write(letter)
    list_ = command(
        letter,
        "list",
        "List letters in both directions, and fetch what has come.",
        example="twinbell letter list",
        json="letters: [{letter, bond, direction, opens, state, reached}]",
        run=_list,
    )
    list_.add_argument("--bond", metavar="B", help="only those of this bond")
    list_.add_argument("--offline", action="store_true", help="ask no relay")
    show = command(
        letter,
        "show",
        "Show the day of a letter and what holds it back: all that is known before it opens.",
        example="twinbell letter show 4f2a91c0",
        json="letter, bond, direction, state, opens, held_by, words, "
        "rounds: [{chain, keeper, round, opens_s}]",
        run=_show,
    )
    open_ = command(
        letter,
        "open",
        "Open a letter whose day has come, and put its files into a folder.",
        about="Exit codes: 3 not yet, 4 the beacon can't be reached, 5 its chain has ended, 6 damaged.",
        example="twinbell letter open 4f2a91c0",
        json="letter, from, subject, text, attachments: [{name, path, bytes}], signature",
        run=_open,
    )
    open_.add_argument("--into", metavar="DIR", help="where its files go; else letter-<id> in this folder")
    open_.add_argument(
        "--shares",
        action="store_true",
        help="of a last letter: type the words of shares that guardians tell you, one share a line",
    )
    save = command(
        letter,
        "save",
        "Open a letter and write it for other programs: .eml, its signature, its files.",
        about="ssh-keygen -Y verify checks the signature; any mail program reads the .eml.",
        example="twinbell letter save 4f2a91c0 --into from-mei",
        json="letter, from, subject, text, attachments: [{name, path, bytes}], signature, folder",
        run=_save,
    )
    save.add_argument("--into", metavar="DIR", help="the folder; else letter-<id> in this folder")
    for parser in (show, open_, save):
        parser.add_argument("letter", metavar="LETTER", help=LETTER_HELP)


def _register_write(letter: Subparsers) -> None:
    write = command(
        letter,
        "write",
        "Write a letter: from a file, from standard input, or in your editor.",
        about="It is sealed on this device and sent at once, or as soon as the relay can be reached.\n"
        "A letter that was delivered can't be taken back.",
        example='twinbell letter write hello.txt --subject "For your birthday" --opens 2027-10-10T08:00\n'
        "twinbell letter write - --opens 'in 3 months' --zone Asia/Tokyo --attach dusk.jpg < hello.txt",
        json="letter, opens, rounds: [{chain, keeper, round, opens_s}], held_by "
        "(with --years, letters: one such object a year; with --last also watch, armed, floor, sentence)",
        run=_write,
    )
    write.add_argument("file", nargs="?", metavar="FILE", help="the text; - for standard input; else $EDITOR")
    write.add_argument("--bond", metavar="B", help="to whom, where there is more than one bond")
    write.add_argument("--subject", default="", metavar="S", help="one line; sealed like the rest")
    write.add_argument("--opens", metavar="WHEN", help=WHEN_HELP)
    write.add_argument(
        "--zone", metavar="Z", help="the zone of that day, like Asia/Tokyo; else this machine's"
    )
    write.add_argument(
        "--years",
        type=int,
        metavar="N",
        help="the same day each year, 1 to 30 letters, all sealed now",
    )
    write.add_argument("--attach", action="append", default=[], metavar="F", help="a file; may stand often")
    write.add_argument(
        "--chain",
        action="append",
        default=[],
        metavar="C",
        help="a beacon to lock to: quicknet, a keeper, a relay, a hash; may stand often",
    )
    write.add_argument(
        "--hold",
        choices=["secrecy", "survival"],
        help="fear most that it opens early, or that it never opens",
    )
    keep = write.add_mutually_exclusive_group()
    keep.add_argument(
        "--keep", action="store_true", default=None, help="keep its key here, so a way can be added"
    )
    keep.add_argument("--no-keep", dest="keep", action="store_false", help="don't keep its key")
    last = write.add_argument_group("last letters, which open once you have been silent for long")
    last.add_argument("--last", action="store_true", help="a last letter: see `twinbell watch`")
    last.add_argument(
        "--floor", metavar="WHEN", help="guardians can open it from then on, silent or not; else in a year"
    )
    last.add_argument(
        "--if-parted", choices=["burn", "keep"], help="what becomes of it if you end the bond; else burn"
    )
    last.add_argument(
        "--if-both",
        metavar="FATE",
        help="if its reader is silent too: later, burn, heir:NAME, date:WHEN; else later",
    )
    write.add_argument(
        "--feb29", choices=["feb-28", "mar-1"], help="what 29 February is in a year without one"
    )


def _write(args: argparse.Namespace) -> int:
    from twinbell.cli import composing, kit, lastwriting, ui
    from twinbell.cli.opening import open_home, pick_bond
    from twinbell.client import bonds, letters, outgoing

    with open_home(args) as home:
        bond = pick_bond(home, args.bond)
        bonds.check_living(bond)  # before anybody writes in vain
        if args.last or args.floor or args.if_parted or args.if_both:
            return lastwriting.write(home, bond, args)
        locks = composing.locks_for(home, bond, args)
        attachments = composing.attachments(args.attach)
        subject, text = composing.text(args, bond)
        for lock in locks:
            with ui.progress("Sealing") as bar:
                outgoing.write(
                    home,
                    bond,
                    lock=lock,
                    subject=subject,
                    text=text,
                    attachments=attachments,
                    told=bar.at,
                )
        left = _send(home)
        if args.json:
            written = [composing.written(home, bond, lock) for lock in locks]
            ui.data(written[0] if args.years is None else {"letters": written})
        else:
            for lock in locks:
                composing.show_written(home, bond, lock)
            rows = [letters.find(home.vault, lock.letter.hex()) for lock in locks]
            it_is, its = ("It is", "its") if len(rows) == 1 else ("They are", "their")
            waits = any(row.kept_state is letters.State.SENDING for row in rows)
            if left.reason and waits:  # another bond's relay is no matter
                sends = f"{it_is} sealed and safe here; the next command sends what is left."
                ui.say(*ui.wrapped(f"{left.reason} {sends}"))
            else:
                ui.say(f"{it_is} on {its} way to {ui.blue(ui.plain(bond.peer))}.")
        kit.nag(home)
    return 0


def _send(home: "Home") -> "Outcome":
    from twinbell.cli import ui
    from twinbell.client import mail

    with ui.progress("Sending") as bar:
        home.progress = bar.at
        return mail.send(home)


def _list(args: argparse.Namespace) -> int:
    from twinbell.cli import ui
    from twinbell.cli.opening import open_home, pick_bond
    from twinbell.client import bonds, letters

    with open_home(args) as home:
        only = pick_bond(home, args.bond).id if args.bond else None
        if not args.offline:
            _catch_up(home)
        rows, now_s = letters.every(home.vault, only), home.now_s
        peers = {bond.id: bond for bond in bonds.every(home.vault)}
        reached = letters.reached(home.vault, rows, peers)
        if not args.json:
            ui.say(*[_line(home, row, peers[row.bond]) for row in rows] or ["There are no letters here yet."])
    if args.json:
        ui.data(
            {
                "letters": [
                    {
                        "letter": row.name,
                        "bond": peers[row.bond].short,
                        "direction": row.direction,
                        "opens": row.opens_s,
                        "state": row.state(now_s).value,
                        "reached": reached.get(row.number),
                    }
                    for row in rows
                ]
            }
        )
    return 0


def _line(home: "Home", row: "LetterRow", bond: "BondRow") -> str:
    from twinbell.cli import lastletter, ui

    name, now_s = ui.plain(bond.peer), home.now_s
    if row.is_last:
        return lastletter.line(home, row, bond)
    way = ui.amber(f"to {name}") if row.outgoing else ui.blue(f"from {name}")
    opens = "opens at once"
    if row.opens_s is not None:
        # To the second only where somebody counts: a round may come a second after the hour that was meant.
        near = abs(row.opens_s - now_s) < HOUR_S
        opens = f"opens {ui.moment(row.opens_s if near else row.opens_s - row.opens_s % 60)}"
    return f"{row.name[:8]}  {way}  {row.state(now_s).value}, {opens}"


def _catch_up(home: "Home") -> None:
    from twinbell.cli import ui
    from twinbell.client import mail

    with ui.progress("Fetching") as bar:
        home.progress = bar.at
        left = mail.catch_up(home)
    if left.reason:
        ui.note(left.reason)


def _find(home: "Home", word: str) -> "LetterRow":
    """Return a letter; ask the relay only if it is not here."""
    from twinbell.client import letters
    from twinbell.errors import NotFound

    try:
        return letters.find(home.vault, word)
    except NotFound:
        _catch_up(home)
        return letters.find(home.vault, word)


def _show(args: argparse.Namespace) -> int:
    from twinbell.bond.lock import describe, strength
    from twinbell.cli import composing, lastletter, ui
    from twinbell.cli.opening import open_home
    from twinbell.client import bonds, chains
    from twinbell.errors import Damaged

    with open_home(args) as home:
        row = _find(home, args.letter)
        bond = bonds.get(home.vault, row.bond)
        if not row.lock_bytes:
            raise Damaged("This letter came damaged. It was asked for again.")
        lock = row.lock
        ours = chains.ours_in(home.vault, lock)
        if row.is_last:
            lastletter.show(home, row, bond, as_json=args.json)
            return 0
        if args.json:
            ui.data(
                {
                    "letter": row.name,
                    "bond": bond.short,
                    "direction": row.direction,
                    "state": row.state(home.now_s).value,
                    "opens": row.opens_s,
                    "rounds": composing.rounds(lock),
                    "held_by": str(strength(lock, ours=ours)),
                    "words": describe(lock, ours=ours),
                }
            )
            return 0
        ui.say(_line(home, row, bond), "", *ui.wrapped(describe(lock, ours=ours)))
        if lock.wish:
            ui.say("", *ui.wrapped(composing.shown_back(lock)))
    return 0


def _open(args: argparse.Namespace) -> int:
    from twinbell.cli import lastletter, reading, ui
    from twinbell.cli.opening import open_home
    from twinbell.client import opened

    with open_home(args) as home:
        row = _find(home, args.letter)
        if row.is_last:
            lastletter.prepare(home, row, as_json=args.json, shares=args.shares)
        with ui.progress("Opening") as bar:
            saved = opened.open_into(home, row, reading.folder_for(row, args.into), told=bar.at)
        if row.is_last:
            lastletter.opened(home)
    if args.json:
        ui.data(reading.record(row, saved))
    else:
        reading.show(row, saved)
    return 0


def _save(args: argparse.Namespace) -> int:
    from twinbell.cli import reading, ui
    from twinbell.cli.opening import open_home
    from twinbell.client import opened

    with open_home(args) as home:
        row = _find(home, args.letter)
        folder = reading.folder_for(row, args.into)
        with ui.progress("Opening") as bar:
            saved = opened.save(home, row, folder, told=bar.at)
    if args.json:
        ui.data(reading.record(row, saved) | {"folder": str(folder)})
    else:
        reading.show_saved(saved, folder)
    return 0
