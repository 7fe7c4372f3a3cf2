"""What comes too late, twice, broken or not at all."""

from dataclasses import replace

import pytest
from tests.bond.people import NOW_S
from tests.bond.two import Two

from twinbell.bond import arrival, daily, envelope, lifecycle
from twinbell.bond import event as ev
from twinbell.bond.chain import DAY_S
from twinbell.bond.message import Ring
from twinbell.encoding import encode


@pytest.fixture
def two():
    return Two()


def test_a_blob_that_is_wrong_or_gone_is_told_and_asked_for_again(two):
    deposits = two.does("ana", ev.Begun(), deliver=False)
    copy = next(deposit for deposit in deposits if deposit.kind == "keyring")
    sealed = two.ana.seal(copy.body)

    for blob in (b"", copy.blob[:-1] + b"x"):
        after, effects = lifecycle.step(two.ben, ev.Arrived(sealed, NOW_S, blob), NOW_S)

        assert after.receiving == ()
        assert ev.Tell(ev.Unopenable()) in effects


def test_what_cannot_be_opened_is_kept_told_once_and_asked_for_with_the_day(two):
    two.does("ana", ev.RingWanted())
    (lost,) = two.does("ana", ev.RingWanted(Ring((77,))), deliver=False)
    sealed = two.ana.seal(lost.body)
    broken = ev.Arrived(sealed[:-1] + bytes([sealed[-1] ^ 1]), NOW_S)

    two.does("ben", broken)
    two.does("ben", broken)
    assert len(two.heard("ben", ev.Unopenable)) == 1
    assert two.caused("ben", ev.KeepRaw)[0].until_s == NOW_S + arrival.UNOPENED_KEPT_S
    two.days(2)

    assert [rang.ring.pattern for rang in two.heard("ben", ev.Rang)] == [(400,), (77,)]


def test_a_gap_is_told_after_a_while_asked_for_once_a_day_and_closed(two):
    two.does("ana", ev.RingWanted())
    two.does("ana", ev.RingWanted(Ring((77,))), deliver=False)
    two.does("ana", ev.RingWanted())

    two.does("ben", ev.Tick())
    assert two.heard("ben", ev.GapSeen) == []
    two.now_s += daily.GAP_PATIENCE_S
    two.does("ben", ev.Tick())
    two.does("ben", ev.Tick())
    assert [(gap.first, gap.last) for gap in two.heard("ben", ev.GapSeen)] == [(1, 1)]
    two.days(2)

    assert len(two.heard("ben", ev.GapClosed)) == 1
    assert (77,) in [rang.ring.pattern for rang in two.heard("ben", ev.Rang)]


def test_a_gap_that_does_not_close_in_a_month_is_given_up(two):
    two.does("ana", ev.RingWanted(), deliver=False)
    two.does("ana", ev.RingWanted())
    two.sent["ana"].clear()
    for _ in range(40):
        two.now_s += DAY_S
        two.does("ben", ev.Tick(), deliver=False)

    assert len(two.heard("ben", ev.GapGivenUp)) == 1
    assert two.ben.receiving[0].gaps == ()


def test_a_peer_that_asks_for_everything_does_not_get_everything(two):
    two.sides["ana"] = replace(two.ana, sending=replace(two.ana.sending, next=10_000))
    asks = {"gaps": [[two.ana.device.id, 0, 2**40]], "above": []}
    ben, _, body = two.ben.wrote("missing", now_s=NOW_S, heads=False, content=asks)
    two.does("ana", ev.Arrived(ben.seal(body), NOW_S))

    two.now_s += DAY_S
    two.does("ana", ev.Tick(), deliver=False)

    (resend,) = two.caused("ana", ev.Resend)
    assert resend.last - resend.first + 1 == daily.RESENT_A_DAY_MAX


def test_a_kind_that_is_not_known_is_kept_and_told(two):
    ana, _, body = two.ana.wrote("hologram", now_s=NOW_S, heads=False, content={"depth": 3})

    two.does("ben", ev.Arrived(ana.seal(body), NOW_S))

    assert two.heard("ben", ev.NewerNeeded) == [ev.NewerNeeded("hologram")]
    assert two.caused("ben", ev.KeepRaw) == [ev.KeepRaw(body)]


@pytest.mark.parametrize("kind", ["ring", "letter", "prekey", "missing", "control", "keyring"])
def test_a_known_kind_that_makes_no_sense_is_kept_and_raises_nothing(two, kind):
    ana, _, body = two.ana.wrote(kind, now_s=NOW_S, heads=False, content={"nonsense": 1})

    two.does("ben", ev.Arrived(ana.seal(body), NOW_S))

    assert two.caused("ben", ev.KeepRaw) == [ev.KeepRaw(body)]


@pytest.mark.parametrize("body", [b"", b"\xa0", b"\xff", encode({"kind": "ring"}), bytes(2953)])
def test_a_sealed_body_that_is_none_is_kept_and_raises_nothing(two, body):
    two.does("ben", ev.Arrived(two.ana.seal(body), NOW_S))

    assert two.caused("ben", ev.KeepRaw) == [ev.KeepRaw(body)]


def test_a_second_device_of_the_peer_is_told(two):
    two.does("ana", ev.RingWanted())
    second = replace(two.ana.device, id=b"device-2")
    other = replace(two.ana, device=second, sending=type(two.ana.sending)())
    _, _, body = other.wrote("ring", now_s=NOW_S, heads=False, content=Ring().to_record())

    two.does("ben", ev.Arrived(two.ana.seal(body), NOW_S))

    assert two.heard("ben", ev.DeviceSeen) == [ev.DeviceSeen(b"device-2")]
    assert len(two.heard("ben", ev.Rang)) == 2


def test_what_another_device_of_our_own_says_is_not_taken_for_the_peer(two):
    other = replace(two.ana, device=replace(two.ana.device, id=b"device-2"))
    _, _, body = other.wrote("ring", now_s=NOW_S, heads=False, content=Ring().to_record())

    two.does("ana", ev.Arrived(envelope.seal_own(body, two.ana.keyring), NOW_S))

    assert two.heard("ana", ev.Rang) == []
    assert two.caused("ana", ev.KeepRaw) == [ev.KeepRaw(body)]
