"""The six words and the picture of a bond, side by side: what the two compare."""

from typing import TYPE_CHECKING

from twinbell.bond import halfblocks, picture
from twinbell.cli import ui

if TYPE_CHECKING:
    from twinbell.client.bonds import BondRow

PICTURE_WIDTH = 26
WORDS_WIDTH = 22


def show(bond: "BondRow") -> None:
    """Print words and picture; without colour the picture is plain, and its caption says the same."""
    features = picture.features(bond.bits)
    drawn = halfblocks.terminal(features, colour=ui.coloured_output(), width=PICTURE_WIDTH)
    words = [f"{number}  {word}" for number, word in enumerate(bond.words, 1)]
    top = max(0, (len(drawn) - len(words)) // 2)
    column = [""] * top + words
    column += [""] * (len(drawn) - len(column))
    for word, line in zip(column, drawn, strict=False):
        ui.say(f"  {word:<{WORDS_WIDTH}}{line}".rstrip())
    ui.say("", ui.soft(f"  {picture.caption(features)}"))
