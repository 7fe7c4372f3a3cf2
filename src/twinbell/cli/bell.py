"""`twinbell bell`: give a bell, and answer one. Two people, one of each, make a bond."""

import argparse

from twinbell.cli.command import Subparsers, add_passphrase_option, command, noun

NAME_HELP = "what you are called in this bond; the other one sees it"


def register(subparsers: Subparsers) -> None:
    bell = noun(subparsers, "bell", "Give a bell to the other one, or answer theirs.")
    _register_give(bell)
    _register_answer(bell)


def _register_give(bell: Subparsers) -> None:
    give = command(
        bell,
        "give",
        "Give a bell: a code that the other one answers within ten minutes.",
        about="Say the code, or send the link, to nobody but them. It is worth one guess: whoever answers\n"
        "it with a wrong code burns it, and both of you are told.",
        example="twinbell bell give --relay https://relay.example --name Mei\n"
        "twinbell bell give --guardian --name Mei",
        json="bell, spoken, link, expires; then, once answered: bond, peer, words, status",
        run=_give,
    )
    give.add_argument(
        "--relay", metavar="URL", help="the relay (or TWINBELL_RELAY); else that of your newest bond"
    )
    give.add_argument("--name", required=True, help=NAME_HELP)
    form = give.add_mutually_exclusive_group()
    form.add_argument(
        "--spoken", action="store_true", help="a number and three words, to be said (the default)"
    )
    form.add_argument("--link", action="store_true", help="a link and a picture of it, to be sent or scanned")
    give.add_argument(
        "--guardian",
        action="store_true",
        help="for a bond with a guardian: between a writer of last letters and one, or one and the reader",
    )
    give.add_argument(
        "--no-wait", action="store_true", help="don't wait for the answer; the next command sees to it"
    )
    add_passphrase_option(give)


def _register_answer(bell: Subparsers) -> None:
    answer = command(
        bell,
        "answer",
        "Answer a bell that you were given, by its code or its link.",
        about="A bell for a guardian says so, and what that is, before it is answered.",
        example="twinbell bell answer 7-crater-lamp-violin@relay.example --name Jun",
        json="bond, peer, words, status",
        run=_answer,
    )
    answer.add_argument("code", metavar="CODE_OR_LINK", help="what the other one said or sent")
    answer.add_argument(
        "--relay",
        metavar="URL",
        help="the relay, if the code does not name it; else that of your newest bond",
    )
    answer.add_argument("--name", required=True, help=NAME_HELP)
    answer.add_argument(
        "--guardian", action="store_true", help="it is for a guardian, and you know what that is: don't ask"
    )
    answer.add_argument(
        "--no-wait", action="store_true", help="don't wait for the giver; the next command sees to it"
    )
    add_passphrase_option(answer)


def _give(args: argparse.Namespace) -> int:
    from twinbell.bond.bundle import Kind
    from twinbell.bond.code import Form
    from twinbell.cli import pairing, ui
    from twinbell.cli.opening import make_home
    from twinbell.client import bells

    pairing.check_relay(args)
    form = Form.LINK if args.link else Form.SPOKEN
    kind = Kind.GUARDIAN if args.guardian else Kind.PAIR
    with make_home(args) as home:
        relay = pairing.relay_url(args, home)
        made = bells.give(home, relay=relay, name=args.name, form=form, kind=kind)
        if args.json:
            ui.data(pairing.given(made))
        else:
            pairing.show_code(made, waits=not args.no_wait)
        return 0 if args.no_wait else pairing.wait(home, made, as_json=args.json)


def _answer(args: argparse.Namespace) -> int:
    from twinbell.bond.code import Code
    from twinbell.cli import pairing, ui
    from twinbell.cli.opening import make_home
    from twinbell.client import bells, folder

    named = pairing.known_relay(args)
    if "@" in args.code or "#" in args.code or named or not folder.exists(folder.locate(args.home)):
        # What makes no sense, or is not meant, is refused before a home is made.
        pairing.check_kind(Code.parse(args.code, relay=named), args)
    with make_home(args) as home:
        code = Code.parse(args.code, relay=named or pairing.used_relay(home))
        pairing.check_kind(code, args)
        made = bells.answer(home, code=code, name=args.name)
        if not args.json:
            ui.note(f"Answering the bell at {pairing.host(code.relay)}.")
        return pairing.wait(home, made, as_json=args.json, once=args.no_wait)
