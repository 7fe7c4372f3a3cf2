"""Test A4: leaving sends nothing and looks like being away; what is one's own is taken along first."""

import subprocess
import tarfile

import pytest


def write(person, *words, text="a letter"):
    return person.types("letter", "write", "-", *words, stdin=text)["letter"]


def shown(person):
    """What the one who was left sees of their own letter and ring."""
    photo = person.home.parent / "photo"
    photo.write_bytes(bytes(100_000))
    letter = write(person, "--attach", str(photo))
    ring = person.tries("ring", "--json")
    states = {each["letter"]: each["state"] for each in person.types("letter", "list")["letters"]}
    return states[letter], ring.code, ring.json["status"], ring.err, person.hears()


def test_the_one_who_was_left_sees_what_they_see_when_the_other_is_away(pair):
    mei, jun = pair
    mei.hears(), jun.hears(), mei.hears()
    away = shown(jun)

    parted = mei.types("bond", "part", "--yes")

    assert parted["told"]
    assert shown(jun) == away
    assert mei.hears() == []


def test_nothing_goes_to_them_any_more_and_letters_stay(pair):
    mei, jun = pair
    letter = write(jun, text="stays")
    mei.types("letter", "list")
    mei.types("bond", "part", "--yes")

    for words in (["ring"], ["letter", "write", "-"], ["bond", "about", "--place", "here"]):
        refused = mei.tries(*words, stdin="never")
        assert refused.code == 7
        assert "ended this bond" in refused.err
    assert mei.types("letter", "open", letter)["text"] == "stays"
    assert mei.types("bond", "list")["bonds"][0]["ended"]


def test_a_bond_is_ended_only_when_it_is_meant_and_only_once(pair):
    mei, _ = pair

    asked = mei.tries("bond", "part")
    mei.types("bond", "part", "--yes")
    again = mei.tries("bond", "part", "--yes")

    assert asked.code == 2
    assert again.code == 7


def test_a_relay_that_was_away_hears_of_it_with_the_next_command(relay, pair):
    mei, jun = pair
    relay.stop()
    try:
        parted = mei.types("bond", "part", "--yes")
    finally:
        relay.start()

    mei.types("letter", "list")
    jun.types("ring")

    assert not parted["told"]
    assert mei.hears() == []
    assert jun.types("ring")["status"] == "sent"


def test_what_is_ones_own_is_taken_along_and_other_programs_check_it(pair, tmp_path):
    mei, jun = pair
    photo = tmp_path / "Abend.jpg"
    photo.write_bytes(bytes(range(256)) * 400)
    opened = write(jun, "--attach", str(photo), text="hello")
    waiting = write(jun, "--opens", "in 3 months")
    before = {each["letter"]: each["state"] for each in mei.types("letter", "list")["letters"]}

    packed = mei.types("bond", "export", "--to", str(tmp_path / "jun.tar"))
    again = mei.types("bond", "export", "--to", str(tmp_path / "again.tar"))
    with tarfile.open(tmp_path / "jun.tar") as tar:
        names = tar.getnames()
        tar.extractall(tmp_path / "out", filter="data")

    folders = [f"letters/0001-in-{opened[:8]}", f"letters/0002-in-{waiting[:8]}"]
    assert (packed["letters"], packed["opened"]) == (again["letters"], again["opened"]) == (2, 1)
    assert (tmp_path / "jun.tar").read_bytes() == (tmp_path / "again.tar").read_bytes()
    assert f"{folders[0]}/files/1.jpg" in names
    assert [name for name in names if name.startswith(folders[1])] == [
        f"{folders[1]}/letter.age",
        f"{folders[1]}/lock.json",
    ]
    assert (tmp_path / "out" / folders[0] / "files" / "1.jpg").read_bytes() == photo.read_bytes()
    check = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=tmp_path / "out", capture_output=True)
    assert check.returncode == 0
    assert {each["letter"]: each["state"] for each in mei.types("letter", "list")["letters"]} == before
    assert not list(mei.home.glob(".export*"))


def test_an_archive_replaces_nothing(pair, tmp_path):
    mei, _ = pair
    (tmp_path / "taken").write_text("mine")

    assert mei.tries("bond", "export", "--to", str(tmp_path / "taken")).code == 7
    assert (tmp_path / "taken").read_text() == "mine"


@pytest.mark.parametrize("changed", ["letter.eml", "letter.age"])
def test_an_archive_that_was_changed_is_noticed(pair, tmp_path, changed):
    mei, _ = pair
    written = write(mei, text="mine")
    mei.types("bond", "export", "--to", str(tmp_path / "jun.tar"))
    with tarfile.open(tmp_path / "jun.tar") as tar:
        tar.extractall(tmp_path / "out", filter="data")
    target = tmp_path / "out" / f"letters/0001-out-{written[:8]}" / changed
    target.write_bytes(target.read_bytes()[:-1] + b"!")

    check = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=tmp_path / "out", capture_output=True)

    assert check.returncode == 1
