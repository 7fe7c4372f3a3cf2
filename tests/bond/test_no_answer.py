"""Test A2: what nobody asked for is answered by nothing, so no probe tells when a device is on.

Everything that would reach the other one, or anybody else, is an effect. So it is enough to look at effects.
"""

import os
import random

import pytest
from tests.bond.people import NOW_S, pair
from vectors import make_room

from twinbell.bond import control, lifecycle, room
from twinbell.bond import event as ev
from twinbell.bond.about import About, Portrait
from twinbell.bond.message import Knock, Letter, Missing, Ring
from twinbell.bond.room import Heard, Room, State

PROBES = 1_000
# What a device keeps, tells its person, or fetches from its own inbox; the other one sees none of it.
AT_HOME = (ev.Tell, ev.KeepRaw, ev.KeepCopy, ev.KeepPortrait, ev.FetchBlob, ev.FetchLetter)


def probe(chance, ana, device, number):
    """Return an envelope that this device of Ben's did not ask for, and Ana's pendant after it."""
    gap, junk = (device, 0, number), chance.randbytes(60)
    kind, content = chance.choice(
        [
            ("ring", Ring((100,)).to_record()),
            ("knock", Knock().to_record()),
            ("knock", {"room": chance.randbytes(16), "url": "https://tracker.example/pixel"}),
            ("letter", Letter(id=chance.randbytes(16), blob=chance.randbytes(16), length=9_999,
                              sha256=bytes(32), lock=bytes(32), eml=bytes(32)).to_record()),
            ("letter-again", {"yours": True}),
            ("about", About("10-07", "Asia/Tokyo", chance.randbytes(4).hex()).to_record()),
            ("about", {"where": "are you"}),
            ("portrait", Portrait(16, chance.randbytes(64)).to_record()),
            ("control", restored(ana).to_record()),
            ("missing", Missing((gap,)).to_record()),
            ("are-you-there", {"please": True}),
            ("typing", {}),
            ("location", {"want": True}),
            ("ring", {"pattern": "all"}),
            ("control", {"record": junk, "by_root": None, "by_identity": chance.randbytes(64)}),
            ("control", {"record": junk, "by_root": chance.randbytes(64), "by_identity": None}),
            ("keyring", {"serial": number, "sealed": b"x"}),
            ("", {}),
        ]
    )  # fmt: skip
    ana, _, body = ana.wrote(kind, now_s=NOW_S, heads=False, content=content)
    sealed = ana.seal(body)
    if chance.random() < 0.2:
        at = chance.randrange(len(sealed))
        sealed = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
    return sealed, ana


def restored(ana):
    """What a thief of a phone would say, who has everything but the paper."""
    return control.sign(ana.keyring, control.RESTORED, {"device": bytes(8)}, NOW_S)


def test_a_thousand_probes_get_no_answer():
    chance = random.Random(7)  # the same probes each time
    ana, ben = pair()
    told = set()
    for number in range(PROBES):
        sealed, ana = probe(chance, ana, ben.device.id, number)
        ben, effects = lifecycle.step(ben, ev.Arrived(sealed, NOW_S), NOW_S)
        assert not [effect for effect in effects if not isinstance(effect, AT_HOME)]
        told |= {type(effect.news) for effect in effects if isinstance(effect, ev.Tell)}

    assert {ev.Rang, ev.Knocked, ev.NewerNeeded, ev.ControlRefused, ev.Unopenable} <= told


def test_an_answer_would_be_seen():
    """The control: new keys of the peer are answered, and nothing else is: a thief knew ours with theirs."""
    ana, ben = pair()
    _, effects = lifecycle.step(ana, ev.DevicesRemoved(), NOW_S)
    epoch = next(effect for effect in effects if isinstance(effect, ev.Deposit) and effect.kind == "control")

    _, answer = lifecycle.step(ben, ev.Arrived(ana.seal(epoch.body), NOW_S, epoch.blob), NOW_S)

    assert [effect for effect in answer if not isinstance(effect, AT_HOME)]


@pytest.mark.parametrize("state", [State.OUTSIDE, State.ALONE])
def test_who_is_not_meeting_anybody_answers_no_frame(state):
    here = Room(door=make_room.doors()[make_room.GIVER])
    if state is State.ALONE:
        here, _ = room.step(here, room.Entered(1, 0))

    for length in (1, 512, 1120, 1219):
        assert room.step(here, Heard(0, os.urandom(length))) == (here, ())


def test_what_could_track_is_off_until_wished_and_needs_both():
    ana, ben = pair()

    assert not (ana.receipts_ours or ana.receipts_theirs or ana.receipts)
    ana, effects = lifecycle.step(ana, ev.ReceiptsWanted(True), NOW_S)
    (deposit,) = [effect for effect in effects if isinstance(effect, ev.Deposit)]
    ben, told = lifecycle.step(ben, ev.Arrived(ana.seal(deposit.body), NOW_S), NOW_S)

    assert ev.Tell(ev.ReceiptsChanged(True)) in told  # shown at once
    assert not ana.receipts and not ben.receipts
