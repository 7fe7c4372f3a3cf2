"""A rehearsal whose process ends at any line, or runs twice: it goes on, once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.client.circle import GUARDIANS, READER, WRITER
from tests.client.playing import (
    advances,
    begins,
    in_rehearsal,
    passes,
    reads,
    ready,
    release,
    say_no,
    take_part,
    until_silent,
)

from twinbell.client import arming, bonds, last, outgoing, rehearsal, watch
from twinbell.client.home import Home
from twinbell.client.rehearsing import State

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


@pytest.fixture
def world(tmp_path):
    with ready(tmp_path) as made:
        yield made


@pytest.mark.parametrize("point", ["watch: saved", "rehearsal: begun", "letter: saved", "watch: armed"])
def test_after_a_crash_it_goes_on(world, point, monkeypatch):
    home = world.homes[WRITER]
    dies_at(monkeypatch, point)
    with pytest.raises(Crashed):
        begins(world)
        take_part(world, *GUARDIANS)
        advances(world)
    monkeypatch.undo()

    begins(world)
    take_part(world, *(name for name in GUARDIANS if not in_rehearsal(world, name).consented))
    advances(world)
    advances(world)
    world.settle()
    passes(world, 40)
    say_no(world, "Ann", "Bo")
    passes(world, 25)
    release(world, "Ann", "Bo")
    reads(world)
    assert advances(world).state is State.DONE
    assert len(watch.every(home)) == 1 and not world.own.terms.armed


def test_a_crash_after_it_was_noted_as_done_leaves_only_what_is_to_be_ended(world, monkeypatch):
    until_silent(world)
    release(world, "Ann", "Bo")
    reads(world)
    dies_at(monkeypatch, "rehearsal: done")
    with pytest.raises(Crashed):
        advances(world)
    monkeypatch.undo()

    assert advances(world).state is State.DONE
    assert watch.every(world.homes[WRITER], rehearsals=True) == []


def test_two_commands_at_once_begin_one_and_arm_it_once(world):
    home = world.homes[WRITER]

    def at_once(does):
        def alone():
            with Home.open(home.path, lambda _: "", clock=world.relay.clock) as other:
                does(other, watch.of(other, bonds.find(other.vault, READER)))

        with ThreadPoolExecutor() as pool:
            for done in [pool.submit(alone) for _ in range(2)]:
                done.result()

    at_once(rehearsal.begin)
    world.settle()
    (own,) = watch.every(home, rehearsals=True)
    take_part(world, *GUARDIANS)
    at_once(rehearsal.advance)

    assert watch.again(home, own).owned.epoch == 1
    assert len(last.every(home, own.id)) == 1


class Crashed(BaseException):
    """The process ended here."""


def dies_at(monkeypatch, point):
    def reach(name):
        if name == point:
            raise Crashed

    for module in (watch, arming, rehearsal, outgoing):
        monkeypatch.setattr(module, "reach", reach)
