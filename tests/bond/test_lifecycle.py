"""What a pendant does: rings, letters, receipts, and what it keeps of them."""

from dataclasses import replace

import pytest
from tests.bond.people import NOW_S
from tests.bond.two import LETTER, Two

from twinbell.bond import control, lifecycle
from twinbell.bond import event as ev
from twinbell.bond.message import Body, Control, Ring, read
from twinbell.bond.pendant import RINGS_AN_HOUR, Pendant
from twinbell.errors import Damaged, Mistaken


@pytest.fixture
def two():
    return Two()


def test_a_ring_is_heard_once_by_the_other(two):
    (deposit,) = two.does("ana", ev.RingWanted(Ring((100, 50, 100))))
    two.deliver("ana", deposit)

    (rang,) = two.heard("ben", ev.Rang)
    assert rang.ring.pattern == (100, 50, 100)
    assert rang.sound


def test_a_ring_that_lay_for_five_minutes_is_shown_and_not_sounded(two):
    (deposit,) = two.does("ana", ev.RingWanted(), deliver=False)
    two.now_s += 400

    two.deliver("ana", deposit, arrived_s=NOW_S)

    (rang,) = two.heard("ben", ev.Rang)
    assert not rang.sound


def test_a_knock_is_told_with_its_time_and_counts_as_one_sound(two):
    two.does("ana", ev.KnockWanted())
    for _ in range(RINGS_AN_HOUR):
        two.does("ana", ev.RingWanted())

    assert two.heard("ben", ev.Knocked) == [ev.Knocked(NOW_S, NOW_S, True)]
    assert not two.heard("ben", ev.Rang)[-1].sound


def test_a_knock_that_lay_for_five_minutes_is_shown_and_not_sounded(two):
    (deposit,) = two.does("ana", ev.KnockWanted(), deliver=False)
    two.now_s += 400

    two.deliver("ana", deposit, arrived_s=NOW_S)

    (knocked,) = two.heard("ben", ev.Knocked)
    assert not knocked.sound


def test_after_so_many_rings_in_an_hour_the_rest_is_silent(two):
    for _ in range(RINGS_AN_HOUR + 5):
        two.does("ana", ev.RingWanted())
    assert [rang.sound for rang in two.heard("ben", ev.Rang)].count(True) == RINGS_AN_HOUR

    two.now_s += 3700
    two.does("ana", ev.RingWanted())
    assert two.heard("ben", ev.Rang)[-1].sound


@pytest.mark.parametrize("pattern", [(), (9,), (5001,), (100,) * 33, (5000,) * 7])
def test_a_ring_that_would_not_end_is_a_mistake_of_ours_and_damaged_from_them(pattern):
    with pytest.raises(Mistaken):
        Ring(pattern)
    with pytest.raises(Damaged):
        read("ring", {"pattern": list(pattern)})


def test_a_letter_is_to_be_fetched_whole_and_its_envelope_names_its_blob(two):
    (deposit,) = two.does("ana", ev.LetterSealed(LETTER))

    (fetch,) = two.caused("ben", ev.FetchLetter)
    assert fetch.letter == LETTER
    assert deposit.blobs == (LETTER.blob,)
    assert not fetch.again


def test_a_longer_body_goes_as_a_blob_and_is_kept_out_of_the_chain_until_the_blob_is_there(two):
    deposits = two.does("ana", ev.Begun(), deliver=False)
    copy = next(deposit for deposit in deposits if deposit.kind == "keyring")
    sealed = two.ana.seal(copy.body)

    before, effects = lifecycle.step(two.ben, ev.Arrived(sealed, NOW_S), NOW_S)
    assert effects == (ev.FetchBlob(copy.blobs[0], len(copy.blob)),)
    after, effects = lifecycle.step(two.ben, ev.Arrived(sealed, NOW_S, copy.blob), NOW_S)

    assert before == two.ben
    assert [type(effect) for effect in effects] == [ev.KeepCopy]
    assert after.receiving[0].next == 1


def test_a_copy_of_the_keyring_goes_to_the_slot_and_to_the_peer_and_says_nothing_to_them(two):
    two.does("ana", ev.Begun())

    (slot,) = two.caused("ana", ev.SaveSlot)
    (kept,) = two.caused("ben", ev.KeepCopy)
    assert kept.sealed == slot.sealed
    assert two.ana.keyring.identities[0] not in kept.sealed


def test_nothing_is_answered_at_once(two):
    two.does("ben", ev.Begun())
    two.does("ana", ev.RingWanted())
    two.does("ana", ev.RingWanted(), deliver=False)
    two.does("ana", ev.RingWanted())
    two.now_s += 3600

    two.does("ben", ev.Tick())

    assert [deposit.kind for deposit in two.sent["ben"].values()] == ["keyring"]


def test_comparing_the_words_shows_on_both_sides(two):
    assert not two.ana.verified

    two.does("ana", ev.Verified())

    assert two.ana.verified
    assert not two.ben.verified
    assert two.heard("ben", ev.PeerVerified) == [ev.PeerVerified(NOW_S)]
    assert two.ben.peer_verified_s == NOW_S


def test_receipts_are_off_until_both_want_them_and_stop_when_one_does_not(two):
    two.does("ben", ev.RingWanted())
    two.does("ana", ev.RingWanted())
    assert two.heard("ben", ev.HasReceived) == []

    two.does("ana", ev.ReceiptsWanted(True))
    assert not two.ana.receipts
    two.does("ben", ev.ReceiptsWanted(True))
    assert two.ana.receipts and two.ben.receipts
    two.does("ana", ev.RingWanted())
    assert two.heard("ben", ev.HasReceived)[-1].upto == 1

    two.now_s += 1
    two.does("ben", ev.ReceiptsWanted(False))
    assert not two.ana.receipts


def test_only_what_a_person_did_says_what_has_arrived(two):
    two.does("ana", ev.ReceiptsWanted(True))
    two.does("ben", ev.ReceiptsWanted(True))
    two.days(8)

    for deposit in two.sent["ana"].values():
        body = Body.parse(deposit.body)
        if body.kind in ("prekey", "missing", "keyring"):
            assert body.heads == ()


def test_bodies_are_forgotten_a_month_after_the_peer_has_said_that_it_has_them(two):
    two.does("ana", ev.RingWanted())
    two.days(3)
    two.does("ben", ev.RingWanted())
    two.days(29)
    assert two.caused("ana", ev.Forget) == []

    two.days(5)

    assert two.caused("ana", ev.Forget)[0].upto >= 0


def test_a_pendant_is_saved_and_loaded_whole_at_every_moment(two):
    events = [ev.Begun(), ev.RingWanted(), ev.LetterSealed(LETTER), ev.Verified(), ev.ReceiptsWanted(True)]
    for event in [*events, ev.DevicesRemoved(None), ev.Tick()]:
        two.does("ana", event)
        two.does("ben", event)

        for side in two.sides.values():
            assert Pendant.from_bytes(side.to_bytes()) == side


def test_effects_and_events_do_not_print_what_is_sealed(two):
    two.does("ana", ev.Begun())
    (deposit,) = two.does("ana", ev.LetterSealed(LETTER))

    assert repr(deposit.body)[2:40] not in repr(deposit)
    for effect in two.caused("ana", ev.SaveSlot) + two.caused("ben", ev.KeepCopy):
        assert len(repr(effect)) < 100


def test_a_signature_of_one_bond_is_worth_nothing_in_another(two):
    other = Two()
    keyring = replace(two.ana.keyring, bond=other.ana.bond)
    signed = control.sign(keyring, control.VERIFIED, {"root": two.ben.keyring.root}, NOW_S)

    with pytest.raises(Damaged):
        control.judge(Control.from_record(signed.to_record()), two.ben.keyring, two.ben.standing)
