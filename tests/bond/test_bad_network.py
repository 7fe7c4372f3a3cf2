"""Two pendants over a network that doubles, reorders, replays, splices, cuts and drops (test X8)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from torture.net import FAULTS, World, caught


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 2**32), restores=st.booleans())
def test_everything_is_shown_once_and_what_is_lost_is_told(seed, restores):
    world = World(seed).run(250, restores=restores)

    assert world.deliveries >= 250


@pytest.mark.torture
def test_a_receiver_that_does_it_wrong_is_found_out():
    assert caught(8) == []
    assert len(FAULTS) == 3
