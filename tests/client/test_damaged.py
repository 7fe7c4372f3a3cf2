"""Letters that come damaged: asked for again, taken when they come whole, and no other file is touched."""

import secrets

from twinbell.bond.lock import plan
from twinbell.client import events, mail
from twinbell.client.relay import Relay
from twinbell.clock import SystemClock

DAY_S = 86_400


class Later(SystemClock):
    def __init__(self, days):
        self.days = days

    def wall_s(self):
        return super().wall_s() + self.days * DAY_S


def after(days, pendants):
    pendants._home.clock = Later(days)
    pendants.catch_up()


def write(pendants, letter=None):
    lock = plan(letter=letter or secrets.token_bytes(16), wish=None, now_s=pendants._home.now_s)
    pendants.write_letter(pendants.bond(), lock=lock, subject="hello", text="Dear you")
    pendants.catch_up()
    return lock.letter


def bad_blob(self, box, token, blob, dst, *, start, told, **_):
    dst.write(bytes(40_000))


def test_a_letter_that_came_damaged_is_asked_for_again_and_opens_in_the_end(two, tmp_path, monkeypatch):
    mei, jun = two
    for pendants in (mei, jun, mei, jun):
        pendants.catch_up()
    write(mei)
    with monkeypatch.context() as patched:
        patched.setattr(Relay, "fetch_blob", bad_blob)
        jun.catch_up()
    assert [letter.kept_state.value for letter in jun.letters()] == ["damaged"]

    after(1, jun)
    after(1, mei)
    after(3, mei)
    after(3, jun)

    (letter,) = jun.letters()
    assert letter.kept_state.value == "waiting"
    assert jun.open_letter(letter, tmp_path / "out").letter.mail.text == "Dear you"
    kinds = [event.kind for event in events.untold(jun._home.vault)]
    assert kinds.count("letter") == 1


def test_a_letter_that_borrows_an_id_of_ours_does_not_touch_our_file(two):
    mei, jun = two
    ours = write(mei)
    (letter,) = mei.letters()
    before = letter.file(mei._home).read_bytes()

    write(jun, ours)
    mei.catch_up()

    assert letter.file(mei._home).read_bytes() == before
    assert {each.direction: each.kept_state.value for each in mei.letters()} == {
        "out": "sent",
        "in": "damaged",
    }


def test_a_relay_that_sends_without_end_fills_neither_disk_nor_memory(two, monkeypatch):
    mei, jun = two
    write(mei)
    sent = []

    def endless(self, box, token, blob, dst, *, start, told, **_):
        for _part in range(100):
            sent.append(dst.write(bytes(100_000)))
            told(100_000)

    monkeypatch.setattr(Relay, "fetch_blob", endless)
    assert mail._small_blob(jun._home, jun.bond(), bytes(16), 1000) == b""
    jun.catch_up()

    assert len(sent) < 10
    assert [letter.kept_state.value for letter in jun.letters()] == ["damaged"]
