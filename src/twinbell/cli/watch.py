"""`twinbell watch`: set it, see how it is, arm it, be away, stop it."""

import argparse
import sys
from typing import TYPE_CHECKING

from twinbell.cli.command import BOND_HELP, Subparsers, command, noun

if TYPE_CHECKING:
    from twinbell.client.home import Home
    from twinbell.client.watch import Own

ZERO = "nothing is changed that you don't name"
STATUS_JSON = (
    "watch, bond, armed, stage, every, grace, veto, need, counted, late, uncounted, reminders, pending, "
    "guardians: [{name, state, verified}], channels, letters, unarmed, alive, lacks, due, "
    "rehearsed, rehearsal, refusal"
)


def register(subparsers: Subparsers) -> None:
    from twinbell.cli import watchpage, watchways

    watch = noun(
        subparsers, "watch", "The watch that opens your last letters once you have been silent for long."
    )
    _register_set(watch)
    show = command(
        watch,
        "show",
        "Show how the watch is: what counted, who was reminded, whether it is armed, and why not.",
        example="twinbell watch show Jun",
        json=STATUS_JSON,
        run=_show,
    )
    arm = command(
        watch,
        "arm",
        "Arm the watch, or arm it anew: new shares for the guardians, every last letter sealed again.",
        about="Before that: guardians who agreed, words compared with them, two ways to be reminded that\n"
        "were tested, and a rehearsal. Do it again once a year, and whenever a guardian comes or goes.",
        example="twinbell watch arm Jun",
        json="watch, bond, holds (at once, pending), epoch, letters_left, new_stop, dropped",
        run=_arm,
    )
    dismiss = command(
        watch,
        "dismiss",
        "End the guardianship of somebody; their share is deleted.",
        example="twinbell watch dismiss Kim",
        json="watch, bond, guardian",
        run=_dismiss,
    )
    dismiss.add_argument("guardian", metavar="NAME", help="what the guardian is called here")
    away = command(
        watch,
        "away",
        "Say until when you will not be heard from. Nothing counts until then, and guardians see it.",
        example="twinbell watch away 2027-08-20",
        json="watch, bond, until",
        run=_away,
    )
    until = away.add_mutually_exclusive_group(required=True)
    until.add_argument("until", nargs="?", metavar="WHEN", help="2027-08-20, 'in 3 weeks'; 400 days at most")
    until.add_argument("--back", action="store_true", help="you are back")
    end = command(
        watch,
        "end",
        "End the watch for good: its relay forgets it, guardians let go of their shares.",
        about="Last letters that were delivered stay with their reader; nothing opens them any more but\n"
        "shares that somebody kept, from the day on that the letter names.",
        example="twinbell watch end Jun --yes",
        json="watch, bond",
        run=_end,
    )
    end.add_argument("--yes", action="store_true", help="end it: don't ask")
    for parser in (show, arm, end):
        parser.add_argument("bond", nargs="?", metavar="BOND", help=BOND_HELP)
    for parser in (dismiss, away):
        parser.add_argument("--bond", metavar="B", help=BOND_HELP)
    watchways.register(watch)
    watchpage.register(watch)


def _register_set(watch: Subparsers) -> None:
    set_ = command(
        watch,
        "set",
        "Begin a watch for the last letters to somebody, or change it; ask guardians.",
        about="Without a sign of life for EVERY days you are reminded, for GRACE days. Then guardians are\n"
        "asked whether they have heard from you. If as many as you need have not, VETO days are left in\n"
        "which a sign of life still ends it. What makes this shorter holds once the old time has passed.",
        example="twinbell watch set Jun --guardian Kim --guardian Ravi --need 2",
        json=STATUS_JSON,
        run=_set,
    )
    set_.add_argument("bond", nargs="?", metavar="BOND", help="for whom the letters are")
    set_.add_argument("--every", type=int, metavar="DAYS", help="30 unless you say otherwise")
    set_.add_argument("--grace", type=int, metavar="DAYS", help="7 unless you say otherwise, 3 at least")
    set_.add_argument("--veto", type=int, metavar="DAYS", help="7 unless you say otherwise")
    set_.add_argument("--need", type=int, metavar="K", help="so many guardians must agree; 2 at first")
    set_.add_argument("--zone", metavar="Z", help="where your days are: nobody reminds you at night")
    set_.add_argument(
        "--guardian", action="append", default=[], metavar="NAME", help="ask them; may stand often"
    )
    set_.add_argument("--ask-again", action="store_true", help="ask those whose yes is older than a year")


def own_of(home: "Home", word: str | None) -> "Own":
    """Return the watch that is meant, after what has come was fetched."""
    from twinbell.cli import ui
    from twinbell.cli.opening import pick_bond
    from twinbell.client import lastrelay, mail, watch

    left = mail.catch_up(home)
    if left.reason:
        ui.note(left.reason)
    own = watch.of(home, pick_bond(home, word))
    lastrelay.confirm_shares(home, own)
    return watch.again(home, own)


def _set(args: argparse.Namespace) -> int:
    import os

    from twinbell.cli.opening import open_home, pick_bond
    from twinbell.client import bonds, mail, watch, watchstatus, zone
    from twinbell.errors import NotFound
    from twinbell.wire import terms as rules

    with open_home(args) as home:
        mail.catch_up(home)
        bond = pick_bond(home, args.bond)
        guardians = [bonds.find(home.vault, name) for name in args.guardian]
        named = zone.installed().find(args.zone) if args.zone else None
        try:
            own = watch.of(home, bond)
        except NotFound:
            _check_units(args)
            own = watch.create(
                home,
                bond,
                zone=named or zone.here(os.environ),
                k=args.need or 2,
                every=args.every or rules.EVERY,
                grace=args.grace or rules.GRACE,
                veto=args.veto or rules.VETO,
            )
        else:
            own = _changed(home, own, args, named)
        known = {each.bond.id: each for each in watch.asked(home, own)}
        for guardian in guardians:
            if guardian.id not in known or not known[guardian.id].appointed.agreed:
                watch.invite(home, own, guardian)
        if args.ask_again:
            for each in known.values():
                if each.is_old(home.now_s):
                    watch.invite(home, own, each.bond)
        mail.send(home)
        found = _gathered(home, own)
        status = watchstatus.status(home, found)
    _tell(status, args)
    return 0


def _changed(home: "Home", own: "Own", args: argparse.Namespace, zone: str | None) -> "Own":
    from dataclasses import replace

    from twinbell.cli import ui
    from twinbell.client import watch, watchstatus
    from twinbell.wire.terms import Change

    _check_units(args)
    old = own.terms
    new = replace(
        old,
        every=args.every or old.every,
        grace=args.grace or old.grace,
        veto=args.veto or old.veto,
        zone=zone or old.zone,
        # Guardians who said yes but are too few for this come in again with the next one who does.
        k=args.need or old.k,
        guardians=old.guardians if _fits(args.need or old.k, len(old.guardians)) or old.epoch else (),
    )
    if new != old and watch.change(home, own, new) is Change.PENDING:
        ui.note(
            "This makes your watch shorter, so it holds only once "
            f"{watchstatus.span(old.wait_s)} have counted. Your guardians see it until then."
        )
    return watch.again(home, own)


def _fits(k: int, seats: int) -> bool:
    return seats == 0 or (seats == 1 if k == 1 else seats >= k)


def _check_units(args: argparse.Namespace) -> None:
    from twinbell.errors import Mistaken
    from twinbell.wire.limits import WATCH_GRACE_DAYS_MIN, WATCH_GUARDIANS_MAX, WATCH_UNITS_MAX

    least = {"grace": WATCH_GRACE_DAYS_MIN}
    for name in ("every", "grace", "veto"):
        value = getattr(args, name)
        if value is not None and not least.get(name, 1) <= value <= WATCH_UNITS_MAX:
            raise Mistaken(f"--{name} takes {least.get(name, 1)} to {WATCH_UNITS_MAX} days.")
    if args.need is not None and not 1 <= args.need <= WATCH_GUARDIANS_MAX:
        raise Mistaken(f"From 1 to {WATCH_GUARDIANS_MAX} guardians can be needed.")


def _gathered(home: "Home", own: "Own") -> "Own":
    from twinbell.cli import ui
    from twinbell.client import watch
    from twinbell.errors import Unreachable

    try:
        return watch.gather(home, own)
    except Unreachable as refusal:
        ui.note(str(refusal))
        return watch.again(home, own)


def _show(args: argparse.Namespace) -> int:
    from twinbell.cli.opening import open_home
    from twinbell.client import watchstatus

    with open_home(args) as home:
        status = watchstatus.status(home, _gathered(home, own_of(home, args.bond)))
    _tell(status, args)
    return 0


def _tell(status: "object", args: argparse.Namespace) -> None:
    from twinbell.cli import ui
    from twinbell.client.watchstatus import Status

    assert isinstance(status, Status)
    if args.json:
        ui.data(status.facts())
        return
    ui.say(ui.rule())
    for sentence in status.sentences:
        ui.say(*ui.wrapped(sentence))
    alive = (
        f"last sign of life   {ui.moment(status.alive_s)}"
        if status.alive_s
        else "last sign of life   none yet"
    )
    ui.say(
        "",
        alive,
        f"relay               {status.own.bond.relay}",
        f"watch               {status.own.id.hex()}",
    )


def _arm(args: argparse.Namespace) -> int:
    from twinbell.cli import ui
    from twinbell.cli.opening import open_home
    from twinbell.client import arming, watch, watchstatus
    from twinbell.wire.terms import Change

    with open_home(args) as home:
        own = own_of(home, args.bond)
        before = own.owned.epoch
        done = arming.arm(home, own)
        own = watch.again(home, own)
        wait = watchstatus.span(own.terms.wait_s)
    if args.json:
        ui.data(
            {
                "watch": own.id.hex(),
                "bond": own.bond.short,
                "holds": done.when.value,
                "epoch": own.owned.epoch,
                "letters_left": [letter.hex() for letter in done.left],
                "new_stop": done.new_stop,
                "dropped": done.dropped,
            }
        )
        return 0
    name = ui.blue(ui.plain(own.bond.peer))
    ui.say(ui.rule(), f"Your watch for {name} is armed.")
    if done.when is not Change.AT_ONCE:
        ui.say(*ui.wrapped(f"The new terms hold once {wait} have counted; until then the old ones do."))
    if done.dropped:
        ui.say(*ui.wrapped("What you had loosened had not come into force, and does not: set it again."))
    if before:
        k = own.owned.k
        ui.say(
            *ui.wrapped(
                f"{k} guardians who kept their old shares could still open a copy that {own.bond.peer} has "
                "of an older letter, after the day that it names."
            )
        )
    for letter in done.left:
        ui.say(
            *ui.wrapped(
                f"Letter {letter.hex()[:8]} can't be sealed again: its key went with an old device. "
                "Write it again."
            )
        )
    if done.new_stop:
        ui.say(
            *ui.wrapped(
                "There is a new stop code: `twinbell watch page`. The old page is of no use any more."
            )
        )
    return 0


def _dismiss(args: argparse.Namespace) -> int:
    from twinbell.cli import ui
    from twinbell.cli.opening import open_home
    from twinbell.client import bonds, mail, watch

    with open_home(args) as home:
        own = own_of(home, args.bond)
        guardian = bonds.find(home.vault, args.guardian)
        watch.dismiss(home, own, guardian)
        mail.send(home)
    if args.json:
        ui.data({"watch": own.id.hex(), "bond": own.bond.short, "guardian": guardian.peer})
    else:
        name = ui.blue(ui.plain(guardian.peer))
        ui.say(*ui.wrapped(f"{name} is no guardian any more. Arm the watch anew, so that others can help."))
    return 0


def _away(args: argparse.Namespace) -> int:
    import os

    from twinbell.cli import ui
    from twinbell.cli.opening import open_home
    from twinbell.client import alive, wish, zone

    with open_home(args) as home:
        own = own_of(home, args.bond)
        until_s = 0
        if not args.back:
            here = zone.here(os.environ)
            until_s = wish.parse(args.until, now_s=home.clock.wall_s(), zone=here).instant_s
        alive.away(home, own, until_s)
    if args.json:
        ui.data({"watch": own.id.hex(), "bond": own.bond.short, "until": until_s or None})
    elif until_s:
        ui.say(
            f"You are away until {ui.moment(until_s)}. Nothing counts until then, and your guardians see it."
        )
    else:
        ui.say("You are back.")
    return 0


def _end(args: argparse.Namespace) -> int:
    from twinbell.cli import ui
    from twinbell.cli.opening import open_home
    from twinbell.client import mail, watch
    from twinbell.errors import Mistaken, Refused

    with open_home(args) as home:
        own = own_of(home, args.bond)
        if not args.yes:
            if args.json or not ui.interactive():
                raise Mistaken("Only a person can end a watch.", hint="--yes says that it is meant.")
            if not ui.confirm(f"End the watch for {ui.plain(own.bond.peer)}? It can't be taken back."):
                raise Refused("Nothing was ended.")
        watch.end(home, own)
        mail.send(home)
    if args.json:
        ui.data({"watch": own.id.hex(), "bond": own.bond.short})
    else:
        ui.say("The watch has ended. Your guardians are told that there is nothing to keep any more.")
    return 0


def read_words(question: str) -> str:
    """Return what a person types, or what standard input holds."""
    from twinbell.cli import ui

    return ui.ask(question) if ui.interactive() else sys.stdin.read(4096)
