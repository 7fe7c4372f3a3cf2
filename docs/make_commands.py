"""Writes `docs/guide/commands.md` from the command line's own parser, so that the page cannot be wrong.

python -m docs.make_commands           write the page
python -m docs.make_commands --check   say whether it is as it would be written
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from twinbell import errors
from twinbell.cli.command import parser_for
from twinbell.client import news

PAGE = Path(__file__).parent / "guide" / "commands.md"

HEAD = """\
# Commands

This page is made by `python -m docs.make_commands` from the program itself.

Every command works in a home: `--home DIR`, else `TWINBELL_HOME`, else `~/.local/share/twinbell`.
`--json` prints JSON: an object on one line, times in seconds since 1970, and an error as
`{"error", "sentence", "hint"}` on standard error. `--help` shows an example. Data goes to standard output;
questions, progress, notes and errors go to standard error, so a pipe carries nothing but data. Colour appears
on a terminal only, and never under `NO_COLOR`.

| variable | what it does |
|---|---|
| `TWINBELL_HOME` | the home's folder |
| `TWINBELL_RELAY` | the relay for `bell give`, and for a code that names none |
| `TWINBELL_KEY_FILE` | a file with the home's key, 64 hexadecimal digits, for its owner alone |
| `TWINBELL_KEY_COMMAND` | a command that prints that key |
| `TWINBELL_CA` | a certificate to trust, for a relay with one of its own |
| `TWINBELL_DEBUG` | shows where an unforeseen fault happened |

## Exit codes

| code | meaning |
|---|---|
| 0 | done |
"""

MEANINGS = {
    1: "a fault of ours, or `doctor` found something wrong",
    2: "usage: the command makes no sense as it was typed",
    3: "not yet: the day has not come",
    4: "unreachable: nobody answered",
    5: "retired: the chain that holds this has ended",
    6: "damaged",
    7: "refused",
    8: "not found",
    9: "the vault is locked",
}


def page() -> str:
    """Return the whole page."""
    rows = [f"| {code} | {MEANINGS[code]} |" for code in sorted(_codes())]
    parts = [HEAD + "\n".join(rows) + "\n| 130 | ended by Ctrl-C |\n"]
    for words, parser in _leaves(parser_for([])):
        parts.append(_section(words, parser))
    parts.append(_events())
    return "\n".join(parts)


def _codes() -> set[int]:
    classes = [each for each in vars(errors).values() if isinstance(each, type)]
    return {each.exit_code for each in classes if issubclass(each, errors.TwinbellError)}


def _leaves(
    parser: argparse.ArgumentParser, words: tuple[str, ...] = ()
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    nested = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    for action in nested:
        for word, child in action.choices.items():
            yield from _leaves(child, (*words, word))
    if not nested:
        yield " ".join(words), parser


def _section(words: str, parser: argparse.ArgumentParser) -> str:
    summary, _, about = (parser.description or "").partition("\n\n")
    example, _, keys = (parser.epilog or "").partition("\n\njson:\n")
    lines = [f"## twinbell {words}", "", summary, ""]
    if about:
        lines += [" ".join(about.split()), ""]
    lines += ["```", *(line.strip() for line in example.splitlines()[1:]), "```", ""]
    rows = [_row(action) for action in parser._actions if action.dest not in ("help", "home", "json")]
    if rows:
        lines += ["| | |", "|---|---|", *rows, ""]
    if keys:
        lines += [f"JSON: `{' '.join(keys.split())}`", ""]
    return "\n".join(lines)


def _row(action: argparse.Action) -> str:
    if action.option_strings:
        value = "" if action.nargs == 0 else f" {action.metavar or _choices(action) or action.dest.upper()}"
        name = ", ".join(f"`{option}{value}`" for option in action.option_strings)
    else:
        name = f"`{action.metavar or action.dest}`"
    text = (action.help or "").replace("%(default)s", str(action.default)).replace("%%", "%")
    return f"| {name} | {text.replace('|', chr(92) + '|')} |"


def _choices(action: argparse.Action) -> str:
    return "{" + ",".join(map(str, action.choices)) + "}" if action.choices else ""


def _events() -> str:
    rows = [
        f"| `{kind}` | {', '.join(f'`{name}`' for name in facts)} |" for kind, facts in news.FACTS.items()
    ]
    return "\n".join(
        [
            "## Events of listen",
            "",
            "Each has `event`, `bond` (null for a bell that never became one) and `at`, and beside them:",
            "",
            "| event | brings |",
            "|---|---|",
            *rows,
            "",
        ]
    )


def main() -> int:
    written = page()
    if sys.argv[1:] == ["--check"]:
        return 0 if PAGE.exists() and PAGE.read_text("utf-8") == written else 1
    PAGE.write_text(written, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
