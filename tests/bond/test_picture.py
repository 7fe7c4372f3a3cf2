import hashlib
import json
import re
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vectors import make_picture

from twinbell.bond import cord, drawing, halfblocks, picture
from twinbell.bond.picture import BAILS, CROSSINGS, LEANS, RIMS, SIDES, TINTS, Features
from twinbell.bond.signs import DOTS, SIGNS
from twinbell.errors import Mistaken

VECTORS = sorted((Path(__file__).parents[2] / "vectors" / "picture").glob("*.json"))
SVG = "{http://www.w3.org/2000/svg}"

bits = st.binary(min_size=9, max_size=9)
pictures = st.builds(
    Features,
    weave=st.text("ab", min_size=CROSSINGS, max_size=CROSSINGS),
    facets=st.integers(5, 12),
    lean=st.integers(0, len(LEANS) - 1),
    tint=st.integers(0, len(TINTS) - 1),
    side=st.integers(0, len(SIDES) - 1),
    bail=st.integers(0, len(BAILS) - 1),
    rim=st.integers(0, len(RIMS) - 1),
    sign=st.integers(0, len(SIGNS) - 1),
)


def plain(line):
    return re.sub("\x1b\\[[0-9;]*m", "", line)


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)
def test_a_vector_is_drawn_as_it_says(path):
    vector = json.loads(path.read_text())

    seen = picture.features(bytes.fromhex(vector["bits"]))

    assert asdict(seen) == vector["features"]
    assert picture.caption(seen) == vector["caption"]
    assert picture.describe(seen) == vector["description"]
    assert hashlib.sha256(drawing.svg(seen).encode()).hexdigest() == vector["svg_sha256"]
    assert hashlib.sha256(drawing.svg(seen, dark=True).encode()).hexdigest() == vector["svg_dark_sha256"]


def test_the_vectors_are_what_their_program_makes():
    assert {path.name: path.read_text() for path in VECTORS} == make_picture.build()


@given(pictures, pictures)
def test_two_that_differ_are_called_differently(one, other):
    assert (one == other) == (picture.describe(one) == picture.describe(other))


@given(pictures, st.data())
def test_a_single_difference_is_heard(one, data):
    name = data.draw(st.sampled_from(list(asdict(one))))
    other = replace(one, **{name: getattr(data.draw(pictures), name)})

    assert (one == other) == (picture.describe(one) == picture.describe(other))


@given(bits, st.integers(0, 71))
def test_exactly_the_first_26_bits_are_drawn(given_bits, at):
    number = int.from_bytes(given_bits) ^ 1 << (71 - at)
    other = number.to_bytes(9)

    assert (picture.features(given_bits) != picture.features(other)) == (at < picture.PICTURE_BITS)


@given(bits)
def test_both_of_a_pair_see_the_same(given_bits):
    longer = given_bits + b"what follows does not count"

    assert picture.features(given_bits) == picture.features(longer)


@given(pictures)
@settings(max_examples=30)
def test_features_have_bits(seen):
    weave = seen.weave.replace("a", "1").replace("b", "0")
    text = f"{weave}{seen.facets - 5:03b}{seen.lean:02b}{seen.tint:03b}{seen.side}"
    text += f"{seen.bail:03b}{seen.rim:02b}{seen.sign:04b}"

    assert picture.features((int(text, 2) << 46).to_bytes(9)) == seen


def test_fewer_than_66_bits_draw_nothing():
    with pytest.raises(Mistaken):
        picture.features(bytes(8))


@given(pictures, st.booleans())
@settings(max_examples=30)
def test_the_svg_is_well_formed_and_names_what_it_shows(seen, dark):
    text = drawing.svg(seen, dark=dark)

    root = ElementTree.fromstring(text)  # noqa: S314  our own bytes
    assert root.tag == f"{SVG}svg"
    assert root.findtext(f"{SVG}title") == picture.describe(seen)
    assert text == drawing.svg(seen, dark=dark)


@given(pictures)
@settings(max_examples=30)
def test_the_svg_runs_nothing_and_fetches_nothing(seen):
    for element in ElementTree.fromstring(drawing.svg(seen)).iter():  # noqa: S314  our own bytes
        assert element.tag.removeprefix(SVG) in {
            "svg", "title", "defs", "clipPath", "path", "g", "rect", "circle",
            "linearGradient", "radialGradient", "stop",
        }  # fmt: skip
        for name, value in element.attrib.items():
            assert not name.startswith("on")
            assert "href" not in name
            assert "url(" not in value or value.startswith("url(#twinbell-")


@given(pictures)
@settings(max_examples=30)
def test_coordinates_are_whole_numbers(seen):
    for element in ElementTree.fromstring(drawing.svg(seen)).iter(f"{SVG}path"):  # noqa: S314  our own bytes
        assert "." not in element.attrib["d"]


@given(pictures, pictures)
@settings(max_examples=30)
def test_two_drawings_on_one_page_do_not_share_names(one, other):
    def names(seen, dark):
        return set(re.findall(r' id="([^"]+)"', drawing.svg(seen, dark=dark)))

    assert not names(one, False) & names(one, True)
    if one != other:
        assert not names(one, False) & names(other, False)


def test_every_feature_shows_in_the_drawing():
    base = picture.features(bytes(9))
    differences: list[tuple[str, Any]] = [
        ("weave", "bbbbbbba"), ("facets", 6), ("lean", 1), ("tint", 1), ("side", 1), ("bail", 1), ("rim", 1),
        ("sign", 1),
    ]  # fmt: skip
    for name, other in differences:
        changed = replace(base, **{name: other})
        one, two = (
            re.sub("twinbell-[^\\s\"')]*|<title>.*</title>", "", drawing.svg(x)) for x in (base, changed)
        )
        assert one != two, name


def test_the_planes_of_the_stone_are_as_many_as_it_is_said_to_have():
    for facets in range(5, 13):
        seen = replace(picture.features(bytes(9)), facets=facets)
        assert len(drawing.facets(seen)) == 1 + 2 * facets


def test_the_heart_is_the_same_on_both_sides():
    edge = drawing.outline()

    assert len(edge) == drawing.OUTLINE_POINTS
    assert {(4000 - x, y) for x, y in edge} == set(edge)


@given(pictures, st.integers(21, 100))
@settings(max_examples=15, deadline=None)
def test_a_terminal_gets_lines_that_fit(seen, width):
    for colour in (True, False):
        lines = halfblocks.terminal(seen, colour=colour, width=width)
        assert lines
        assert all(len(plain(line)) <= width for line in lines)
        assert len(lines) <= 45


@given(pictures)
@settings(max_examples=10, deadline=None)
def test_plain_means_plain(seen):
    for line in [*halfblocks.terminal(seen, colour=False, width=40), cord.cord(30, colour=False)]:
        assert line.isascii()
        assert "\x1b" not in line


@given(pictures)
@settings(max_examples=10, deadline=None)
def test_every_coloured_line_ends_as_it_began(seen):
    for line in halfblocks.terminal(seen, colour=True, width=33):
        assert line.endswith("\x1b[0m")
        assert set(plain(line)) <= set(" ▀▄")


def test_plain_lines_tell_the_weave_and_the_sign():
    seen = replace(picture.features(bytes(9)), weave="aabbabab", sign=0)

    lines = halfblocks.terminal(seen, colour=False, width=40)

    assert [line.strip() for line in lines[:CROSSINGS]] == [f"({over})" for over in seen.weave]
    assert any("crescent" in line for line in lines)


def test_the_coloured_cord_tells_the_weave():
    seen = replace(picture.features(bytes(9)), weave="abbbbbbb")
    amber, blue = cord.AMBER, cord.BLUE

    crossed = [row[20] for row in halfblocks._cord_dots(seen.weave, 41)[1::2]]

    assert crossed == [amber] + [blue] * 7


def test_there_is_nothing_to_see_in_a_very_narrow_terminal():
    assert halfblocks.terminal(picture.features(bytes(9)), colour=True, width=20) == []


@pytest.mark.parametrize("width", [0, 1, 2, 7, 40, 41])
def test_the_cord_is_as_wide_as_asked(width):
    assert len(plain(cord.cord(width, colour=True))) == width
    assert len(cord.cord(width, colour=False)) == width


@pytest.mark.parametrize("sign", SIGNS, ids=lambda sign: sign.words)
def test_a_sign_has_nine_by_nine_dots_and_a_line_within_its_box(sign):
    numbers = [int(number) for number in re.findall(r"-?\d+", sign.path)]

    assert [len(row) for row in sign.dots] == [DOTS] * DOTS
    assert set("".join(sign.dots)) == {"#", "."}
    assert max(map(abs, numbers)) <= 500


def test_no_two_signs_are_alike():
    assert len({sign.words for sign in SIGNS}) == len({sign.path for sign in SIGNS}) == 16
    assert len({sign.dots for sign in SIGNS}) == 16
