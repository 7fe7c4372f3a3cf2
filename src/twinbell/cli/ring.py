"""`twinbell ring`: one touch, heard by nobody else."""

import argparse

from twinbell.cli.command import Subparsers, command

NAMES = "touch, knock, heartbeat, long"


def register(subparsers: Subparsers) -> None:
    from twinbell.cli.command import BOND_HELP

    ring = command(
        subparsers,
        "ring",
        "Ring the other pendant.",
        about="If the relay can't be reached, the ring waits here and goes with the next command; one that\n"
        "comes late is told and not sounded.",
        example="twinbell ring Jun --pattern heartbeat",
        json="ring, status (sent, waiting)",
        run=_run,
    )
    ring.add_argument("bond", nargs="?", metavar="BOND", help=BOND_HELP)
    ring.add_argument(
        "--pattern",
        default="touch",
        metavar="P",
        help=f"{NAMES}, or milliseconds on and off in turn, as in 200,100,200",
    )


def pattern(text: str) -> tuple[int, ...]:
    """Return the pattern that a person means; raise `Mistaken` for what is none."""
    from twinbell.client.mail import PATTERNS
    from twinbell.errors import Mistaken

    if text in PATTERNS:
        return PATTERNS[text]
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise Mistaken(
            f"There is no pattern called {text}.", hint=f"Patterns: {', '.join(PATTERNS)}, or 200,100,200."
        ) from None


def _run(args: argparse.Namespace) -> int:
    from twinbell.cli import ui
    from twinbell.cli.opening import open_home, pick_bond
    from twinbell.client import mail

    touches = pattern(args.pattern)
    with open_home(args) as home:
        bond = pick_bond(home, args.bond)
        number = mail.ring(home, bond, touches)
        left = mail.send(home)
        status = "waiting" if number in left.waiting else "sent"
        if args.json:
            ui.data({"ring": number, "status": status})
        elif status == "sent":
            ui.say(f"{ui.blue(ui.plain(bond.peer))} was rung.")
        else:
            ui.say(*ui.wrapped(f"{left.reason} Your ring waits here; the next command sends it."))
        if ui.interactive():
            from twinbell.cli import kit

            kit.nag(home)
    return 0
