"""A bell, from one terminal to another, over a real relay."""

import pytest
from tests.stories.people import Person, joined


def test_a_spoken_bell_becomes_a_bond_with_the_same_words_on_both_sides(relay, mei, jun):
    answered = joined(relay, mei, jun)

    ours, theirs = mei.types("bond", "show"), jun.types("bond", "show")
    assert ours["words"] == theirs["words"] == answered["words"]
    assert len(ours["words"]) == 6
    assert ours["picture"] == theirs["picture"]
    assert (ours["peer"], theirs["peer"]) == ("Jun", "Mei")
    assert mei.tries("bond", "picture").out == jun.tries("bond", "picture").out


def test_a_link_becomes_a_bond_too(relay, mei, jun):
    with mei.leaves_running(
        "bell", "give", "--relay", relay.url, "--name", "Mei", "--link", "--no-passphrase", "--json"
    ) as giving:
        bell = giving.says()
        assert bell["spoken"] is None
        assert bell["link"].startswith(f"{relay.url}/bell#")
        answered = jun.types("bell", "answer", bell["link"], "--name", "Jun", "--no-passphrase")
        assert giving.says()["words"] == answered["words"]


def test_a_wrong_code_burns_the_bell_and_both_are_told(relay, mei, jun):
    with mei.leaves_running(
        "bell", "give", "--relay", relay.url, "--name", "Mei", "--no-passphrase", "--json"
    ) as giving:
        nameplate = giving.says()["spoken"].partition("-")[0]
        wrong = f"{nameplate}-zoo-zoo-zoo@{relay.url.removeprefix('http://')}"
        answer = jun.tries("bell", "answer", wrong, "--name", "Jun", "--no-passphrase")
        given = giving.ends()

    assert given.code == answer.code == 7
    assert "wrong code" in given.err
    assert "the code was not right" in answer.err
    assert mei.types("bond", "list") == {"bonds": []}
    assert jun.types("bond", "list") == {"bonds": []}
    again = jun.tries("bell", "answer", wrong, "--name", "Jun")
    assert again.code == 7
    assert "it seems" in again.err.lower()


def test_a_bell_that_nobody_waits_for_is_finished_by_the_next_command(relay, mei, jun):
    code = mei.types("bell", "give", "--relay", relay.url, "--name", "Mei", "--no-wait", "--no-passphrase")[
        "spoken"
    ]

    with jun.leaves_running(
        "bell", "answer", code, "--name", "Jun", "--no-passphrase", "--json"
    ) as answering:
        events = mei.hears(8)
        assert answering.says()["status"] == "joined"

    assert [event["event"] for event in events] == ["joined"]
    assert events[0]["words"] == jun.types("bond", "show")["words"]
    assert mei.types("bond", "list")["bonds"][0]["peer"] == "Jun"


def test_whoever_asks_for_the_bonds_finds_one_whose_bell_was_answered_meanwhile(relay, mei, jun):
    given = mei.types("bell", "give", "--relay", relay.url, "--name", "Mei", "--no-passphrase", "--no-wait")
    unanswered = mei.tries("bond", "show")
    jun.types(
        "bell", "answer", given["spoken"], "--name", "Jun", "--no-passphrase", "--no-wait"
    )  # hangs its answer up and leaves

    mei.types("bond", "list")
    (theirs,) = jun.types("bond", "list")["bonds"]
    ours = mei.types("bond", "show")

    assert unanswered.code == 8
    assert "The bell is not answered yet." in unanswered.err
    assert (theirs["bond"], theirs["peer"], ours["peer"]) == (ours["bond"], "Mei", "Jun")


def test_two_of_one_name_are_told_apart_by_their_ids(relay, pair, tmp_path):
    mei, _ = pair
    joined(relay, mei, Person("Jun", tmp_path / "other"))

    asked = mei.tries("ring", "jun")
    ids = [bond["bond"] for bond in mei.types("bond", "list")["bonds"]]

    assert asked.code == 2
    assert "Bonds: " + ", ".join(f"Jun ({each[:8]})" for each in ids) in asked.err
    assert mei.types("ring", ids[1][:8])["status"] == "sent"


def test_words_are_compared_by_a_person_and_not_by_a_program(pair):
    mei, _ = pair

    asked = mei.tries("bond", "verify")

    assert (asked.code, asked.out) == (2, "")
    assert "--yes" in asked.err


def test_ctrl_c_while_waiting_leaves_a_bell_that_can_still_be_answered(relay, mei, jun):
    with mei.leaves_running(
        "bell", "give", "--relay", relay.url, "--name", "Mei", "--no-passphrase", "--json"
    ) as giving:
        code = giving.says()["spoken"]
        left = giving.interrupted()
    assert left.code == 130
    assert left.err == ""

    with jun.leaves_running(
        "bell", "answer", code, "--name", "Jun", "--no-passphrase", "--json"
    ) as answering:
        mei.hears(8)
        assert answering.says()["status"] == "joined"


def test_the_relay_of_a_bond_is_known_to_the_next_bell(relay, pair, tmp_path):
    mei, jun = pair
    ana = Person("Ana", tmp_path / "ana")
    joined(relay, jun, ana)

    with mei.leaves_running("bell", "give", "--name", "Mei", "--json") as giving:
        said = giving.says()["spoken"].partition("@")[0]
        answered = ana.types("bell", "answer", said, "--name", "Ana")

    assert answered["peer"] == "Mei"


def test_nobody_can_answer_a_bell_twice(relay, mei, jun, tmp_path):
    with mei.leaves_running(
        "bell", "give", "--relay", relay.url, "--name", "Mei", "--no-passphrase", "--json"
    ) as giving:
        code = giving.says()["spoken"]
        jun.types("bell", "answer", code, "--name", "Jun", "--no-passphrase")
        giving.ends()

    late = jun.tries("bell", "answer", code, "--name", "Eve")

    assert late.code == 7
    assert len(jun.types("bond", "list")["bonds"]) == 1


def test_a_home_holds_several_bonds(relay, mei, jun, tmp_path):
    ana = Person("Ana", tmp_path / "ana")
    joined(relay, mei, jun)
    joined(relay, mei, ana)

    assert [bond["peer"] for bond in mei.types("bond", "list")["bonds"]] == ["Jun", "Ana"]
    assert mei.tries("ring").code == 2
    assert mei.types("ring", "ana")["status"] == "sent"
    assert [event["event"] for event in ana.hears()] == ["ring"]
    assert jun.hears() == []
    assert mei.tries("ring", "Bo").code == 8


@pytest.mark.parametrize("code", ["", "7", "7-crater", "7-crater-lamp-vxolin@localhost:1", "https://a/b#c"])
def test_what_is_no_code_is_refused_before_anything_is_made(jun, code):
    answer = jun.tries("bell", "answer", code, "--name", "Jun", "--no-passphrase")

    assert answer.code == 2
    assert not jun.home.exists()


def test_a_relay_that_does_not_answer_is_said(mei):
    answer = mei.tries("bell", "give", "--relay", "127.0.0.1:1", "--name", "Mei", "--no-passphrase")

    assert answer.code == 4
    assert "127.0.0.1:1 can't be reached" in answer.err
