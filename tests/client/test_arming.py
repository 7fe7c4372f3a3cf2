"""Arming a watch anew, at a real relay."""

from dataclasses import replace

import pytest
from tests.client.circle import GUARDIANS, WRITER, armed

from twinbell.bond import watchevent as we
from twinbell.client import arming, watch
from twinbell.errors import Refused
from twinbell.wire.silence import Stage
from twinbell.wire.terms import Change


@pytest.fixture
def world(tmp_path):
    with armed(tmp_path) as made:
        yield made


def stop(world):
    home, own = world.homes[WRITER], world.own
    (code,) = home.vault.one("select stop from watch where id = ?", own.id)
    watch.relay(home, own).stop(own.id, code)
    assert watch.look(home, own).stage is Stage.STOPPED


def test_after_a_stop_it_is_armed_as_it_was_and_what_waited_to_loosen_it_is_gone(world):
    home, before = world.homes[WRITER], world.own.terms
    looser = replace(before, every=before.every - 1)
    assert watch.change(home, world.own, looser) is Change.PENDING
    stop(world)

    done = arming.arm_now(home, world.own)

    assert done.when is Change.AT_ONCE and done.dropped and done.new_stop
    assert world.own.terms.every == before.every
    seen = watch.look(home, world.own)
    assert seen.stage is Stage.KEPT and seen.pending is None
    assert watch.change(home, world.own, replace(world.own.terms, every=before.every - 1)) is Change.PENDING


def test_while_it_goes_on_what_waited_to_loosen_it_comes_along(world):
    home, before = world.homes[WRITER], world.own.terms
    watch.change(home, world.own, replace(before, every=before.every - 1))

    done = arming.arm_now(home, world.own)

    assert done.when is Change.PENDING and not done.dropped
    assert world.own.terms.every == before.every - 1


def test_with_fewer_guardians_than_the_terms_in_force_need_it_is_refused(world):
    home = world.homes[WRITER]
    watch.change(home, world.own, replace(world.own.terms, k=3))
    watch.change(home, world.own, replace(world.own.terms, k=2))
    stop(world)
    watch.step(home, world.bond(WRITER, GUARDIANS[0]), we.GuardianEnded(world.own.id))

    with pytest.raises(Refused, match=r"2 guardians of 3 that the terms in force need have agreed\."):
        arming.arm_now(home, world.own)
