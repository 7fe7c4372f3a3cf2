"""Keys that change: prekeys, the root on paper, removed devices, a thief with a phone."""

import secrets

import pytest
from tests.bond.people import NOW_S, pair
from tests.bond.two import Two

from twinbell.bond import control, envelope, lifecycle
from twinbell.bond import event as ev
from twinbell.bond.chain import DAY_S
from twinbell.bond.keys import Root
from twinbell.bond.message import Control, Ring
from twinbell.errors import NotForMe


@pytest.fixture
def two():
    return Two()


def test_prekeys_are_renewed_weekly_and_deleted_a_month_after_the_peer_uses_a_newer_one(two):
    for _ in range(80):
        two.days(1)
        two.does("ana", ev.RingWanted())
        two.does("ben", ev.RingWanted())

    for side in two.sides.values():
        numbers = [key.number for key in side.keyring.prekeys]
        assert numbers[-1] >= 11
        assert 5 <= len(numbers) <= 7
    assert two.ben.peer.prekey.tag == two.ana.keyring.prekeys[-1].tag


def test_a_clock_that_was_a_year_ahead_once_stops_nothing(two):
    two.now_s += 365 * DAY_S
    two.does("ana", ev.Tick())
    two.now_s = NOW_S + DAY_S

    two.does("ana", ev.Tick())
    renewed = two.ana.keyring.prekeys[-1].number
    two.days(8)

    assert two.ana.keyring.prekeys[-1].number == renewed + 1


def test_prekeys_wait_for_a_peer_who_is_away_and_no_longer_than_four_hundred_days(two):
    two.does("ben", ev.RingWanted())
    late = two.does("ben", ev.RingWanted(Ring((77,))), deliver=False)[0]
    sealed = two.ben.seal(late.body)
    for _ in range(390):
        two.now_s += DAY_S
        two.does("ana", ev.Tick(), deliver=False)

    two.does("ana", ev.Arrived(sealed, two.now_s))
    assert two.heard("ana", ev.Rang)[-1].ring.pattern == (77,)

    for _ in range(20):
        two.now_s += DAY_S
        two.does("ana", ev.Tick(), deliver=False)
    assert two.ana.keyring.prekeys[0].number > 1


def test_the_root_leaves_the_device_once_it_is_on_paper(two):
    two.does("ana", ev.KitConfirmed())

    assert two.ana.device.root == b""
    assert two.ana.device.owner != b""


def test_removed_devices_by_the_root_change_the_keys_for_good_and_the_peer_renews_its_own(two):
    root = Root(two.ana.device.root)
    before = two.ben.keyring.inbox
    two.does("ana", ev.Verified())
    two.does("ben", ev.Verified())

    two.does("ana", ev.DevicesRemoved(root))

    assert two.heard("ben", ev.KeysChanged) == [ev.KeysChanged(final=True)]
    assert two.ben.verified
    assert two.ben.peer.epoch == 2
    assert two.ben.peer.identity == two.ana.keyring.identity.verify_key.raw
    assert two.ben.keyring.inbox.deposit != before.deposit
    assert two.ben.keyring.inbox.key != before.key
    assert two.ana.peer.inbox == two.ben.keyring.inbox
    assert len(two.caused("ben", ev.Register)) == len(two.caused("ana", ev.Register)) == 1
    two.does("ana", ev.RingWanted())
    two.does("ben", ev.RingWanted())
    assert len(two.heard("ana", ev.Rang)) == len(two.heard("ben", ev.Rang)) == 1


def test_an_inbox_key_that_was_stolen_opens_nothing_a_week_after_the_peer_uses_the_new_one(two):
    stolen = two.ana
    two.does("ben", ev.DevicesRemoved(Root(two.ben.device.root)))
    _, effects = lifecycle.step(stolen, ev.RingWanted(), NOW_S)
    body = next(effect.body for effect in effects if isinstance(effect, ev.Deposit))
    sealed = stolen.seal(body)
    assert envelope.open_own(sealed, two.ben.keyring).body == body

    two.does("ana", ev.RingWanted())
    two.days(8)

    with pytest.raises(NotForMe):
        envelope.open_own(sealed, two.ben.keyring)


def test_what_was_sealed_to_an_old_inbox_is_seen_to_be_stale(two):
    sealed = two.ana.seal(b"never acknowledged")

    two.does("ana", ev.DevicesRemoved(Root(two.ana.device.root)))

    assert two.ana.is_stale(sealed)


def test_removed_devices_by_the_identity_alone_ask_for_the_words_again(two):
    two.does("ben", ev.Verified())

    two.does("ana", ev.DevicesRemoved(None))

    assert two.heard("ben", ev.KeysChanged) == [ev.KeysChanged(final=False)]
    assert not two.ben.verified
    two.now_s += 60
    two.does("ben", ev.Verified())
    assert two.ben.verified


def test_the_root_on_paper_beats_the_thief_of_the_phone_in_any_order(two):
    thief = two.ana
    root = Root(two.ana.device.root)
    _, by_thief = lifecycle.step(thief, ev.DevicesRemoved(None), NOW_S)
    owner, by_owner = lifecycle.step(two.ana, ev.DevicesRemoved(root), NOW_S)
    epochs = [
        next(each for each in effects if isinstance(each, ev.Deposit)) for effects in (by_thief, by_owner)
    ]

    for order in (epochs, epochs[::-1]):
        ben = two.ben
        for deposit in order:
            event = ev.Arrived(two.ana.seal(deposit.body), NOW_S, deposit.blob)
            ben, _ = lifecycle.step(ben, event, NOW_S)

        assert ben.peer.identity == owner.keyring.identity.verify_key.raw


def test_of_two_epochs_by_the_same_identity_both_orders_choose_the_same(two):
    made = [lifecycle.step(two.ana, ev.DevicesRemoved(None), NOW_S) for _ in range(2)]
    deposits = [next(each for each in effects if isinstance(each, ev.Deposit)) for _, effects in made]

    chosen = set()
    for order in (deposits, deposits[::-1]):
        ben = two.ben
        for deposit in order:
            ben, _ = lifecycle.step(ben, ev.Arrived(two.ana.seal(deposit.body), NOW_S, deposit.blob), NOW_S)
        chosen.add(ben.peer.identity)

    assert len(chosen) == 1


def test_a_change_signed_by_nobody_who_may_is_refused_and_told(two):
    stranger, _ = pair()
    signed = control.sign(two.ana.keyring, control.RECEIPTS, {"on": True}, NOW_S)
    theirs = control.sign(stranger.keyring, control.RECEIPTS, {"on": True}, NOW_S)
    forged = [
        Control(signed.record, None, None),
        Control(signed.record, None, bytes(64)),
        Control(signed.record, None, theirs.by_identity),
        Control(signed.record, signed.by_identity, signed.by_identity),
        control.sign(two.ben.keyring, control.RECEIPTS, {"on": True}, NOW_S),
    ]

    for content in forged:
        ana, _, body = two.ana.wrote("control", now_s=NOW_S, heads=False, content=content.to_record())
        ben, effects = lifecycle.step(two.ben, ev.Arrived(ana.seal(body), NOW_S), NOW_S)

        assert effects == (ev.Tell(ev.ControlRefused()),)
        assert not ben.receipts_theirs


def test_a_change_that_needs_a_newer_twinbell_is_kept(two):
    signed = control.sign(two.ana.keyring, "control-hologram", {}, NOW_S)
    ana, _, body = two.ana.wrote("control", now_s=NOW_S, heads=False, content=signed.to_record())

    _, effects = lifecycle.step(two.ben, ev.Arrived(ana.seal(body), NOW_S), NOW_S)

    assert ev.KeepRaw(body) in effects


def test_a_change_signed_with_keys_of_which_we_have_not_heard_waits_for_them(two):
    """The envelope that brings the new epoch was lost: what follows is not refused, it is asked for again."""
    deposits = two.does("ana", ev.DevicesRemoved(None), deliver=False)
    verified = two.does("ana", ev.Verified(), deliver=False)[0]

    two.deliver("ana", verified)
    assert two.heard("ben", ev.ControlRefused) == []
    for deposit in [*deposits, verified]:
        two.deliver("ana", deposit)

    assert len(two.heard("ben", ev.PeerVerified)) == 1


def test_a_new_inbox_of_before_is_not_taken_back(two):
    old = two.ana.keyring
    renewed = old.with_inbox(secrets.token_bytes)
    again = renewed.with_inbox(secrets.token_bytes)

    for keyring in (again, renewed):
        said = {"inbox": keyring.inbox.to_record(), "prekey": keyring.prekeys[-1].public.to_record()}
        content = control.sign(old, control.INBOX, said, NOW_S).to_record()
        two.sides["ana"], _, body = two.ana.wrote("control", now_s=NOW_S, heads=False, content=content)
        two.does("ben", ev.Arrived(two.ana.seal(body), NOW_S))

    assert two.ben.peer.inbox == again.inbox
