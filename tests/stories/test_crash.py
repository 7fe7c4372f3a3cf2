"""Test X9: the client is killed, really, at each labelled line; started again, it has lost nothing.

Each label of `client/failpoint` is met by a command that dies there (SIGKILL, no cleanup). What the person
asked for must then come true once, by the next command alone. A client that is wrong on purpose is caught.
"""

import sys

import pytest
from tests.stories import people
from tests.stories.people import Person, joined

from twinbell.client.failpoint import LABELS, VARIABLE

KILLED = -9
BEFORE_THE_CODE = ("home: key written", "home: vault made", "bell: saved before offered", "bell: offered")
SPENT = ("bell: spent before checked",)
JOINING = ("bell: confirmed", "bell: bond saved")
RINGING = ("send: body saved", "send: sealed and saved", "send: deposited", "send: done saved")
WRITING = ("letter: file written", "letter: file kept")
SENDING = (
    "letter: saved",
    "send: blob begun",
    "send: blob half sent",
    "send: blob sent",
    "send: body saved",
    "send: sealed and saved",
    "send: deposited",
    "send: done saved",
)
RECEIVING = (
    "receive: fetched",
    "receive: saved",
    "receive: blob half fetched",
    "receive: blob fetched",
    "receive: blob kept",
    "receive: acknowledged",
)
OPENING = ("letter: opened",)
TELLING = ("listen: told",)
COMING_BACK = ("paper: bond saved",)


@pytest.fixture(scope="module")
def bonded(relay, tmp_path_factory):
    """Two people with a bond, for all tests that need nothing fresher."""
    folder = tmp_path_factory.mktemp("bonded")
    mei, jun = Person("Mei", folder / "mei"), Person("Jun", folder / "jun")
    joined(relay, mei, jun)
    return mei, jun


@pytest.fixture
def pair_at_rest(bonded):
    mei, jun = bonded
    for person in bonded:
        person.types("letter", "list")
        person.hears()
    return mei, jun


def test_every_labelled_line_is_met():
    met = {
        *BEFORE_THE_CODE, *SPENT, *JOINING, *RINGING, *WRITING, *SENDING, *RECEIVING, *OPENING, *TELLING,
        *COMING_BACK,
    }  # fmt: skip

    assert met == set(LABELS)


def dies(person: Person, label: str, *words: str, stdin: str = "") -> None:
    answer = person.tries(*words, stdin=stdin, **{VARIABLE: label})
    assert answer.code == KILLED, (label, answer)


def rings_once(mei: Person, jun: Person, label: str) -> None:
    """Kill a ring at `label`; the next command must see to it that it is heard once."""
    dies(mei, label, "ring")
    mei.types("letter", "list")

    assert [event["event"] for event in jun.hears()] == ["ring"], label
    assert jun.hears() == []


@pytest.mark.parametrize("label", BEFORE_THE_CODE)
def test_a_home_is_made_whole_by_the_next_command(relay, mei, jun, label):
    dies(mei, label, "bell", "give", "--relay", relay.url, "--name", "Mei", "--no-passphrase")

    joined(relay, mei, jun)

    assert mei.types("ring")["status"] == "sent"


@pytest.mark.parametrize("label", SPENT)
def test_a_guess_that_may_have_been_seen_is_burnt_and_both_are_told(relay, mei, jun, label):
    with mei.leaves_running(
        "bell",
        "give",
        "--relay",
        relay.url,
        "--name",
        "Mei",
        "--no-passphrase",
        "--json",
        **{VARIABLE: label},
    ) as giving:
        code = giving.says()["spoken"]
        with jun.leaves_running("bell", "answer", code, "--name", "Jun", "--no-passphrase") as answering:
            assert giving.ends().code == KILLED
            assert [event["event"] for event in mei.hears()] == ["burnt"]
            answered = answering.ends()

    assert answered.code == 7
    assert mei.types("bond", "list") == jun.types("bond", "list") == {"bonds": []}


@pytest.mark.parametrize("label", JOINING)
@pytest.mark.parametrize("who", ["giver", "answerer"])
def test_a_bond_comes_about_all_the_same(relay, mei, jun, label, who):
    dying = {VARIABLE: label}
    with mei.leaves_running(
        "bell", "give", "--relay", relay.url, "--name", "Mei", "--no-passphrase", "--json",
        **(dying if who == "giver" else {}),
    ) as giving:  # fmt: skip
        code = giving.says()["spoken"]
        with jun.leaves_running(
            "bell", "answer", code, "--name", "Jun", "--no-passphrase", "--json",
            **(dying if who == "answerer" else {}),
        ) as answering:  # fmt: skip
            dead, other = (giving, answering) if who == "giver" else (answering, giving)
            assert dead.ends().code == KILLED
            person = mei if who == "giver" else jun
            people.eventually(lambda: person.hears(1) or person.types("bond", "list")["bonds"])
            assert other.ends().code == 0

    people.eventually(lambda: (mei.hears(), jun.hears()) and mei.types("bond", "list")["bonds"])
    assert mei.types("bond", "show")["words"] == jun.types("bond", "show")["words"]
    assert mei.types("ring")["status"] == jun.types("ring")["status"] == "sent"
    assert "ring" in [event["event"] for event in jun.hears()]


@pytest.mark.parametrize("label", RINGING)
def test_a_ring_is_heard_once(pair_at_rest, label):
    mei, jun = pair_at_rest

    rings_once(mei, jun, label)


@pytest.mark.parametrize("label", WRITING)
def test_a_letter_that_was_not_accepted_leaves_nothing_behind(pair_at_rest, label):
    mei, jun = pair_at_rest
    before = len(jun.types("letter", "list")["letters"])
    dies(mei, label, "letter", "write", "-", stdin="lost draft")

    written = mei.types("letter", "write", "-", stdin="second try")

    assert len(jun.types("letter", "list")["letters"]) == before + 1
    assert jun.types("letter", "open", written["letter"])["text"] == "second try"


@pytest.mark.parametrize("label", SENDING)
def test_a_letter_arrives_once(pair_at_rest, tmp_path, label):
    mei, jun = pair_at_rest
    gift = tmp_path / "gift"
    gift.write_bytes(bytes(9 * 1024**2))  # more than one part
    before = {each["letter"] for each in jun.types("letter", "list")["letters"]}

    dies(mei, label, "letter", "write", "-", "--attach", str(gift), stdin=label)
    mei.types("letter", "list")

    events = [event for event in jun.hears(2) if event["event"] == "letter"]
    (fresh,) = {each["letter"] for each in jun.types("letter", "list")["letters"]} - before
    assert [event["letter"] for event in events] == [fresh]
    assert jun.types("letter", "open", fresh, "--into", str(tmp_path / "out"))["text"] == label
    assert jun.hears() == []


@pytest.mark.parametrize("label", RECEIVING)
def test_what_comes_is_received_and_told_once(pair_at_rest, tmp_path, label):
    mei, jun = pair_at_rest
    (tmp_path / "gift").write_bytes(bytes(300_000))
    written = mei.types("letter", "write", "-", "--attach", str(tmp_path / "gift"), stdin=label)
    mei.types("ring")

    dies(jun, label, "letter", "list")

    events = jun.hears(1)
    assert sorted(event["event"] for event in events) == ["letter", "ring"]
    assert jun.types("letter", "open", written["letter"], "--into", str(tmp_path / "out"))["text"] == label
    assert jun.hears() == []


@pytest.mark.parametrize("label", OPENING)
def test_a_letter_opens_again_after_a_crash(pair_at_rest, tmp_path, label):
    mei, jun = pair_at_rest
    (tmp_path / "gift").write_bytes(b"gift")
    written = mei.types("letter", "write", "-", "--attach", str(tmp_path / "gift"), stdin="again")
    jun.types("letter", "list")

    dies(jun, label, "letter", "open", written["letter"], "--into", str(tmp_path / "out"))

    assert not (tmp_path / "out").exists()
    opened = jun.types("letter", "open", written["letter"], "--into", str(tmp_path / "out"))
    assert opened["text"] == "again"
    assert (tmp_path / "out" / "gift").read_bytes() == b"gift"


@pytest.mark.parametrize("label", TELLING)
def test_what_was_told_is_not_told_again(pair_at_rest, label):
    mei, jun = pair_at_rest
    mei.types("ring")

    answer = jun.tries("listen", "--for", "20", "--json", **{VARIABLE: label})

    assert answer.code == KILLED
    assert answer.json["event"] == "ring"
    assert jun.hears() == []


@pytest.mark.parametrize("label", COMING_BACK)
def test_who_came_back_from_paper_goes_on_after_a_crash(pair, tmp_path, label):
    mei, jun = pair
    letter = mei.types("letter", "write", "-", stdin="still mine")["letter"]
    jun.types("letter", "list")
    page = "\n".join(mei.types("kit", "show")["page"])
    back = Person("Mei", tmp_path / "back")

    dies(back, label, "kit", "restore", "-", "--no-passphrase", stdin=page)
    back.types("letter", "list")
    jun.hears(1)

    assert [each["letter"] for each in back.types("letter", "list")["letters"]] == [letter]
    assert back.types("letter", "open", letter)["text"] == "still mine"


# The known-bad control: the same client, but it notes a ring as sent before the relay has it.
CARELESS = """
import sys
from twinbell.client import mail
deposit = mail._deposit
def careless(home, bond, number):
    row = mail._sealed(home, bond, number)
    home.vault.run("update outbox set sent_s = 1 where number = ?", number)
    mail.reach("send: sealed and saved")
    home.vault.run("update outbox set sent_s = null where number = ?", number)
    deposit(home, bond, number)
mail._deposit = careless
from twinbell.cli import main
sys.exit(main(sys.argv[1:]))
"""


def test_a_client_that_is_careless_is_caught(pair_at_rest, monkeypatch):
    mei, jun = pair_at_rest
    monkeypatch.setattr(people, "COMMAND", (sys.executable, "-c", CARELESS))

    with pytest.raises(AssertionError, match="send: sealed and saved"):
        rings_once(mei, jun, "send: sealed and saved")
