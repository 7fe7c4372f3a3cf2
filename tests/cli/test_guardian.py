"""`twinbell guardian` and last letters in `twinbell letter`, as a person reads them."""

import pytest
from tests.client.circle import READER, WRITER, armed

from twinbell.cli import main


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with armed(tmp_path_factory.mktemp("circle")) as made:
        yield made


@pytest.fixture
def types(world, capsys):
    """Return how somebody types a command: what it exits with, says, and says on the side."""

    def run(who, *words):
        code = main([*words, "--home", str(world.homes[who].path)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_a_share_is_printed_by_number_and_whole(world, types):
    (held,) = world.guarded("Ann").seat.shares

    code, page, _ = types("Ann", "guardian", "print", WRITER)

    assert code == 0
    columns = [line.split() for line in page.splitlines() if line.startswith("    ")]
    pairs = dict(pair for row in columns for pair in zip(row[::2], row[1::2], strict=True))
    assert " ".join(pairs[str(number)] for number in range(1, 34)) == held.share.words
    words = " ".join(page.split())
    assert "2 of 3 such shares are needed" in words and f"letters of {WRITER} to {READER}" in words


def test_what_a_guardian_holds_is_said_in_sentences(types):
    code, said, _ = types("Ann", "guardian", "show", "--offline")

    words = " ".join(said.split())
    assert code == 0
    assert f"You are a guardian of {WRITER}. Their last letters are for {READER}" in words
    assert "2 of 3 together open what Mei left" in words
    assert words.endswith("Nothing is asked of you now.")


def test_a_release_that_may_not_be_says_why(types):
    code, out, err = types("Ann", "guardian", "release", "--yes")

    assert (code, out) == (7, "")
    assert "Say first whether you have heard from Mei." in err


def test_only_a_person_leaves(world, types):
    code, _, err = types("Ann", "guardian", "leave")

    assert code == 2 and "--yes" in err
    assert world.guarded("Ann").seat.shares


def test_who_is_nobodys_guardian_is_told_so(types):
    assert types(READER, "guardian", "list", "--offline") == (0, "You are nobody's guardian.\n", "")
    assert types(READER, "guardian", "show", "--offline")[0] == 8


def test_bonds_say_what_they_are_for(types):
    _, said, _ = types(WRITER, "bond", "list")

    kinds = {line.split()[0]: "guardian, since" in line for line in said.splitlines()}
    assert kinds == {READER: False, "Ann": True, "Bo": True, "Cy": True}
    assert "kind     with a guardian" in types(WRITER, "bond", "show", "Ann")[1]


def test_a_last_letter_is_no_letter_for_today(types):
    code, said, _ = types(READER, "letter", "list", "--offline")

    assert code == 0
    assert "last letter, waiting, opens in silence only" in said


def test_what_a_last_letter_waits_for_is_shown(world, types):
    _, said, _ = types(READER, "letter", "show", world.letter().name)

    words = " ".join(said.split())
    assert "Mei has not been silent for long enough. Two guardians must help." in words
    assert "2 of Ann, Bo and Cy" in words and "Held by guardians." in words


def test_an_absence_is_seen_as_soon_as_a_guardian_looks(world, types, monkeypatch):
    monkeypatch.setattr("twinbell.client.home.SystemClock", lambda: world.relay.clock)
    assert "away until" not in types("Bo", "guardian", "show")[1]

    assert types(WRITER, "watch", "away", "in 3 weeks")[0] == 0

    assert "Mei said that they are away until" in " ".join(types("Bo", "guardian", "show")[1].split())
