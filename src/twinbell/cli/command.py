"""How a command is declared, so that all of them look alike: `--home`, `--json`, `--help` with an example.

def register(subparsers: Subparsers) -> None:
    ring = command(subparsers, "ring", "Ring the other pendant.", example="twinbell ring", run=run)
    ring.add_argument("--pattern")

def run(args: argparse.Namespace) -> int | None: ...
"""

import argparse
import os
import sys
from collections.abc import Callable
from importlib import import_module
from typing import NoReturn, TypeAlias

from twinbell import __version__

Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
Run: TypeAlias = Callable[[argparse.Namespace], int | None]

BOND_HELP = "the other one's name, or the start of the bond's id; not needed where there is only one"
WIDTH_MIN, WIDTH_MAX = 40, 100

SUMMARY = "Paired pendants for two people who are apart: rings, and letters that open on their day."
EXAMPLE = """\
twinbell bell give --relay https://relay.example --name Mei
  twinbell bell answer 7-crater-lamp-violin@relay.example --name Jun
  twinbell ring
  twinbell letter write --opens 2027-10-10 hello.txt"""


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Knows its width: argparse would import `shutil` to ask for it, also where no help is shown."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=28, width=_width())


def _width() -> int:
    try:
        columns = int(os.environ.get("COLUMNS") or os.get_terminal_size().columns)
    except (ValueError, OSError):
        columns = WIDTH_MAX
    return max(WIDTH_MIN, min(columns, WIDTH_MAX) - 2)


class _Parser(argparse.ArgumentParser):
    """A parser that refuses in one sentence."""

    def error(self, message: str) -> NoReturn:
        from twinbell.cli import ui
        from twinbell.errors import Mistaken

        hint = f"`{self.prog} --help` shows {'all of them' if 'COMMAND' in message else 'an example'}."
        ui.error(Mistaken(_in_words(message), hint=hint), as_json="--json" in sys.argv)
        sys.exit(Mistaken.exit_code)


# What argparse says, in its order of words, and what we say. Anything else goes as it is.
_SAID = (
    (r"the following arguments are required: COMMAND", "A command is missing."),
    (r"the following arguments are required: (.+)", r"This needs \1."),
    (r"argument COMMAND: invalid choice: '(.*?)' .*", r"There is no command \1."),
    (r"argument (.+): invalid choice: '(.*?)' \(choose from (.+)\)", r"\1 takes \3, and not \2."),
    (r"argument (.+): invalid \w+ value: '(.*)'", r"\2 is no number: \1 needs one."),
    (r"argument (.+): expected one argument", r"\1 needs a value."),
    (r"argument (.+): not allowed with argument (.+)", r"\1 and \2 exclude each other."),
    (r"unrecognized arguments: (.+)", r"Not known here: \1."),
)


def _in_words(message: str) -> str:
    import re

    for theirs, ours in _SAID:
        if found := re.fullmatch(theirs, message, re.DOTALL):
            return found.expand(ours)
    return message[:1].upper() + message[1:].rstrip(".") + "."


def parser_for(words: list[str]) -> argparse.ArgumentParser:
    """Return the parser for this command line: with one noun when it is known, with all of them for help."""
    from twinbell.cli import NOUNS

    parser = _Parser(
        prog="twinbell",
        description=SUMMARY,
        epilog=f"example:\n  {EXAMPLE}",
        formatter_class=_Formatter,
    )
    parser.add_argument("--version", action="version", version=f"twinbell {__version__}")
    subparsers = parser.add_subparsers(metavar="COMMAND", dest="noun", required=True, title="commands")
    known = words[:1] if words[:1] and words[0] in NOUNS else NOUNS
    for noun in known:
        import_module(f"twinbell.cli.{noun.replace('-', '_')}").register(subparsers)
    return parser


def noun(subparsers: Subparsers, name: str, summary: str) -> Subparsers:
    """Declare a noun that has several commands, and return where to add them."""
    parser = subparsers.add_parser(name, help=summary, description=summary, formatter_class=_Formatter)
    parser.epilog = f"`{parser.prog} COMMAND --help` shows an example."
    return parser.add_subparsers(metavar="COMMAND", dest="verb", required=True, title="commands")


def command(
    subparsers: Subparsers,
    name: str,
    summary: str,
    *,
    example: str,
    run: Run,
    about: str = "",
    json: str = "",
    home: bool = True,
) -> argparse.ArgumentParser:
    """Declare a command.

    `summary` is one sentence, `about` a few more; `example` is one or more lines that a test may run. With
    `home` the command works in a folder of its own (`--home`). Every command has `--json`; `json` names the
    keys of what it prints then.
    """
    lines = "\n  ".join(example.strip().splitlines())
    parser = subparsers.add_parser(
        name,
        help=summary,
        description=summary + (f"\n\n{about}" if about else ""),
        epilog=f"example:\n  {lines}" + (f"\n\njson:\n  {json}" if json else ""),
        formatter_class=_Formatter,
    )
    if home:
        parser.add_argument("--home", metavar="DIR", help="the folder of this pendant (or TWINBELL_HOME)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of words")
    parser.set_defaults(run=run, parser=parser)
    return parser


def add_passphrase_option(parser: argparse.ArgumentParser) -> None:
    """Add what a command needs that may make a home."""
    parser.add_argument(
        "--no-passphrase",
        action="store_true",
        help="keep a new home's key in a plain file: for machines, and for whoever locks the disk",
    )
