"""The room as a terminal shows it: dusk, thoughts that fade, and two rings of light.

Mine stand to the right in amber, the other's to the left in blue, with no names and no times. A thought
keeps its light for a while and then goes; newer ones push it up. `draw` returns text and knows no terminal.
"""

import unicodedata
from dataclasses import dataclass

from twinbell.bond.cord import AMBER, BLUE, RESET, Colour, background, foreground
from twinbell.bond.thought import Thought
from twinbell.cli import ui

BRIGHT_S = 8.0  # a thought is whole so long after its last letter
FADED_S = 40.0  # and gone after so long
WIDTH_MAX = 66
MARGIN = 4
HANDS_APART = 8

NIGHT: Colour = (21, 18, 28)
GLOW: Colour = (84, 46, 40)
TEXT: Colour = (243, 234, 223)
SOFT: Colour = (179, 166, 177)
GOLD: Colour = (226, 184, 92)

EMPTY, LIT = "○", "◉"
CARET = "▏"  # where I am writing


@dataclass(slots=True)
class Light:
    """A thought that can still be seen."""

    mine: bool
    number: int
    text: str
    touched_s: float

    def strength(self, now_s: float) -> float:
        """Return 1 for a thought that is fresh, 0 for one that is gone."""
        return min(1.0, max(0.0, (FADED_S - (now_s - self.touched_s)) / (FADED_S - BRIGHT_S)))


class Dusk:
    """What is to be seen now."""

    def __init__(self, *, colour: bool) -> None:
        self._colour = colour
        self._lights: list[Light] = []
        self._hands = {True: False, False: False}
        self._status = self._hint = ""

    def think(self, thought: Thought, *, mine: bool, now_s: float) -> None:
        """Show a thought as far as it is written."""
        text = ui.plain(thought.text).replace("\n", " ").replace("\t", " ")
        if mine and text and not thought.done:
            text += CARET
        for light in self._lights:
            if (light.mine, light.number) == (mine, thought.number):
                light.text, light.touched_s = text, now_s
                break
        else:
            self._lights.append(Light(mine, thought.number, text, now_s))
        self._lights = [light for light in self._lights if light.strength(now_s)]

    def hand(self, pressed: bool, *, mine: bool) -> None:
        """Show that a hand is there, or no longer."""
        self._hands[mine] = pressed

    def say(self, sentence: str, hint: str = "") -> None:
        """Say in one line how things are, and in another what one can do."""
        self._status, self._hint = ui.plain(sentence), hint

    def forget(self) -> None:
        """Let go of all that was said."""
        self._lights.clear()
        self._hands = {True: False, False: False}

    def draw(self, columns: int, lines: int, now_s: float) -> str:
        """Return the whole screen."""
        rows = self._thoughts(columns, max(0, lines - 4), now_s)
        rows += [self._rings(columns), "", self._line(self._status, columns), self._line(self._hint, columns)]
        drawn = [self._row(row, at / max(1, lines - 1)) for at, row in enumerate(rows[-lines:])]
        return "\x1b[H" + "\r\n".join(drawn)

    def _thoughts(self, columns: int, lines: int, now_s: float) -> list[str]:
        width = max(8, min(WIDTH_MAX, columns * 3 // 4 - MARGIN))
        rows: list[str] = []
        for light in self._lights:
            strength = light.strength(now_s)
            if not strength or not light.text:
                continue
            colour = _between(NIGHT, AMBER if light.mine else BLUE, 0.25 + 0.75 * strength)
            for part in wrap(light.text, width):
                indent = columns - MARGIN - width_of(part) if light.mine else MARGIN
                rows.append(" " * max(0, indent) + self._paint(part, colour))
            rows.append("")
        rows = rows[-lines:] if lines else []
        return [""] * (lines - len(rows)) + rows

    def _rings(self, columns: int) -> str:
        theirs, mine = self._hands[False], self._hands[True]
        if theirs and mine:
            return " " * (columns // 2 - 1) + self._paint(LIT * 2, GOLD)
        left = self._paint(LIT if theirs else EMPTY, BLUE)
        right = self._paint(LIT if mine else EMPTY, AMBER)
        return " " * (columns // 2 - 1 - HANDS_APART // 2) + left + " " * HANDS_APART + right

    def _line(self, text: str, columns: int) -> str:
        text = cut(text, max(0, columns - 2))
        return " " * max(0, (columns - width_of(text)) // 2) + self._paint(text, SOFT)

    def _row(self, text: str, depth: float) -> str:
        if not self._colour:
            return text + "\x1b[K"
        # Night above, and the last of the light at the edge below.
        sky = background(_between(NIGHT, GLOW, max(0.0, depth * 2 - 1) ** 2))
        return f"{sky}{text}\x1b[K{RESET}"

    def _paint(self, text: str, colour: Colour) -> str:
        return foreground(colour) + text if self._colour else text


def wrap(text: str, width: int) -> list[str]:
    """Return `text` in lines of at most so many columns, broken at a space or, without one, anywhere."""
    lines = []
    while width_of(text) > width:
        line = cut(text, width)
        space = line.rfind(" ")
        end = space if space > 0 else max(1, len(line))
        lines.append(text[:end].rstrip())
        text = text[end:].lstrip()
    return [*lines, text]


def cut(text: str, width: int) -> str:
    """Return as much from the beginning of `text` as so many columns hold."""
    used = 0
    for at, char in enumerate(text):
        used += width_of(char)
        if used > width:
            return text[:at]
    return text


def width_of(text: str) -> int:
    """Return how many columns a terminal takes for `text`."""
    return sum(map(_columns, text))


def _columns(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _between(one: Colour, other: Colour, share: float) -> Colour:
    """Return the colour that lies `share` of the way from one to the other."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue
