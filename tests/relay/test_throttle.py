from hypothesis import given
from hypothesis import strategies as st

from twinbell.relay.throttle import Budget, Throttle, neighbourhood


def test_a_burst_and_then_a_steady_pace():
    throttle: Throttle[str] = Throttle(Budget(burst=3, per_s=1))

    assert [throttle.take("a", 0) for _ in range(3)] == [0, 0, 0]
    assert throttle.take("a", 0) == 1
    assert throttle.take("a", 1) == 0
    assert throttle.take("b", 1) == 0


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 100)), max_size=60))
def test_nobody_gets_more_than_the_budget(takes):
    throttle: Throttle[str] = Throttle(Budget(burst=5, per_s=0.5))
    given_to = dict.fromkeys("abc", 0)

    for who, now_s in sorted(takes, key=lambda take: take[1]):
        given_to[who] += throttle.take(who, now_s) == 0

    assert all(count <= 5 + 100 * 0.5 for count in given_to.values())


def test_who_was_quiet_is_forgotten():
    throttle: Throttle[str] = Throttle(Budget(burst=2, per_s=1))
    throttle.take("a", 0)
    throttle.take("b", 10)

    throttle.forget(10.5)

    assert len(throttle) == 1


def test_one_household_is_one_sender():
    assert neighbourhood("2001:db8:1:2:3::1") == neighbourhood("2001:db8:1:2:ffff::9")
    assert neighbourhood("2001:db8:1:3::1") != neighbourhood("2001:db8:1:2::1")
    assert neighbourhood("::ffff:192.0.2.1") == neighbourhood("192.0.2.1") == "192.0.2.1"
    assert neighbourhood("fe80::1%eth0") == "fe80::"
    assert neighbourhood("anything") == "unknown"
