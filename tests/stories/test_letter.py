"""Letters: sealed, delivered, refused before their moment, opened after it, with and without a relay."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.stories.people import eventually

TEXT = "Liebe Jun,\n\n誕生日おめでとう 🎂 — bis bald.\n"


def write(person, *words, text=TEXT):
    return person.types("letter", "write", "-", *words, stdin=text)


def wait_until_ready(person, letter):
    eventually(lambda: state(person, letter), lambda found: found in ("ready", "opened"))


def state(person, letter):
    every = person.types("letter", "list")["letters"]
    return next(each["state"] for each in every if each["letter"] == letter)


def test_a_letter_with_attachments_opens_at_its_moment_and_not_before(pair, tmp_path):
    mei, jun = pair
    photo, note = tmp_path / "Abend rot.jpg", tmp_path / "ü.txt"
    photo.write_bytes(bytes(range(256)) * 2000)
    note.write_text("hello")

    written = write(
        mei, "--subject", "Für dich ✨", "--opens", "in 6s", "--attach", str(photo), "--attach", str(note)
    )
    waiting = jun.types("letter", "list")["letters"]
    early = jun.tries("letter", "open", written["letter"])
    wait_until_ready(jun, written["letter"])
    opened = jun.types("letter", "open", written["letter"][:8], "--into", str(tmp_path / "out"))

    assert [(each["state"], each["direction"], each["opens"]) for each in waiting] == [
        ("waiting", "in", written["opens"])
    ]
    assert early.code == 3
    assert "not yet time" in early.err
    assert (opened["text"], opened["subject"], opened["from"]) == (TEXT, "Für dich ✨", "Mei")
    assert opened["signature"] == "good"
    assert [(each["name"], each["bytes"]) for each in opened["attachments"]] == [
        ("Abend rot.jpg", 512_000),
        ("ü.txt", 5),
    ]
    for each, source in zip(opened["attachments"], (photo, note), strict=True):
        assert Path(each["path"]).read_bytes() == source.read_bytes()
    assert state(jun, written["letter"]) == "opened"
    assert state(mei, written["letter"]) == "sent"


def test_a_letter_opens_again_when_the_relay_is_gone(relay, pair, tmp_path):
    mei, jun = pair
    written = write(mei, "--opens", "in 2s")
    wait_until_ready(jun, written["letter"])
    first = jun.types("letter", "open", written["letter"])

    relay.stop()
    try:
        again = jun.types("letter", "open", written["letter"])
    finally:
        relay.start()

    assert again == first


def test_a_letter_opens_offline_with_a_round_from_a_file(relay, pair, tmp_path):
    mei, jun = pair
    written = write(mei, "--opens", "in 2s")
    wait_until_ready(jun, written["letter"])
    number, chain = written["rounds"][0]["round"], written["rounds"][0]["chain"]
    document = mei.tries("beacon", "round", str(number), "--chain", chain[:16])
    (tmp_path / "round.json").write_text(document.out)

    relay.stop()
    try:
        unreachable = jun.tries("letter", "open", written["letter"])
        imported = jun.types("beacon", "import", str(tmp_path / "round.json"))
        opened = jun.types("letter", "open", written["letter"])
    finally:
        relay.start()

    assert unreachable.code == 4
    assert "could not be had" in unreachable.err
    assert imported == {"chain": chain, "round": number}
    assert opened["text"] == TEXT


def test_writing_works_offline_and_the_letter_goes_once(relay, pair):
    mei, jun = pair
    relay.stop()
    try:
        written = write(mei, "--opens", "in 3 months", "--subject", "later")
        assert state(mei, written["letter"]) == "sending"
    finally:
        relay.start()

    mei.types("ring")

    assert state(mei, written["letter"]) == "sent"
    heard = jun.hears(1)
    assert sorted(event["event"] for event in heard) == ["letter", "ring"]
    assert [each["letter"] for each in jun.types("letter", "list")["letters"]] == [written["letter"]]


def test_who_listens_is_told_of_a_letter_when_it_is_whole_on_the_disk(pair):
    mei, jun = pair
    with jun.leaves_running("listen", "--for", "60", "--json") as listening:
        written = write(mei, "--opens", "in 3s")
        letter = listening.says_event("letter")
        ready = listening.says_event("ready")

    assert letter["letter"] == ready["letter"] == written["letter"]
    assert letter["opens"] == written["opens"]
    assert (jun.home / "letters" / f"{written['letter']}.age").exists()


def test_a_letter_without_a_date_opens_at_once(pair):
    mei, jun = pair

    written = write(mei)

    assert written["opens"] is None
    assert written["rounds"] == []
    assert written["held_by"] == "nothing"
    assert state(jun, written["letter"]) == "ready"
    assert jun.types("letter", "open", written["letter"])["text"] == TEXT


def test_what_makes_no_letter_is_refused_with_its_reason(pair, tmp_path):
    mei, _ = pair
    (tmp_path / "folder").mkdir()
    with (tmp_path / "large").open("wb") as large:
        large.truncate((1 << 30) + 1)

    refused = {
        "empty": mei.tries("letter", "write", "-", stdin=" \n"),
        "is a folder, and a letter carries files": mei.tries(
            "letter", "write", "-", "--attach", str(tmp_path / "folder"), stdin=TEXT
        ),
        "1 GiB at most; these have 1 byte more": mei.tries(
            "letter", "write", "-", "--attach", str(tmp_path / "large"), stdin=TEXT
        ),
        "is a folder, and a file is needed": mei.tries(
            "letter", "write", str(tmp_path / "folder"), TWINBELL_DEBUG=""
        ),
        "The subject has 1000 bytes at most": mei.tries(
            "letter", "write", "-", "--subject", "長" * 400, stdin=TEXT
        ),
    }

    for reason, answer in refused.items():
        assert (answer.code, answer.out) == (2, "")
        assert reason in answer.err
    assert mei.types("letter", "list")["letters"] == []


def test_nothing_is_locked_to_a_chain_that_has_ended(relay, pair):
    mei, _ = pair
    waiting = write(mei, "--opens", "in 3 days")
    keeper = waiting["rounds"][0]["keeper"]
    mei.types("beacon", "mark", keeper, "--retired")

    sealed = mei.tries("letter", "write", "-", "--opens", "in 3 days", "--chain", keeper, stdin=TEXT)
    opened = mei.tries("letter", "open", waiting["letter"])

    assert (sealed.code, opened.code) == (5, 5)
    assert f"The chain of {keeper} has ended" in sealed.err
    assert f"The chain of {keeper} has ended" in opened.err
    assert len(mei.types("letter", "list")["letters"]) == 1


def test_the_writer_cannot_open_early_either_unless_the_key_is_kept(pair):
    mei, _ = pair

    sealed, kept = write(mei, "--opens", "in 3 days"), write(mei, "--opens", "in 3 days", "--keep")

    assert mei.tries("letter", "open", sealed["letter"]).code == 3
    assert mei.types("letter", "open", kept["letter"])["text"] == TEXT


def test_a_saved_letter_is_checked_by_ssh_keygen(pair, tmp_path):
    if shutil.which("ssh-keygen") is None:
        pytest.skip("ssh-keygen is not installed")
    mei, jun = pair
    written = write(mei)
    jun.types("letter", "list")

    saved = jun.types("letter", "save", written["letter"], "--into", str(tmp_path / "saved"))

    folder = Path(saved["folder"])
    signer = (folder / "allowed_signers").read_text().split()[0]
    command = ["ssh-keygen", "-Y", "verify", "-f", "allowed_signers", "-I", signer, "-n", "letter@twinbell"]
    with (folder / "letter.eml").open("rb") as eml:
        checked = subprocess.run(
            [*command, "-s", "letter.eml.sig"], cwd=folder, stdin=eml, capture_output=True, text=True
        )
    assert checked.returncode == 0
    assert "Good" in checked.stdout


@pytest.mark.parametrize("place", [100, 0.5, -1])
def test_a_letter_that_changed_on_the_disk_is_damaged_and_leaves_no_file(pair, tmp_path, place):
    mei, jun = pair
    gift = tmp_path / "gift.bin"
    gift.write_bytes(hashlib.sha256(b"gift").digest() * 4000)
    written = write(mei, "--attach", str(gift))
    jun.types("letter", "list")
    file = jun.home / "letters" / f"{written['letter']}.age"
    data = bytearray(file.read_bytes())
    data[int(len(data) * place) if isinstance(place, float) else place] ^= 1
    file.write_bytes(data)

    opened = jun.tries("letter", "open", written["letter"], "--into", str(tmp_path / "out"))

    assert opened.code == 6
    assert opened.out == ""
    assert not (tmp_path / "out").exists()
    assert [path for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    assert jun.tries("doctor").code == 1


def test_hostile_names_stay_in_their_folder(pair, tmp_path):
    mei, jun = pair
    names = ["..evil", " .hidden", "a\u202egnp.exe", "CON", "x" * 250, "tab\there", "-rf", "a:b?.txt"]
    words = []
    for name in names:
        (tmp_path / name).write_bytes(name.encode())
        words += ["--attach", str(tmp_path / name)]
    written = write(mei, *words)
    jun.types("letter", "list")

    opened = jun.types("letter", "open", written["letter"], "--into", str(tmp_path / "out"))

    paths = [Path(each["path"]) for each in opened["attachments"]]
    assert [path.read_bytes() for path in paths] == [name.encode() for name in names]
    assert all(path.parent == tmp_path / "out" for path in paths)
    assert all(path.name.isprintable() and not path.name.startswith(".") for path in paths)
    assert len({path.name for path in paths}) == len(names)


def test_opening_twice_replaces_nothing(pair, tmp_path):
    mei, jun = pair
    (tmp_path / "a.txt").write_text("from mei")
    written = write(mei, "--attach", str(tmp_path / "a.txt"))
    jun.types("letter", "list")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a.txt").write_text("mine")

    first = jun.types("letter", "open", written["letter"], "--into", str(tmp_path / "out"))
    second = jun.types("letter", "open", written["letter"], "--into", str(tmp_path / "out"))

    assert (tmp_path / "out" / "a.txt").read_text() == "mine"
    assert first["attachments"] == second["attachments"]
    assert Path(first["attachments"][0]["path"]).name == "a (2).txt"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--opens", "3m"], 2),
        (["--opens", "in 3m"], 2),
        (["--opens", "yesterday"], 2),
        (["--opens", "2001-01-01"], 2),
        (["--opens", "in 3 days", "--zone", "Mars/Olympus"], 2),
        (["--zone", "Asia/Tokyo"], 2),
        (["--opens", "2027-02-29"], 2),
        (["--opens", "in 3 days", "--chain", "nobody"], 8),
        (["--attach", "/nowhere/at/all"], 8),
        (["--bond", "Bo"], 8),
    ],
)
def test_what_makes_no_letter_is_refused_in_words(pair, words, code):
    mei, _ = pair

    answer = mei.tries("letter", "write", "-", *words, stdin=TEXT)

    assert answer.code == code, answer
    assert answer.err.startswith("twinbell: ")
    assert mei.types("letter", "list")["letters"] == []


def test_more_than_a_gibibyte_is_refused_in_words(pair, tmp_path):
    mei, _ = pair
    with (tmp_path / "large").open("wb") as file:
        file.truncate(1024**3 + 1)

    answer = mei.tries("letter", "write", "-", "--attach", str(tmp_path / "large"), stdin=TEXT)

    assert answer.code == 2
    assert "1 GiB at most" in answer.err


def test_a_letter_is_written_in_the_editor(pair, tmp_path):
    mei, jun = pair
    editor = tmp_path / "editor.sh"
    editor.write_text("#!/bin/sh\necho 'from the editor' > \"$1\"\n")
    editor.chmod(0o755)

    # A terminal is needed for that: script(1) gives one.
    if shutil.which("script") is None:
        pytest.skip("script(1) is not installed")
    command = f"{sys.executable} -m twinbell.cli letter write"
    env = mei.env | {"EDITOR": str(editor)}
    subprocess.run(["script", "-qec", command, "/dev/null"], env=env, check=True, capture_output=True)

    (letter,) = jun.types("letter", "list")["letters"]
    assert jun.types("letter", "open", letter["letter"])["text"] == "from the editor\n"
