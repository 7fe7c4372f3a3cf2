"""Attackers at a bell (test O7), in a short form; `make torture` runs more of them."""

from unittest import mock

import pytest
from torture import pairing
from torture.pairing import BITS, People, in_between, latecomers, same, strangers

from twinbell.bond import bell

PEOPLE = People.meet()


def test_strangers_with_random_words_get_one_try_and_never_in():
    strangers(PEOPLE, 20)


def test_who_has_the_code_and_comes_too_late_does_not_get_in():
    latecomers(PEOPLE, 3)


def test_words_never_agree_with_one_in_between():
    for _ in range(10):
        ours, theirs = in_between(PEOPLE, grind=False)

        assert ours != theirs


def test_one_in_between_who_tries_nonces_after_the_fact_is_refused():
    _, theirs = in_between(PEOPLE, grind=True)

    assert theirs is None


@pytest.mark.torture
def test_without_the_commitment_the_words_could_be_made_equal_bit_by_bit():
    with mock.patch.object(bell, "_check_nonce", lambda nonce, commitment: None):
        ours, theirs = in_between(PEOPLE, grind=True)

    assert theirs is not None
    assert same(ours, theirs), f"{BITS} bits are in reach of {pairing.TRIES} times the tries they take"
