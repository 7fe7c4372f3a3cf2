"""The pendant for a terminal: half blocks in true colour, or plain ASCII.

A line of half blocks holds two rows of dots. What is not drawn stays the terminal's own ground, so the
picture stands on dark and light alike. It is sampled from the same planes as the SVG, and the sign is
dotted by hand, since nine dots leave nothing to a pen.
"""

from dataclasses import dataclass

from twinbell.bond import drawing
from twinbell.bond.cord import AMBER, BLUE, RESET, Colour, background, foreground
from twinbell.bond.drawing import CENTRE_X, GLEAM_Y, Facet
from twinbell.bond.picture import BAILS, CROSSINGS, RIMS, TINTS, Features
from twinbell.bond.signs import DOTS, SIGNS

WIDTH_MIN, WIDTH_MAX = 21, 61
_SIGN_COLUMNS_MIN = 27  # nine dots would fill a smaller heart
_GOLD: Colour = (201, 154, 59)
_GOLD_LIGHT: Colour = (247, 220, 151)
_GOLD_SHADE: Colour = (120, 86, 30)

# The part of the drawing that is sampled: the heart. Cord and bail are dotted by hand above it.
_LEFT, _RIGHT, _TOP, _BOTTOM = 600, 3400, 2430, 5250
_CLEFT_Y = 2960
_RIM_REACH = 95
_ASCII_COLUMNS, _ASCII_UNIT = 29, 100


@dataclass(frozen=True, slots=True)
class _Grid:
    """Dots over the heart, in rows and columns; a dot is `unit` by `unit` of the drawing."""

    columns: int
    unit: int

    @property
    def rows(self) -> int:
        return (_BOTTOM - _TOP) // self.unit + 1

    def at(self, column: int, row: int) -> tuple[int, int]:
        return CENTRE_X + (2 * column + 1 - self.columns) * self.unit // 2, self.y(row)

    def y(self, row: int) -> int:
        return _TOP + row * self.unit + self.unit // 2


def terminal(features: Features, *, colour: bool, width: int) -> list[str]:
    """Return the pendant in lines of at most `width` columns: half blocks in colour, else plain ASCII.

    Narrower than 21 columns there is nothing to see, so there are no lines.
    """
    if width < WIDTH_MIN:
        return []
    if not colour:
        return _ascii(features, min(width, _ASCII_COLUMNS))
    columns = min(width, WIDTH_MAX)
    columns -= 1 - columns % 2  # odd: the cord hangs in the middle
    dots = _dots(features, _Grid(columns, (_RIGHT - _LEFT) // columns + 1))
    if len(dots) % 2:
        dots.append([None] * columns)
    return [_line(dots[row], dots[row + 1]) for row in range(0, len(dots), 2)]


def _dots(features: Features, grid: _Grid) -> list[list[Colour | None]]:
    edge = drawing.outline()
    planes = drawing.facets(features)
    heart: list[list[Colour | None]] = [
        [
            _heart_dot(features, edge, planes, *grid.at(column, row), grid.unit)
            for column in range(grid.columns)
        ]
        for row in range(grid.rows)
    ]
    _engrave(features, heart, grid)
    dots = _cord_dots(features.weave, grid.columns) + [[None] * grid.columns for _ in range(_SLEEVE)] + heart
    _hang(features, dots, grid)
    return dots


def _cord_dots(weave: str, columns: int) -> list[list[Colour | None]]:
    """Return two rows for each crossing: the strands apart, then one over the other."""
    middle = columns // 2
    dots: list[list[Colour | None]] = []
    for at, over in enumerate(weave):
        left, right = (AMBER, BLUE) if at % 2 == 0 else (BLUE, AMBER)
        apart: list[Colour | None] = [None] * columns
        apart[middle - 2] = apart[middle - 1] = left
        apart[middle + 1] = apart[middle + 2] = right
        crossed: list[Colour | None] = [None] * columns
        crossed[middle - 1 : middle + 2] = [AMBER if over == "a" else BLUE] * 3
        dots += [apart, crossed]
    return dots


def _heart_dot(
    features: Features, edge: list[drawing.Point], planes: list[Facet], x: int, y: int, unit: int
) -> Colour | None:
    reach = max(_RIM_REACH, unit * 2 // 3)
    near = min(range(len(edge)), key=lambda at: (edge[at][0] - x) ** 2 + (edge[at][1] - y) ** 2)
    distance = (edge[near][0] - x) ** 2 + (edge[near][1] - y) ** 2
    if distance <= reach * reach:
        return _rim_colour(features, near, inside=_inside(x, y, edge))
    if not _inside(x, y, edge):
        return None
    colour = next((plane.colour for plane in planes if _inside(x, y, plane.corners)), planes[0].colour)
    return _gleaming(features, colour, x, y)


def _rim_colour(features: Features, at: int, *, inside: bool) -> Colour:
    rim = RIMS[features.rim]
    if rim == "plain":
        return _GOLD
    if rim == "beaded":
        return _GOLD_LIGHT if at % 8 < 4 else _GOLD
    if rim == "roped":
        return _GOLD if at % 6 < 3 else _GOLD_SHADE
    return _GOLD_SHADE if inside else _GOLD_LIGHT


def _gleaming(features: Features, colour: Colour, x: int, y: int) -> Colour:
    far = (x - drawing.gleam_x(features)) ** 2 + (y - GLEAM_Y) ** 2
    share = max(0, 100 - far * 100 // 1000**2)
    share = share * share // 100
    tint = drawing.TINT_COLOURS[TINTS[features.tint]]
    red, green, blue = (
        here + (there - here) * share // 100 for here, there in zip(colour, tint, strict=True)
    )
    return red, green, blue


def _inside(x: int, y: int, corners: tuple[drawing.Point, ...] | list[drawing.Point]) -> bool:
    """Whether the point lies in the polygon: a ray to the right crosses its edge an odd number of times."""
    odd = False
    before_x, before_y = corners[-1]
    for here_x, here_y in corners:
        if (here_y > y) != (before_y > y):
            across = (before_x - here_x) * (y - here_y) - (x - here_x) * (before_y - here_y)
            if (across > 0) == (before_y > here_y):
                odd = not odd
        before_x, before_y = here_x, here_y
    return odd


_SLEEVE = 2  # rows between the cord's end and the top of the heart
# Dots of a bail around the middle column, from the cord's end down.
_BAIL_DOTS = {
    "round": (".###.", "#...#", "#...#", ".###."),
    "drop": ("..#..", ".#.#.", "#...#", ".###."),
    "square": ("#####", "#...#", "#...#", "#####"),
    "diamond": ("..#..", ".#.#.", "#...#", ".#.#.", "..#.."),
    "trefoil": ("..#..", ".#.#.", "#.#.#", ".#.#."),
    "bow": ("##.##", "#.#.#", "##.##"),
    "shield": ("#####", "#...#", ".#.#.", "..#.."),
    "double": ("..#..", ".#.#.", "..#..", ".#.#.", "..#.."),
}


def _hang(features: Features, dots: list[list[Colour | None]], grid: _Grid) -> None:
    middle = grid.columns // 2
    row = 2 * CROSSINGS
    cleft = row + _SLEEVE + (_CLEFT_Y - _TOP) // grid.unit
    for line in _BAIL_DOTS[BAILS[features.bail]]:
        for at, dot in enumerate(line, start=middle - len(line) // 2):
            if dot == "#":
                dots[row][at] = _GOLD_LIGHT
        row += 1
    for below in range(row, cleft):
        dots[below][middle] = _GOLD


def _engrave(features: Features, heart: list[list[Colour | None]], grid: _Grid) -> None:
    if grid.columns < _SIGN_COLUMNS_MIN:
        return
    x, y = drawing.table_centre(features)
    left = grid.columns // 2 + (x - CENTRE_X) // grid.unit - DOTS // 2
    top = (y - _TOP) // grid.unit - DOTS // 2
    for down, line in enumerate(SIGNS[features.sign].dots):
        for along, dot in enumerate(line):
            if dot == "#":
                heart[top + down][left + along] = _GOLD_LIGHT


def _line(upper: list[Colour | None], lower: list[Colour | None]) -> str:
    out = ""
    for above, below in zip(upper, lower, strict=True):
        if above is None and below is None:
            out += RESET + " " if out.endswith(("▀", "▄")) else " "
        elif above is None:
            assert below is not None
            out += RESET + foreground(below) + "▄"
        elif below is None:
            out += RESET + foreground(above) + "▀"
        else:
            out += foreground(above) + background(below) + "▀"
    return out.rstrip() + RESET


def _ascii(features: Features, columns: int) -> list[str]:
    """Return a small pendant in plain characters, each crossing by its letter and the sign by its name."""
    columns -= 1 - columns % 2
    grid = _Grid(columns, _ASCII_UNIT * _ASCII_COLUMNS // columns)
    edge = drawing.outline()
    lines = [f"({over})".center(columns).rstrip() for over in features.weave]
    for row in range(0, grid.rows, 2):  # a character is twice as high as wide
        line = ""
        for column in range(columns):
            line += _character(features, edge, *grid.at(column, row), grid.unit)
        lines.append(line.rstrip())
    middle = CROSSINGS + (drawing.table_centre(features)[1] - _TOP) // (2 * grid.unit)
    name = SIGNS[features.sign].words.split(" ", 1)[1]
    start = columns // 2 - len(name) // 2
    under = lines[middle].ljust(columns)
    lines[middle] = (under[:start] + name + under[start + len(name) :]).rstrip()
    return lines


def _character(features: Features, edge: list[drawing.Point], x: int, y: int, unit: int) -> str:
    nearest = min((edge_x - x) ** 2 + (edge_y - y) ** 2 for edge_x, edge_y in edge)
    if nearest <= (unit * 3 // 4) ** 2:
        return {"plain": "*", "beaded": "o", "roped": "%", "twofold": "#"}[RIMS[features.rim]]
    far = (x - drawing.gleam_x(features)) ** 2 + (y - GLEAM_Y) ** 2
    if _inside(x, y, edge) and far < 380**2:
        return ":"
    return " "
