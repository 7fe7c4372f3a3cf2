"""The room as a terminal shows it, and what is typed there."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinbell.bond.thought import Thought
from twinbell.cli import keyboard
from twinbell.cli.dusk import BRIGHT_S, FADED_S, Dusk, cut, width_of, wrap
from twinbell.cli.keyboard import Keys

ESCAPE = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")
COLUMNS, LINES = 60, 12


def seen(dusk, now_s=0.0, *, columns=COLUMNS, lines=LINES):
    """Return what stands in each line of the screen."""
    return ESCAPE.sub("", dusk.draw(columns, lines, now_s)).split("\r\n")


@pytest.fixture
def dusk():
    return Dusk(colour=False)


def test_mine_stand_to_the_right_and_the_others_to_the_left(dusk):
    dusk.think(Thought(0, "I was thinking of you.", True), mine=True, now_s=0)
    dusk.think(Thought(0, "Me too.", True), mine=False, now_s=0)

    rows = [row for row in seen(dusk) if row.strip() and "○" not in row]
    assert rows == [" " * 34 + "I was thinking of you.", "    Me too."]


def test_a_thought_that_grows_stays_in_its_place(dusk):
    dusk.think(Thought(0, "I", False), mine=False, now_s=0)
    dusk.think(Thought(0, "Hello", True), mine=True, now_s=0)
    dusk.think(Thought(0, "I was", False), mine=False, now_s=1)

    assert [row.strip() for row in seen(dusk, 1) if row.strip()][:2] == ["I was", "Hello"]


def test_the_end_of_what_i_am_writing_is_marked_and_nobody_elses(dusk):
    dusk.think(Thought(0, "I am", False), mine=True, now_s=0)
    dusk.think(Thought(0, "you are", False), mine=False, now_s=0)
    writing = [row.strip() for row in seen(dusk)]
    dusk.think(Thought(0, "I am.", True), mine=True, now_s=0)

    assert {"I am▏", "you are"} <= set(writing)
    assert "I am." in [row.strip() for row in seen(dusk)]


def test_a_thought_fades_and_goes():
    dusk = Dusk(colour=True)
    dusk.think(Thought(0, "going", True), mine=True, now_s=0)

    drawn = [dusk.draw(COLUMNS, LINES, now_s) for now_s in (0, BRIGHT_S - 1, BRIGHT_S + 5, FADED_S - 1)]

    assert drawn[0] == drawn[1]
    assert len(set(drawn)) == 3
    assert all("going" in each for each in drawn)
    assert "going" not in dusk.draw(COLUMNS, LINES, FADED_S + 1)


def test_two_rings_of_light_meet_when_both_press(dusk):
    apart = seen(dusk)
    dusk.hand(True, mine=True)
    one = seen(dusk)
    dusk.hand(True, mine=False)
    both = seen(dusk)

    assert "○        ○" in apart[-4]
    assert "○        ◉" in one[-4]
    assert "◉◉" in both[-4]


def test_what_the_other_writes_moves_no_cursor_and_nothing_stays_when_they_leave(dusk):
    dusk.think(Thought(0, "\x1b[2J\x07up\nhere", True), mine=False, now_s=0)
    drawn = dusk.draw(COLUMNS, LINES, 0)
    dusk.forget()

    assert "\x07" not in drawn and "\x1b[2J" not in drawn
    assert "up here" in drawn
    assert "up here" not in dusk.draw(COLUMNS, LINES, 0)


@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 3), st.text(max_size=100)), max_size=8),
    st.integers(1, 120),
    st.integers(1, 40),
    st.text(max_size=100),
)
def test_whatever_is_said_the_screen_is_filled_and_not_left(thoughts, columns, lines, status):
    dusk = Dusk(colour=False)
    dusk.say(status)
    for mine, number, text in thoughts:
        dusk.think(Thought(number, text.encode()[:400].decode(errors="ignore"), False), mine=mine, now_s=0)

    rows = seen(dusk, columns=columns, lines=lines)

    assert len(rows) == lines
    if columns > 24:
        assert all(width_of(row) <= columns for row in rows)


@given(st.text(st.sampled_from("ab 窓に🔔é\u0301"), max_size=60), st.integers(2, 30))
def test_wrapping_loses_nothing_but_spaces(text, width):
    lines = wrap(text, width)

    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(width_of(line) <= width for line in lines)


def test_wide_characters_take_two_columns():
    assert width_of("窓に灯") == 6
    assert cut("窓に灯", 5) == "窓に"
    assert wrap("窓に灯が", 4) == ["窓に", "灯が"]
    assert width_of("e\u0301") == 1


def test_letters_come_as_they_are_typed_and_keys_by_name():
    keys = Keys()

    typed = [*keys.typed("hé".encode()), *keys.typed(b"\x7f\r\t"), *keys.typed(b"\x1b")]

    assert typed == [
        ("", "hé"),
        (keyboard.BACKSPACE, ""),
        (keyboard.ENTER, ""),
        (keyboard.TAB, ""),
        (keyboard.LEAVE, ""),
    ]


def test_a_letter_that_comes_in_two_parts_is_one():
    keys = Keys()
    first, second = "窓".encode()[:1], "窓".encode()[1:]

    assert [*keys.typed(first), *keys.typed(second)] == [("", "窓")]


def test_arrows_and_function_keys_write_nothing_and_do_not_leave():
    assert list(Keys().typed(b"a\x1b[A\x1b[1;5C\x1bOPb")) == [("", "ab")]


@given(st.binary(max_size=50))
def test_any_bytes_are_keys_or_nothing(data):
    for name, letters in Keys().typed(data):
        assert bool(name) != bool(letters)
        assert letters.isprintable()
