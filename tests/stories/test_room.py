"""Two people meet in the room: two commands, a relay, and nothing is left of it."""

import os
import pty
import select
import subprocess
import termios
import time
from contextlib import contextmanager

import pytest
from tests.stories.people import COMMAND, DEADLINE_S, Person, eventually

CANARY = "the lamp by the window is for you"


@pytest.fixture
def both(pair):
    """Mei and Jun in the room, Mei first."""
    mei, jun = pair
    with mei.leaves_running("room", "--json") as hers:
        hers.says_event("knocked")
        with jun.leaves_running("room", "--json") as his:
            yield hers, his


def test_one_knocks_the_other_comes_and_both_know_who_was_first(pair):
    mei, jun = pair
    with mei.leaves_running("room", "--json") as hers:
        assert hers.says()["event"] == "alone"
        assert hers.says() == {"event": "knocked", "sent": True}
        (knock,) = jun.hears()
        with jun.leaves_running("room", "--json") as his:
            assert his.says() == {"event": "together", "first": False}
            assert hers.says() == {"event": "together", "first": True}

    assert (knock["event"], knock["peer"], knock["sound"]) == ("knock", "Mei", True)
    assert mei.hears() == []  # he found her there, so he did not knock


def test_words_appear_as_they_are_thought_both_ways(both):
    hers, his = both
    hers.says_event("together"), his.says_event("together")

    for text, done in [("I was", False), ("I was thinking", False), ("I was thinking of you.", True)]:
        hers.hears(think=text, done=done)
        assert his.says() == {"event": "thought", "number": 0, "text": text, "done": done}
    his.hears(think="私も。", done=True)

    assert hers.says() == {"event": "thought", "number": 0, "text": "私も。", "done": True}


def test_a_thought_that_is_too_long_comes_as_several(both):
    hers, his = both
    hers.says_event("together"), his.says_event("together")
    text = "word " * 200

    hers.hears(think=text, done=True)

    parts = [his.says() for _ in range(3)]
    assert [part["number"] for part in parts] == [0, 1, 2]
    assert "".join(part["text"] for part in parts) == text
    assert all(part["done"] for part in parts)


def test_hands_meet_when_both_press(both):
    hers, his = both
    hers.says_event("together"), his.says_event("together")

    hers.hears(hand=True)
    assert his.says() == {"event": "hand", "pressed": True}
    his.hears(hand=True)

    assert his.says() == {"event": "held", "held": True}
    assert hers.says() == {"event": "hand", "pressed": True}
    assert hers.says() == {"event": "held", "held": True}
    his.hears(hand=False)
    assert hers.says() == {"event": "hand", "pressed": False}
    assert hers.says() == {"event": "held", "held": False}


def test_who_leaves_says_all_that_was_thought_before_and_the_other_stays_alone(both):
    hers, his = both
    hers.says_event("together"), his.says_event("together")
    for number in range(3):
        his.hears(think=f"thought {number}", done=True)
    his.hears_no_more()

    said = [hers.says()["text"] for _ in range(3)]
    gone = hers.says()
    hers.hears(leave=True)

    assert said == ["thought 0", "thought 1", "thought 2"]
    assert gone == {"event": "gone", "left": True}
    assert his.process.wait(60) == 0
    assert hers.ends().code == 0


def test_ctrl_c_leaves_in_good_order(both):
    hers, his = both
    hers.says_event("together"), his.says_event("together")

    ended = his.interrupted()

    assert ended.code == 0
    assert hers.says() == {"event": "gone", "left": True}


def test_one_whose_process_is_killed_is_lost_and_may_come_back(pair):
    mei, jun = pair
    with mei.leaves_running("room", "--json") as hers:
        with jun.leaves_running("room", "--json") as his:
            his.says_event("together")
        assert hers.says_event("gone") == {"event": "gone", "left": False}

        with jun.leaves_running("room", "--json") as again:
            assert again.says_event("together")["first"] is False
            assert hers.says_event("together")["first"] is True
            again.hears(think="here again", done=True)
            assert hers.says_event("thought")["text"] == "here again"


def test_a_relay_that_starts_anew_brings_a_new_meeting_by_itself(relay, both):
    hers, his = both
    hers.says_event("together"), his.says_event("together")
    relay.stop()
    assert hers.says_event("gone")["left"] is False
    relay.start()

    hers.says_event("together"), his.says_event("together")
    hers.hears(think="still here", done=True)

    assert his.says_event("thought")["text"] == "still here"


def test_a_second_window_of_ones_own_takes_the_place_and_the_first_is_told(pair):
    mei, jun = pair
    with mei.leaves_running("room", "--json") as first, jun.leaves_running("room", "--json") as his:
        first.says_event("together"), his.says_event("together")
        with mei.leaves_running("room", "--json") as second:
            assert second.says_event("together")["first"] is False
            first.says_event("taken")
            ended = first.ends()
            assert his.says_event("gone")["left"] is False
            assert his.says_event("together")["first"] is True

    assert ended.code == 7
    assert "place in the room was taken" in ended.err


def test_a_line_that_wishes_nothing_is_refused_and_one_leaves(both):
    hers, his = both
    hers.says_event("together"), his.says_event("together")

    his.hears(shout="HELLO")

    assert hers.says() == {"event": "gone", "left": True}
    ended = his.ends()
    assert ended.code == 2
    assert '{\\"leave\\": true}' in ended.err


def test_nothing_that_was_said_is_on_any_disk(relay, pair):
    """Test O14, the disks: what the two said, and where they met, is in no file of theirs or of the relay."""
    mei, jun = pair
    with mei.leaves_running("room", "--json") as hers:
        hers.says_event("knocked")
        with jun.leaves_running("room", "--json") as his:
            hers.says_event("together"), his.says_event("together")
            hers.hears(think=CANARY, done=True)
            assert his.says_event("thought")["text"] == CANARY
            during = files(relay, mei, jun)
            his.hears(leave=True)
            his.ends()
        hers.hears(leave=True)
        ended = hers.ends()

    left = files(relay, mei, jun)
    assert during and left
    assert CANARY.encode() not in during + left + ended.err.encode()
    assert CANARY.encode() not in relay.data.with_suffix(".log").read_bytes()


def test_the_vault_knows_of_a_knock_and_of_no_meeting(pair):
    mei, jun = pair
    with mei.leaves_running("room", "--json") as hers:
        hers.says_event("knocked")
        with jun.leaves_running("room", "--json") as his:
            his.says_event("together")
            his.hears(think=CANARY, done=True)
            hers.says_event("thought")

    for person in (mei, jun):
        rows = vault_text(person)
        assert CANARY not in rows
        assert "together" not in rows
    assert "knock" in vault_text(jun)


def test_it_can_be_entered_without_knocking(pair):
    mei, jun = pair
    with mei.leaves_running("room", "--no-knock", "--json") as hers:
        assert hers.says()["event"] == "alone"
        with jun.leaves_running("room", "--json") as his:
            assert his.says()["event"] == "together"

    assert jun.hears() == []


def test_on_a_terminal_it_is_dusk_and_nothing_stays_on_the_screen_when_one_leaves(pair):
    mei, jun = pair
    with jun.leaves_running("room", "--json") as his:
        his.says_event("knocked")
        with terminal(mei, "room") as screen:
            screen.shows("Both are here. Jun was here before you.")
            his.says_event("together")
            screen.types("I was thinking of yoo\x7fu.\r")
            thoughts: list[dict[str, object]] = []
            while not thoughts or not thoughts[-1]["done"]:
                thoughts.append(his.says_event("thought"))
            his.hears(think=CANARY, done=True)
            screen.shows(CANARY)
            screen.types("\t")
            assert his.says_event("hand")["pressed"] is True
            screen.types("\x1b")
            assert his.says_event("gone")["left"] is True
            left = screen.ends()

    assert thoughts[-1]["text"] == "I was thinking of you."
    assert "\x1b[?1049h" in left
    _, _, after = left.rpartition("\x1b[?1049l")
    assert " ".join(after.split()) == "You left the room. Nothing that was said is kept."


def test_who_closes_the_window_has_left(pair):
    mei, jun = pair
    with jun.leaves_running("room", "--json") as his:
        his.says_event("knocked")
        with terminal(mei, "room") as screen:
            screen.shows("Both are here.")
            his.says_event("together")
            screen.closes()

            assert his.says_event("gone")["left"] is True


class Screen:
    """A terminal of a command, and all that it has written to it."""

    def __init__(self, process, handle):
        self.process, self.handle, self.text = process, handle, ""

    def types(self, text):
        os.write(self.handle, text.encode())

    def shows(self, text):
        """Wait until the terminal has been shown this."""
        end_s = time.monotonic() + DEADLINE_S
        while text not in self.text:
            assert time.monotonic() < end_s, self.text
            self.text += self.read(1.0)

    def closes(self):
        """Close the window."""
        os.close(self.handle)
        self.handle = -1

    def ends(self):
        """Wait until the command has ended, and return all that it has written."""
        while part := self.read(DEADLINE_S):
            self.text += part
        assert self.process.wait(DEADLINE_S) == 0
        return self.text

    def read(self, seconds):
        if not select.select([self.handle], [], [], seconds)[0]:
            return ""
        try:
            return os.read(self.handle, 65_536).decode(errors="ignore")
        except OSError:  # nobody holds the other end any more
            return ""


@contextmanager
def terminal(person, *words):
    """Type a command on a terminal of its own."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    process = subprocess.Popen(
        [*COMMAND, *words], stdin=theirs, stdout=theirs, stderr=theirs, env=person.env, start_new_session=True
    )
    os.close(theirs)
    screen = Screen(process, ours)
    try:
        yield screen
    finally:
        process.kill()
        process.wait()
        if screen.handle >= 0:
            os.close(screen.handle)


def files(relay, *people: Person) -> bytes:
    paths = [path for root in (relay.data, *(each.home for each in people)) for path in root.rglob("*")]
    return b"".join(path.read_bytes() for path in paths if path.is_file())


def vault_text(person: Person) -> str:
    """Return everything in a vault as text."""
    from twinbell.client.home import Home

    def read() -> str:
        with Home.open(person.home, lambda _: "") as home:
            names = [
                name for (name,) in home.vault.all("select name from sqlite_schema where type = 'table'")
            ]
            return "\n".join(repr(row) for name in names for row in home.vault.all(f"select * from {name}"))  # noqa: S608

    return eventually(read)
