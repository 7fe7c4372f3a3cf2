"""A QR code on a terminal."""

from twinbell.cli import ui


def square(text: str) -> list[str]:
    """Return the QR code of `text` in half blocks: two rows a line, light on dark, with its quiet zone."""
    import segno

    light, reset = ("\x1b[97;40m", "\x1b[0m") if ui.coloured_output() else ("", "")
    rows = [bytes(row) for row in segno.make(text, error="m", micro=False).matrix_iter(border=2)]
    rows += [bytes(len(rows[0]))] * (len(rows) % 2)
    blocks = {(0, 0): "█", (0, 1): "▀", (1, 0): "▄", (1, 1): " "}
    pairs = [zip(upper, lower, strict=True) for upper, lower in zip(rows[::2], rows[1::2], strict=True)]
    return [light + "".join(blocks[bool(a), bool(b)] for a, b in pair) + reset for pair in pairs]
