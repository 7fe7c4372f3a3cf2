from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinbell.crypto import words
from twinbell.errors import Damaged, Mistaken

roots = st.binary(min_size=32, max_size=32)


@given(st.binary(min_size=9, max_size=40))
def test_six_words_are_the_first_66_bits(bits):
    index = {word: at for at, word in enumerate(words._list())}

    number = 0
    for word in words.six(bits):
        number = number << 11 | index[word]

    assert number == int.from_bytes(bits[:9]) >> 6


def test_six_words_need_66_bits():
    with pytest.raises(Mistaken):
        words.six(bytes(8))


@given(roots)
def test_a_kit_gives_its_root_back(root):
    assert words.unkit(words.kit(root)) == root
    assert words.unkit("  ".join(words.kit(root)).upper()) == root
    assert words.unkit("-".join(word[:4] for word in words.kit(root))) == root


@given(roots)
def test_a_kit_agrees_with_the_library(root):
    from mnemonic import Mnemonic

    assert " ".join(words.kit(root)) == Mnemonic("english").to_mnemonic(root)


@given(roots, st.integers(0, 23), st.integers(1, 2047))
def test_a_wrong_word_is_noticed_but_for_one_in_256(root, place, step):
    typed = words.kit(root)
    typed[place] = words._list()[(words._index()[typed[place]] + step) % 2048]

    with suppress(Damaged):
        assert words.unkit(typed) != root


def test_the_place_of_what_is_no_word_is_told():
    typed = words.kit(bytes(32))
    typed[6] = "bellx"

    with pytest.raises(Damaged, match="Word 7, 'bellx'"):
        words.unkit(typed)


@pytest.mark.parametrize("count", [0, 23, 25])
def test_a_kit_has_24_words(count):
    with pytest.raises(Damaged, match=f"these are {count}"):
        words.unkit(["abandon"] * count)


def test_a_root_of_another_length_is_a_mistake():
    with pytest.raises(Mistaken):
        words.kit(bytes(31))


@pytest.mark.parametrize(
    "typed",
    [
        "crater-lamp-violin",
        "CRATER LAMP VIOLIN",
        " crater  lamp\tviolin\n",
        "crater--lamp-–-violin",
        "crater—lamp‐violin",
        "crat-lamp-viol",
        "Crate, lamp. Violi",
        "crater\u3000lamp\u00a0violin",
    ],
)
def test_what_a_person_types_is_understood(typed):
    assert words.normalise(typed) == ("crater", "lamp", "violin")


@pytest.mark.parametrize("typed", ["cra-lamp", "craterx", "crètèr", "cratex", "ﬁlm", "ofﬁce"])
def test_what_is_no_word_is_refused(typed):
    with pytest.raises(Damaged):
        words.normalise(typed)


def test_a_short_word_is_itself_and_no_prefix():
    assert words.normalise("act actor add addict") == ("act", "actor", "add", "addict")


def test_four_letters_tell_all_words_apart():
    assert len(words._prefixes()) == len(words._list()) == 2048


@given(st.text(max_size=300))
def test_any_text_becomes_words_or_is_refused_in_words(text):
    try:
        known = words.normalise(text)
    except Damaged:
        return
    assert set(known) <= set(words._list())
    assert words.normalise("-".join(known)) == known


@given(st.lists(st.sampled_from(words._list()), max_size=30))
def test_a_kit_of_any_words_is_read_or_refused_in_words(typed):
    try:
        root = words.unkit(typed)
    except Damaged:
        return
    assert words.kit(root) == typed


def test_endless_text_is_refused():
    with pytest.raises(Damaged):
        words.normalise("act " * 1000)


def test_spoken_words_come_from_the_whole_list():
    seen = []

    def below(limit):
        seen.append(limit)
        return limit - 1

    assert words.spoken(below) == ["zoo", "zoo", "zoo"]
    assert seen == [2048] * 3
    assert len({tuple(words.spoken()) for _ in range(20)}) > 15
