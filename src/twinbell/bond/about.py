"""What one tells the other of oneself: a birthday, a zone, a place, and a portrait. All of it by choice.

Each telling replaces the one before; what was sent later wins, whatever comes first (`Told`). Nothing here is
measured by a device: a person has typed or drawn it.
"""

from dataclasses import dataclass

from twinbell.bond.frozen import Frozen
from twinbell.bond.gate import ZONE_LENGTH_MAX, is_zone
from twinbell.bond.record import Fields, Record, row
from twinbell.encoding import Value
from twinbell.errors import Mistaken

PLACE_LENGTH_MAX = 64
PORTRAIT_SIZE_MIN, PORTRAIT_SIZE_MAX = 16, 256  # pixels a side: an engraving, not a photo

_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)  # somebody was born on 29 February


class About(Frozen):
    """What a person says of themselves; None is what they do not say, or no longer."""

    birthday: str | None = None  # MM-DD, without a year: nobody's age is asked
    zone: str | None = None
    place: str | None = None

    kind = "about"

    def __post_init__(self) -> None:
        if self.birthday is not None and not _is_day(self.birthday):
            raise Mistaken("A birthday is a month and a day, like 10-07.")
        if self.zone is not None and not is_zone(self.zone):
            raise Mistaken("A zone is named as in the tz database, like Europe/Berlin.")
        if self.place is not None and not _is_place(self.place):
            raise Mistaken(f"A place has 1 to {PLACE_LENGTH_MAX} characters, all of them visible.")

    def to_record(self) -> Record:
        return {"birthday": self.birthday, "zone": self.zone, "place": self.place}

    @classmethod
    def from_record(cls, record: Record) -> "About":
        fields = Fields(record, "about")
        return cls(
            birthday=fields.text_or_none("birthday", length_max=5),
            zone=fields.text_or_none("zone", length_max=ZONE_LENGTH_MAX),
            place=fields.text_or_none("place", length_max=PLACE_LENGTH_MAX),
        )


class Portrait(Frozen):
    """A small engraving, square: two bits a pixel, row by row, four to a byte, the first in the highest bits.

    0 is the ground, 1 a faint line, 2 a line, 3 a bright one.
    """

    size: int
    pixels: bytes

    kind = "portrait"

    def __post_init__(self) -> None:
        if not PORTRAIT_SIZE_MIN <= self.size <= PORTRAIT_SIZE_MAX or self.size % 4:
            raise Mistaken(
                f"A portrait has {PORTRAIT_SIZE_MIN} to {PORTRAIT_SIZE_MAX} pixels a side, a multiple of 4."
            )
        if len(self.pixels) != self.size * self.size // 4:
            raise Mistaken("The pixels of this portrait do not fill it, or do not fit.")

    def pixel(self, x: int, y: int) -> int:
        """Return one pixel, 0 to 3."""
        at = y * self.size + x
        return self.pixels[at // 4] >> 2 * (3 - at % 4) & 3

    def to_record(self) -> Record:
        return {"size": self.size, "pixels": self.pixels}

    @classmethod
    def from_record(cls, record: Record) -> "Portrait":
        fields = Fields(record, "portrait")
        return cls(
            fields.number("size", PORTRAIT_SIZE_MIN, PORTRAIT_SIZE_MAX),
            fields.data("pixels", length_max=PORTRAIT_SIZE_MAX**2 // 4),
        )


@dataclass(frozen=True, slots=True, order=True)
class Told:
    """When something was told: what is greater was told later, and holds."""

    sent_s: int
    n: int  # its counter, since a minute has room for several

    @classmethod
    def at(cls, sent_s: int, n: int, now_s: int) -> "Told":
        """Return when a body was sent, but never later than now: a clock that ran ahead must not win on."""
        return cls(min(sent_s, now_s), n)

    def to_row(self) -> list[Value]:
        return [self.sent_s, self.n]

    @classmethod
    def from_row(cls, value: Value) -> "Told":
        sent_s, n = row(value, int, int)
        return cls(sent_s, n)  # type: ignore[arg-type]


def _is_day(text: str) -> bool:
    month, dash, day = text[:2], text[2:3], text[3:]
    digits = f"{month}{day}"
    if dash != "-" or len(digits) != 4 or not (digits.isascii() and digits.isdigit()):
        return False
    return 1 <= int(month) <= 12 and 1 <= int(day) <= _DAYS[int(month) - 1]


def _is_place(text: str) -> bool:
    return bool(text.strip()) and text.isprintable() and len(text) <= PLACE_LENGTH_MAX
