"""The picture of a pair of pendants: a heart of onyx in a gold rim, on a cord of amber and blue.

What differs between two bonds is decided by the first 26 of the 66 bits that also make the six words, so
both of a pair see the same pendant. The words verify; the picture reminds. Nobody should take it as proof:
26 bits can be ground out in a minute, and that is why 40 bits are left to the words alone.

Here: what the bits decide and how it is called. `drawing` draws it as SVG, `halfblocks` for a terminal.
docs/spec/picture.md is the law.
"""

from dataclasses import dataclass

from twinbell.bond.signs import SIGNS
from twinbell.errors import Mistaken

PICTURE_BITS = 26
GIVEN_BITS = 66  # the same that make the six words
CROSSINGS = 8
FACETS_MIN = 5

LEANS = ("left", "right", "high", "low")
TINTS = ("violet", "rose", "silver", "green", "blue", "copper", "honey", "crimson")
SIDES = ("left", "right")
BAILS = ("round", "drop", "square", "diamond", "trefoil", "bow", "shield", "double")
RIMS = ("plain", "beaded", "roped", "twofold")

_NUMBERS = (
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """What differs from bond to bond.

    `weave` has a letter for each crossing of the cord, from the top: `a` where amber lies over blue, `b`
    where blue lies over amber. The others are indices into the lists of this file; `facets` is a count.
    """

    weave: str
    facets: int
    lean: int
    tint: int
    side: int
    bail: int
    rim: int
    sign: int


def features(bits66: bytes) -> Features:
    """Return what the first 26 bits of `bits66` (nine bytes or more) decide, in the order of the record."""
    if len(bits66) * 8 < GIVEN_BITS:
        raise Mistaken("A picture is drawn from 66 bits.")
    left = int.from_bytes(bits66[:4]) >> (32 - PICTURE_BITS)
    taken = []
    for width in (4, 2, 3, 1, 3, 2, 3, CROSSINGS):  # from the end
        taken.append(left & (1 << width) - 1)
        left >>= width
    sign, rim, bail, side, tint, lean, facets, weave = taken
    return Features(
        weave=format(weave, f"0{CROSSINGS}b").replace("1", "a").replace("0", "b"),
        facets=FACETS_MIN + facets,
        lean=lean,
        tint=tint,
        side=side,
        bail=bail,
        rim=rim,
        sign=sign,
    )


def caption(features: Features) -> str:
    """Return the picture in three strokes: what one says of it across a table."""
    return f"{_crossings(features)}, {_gleam(features)}, {SIGNS[features.sign].words}"


def describe(features: Features) -> str:
    """Return the picture in words, all of it: two that differ are called differently."""
    lean = LEANS[features.lean]
    parts = (
        f"{_crossings(features)} ({_runs(features.weave)})",
        f"{_NUMBERS[features.facets]} facets {'leaning' if lean in SIDES else 'set'} {lean}",
        f"{_gleam(features)} on the {SIDES[features.side]}",
        f"a {BAILS[features.bail]} bail",
        f"a {RIMS[features.rim]} rim",
        SIGNS[features.sign].words,
    )
    return ", ".join(parts)


def _crossings(features: Features) -> str:
    amber = features.weave.count("a")
    return f"{_NUMBERS[amber]} amber crossing{'' if amber == 1 else 's'}"


def _gleam(features: Features) -> str:
    return f"a {TINTS[features.tint]} gleam"


def _runs(weave: str) -> str:
    """Return the weave from the top as a person counts it: "amber two, blue one, amber five"."""
    runs: list[tuple[str, int]] = []
    for strand in weave:
        if runs and runs[-1][0] == strand:
            runs[-1] = (strand, runs[-1][1] + 1)
        else:
            runs.append((strand, 1))
    return ", ".join(f"{'amber' if strand == 'a' else 'blue'} {_NUMBERS[count]}" for strand, count in runs)
