"""What a guardian keeps: shares, what is released, what paper brings back."""

from dataclasses import replace

import pytest
from tests.bond.guards import (
    DAY_S,
    WATCH,
    Guarded,
    ask,
    refused,
    says,
    share,
)
from tests.bond.people import NOW_S

from twinbell.bond import event as ev
from twinbell.bond import guardian as gm
from twinbell.bond import guarding
from twinbell.bond import watchevent as we
from twinbell.bond.keys import Keyring
from twinbell.bond.last import arm


@pytest.fixture
def two():
    return Guarded()


def test_a_share_is_kept_and_saved_at_once(two):
    two.seated()
    two.effects.clear()

    two.does("ana", we.ShareGiven(share()))

    assert two.heard("ben", we.ShareCame) == [we.ShareCame(WATCH, 1)]
    (held,) = two.seat.shares
    assert (held.share, held.since_s) == (share(), two.now_s)
    (slot,) = two.caused("ben", ev.SaveSlot)
    seat = Keyring.open(slot.sealed, two.ben.device.age_seed).watch.seat(WATCH)
    assert seat is not None
    assert seat.shares == (held,)


def test_shares_of_several_armings_are_kept_until_the_old_ones_are_over(two):
    two.seated()
    two.does("ana", we.ShareGiven(share(epoch=1)))
    two.does("ana", we.ShareGiven(share(epoch=2, armed=arm(2, 3))))
    assert [held.share.epoch for held in two.seat.shares] == [1, 2]

    two.does("ana", we.SharesOver(WATCH, 2))

    assert [held.share.epoch for held in two.seat.shares] == [2]
    assert two.heard("ben", we.SharesGone) == [we.SharesGone(WATCH, 2)]


def test_the_only_shares_do_not_go(two):
    two.seated()
    two.does("ana", we.ShareGiven(share()))

    two.does("ana", we.SharesOver(WATCH, 9))

    assert refused(two, "ben") == ["share-over"]
    assert len(two.seat.shares) == 1


def test_a_share_is_not_replaced_by_another_of_the_same_arming(two):
    two.seated()
    two.does("ana", we.ShareGiven(share()))

    two.does("ana", we.ShareGiven(share(armed=arm(2, 3))))

    assert refused(two, "ben") == ["share"]
    assert two.seat.shares[0].share == share()


def test_words_that_are_no_share_are_refused(two):
    two.seated()
    words = share().words.split()
    for text in (" ".join([words[1], words[0], *words[2:]]), " ".join(words[:20]), "acid"):
        says(two, "ana", gm.Share(WATCH, 1, share().gate, text, 2, 3))
    says(two, "ana", gm.Share(WATCH, 1, share().gate, share().words, 3, 3))

    assert refused(two, "ben") == ["share"] * 4
    assert two.seat.shares == ()


def test_a_released_share_reaches_the_reader(two):
    release = gm.ShareRelease(WATCH, 1, share().gate, share().words)

    two.does("ana", we.ShareReleased(release))
    two.does("ana", we.ShareReleased(release))

    assert two.heard("ben", we.ShareArrived) == [we.ShareArrived(WATCH, 1)]
    assert two.kept("ben").released == (release,)


def test_either_may_end_it_and_both_let_go(two):
    for who, other in (("ana", "ben"), ("ben", "ana")):
        two = Guarded().seated()

        two.does(who, we.GuardianEnded(WATCH))

        assert two.heard(other, we.GuardianGone) == [we.GuardianGone(WATCH)]
        assert (two.appointed, two.seat) == (None, None)


def test_a_guardian_says_that_they_did_their_part(two):
    two.seated()

    two.does("ben", we.RehearsalDone(WATCH))

    day = NOW_S // DAY_S
    assert two.heard("ana", we.GuardianRehearsed) == [we.GuardianRehearsed(WATCH, day)]
    assert two.appointed.done_day == day


def test_what_was_asked_for_a_rehearsal_is_good_for_a_rehearsal_alone(two):
    two.does("ana", we.GuardianAsked(ask(rehearsal=True)))
    two.does("ben", we.GuardianAnswered(WATCH, True))

    two.give_seat()

    assert refused(two, "ben") == ["guardian-seat"]


def test_a_guardian_who_came_back_is_given_seat_and_share_again(two):
    two.seated()
    two.does("ana", we.ShareGiven(share()))
    appointed, before = two.seat, two.seat.shares
    two.without_paper("ben")
    two.sides["ben"] = replace(
        two.ben,
        keyring=replace(
            two.ben.keyring, watch=replace(two.kept("ben"), seats=(replace(appointed, shares=()),))
        ),
    )

    two.sides["ana"], effects = guarding.given_again(two.ana, two.now_s, lambda n: bytes(n))
    for effect in effects:
        two.deliver("ana", effect)

    assert two.seat.shares == before


def test_where_the_words_are_gone_the_writer_is_told_to_arm_again(two):
    two.seated()
    two.does("ana", we.ShareGiven(share()))
    two.does("ana", we.ShareSafe(WATCH))
    assert two.appointed.share is None

    two.sides["ana"], effects = guarding.given_again(two.ana, two.now_s, lambda n: bytes(n))

    assert ev.Tell(we.ShareDoubtful(WATCH)) in effects
    assert two.appointed.doubtful
    two.does("ana", we.ShareGiven(share(epoch=2, armed=arm(2, 3))))
    assert not two.appointed.doubtful
