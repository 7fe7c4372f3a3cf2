import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from twinbell.errors import Refused
from twinbell.relay.clockgate import (
    BOOT_ALLOWANCE_MAX_S,
    BOOT_ALLOWANCE_S,
    BUILT_S,
    TOLERANCE_S,
    WITNESS_LAG_S,
    WITNESS_LEAD_S,
    Gate,
    Now,
    Seen,
    State,
    again,
    first,
)

T = 1_800_000_000.0
HOUR, DAY, YEAR = 3600, 86_400, 365 * 86_400


def gate_at(t=T, boot=100.0):
    return Gate(t, boot)


def test_an_honest_clock_is_followed():
    gate = gate_at()

    for passed in (0, 1, 60, DAY, YEAR):
        reading = gate.read(Now(T + passed, 100.0 + passed))
        assert (reading.gate_s, reading.state) == (T + passed, State.STEADY)


@pytest.mark.parametrize("leap", [HOUR, DAY, YEAR, 100 * YEAR])
def test_a_leap_ahead_opens_nothing_and_elapsed_time_goes_on(leap):
    gate = gate_at()

    at_once = gate.read(Now(T + leap, 100.0))
    later = gate.read(Now(T + leap + 600, 700.0))

    assert (at_once.gate_s, at_once.state) == (T, State.LEAPT)
    assert (later.gate_s, later.state) == (T + 600, State.LEAPT)
    assert later.behind_s == leap


def test_a_clock_that_comes_back_is_followed_again():
    gate = gate_at()

    assert gate.read(Now(T + YEAR, 100.0)).state is State.LEAPT
    assert gate.read(Now(T + 60, 160.0)).state is State.STEADY


def test_a_clock_that_goes_back_takes_the_gate_with_it():
    reading = gate_at().read(Now(T - DAY, 200.0))

    assert (reading.gate_s, reading.state) == (T - DAY, State.STEADY)


def test_small_steps_and_honest_drift_are_tolerated():
    gate = gate_at()

    assert gate.read(Now(T + TOLERANCE_S, 100.0)).state is State.STEADY
    assert gate.read(Now(T + TOLERANCE_S + 0.1, 100.0)).state is State.LEAPT
    # 200 ppm of eleven days are three minutes.
    assert gate.read(Now(T + 11 * DAY + 180, 100.0 + 11 * DAY)).state is State.STEADY
    assert gate.read(Now(T + 11 * DAY + 200, 100.0 + 11 * DAY)).state is State.LEAPT


def test_many_small_steps_do_not_add_up():
    gate = gate_at()
    wall = T

    for step in range(1, 100):
        wall += 1.0
        reading = gate.read(Now(wall, 100.0 + step * 0.001))

    assert reading.gate_s <= T + 0.099 + TOLERANCE_S + 0.1


def test_a_short_stop_is_believed_and_counted():
    gate = again(Now(T + 1800, 10.0), Seen(T))

    assert gate.read(Now(T + 1800, 10.0)).gate_s == T + 1800
    assert gate.used_s == 1800


def test_a_long_stop_waits_and_starts_where_the_gate_was():
    gate = again(Now(T + 3 * DAY, 10.0), Seen(T, used_s=100))

    reading = gate.read(Now(T + 3 * DAY, 10.0))

    assert (reading.gate_s, reading.state) == (T, State.LEAPT)
    assert gate.used_s == 100


def test_short_stops_add_up_to_six_hours_and_no_further():
    seen = Seen(T)
    wall = T
    believed = 0

    for _ in range(20):
        wall += BOOT_ALLOWANCE_S
        gate = again(Now(wall, 10.0), seen)
        believed += gate.read(Now(wall, 10.0)).state is State.STEADY
        seen = gate.seen(Now(wall, 10.0))

    assert believed == BOOT_ALLOWANCE_MAX_S // BOOT_ALLOWANCE_S == 6
    assert seen.seen_s == T + BOOT_ALLOWANCE_MAX_S


def test_the_tolerance_of_one_run_is_not_the_start_of_the_next():
    wall, seen = T, Seen(T)

    for _ in range(50):
        gate = again(Now(wall, 10.0), seen)
        wall += TOLERANCE_S  # a clock that is pushed ahead as far as a run tolerates
        seen = gate.seen(Now(wall, 10.0))

    assert seen.seen_s + seen.used_s <= T + 2 * 50 * TOLERANCE_S
    assert seen.used_s >= 48 * TOLERANCE_S  # each push was paid for


def test_a_clock_that_is_back_at_a_start_is_followed():
    gate = again(Now(T - DAY, 10.0), Seen(T))

    assert gate.read(Now(T - DAY, 10.0)).gate_s == T - DAY
    assert gate.used_s == 0


def test_a_restart_of_the_process_alone_uses_up_nothing():
    seen = gate_at().seen(Now(T, 100.0), "this boot")

    gate = again(Now(T + 3 * DAY, 100.0 + 3 * DAY), seen, boot_id="this boot")

    assert gate.read(Now(T + 3 * DAY, 100.0 + 3 * DAY)).state is State.STEADY
    assert gate.used_s == 0


def test_a_leap_before_a_restart_of_the_process_is_still_a_leap():
    seen = gate_at().seen(Now(T, 100.0), "this boot")

    gate = again(Now(T + YEAR, 160.0), seen, boot_id="this boot")

    assert gate.read(Now(T + YEAR, 160.0)).gate_s == T + 60


def test_a_witness_ends_a_leap_and_makes_the_allowance_whole():
    gate = again(Now(T + 3 * DAY, 10.0), Seen(T, used_s=5000))

    gate = gate.witnessed(Now(T + 3 * DAY, 20.0), int(T) + 3 * DAY - 200)
    reading = gate.read(Now(T + 3 * DAY, 20.0))

    assert (reading.gate_s, reading.state) == (T + 3 * DAY, State.STEADY)
    assert gate.used_s == 0


def test_a_witness_that_is_behind_does_not_end_a_leap():
    gate = again(Now(T + 3 * DAY, 10.0), Seen(T))

    gate = gate.witnessed(Now(T + 3 * DAY, 20.0), int(T) + 3 * DAY - WITNESS_LAG_S - 1)

    assert gate.read(Now(T + 3 * DAY, 20.0)).gate_s <= T + 10


def test_a_clock_behind_its_witness_gets_no_new_allowance():
    gate = again(Now(T + HOUR, 10.0), Seen(T))  # an hour ahead of the truth, believed
    assert gate.used_s == HOUR

    gate = gate.witnessed(Now(T - HOUR, 20.0), int(T) + 10)

    assert gate.used_s == HOUR
    assert gate.anchor_s == T + HOUR


def test_a_witness_never_pulls_the_gate_beyond_the_wall_clock():
    gate = gate_at().witnessed(Now(T, 100.0), int(T) + YEAR)

    assert gate.read(Now(T, 100.0)).gate_s == T


def test_a_clock_far_ahead_of_its_witness_is_held_back():
    gate = again(Now(T, 10.0), Seen(T)).witnessed(Now(T, 10.0), int(T) - WITNESS_LEAD_S - 100)

    reading = gate.read(Now(T + 50, 60.0))

    assert reading.state is State.FOLLOWING
    assert reading.gate_s == int(T) - WITNESS_LEAD_S - 100 + 50


def test_an_old_round_of_the_witness_changes_nothing():
    gate = gate_at().witnessed(Now(T, 100.0), int(T))

    replayed = gate.witnessed(Now(T + 60, 160.0), int(T) - DAY)

    assert replayed.read(Now(T + 60, 160.0)).state is State.STEADY
    assert replayed.witness == gate.witness


def test_the_operator_has_the_last_word_over_leap_and_witness():
    gate = gate_at().witnessed(Now(T, 100.0), int(T))
    now = Now(T + YEAR, 100.0)
    assert gate.read(now).state is State.LEAPT

    confirmed = gate.confirmed(now)

    assert (confirmed.read(now).gate_s, confirmed.read(now).state) == (T + YEAR, State.STEADY)
    assert confirmed.overruled_s == int(T)


def test_a_witness_that_was_overruled_counts_again_once_it_shows_something_newer():
    gate = gate_at().witnessed(Now(T, 100.0), int(T) - YEAR).confirmed(Now(T, 100.0))
    assert gate.read(Now(T, 100.0)).state is State.STEADY

    gate = gate.witnessed(Now(T + 60, 160.0), int(T) - DAY)

    assert gate.read(Now(T + 60, 160.0)).state is State.FOLLOWING


def test_a_first_start_before_the_program_was_made_is_refused():
    with pytest.raises(Refused):
        first(Now(BUILT_S - 1, 10.0))


@pytest.mark.parametrize("off", [-DAY, -WITNESS_LAG_S - 1, WITNESS_LAG_S + 1, DAY])
def test_a_first_start_that_the_witness_denies_is_refused(off):
    with pytest.raises(Refused):
        first(Now(T, 10.0), witness_s=int(T) + off)


def test_a_first_start_with_or_without_a_witness_follows_the_clock():
    assert first(Now(T, 10.0)).read(Now(T, 10.0)).gate_s == T
    assert first(Now(T, 10.0), witness_s=int(T) - 3).read(Now(T, 10.0)).gate_s == T


@pytest.mark.parametrize(
    "shown",
    [T + off for off in (1, 288, HOUR, DAY, YEAR, -1, -288, -HOUR, -DAY, -YEAR)]
    + [0, 2**31 - 2, 2**31 - 1, 2**31, 2**31 + 2, 4_294_967_294, 4_294_967_296, 4_294_967_298],
)
@pytest.mark.parametrize("phase", ["running", "at a start", "at a start of the process"])
def test_no_time_that_a_clock_may_show_opens_early(shown, phase):
    """E7's table, for the gate: the epoch, 2038, 2106, and what lies around now."""
    if phase == "running":
        gate, now, allowed_s = gate_at(), Now(shown, 160.0), TOLERANCE_S + 0.1
    elif phase == "at a start":
        gate, now, allowed_s = again(Now(shown, 10.0), Seen(T)), Now(shown + 60, 70.0), BOOT_ALLOWANCE_S
    else:
        seen = gate_at().seen(Now(T, 100.0), "boot")
        gate, now, allowed_s = again(Now(shown, 110.0), seen, boot_id="boot"), Now(shown, 160.0), HOUR

    for number in range(20):  # a strobing clock: what is shown, and the truth, in turn
        reading = gate.read(now if number % 2 else Now(T + 60, now.boot_s))
        assert reading.gate_s <= T + 60 + allowed_s
        assert reading.gate_s <= reading.wall_s
        assert reading.behind_s >= 0


moments = st.integers(0, 2**33)


@settings(max_examples=200)
@given(moments, st.lists(st.tuples(moments, st.integers(0, 10**6)), max_size=8))
def test_the_gate_is_never_ahead_of_the_wall_clock_nor_of_what_can_have_passed(start, steps):
    gate = Gate(float(start), 0.0)
    boot = 0.0

    for wall, passed in steps:
        boot += passed
        reading = gate.read(Now(float(wall), boot))
        assert reading.gate_s <= wall
        assert reading.gate_s <= gate.elapsed_to(boot) + gate.tolerance(boot)


class Relay(RuleBasedStateMachine):
    """A relay whose wall clock is in the hands of an enemy; true time passes as it does.

    Whatever the enemy does with wall clock and reboots, and whatever old rounds a witness shows, nothing
    opens earlier than the allowances say; an honest hour with a witness heals everything.
    """

    def __init__(self):
        super().__init__()
        self.true_s, self.boot_s = T, 50.0
        self.wall_s = T
        self.boot_number = 0
        self.gate = first(Now(T, self.boot_s))
        self.drifted_s = 0.0

    def now(self):
        return Now(self.wall_s, self.boot_s)

    @rule(seconds=st.integers(0, 3 * DAY))
    def time_passes(self, seconds):
        self.true_s += seconds
        self.boot_s += seconds
        self.wall_s += seconds
        self.drifted_s += seconds * 200e-6

    @rule(seconds=st.integers(-YEAR, YEAR) | st.integers(-4000, 4000))
    def the_enemy_sets_the_wall_clock(self, seconds):
        self.wall_s += seconds

    @rule(share=st.sampled_from((0.0, 0.5, 1.0)))
    def the_enemy_sets_the_wall_clock_as_far_as_is_tolerated(self, share):
        tolerance_s = self.gate.tolerance(self.boot_s)
        self.wall_s = self.gate.elapsed_to(self.boot_s) + share * tolerance_s

    @rule(behind_s=st.integers(0, 2 * DAY))
    def the_enemy_sets_the_wall_clock_behind_the_truth(self, behind_s):
        self.wall_s = self.true_s - behind_s

    @rule(times=st.integers(1, 8))
    def the_machine_restarts_as_late_as_is_believed(self, times):
        for _ in range(times):
            seen = self.gate.seen(self.now(), f"boot {self.boot_number}")
            self.boot_number += 1
            self.wall_s = seen.seen_s + BOOT_ALLOWANCE_S
            self.boot_s = 5.0
            self.gate = again(self.now(), seen, boot_id=f"boot {self.boot_number}")

    @rule(off_s=st.integers(0, DAY), lie_s=st.integers(-4000, 4000) | st.integers(-YEAR, YEAR))
    def the_machine_restarts(self, off_s, lie_s):
        seen = self.gate.seen(self.now(), f"boot {self.boot_number}")
        self.boot_number += 1
        self.true_s += off_s
        self.wall_s += off_s + lie_s
        self.boot_s = 5.0
        self.gate = again(self.now(), seen, boot_id=f"boot {self.boot_number}")

    @rule(off_s=st.integers(0, DAY))
    def the_process_restarts(self, off_s):
        seen = self.gate.seen(self.now(), f"boot {self.boot_number}")
        self.true_s += off_s
        self.boot_s += off_s
        self.wall_s += off_s
        self.gate = again(self.now(), seen, boot_id=f"boot {self.boot_number}")

    @rule(age_s=st.integers(0, 2 * DAY))
    def a_witness_shows_a_round_that_has_come(self, age_s):
        self.gate = self.gate.witnessed(self.now(), int(self.true_s) - age_s)

    @precondition(lambda self: abs(self.wall_s - self.true_s) < 100)
    @rule()
    def the_operator_confirms_a_clock_that_is_right(self):
        self.gate = self.gate.confirmed(self.now())

    @invariant()
    def nothing_opens_earlier_than_the_page_admits(self):
        reading = self.gate.read(self.now())
        # A confirmed or witnessed clock may itself be off by as much as those accept.
        accepted_s = max(100, WITNESS_LAG_S)
        bound_s = BOOT_ALLOWANCE_MAX_S + accepted_s + TOLERANCE_S + self.drifted_s
        assert reading.gate_s <= self.true_s + bound_s + 1
        assert reading.gate_s <= self.wall_s

    @invariant()
    def the_allowance_is_never_exceeded(self):
        assert 0 <= self.gate.used_s <= BOOT_ALLOWANCE_MAX_S

    @rule()
    def an_honest_clock_with_a_witness_is_always_believed(self):
        self.wall_s = self.true_s
        self.gate = self.gate.witnessed(self.now(), int(self.true_s) - 3)
        assert self.gate.read(self.now()).gate_s == self.true_s


TestRelay = Relay.TestCase
TestRelay.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


class TrustsTheWallClock(Relay):
    """The known fault: a gate that believes the wall clock at every start."""

    @rule(off_s=st.integers(0, DAY), lie_s=st.integers(-YEAR, YEAR))
    def the_machine_restarts(self, off_s, lie_s):
        self.true_s += off_s
        self.wall_s += off_s + lie_s
        self.boot_s = 5.0
        self.gate = Gate(self.wall_s, self.boot_s)


def test_a_gate_that_trusts_the_wall_clock_would_be_caught():
    from hypothesis.stateful import run_state_machine_as_test

    with pytest.raises(AssertionError):
        run_state_machine_as_test(
            TrustsTheWallClock,
            settings=settings(
                max_examples=200,
                stateful_step_count=20,
                deadline=None,
                database=None,
                phases=[Phase.generate],  # that it is found is enough
            ),
        )
