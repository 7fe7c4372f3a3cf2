import subprocess
import sys

import pytest

from twinbell.client import folder
from twinbell.errors import NotFound, Refused


def test_a_home_is_for_its_owner_alone(tmp_path):
    folder.make_folder(tmp_path / "mei")

    assert (tmp_path / "mei").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "mei" / "letters").stat().st_mode & 0o777 == 0o700


def test_a_folder_that_others_can_look_into_is_refused(tmp_path):
    (tmp_path / "mei").mkdir(mode=0o755)

    with pytest.raises(Refused, match="Others on this machine") as refusal:
        folder.make_folder(tmp_path / "mei")

    assert refusal.value.hint == f"chmod 700 {tmp_path / 'mei'}"


def test_a_folder_without_a_home_is_not_found(tmp_path):
    with pytest.raises(NotFound, match="no home"):
        folder.check(tmp_path)


def test_the_home_is_the_chosen_one_then_the_variable_then_the_usual_place(tmp_path, monkeypatch):
    monkeypatch.setenv("TWINBELL_HOME", "/somewhere")
    assert str(folder.locate("/chosen")) == "/chosen"
    assert str(folder.locate(None)) == "/somewhere"

    monkeypatch.delenv("TWINBELL_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", "/data")
    assert str(folder.locate(None)) == "/data/twinbell"


def test_a_file_is_written_whole_or_not_at_all_and_never_replaced(tmp_path):
    folder.write_new(tmp_path / "key", b"first")

    with pytest.raises(FileExistsError):
        folder.write_new(tmp_path / "key", b"second")

    assert (tmp_path / "key").read_bytes() == b"first"
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["key"]


def test_a_lock_holds_off_another_process(tmp_path):
    look = (
        "import sys; from pathlib import Path; from twinbell.client import folder\n"
        "with folder.lock(Path(sys.argv[1]), wait=False) as held: print(held)"
    )

    with folder.lock(tmp_path):
        meanwhile = subprocess.run(
            [sys.executable, "-c", look, str(tmp_path)], capture_output=True, text=True
        )
    afterwards = subprocess.run([sys.executable, "-c", look, str(tmp_path)], capture_output=True, text=True)

    assert meanwhile.stdout == "False\n"
    assert afterwards.stdout == "True\n"
