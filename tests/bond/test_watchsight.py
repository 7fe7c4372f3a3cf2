"""What a guardian believes of a relay: what is signed, and never what is older."""

import pytest
from tests.bond.guards import (
    DAY_S,
    OTHER,
    STOP,
    WATCH,
    Guarded,
    alive,
    away,
    refused,
    signed,
    terms,
)

from twinbell.bond import watchevent as we


@pytest.fixture
def two():
    return Guarded()


def test_a_sign_of_life_counts_where_it_is_signed_and_newer(two):
    two.seated()
    two.looks(life=alive(two.now_s - 50))
    two.looks(life=alive(two.now_s - 90))
    two.looks(life=alive(two.now_s, by=OTHER))
    two.looks(life=b"nothing")

    assert (two.seat.life_s, two.seat.life_n) == (two.now_s - 50, two.now_s - 50)


def test_a_sign_of_life_from_a_clock_ahead_counts_as_of_now(two):
    two.seated()

    two.looks(life=alive(two.now_s + 3600))

    assert two.seat.life_s == two.now_s


def test_an_absence_is_known_until_it_is_taken_back(two):
    two.seated()
    two.looks(life=away(two.now_s, two.now_s + 100 * DAY_S))
    assert two.seat.away_s == two.now_s + 100 * DAY_S
    two.looks(life=alive(two.now_s + 1))
    assert two.seat.away_s == two.now_s + 100 * DAY_S

    two.looks(life=away(two.now_s + 2, 0))

    assert two.seat.away_s == 0


def test_a_note_of_duress_is_told_and_an_empty_one_is_not(two):
    two.seated()
    day = two.now_s // DAY_S
    two.looks(note=two.note(False, day))
    two.looks(note=b"x" * 1264)
    assert not two.heard("ben", we.DuressSeen)

    two.looks(note=two.note(True, day))
    two.looks(note=two.note(True, day))

    assert two.heard("ben", we.DuressSeen) == [we.DuressSeen(WATCH)]
    assert two.seat.duress_s == day * DAY_S


def test_a_stop_code_is_believed_by_its_hash(two):
    two.seated()
    two.looks(stop=bytes(16))
    assert not two.seat.stopped

    two.looks(stop=STOP)

    assert two.heard("ben", we.StopSeen) == [we.StopSeen(WATCH)]
    assert two.seat.stopped == terms().stop


def test_terms_that_a_relay_shows_count_as_if_the_writer_had_sent_them(two):
    two.seated()

    two.looks(terms=two.signed(number=2, every=60))
    two.looks(terms=signed(number=3))

    assert two.seat.given.terms == two.signed(number=2, every=60)
    assert not refused(two, "ben")
