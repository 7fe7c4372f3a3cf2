"""`twinbell watch channel` and `watch hand`: how you are reminded, and what else may sign life for you."""

import argparse

from twinbell.cli.command import BOND_HELP, Subparsers, command, noun

ADDRESS_HELP = "an Apprise address, like mailtos://user:password@example.org or ntfys://example.org/topic"


def register(watch: Subparsers) -> None:
    channel = noun(watch, "channel", "The ways in which you are reminded before anybody is asked.")
    add = command(
        channel,
        "add",
        "Add a way to be reminded, and test it.",
        about="Two that work are needed, since one that nobody reads is not a silent person. The relay\n"
        "keeps the address, with whatever password is in it.",
        example="twinbell watch channel add phone ntfys://ntfy.example/mei-and-nobody-else",
        json="watch, bond, channel, accepted, why",
        run=_add,
    )
    add.add_argument("name", metavar="NAME", help="what you call it")
    add.add_argument("url", metavar="ADDRESS", help=ADDRESS_HELP)
    test = command(
        channel,
        "test",
        "Have a reminder sent now, in all ways or in one: whether its service accepts it is shown.",
        example="twinbell watch channel test",
        json="watch, bond, channels: [{channel, accepted, why}]",
        run=_test,
    )
    test.add_argument("name", nargs="?", metavar="NAME", help="only this one")
    remove = command(
        channel,
        "remove",
        "Take a way to be reminded away.",
        example="twinbell watch channel remove phone",
        json="watch, bond, channel",
        run=_remove,
    )
    remove.add_argument("name", metavar="NAME", help="what you call it")
    hand = noun(watch, "hand", "Keys that may sign life for you and do nothing else: a switch by the door.")
    hand_add = command(
        hand,
        "add",
        "Write the file of a new hand, for `twinbell alive --hand FILE` on another machine.",
        about="Whoever has the file can keep your watch from ever noticing your silence, and nothing more.\n"
        "A hand leaves no notes for guardians.",
        example="twinbell watch hand add door.hand",
        json="watch, bond, hand, file",
        run=_hand_add,
    )
    hand_add.add_argument("file", metavar="FILE", help="where it goes; nothing is replaced")
    hand_remove = command(
        hand,
        "remove",
        "Take a hand away. It makes silence come sooner, so it holds once the old time has passed.",
        example="twinbell watch hand remove 5e01",
        json="watch, bond, holds (at once, pending)",
        run=_hand_remove,
    )
    hand_remove.add_argument("hand", metavar="HAND", help="the start of its public key")
    for parser in (add, test, remove, hand_add, hand_remove):
        parser.add_argument("--bond", metavar="B", help=BOND_HELP)


def _add(args: argparse.Namespace) -> int:
    from twinbell.cli import ui
    from twinbell.cli.opening import open_home
    from twinbell.cli.watch import own_of
    from twinbell.client import channels

    with open_home(args) as home:
        own = own_of(home, args.bond)
        channels.add(home, own, args.name, args.url)
        trial = channels.test(home, own, args.name)
    if args.json:
        facts = {"channel": args.name, "accepted": trial.accepted, "why": trial.why or None}
        ui.data({"watch": own.id.hex(), "bond": own.bond.short, **facts})
    else:
        ui.say(*ui.wrapped(_outcome(args.name, trial.accepted, trial.why)))
    return 0


def _outcome(name: str, accepted: bool, why: str) -> str:
    if accepted:
        return f"A test was sent by {name}, and its service accepted it. Look whether it has come."
    return f"A test by {name} was not accepted: {why}. It does not count until one is."


def _test(args: argparse.Namespace) -> int:
    from twinbell.cli import ui
    from twinbell.cli.opening import open_home
    from twinbell.cli.watch import own_of
    from twinbell.client import channels

    with open_home(args) as home:
        own = own_of(home, args.bond)
        names = [args.name] if args.name else [each.name for each in channels.every(home, own)]
        trials = [(name, channels.test(home, own, name)) for name in names]
    if args.json:
        tested = [{"channel": name, "accepted": t.accepted, "why": t.why or None} for name, t in trials]
        ui.data({"watch": own.id.hex(), "bond": own.bond.short, "channels": tested})
        return 0
    for name, trial in trials:
        ui.say(*ui.wrapped(_outcome(name, trial.accepted, trial.why)))
    if not trials:
        ui.say("There is no way to remind you yet: `twinbell watch channel add`.")
    return 0


def _remove(args: argparse.Namespace) -> int:
    from twinbell.cli import ui
    from twinbell.cli.opening import open_home
    from twinbell.cli.watch import own_of
    from twinbell.client import channels

    with open_home(args) as home:
        own = own_of(home, args.bond)
        channels.remove(home, own, args.name)
    if args.json:
        ui.data({"watch": own.id.hex(), "bond": own.bond.short, "channel": args.name})
    else:
        ui.say(f"You are no longer reminded by {ui.plain(args.name)}.")
    return 0


def _hand_add(args: argparse.Namespace) -> int:
    from pathlib import Path

    from twinbell.cli import ui
    from twinbell.cli.opening import open_home
    from twinbell.cli.watch import own_of
    from twinbell.client import alive, watch
    from twinbell.errors import Conflict

    path = Path(args.file)
    if path.exists():
        raise Conflict(f"{path} is there already, and nothing is replaced.")
    with open_home(args) as home:
        own = own_of(home, args.bond)
        alive.add_hand(home, own, path)
        hand = watch.again(home, own).terms.hands[-1].hex()
    if args.json:
        ui.data({"watch": own.id.hex(), "bond": own.bond.short, "hand": hand, "file": str(path)})
    else:
        ui.say(f"Written into {path}, for its owner alone. Its key begins with {hand[:8]}.")
    return 0


def _hand_remove(args: argparse.Namespace) -> int:
    from twinbell.cli import ui
    from twinbell.cli.opening import open_home
    from twinbell.cli.watch import own_of
    from twinbell.client import alive, watchstatus
    from twinbell.wire.terms import Change

    with open_home(args) as home:
        own = own_of(home, args.bond)
        when = alive.remove_hand(home, own, args.hand)
    if args.json:
        ui.data({"watch": own.id.hex(), "bond": own.bond.short, "holds": when.value})
    elif when is Change.AT_ONCE:
        ui.say("This hand signs nothing any more.")
    else:
        ui.say(
            *ui.wrapped(f"This hand is taken away once {watchstatus.span(own.terms.wait_s)} have counted.")
        )
    return 0
