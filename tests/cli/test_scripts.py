"""Every script in this folder, run as it stands."""

import re
from pathlib import Path

import pytest
from tests.cli import scripts

HERE = Path(__file__).parent


@pytest.mark.parametrize(
    "script", sorted(HERE.rglob("*.txt")), ids=lambda path: path.relative_to(HERE).as_posix()
)
def test_a_script_runs_as_it_stands(script, tmp_path):
    scripts.run(script, tmp_path)


def test_what_the_guide_to_age_shows_is_what_happens(tmp_path):
    page = (HERE.parent.parent / "docs" / "guide" / "age.md").read_text("utf-8")
    lines = "".join(re.findall(r"^```console\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)).splitlines()
    # A person sees both outputs in one place, and a question about the last exit code means the line before.
    shown = [f"{line} 2>&1" if line.startswith("$ ") else line for line in lines if line != "$ echo $?"]
    script = tmp_path / "guide.txt"
    script.write_text("\n".join(f"? {line}" if line.isdigit() else line for line in shown), "utf-8")
    (tmp_path / "folder").mkdir()

    scripts.run(script, tmp_path / "folder")


def test_a_script_that_says_something_else_is_noticed(tmp_path):
    script = tmp_path / "wrong.txt"
    folder = tmp_path / "folder"
    folder.mkdir()
    for wrong in ("$ echo a\nb\n", "$ echo a\n", "$ true\n? 1\n", "$ echo a >&2\n", "$ echo a\na\na\n"):
        script.write_text(wrong)

        with pytest.raises(AssertionError):
            scripts.run(script, folder)
