"""`twinbell rehearse`: play with guardians and reader what would happen, before a watch is armed."""

import argparse
from typing import TYPE_CHECKING

from twinbell.cli.command import BOND_HELP, Subparsers, command

if TYPE_CHECKING:
    from twinbell.client.home import Home
    from twinbell.client.rehearsing import Rehearsal
    from twinbell.client.watch import Own

LOOK_S = 2.0  # while a person watches: a rehearsal counts in units of five seconds


def register(subparsers: Subparsers) -> None:
    rehearse = command(
        subparsers,
        "rehearse",
        "Play silence with your guardians and the reader, and a letter that says it is a rehearsal.",
        about="A watch is armed only after one, and it is due again after a year. Less than a minute is\n"
        "silence enough here; the rest is what people take, and they have seven days. Nothing of the real\n"
        "watch is touched. Type it again to see how it stands; Ctrl-C leaves it to go on when you do.",
        example="twinbell rehearse --with Jun",
        json="bond, state (asked, silent, done, lapsed, over), next; while it goes on also watch, stage, "
        "begun, need, guardians: [{name, part (asked, refused, takes-part, answered, helped)}], reminders, "
        "read, waits, refusal",
        run=_run,
    )
    rehearse.add_argument("--with", dest="bond", metavar="B", help=BOND_HELP)
    how = rehearse.add_mutually_exclusive_group()
    how.add_argument("--now", action="store_true", help="go on without guardians who have not answered")
    how.add_argument("--anew", action="store_true", help="begin one though none is due")
    how.add_argument("--over", action="store_true", help="end the one that goes on, and tell the guardians")
    rehearse.add_argument(
        "--for",
        dest="for_s",
        type=float,
        metavar="SECONDS",
        help="look on for so long; else until it is done at a terminal, and not at all without one",
    )


def _run(args: argparse.Namespace) -> int:
    from twinbell.cli import ui
    from twinbell.cli.opening import open_home
    from twinbell.cli.watch import own_of
    from twinbell.client import arming, mail, rehearsal
    from twinbell.errors import Mistaken

    if args.for_s is not None and not args.for_s >= 0:
        raise Mistaken("Look on for some seconds, not for less than none.")
    with open_home(args) as home:
        own = own_of(home, args.bond)
        if args.over:
            rehearsal.over(home, own)
            mail.send(home)
            if args.json:
                ui.data({"bond": own.bond.short, "state": "over", "next": None})
            else:
                ui.say("The rehearsal is over. Your guardians are told, and your watch is as it was.")
            return 0
        if not (rehearsal.find(home, own) or args.anew or arming.rehearsal_is_due(home, own)):
            _tell_next(own, args)
            return 0
        rehearsal.begin(home, own)
        found = _followed(home, own, args)
    if args.json:
        ui.data(found.facts())
    return 0


def _tell_next(own: "Own", args: argparse.Namespace) -> None:
    from twinbell.bond import civil
    from twinbell.cli import ui
    from twinbell.client.arming import DAY_S, REHEARSED_DAYS

    last_s = own.owned.rehearsed_day * DAY_S
    next_s = last_s + REHEARSED_DAYS * DAY_S
    if args.json:
        ui.data({"bond": own.bond.short, "state": "done", "next": next_s})
        return
    ui.say(
        *ui.wrapped(
            f"You rehearsed on {civil.utc(last_s).date}, and the next one is due on "
            f"{civil.utc(next_s).date}. `twinbell rehearse --anew` rehearses now."
        )
    )


def _followed(home: "Home", own: "Own", args: argparse.Namespace) -> "Rehearsal":
    """Go on with the rehearsal and tell each thing once, until it is done or the time is over."""
    import time

    from twinbell.cli import ui
    from twinbell.client import rehearsal
    from twinbell.client.rehearsing import State

    for_s = args.for_s
    if for_s is None:
        for_s = float("inf") if ui.interactive() and not args.json else 0.0
    end_s = time.monotonic() + for_s
    told: list[str] = []

    while True:
        found = rehearsal.advance(home, own, now=args.now)
        now = [each for each in (*found.sentences, found.waits, found.refusal) if each]
        for sentence in now:
            if sentence not in told and not args.json:
                ui.say(*ui.wrapped(sentence))
        told = now  # what was so before, and is so again, is told again
        if found.state in (State.DONE, State.LAPSED) or time.monotonic() >= end_s:
            return found
        time.sleep(LOOK_S)
