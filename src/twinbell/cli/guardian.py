"""`twinbell guardian`: for whom you are a guardian, what you hold, and what you are asked."""

import argparse
from typing import TYPE_CHECKING

from twinbell.cli.command import Subparsers, command, noun

if TYPE_CHECKING:
    from twinbell.client.guardians import Guarded
    from twinbell.client.home import Home

WRITER_HELP = "whose guardian you are; not needed where there is only one"
SHOWN = (
    "bond, writer, reader, watch, rehearsal, consented, consent_due, every, grace, veto, need, guardians, "
    "shares: [{epoch, since}], life, away, duress, stage, asked, answer, released, may_release, why"
)


def register(subparsers: Subparsers) -> None:
    guardian = noun(
        subparsers,
        "guardian",
        "Be a guardian of somebody's last letters; `bell give --guardian` invites one.",
    )
    _register_looking(guardian)
    _register_doing(guardian)


def _register_looking(guardian: Subparsers) -> None:
    list_ = command(
        guardian,
        "list",
        "List those whose guardian you are, or who ask whether you will be.",
        example="twinbell guardian list",
        json=f"guardians: [{{{SHOWN}}}]",
        run=_list,
    )
    list_.add_argument("--offline", action="store_true", help="ask no relay")
    show = command(
        guardian,
        "show",
        "Show what you hold for somebody, what it can open and when.",
        example="twinbell guardian show Mei",
        json=SHOWN,
        run=_show,
    )
    show.add_argument("--offline", action="store_true", help="ask no relay")
    print_ = command(
        guardian,
        "print",
        "Print your share: 33 words, and a picture of them to scan. To be kept on paper, or told.",
        about="Whoever has as many shares as are needed can help to open; alone it opens nothing.",
        example="twinbell guardian print Mei | lp",
        json="writer, reader, rehearsal, shares: [{epoch, words, k, n}]",
        run=_print,
    )
    for parser in (show, print_):
        _add_writer(parser)


def _register_doing(guardian: Subparsers) -> None:
    consent = command(
        guardian,
        "consent",
        "Say whether you will be somebody's guardian; again after a year, whether you still want to.",
        example="twinbell guardian consent Mei yes",
        json="bond, writer, consented",
        run=_consent,
    )
    answer = command(
        guardian,
        "answer",
        "Have you heard from them? Yes, no, or unknown if you don't know.",
        about="Your answer is signed and goes to the relay that asks. If that can't be reached it is kept\n"
        "and goes later: exit code 4.",
        example="twinbell guardian answer Mei no",
        json="bond, writer, answer, asked, status: sent or waiting",
        run=_answer,
    )
    release = command(
        guardian,
        "release",
        "Give your share to the one whom the letters are for. It can't be taken back.",
        about="Only after you have said that you have not heard from the writer, and while you hold no sign\n"
        "of life that is newer than they asked you to wait: else exit code 7, and why.",
        example="twinbell guardian release Mei --yes",
        json="bond, writer, reader, shares, status: sent or waiting",
        run=_release,
    )
    release.add_argument("--to", metavar="NAME", help="the reader, where the name is not enough")
    release.add_argument("--yes", action="store_true", help="give it: don't ask")
    release.add_argument(
        "--even-so", action="store_true", help="give it though there is a warning: don't ask about that"
    )
    leave = command(
        guardian,
        "leave",
        "Be somebody's guardian no longer: your share is deleted, and the writer is told.",
        example="twinbell guardian leave Mei --yes",
        json="bond, writer, left",
        run=_leave,
    )
    leave.add_argument("--yes", action="store_true", help="leave: don't ask")
    for parser in (consent, answer, release, leave):
        _add_writer(parser)
    consent.add_argument("word", choices=["yes", "no"], help="yes or no")
    answer.add_argument("word", choices=["yes", "no", "unknown"], help="yes, no or unknown")


def _add_writer(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("writer", nargs="?", metavar="WRITER", help=WRITER_HELP)
    parser.add_argument("--rehearsal", action="store_true", help="of the rehearsal, and not in earnest")


def _list(args: argparse.Namespace) -> int:
    from twinbell.cli import ui
    from twinbell.cli.opening import open_home
    from twinbell.client import guardians, guardstatus

    with open_home(args) as home:
        if not args.offline:
            _catch_up(home)
        found = guardians.every(home)
        if args.json:
            ui.data({"guardians": [guardstatus.facts(home, each) for each in found]})
            return 0
        for each in found:
            ui.say(_line(home, each))
    if not found:
        ui.say("You are nobody's guardian.")
    return 0


def _line(home: "Home", each: "Guarded") -> str:
    from twinbell.cli import ui
    from twinbell.client import guardstatus

    said = ["rehearsal"] if each.seat.ask.rehearsal else []
    if not each.consented:
        said.append("asks whether you take part" if said else "asks whether you will be a guardian")
    else:
        count = len(each.seat.shares)
        said.append(f"you hold {count} share{'' if count == 1 else 's'}" if count else "no share yet")
    if each.row and each.row.asked and each.row.answer is None:
        said.append("have you heard from them?")
    if each.consent_is_old(home.now_s):
        said.append("do you still want to be one?")
    if guardstatus.is_under_duress(each, home.now_s):
        said.append("see `guardian show`")
    name, reader = ui.blue(ui.plain(each.writer)), ui.plain(each.seat.ask.reader)
    return f"{name}  letters to {reader}; {', '.join(said)}"


def _show(args: argparse.Namespace) -> int:
    from twinbell.cli import ui
    from twinbell.cli.opening import open_home
    from twinbell.client import guardians, guardstatus

    with open_home(args) as home:
        if not args.offline:
            _catch_up(home)
        found = _find(home, args)
        if not args.offline:
            found = guardians.look(home, found)
        if args.json:
            ui.data(guardstatus.facts(home, found))
            return 0
        for sentence in guardstatus.sentences(home, found):
            ui.say(*ui.wrapped(sentence))
        if guardians.rehearsal_beside(home, found):
            also = f"twinbell guardian show {ui.plain(found.writer)} --rehearsal"
            ui.say(*ui.wrapped(f"A rehearsal waits for you: `{also}`."))
    return 0


def _print(args: argparse.Namespace) -> int:
    from twinbell.cli import qr, ui
    from twinbell.cli.opening import open_home
    from twinbell.errors import NotFound

    with open_home(args) as home:
        found = _find(home, args)
    held = [each.share for each in found.seat.shares]
    if not held:
        raise NotFound(f"{found.writer} has given you no share yet.")
    if args.json:
        shares = [{"epoch": each.epoch, "words": each.words, "k": each.k, "n": each.n} for each in held]
        reader, rehearsal = found.seat.ask.reader, found.seat.ask.rehearsal
        ui.data({"writer": found.writer, "reader": reader, "rehearsal": rehearsal, "shares": shares})
        return 0
    for share in held:
        ui.say(*_page(found, share.k, share.n, share.epoch, share.words.split()))
        if ui.on_terminal():
            ui.say("", *qr.square(share.words))
    return 0


def _page(found: "Guarded", k: int, n: int, epoch: int, words: list[str]) -> list[str]:
    """Return the page of one share: what it is, and its words by number, in three columns."""
    from twinbell.cli import ui

    rows = (len(words) + 2) // 3
    table = [
        "    "
        + "".join(f"{number + 1:>2} {words[number]:<14}" for number in range(row, len(words), rows)).rstrip()
        for row in range(rows)
    ]
    rehearsal = "Rehearsal. " if found.seat.ask.rehearsal else ""
    need = f"{k} of {n} such shares are needed" if k > 1 else "It is the only one"
    said = (
        f"{rehearsal}A share for the last letters of {found.writer} to {found.seat.ask.reader}, of arming "
        f"{epoch}. {need}. It is SLIP-39, without a passphrase, and OPENING.txt in each letter says what for."
    )
    return ["", *ui.wrapped(said), "", *table, ""]


def _consent(args: argparse.Namespace) -> int:
    from twinbell.cli import ui
    from twinbell.cli.opening import open_home
    from twinbell.client import guardians, mail

    yes = args.word == "yes"
    with open_home(args) as home:
        _catch_up(home)
        found = _find(home, args)
        guardians.consent(home, found, yes)
        mail.send(home)
    if args.json:
        ui.data({"bond": found.bond.short, "writer": found.writer, "consented": yes})
    elif found.seat.ask.rehearsal:
        part = "You take part" if yes else "You take no part"
        ui.say(*ui.wrapped(f"{part} in the rehearsal of {found.writer}. They are told."))
    elif yes:
        ui.say(*ui.wrapped(f"You will be a guardian of {found.writer}. They are told, and give you a share."))
    else:
        ui.say(*ui.wrapped(f"You will be no guardian of {found.writer}. They are told that, and no reason."))
    return 0


def _answer(args: argparse.Namespace) -> int:
    from twinbell.cli import ui
    from twinbell.cli.opening import open_home
    from twinbell.client import guardians
    from twinbell.errors import Unreachable
    from twinbell.wire.silence import Answer

    said, waits = Answer(args.word), None
    with open_home(args) as home:
        found = _find(home, args)
        try:
            asked = guardians.answer(home, found, said)
        except Unreachable as refusal:
            asked, waits = False, refusal
    facts = {"bond": found.bond.short, "writer": found.writer, "answer": said.value, "asked": asked}
    if args.json:
        ui.data(facts | {"status": "waiting" if waits else "sent"})
    elif waits:
        ui.say(*ui.wrapped(f"{waits} Your answer is kept here, and goes by itself later."))
    elif asked:
        ui.say(*ui.wrapped("Your answer is with the relay. You can change it as long as it asks."))
    else:
        ui.say(*ui.wrapped("Nobody asks at the moment. Your answer is kept here, and told to nobody."))
    return waits.exit_code if waits else 0


def _release(args: argparse.Namespace) -> int:
    from twinbell.cli import ui
    from twinbell.cli.opening import open_home
    from twinbell.client import guardians, guardstatus, mail
    from twinbell.errors import Refused
    from twinbell.wire.silence import Answer

    with open_home(args) as home:
        _catch_up(home)
        found = _find(home, args)
        ruled = guardstatus.ruling(home, found)
        if not ruled.allowed:
            soon = found.seat.ask.rehearsal and found.row and found.row.answer is Answer.NO
            hint = "A rehearsal waits for some seconds after your share came: try it again." if soon else ""
            raise Refused(ruled.refusal, hint=hint)
        to = guardians.readers(home, found, args.to)
        _agree(args, found.writer, to.peer, ruled.warning)
        count = guardians.release(home, found, to)
        waits = bool(mail.send(home).waiting)
    if args.json:
        ui.data(
            {
                "bond": found.bond.short,
                "writer": found.writer,
                "reader": to.peer,
                "shares": count,
                "status": "waiting" if waits else "sent",
            }
        )
        return 0
    name = ui.plain(to.peer)
    later = " It goes as soon as the relay can be reached." if waits else ""
    ui.say(*ui.wrapped(f"Your share is given to {name}.{later} Nothing else is asked of you."))
    return 0


def _agree(args: argparse.Namespace, writer: str, reader: str, warning: str) -> None:
    """Ask a person whether they mean it, and once more where something speaks against it."""
    from twinbell.cli import ui
    from twinbell.errors import Mistaken, Refused

    asks = not (args.json or not ui.interactive())
    if warning and not args.even_so:
        if not asks:
            raise Refused(warning, hint="--even-so gives it all the same.")
        ui.note(warning)
        if not ui.confirm("Give your share all the same?"):
            raise Refused("Nothing was given.")
    if not args.yes:
        if not asks:
            raise Mistaken("Only a person can give their share.", hint="--yes says that it is meant.")
        question = f"You have not heard from {ui.plain(writer)}. Give your share to {ui.plain(reader)}?"
        if not ui.confirm(question):
            raise Refused("Nothing was given.")


def _leave(args: argparse.Namespace) -> int:
    from twinbell.cli import ui
    from twinbell.cli.opening import open_home
    from twinbell.client import guardians, mail
    from twinbell.errors import Mistaken, Refused

    with open_home(args) as home:
        found = _find(home, args)
        name = ui.plain(found.writer)
        if not args.yes:
            if args.json or not ui.interactive():
                raise Mistaken("Only a person can leave.", hint="--yes says that it is meant.")
            if not ui.confirm(f"Be no guardian of {name} any more, and delete your share?"):
                raise Refused("Nothing was changed.")
        guardians.leave(home, found)
        mail.send(home)
    if args.json:
        ui.data({"bond": found.bond.short, "writer": found.writer, "left": True})
    else:
        ui.say(f"You are no guardian of {name} any more. Your share is deleted.")
    return 0


def _find(home: "Home", args: argparse.Namespace) -> "Guarded":
    from twinbell.client import guardians

    return guardians.find(home, args.writer, rehearsal=args.rehearsal)


def _catch_up(home: "Home") -> None:
    from twinbell.cli import ui
    from twinbell.client import mail

    left = mail.catch_up(home)
    if left.reason:
        ui.note(left.reason)
