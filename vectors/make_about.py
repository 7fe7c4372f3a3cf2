"""Make vectors/about/: what one tells of oneself, portraits, which telling holds, and what is refused."""

from typing import Any

from vectors.chance import Drawn, save, written
from vectors.make_keys import NOW_S

from twinbell.bond.about import About, Portrait, Told
from twinbell.bond.record import Record
from twinbell.encoding import encode

ABOUT: Record = {"birthday": "10-07", "zone": "Asia/Tokyo", "place": "the lighthouse"}
PORTRAIT: Record = {"size": 16, "pixels": Drawn("portrait")(64)}
LARGEST: Record = {"size": 256, "pixels": bytes(16_384)}


def file(kind: str, content: Record, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "content": encode(content).hex(), **more}


def told() -> dict[str, dict[str, Any]]:
    leap, nothing = ABOUT | {"birthday": "02-29"}, About().to_record()
    later = ABOUT | {"mood": "calm"}
    return {
        "about": file("about", ABOUT, says=ABOUT),
        "about_born_on_a_leap_day": file("about", leap, says=leap),
        "about_nothing": file("about", nothing, says=nothing),
        "about_more": file("about", later, says=ABOUT),
        "about_in_another_script": file(
            "about", ABOUT | {"place": "灯台の下"}, says=ABOUT | {"place": "灯台の下"}
        ),
        "portrait": file("portrait", PORTRAIT, **_seen(PORTRAIT)),
        "portrait_largest": file("portrait", LARGEST, **_seen(LARGEST)),
    }


def _seen(content: Record) -> dict[str, Any]:
    portrait = Portrait.from_record(content)
    row = "".join(str(portrait.pixel(x, 1)) for x in range(portrait.size))
    return {"size": portrait.size, "second_row": row}


def refused() -> dict[str, dict[str, Any]]:
    without = {name: value for name, value in ABOUT.items() if name != "zone"}
    cases: dict[str, tuple[str, Record, str]] = {
        "about_without_a_zone": ("about", without, "each field is there, null where nothing is said"),
        "about_30_february": ("about", ABOUT | {"birthday": "02-30"}, "a day that no year has"),
        "about_month_0": ("about", ABOUT | {"birthday": "00-10"}, "a month that no year has"),
        "about_with_a_year": ("about", ABOUT | {"birthday": "1990-10-07"}, "month and day alone"),
        "about_short_day": ("about", ABOUT | {"birthday": "10-7"}, "two digits each"),
        "about_other_digits": ("about", ABOUT | {"birthday": "1０-07"}, "digits are ASCII"),
        "about_zone_with_blanks": ("about", ABOUT | {"zone": "in Tokyo"}, "a zone is named as in tz"),
        "about_zone_of_nothing": ("about", ABOUT | {"zone": ""}, "a zone has a name"),
        "about_place_of_blanks": ("about", ABOUT | {"place": "  "}, "a place has something in it"),
        "about_place_that_moves": ("about", ABOUT | {"place": "\x1b[2J"}, "a place is visible"),
        "about_long_place": ("about", ABOUT | {"place": "x" * 65}, "64 characters at most"),
        "about_number": ("about", ABOUT | {"birthday": 107}, "a birthday is text"),
        "portrait_12": ("portrait", {"size": 12, "pixels": bytes(36)}, "16 pixels at least"),
        "portrait_260": ("portrait", {"size": 260, "pixels": bytes(16_900)}, "256 pixels at most"),
        "portrait_18": ("portrait", {"size": 18, "pixels": bytes(81)}, "a multiple of 4"),
        "portrait_short": ("portrait", {"size": 16, "pixels": bytes(63)}, "every pixel is there"),
        "portrait_long": ("portrait", {"size": 16, "pixels": bytes(65)}, "and no more"),
        "portrait_no_bytes": ("portrait", {"size": 16, "pixels": "0" * 64}, "pixels are bytes"),
    }
    return {
        f"refused_{name}": file(kind, content, refuses="message", reason=reason)
        for name, (kind, content, reason) in cases.items()
    }


def order() -> dict[str, Any]:
    """Bodies as they come, and after each which of them holds."""
    minute = NOW_S - NOW_S % 60
    bodies = [
        (minute, 4, "the first"),
        (minute - 60, 9, "sent before it, and came later"),
        (minute, 3, "before it in the same minute"),
        (minute, 5, "after it in the same minute"),
        (minute + 86_400 * 366, 6, "by a clock that is a year ahead: it counts as now"),
        (minute + 60, 7, "by that clock, set right"),
    ]
    holds, at, rows = -1, None, []
    for number, (sent_s, n, says) in enumerate(bodies):
        now_s = NOW_S + 60 * (number >= len(bodies) - 1)
        told = Told.at(sent_s, n, now_s)
        if at is None or told > at:
            holds, at = number, told
        rows.append({"says": says, "sent_s": sent_s, "n": n, "now_s": now_s, "holds": holds})
    return {"says": "what was sent later holds, then what is later in the chain", "bodies": rows}


def build() -> dict[str, str]:
    """Return the text of every file, by name."""
    return written({**told(), **refused(), "order": order()})


if __name__ == "__main__":
    save("about", build())
