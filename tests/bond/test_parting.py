"""Parting: one ends it alone; nothing is sent or taken in, and the mailbox goes on as if they were away."""

import pytest
from tests.bond.two import LETTER, Two

from twinbell.bond import event as ev
from twinbell.bond.about import About
from twinbell.bond.keys import SINK_S
from twinbell.bond.pendant import Pendant
from twinbell.crypto import kdf
from twinbell.encoding import encode
from twinbell.errors import Refused
from twinbell.wire.mailbox import Setting


@pytest.fixture
def two():
    return Two()


def test_parting_sends_the_other_nothing_and_makes_their_token_a_sink(two):
    generation = two.ana.keyring.generation

    assert two.does("ana", ev.Parted()) == []

    (register,) = two.caused("ana", ev.Register)
    setting = Setting.parse(encode(register.record))
    assert setting.epoch == generation + 1
    assert setting.deposit.keys() == {"self"}
    assert setting.sinks == {kdf.sha256(two.ana.keyring.deposit_peer).hex(): two.now_s + SINK_S}
    assert not two.news


@pytest.mark.parametrize(
    "event",
    [ev.RingWanted(), ev.LetterSealed(LETTER), ev.Verified(), ev.AboutWritten(About()), ev.DevicesRemoved()],
)
def test_nothing_goes_to_them_any_more(two, event):
    two.does("ana", ev.Parted())

    with pytest.raises(Refused):
        two.does("ana", event)


def test_what_still_comes_changes_nothing_and_days_cause_nothing(two):
    (before,) = two.does("ben", ev.RingWanted(), deliver=False)
    two.does("ana", ev.Parted())
    ended, effects = two.ana, len(two.effects)

    two.deliver("ben", before)
    two.does("ben", ev.DevicesRemoved(None))
    for _ in range(3):
        two.now_s += 86_400
        two.does("ana", ev.Tick())
    two.does("ana", ev.Parted())

    assert two.ana == ended
    assert not [name for name, _ in two.effects[effects:] if name == "ana"]


def test_that_it_ended_is_saved_and_known_to_the_keyring(two):
    two.does("ana", ev.Parted())

    (saved,) = two.caused("ana", ev.SaveSlot)
    assert saved.sealed
    assert Pendant.from_bytes(two.ana.to_bytes()).parted
    assert not two.ben.parted
