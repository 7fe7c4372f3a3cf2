import os
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinbell.bond.mail import FileNote
from twinbell.client.saving import NAME_BYTES_MAX, Folder, safe_name


def note(name):
    return FileNote(name=name, media="text/plain", size=0, sha256=bytes(32))


@given(st.text(min_size=1, max_size=300))
def test_no_name_leads_out_hides_or_moves_a_cursor(name):
    safe = safe_name(name)

    assert 0 < len(safe.encode()) <= NAME_BYTES_MAX
    assert not set(safe) & set('/\\:*?"<>|\0')
    assert not safe.startswith(".") and not safe.endswith((" ", "."))
    assert safe.isprintable() or all(char.isprintable() or char == " " for char in safe)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("photo.jpg", "photo.jpg"),
        ("Abend rot.jpg", "Abend rot.jpg"),
        ("誕生日.png", "誕生日.png"),
        ("../../etc/passwd", "_._etc_passwd"),
        (".bashrc", "bashrc"),
        ("CON", "file_CON"),
        ("nul.txt", "file_nul.txt"),
        ("a\u202egpj.exe", "a_gpj.exe"),
        ("\x1b[2J", "_[2J"),
        ("...", "file_"),
    ],
)
def test_a_name_stays_as_near_as_may_be(name, safe):
    assert safe_name(name) == safe


def test_what_was_not_kept_leaves_nothing(tmp_path):
    with pytest.raises(ZeroDivisionError), Folder(tmp_path / "out") as folder:
        folder.attachment(1, note("a.txt")).write(b"half")
        _ = 1 / 0

    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_command_left_in_clear_goes_with_the_next(tmp_path):
    gone = subprocess.Popen(["true"])
    gone.wait()
    left = tmp_path / f".out.{gone.pid}.00000000.part"
    ours = tmp_path / f".out.{os.getpid()}.00000000.part"
    for each in (left, ours):
        each.mkdir()
        (each / "a.txt").write_text("in clear")

    with Folder(tmp_path / "out") as folder:
        folder.attachment(1, note("b.txt")).write(b"new")
        folder.keep()

    assert sorted(each.name for each in tmp_path.iterdir()) == sorted([ours.name, "out"])


def test_equal_names_get_numbers_also_where_case_does_not_count(tmp_path):
    with Folder(tmp_path / "out") as folder:
        for name in ("a.txt", "A.txt", "a.txt"):
            folder.attachment(1, note(name)).write(name.encode())
        folder.keep()

    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["A (2).txt", "a (3).txt", "a.txt"]


def test_a_link_in_the_way_is_not_followed(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a.txt").symlink_to(tmp_path / "victim")

    with Folder(tmp_path / "out") as folder:
        folder.attachment(1, note("a.txt")).write(b"mine")
        folder.keep()

    assert not (tmp_path / "victim").exists()
    assert (tmp_path / "out" / "a (2).txt").read_bytes() == b"mine"


def test_files_are_for_their_owner_alone(tmp_path):
    with Folder(tmp_path / "out") as folder:
        folder.attachment(1, note("a.txt"))
        folder.keep()

    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "out" / "a.txt").stat().st_mode & 0o777 == 0o600
