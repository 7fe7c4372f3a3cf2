"""Counted time: what passes while the relay runs and its clock is plausible, no more (tests E5-E7)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinbell.errors import Damaged
from twinbell.relay.counter import (
    AHEAD_S,
    BEAT_MAX_S,
    GAP_S,
    Beat,
    Count,
    Saved,
    begin,
    load,
    save,
)
from twinbell.wire.watchview import Why

START = Beat(1_800_000_000.0, 1_000.0, True)
FRESH = begin(START, None, None)


def after(count: Count, gate_s: float, boot_s: float, *, steady: bool = True) -> Count:
    last = count.last
    return count.beat(Beat(last.gate_s + gate_s, last.boot_s + boot_s, steady))


def test_the_first_beat_adds_nothing():
    assert (FRESH.counted, FRESH.floor, FRESH.gap) == (0.0, 0, None)
    assert FRESH.beat(START) == FRESH


def test_a_second_counts_as_a_second():
    count = FRESH
    for _ in range(1_000):
        count = after(count, 1, 1)

    assert (count.counted, count.gap) == (1_000, None)


@pytest.mark.parametrize(
    ("gate_s", "boot_s", "steady", "counted", "lost_s", "why"),
    [
        (BEAT_MAX_S, BEAT_MAX_S, True, BEAT_MAX_S, 0, None),
        (86_400, 86_400, True, BEAT_MAX_S, 86_400 - BEAT_MAX_S, Why.DOWN),  # the machine slept
        (86_400, 1, True, 1, 86_399, Why.CLOCK),  # the clock leapt, and was believed
        (1, 86_400, True, 1, 86_399, Why.CLOCK),  # the clock stood still
        (-3_600, 1, True, 0, 1, Why.CLOCK),  # it went back
        (100, 100, False, 0, 100, Why.CLOCK),  # it is not believed
        (10, -5, True, 0, 10, Why.CLOCK),
    ],
)
def test_what_one_beat_adds_and_what_it_loses(gate_s, boot_s, steady, counted, lost_s, why):
    count = after(FRESH, gate_s, boot_s, steady=steady)

    assert count.counted == counted
    gap = count.gap
    assert (gap is None) == (why is None)
    if gap is not None:
        assert (gap.seconds, gap.why) == (lost_s, why)


# RISKS E7: leaps of the wall clock, with the boot clock going on; the gate shows them in the worst case.
LEAPS = [1, 288, 3_600, 86_400, 365 * 86_400, 1_800_000_000, 2**31 - 1_800_000_000, 2_490_000_000]


@pytest.mark.parametrize("leap_s", [*LEAPS, *(-leap for leap in LEAPS)])
def test_no_leap_of_a_clock_counts(leap_s):
    count = after(after(FRESH, 1, 1), leap_s, 1)

    assert 0 <= count.counted - 1 <= 1


def test_a_clock_that_strobes_counts_no_more_than_elapsed():
    count = FRESH
    for step in range(300):
        count = after(count, 1 if step % 2 else -1, 0.2)

    assert count.counted <= 60


def test_neighbouring_losses_are_one_gap():
    count = FRESH
    for _ in range(120):
        count = after(count, 1, 1, steady=False)

    assert count.gap is not None
    assert (count.gap.seconds, count.gap.why, count.gap.began_s) == (120, Why.CLOCK, int(START.gate_s))
    count = after(after(count, 300, 300), 86_400, 86_400)
    assert count.gap is not None
    assert (count.gap.why, count.gap.at) == (Why.DOWN, 600)


def test_a_start_after_an_outage_goes_on_where_it_was():
    saved = Saved(5_000.0, 7, START.gate_s - 3 * 86_400)

    count = begin(START, saved, replace(saved, counted=4_950.0))

    assert (count.counted, count.floor) == (5_000, 7)
    assert count.gap is not None
    assert (count.gap.seconds, count.gap.why, count.gap.at) == (3 * 86_400, Why.DOWN, 5_000)


def test_a_short_outage_is_nobodys_concern():
    saved = Saved(5_000.0, 0, START.gate_s - GAP_S + 5)

    gap = begin(START, saved, saved).gap

    assert gap is not None
    assert gap.seconds < GAP_S


@pytest.mark.parametrize(("ahead_s", "restored"), [(AHEAD_S, False), (AHEAD_S + 1, True), (1e6, True)])
def test_a_file_far_ahead_means_a_restored_database(ahead_s, restored):
    stored = Saved(5_000.0, 3, START.gate_s - 90 * 86_400)
    file = Saved(5_000.0 + ahead_s, 3, START.gate_s - 60)

    count = begin(START, stored, file)

    assert count.counted == file.counted
    assert count.floor == (int(file.counted) + 1 if restored else 3)
    assert count.gap is not None
    assert (count.gap.why is Why.RESTORED) == restored


def test_a_lost_file_costs_nothing():
    saved = Saved(5_000.0, 3, START.gate_s)

    assert begin(START, saved, None).counted == 5_000


def test_a_lost_database_begins_anew():
    count = begin(START, None, Saved(5_000.0, 3, START.gate_s))

    assert count.floor == 5_001


beats = st.lists(
    st.tuples(
        st.floats(-1e9, 1e9) | st.floats(0, 400),
        st.floats(0, 1e7) | st.floats(0, 400),
        st.booleans(),
    ),
    max_size=50,
)


@given(beats)
def test_the_counter_never_outruns_elapsed_time_and_never_goes_back(steps):
    """Whatever the clocks do."""
    count, elapsed_s = FRESH, 0.0
    for gate_s, boot_s, steady in steps:
        before = count.counted
        count = after(count, gate_s, boot_s, steady=steady)
        elapsed_s += boot_s
        assert before <= count.counted <= elapsed_s + 1e-3
        assert count.counted - before <= BEAT_MAX_S


@given(st.lists(st.floats(0.5, 300), min_size=1, max_size=50))
def test_honest_time_counts_in_full(steps):
    count = FRESH
    for passed_s in steps:
        count = after(count, passed_s, passed_s)

    assert count.counted == pytest.approx(sum(steps), abs=1e-3)


def test_the_file_is_read_back(tmp_path):
    path = tmp_path / "counter"
    assert load(path) is None

    save(path, Saved(12.5, 3, 1_800_000_000.25))

    assert load(path) == Saved(12.5, 3, 1_800_000_000.25)
    assert path.stat().st_mode & 0o77 == 0


@pytest.mark.parametrize(
    "text", ["", "x", "[]", "{}", '{"counted": -1, "floor": 0, "gate": 0}', '{"counted": true}', "[" * 9_999]
)
def test_a_damaged_file_is_damaged(tmp_path, text):
    path = tmp_path / "counter"
    path.write_text(text)

    with pytest.raises(Damaged):
        load(path)
