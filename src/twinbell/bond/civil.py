"""The calendar in plain arithmetic: what a second is called in UTC, and which second a date is.

Records hold seconds; a few places in a letter say them in words (a mail's Date, the page for strangers, the
sentence of a lock). Zones and their rules are not known here: `client/wish.py` asks the tz database.
The day count is the usual one of the proleptic Gregorian calendar, in eras of 400 years.
"""

from dataclasses import dataclass

DAY_S = 86_400
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


@dataclass(frozen=True, slots=True)
class Civil:
    """A date and a time of day, without a zone."""

    year: int
    month: int
    day: int
    hour: int = 0
    minute: int = 0
    second: int = 0

    @property
    def weekday(self) -> str:
        return WEEKDAYS[(days(self.year, self.month, self.day) + 3) % 7]  # day 0 was a Thursday

    @property
    def date(self) -> str:
        return f"{self.day} {MONTHS[self.month - 1]} {self.year}"

    @property
    def time(self) -> str:
        return f"{self.hour:02}:{self.minute:02}" + (f":{self.second:02}" if self.second else "")


def days(year: int, month: int, day: int) -> int:
    """Return the number of days from 1 January 1970 to this date; a day beyond its month runs on."""
    shifted = year - (month <= 2)  # years that begin in March, so that the leap day comes last
    era, of_era = divmod(shifted, 400)
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468


def seconds(civil: Civil) -> int:
    """Return the second at which it is this date and time in UTC."""
    return (
        days(civil.year, civil.month, civil.day) * DAY_S
        + civil.hour * 3600
        + civil.minute * 60
        + civil.second
    )


def utc(second: int) -> Civil:
    """Return date and time in UTC at `second`."""
    day, of_day = divmod(second, DAY_S)
    era, of_era = divmod(day + 719_468, 146_097)
    year_of_era = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * of_year + 2) // 153
    month = shifted + 3 if shifted < 10 else shifted - 9
    return Civil(
        year=era * 400 + year_of_era + (month <= 2),
        month=month,
        day=of_year - (153 * shifted + 2) // 5 + 1,
        hour=of_day // 3600,
        minute=of_day // 60 % 60,
        second=of_day % 60,
    )


def parse_local(text: str) -> Civil | None:
    """Return the moment that `YYYY-MM-DDTHH:MM`, with or without `:SS`, names; None if it names none."""
    shape = "".join("9" if c in "0123456789" else c for c in text)
    if shape not in ("9999-99-99T99:99", "9999-99-99T99:99:99"):
        return None
    hour, minute, second = int(text[11:13]), int(text[14:16]), int(text[17:] or 0)
    civil = Civil(int(text[:4]), int(text[5:7]), int(text[8:10]), hour, minute, second)
    named = (1 <= civil.month <= 12) and civil.day >= 1 and utc(seconds(civil)) == civil
    return civil if named and write_local(civil) == text else None


def write_local(civil: Civil) -> str:
    """Return the one writing of a local date and time: seconds only where there are any."""
    text = f"{civil.year:04}-{civil.month:02}-{civil.day:02}T{civil.hour:02}:{civil.minute:02}"
    return text + (f":{civil.second:02}" if civil.second else "")
