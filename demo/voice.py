"""How the demo speaks: one step at a time, in calm words; colour only on a terminal."""

import sys
import textwrap
import time

from twinbell.cli import ui

WIDTH = 76
STEPS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]

_step = iter(STEPS)


def title(line: str, text: str) -> None:
    """Open the story."""
    print()
    print(ui.rule())
    print(f"  {ui.gold(line)}")
    tell(text)


def step(heading: str) -> None:
    """Begin the next step."""
    print()
    print(ui.rule())
    print(f"  {ui.soft(next(_step) + '.')} {ui.gold(heading)}")


def tell(text: str) -> None:
    """Say what happens, in lines that are pleasant to read."""
    print(textwrap.indent(textwrap.fill(" ".join(text.split()), WIDTH), "  "), flush=True)


def mei(line: str) -> None:
    """Show what is Mei's, in amber."""
    print(f"      {ui.amber('Mei')}  {line}", flush=True)


def jun(line: str) -> None:
    """Show what is Jun's, in blue."""
    print(f"      {ui.blue('Jun')}  {line}", flush=True)


def show(line: str) -> None:
    """Show a fact, or something to type."""
    print(f"      {line}", flush=True)


def block(text: str) -> None:
    """Show lines just as they are."""
    print(textwrap.indent(text.rstrip("\n"), "      "), flush=True)


def countdown(until_s: float) -> None:
    """Count the seconds down to a moment: on one line where somebody looks, in a few lines elsewhere."""
    while (left := round(until_s - time.time())) > 0:
        if sys.stdout.isatty():
            print(f"\r      {ui.soft(f'{left:3} seconds')}  ", end="", flush=True)
        elif left % 5 == 0:
            show(f"{left} seconds")
        time.sleep(min(1.0, max(0.0, until_s - time.time())))
    if sys.stdout.isatty():
        print("\r\x1b[2K", end="", flush=True)
