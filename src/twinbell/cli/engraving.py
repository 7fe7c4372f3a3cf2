"""A portrait on a terminal, and as a grey picture in a file: binary PGM, known to every graphics program."""

from twinbell.bond.about import PORTRAIT_SIZE_MIN, Portrait
from twinbell.bond.cord import RESET, Colour, background, foreground
from twinbell.cli import ui
from twinbell.errors import Mistaken

SIZE = 128  # of what is made here: an engraving, and within one small blob
PGM_SIDE_MAX = 4096
COLUMNS = 32
PGM_BYTES_MAX = PGM_SIDE_MAX**2 + 1024

_TONES: tuple[Colour | None, ...] = (None, (120, 86, 30), (201, 154, 59), (247, 220, 151))
_GREYS = (0, 85, 170, 255)
_MARKS = " .+#"


def lines(portrait: Portrait) -> list[str]:
    """Return a portrait in gold half blocks, or in plain marks where there is no colour."""
    side = min(COLUMNS, portrait.size)
    dots = [[_tone(portrait, x, y, side) for x in range(side)] for y in range(side)]
    pairs = zip(dots[::2], dots[1::2], strict=True)
    if not ui.coloured_output():
        return ["".join(_MARKS[max(two)] for two in zip(*pair, strict=True)).rstrip() for pair in pairs]
    return ["".join(_block(top, low) for top, low in zip(*pair, strict=True)) for pair in pairs]


def read_pgm(data: bytes) -> Portrait:
    """Return the portrait that a square grey picture makes: bright is line, dark is ground.

    Raises `Mistaken` for anything but a binary PGM of one byte a pixel.
    """
    side, greys = _pgm(data)
    size = min(SIZE, side) // 4 * 4
    if size < PORTRAIT_SIZE_MIN:
        raise Mistaken(f"A portrait needs {PORTRAIT_SIZE_MIN} pixels a side.")
    starts = [at * side // size for at in range(size + 1)]
    tones = [
        _mean(greys, side, starts[x], starts[x + 1], starts[y], starts[y + 1]) // 64
        for y in range(size)
        for x in range(size)
    ]
    fours = zip(tones[::4], tones[1::4], tones[2::4], tones[3::4], strict=True)
    return Portrait(size, bytes(a << 6 | b << 4 | c << 2 | d for a, b, c, d in fours))


def pgm(portrait: Portrait) -> bytes:
    """Return a portrait as a grey picture."""
    size = portrait.size
    greys = bytes(_GREYS[portrait.pixel(x, y)] for y in range(size) for x in range(size))
    return b"P5\n%d %d\n255\n" % (size, size) + greys


def _pgm(data: bytes) -> tuple[int, bytes]:
    fields: list[bytes] = []
    at = 0
    while len(fields) < 4 and at < len(data):
        if data[at : at + 1] == b"#":
            at = data.find(b"\n", at)
            at = len(data) if at < 0 else at
        elif data[at : at + 1].isspace():
            at += 1
        else:
            end = at
            while end < len(data) and not data[end : end + 1].isspace():
                end += 1
            fields.append(data[at:end])
            at = end
    numbers = [int(field) for field in fields[1:] if field.isdigit() and len(field) < 6]
    if fields[:1] != [b"P5"] or len(numbers) != 3 or numbers[2] != 255:
        raise Mistaken("This is no grey picture that can be read here.", hint="Save it as a binary PGM.")
    width, height, _ = numbers
    if width != height or not 0 < width <= PGM_SIDE_MAX:
        raise Mistaken(f"A portrait is square, and its picture has {PGM_SIDE_MAX} pixels a side at most.")
    greys = data[at + 1 :]
    if len(greys) != width * height:
        raise Mistaken("This picture is cut short, or has something behind its end.")
    return width, greys


def _mean(greys: bytes, side: int, left: int, right: int, top: int, bottom: int) -> int:
    total = sum(sum(greys[y * side + left : y * side + right]) for y in range(top, bottom))
    return total // ((right - left) * (bottom - top))


def _tone(portrait: Portrait, x: int, y: int, side: int) -> int:
    """Return the brightest of the pixels that fall on one dot: a thin line must not vanish."""
    size = portrait.size
    across, down = (range(at * size // side, (at + 1) * size // side) for at in (x, y))
    return max(portrait.pixel(column, row) for row in down for column in across)


def _block(upper: int, lower: int) -> str:
    top, low = _TONES[upper], _TONES[lower]
    if top is None and low is None:
        return " "
    if top is None:
        assert low is not None
        return f"{foreground(low)}▄{RESET}"
    if low is None:
        return f"{foreground(top)}▀{RESET}"
    return f"{foreground(top)}{background(low)}▀{RESET}"
