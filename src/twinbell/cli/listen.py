"""`twinbell listen`: hear rings as they come, and receive letters."""

import argparse
from typing import TYPE_CHECKING

from twinbell.cli.command import Subparsers, command

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinbell.client.events import Event

STRIKES_MAX = 4  # more than that is noise on a terminal


def register(subparsers: Subparsers) -> None:
    listen = command(
        subparsers,
        "listen",
        "Listen: hear rings as they come, receive letters, finish bells.",
        about="On a terminal it speaks in words; with --json, or into a pipe, in JSON: an object a line,\n"
        "with event, bond and at. An event is told again only if a crash came while it was printed.",
        example="twinbell listen --for 60",
        json="one object a line: event, bond, at, and what the event brings",
        run=_run,
    )
    listen.add_argument(
        "--for", dest="for_s", type=float, metavar="SECONDS", help="end after so long; else with Ctrl-C"
    )


def _run(args: argparse.Namespace) -> int:
    import asyncio

    from twinbell.cli import ui
    from twinbell.cli.opening import open_home
    from twinbell.client.listen import listen
    from twinbell.errors import Mistaken

    if args.for_s is not None and not args.for_s >= 0:  # nan is no time either
        raise Mistaken("Listen for some seconds, not for less than none.")
    in_json = args.json or not ui.on_terminal()
    with open_home(args) as home:
        if not in_json:
            ui.note("Listening. Ctrl-C ends it.")
        tell = _tell_json if in_json else _tell_words
        asyncio.run(listen(home, tell, _once(ui.note), for_s=args.for_s))
    return 0


def _once(note: "Callable[[str], None]") -> "Callable[[str], None]":
    """Return a `note` that does not say the same twice in a row."""
    last = ""

    def told(sentence: str) -> None:
        nonlocal last
        if sentence != last:
            note(sentence)
        last = sentence

    return told


def _tell_json(event: "Event") -> None:
    from twinbell.cli import ui

    ui.data(event.facts)


def _tell_words(event: "Event") -> None:
    from twinbell.cli import ui
    from twinbell.client.news import sentence

    line = ui.plain(sentence(event))
    if event.kind in ("ring", "knock") and event.facts.get("sound"):
        pattern = event.facts.get("pattern")
        strikes = (len(pattern) + 1) // 2 if isinstance(pattern, list) else 1
        line = ui.gold(line) + "\a" * min(strikes, STRIKES_MAX)
    ui.say(f"{ui.soft(ui.clock_time(event.at_s))}  {line}")
