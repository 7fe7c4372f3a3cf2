"""`twinbell bond about`, `portrait`, `receipts`, `quiet`: what two tell each other, and what one hears."""

import argparse
from typing import TYPE_CHECKING

from twinbell.cli.command import BOND_HELP, Subparsers, command

if TYPE_CHECKING:
    from twinbell.bond.about import About

NOTHING = "-"  # typed in the place of a value: take it back


def register(bond: Subparsers) -> None:
    about = command(
        bond,
        "about",
        "Tell the other one your birthday, your zone, a place; without options, show what both have told.",
        about="All of it is by choice, and a - takes it back. A birthday that you know opens letters:\n"
        "twinbell letter write --opens birthday.",
        example="twinbell bond about Jun --birthday 10-07 --zone Asia/Tokyo",
        json="bond, ours (birthday, zone, place), theirs (birthday, zone, place)",
        run=_about,
    )
    about.add_argument("--birthday", metavar="MM-DD", help="month and day, without a year")
    about.add_argument("--zone", metavar="Z", help="where your days begin, like Asia/Tokyo")
    about.add_argument("--place", metavar="P", help="where you like to meet, in your words")
    portrait = command(
        bond,
        "portrait",
        "Show the portrait that the other one gave you, or give them yours.",
        about="A portrait is a small square engraving in four tones, bright lines on a dark ground. Any\n"
        "graphics program makes one of a photo: crop it square, find its edges, save it as a grey PGM.",
        example="twinbell bond portrait Jun --from me.pgm",
        json="bond, ours, theirs, file",
        run=_portrait,
    )
    where = portrait.add_mutually_exclusive_group()
    where.add_argument("--from", dest="source", metavar="FILE", help="give yours: a square binary PGM")
    where.add_argument("--to", metavar="FILE", help="write theirs into a file, as PGM")
    receipts = command(
        bond,
        "receipts",
        "Say, or no longer say, to the other one what has arrived; it takes effect while both want it.",
        example="twinbell bond receipts Jun on",
        json="bond, ours, theirs",
        run=_receipts,
    )
    quiet = command(
        bond,
        "quiet",
        "Choose when rings of the other one are heard here; nobody else is told.",
        about="Rings that are not heard become one line. Hours go by this machine's clock, and may go past\n"
        "midnight. Without options, show what is chosen.",
        example="twinbell bond quiet Jun --from 22:00 --to 07:00 --per-hour 5",
        json="bond, from, to, per_hour",
        run=_quiet,
    )
    quiet.add_argument("--from", dest="since", metavar="HH:MM", help="quiet begins")
    quiet.add_argument("--to", metavar="HH:MM", help="quiet ends")
    quiet.add_argument("--never", action="store_true", help="no quiet hours any more")
    quiet.add_argument("--per-hour", type=int, metavar="N", help="so many rings an hour are heard at most")
    for parser in (about, portrait, receipts, quiet):
        parser.add_argument("bond", nargs="?", metavar="BOND", help=BOND_HELP)
    receipts.add_argument("on", choices=["on", "off"], help="on or off")


def _about(args: argparse.Namespace) -> int:
    from twinbell.cli import ui
    from twinbell.cli.opening import open_home, pick_bond
    from twinbell.client import bonds, mail

    given = (args.birthday, args.zone, args.place)
    with open_home(args) as home:
        bond = pick_bond(home, args.bond)
        if any(value is not None for value in given):
            bonds.tell_about(home, bond, _told(bond.pendant.about_ours, args))
            mail.send(home)
        else:
            mail.catch_up(home)
        pendant = bonds.get(home.vault, bond.id).pendant
    if args.json:
        told = {"ours": pendant.about_ours, "theirs": pendant.about_theirs}
        ui.data({"bond": bond.short, **{name: about.to_record() for name, about in told.items()}})
        return 0
    ui.say(f"{ui.amber('You')}: {_in_words(pendant.about_ours)}")
    ui.say(f"{ui.blue(ui.plain(bond.peer))}: {_in_words(pendant.about_theirs)}")
    return 0


def _told(before: "About", args: argparse.Namespace) -> "About":
    from twinbell.bond.about import About
    from twinbell.client import zone

    def said(value: str | None, before: str | None) -> str | None:
        return before if value is None else None if value == NOTHING else value

    named = said(args.zone, before.zone)
    if args.zone and named:
        named = zone.installed().find(named)
    return About(said(args.birthday, before.birthday), named, said(args.place, before.place))


def _in_words(about: "About") -> str:
    from twinbell.bond.civil import MONTHS
    from twinbell.cli import ui

    said = []
    if about.birthday:
        said.append(f"born on {int(about.birthday[3:])} {MONTHS[int(about.birthday[:2]) - 1]}")
    if about.zone:
        said.append(f"days begin in {about.zone}")
    if about.place:
        said.append(f"likes to meet at {ui.plain(about.place)}")
    return "; ".join(said) or "has said nothing"


def _portrait(args: argparse.Namespace) -> int:
    from pathlib import Path

    from twinbell.cli import engraving, ui
    from twinbell.cli.opening import open_home, pick_bond
    from twinbell.client import bonds, giving, mail
    from twinbell.errors import NotFound

    with open_home(args) as home:
        bond = pick_bond(home, args.bond)
        if args.source:
            with Path(args.source).open("rb") as file:
                bonds.draw(home, bond, engraving.read_pgm(file.read(engraving.PGM_BYTES_MAX)))
            mail.send(home)
        else:
            mail.catch_up(home)
        ours, theirs = (giving.portrait(home, bond, ours=whose) for whose in (True, False))
    name = ui.blue(ui.plain(bond.peer))
    if args.to:
        if theirs is None:
            raise NotFound(f"{bond.peer} has not given you a portrait yet.")
        Path(args.to).write_bytes(engraving.pgm(theirs))
    if args.json:
        facts = {"ours": ours is not None, "theirs": theirs is not None, "file": args.to}
        ui.data({"bond": bond.short, **facts})
    elif args.source:
        ui.say(f"{name} has your portrait now, or will when the relay can be reached.")
    elif args.to:
        ui.say(f"Written into {args.to}.")
    elif theirs is None:
        ui.say(f"{name} has not given you a portrait yet.")
    else:
        ui.say(*engraving.lines(theirs))
    return 0


def _receipts(args: argparse.Namespace) -> int:
    from twinbell.cli import ui
    from twinbell.cli.opening import open_home, pick_bond
    from twinbell.client import bonds, mail

    with open_home(args) as home:
        bond = pick_bond(home, args.bond)
        bonds.allow_receipts(home, bond, args.on == "on")
        mail.catch_up(home)
        pendant = bonds.get(home.vault, bond.id).pendant
    ours, theirs = pendant.receipts_ours, pendant.receipts_theirs
    name = ui.blue(ui.plain(bond.peer))
    if args.json:
        ui.data({"bond": bond.short, "ours": ours, "theirs": theirs})
    elif ours and theirs:
        ui.say(f"You and {name} see what has reached the other one's device.")
    elif ours:
        ui.say(f"When {name} wants it too, you both see what has arrived.")
    else:
        ui.say("Neither of you sees what has arrived.")
    return 0


def _quiet(args: argparse.Namespace) -> int:
    from twinbell.cli import ui
    from twinbell.cli.opening import open_home, pick_bond
    from twinbell.client import bonds
    from twinbell.errors import Mistaken

    if (args.since is None) != (args.to is None) or (args.never and args.since):
        raise Mistaken("Quiet hours have a beginning and an end.", hint="--from 22:00 --to 07:00, or --never")
    with open_home(args) as home:
        bond = pick_bond(home, args.bond)
        if args.never or args.since:
            hours = (0, 0) if args.never else (_minute(args.since), _minute(args.to))
            bonds.set_quiet(home.vault, bond, *hours)
        if args.per_hour is not None:
            bonds.limit_rings(home, bond, args.per_hour)
        bond = bonds.get(home.vault, bond.id)
    quiet = bond.quiet_from != bond.quiet_to
    since, to = (_time(bond.quiet_from), _time(bond.quiet_to)) if quiet else (None, None)
    most = bond.pendant.rings_an_hour
    if args.json:
        ui.data({"bond": bond.short, "from": since, "to": to, "per_hour": most})
        return 0
    hours_said = f"Quiet from {since} to {to}." if quiet else "No quiet hours."
    ui.say(f"{hours_said} At most {most} rings an hour are heard.")
    return 0


def _minute(text: str) -> int:
    from twinbell.errors import Mistaken

    hour, colon, minute = text.partition(":")
    good = colon and hour.isdecimal() and minute.isdecimal() and len(hour) <= 2 and len(minute) == 2
    if not good or int(hour) > 23 or int(minute) > 59:
        raise Mistaken(f"{text} is no time of day.", hint="Write it like 22:00.")
    return int(hour) * 60 + int(minute)


def _time(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
