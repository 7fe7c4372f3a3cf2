"""`twinbell watch page`, `stop` and `word`: what of a watch is on paper, and what is only in one's head."""

import argparse
from typing import TYPE_CHECKING

from twinbell.cli.command import BOND_HELP, Subparsers, command

if TYPE_CHECKING:
    from twinbell.client.watch import Own


def register(watch: Subparsers) -> None:
    page = command(
        watch,
        "page",
        "Print the page that stops the watch from anywhere: 12 words, the relay, the watch.",
        about="Whoever has it can keep your last letters from opening, and nothing else. Give it to\n"
        "somebody who would know that you are alive. When it is on paper, --kept removes the words here.",
        example="twinbell watch page Jun | lp",
        json="watch, bond, page, kept",
        run=_page,
    )
    page.add_argument("--kept", action="store_true", help="it is on paper: keep the words here no longer")
    stop = command(
        watch,
        "stop",
        "Stop a watch by the 12 words of its page; no home is needed for that.",
        about="Nothing is given out any more, from any stage. Its writer can arm it anew with another code.",
        example="twinbell watch stop --relay https://relay.example --watch 0f3a2b5c7d9e1f00112233445566778a",
        json="watch, stopped",
        run=_stop,
    )
    stop.add_argument("--relay", metavar="URL", help="as the page names it; else that of your own watch")
    stop.add_argument("--watch", metavar="ID", help="as the page names it; else that of your own watch")
    stop.add_argument("--bond", metavar="B", help=BOND_HELP)
    word = command(
        watch,
        "word",
        "Set two words for `twinbell alive --word`: the usual one, and a second that calls for help.",
        about="Type the second word if somebody makes you keep your watch. It looks just like the first,\n"
        "and for five weeks your guardians are told that you may not be free.",
        example="twinbell watch word",
        json="watch, bond",
        run=_word,
    )
    for parser in (page, word):
        parser.add_argument("bond", nargs="?", metavar="BOND", help=BOND_HELP)


def lines(own: "Own", code: bytes) -> list[str]:
    """Return the page."""
    from twinbell.crypto import words

    typed = words.stop(code)
    rows = [" ".join(typed[at : at + 4]) for at in range(0, len(typed), 4)]
    return [
        f"The watch for the last letters of {own.bond.me}: how to stop it",
        "",
        *rows,
        "",
        f"relay  {own.bond.relay}",
        f"watch  {own.id.hex()}",
        "",
        "Whoever knows that I am alive: type the line below and then these words.",
        f"twinbell watch stop --relay {own.bond.relay} --watch {own.id.hex()}",
    ]


def _page(args: argparse.Namespace) -> int:
    from twinbell.cli import ui
    from twinbell.cli.opening import open_home, pick_bond
    from twinbell.client import watch
    from twinbell.errors import NotFound

    with open_home(args) as home:
        own = watch.of(home, pick_bond(home, args.bond))
        row = home.vault.one("select stop from watch where id = ?", own.id)
        if row is None or row[0] is None:
            raise NotFound(
                "The page of this watch is on paper and only there.",
                hint="You said so; this device keeps no copy.",
            )
        page = lines(own, row[0])
        if args.kept:
            home.vault.run("update watch set stop = null where id = ?", own.id)
    if args.json:
        ui.data({"watch": own.id.hex(), "bond": own.bond.short, "page": page, "kept": args.kept})
    elif args.kept:
        ui.say("The page is on paper, and only there: this device keeps no copy of it any more.")
    else:
        ui.say(*(ui.plain(line) for line in page))
        ui.note("", "When it is on paper: twinbell watch page --kept")
    return 0


def _stop(args: argparse.Namespace) -> int:
    import os

    from twinbell.cli import ui
    from twinbell.cli.watch import read_words
    from twinbell.client import alive
    from twinbell.client.transport import Transport, base_url
    from twinbell.client.watchrelay import WatchRelay
    from twinbell.crypto import words
    from twinbell.errors import Mistaken

    if bool(args.relay) != bool(args.watch):
        raise Mistaken("A page names its relay and its watch, and both are needed.")
    if args.relay:
        relay, watch_id, ca = base_url(args.relay), alive.check_id(args.watch), os.environ.get("TWINBELL_CA")
    else:
        relay, watch_id, ca = _of_home(args)
    code = words.unstop(read_words("The 12 words of the page:"))
    transport = Transport(relay, ca=ca)
    try:
        WatchRelay(transport).stop(watch_id, code)
    finally:
        transport.close()
    if args.json:
        ui.data({"watch": watch_id.hex(), "stopped": True})
    else:
        ui.say("The watch is stopped. Nothing is given out any more.")
    return 0


def _of_home(args: argparse.Namespace) -> tuple[str, bytes, str | None]:
    from twinbell.cli.opening import open_home, pick_bond
    from twinbell.client import watch

    with open_home(args) as home:
        own = watch.of(home, pick_bond(home, args.bond))
        return own.bond.relay, own.id, home.ca


def _word(args: argparse.Namespace) -> int:
    import sys

    from twinbell.cli import ui
    from twinbell.cli.opening import open_home, pick_bond
    from twinbell.client import alive, watch

    with open_home(args) as home:
        own = watch.of(home, pick_bond(home, args.bond))
        if ui.interactive():
            usual, second = ui.ask_secret("Your usual word:"), ui.ask_secret("The word that calls for help:")
        else:
            typed = [*sys.stdin.read(4096).splitlines(), "", ""]
            usual, second = typed[0], typed[1]
        alive.set_words(home, own, usual, second)
    if args.json:
        ui.data({"watch": own.id.hex(), "bond": own.bond.short})
    else:
        ui.say(*ui.wrapped("Both words are set: `twinbell alive --word` asks for one of them."))
    return 0
