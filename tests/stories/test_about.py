"""What two tell each other, and letters that open on a birthday."""

from datetime import UTC, datetime, timedelta

from twinbell.bond.about import Portrait
from twinbell.cli import engraving


def test_a_birthday_that_was_told_opens_letters_in_their_zone(pair):
    mei, jun = pair
    untold = mei.tries("letter", "write", "-", "--opens", "birthday", stdin="when?")
    told = jun.types(
        "bond", "about", "--birthday", "10-07", "--zone", "asia/tokyo", "--place", "the lighthouse"
    )
    mei.types("letter", "list")

    about = mei.types("bond", "about")
    one = mei.types("letter", "write", "-", "--opens", "birthday 08:00", stdin="happy birthday")
    years = mei.types("letter", "write", "-", "--opens", "birthday", "--years", "3", stdin="again")
    shown = [mei.types("letter", "show", each["letter"]) for each in years["letters"]]

    assert untold.code == 8
    assert about["theirs"] == told["ours"]
    assert about["theirs"]["zone"] == "Asia/Tokyo"
    assert one["opens"] % 86_400 == (8 - 9) * 3600 % 86_400
    assert len({each["letter"] for each in years["letters"]}) == 3
    assert all("7 October" in each["words"] for each in shown)
    assert [each["opens"] - shown[0]["opens"] for each in shown] == [0, 366 * 86_400, 731 * 86_400]
    assert len(jun.types("letter", "list")["letters"]) == 4


def test_what_was_told_can_be_taken_back(pair):
    mei, jun = pair
    jun.types("bond", "about", "--birthday", "10-07", "--place", "here")
    jun.types("bond", "about", "--birthday", "-")

    mei.types("letter", "list")

    assert mei.types("bond", "about")["theirs"] == {"birthday": None, "zone": None, "place": "here"}


def test_what_makes_no_sense_is_not_told(pair):
    mei, _ = pair

    for words in (["--birthday", "02-30"], ["--zone", "Middle/Earth"], ["--place", " "]):
        assert mei.tries("bond", "about", *words).code == 2
    assert mei.types("bond", "about")["ours"] == {"birthday": None, "zone": None, "place": None}


def test_a_portrait_goes_over_and_can_be_seen_and_saved(pair, tmp_path):
    mei, jun = pair
    side = 200
    (tmp_path / "me.pgm").write_bytes(
        b"P5 # a comment\n%d %d\n255\n" % (side, side) + bytes(x * 255 // side for x in range(side)) * side
    )
    jun.types("bond", "portrait", "--from", str(tmp_path / "me.pgm"))
    events = [event["event"] for event in mei.hears(1)]

    saved = mei.types("bond", "portrait", "--to", str(tmp_path / "jun.pgm"))
    seen = engraving.read_pgm((tmp_path / "jun.pgm").read_bytes())

    assert events.count("portrait") == 1
    assert saved["theirs"]
    assert isinstance(seen, Portrait)
    assert [seen.pixel(x, 64) for x in (0, 40, 70, 127)] == [0, 1, 2, 3]
    assert mei.tries("bond", "show").out.count("#") > 100


def test_receipts_show_what_has_arrived_while_both_want_it(pair):
    mei, jun = pair
    first = mei.types("letter", "write", "-", stdin="did it come?")["letter"]

    def reached(letter):
        every = mei.types("letter", "list")["letters"]
        return next(each["reached"] for each in every if each["letter"] == letter)

    mei.types("bond", "receipts", "on")
    one_sided = reached(first)
    jun.types("letter", "list")
    both = jun.types("bond", "receipts", "on")
    told = reached(first)
    second = mei.types("letter", "write", "-", stdin="and this one?")["letter"]
    under_way = reached(second)
    jun.types("letter", "list")
    jun.types("ring")
    arrived = reached(second)
    jun.types("bond", "receipts", "off")

    assert one_sided is None
    assert both == {"bond": both["bond"], "ours": True, "theirs": True}
    assert (told, under_way, arrived) == (True, False, True)
    assert reached(second) is None


def test_quiet_hours_and_a_limit_are_the_receivers_own(pair):
    mei, jun = pair
    now = datetime.now(UTC)
    hours = [f"{now + timedelta(hours=by):%H:%M}" for by in (-1, 1)]
    mei.types("bond", "quiet", "--from", hours[0], "--to", hours[1], "--per-hour", "2")
    jun.types("ring")
    quiet = [event["sound"] for event in mei.hears(1) if event["event"] == "ring"]
    mei.types("bond", "quiet", "--never")
    for _ in range(3):
        jun.types("ring")
    heard = [event["sound"] for event in mei.hears(1) if event["event"] == "ring"]

    assert quiet == [False]
    assert heard == [True, False, False]  # the one in the quiet hour was one of the two
    assert jun.hears() == []
    assert mei.tries("bond", "quiet", "--from", "25:00", "--to", "07:00").code == 2
    assert mei.tries("bond", "quiet", "--per-hour", "61").code == 2
