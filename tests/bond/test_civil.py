from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinbell.bond.civil import Civil, days, parse_local, seconds, utc, write_local

LAST_S = int(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp())


@given(st.integers(0, LAST_S))
def test_a_second_is_called_as_the_standard_library_calls_it(second):
    theirs = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=second)

    ours = utc(second)

    assert (ours.year, ours.month, ours.day) == (theirs.year, theirs.month, theirs.day)
    assert (ours.hour, ours.minute, ours.second) == (theirs.hour, theirs.minute, theirs.second)
    assert ours.weekday == theirs.strftime("%A")
    assert ours.date == f"{theirs.day} {theirs:%B} {theirs.year}"
    assert seconds(ours) == second
    assert parse_local(write_local(ours)) == ours


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2027-10-10",
        "2027-10-10 08:00",
        "2027-10-10T08:00:00",
        "2027-10-10T08:00Z",
        "2027-02-29T08:00",
        "2027-00-10T08:00",
        "2027-13-10T08:00",
        "2027-10-00T08:00",
        "2027-10-32T08:00",
        "2027-10-10T24:00",
        "2027-10-10T08:60",
        "2027-10-10T08:00:60",
        "２027-10-10T08:00",
    ],
)
def test_what_is_no_moment_or_written_in_another_way(text):
    assert parse_local(text) is None


def test_the_epoch_is_day_zero():
    assert days(1970, 1, 1) == 0
    assert utc(0) == Civil(1970, 1, 1)
    assert utc(0).weekday == "Thursday"
