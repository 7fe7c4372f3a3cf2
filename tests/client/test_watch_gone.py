"""Once a bond was ended or a guardian dismissed, what was kept opens and answers nothing (test A1)."""

import pytest
from tests.client.circle import GUARDIANS, READER, WRITER, armed

from twinbell.client import bonds, guardians, mail, opened, reader
from twinbell.errors import NotFound, NotYet, TwinbellError


@pytest.fixture
def world(tmp_path):
    with armed(tmp_path) as made:
        yield made


def test_a_bond_that_was_ended_leaves_nothing_to_open_in_silence(world):
    kept = {name: world.guarded(name).seat.shares[0].share.words for name in GUARDIANS}
    home, jun = world.homes[WRITER], world.homes[READER]

    bonds.part(home, world.bond(WRITER, READER))
    mail.send(home)
    world.settle()

    for name in GUARDIANS:
        assert guardians.every(world.homes[name]) == [], "they let go of seat and share"
    assert world.news(READER) == []
    world.days(80)
    for other in world.homes.values():
        mail.catch_up(other)  # the mailbox of the bond is gone by then, and says no more than that
    assert world.news(READER) == []
    assert "asked" not in [kind for name in GUARDIANS for kind in world.news(name)]
    for words in kept.values():  # and though every one of them had kept a copy
        reader.take_share(jun, world.letter(), words)
    with pytest.raises(NotYet, match="has not been silent"):
        opened.open_letter(jun, world.letter())


def test_who_was_dismissed_can_neither_answer_nor_release(world):
    from twinbell.client import watch
    from twinbell.wire.silence import Answer

    ann = world.homes["Ann"]
    old = world.guarded("Ann")
    watch.dismiss(world.homes[WRITER], world.own, world.bond(WRITER, "Ann"))
    world.settle()
    world.until_asked()

    with pytest.raises(NotFound):
        world.guarded("Ann")
    with pytest.raises(TwinbellError):
        guardians.answer(ann, old, Answer.NO)
    with pytest.raises(TwinbellError):
        guardians.release(ann, old, guardians.readers(ann, old))
    assert "asked" in world.news("Bo") and "asked" in world.news("Cy")
