"""What writer and reader keep of a watch in the bond of the pair."""

import pytest
from tests.bond.guards import (
    DAY_S,
    READER,
    WATCH,
    Guarded,
    owned,
    reader_seat,
    refused,
    share,
    signed,
)
from tests.bond.people import NOW_S

from twinbell.bond import event as ev
from twinbell.bond import lifecycle
from twinbell.bond import watchevent as we
from twinbell.bond.keys import Keyring, Kind
from twinbell.errors import Mistaken, Refused


@pytest.fixture
def two():
    return Guarded()


def test_the_reader_is_told_of_the_watch_and_its_guardians():
    two = Guarded(Kind.PAIR)

    two.does("ana", we.ReaderNamed(reader_seat()))

    assert two.heard("ben", we.ReaderSeated) == [we.ReaderSeated(WATCH, ("Ben", "Olga"))]
    assert two.kept("ben").reader(WATCH).token == READER


def test_a_reader_keeps_to_the_newest_terms():
    two = Guarded(Kind.PAIR)
    two.does("ana", we.ReaderNamed(reader_seat(terms=signed(number=3))))

    two.does("ana", we.ReaderNamed(reader_seat(terms=signed(number=2))))
    two.does("ana", we.ReaderNamed(reader_seat(token=b"x" * 32)))

    assert two.kept("ben").reader(WATCH).terms == signed(number=3)
    assert refused(two, "ben") == ["reader-seat"]


def test_the_writer_hears_that_the_rehearsal_was_read():
    two = Guarded(Kind.PAIR)
    two.does("ben", we.RehearsalRead(WATCH, b"p" * 32))
    assert refused(two, "ana") == []  # a rehearsal that is over

    two.does("ana", we.WatchKept(owned(rehearsal=True)))
    two.does("ben", we.RehearsalRead(WATCH, b"p" * 32))

    assert two.heard("ana", we.RehearsalOpened) == [we.RehearsalOpened(WATCH, b"p" * 32, NOW_S // DAY_S)]


def test_a_watch_that_is_kept_is_in_the_slot_and_one_that_is_counted_on_waits():
    two = Guarded(Kind.PAIR)
    two.does("ana", we.WatchKept(owned()))
    (slot,) = two.caused("ana", ev.SaveSlot)
    assert Keyring.open(slot.sealed, two.ana.device.age_seed).watch.of(WATCH) == owned()

    two.does("ana", we.WatchKept(owned(life_n=9), save=False))

    assert two.kept("ana").of(WATCH).life_n == 9
    assert len(two.caused("ana", ev.SaveSlot)) == 1
    two.does("ana", we.WatchForgotten(WATCH))
    assert two.kept("ana").of(WATCH) is None


def test_a_watch_does_not_belong_into_a_guardians_bond(two):
    with pytest.raises(Mistaken):
        two.does("ana", we.WatchKept(owned()))


def test_nothing_goes_from_a_bond_that_is_ended(two):
    two.seated()
    two.does("ana", ev.Parted())

    with pytest.raises(Refused):
        lifecycle.step(two.ana, we.ShareGiven(share()), two.now_s)
