"""E1, E2, E3, L3: the short forms of the harnesses, each with its known fault."""

import pytest
from torture import clockjump, early, forged, rounds

pytestmark = pytest.mark.torture


def test_no_letter_opens_before_its_beacon_exists():
    tries, opened = early.run(early.TimeLock, 8, seed=1)

    assert tries > 200
    assert opened == []


def test_a_lock_that_only_looks_at_the_clock_would_be_caught():
    _, opened = early.run(early.ClockLock, 1, seed=1)

    assert "a clock that is a century ahead" in opened


@pytest.mark.parametrize("verifier", [forged.checked, forged.locked])
def test_no_forged_round_is_taken(verifier):
    shown, taken = forged.run(verifier, 120, seed=1)

    assert shown >= 120
    assert taken == []


def test_a_verifier_that_trusts_points_would_be_caught():
    _, taken = forged.run(forged.careless, 24, seed=1)

    assert "infinity under the key infinity" in taken


def test_no_request_gets_a_round_before_its_time():
    found = rounds.of_relay(1500, seed=2)

    assert found.requests >= 1500
    assert found.signatures > 0  # rounds whose time had come
    assert found.early == []
    assert found.odd == []


def test_a_keeper_without_a_gate_would_be_caught():
    assert rounds.of_known_fault(100, seed=2).early


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    try:
        return clockjump.shim(tmp_path_factory.mktemp("shim"))
    except clockjump.NoCompiler:
        pytest.skip("there is no C compiler for the preload library")


def test_a_clock_that_leaps_while_the_relay_runs_opens_nothing(tmp_path, library):
    assert clockjump.jumps(tmp_path, library, strobes=2) == []


def test_a_gate_that_believes_the_wall_clock_would_be_caught(tmp_path, library):
    assert clockjump.jumps(tmp_path, library, strobes=0, program=clockjump.TRUSTING)


@pytest.mark.parametrize("how", ["witness", "confirm"])
def test_a_relay_that_was_off_for_three_days_catches_up(tmp_path, library, how):
    assert clockjump.halt(tmp_path, library, how=how) == []
