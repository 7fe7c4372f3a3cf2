"""`twinbell alive`: a sign of life."""

import argparse

from twinbell.cli.command import Subparsers, command


def register(subparsers: Subparsers) -> None:
    alive = command(
        subparsers,
        "alive",
        "Give a sign of life to the relays of your watches.",
        about="A ring, a letter, a visit to the room, a command at a terminal do it too, at most twice a\n"
        "day. Nothing else does: no program in the background, and nothing that has only come in.",
        example="twinbell alive",
        json="watches: [{watch, bond, stage}]",
        run=_run,
    )
    how = alive.add_mutually_exclusive_group()
    how.add_argument("--word", action="store_true", help="ask for one of your two words first")
    how.add_argument("--hand", metavar="FILE", help="sign with the key in this file, without opening a home")


def _run(args: argparse.Namespace) -> int:
    import sys

    from twinbell.cli import ui
    from twinbell.cli.opening import open_home
    from twinbell.client import alive, watch
    from twinbell.errors import NotFound
    from twinbell.wire.silence import Stage

    if args.hand:
        return _by_hand(args)
    told = []
    with open_home(args) as home:
        owns = [own for own in watch.every(home) if own.bond.parted_s is None or own.terms.armed]
        if not owns:
            raise NotFound("You have no watch.", hint="`twinbell watch set` is how one begins.")
        word = None
        if args.word:
            word = ui.ask_secret("Your word:") if ui.interactive() else sys.stdin.readline().rstrip("\n")
        for own in owns:
            before = watch.look(home, own).stage
            watch.settle(home, own)
            if word is None:
                alive.now(home, own)
            else:
                alive.answer(home, own, word)
            told.append((own, before, watch.look(home, own).stage))
    if args.json:
        ui.data(
            {
                "watches": [
                    {"watch": own.id.hex(), "bond": own.bond.short, "stage": stage.value}
                    for own, _, stage in told
                ]
            }
        )
        return 0
    for own, before, stage in told:
        name = ui.blue(ui.plain(own.bond.peer))
        if stage is Stage.RETURNED:
            if before is Stage.SILENT:
                ui.say(f"Welcome back. {name} could open your last letters from the day you were silent.")
            ui.say(
                *ui.wrapped(
                    "What was opened stays open. Nothing more is given out, and `twinbell watch arm` seals "
                    "the rest again."
                )
            )
        elif stage is Stage.STOPPED:
            ui.say(f"The watch for {name} was stopped: `twinbell watch arm` begins anew.")
        else:
            ui.say(f"The watch for {name} knows that you are alive.")
    return 0


def _by_hand(args: argparse.Namespace) -> int:
    import os
    from pathlib import Path

    from twinbell.cli import ui
    from twinbell.client import alive
    from twinbell.client.transport import CA_VARIABLE
    from twinbell.clock import SystemClock

    path = Path(args.hand)
    relay, watch_id = alive.by_hand(path, now_s=int(SystemClock().wall_s()), ca=os.environ.get(CA_VARIABLE))
    if args.json:
        ui.data({"watches": [{"watch": watch_id.hex(), "bond": None, "stage": None}]})
    else:
        ui.say(f"{relay} knows that there was a hand.")
    return 0
