"""Quiet hours: minutes of the day in which no ring is heard, also past midnight."""

import pytest

from twinbell.cli import telling
from twinbell.client import bonds
from twinbell.client.bonds import BondRow
from twinbell.errors import Mistaken

NOON, EVENING, NIGHT, MORNING = 12 * 60, 22 * 60, 2 * 60, 7 * 60


def bond(quiet_from: int, quiet_to: int) -> BondRow:
    return BondRow(b"", "", "", "", b"", 0, False, None, 0, 0, 0, quiet_from, quiet_to, None, "pair")


@pytest.mark.parametrize(
    ("hours", "quiet"),
    [
        ((EVENING, MORNING), {EVENING, 0, NIGHT, MORNING - 1}),
        ((NIGHT, MORNING), {NIGHT, MORNING - 1}),
        ((NOON, NOON), set()),
        ((0, 0), set()),
    ],
)
def test_quiet_hours_begin_with_their_first_minute_and_end_before_their_last(hours, quiet):
    asked = {0, NIGHT, MORNING - 1, MORNING, NOON, EVENING - 1, EVENING}

    assert {minute for minute in asked if bonds.is_quiet(bond(*hours), minute)} == quiet


@pytest.mark.parametrize("typed", ["24:00", "7", "7:5", "07:60", "", ":", "-1:00", "٠٧:٠٠x", "07:00:00"])
def test_what_is_no_time_of_day_is_refused(typed):
    with pytest.raises(Mistaken):
        telling._minute(typed)


def test_a_time_of_day_is_a_minute():
    assert [telling._minute(typed) for typed in ("0:00", "07:05", "23:59")] == [0, 425, 1439]
