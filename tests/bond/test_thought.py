"""A thought fits into a frame, and a text into thoughts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinbell.bond.thought import THOUGHT_BYTES_MAX, Thought, fit
from twinbell.errors import Mistaken


def test_a_thought_that_no_frame_holds_is_a_mistake():
    Thought(0, "あ" * (THOUGHT_BYTES_MAX // 3), True)

    for number, text in [
        (0, "x" * (THOUGHT_BYTES_MAX + 1)),
        (0, "あ" * 134),
        (-1, "x"),
        (2**32, "x"),
        (0, "\ud800"),
    ]:
        with pytest.raises(Mistaken):
            Thought(number, text, True)


@given(st.text(max_size=1200))
def test_a_text_that_is_cut_loses_nothing_and_each_part_is_a_thought(text):
    parts: list[str] = []
    rest = text
    while rest:
        kept, rest = fit(rest)
        parts.append(Thought(len(parts), kept, True).text)
        assert kept

    assert "".join(parts) == text
