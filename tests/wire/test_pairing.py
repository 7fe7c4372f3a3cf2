import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinbell.errors import Damaged
from twinbell.wire.pairing import Opened, parse_nameplate, parse_part, part_path


@given(
    st.one_of(
        st.integers(1, 999_999_999).map(str),
        st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=26, max_size=26),
    )
)
def test_an_opening_is_read_as_it_was_written(nameplate):
    opened = Opened(nameplate, 1_800_000_000)

    assert Opened.parse(opened.to_bytes()) == opened


@given(st.text(max_size=30))
def test_any_text_is_a_nameplate_or_damaged(text):
    try:
        assert parse_nameplate(text) == text
    except Damaged:
        return
    assert text.isascii()
    assert text.isalnum()


@pytest.mark.parametrize("text", ["1", "5", "02", "", "٢"])
def test_there_are_messages_two_to_four(text):
    with pytest.raises(Damaged):
        parse_part(text)


def test_nobody_waits_longer_than_proxies_do():
    assert part_path("7", 2, wait_s=600) == "/v1/pairings/7/2?wait=25"
