"""The pendant as SVG.

Whole numbers only, floor division, and no mathematics beyond it, so that any language draws the same bytes.
The canvas is 4000 by 5600. Light is that of a low sun: a cool gleam from one side above, warmth from below.
"""

from dataclasses import dataclass

from twinbell.bond.picture import CROSSINGS, LEANS, RIMS, SIDES, TINTS, Features, describe
from twinbell.bond.signs import SIGNS

WIDTH, HEIGHT = 4000, 5600
CENTRE_X = 2000

Point = tuple[int, int]

# The right half of the heart, from the cleft to the tip: three cubic Bézier curves, end to end.
_CLEFT = (2000, 2960)
_RIGHT: tuple[tuple[Point, Point, Point], ...] = (
    ((2130, 2640), (2520, 2460), (2860, 2580)),
    ((3340, 2750), (3430, 3250), (3200, 3690)),
    ((2950, 4170), (2420, 4640), (2000, 5130)),
)
OUTLINE_STEPS = 24  # points on each curve
TIP_AT = 3 * OUTLINE_STEPS
OUTLINE_POINTS = 2 * TIP_AT

_TABLE_CENTRE = (2000, 3660)
_TABLE_PERCENT = 48
GLEAM_Y = 2990
_LEAN = {"left": (-250, 0), "right": (250, 0), "high": (0, -130), "low": (0, 240)}

CORD_TOP, CROSSING_HEIGHT, CORD_REACH = 0, 250, 116
CORD_END = CORD_TOP + CROSSINGS * CROSSING_HEIGHT

TINT_COLOURS = {
    "violet": (150, 112, 255),
    "rose": (255, 150, 180),
    "silver": (226, 234, 246),
    "green": (64, 214, 140),
    "blue": (70, 160, 255),
    "copper": (222, 116, 62),
    "honey": (255, 214, 110),
    "crimson": (226, 30, 62),
}
_ONYX = (19, 16, 27)
_WARMTH = (214, 92, 26)
_SHEEN_PERCENT = (100, 94, 122)  # onyx is a little violet


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours that follow the hour: paper by day, indigo by night."""

    ground: str
    low_sun: str
    halo: str
    amber: tuple[str, str, str]  # edge, body, light
    blue: tuple[str, str, str]


PAPER = Theme(
    ground="#fbf5ec",
    low_sun="#f0b884",
    halo="#f2a65a",
    amber=("#7a3409", "#b8541a", "#e89a5c"),
    blue=("#172a5c", "#2f4f8f", "#7f9fe0"),
)
NIGHT = Theme(
    ground="#15121c",
    low_sun="#7a3a1c",
    halo="#f2a65a",
    amber=("#6b3010", "#e08a3c", "#ffd09a"),
    blue=("#22356b", "#7d9fe6", "#d3e0ff"),
)


def svg(features: Features, *, dark: bool = False) -> str:
    """Return the pendant as an SVG document: the same bytes for the same features, everywhere."""
    theme = NIGHT if dark else PAPER
    name = "twinbell-" + "".join(
        str(part) for part in (features.weave, features.facets, "d" if dark else "l")
    )
    name += f"-{features.lean}{features.tint}{features.side}{features.bail}{features.rim}{features.sign}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        f"<title>{describe(features)}</title>",  # letters, commas and brackets: nothing to escape
        _definitions(features, theme, name),
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{theme.ground}"/>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="url(#{name}-sun)"/>',
        f'<circle cx="{CENTRE_X}" cy="3720" r="1900" fill="url(#{name}-halo)"/>',
        _cord(features.weave, theme),
        _stone(features, name),
        _rim(features, name),
        _bail(features),
        _engraving(features),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def outline() -> list[Point]:
    """Return the 144 points of the heart's edge, from the cleft down the right side and up the left."""
    points = []
    start = _CLEFT
    for one, two, end in _RIGHT:
        for step in range(OUTLINE_STEPS):
            points.append(_on_curve((start, one, two, end), step))
        start = end
    right = [*points, start]
    left = [(2 * CENTRE_X - x, y) for x, y in right[1:-1]]
    return right + left[::-1]


def table_centre(features: Features) -> Point:
    """Return the middle of the stone's table, where the sign is engraved."""
    lean_x, lean_y = _LEAN[LEANS[features.lean]]
    return _TABLE_CENTRE[0] + lean_x, _TABLE_CENTRE[1] + lean_y


def gleam_x(features: Features) -> int:
    """Return where the gleam is; how far down is `GLEAM_Y`."""
    return CENTRE_X - 690 if SIDES[features.side] == "left" else CENTRE_X + 690


@dataclass(frozen=True, slots=True)
class Facet:
    """One plane of the stone: its corners and its colour."""

    corners: tuple[Point, ...]
    colour: tuple[int, int, int]


def facets(features: Features) -> list[Facet]:
    """Return the planes of the stone, the table first: nothing lies over anything else."""
    edge = outline()
    centre_x, centre_y = table_centre(features)
    count = features.facets

    def girdle(half: int) -> Point:
        return edge[(TIP_AT + half * OUTLINE_POINTS // (2 * count)) % OUTLINE_POINTS]

    def table(half: int) -> Point:
        x, y = girdle(half)
        return (
            centre_x + (x - _TABLE_CENTRE[0]) * _TABLE_PERCENT // 100,
            centre_y + (y - _TABLE_CENTRE[1]) * _TABLE_PERCENT // 100,
        )

    top = tuple(table(2 * at + 1) for at in range(count))
    planes = [Facet(top, _lit(features, (0, -60), 150))]
    for at in range(count):
        main = (girdle(2 * at), girdle(2 * at + 2), table(2 * at + 1))
        star = (table(2 * at - 1), table(2 * at + 1), girdle(2 * at))
        planes.append(Facet(main, _lit(features, _away(main), 100)))
        planes.append(Facet(star, _lit(features, _away(star), 62)))
    return planes


def _away(corners: tuple[Point, ...]) -> Point:
    """Return which way a plane looks: from the middle of the stone to its own, 1000 long in all."""
    x = sum(corner[0] for corner in corners) // 3 - _TABLE_CENTRE[0]
    y = sum(corner[1] for corner in corners) // 3 - _TABLE_CENTRE[1]
    length = max(1, abs(x) + abs(y))
    return x * 1000 // length, y * 1000 // length


def _lit(features: Features, looks: Point, percent: int) -> tuple[int, int, int]:
    """Return the colour of a plane that looks that way: the gleam from above, the low sun from below."""
    from_side = -1 if SIDES[features.side] == "left" else 1
    gleam = max(0, (looks[0] * from_side * 7 - looks[1] * 6 - 900) * percent // 1500)
    warmth = max(0, (looks[1] * 2 - 420) * percent // 300)
    sheen = (
        (abs(looks[0] * 3 - looks[1] * 5) % 223) * percent // (620 + 4 * warmth)
    )  # so that neighbours differ
    red, green, blue = (
        min(255, dark + (tint * gleam + warm * warmth) // 1000 + sheen * cool // 100)
        for dark, tint, warm, cool in zip(
            _ONYX, TINT_COLOURS[TINTS[features.tint]], _WARMTH, _SHEEN_PERCENT, strict=True
        )
    )
    return red, green, blue


def _on_curve(curve: tuple[Point, Point, Point, Point], step: int) -> Point:
    rest = OUTLINE_STEPS - step
    weights = (rest**3, 3 * rest * rest * step, 3 * rest * step * step, step**3)
    x = sum(weight * point[0] for weight, point in zip(weights, curve, strict=True)) // OUTLINE_STEPS**3
    y = sum(weight * point[1] for weight, point in zip(weights, curve, strict=True)) // OUTLINE_STEPS**3
    return x, y


def _heart_path() -> str:
    text = f"M{_CLEFT[0]} {_CLEFT[1]}"
    for one, two, end in _RIGHT:
        text += f"C{one[0]} {one[1]} {two[0]} {two[1]} {end[0]} {end[1]}"
    return text + _upwards(mirrored=True) + "Z"


def _half_path(*, mirrored: bool) -> str:
    tip = _RIGHT[-1][2]
    return f"M{tip[0]} {tip[1]}" + _upwards(mirrored=mirrored)


def _upwards(*, mirrored: bool) -> str:
    """Return one side of the heart from the tip to the cleft: the left one where it is mirrored."""
    starts = (_CLEFT, *(end for _, _, end in _RIGHT[:-1]))
    text = ""
    for (one, two, _), start in zip(reversed(_RIGHT), reversed(starts), strict=True):
        text += "C" + " ".join(f"{2 * CENTRE_X - x if mirrored else x} {y}" for x, y in (two, one, start))
    return text


def _hex(colour: tuple[int, int, int]) -> str:
    return "#" + bytes(colour).hex()


def _polygon(corners: tuple[Point, ...]) -> str:
    return "M" + "L".join(f"{x} {y}" for x, y in corners) + "Z"


def _definitions(features: Features, theme: Theme, name: str) -> str:
    tint = _hex(TINT_COLOURS[TINTS[features.tint]])
    return "\n".join(
        (
            "<defs>",
            f'<clipPath id="{name}-heart"><path d="{_heart_path()}"/></clipPath>',
            f'<radialGradient id="{name}-sun" gradientUnits="userSpaceOnUse" cx="2000" cy="6200" r="3600">'
            f'<stop offset="0" stop-color="{theme.low_sun}" stop-opacity=".9"/>'
            f'<stop offset=".45" stop-color="{theme.low_sun}" stop-opacity=".35"/>'
            f'<stop offset="1" stop-color="{theme.low_sun}" stop-opacity="0"/></radialGradient>',
            f'<radialGradient id="{name}-halo"><stop offset="0" stop-color="{theme.halo}" stop-opacity=".5"/>'
            f'<stop offset=".55" stop-color="{theme.halo}" stop-opacity=".22"/>'
            f'<stop offset="1" stop-color="{theme.halo}" stop-opacity="0"/></radialGradient>',
            f'<radialGradient id="{name}-gleam" gradientUnits="userSpaceOnUse" '
            f'cx="{gleam_x(features)}" cy="{GLEAM_Y}" r="1000">'
            f'<stop offset="0" stop-color="#fff" stop-opacity=".8"/>'
            f'<stop offset=".12" stop-color="{tint}" stop-opacity=".85"/>'
            f'<stop offset=".45" stop-color="{tint}" stop-opacity=".38"/>'
            f'<stop offset="1" stop-color="{tint}" stop-opacity="0"/></radialGradient>',
            f'<linearGradient id="{name}-gold" gradientUnits="userSpaceOnUse" '
            'x1="700" y1="2400" x2="3300" y2="5200">'
            '<stop offset="0" stop-color="#fbe7ae"/><stop offset=".28" stop-color="#c99a3b"/>'
            '<stop offset=".5" stop-color="#8a6220"/><stop offset=".72" stop-color="#d9ae55"/>'
            '<stop offset="1" stop-color="#f7dc97"/></linearGradient>',
            "</defs>",
        )
    )


def _cord(weave: str, theme: Theme) -> str:
    lines = ['<g fill="none" stroke-linecap="butt">']
    for at, over in enumerate(weave):
        top = CORD_TOP + at * CROSSING_HEIGHT
        amber_goes_right = at % 2 == 0
        amber = (_strand(top, 1 if amber_goes_right else -1), theme.amber)
        blue = (_strand(top, -1 if amber_goes_right else 1), theme.blue)
        for path, (edge, body, light) in (blue, amber) if over == "a" else (amber, blue):
            lines.append(f'<path d="{path}" stroke="{edge}" stroke-width="172"/>')
            lines.append(f'<path d="{path}" stroke="{body}" stroke-width="136"/>')
            lines.append(
                f'<path d="{path}" stroke="{light}" stroke-width="58" stroke-opacity=".55" '
                'stroke-dasharray="16 20"/>'
            )
    lines.append("</g>")
    return "\n".join(lines)


def _strand(top: int, direction: int) -> str:
    start, end = CENTRE_X - direction * CORD_REACH, CENTRE_X + direction * CORD_REACH
    middle = top + CROSSING_HEIGHT // 2
    # Eight units longer than its crossing, so that no hairline shows between two.
    return f"M{start} {top}C{start} {middle} {end} {middle} {end} {top + CROSSING_HEIGHT}v8"


_GLINT = "M905 3480C800 3080 1010 2760 1330 2735C1090 2830 930 3090 905 3480Z"
_GLINT_MIRRORED = "M3095 3480C3200 3080 2990 2760 2670 2735C2910 2830 3070 3090 3095 3480Z"


def _stone(features: Features, name: str) -> str:
    left = SIDES[features.side] == "left"
    arc = _GLINT if left else _GLINT_MIRRORED
    lines = [f'<g clip-path="url(#{name}-heart)">', f'<path d="{_heart_path()}" fill="{_hex(_ONYX)}"/>']
    for plane in facets(features):
        colour = _hex(plane.colour)
        lines.append(
            f'<path d="{_polygon(plane.corners)}" fill="{colour}" stroke="#efe6ff" stroke-opacity=".2" '
            'stroke-width="8" stroke-linejoin="round"/>'
        )
    lines.append(f'<path d="{_heart_path()}" fill="url(#{name}-gleam)"/>')
    lines.append(
        f'<path d="{_heart_path()}" fill="none" stroke="#000" stroke-opacity=".3" stroke-width="300"/>'
        f'<path d="{arc}" fill="#fff" fill-opacity=".6"/>'
    )
    lines.append("</g>")
    return "\n".join(lines)


def _rim(features: Features, name: str) -> str:
    heart, gold = _heart_path(), f"url(#{name}-gold)"
    halves = _half_path(mirrored=False) + _half_path(mirrored=True)  # beads begin at the tip, both ways
    base = f'<path d="{heart}" fill="none" stroke-linejoin="round" stroke='
    dashed = f'<path d="{halves}" fill="none" stroke='
    beads = 'stroke-linecap="round" stroke-dasharray="0 205"/>'
    rim = RIMS[features.rim]
    lines: tuple[str, ...]
    if rim == "plain":
        lines = (
            f'{base}"#4d3510" stroke-width="112"/>',
            f'{base}"{gold}" stroke-width="88"/>',
            f'{base}"#fff3cf" stroke-opacity=".6" stroke-width="18"/>',
        )
    elif rim == "beaded":
        lines = (
            f'{base}"#4d3510" stroke-width="76"/>',
            f'{base}"{gold}" stroke-width="48"/>',
            f'{dashed}"#4d3510" stroke-width="164" {beads}',
            f'{dashed}"{gold}" stroke-width="136" {beads}',
            f'{dashed}"#fff3cf" stroke-width="50" {beads}',
        )
    elif rim == "roped":
        lines = (
            f'{base}"#4d3510" stroke-width="118"/>',
            f'{base}"{gold}" stroke-width="94"/>',
            f'{dashed}"#4d3510" stroke-width="94" stroke-dasharray="24 66"/>',
            f'{dashed}"#fff3cf" stroke-opacity=".7" stroke-width="34" stroke-dasharray="30 60" '
            'stroke-dashoffset="-42"/>',
        )
    else:
        lines = (
            f'{base}"#4d3510" stroke-width="168"/>',
            f'{base}"{gold}" stroke-width="144"/>',
            f'{base}"#241a08" stroke-width="60"/>',
        )
    return "\n".join(lines)


# Each bail hangs from the cord's end (y 2190) and holds the heart at its cleft (y 2960).
_BAILS = (
    "M1780 2420a220 220 0 1 0 440 0a220 220 0 1 0 -440 0M2000 2640L2000 2940",
    "M2000 2200C2070 2360 2210 2450 2210 2620A210 210 0 0 1 1790 2620C1790 2450 1930 2360 2000 2200Z"
    "M2000 2830L2000 2940",
    "M1800 2230L2200 2230L2200 2630L1800 2630ZM2000 2630L2000 2940",
    "M2000 2200L2230 2500L2000 2800L1770 2500ZM2000 2800L2000 2940",
    "M1880 2310a120 120 0 1 0 240 0a120 120 0 1 0 -240 0M1720 2540a120 120 0 1 0 240 0a120 120 0 1 0 -240 0"
    "M2040 2540a120 120 0 1 0 240 0a120 120 0 1 0 -240 0M2000 2480L2000 2940",
    "M2000 2470C1880 2230 1600 2250 1600 2480S1880 2710 2000 2470C2120 2230 2400 2250 2400 2480"
    "S2120 2710 2000 2470ZM2000 2200L2000 2940",
    "M1790 2230L2210 2230L2210 2480C2210 2650 2110 2750 2000 2820C1890 2750 1790 2650 1790 2480Z"
    "M2000 2820L2000 2940",
    "M1860 2340a140 140 0 1 0 280 0a140 140 0 1 0 -280 0M1810 2620a190 190 0 1 0 380 0a190 190 0 1 0 -380 0"
    "M2000 2810L2000 2940",
)
_CORD_END = "M1800 1960L2200 1960L2125 2190L1875 2190Z"  # a small gold sleeve that gathers the strands


def _bail(features: Features) -> str:
    path = _BAILS[features.bail]
    base = f'<path d="{path}" fill="none" stroke-linejoin="round" stroke-linecap="round" stroke='
    bands = '<path d="M1822 2030L2178 2030M1862 2140L2138 2140" fill="none" stroke='
    return "\n".join(
        (
            f'{base}"#4d3510" stroke-width="98"/>',
            f'{base}"#c99a3b" stroke-width="74"/>',
            f'{base}"#fbe7ae" stroke-opacity=".8" stroke-width="18"/>',
            f'<path d="{_CORD_END}" fill="#b98a34" stroke="#4d3510" stroke-width="22"/>',
            f'{bands}"#4d3510" stroke-width="34"/>',
            f'{bands}"#fbe7ae" stroke-width="14"/>',
        )
    )


def _engraving(features: Features) -> str:
    path = SIGNS[features.sign].path
    base = f'<path d="{path}" fill="none" stroke-linejoin="round" stroke-linecap="round" stroke='
    x, y = table_centre(features)
    return "\n".join(
        (
            f'<g transform="translate({x} {y}) scale(.9)">',
            f'{base}"#000" stroke-opacity=".55" stroke-width="74"/>',
            f'{base}"#d6a94c" stroke-width="42"/>',
            f'{base}"#fdf0c4" stroke-opacity=".85" stroke-width="12"/>',
            "</g>",
        )
    )
