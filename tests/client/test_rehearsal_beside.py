"""A rehearsal beside the real watch: it takes nothing from it, and goes with it."""

import pytest
from tests.client.circle import GUARDIANS, READER, WRITER
from tests.client.playing import (
    advances,
    passes,
    reads,
    ready,
    release,
    say_no,
    take_part,
    until_silent,
)

from twinbell.client import arming, bonds, guardians, last, letters, mail, opened, rehearsal, watch
from twinbell.errors import NotYet, Refused

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


@pytest.fixture
def world(tmp_path):
    with ready(tmp_path) as made:
        yield made


def test_the_real_watch_its_shares_and_letters_are_as_they_were(world):
    home = world.homes[WRITER]
    until_silent(world)
    release(world, "Ann", "Bo")
    reads(world)
    advances(world)
    arming.arm(home, world.own)
    world.write()
    before = facts(world)

    rehearsal.begin(home, world.own)
    world.settle()
    take_part(world, *GUARDIANS)
    advances(world)
    world.settle()
    passes(world, 40)
    say_no(world, "Ann", "Bo")
    passes(world, 25)
    release(world, "Ann", "Bo")

    assert facts(world) == before
    with pytest.raises(NotYet, match="Two guardians must help"):
        opened.open_letter(world.homes[READER], real_letter(world))
    with pytest.raises(Refused, match="Say first whether you have heard from Mei"):
        guarded = world.guarded("Ann")
        guardians.release(world.homes["Ann"], guarded, guardians.readers(world.homes["Ann"], guarded))
    rehearsal.over(home, world.own)
    world.settle()
    assert facts(world) == before


def facts(made):
    """Return what a rehearsal must leave alone."""
    own, view = made.own, watch.look(made.homes[WRITER], made.own)
    seats = [made.guarded(name) for name in GUARDIANS]
    return (
        own.owned,
        view.stage,
        view.terms,
        view.parcels,
        [(each.seat.given, each.seat.shares, each.row.answer) for each in seats],
        [row for row, _ in last.current(made.homes[WRITER], own)],
    )


def real_letter(made):
    (row,) = [row for row in letters.every(made.homes[READER].vault) if row.watch == made.own.id]
    return row


def test_a_share_of_a_rehearsal_opens_nothing_in_earnest(world):
    home = world.homes[WRITER]
    world.write()  # it waits for the arming
    until_silent(world)
    release(world, "Ann", "Bo")
    (waiting,) = [each for each, _ in last.current(home, world.own)]

    assert waiting.epoch == last.HELD
    assert [row.watch != world.own.id for row in letters.every(world.homes[READER].vault)] == [True]


def test_an_ended_watch_takes_its_rehearsal_along_and_sends_nothing_that_waited(world):
    home = world.homes[WRITER]
    world.write()
    until_silent(world)

    watch.end(home, world.own)
    world.settle()

    assert watch.every(home, rehearsals=True) == watch.every(home) == []
    assert all(guardians.every(world.homes[name]) == [] for name in GUARDIANS)
    assert [row.watch for row in letters.every(world.homes[READER].vault)] != []
    assert len(letters.every(world.homes[READER].vault)) == 1  # the rehearsal's alone


def test_who_leaves_takes_the_rehearsal_along(world):
    until_silent(world)
    home = world.homes[WRITER]

    bonds.part(home, world.own.bond)
    for _ in range(2):
        mail.catch_up(home)
        mail.catch_up(world.homes["Ann"])

    assert watch.every(home, rehearsals=True) == []
    assert guardians.every(world.homes["Ann"]) == []
