"""What a person types while a command goes on: letters as they come, and a few keys by name."""

import codecs
import re
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager

ENTER, BACKSPACE, WORD, CLEAR, TAB, LEAVE = "enter", "backspace", "word", "clear", "tab", "leave"

_NAMED = {
    "\r": ENTER, "\n": ENTER, "\x7f": BACKSPACE, "\x08": BACKSPACE, "\x17": WORD, "\x15": CLEAR, "\t": TAB,
    "\x1b": LEAVE, "\x04": LEAVE,
}  # fmt: skip
# An arrow or a function key is a sequence that begins as Escape does; alone it is the person's.
_SEQUENCE = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|O.)")


class Keys:
    """Turns what a terminal sends into letters and names of keys."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("ignore")

    def typed(self, data: bytes) -> Iterator[tuple[str, str]]:
        """Yield (name, "") for keys with a name, and ("", letters) for what is to be written."""
        text = _SEQUENCE.sub("", self._decoder.decode(data))
        letters = ""
        for char in text:
            name = _NAMED.get(char)
            if name is None:
                letters += char if char.isprintable() else ""
                continue
            if letters:
                yield "", letters
                letters = ""
            yield name, ""
        if letters:
            yield "", letters


@contextmanager
def letter_by_letter(handle: int) -> Iterator[None]:
    """Within, a terminal gives each key at once and shows none; Ctrl-C stays what it is."""
    before = termios.tcgetattr(handle)
    tty.setcbreak(handle)
    try:
        yield
    finally:
        termios.tcsetattr(handle, termios.TCSADRAIN, before)
