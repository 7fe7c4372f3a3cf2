"""The woven cord as a rule for the terminal. By itself, since every command draws it and few draw more."""

Colour = tuple[int, int, int]

AMBER: Colour = (224, 138, 60)
BLUE: Colour = (125, 159, 230)
RESET = "\x1b[0m"


def cord(width: int, *, colour: bool) -> str:
    """Return `width` columns of the cord, amber and blue in turn; plain ASCII without colour."""
    if not colour:
        return ("~-" * width)[:width]
    pairs = (foreground(AMBER if at % 4 == 0 else BLUE) + "╲╱"[: width - at] for at in range(0, width, 2))
    return "".join(pairs) + RESET if width > 0 else ""


def foreground(colour: Colour) -> str:
    """Return the escape sequence that writes in `colour`."""
    return f"\x1b[38;2;{colour[0]};{colour[1]};{colour[2]}m"


def background(colour: Colour) -> str:
    """Return the escape sequence that writes on `colour`."""
    return f"\x1b[48;2;{colour[0]};{colour[1]};{colour[2]}m"
