"""A rehearsal at a real relay: from question to letter, with late guardians, and beside the real watch."""

import pytest
from tests.client.circle import GUARDIANS, READER, WRITER, circle
from tests.relay.watching import count

from twinbell.client import (
    arming,
    channels,
    guardians,
    last,
    letters,
    opened,
    rehearsal,
    watch,
)
from twinbell.client.rehearsing import Part, State
from twinbell.errors import NotFound
from twinbell.wire.silence import Answer, Stage

DAY = 86_400
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

REMIND = {"remind": ["json"], "remind_private": True}


@pytest.fixture
def world(tmp_path):
    """A watch whose guardians have agreed and whose ways to remind were tested: it can be rehearsed."""
    with circle(tmp_path, **REMIND) as made:
        made.ask_guardians()
        made.consent()
        home = made.homes[WRITER]
        watch.gather(home, made.own)
        address = made.service.origin.partition("://")[2]
        for way in ("desk", "phone"):
            channels.add(home, made.own, way, f"json://{address}/{way}")
            channels.test(home, made.own, way)
        made.settle()
        for name in made.homes:
            made.news(name)
        yield made


def advances(made, **more):
    return rehearsal.advance(made.homes[WRITER], made.own, **more)


def begins(made):
    rehearsal.begin(made.homes[WRITER], made.own)
    made.settle()


def in_rehearsal(made, who):
    return guardians.find(made.homes[who], WRITER, rehearsal=True)


def take_part(made, *names):
    for name in names:
        guardians.consent(made.homes[name], in_rehearsal(made, name), True)
    made.settle()


def passes(made, seconds):
    for _ in range(int(seconds)):
        count(made.relay, 1)
    made.settle()


def say_no(made, *names):
    for name in names:
        assert guardians.answer(made.homes[name], in_rehearsal(made, name), Answer.NO)


def release(made, *names):
    for name in names:
        home, guarded = made.homes[name], in_rehearsal(made, name)
        guardians.release(home, guarded, guardians.readers(home, guarded))
    made.settle()


def until_silent(made):
    begins(made)
    take_part(made, *GUARDIANS)
    assert advances(made).state is State.SILENT
    made.settle()
    passes(made, 40)
    say_no(made, "Ann", "Bo")
    passes(made, 15)


def reads(made):
    home = made.homes[READER]
    row = made.letter()
    _, found = opened.open_letter(home, row)
    made.settle()
    return found.mail


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
    passes(world, 15)
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
    own = rehearsal.find(world.homes[WRITER], world.own)
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
