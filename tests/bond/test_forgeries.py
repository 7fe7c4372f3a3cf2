"""Tests O4, E10 and O6 in their short forms; the long ones are `python -m torture forgeries sizes --long`."""

import pytest
from torture import forgeries, sizes


@pytest.mark.torture
def test_no_mutant_of_a_letter_is_taken_for_one():
    taken, tried = forgeries.accepted(150)

    assert taken == []
    assert tried == 150


@pytest.mark.torture
def test_control_a_reader_that_checks_no_signature_takes_forgeries():
    taken, _ = forgeries.accepted(0, opener=forgeries.gullible)

    assert "signed by the reader" in taken
    assert "unsigned" in taken


@pytest.mark.torture
def test_letters_of_one_bucket_cannot_be_told_apart_by_their_size():
    assert len(sizes.lengths(40)) == 1


@pytest.mark.torture
def test_control_a_letter_of_the_next_bucket_can_be_told_apart():
    small = sizes.lengths_of(text="", subject="", files={})

    assert sizes.lengths_of(text="", subject="", files={"a.jpg": bytes(40_000)}) != small


def test_padding_costs_twelve_in_a_hundred_at_most():
    assert sizes.cost() <= 0.12
