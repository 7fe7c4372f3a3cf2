"""What one tells the other of oneself: it arrives, the newest holds, and nobody has to say anything."""

from dataclasses import replace

import pytest
from tests.bond.people import NOW_S
from tests.bond.two import Two

from twinbell.bond import event as ev
from twinbell.bond.about import About, Portrait
from twinbell.bond.pendant import Pendant
from twinbell.encoding import encode

TOKYO = About("10-07", "Asia/Tokyo", "the lighthouse")


@pytest.fixture
def two():
    return Two()


def test_what_is_told_is_kept_on_both_sides_and_told_once(two):
    two.does("ana", ev.AboutWritten(TOKYO))
    two.does("ana", ev.AboutWritten(TOKYO))

    assert two.ana.about_ours == two.ben.about_theirs == TOKYO
    assert two.heard("ben", ev.AboutChanged) == [ev.AboutChanged(TOKYO)]
    assert two.ben.about_ours == two.ana.about_theirs == About()


def test_what_was_sent_later_holds_whatever_comes_first(two):
    (old,) = two.does("ana", ev.AboutWritten(About(birthday="01-02")), deliver=False)
    two.now_s += 60
    (new,) = two.does("ana", ev.AboutWritten(TOKYO), deliver=False)

    two.deliver("ana", new)
    two.deliver("ana", old)

    assert two.ben.about_theirs == TOKYO
    assert len(two.heard("ben", ev.AboutChanged)) == 1


def test_a_clock_that_ran_ahead_does_not_hold_for_ever(two):
    two.now_s += 400 * 86_400
    (ahead,) = two.does("ana", ev.AboutWritten(TOKYO), deliver=False)
    two.now_s = NOW_S
    two.deliver("ana", ahead)
    two.now_s += 60

    two.does("ana", ev.AboutWritten(About()))

    assert two.ben.about_theirs == About()


def test_what_is_not_said_any_more_is_gone_there_too(two):
    two.does("ana", ev.AboutWritten(TOKYO))
    two.now_s += 60

    two.does("ana", ev.AboutWritten(replace_place(TOKYO, None)))

    assert two.ben.about_theirs == About("10-07", "Asia/Tokyo", None)


def replace_place(about, place):
    return About(about.birthday, about.zone, place)


@pytest.mark.parametrize("size", [16, 64, 256])
def test_a_portrait_arrives_whole_also_where_it_is_longer_than_an_envelope(two, size):
    portrait = Portrait(size, bytes(range(256)) * (size * size // 1024) or bytes(size * size // 4))

    (deposit,) = two.does("ana", ev.PortraitDrawn(portrait))

    assert two.caused("ana", ev.KeepPortrait) == [ev.KeepPortrait(portrait, ours=True)]
    assert two.caused("ben", ev.KeepPortrait) == [ev.KeepPortrait(portrait, ours=False)]
    assert (deposit.blob is not None) == (size > 64)
    assert two.heard("ben", ev.PortraitChanged) == [ev.PortraitChanged()]


def test_an_older_portrait_does_not_take_the_newer_ones_place(two):
    (old,) = two.does("ana", ev.PortraitDrawn(Portrait(16, bytes(64))), deliver=False)
    two.does("ana", ev.PortraitDrawn(Portrait(16, b"\xff" * 64)))
    two.deliver("ana", old)

    assert [effect.portrait.pixels[0] for effect in two.caused("ben", ev.KeepPortrait)] == [255]


def test_a_pendant_of_the_first_twinbell_is_read_and_one_of_today_comes_back_the_same(two):
    two.does("ana", ev.AboutWritten(TOKYO))
    two.does("ana", ev.PortraitDrawn(Portrait(16, bytes(64))))
    later = {"rings_an_hour", "about_ours", "about_theirs", "about_told", "portrait_told", "identities"}
    record = {name: value for name, value in two.ben.to_record().items() if name not in {*later, "restored"}}

    old = Pendant.from_bytes(encode(record))

    assert old == replace(two.ben, about_theirs=About(), about_told=None, portrait_told=None)
    assert Pendant.from_bytes(two.ben.to_bytes()) == two.ben


def test_so_many_rings_an_hour_are_sounded_as_the_receiver_wants(two):
    two.does("ben", ev.RingsLimited(2))
    for _ in range(4):
        two.does("ana", ev.RingWanted())

    assert [rang.sound for rang in two.heard("ben", ev.Rang)] == [True, True, False, False]
    assert not [effect for name, effect in two.effects if name == "ben" and isinstance(effect, ev.Deposit)]
