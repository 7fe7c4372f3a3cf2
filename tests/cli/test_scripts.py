"""Every script in this folder, run as it stands."""

from pathlib import Path

import pytest
from tests.cli import scripts

HERE = Path(__file__).parent


@pytest.mark.parametrize(
    "script", sorted(HERE.rglob("*.txt")), ids=lambda path: path.relative_to(HERE).as_posix()
)
def test_a_script_runs_as_it_stands(script, tmp_path):
    scripts.run(script, tmp_path)


def test_a_script_that_says_something_else_is_noticed(tmp_path):
    script = tmp_path / "wrong.txt"
    folder = tmp_path / "folder"
    folder.mkdir()
    for wrong in ("$ echo a\nb\n", "$ echo a\n", "$ true\n? 1\n", "$ echo a >&2\n", "$ echo a\na\na\n"):
        script.write_text(wrong)

        with pytest.raises(AssertionError):
            scripts.run(script, folder)
