"""L5: every zone, every year: one instant for each local time, never before it.

For each zone the jumps of its clock are found by looking at its offset every fortnight and then closing in.
Around each jump, and at quiet times, a local time must become one instant: the first second at which that
zone's clock shows it or is past it. Three rules that people get wrong are known to be caught.
"""

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from twinbell.client import wish, zone

SHORT_YEARS = (2026, 2027, 2037, 2038, 2100)
LONG_YEARS = range(2024, 2101)
FORTNIGHT_S = 14 * 86_400

Instant = Callable[[datetime, ZoneInfo], int]


def check(years: Iterable[int], *, names: Iterable[str], instant: Instant = wish.instant) -> int:
    """Assert the law for these zones and years; return how many local times were tried."""
    tried = 0
    for name in names:
        rules = zone.installed().load(name)
        for year in years:
            for local in times(year, rules):
                _check_one(local, rules, instant(local, rules), name)
                tried += 1
    return tried


def gap_backwards(local: datetime, rules: ZoneInfo) -> int:
    """Take a skipped time as the one before the gap: known to be wrong."""
    return int(local.replace(tzinfo=rules, fold=1).timestamp())


def second_of_two(local: datetime, rules: ZoneInfo) -> int:
    """Take the later of two equal times: known to be wrong."""
    return max(int(local.replace(tzinfo=rules, fold=fold).timestamp()) for fold in (0, 1))


def in_utc(local: datetime, rules: ZoneInfo) -> int:
    """Forget the zone: known to be wrong."""
    return int(local.replace(tzinfo=UTC).timestamp())


def _check_one(local: datetime, rules: ZoneInfo, found: int, name: str) -> None:
    shown = _shows(found, rules)
    assert shown >= local, f"{name}: {local} opens at {shown}, too early"
    assert _shows(found - 1, rules) < local or _is_second_showing(local, found, rules), (
        f"{name}: {local} opens at {shown}, and could have a second before"
    )
    for earlier in range(found - 7200, found, 450):
        assert _shows(earlier, rules) != local, f"{name}: {local} came before {shown}"


def _is_second_showing(local: datetime, found: int, rules: ZoneInfo) -> bool:
    """Whether the second before shows something later: the clock went back just here."""
    return _shows(found, rules) == local and _shows(found - 1, rules) > local


def times(year: int, rules: ZoneInfo) -> Iterator[datetime]:
    yield datetime.fromisoformat(f"{year}-01-01")
    yield datetime.fromisoformat(f"{year}-07-01T12:30")
    for second in jumps(year, rules):
        before, after = _shows(second - 1, rules), _shows(second, rules)
        yield from (before, after, after - timedelta(seconds=1), before + timedelta(seconds=1))
        yield before + (after - before) / 2 // timedelta(seconds=1) * timedelta(seconds=1)


def jumps(year: int, rules: ZoneInfo) -> Iterator[int]:
    start = int(datetime(year, 1, 1, tzinfo=UTC).timestamp())
    end = int(datetime(year + 1, 1, 1, tzinfo=UTC).timestamp())
    for second in range(start, end, FORTNIGHT_S):
        low, high = second, second + FORTNIGHT_S
        if offset(low, rules) == offset(high, rules):
            continue
        while high - low > 1:
            middle = (low + high) // 2
            if offset(middle, rules) == offset(low, rules):
                low = middle
            else:
                high = middle
        yield high


def offset(second: int, rules: ZoneInfo) -> timedelta | None:
    return datetime.fromtimestamp(second, rules).utcoffset()


def _shows(second: int, rules: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(second, rules).replace(tzinfo=None, fold=0)


def main() -> int:
    """Run the harness and its controls."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--long", action="store_true")
    years = LONG_YEARS if parser.parse_args().long else SHORT_YEARS
    names = sorted(zone.installed().names)
    tried = check(years, names=names)
    for wrong in (gap_backwards, second_of_two, in_utc):
        try:
            check([2027], names=["Europe/Berlin"], instant=wrong)
        except AssertionError:
            continue
        print(f"The harness did not catch {wrong.__name__}.")
        return 1
    print(f"{tried} local times in {len(names)} zones have one instant each; three wrong rules were caught.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
