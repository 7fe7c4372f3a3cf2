import struct
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from torture import wishes

from twinbell.bond.lock import KeptChain, plan
from twinbell.client import wish, zone
from twinbell.client.wish import Feb29, anniversaries, instant, parse, plus
from twinbell.client.zone import Zones
from twinbell.errors import Mistaken, TwinbellError
from twinbell.wire.beacon import QUICKNET

NOW_S = 1_795_345_200.5  # Sunday 22 November 2026, half a second after 11:00 UTC
BERLIN = "Europe/Berlin"


def local(text, **more):
    said = parse(text, now_s=NOW_S, zone=more.pop("zone", BERLIN), **more)
    return said.local


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2027-10-10", "2027-10-10T00:00"),
        ("2027-10-10T08:00", "2027-10-10T08:00"),
        ("2027-10-10 08:00", "2027-10-10T08:00"),
        ("2027-10-10T08:00:00", "2027-10-10T08:00"),
        ("2027-10-10T08:00:30", "2027-10-10T08:00:30"),
        ("  2027-10-10   08:00 ", "2027-10-10T08:00"),
        ("2028-02-29", "2028-02-29T00:00"),
        ("in 20s", "2026-11-22T12:00:21"),
        ("in 20 s", "2026-11-22T12:00:21"),
        ("in 1 second", "2026-11-22T12:00:02"),
        ("in 5 min", "2026-11-22T12:05:01"),
        ("in 2h", "2026-11-22T14:00:01"),
        ("in 3 days", "2026-11-25T12:01"),
        ("in 2 weeks", "2026-12-06T12:01"),
        ("in 3 months", "2027-02-22T12:01"),
        ("In 1 Year", "2027-11-22T12:01"),
        ("in 10y", "2036-11-22T12:01"),
    ],
)
def test_a_moment_reads_like_this(text, expected):
    assert local(text) == expected


def test_a_wish_keeps_what_was_meant_beside_the_instant():
    said = parse("2027-10-10T08:00", now_s=NOW_S, zone="europe/berlin")

    assert (said.local, said.zone, said.instant_s) == ("2027-10-10T08:00", "Europe/Berlin", 1_823_148_000)
    assert said.tzdata == zone.installed().version
    assert said.words == "Sunday 10 October 2027, 08:00 (Europe/Berlin)"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tomorrow",
        "in",
        "in ",
        "in s",
        "in 3m",
        "in 3 M",
        "in 3 mo",
        "3m",
        "3 months",
        "in 1.5 hours",
        "in -3 days",
        "in 0s",
        "in 3 days 2 hours",
        "in 3 fortnights",
        "in ３ days",
        "in 99999 years",
        "in 99999999999999 s",
        "2027-13-01",
        "2027-02-30",
        "2027-02-29",
        "2027-1-1",
        "10.10.2027",
        "10/10/2027",
        "2027-10-10T24:00",
        "2027-10-10T08:00Z",
        "2027-10-10T08:00+02:00",
        "2027-10-10T8:00",
        "2027-10-10T08:00:60",
        "2020-01-01",
        "1969-12-31",
        "0000-02-29",
        "9999-01-01",
        "2026-11-22",
        "x" * 100,
    ],
)
def test_what_is_no_moment_or_reads_in_two_ways_is_refused(text):
    with pytest.raises(Mistaken):
        local(text)


def test_an_ambiguous_unit_is_answered_with_both_readings():
    with pytest.raises(Mistaken) as caught:
        local("in 3m")

    assert caught.value.hint == "Write “in 3 min” or “in 3 months”."


near_moments = r"(in )?[0-9]{1,9} ?[a-zA-Z]{0,8}|[0-9]{4}-[0-9-]{5}[T ]?[0-9:]{0,8}"


@given(st.text(max_size=30) | st.from_regex(near_moments))
@settings(max_examples=60)
def test_any_text_is_a_wish_after_now_or_is_refused(text):
    try:
        said = parse(text, now_s=NOW_S, zone=BERLIN)
    except TwinbellError:
        return

    assert said.instant_s > NOW_S


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../../../etc/passwd", "/etc/passwd", "Europe", "CEST"])
def test_a_zone_that_is_none_is_refused(name):
    with pytest.raises(Mistaken):
        parse("2027-10-10", now_s=NOW_S, zone=name)


def test_29_february_needs_a_choice_in_a_year_without_one():
    assert local("2027-02-29", feb29=Feb29.FEB28) == "2027-02-28T00:00"
    assert local("2027-02-29T08:00", feb29=Feb29.MAR1) == "2027-03-01T08:00"
    assert local("2028-02-29", feb29=Feb29.MAR1) == "2028-02-29T00:00"
    with pytest.raises(Mistaken) as caught:
        local("2027-02-29")
    assert "--feb29" in caught.value.hint


@pytest.mark.parametrize("choice", list(Feb29))
def test_29_february_comes_once_a_year_by_choice(choice):
    """Test L6, with 2100, which is no leap year."""
    days = [date(2024, 2, 29), *anniversaries(date(2024, 2, 29), 80, feb29=choice)]

    assert [day.year for day in days] == list(range(2024, 2105))
    for day in days:
        leap = day.year % 4 == 0 and day.year != 2100
        other = (2, 28) if choice is Feb29.FEB28 else (3, 1)
        assert (day.month, day.day) == ((2, 29) if leap else other)


def test_a_year_or_a_month_can_be_added_to_every_day_of_four_years():
    """Test L6."""
    day = date(2024, 1, 1)
    while day < date(2028, 1, 1):
        year_on, month_on = plus(day, years=1, feb29=Feb29.FEB28), plus(day, months=1, feb29=Feb29.FEB28)

        assert timedelta(365) <= year_on - day <= timedelta(366)
        assert timedelta(28) <= month_on - day <= timedelta(31)
        assert month_on.day == day.day or (month_on + timedelta(1)).day == 1
        day += timedelta(1)


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        (date(2027, 1, 31), 1, date(2027, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2027, 10, 31), 1, date(2027, 11, 30)),
        (date(2027, 12, 31), 1, date(2028, 1, 31)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
    ],
)
def test_a_shorter_month_ends_on_its_last_day(start, months, expected):
    assert plus(start, months=months) == expected


def test_a_skipped_time_becomes_the_first_instant_after_it():
    rules = zone.installed().load(BERLIN)

    found = instant(datetime.fromisoformat("2027-03-28T02:30"), rules)

    assert datetime.fromtimestamp(found, rules).isoformat() == "2027-03-28T03:00:00+02:00"
    assert datetime.fromtimestamp(found - 1, rules).isoformat() == "2027-03-28T01:59:59+01:00"


def test_a_doubled_time_becomes_the_first_of_the_two():
    rules = zone.installed().load(BERLIN)

    found = instant(datetime.fromisoformat("2027-10-31T02:30"), rules)

    assert datetime.fromtimestamp(found, rules).isoformat() == "2027-10-31T02:30:00+02:00"


def test_what_became_of_a_skipped_and_of_a_doubled_time_is_shown_back():
    def back(text):
        said = parse(text, now_s=NOW_S, zone=BERLIN)
        chains = [KeptChain(QUICKNET, "League of Entropy")]
        return wish.show(plan(letter=bytes(16), wish=said, chains=chains, now_s=NOW_S))

    assert "02:30 (Europe/Berlin), when clocks there show 03:00; in UTC" in back("2027-03-28T02:30")
    assert "02:30 (Europe/Berlin), the first of two that clocks there show; in" in back("2027-10-31T02:30")
    assert "12:00 (Europe/Berlin); in UTC" in back("2027-10-31T12:00")


def test_a_day_that_begins_with_a_gap_begins_after_it():
    said = parse("2027-09-05", now_s=NOW_S, zone="America/Santiago")
    rules = zone.installed().load("America/Santiago")

    assert datetime.fromtimestamp(said.instant_s, rules).time().isoformat() == "01:00:00"


def test_elapsed_time_that_ends_in_the_second_of_two_equal_hours_is_named_in_utc():
    second_s = 1_824_944_400  # 31 October 2027, 01:00 UTC: 02:00 in Berlin for the second time

    said = parse("in 30 min", now_s=second_s - 1, zone=BERLIN)

    assert (said.zone, said.local) == ("Etc/UTC", "2027-10-31T01:29:59")
    assert said.instant_s == second_s + 1799


def test_every_zone_and_year_in_the_short_form():
    """Test L5; the long form is `python -m torture wishes --long`."""
    assert wishes.check(wishes.SHORT_YEARS, names=sorted(zone.installed().names)[::7]) > 2000


@pytest.mark.parametrize("wrong", [wishes.gap_backwards, wishes.second_of_two, wishes.in_utc])
def test_control_a_wrong_rule_is_caught_by_the_harness(wrong):
    with pytest.raises(AssertionError):
        wishes.check([2027], names=[BERLIN], instant=wrong)


def compiled(rule):
    """Return a zone file (RFC 9636) without transitions, that goes by a POSIX rule."""
    head = b"TZif2" + bytes(15) + struct.pack(">6l", 0, 0, 0, 0, 1, 4)
    body = struct.pack(">lbb", 0, 0, 0) + b"UTC\0"
    return head + body + head + body + b"\n" + rule.encode() + b"\n"


def database(folder, version, rule):
    folder.mkdir()
    (folder / "Home").write_bytes(compiled(rule))
    return Zones(folder, version, frozenset({"Home"}))


def test_a_wish_outlives_the_law_that_it_was_computed_by(tmp_path):
    """Test L7: what was meant is kept, so a later database can tell how far the sealed instant is off."""
    old = database(tmp_path / "old", "2026f", "EST5EDT,M3.2.0,M11.1.0")
    new = database(tmp_path / "new", "2031a", "EST5")
    made = parse("2035-07-01T08:00", now_s=NOW_S, zone="Home", zones=old)

    anew = wish.again(made, new)

    assert (anew.local, anew.zone) == (made.local, made.zone)
    assert (made.tzdata, anew.tzdata) == ("2026f", "2031a")
    assert anew.instant_s - made.instant_s == 3600


def test_the_zone_of_this_machine_is_one_that_is_known():
    assert zone.here({"TZ": "Asia/Kathmandu"}) == "Asia/Kathmandu"
    assert zone.here({"TZ": ":Europe/Berlin"}) == "Europe/Berlin"
    assert zone.here({"TZ": "CET-1CEST"}) == "Etc/UTC"
    assert zone.here({}) in zone.installed().names


def test_zones_come_from_the_package_and_not_from_the_machine():
    assert isinstance(zone.installed().load(BERLIN), ZoneInfo)
    assert len(zone.installed().names) > 590
