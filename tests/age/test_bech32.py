import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinbell.age import bech32
from twinbell.errors import Damaged


@given(st.sampled_from(["age", "age1pq", "AGE-SECRET-KEY-", "AGE-SECRET-KEY-PQ-"]), st.binary(max_size=1300))
def test_decoding_undoes_encoding(prefix, data):
    text = bech32.encode(prefix, data)

    assert bech32.decode(text) == (prefix, data)
    assert bech32.decode(text.swapcase()) == (prefix.swapcase(), data)


@given(st.binary(min_size=32, max_size=32), st.data())
def test_a_typing_error_is_noticed(data, chance):
    text = list(bech32.encode("age", data))
    at = chance.draw(st.integers(4, len(text) - 1))
    text[at] = chance.draw(
        st.sampled_from([char for char in "qpzry9x8gf2tvdw0s3jn54khce6mua7l" if char != text[at]])
    )

    with pytest.raises(Damaged):
        bech32.decode("".join(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "age",
        "age1",
        "1qqqqqq",
        "age1b",
        "agE1qqqqqqqq",
        "age1qqqqqqü",
        "a ge1qqqqqqqq",
        "age1" + "q" * 58,
    ],
)
def test_what_is_no_key_is_refused(text):
    with pytest.raises(Damaged):
        bech32.decode(text)


# BIP 173's own examples.
@pytest.mark.parametrize(
    "text",
    ["A12UEL5L", "a12uel5l", "?1ezyfcl", "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w"],
)
def test_the_examples_of_its_specification_are_read(text):
    bech32.decode(text)


@pytest.mark.parametrize(
    "text", ["pzry9x0s0muk", "1pzry9x0s0muk", "x1b4n0q5v", "li1dgmt3", "A1G7SGD8", "10a06t8", "1qzzfhee"]
)
def test_the_counter_examples_of_its_specification_are_refused(text):
    with pytest.raises(Damaged):
        bech32.decode(text)
