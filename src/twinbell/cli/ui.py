"""What a person sees: calm lines, colour only where it helps, the cord as a rule, progress, and questions.

Data goes to standard output. Questions, progress, notes and errors go to standard error. Colour appears only
on a terminal, never under `NO_COLOR`, and never carries a meaning alone. Text that came from the other end
passes through `plain` before it reaches a terminal: a name must not move the cursor.
"""

import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TextIO

from twinbell.errors import Mistaken, NotYet, TwinbellError, VaultLocked

AMBER, BLUE, GOLD, SOFT = "38;5;172", "38;5;68", "38;5;136", "2"  # readable on paper and at night
RULE_WIDTH = 48
PROGRESS_AFTER_S = 1.0
PROGRESS_EVERY_S = 0.1


def coloured(stream: TextIO) -> bool:
    """Tell whether this stream shows colour."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def on_terminal() -> bool:
    """Tell whether a person looks at standard output."""
    return sys.stdout.isatty()


def coloured_output() -> bool:
    """Tell whether standard output shows colour."""
    return coloured(sys.stdout)


def paint(text: str, colour: str, stream: TextIO | None = None) -> str:
    """Return `text` in a colour if the stream (standard output by default) shows one."""
    return f"\x1b[{colour}m{text}\x1b[0m" if coloured(stream or sys.stdout) else text


def amber(text: str) -> str:
    """Mine, and warmth."""
    return paint(text, AMBER)


def blue(text: str) -> str:
    """The other one's."""
    return paint(text, BLUE)


def gold(text: str) -> str:
    """Metal, and what the two have in common."""
    return paint(text, GOLD)


def soft(text: str) -> str:
    """What may be skipped."""
    return paint(text, SOFT)


def plain(text: str) -> str:
    """Return text from outside without anything that a terminal would obey or that turns its direction."""
    return "".join(char if _shows(char) else "\N{REPLACEMENT CHARACTER}" for char in text)


def _shows(char: str) -> bool:
    point = ord(char)
    if char in "\n\t":
        return True
    if point < 0x20 or 0x7F <= point < 0xA0:  # C0, DEL, C1: escape sequences begin here
        return False
    # Direction overrides and isolates could make a line read backwards; lone surrogates cannot be printed.
    return not (0x202A <= point <= 0x202E or 0x2066 <= point <= 0x2069 or 0xD800 <= point <= 0xDFFF)


def rule() -> str:
    """Return the cord: two strands, amber over blue, across the line."""
    from twinbell.bond.cord import cord

    return cord(RULE_WIDTH, colour=coloured_output())


def say(*lines: str) -> None:
    """Print lines of words, or of data, to standard output."""
    for line in lines:
        print(line, flush=True)


def note(*lines: str) -> None:
    """Print lines to standard error: what a person may want to know and a pipe must not carry."""
    if sys.stderr.isatty():
        lines = tuple(part for line in lines for part in (wrapped(line) or [""]))
    for line in lines:
        print(paint(line, SOFT, sys.stderr), file=sys.stderr, flush=True)


def data(record: Mapping[str, object]) -> None:
    """Print one JSON object on one line, in ASCII: safe in any pipe and on any terminal."""
    print(_json(record), flush=True)


def error(problem: TwinbellError, *, as_json: bool = False) -> None:
    """Print an error to standard error: one sentence and perhaps a hint, or one JSON object."""
    if as_json:
        record: dict[str, object] = {"error": type(problem).__name__, "sentence": str(problem)}
        if problem.hint:
            record["hint"] = problem.hint
        if isinstance(problem, NotYet):
            record |= {"round": problem.round, "opens_s": problem.opens_s}
        print(_json(record), file=sys.stderr, flush=True)
        return
    print(f"twinbell: {plain(str(problem))}", file=sys.stderr)
    if problem.hint:
        print(paint(plain(problem.hint), SOFT, sys.stderr), file=sys.stderr)
    sys.stderr.flush()


def _json(record: Mapping[str, object]) -> str:
    import json  # late: words need none

    return json.dumps(record)


def interactive() -> bool:
    """Tell whether there is a person who can answer a question."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def ask(question: str) -> str:
    """Ask on the terminal and return the answer without the spaces around it."""
    if not interactive():
        raise Mistaken(f"This needs an answer, and there is no terminal to ask: {question}")
    print(f"{question} ", end="", file=sys.stderr, flush=True)
    answer = sys.stdin.readline()
    if not answer:
        raise Mistaken("No answer came.")
    return answer.strip()


def confirm(question: str) -> bool:
    """Ask for yes or no."""
    if not interactive():
        raise Mistaken(
            f"This needs a yes, and there is no terminal to ask: {question}", hint="--yes says it."
        )
    return ask(f"{question} [y/N]").lower() in ("y", "yes")


def ask_secret(question: str) -> str:
    """Ask on the terminal without showing what is typed; reads /dev/tty, so standard input may be a pipe."""
    if not has_terminal():
        raise VaultLocked(
            "A passphrase is needed, and there is no terminal to ask for it.",
            hint="TWINBELL_KEY_FILE and TWINBELL_KEY_COMMAND open a home without one.",
        )
    from getpass import getpass

    return getpass(f"{question} ")


def has_terminal() -> bool:
    """Tell whether this process has a terminal at all, wherever its input and output go."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


@contextmanager
def progress(label: str, total_bytes: int | None = None) -> Iterator["Progress"]:
    """Show a bar on standard error for what takes longer than a second; nothing where nobody looks."""
    bar = Progress(label, total_bytes)
    try:
        yield bar
    finally:
        bar.close()


class Progress:
    """A bar that appears only when it is worth it."""

    WIDTH = 28

    def __init__(self, label: str, total_bytes: int | None = None) -> None:
        self.label = label
        self.total_bytes = total_bytes
        self.done_bytes = 0
        self._begun_s = time.monotonic()
        self._drawn_s = 0.0
        self._shows = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"

    def advance(self, count: int) -> None:
        """Note that `count` more bytes are done."""
        self.at(self.done_bytes + count)

    def at(self, done_bytes: int, total_bytes: int | None = None) -> None:
        """Note that `done_bytes` are done altogether."""
        self.done_bytes = done_bytes
        if total_bytes is not None:
            self.total_bytes = total_bytes
        now_s = time.monotonic()
        if (
            self._shows
            and now_s - self._begun_s > PROGRESS_AFTER_S
            and now_s - self._drawn_s > PROGRESS_EVERY_S
        ):
            self._drawn_s = now_s
            self._draw()

    def close(self) -> None:
        """Take the bar away."""
        if self._drawn_s:
            print("\r\x1b[2K", end="", file=sys.stderr, flush=True)
            self._drawn_s = 0.0

    def _draw(self) -> None:
        if self.total_bytes:
            share = min(1.0, self.done_bytes / self.total_bytes)
            filled = round(share * self.WIDTH)
            bar = paint("━" * filled, AMBER, sys.stderr) + paint(
                "╌" * (self.WIDTH - filled), BLUE, sys.stderr
            )
            text = f"{self.label}  {bar}  {share:4.0%} of {size(self.total_bytes)}"
        else:
            text = f"{self.label}  {size(self.done_bytes)}"
        print(f"\r\x1b[2K{text}", end="", file=sys.stderr, flush=True)


def day(second: int) -> str:
    """Return a day as this machine's zone has it: 10 October 2027."""
    at = time.localtime(second)
    return time.strftime("%d %B %Y", at).lstrip("0")


def moment(second: int) -> str:
    """Return a moment in this machine's zone, with its name: 10 October 2027, 08:00 JST."""
    at = time.localtime(second)
    return f"{day(second)}, {time.strftime('%H:%M:%S' if at.tm_sec else '%H:%M', at)} {at.tm_zone}"


def clock_time(second: int) -> str:
    """Return the time of day in this machine's zone."""
    return time.strftime("%H:%M", time.localtime(second))


def wrapped(text: str, width: int = 78) -> list[str]:
    """Return sentences broken into lines."""
    import textwrap

    return textwrap.wrap(plain(text), width)


def size(count: int) -> str:
    """Return a number of bytes as a person says it: 512 bytes, 3.4 MiB."""
    if count < 1024:
        return f"{count} byte{'' if count == 1 else 's'}"
    amount = float(count)
    for unit in ("KiB", "MiB", "GiB"):
        amount /= 1024
        if amount < 1024 or unit == "GiB":
            break
    return f"{amount:.1f} {unit}" if amount < 10 else f"{amount:.0f} {unit}"
