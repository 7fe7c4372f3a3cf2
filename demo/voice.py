"""How the demo speaks: one step at a time, in calm words; colour only on a terminal."""

import sys
import textwrap
import time
from itertools import count

from twinbell.cli import ui

WIDTH = 76

_steps = count(1)


def title(line: str, text: str) -> None:
    """Open the story."""
    print()
    print(ui.rule())
    print(f"  {ui.gold(line)}")
    tell(text)


def step(heading: str) -> None:
    """Begin the next step."""
    print()
    print(f"  {ui.soft(f'{next(_steps):2}')} {ui.gold(heading)}")


def tell(text: str) -> None:
    """Say what happens, in lines that are pleasant to read."""
    print(textwrap.indent(textwrap.fill(" ".join(text.split()), WIDTH), "  "), flush=True)


def mei(line: str) -> None:
    """Show what is Mei's, in amber."""
    print(f"      {ui.amber('Mei')}  {line}", flush=True)


def jun(line: str) -> None:
    """Show what is Jun's, in blue."""
    print(f"      {ui.blue('Jun')}  {line}", flush=True)


def of(name: str, line: str) -> None:
    """Show what is this person's."""
    (mei if name == "Mei" else jun)(line)


def show(line: str) -> None:
    """Show a fact, or something to type."""
    print(f"      {line}", flush=True)


def letter(text: str) -> None:
    """Show a letter as it was written."""
    print()
    print(textwrap.indent(text.strip("\n"), "          "))
    print(flush=True)


def picture(drawn: str) -> None:
    """Show the pendant, and under it what there is to recognise."""
    *lines, words = [line for line in drawn.splitlines() if line.strip()]
    print("\n".join(f"  {line}" for line in lines))
    print(textwrap.indent(textwrap.fill(words.strip(), WIDTH - 4), "      "), flush=True)


def countdown(until_s: float) -> None:
    """Count the seconds down to a moment: on one line where somebody looks, in a few lines elsewhere."""
    while (left := round(until_s - time.time())) > 0:
        if sys.stdout.isatty():
            print(f"\r      {ui.soft(f'{left:3} {_seconds(left)}')}  ", end="", flush=True)
        elif left % 5 == 0:
            show(f"{left} {_seconds(left)}")
        time.sleep(min(1.0, max(0.0, until_s - time.time())))
    if sys.stdout.isatty():
        print("\r\x1b[2K", end="", flush=True)


def _seconds(count: int) -> str:
    return "second" if count == 1 else "seconds"


def end(text: str) -> None:
    """Close the story."""
    print()
    print(ui.rule())
    tell(text)
