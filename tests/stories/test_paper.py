"""Test X11: everything is lost but a page of paper; afterwards no letter is lost, in either direction."""

import shutil

from tests.stories.people import Person, eventually


def write(person, *words, text):
    return person.types("letter", "write", "-", *words, stdin=text)["letter"]


def letters(person):
    every = person.types("letter", "list")["letters"]
    return {each["letter"]: each["direction"] for each in every}


def kit(person, tmp_path):
    page = tmp_path / "kit.txt"
    page.write_text("\n".join(person.types("kit", "show")["page"]) + "\n")
    return page


def comes_back(lost: Person, other: Person, page):
    """Lose a home and come back from paper; return what the other one was told."""
    shutil.rmtree(lost.home)
    lost.types("kit", "restore", str(page), "--no-passphrase")
    return other.hears(1)


def test_after_losing_everything_each_letter_is_here_again_and_opens(pair, tmp_path):
    mei, jun = pair
    photo = tmp_path / "photo.bin"
    photo.write_bytes(bytes(range(256)) * 2000)
    mine = write(mei, "--subject", "mine", "--attach", str(photo), text="from Mei")
    theirs = write(jun, "--attach", str(photo), text="from Jun")
    later = write(jun, "--opens", "in 3 months", text="for later")
    before = letters(mei)
    letters(jun)
    words = mei.types("bond", "show")["words"]
    page = kit(mei, tmp_path)

    told = comes_back(mei, jun, page)

    assert "came-back" in [event["event"] for event in told]
    assert letters(mei) == before == {mine: "out", theirs: "in", later: "in"}
    assert mei.types("bond", "show")["words"] == words
    for letter, text in ((mine, "from Mei"), (theirs, "from Jun")):
        opened = mei.types("letter", "open", letter, "--into", str(tmp_path / letter))
        assert (opened["text"], opened["signature"]) == (text, "good")
        assert (tmp_path / letter / "photo.bin").read_bytes() == photo.read_bytes()
    assert mei.tries("letter", "open", later).code == 3


def test_ring_and_letter_go_on_and_what_waited_meanwhile_is_heard(pair, tmp_path):
    mei, jun = pair
    page = kit(mei, tmp_path)
    mei.hears()
    jun.types("ring")
    waiting = write(jun, text="meanwhile")

    comes_back(mei, jun, page)
    events = [event["event"] for event in mei.hears(1)]
    jun.types("ring")
    mei.types("ring")

    assert "ring" in events
    assert not {"gap", "refused", "unopened"} & set(events)
    assert mei.types("letter", "open", waiting)["text"] == "meanwhile"
    assert [event["event"] for event in mei.hears(1)].count("ring") == 1
    assert [event["event"] for event in jun.hears(1)].count("ring") == 1


def test_who_listens_meanwhile_gives_everything_without_being_asked(pair, tmp_path):
    mei, jun = pair
    letter = write(mei, text="kept")
    letters(jun)
    page = kit(mei, tmp_path)
    shutil.rmtree(mei.home)

    with jun.leaves_running("listen", "--json") as listening:
        mei.types("kit", "restore", str(page), "--no-passphrase")
        listening.says_event("came-back")
        back = eventually(lambda: letters(mei))

    assert back == {letter: "out"}


def test_the_lost_device_is_shut_out(pair, tmp_path):
    mei, jun = pair
    page = kit(mei, tmp_path)
    thief = Person("Mei", tmp_path / "stolen")
    mei.types("letter", "list")
    shutil.copytree(mei.home, thief.home)

    comes_back(mei, jun, page)
    mei.types("letter", "list")
    jun.hears()
    written = write(jun, text="for Mei alone")
    seen = letters(thief)
    thief.types("ring")
    rung = [event["event"] for event in jun.hears(1)]

    assert written not in seen
    assert mei.types("letter", "open", written)["text"] == "for Mei alone"
    assert "ring" not in rung


def test_both_lose_everything_one_after_the_other_and_nothing_is_lost(pair, tmp_path):
    mei, jun = pair
    first = write(mei, text="before all of it")
    letters(jun)
    pages = kit(mei, tmp_path), (tmp_path / "jun.txt")
    pages[1].write_text("\n".join(jun.types("kit", "show")["page"]))

    comes_back(mei, jun, pages[0])
    second = write(mei, text="between")
    letters(mei), letters(jun)
    comes_back(jun, mei, pages[1])
    third = write(jun, text="after all of it")

    assert letters(jun) == {first: "in", second: "in", third: "out"}
    assert letters(mei) == {first: "out", second: "out", third: "in"}
    for person in (mei, jun):
        for letter, text in ((first, "before all of it"), (second, "between"), (third, "after all of it")):
            assert person.types("letter", "open", letter)["text"] == text


def test_a_keyring_from_the_other_one_will_do_where_the_slot_is_lost(relay, pair, tmp_path):
    mei, jun = pair
    letter = write(mei, text="kept")
    letters(jun)
    page, copy = kit(mei, tmp_path), tmp_path / "mei.keyring.age"
    jun.types("kit", "copy", "--to", str(copy))
    shutil.rmtree(mei.home)

    back = mei.types("kit", "restore", str(page), "--keyring", str(copy), "--no-passphrase")
    jun.hears(1)

    assert back["peer"] == "Jun"
    assert letters(mei) == {letter: "out"}


def test_a_page_that_is_wrong_or_of_a_bond_that_is_here_is_refused(pair, tmp_path):
    mei, jun = pair
    page = kit(mei, tmp_path)
    words = page.read_text()

    here = mei.tries("kit", "restore", str(page))
    stranger = Person("Eve", tmp_path / "eve")
    cut = stranger.tries("kit", "restore", "-", stdin=words.replace("inbox   ", "inbox   ffff ", 1))
    theirs = jun.types("kit", "show")["page"]
    mixed = "\n".join([*theirs[:-2], *words.splitlines()[-2:]])  # their words, our inbox
    not_ours = stranger.tries("kit", "restore", "-", "--no-passphrase", stdin=mixed)

    assert here.code == 7
    assert "is here already" in here.err
    assert cut.code == 6
    assert not_ours.code == 7
    assert stranger.types("bond", "list") == {"bonds": []}
