"""WHEN: the moment that a person wishes for, and the instant that it is.

    2027-10-10            that day, as it begins (00:00) in the zone
    2027-10-10T08:00      that day and time in the zone; a space does for the T, seconds may follow
    in 20s, in 2 hours    elapsed time: seconds, minutes, hours
    in 3 days, 2 weeks    the same time of day, so many days on
    in 3 months, 1 year   the same day and time; at the end of a shorter month its last day
    birthday, birthday 08:00   the next birthday of the other, in their zone (`birthdays`)

A wish is a local date and time in a zone, hers and not mine. A time that a clock skips (a gap) becomes the
first instant after; one that comes twice (a fold) the first of the two. 29 February has no right answer
in a year without one, so whoever asks must choose. What reads in two ways is refused, not guessed: `3m`.

The record of a wish is in `bond/gate.py`; zones come from `zone.py`. Written down in `docs/spec/wish.md`.
"""

import math
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING

from twinbell.bond import civil
from twinbell.bond.gate import Wish
from twinbell.client import zone as zone_
from twinbell.client.zone import Zones
from twinbell.errors import Mistaken
from twinbell.wire.beacon import time_of

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from twinbell.bond.lock import Lock

YEAR_MAX = 2999  # far beyond any beacon, and before anything here counts wrong
AMOUNT_MAX = 100_000
TEXT_LENGTH_MAX = 64
YEARS_MAX = 30  # each is a letter of its own: whoever wants more writes again

_FORMS = "Write it like 2027-10-10, 2027-10-10T08:00, “in 20s”, “in 3 days” or “in 3 months”."

_ELAPSED = {"s": 1, "sec": 1, "second": 1, "min": 60, "minute": 60, "h": 3600, "hour": 3600}
_DAYS = {"d": 1, "day": 1, "w": 7, "week": 7}
_MONTHS = {"month": 1, "y": 12, "year": 12}
_PLURAL = {"sec", "second", "min", "minute", "hour", "day", "week", "month", "year"}
_AMBIGUOUS = {"m", "mo", "mon", "M"}


class Feb29(Enum):
    """What 29 February means in a year that has none."""

    FEB28 = "feb-28"
    MAR1 = "mar-1"


def parse(
    text: str, *, now_s: float, zone: str, feb29: Feb29 | None = None, zones: Zones | None = None
) -> Wish:
    """Return the wish that `text` is, seen from `now_s` in the zone of that name.

    Raises `Mistaken` with a hint: for what is no moment or reads in two ways, for a moment that has
    passed, and for a 29 February that needs a choice.
    """
    known = zones or zone_.installed()
    name = known.find(zone)
    rules = known.load(name)
    said = " ".join(text.split())
    if len(said) > TEXT_LENGTH_MAX:
        raise Mistaken("This is no moment.", hint=_FORMS)
    if said[:3].lower() == "in ":
        wish = _ahead(said[3:], now_s, name, rules, known, feb29)
    elif said[:1].isdigit() and "-" in said:
        wish = at(_moment(said, feb29), name, known)
    elif said[:1].isdigit():
        _amount(said)
        raise Mistaken("This is no moment.", hint=f"Did you mean “in {said}”? {_FORMS}")
    else:
        raise Mistaken("This is no moment.", hint=_FORMS)
    if wish.instant_s <= now_s:
        raise Mistaken(f"This moment has passed: {wish.words}.", hint="A letter for today needs no date.")
    return wish


def is_birthday(text: str) -> bool:
    """Say whether a person means the other's birthday, whenever that is."""
    return text.split()[:1] == ["birthday"]


def birthdays(
    text: str,
    day: str,
    years: int = 1,
    *,
    now_s: float,
    zone: str,
    feb29: Feb29 | None = None,
    zones: Zones | None = None,
) -> list[Wish]:
    """Return the next birthday (`day`, MM-DD) and those after it, `years` in all, at the time in `text`.

    Raises `Mistaken` where a year has no 29 February and nobody has chosen.
    """
    known = zones or zone_.installed()
    name = known.find(zone)
    _, *time = text.split()
    if len(time) > 1:
        raise Mistaken("This is no moment.", hint="Write it like “birthday” or “birthday 08:00”.")
    rest = f"-{day}T{time[0] if time else '00:00'}"
    year = _shows(int(now_s), known.load(name)).year
    if at(_moment(f"{year:04}{rest}", feb29), name, known).instant_s <= now_s:
        year += 1
    return each_year(f"{year:04}{rest}", years, now_s=now_s, zone=name, feb29=feb29, zones=known)


def each_year(
    text: str,
    years: int,
    *,
    now_s: float,
    zone: str,
    feb29: Feb29 | None = None,
    zones: Zones | None = None,
) -> list[Wish]:
    """Return the wish that `text` is and the same in the years after it, `years` in all."""
    if not 1 <= years <= YEARS_MAX:
        raise Mistaken(f"From 1 to {YEARS_MAX} letters can be written at once, one a year.")
    said = " ".join(text.split())
    if years > 1 and not said[:4].isdigit():
        raise Mistaken("Only a date comes each year.", hint="Write it like 2027-10-10, or “birthday”.")
    dates = [f"{int(said[:4]) + n:04}{said[4:]}" for n in range(years)] if years > 1 else [said]
    return [parse(date, now_s=now_s, zone=zone, feb29=feb29, zones=zones) for date in dates]


def at(local: datetime, zone: str, zones: Zones | None = None) -> Wish:
    """Return the wish for this local date and time (whole seconds) in `zone`."""
    known = zones or zone_.installed()
    return _wish(local, instant(local, known.load(zone)), zone, known)


def again(wish: Wish, zones: Zones | None = None) -> Wish:
    """Return the same wish as this version of the tz database computes it: laws move clocks.

    What was sealed stays sealed to the old instant; this says by how much it differs.
    """
    known = zones or zone_.installed()
    return at(datetime.fromisoformat(wish.local), wish.zone, known)


def instant(local: datetime, rules: "ZoneInfo") -> int:
    """Return the second at which a clock under these `rules` first shows `local`, or first is past it."""
    first = int(local.replace(tzinfo=rules, fold=0).timestamp())
    if _shows(first, rules) == local:
        return first
    # Skipped: before the gap clocks go by one rule, behind it by the other. Between the two readings lies
    # the first second that is not too early.
    low, high = sorted((first, int(local.replace(tzinfo=rules, fold=1).timestamp())))
    while high - low > 1:
        middle = (low + high) // 2
        if _shows(middle, rules) >= local:
            high = middle
        else:
            low = middle
    return high


def plus(day: date, *, years: int = 0, months: int = 0, feb29: Feb29 | None = None) -> date:
    """Return the same day so many years and months on, or the last day of that month if it is shorter.

    From a 29 February to a year without one, `feb29` chooses; without a choice this raises `Mistaken`.
    """
    count = day.year * 12 + day.month - 1 + years * 12 + months
    year, month = count // 12, count % 12 + 1
    if (day.month, day.day) == (2, 29) and month == 2 and not _is_leap(year):
        return _chosen(year, feb29)
    last = civil.days(year + month // 12, month % 12 + 1, 1) - civil.days(year, month, 1)
    return date(year, month, min(day.day, last))


def anniversaries(day: date, years: int, *, feb29: Feb29 | None = None) -> list[date]:
    """Return this day in the following `years` years, one in each."""
    return [plus(day, years=n, feb29=feb29) for n in range(1, years + 1)]


def show(lock: "Lock") -> str:
    """Return how a lock's moment is shown back: her time and zone, UTC, and each round that it became."""
    wish = lock.wish
    if wish is None:
        return "at once"
    universal = civil.utc(wish.instant_s)
    rules = zone_.installed().load(wish.zone)
    seen = _shows(wish.instant_s, rules)
    skipped = "" if seen == datetime.fromisoformat(wish.local) else f", when clocks there show {seen:%H:%M}"
    rounds = [
        f"round {round} of {kept.keeper} ({time_of(kept.chain, round) - wish.instant_s:+d} s)"
        for kept, round in lock.rounds()
    ]
    if not skipped and int(seen.replace(tzinfo=rules, fold=1).timestamp()) != wish.instant_s:
        skipped = ", the first of two that clocks there show"
    in_utc = "" if wish.is_utc else f"; in UTC {universal.date}, {universal.time}"
    return f"{wish.words}{skipped}{in_utc}; {', '.join(rounds)}"


def _ahead(said: str, now_s: float, name: str, rules: "ZoneInfo", zones: Zones, feb29: Feb29 | None) -> Wish:
    amount, unit = _amount(said)
    if unit in _ELAPSED:
        return _elapsed(math.ceil(now_s) + amount * _ELAPSED[unit], name, rules, zones)
    minute_s = math.ceil(now_s / 60) * 60
    start = _shows(minute_s, rules)
    if unit in _DAYS:
        day = start.date() + timedelta(days=_in_range(amount * _DAYS[unit], start, 1))
    else:
        months = _in_range(amount * _MONTHS[unit], start, 31)
        day = plus(start.date(), months=months, feb29=feb29)
    return at(datetime.combine(day, start.time()), name, zones)


def _elapsed(second: int, name: str, rules: "ZoneInfo", zones: Zones) -> Wish:
    if second >= datetime(YEAR_MAX, 1, 1, tzinfo=UTC).timestamp():
        raise _too_far()
    local = _shows(second, rules)
    if instant(local, rules) != second:  # the second of two equal hours has no name of its own in its zone
        name, local = zone_.UTC, datetime.fromtimestamp(second, UTC).replace(tzinfo=None)
    return _wish(local, second, name, zones)


def _amount(said: str) -> tuple[int, str]:
    digits = said[: len(said) - len(said.lstrip("0123456789"))]
    unit = said[len(digits) :].strip()
    if unit in _AMBIGUOUS:
        raise Mistaken(
            f"“{unit}” could mean minutes or months.",
            hint=f"Write “in {digits} min” or “in {digits} months”.",
        )
    unit = unit.lower()
    if unit.endswith("s") and unit[:-1] in _PLURAL:
        unit = unit[:-1]
    if not digits or unit not in {*_ELAPSED, *_DAYS, *_MONTHS}:
        raise Mistaken("This is no moment.", hint=_FORMS)
    if not 1 <= int(digits[:9]) <= AMOUNT_MAX or len(digits) > 9:
        raise Mistaken(f"Count from 1 to {AMOUNT_MAX}, or name the day itself.")
    return int(digits), unit


def _in_range(amount: int, start: datetime, days_each: int) -> int:
    if amount * days_each > (YEAR_MAX - start.year) * 365:
        raise _too_far()
    return amount


def _moment(said: str, feb29: Feb29 | None) -> datetime:
    day, _, time = said.replace("T", " ").partition(" ")
    if len(day) != 10 or not all(c.isascii() and (c.isdigit() or c == "-") for c in day):
        raise Mistaken("This is no moment.", hint=_FORMS)
    if not "1970" <= day[:4] <= str(YEAR_MAX):
        raise Mistaken(f"A letter opens between now and the year {YEAR_MAX}.")
    if day[4:] == "-02-29" and day[:4].isdigit() and not _is_leap(int(day[:4])):
        day = _chosen(int(day[:4]), feb29).isoformat()
    clock = time or "00:00"
    named = civil.parse_local(f"{day}T{clock.removesuffix(':00') if len(clock) == 8 else clock}")
    if named is None:
        raise Mistaken("There is no such day or time.", hint=_FORMS)
    return datetime(named.year, named.month, named.day, named.hour, named.minute, named.second)  # noqa: DTZ001


def _chosen(year: int, feb29: Feb29 | None) -> date:
    if feb29 is None:
        raise Mistaken(
            f"The year {year} has no 29 February.",
            hint="Choose 28 February or 1 March: --feb29 feb-28 or --feb29 mar-1.",
        )
    return date(year, 2, 28) if feb29 is Feb29.FEB28 else date(year, 3, 1)


def _wish(local: datetime, second: int, zone: str, zones: Zones) -> Wish:
    parts = civil.Civil(local.year, local.month, local.day, local.hour, local.minute, local.second)
    return Wish(local=civil.write_local(parts), zone=zone, tzdata=zones.version, instant_s=second)


def _shows(second: int, rules: "ZoneInfo") -> datetime:
    return datetime.fromtimestamp(second, rules).replace(tzinfo=None, fold=0)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _too_far() -> Mistaken:
    return Mistaken(f"This lies beyond the year {YEAR_MAX}.")
