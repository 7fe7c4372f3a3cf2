"""A rehearsal at a real relay: from question to letter, and with late guardians."""

import pytest
from tests.client.circle import GUARDIANS, READER, WRITER, circle
from tests.client.playing import (
    advances,
    begins,
    in_rehearsal,
    passes,
    reads,
    ready,
    release,
    say_no,
    take_part,
    until_silent,
)
from tests.relay.watching import count, days

from twinbell.bond import watchevent as we
from twinbell.client import arming, guardians, last, letters, opened, reader, rehearsal, watch
from twinbell.client.events import untold
from twinbell.client.news import sentence
from twinbell.client.rehearsing import Part, State
from twinbell.errors import NotFound, NotYet, Refused
from twinbell.wire.silence import Answer, Stage

DAY = 86_400
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


@pytest.fixture
def world(tmp_path):
    with ready(tmp_path) as made:
        yield made


def found_rehearsal(world) -> watch.Own:
    """The rehearsal that goes on, which there has to be."""
    own = rehearsal.find(world.homes[WRITER], world.own)
    assert own is not None
    return own


def test_a_rehearsal_from_the_question_to_the_letter(world):
    begins(world)
    assert "guardian-asked" in world.news("Ann")
    asked = advances(world)
    assert asked.state is State.ASKED
    assert "Ann, Bo and Cy have still to say whether they take part" in asked.waits

    take_part(world, *GUARDIANS)
    assert advances(world).state is State.SILENT
    world.settle()
    assert not world.own.terms.armed
    passes(world, 40)
    assert "asked" in world.news("Ann")
    assert advances(world).stage is Stage.ASKING
    say_no(world, "Ann", "Bo")
    passes(world, 25)
    found = advances(world)
    assert found.stage is Stage.SILENT
    assert {each.name for each in found.guardians if each.part is Part.ANSWERED} == {"Ann", "Bo"}
    release(world, "Ann", "Bo")
    letter = reads(world)
    assert letter.subject == rehearsal.SUBJECT and letter.text.startswith("This is a rehearsal. Mei is well")

    done = advances(world)
    assert done.state is State.DONE
    assert done.sentences[-2] == "Jun has opened the letter of the rehearsal."
    assert [each.part for each in done.guardians] == [Part.HELPED, Part.HELPED, Part.TAKES_PART]
    assert world.own.owned.rehearsed_day == world.homes[WRITER].now_s // DAY
    assert arming.lacks(world.homes[WRITER], world.own) == []


def test_what_was_rehearsed_is_let_go_of(world):
    until_silent(world)
    release(world, "Ann", "Bo")
    reads(world)
    own = found_rehearsal(world)
    advances(world)
    world.settle()

    assert watch.every(world.homes[WRITER], rehearsals=True) == []
    for name in GUARDIANS:
        (left,) = guardians.every(world.homes[name])
        assert not left.seat.ask.rehearsal and left.consented
    with pytest.raises(NotFound):
        advances(world)
    (sent,) = [row for row in letters.every(world.homes[WRITER].vault) if row.outgoing]
    assert last.standing(world.homes[WRITER], sent) is last.Standing.REHEARSAL
    assert own.id != world.own.id
    reads(world)  # once more: nothing comes of it
    assert "not-taken" not in world.news(WRITER)


def test_nothing_is_begun_before_there_is_something_to_rehearse(tmp_path):
    with circle(tmp_path) as made:
        with pytest.raises(
            Refused, match=r"No guardians of 2 that you need have agreed\. You can be reminded"
        ):
            begins(made)
        assert watch.every(made.homes[WRITER], rehearsals=True) == []


def test_guardians_who_come_a_day_later_are_still_asked(world):
    begins(world)
    take_part(world, *GUARDIANS)
    advances(world)
    world.settle()

    passes(world, 60)
    count(world.relay, DAY)
    for name in GUARDIANS:
        world.news(name)
    world.settle()

    found = advances(world)
    assert found.stage is Stage.ASKING
    assert "Ann, Bo and Cy have still to say that they have not heard from you" in found.waits
    assert "asked" in world.news("Cy")
    say_no(world, "Cy")
    assert "Ann and Bo have still to say" in advances(world).waits
    count(world.relay, DAY)
    say_no(world, "Ann")
    passes(world, 25)
    assert advances(world).waits.startswith("2 of Ann, Bo and Cy must give their share to Jun")
    release(world, "Cy")
    count(world.relay, DAY)
    guardians.answer(world.homes["Bo"], in_rehearsal(world, "Bo"), Answer.NO)  # nobody asks any more
    release(world, "Bo")
    reads(world)
    assert advances(world).state is State.DONE


def test_who_has_heard_from_the_writer_after_all_makes_it_begin_again(world):
    begins(world)
    take_part(world, *GUARDIANS)
    advances(world)
    world.settle()
    passes(world, 40)

    guardians.answer(world.homes["Ann"], in_rehearsal(world, "Ann"), Answer.YES)

    assert advances(world).waits.startswith("Reminders are on their way: 0 of 3")
    passes(world, 40)
    assert advances(world).stage is Stage.ASKING


def test_a_share_that_was_told_by_telephone_counts_as_well(world):
    until_silent(world)
    release(world, "Ann")
    (held,) = in_rehearsal(world, "Bo").seat.shares
    assert reader.take_share(world.homes[READER], world.letter(), held.share.words) == 0
    reads(world)

    done = advances(world)

    assert done.state is State.DONE
    assert [each.part for each in done.guardians] == [Part.HELPED, Part.ANSWERED, Part.TAKES_PART]


def test_it_goes_on_without_who_has_not_answered_after_a_day_or_when_told_to(world):
    begins(world)
    take_part(world, "Ann", "Bo")
    found = advances(world)
    assert found.state is State.ASKED
    assert found.waits.startswith("Cy has still to say whether they take part")
    assert "--now" in found.waits

    world.relay.clock.pass_(DAY)

    found = advances(world)
    assert found.state is State.SILENT
    assert found_rehearsal(world).owned.n == 2


def test_with_too_few_it_does_not_begin(world):
    begins(world)
    for name in ("Ann", "Bo"):
        guardians.consent(world.homes[name], in_rehearsal(world, name), False)
    world.settle()

    found = advances(world, now=True)

    assert found.state is State.ASKED
    assert found.waits.startswith("Only 1 of 2 guardians that you need can take part.")
    assert [each.part for each in found.guardians] == [Part.REFUSED, Part.REFUSED, Part.ASKED]
    assert "Ann does not take part." in found.sentences
    assert guardians.find(world.homes["Ann"], WRITER).consented  # of the real one they are


def test_what_does_not_show_that_the_letter_was_read_ends_nothing(world):
    until_silent(world)
    home = world.homes[WRITER]
    own = found_rehearsal(world)

    with home.vault.transaction():
        rehearsal.read_inside(home, we.RehearsalOpened(own.id, reader.proof_of("I have read it"), 1))

    found = advances(world)
    assert found.state is State.SILENT and not found.read
    assert world.own.owned.rehearsed_day == 0


def test_after_seven_days_it_is_over_and_can_be_begun_anew(world):
    until_silent(world)
    days(world.relay, 7.1)

    found = advances(world)
    assert found.state is State.LAPSED
    assert found.sentences[-1].startswith("This rehearsal is over: its relay keeps it no longer")
    assert rehearsal.find(world.homes[WRITER], world.own) is None
    world.settle()
    jun = world.homes[READER]
    (due_s,) = jun.vault.one("select due_s from seat where watch = ?", found.own.id)
    assert due_s > jun.now_s + 29 * DAY  # there is nothing to look at any more

    until_silent(world)
    release(world, "Ann", "Bo")
    (_, row) = letters.every(world.homes[READER].vault)
    opened.open_letter(world.homes[READER], row)
    world.settle()
    assert advances(world).state is State.DONE


def test_a_week_begins_with_the_silence_and_not_with_the_question(world):
    begins(world)
    days(world.relay, 6)
    take_part(world, *GUARDIANS)
    assert advances(world).state is State.SILENT
    days(world.relay, 3)
    assert advances(world).state is State.SILENT


def test_over_ends_it_and_tells_the_guardians(world):
    until_silent(world)
    for name in GUARDIANS:
        world.news(name)
    rehearsal.over(world.homes[WRITER], world.own)
    world.settle()

    event = next(each for each in untold(world.homes["Ann"].vault) if each.kind == "guardian-gone")
    assert sentence(event) == "Rehearsal. It is over with Mei. What was kept for it is deleted."
    with pytest.raises(NotYet, match=r"does not give out its part|no such watch"):
        opened.open_letter(world.homes[READER], world.letter())
    with pytest.raises(NotFound):
        rehearsal.over(world.homes[WRITER], world.own)
