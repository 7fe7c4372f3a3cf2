"""The lines that `twinbell room` reads and prints."""

import json
import os

import pytest

from twinbell.bond import room
from twinbell.bond.thought import Thought
from twinbell.cli.room import _ENDINGS, LINE_BYTES_MAX, facts, lines, obey
from twinbell.client.room import Held, Knocked, News
from twinbell.errors import Mistaken


class Listens:
    """A visit that notes what it is asked."""

    def __init__(self):
        self.asked = []

    def think(self, text, *, done):
        self.asked.append(("think", text, done))

    def press(self, pressed):
        self.asked.append(("press", pressed))

    def leave(self):
        self.asked.append(("leave",))


def test_each_wish_is_done():
    visit = Listens()

    for wish in (
        {"think": "I"},
        {"think": "I.", "done": True},
        {"hand": True},
        {"hand": False},
        {"leave": True},
    ):
        obey(visit, json.dumps(wish).encode())  # type: ignore[arg-type]
    obey(visit, b"  \n")  # type: ignore[arg-type]

    assert visit.asked == [
        ("think", "I", False), ("think", "I.", True), ("press", True), ("press", False), ("leave",),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "line",
    [
        b"hello", b"{}", b"[]", b"1", b'{"think": 1}', b'{"think": "x", "done": 1}', b'{"hand": 1}',
        b'{"think": "x", "n": 1}', b'{"hand": true, "leave": true}', b'{"leave": false}', b"\xff",
        b'{"think": "\\ud800"}', b"[" * 100_000,
    ],
)  # fmt: skip
def test_what_is_no_wish_is_a_mistake(line):
    visit = Listens()

    with pytest.raises(Mistaken):
        obey(visit, line)  # type: ignore[arg-type]
    assert visit.asked == []


def test_every_news_is_one_event():
    every: list[News] = [
        room.Alone(), room.Together(True), room.Gone(False), Thought(1, "x", True), room.Hand(True),
        room.Stranger(), room.Tampered(), room.Taken(), room.NewerNeeded(), Knocked(True), Held(True),
    ]  # fmt: skip

    told = [facts(news) for news in every]

    assert [each["event"] for each in told] == [
        "alone", "together", "gone", "thought", "hand",
        "stranger", "tampered", "taken", "newer-needed", "knocked", "held",
    ]  # fmt: skip
    assert told[3] == {"event": "thought", "number": 1, "text": "x", "done": True}
    assert {type(news) for news in every} >= set(room.News.__args__)
    assert set(_ENDINGS) < {type(news).__name__ for news in every}


def test_lines_are_read_as_they_come_and_the_last_one_too():
    read, write = os.pipe()
    os.write(write, b"one\ntwo\nthr")
    os.write(write, b"ee")
    os.close(write)

    assert list(lines(read)) == [b"one", b"two", b"three"]
    os.close(read)


def test_a_line_without_an_end_fills_no_memory(tmp_path):
    endless = tmp_path / "endless"
    endless.write_bytes(b"x" * LINE_BYTES_MAX * 10)

    with endless.open("rb") as file:
        (line,) = lines(file.fileno())

    assert len(line) <= 2 * LINE_BYTES_MAX
