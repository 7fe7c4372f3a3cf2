"""A watch from its writer's side, against a real relay: made, armed, lived under, ended."""

import pytest

from twinbell.client import alive, bonds, watch


@pytest.fixture
def own(two):
    mei, _ = two
    home = mei._home
    return home, watch.create(home, bonds.find(home.vault, None), zone="UTC", k=2)


def test_a_new_watch_is_there_and_guards_nothing(own):
    home, made = own
    view = watch.look(home, made)
    assert view.stage == "kept" and not made.terms.armed
    watch.settle(home, made)
    assert home.vault.one("select owed from watch") == (0,)


def test_alive(own):
    home, made = own
    watch.settle(home, made)
    alive.now(home, made)
    alive.now(home, watch.again(home, made))
    assert watch.look(home, made).life is not None
    assert not alive.is_due(home)
