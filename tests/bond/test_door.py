"""Two pendants stand before one door, and nobody else does."""

from dataclasses import replace

import pytest
from tests.bond.people import pair
from vectors.make_keys import person

from twinbell.bond.door import Door
from twinbell.bond.keys import Role
from twinbell.errors import Mistaken

GIVER, ANSWERER = Role.GIVER, Role.ANSWERER


def test_two_pendants_stand_before_one_door_and_another_pair_before_another():
    ana, ben = pair()
    cat, _ = pair()

    ours, theirs = Door.of(ana.keyring), Door.of(ben.keyring)

    assert ours == replace(theirs, role=GIVER)
    assert len({ours.room, Door.of(cat.keyring).room}) == 2
    assert len({ours.room, ours.token[:16], ours.known[:16]}) == 3


def test_a_renewed_inbox_key_is_a_new_door():
    ana, _ = pair()
    renewed = ana.keyring.with_inbox(lambda length: b"n" * length)

    before, after = Door.of(ana.keyring), Door.of(renewed)

    assert not {before.room, before.token, before.known} & {after.room, after.token, after.known}


def test_without_a_bond_there_is_no_room():
    alone = person("Ana")[2]

    with pytest.raises(Mistaken):
        Door.of(alone)
