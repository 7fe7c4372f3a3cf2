"""Every command: its page, its help, its errors, and what it costs to be asked."""

import argparse
import subprocess
import sys
from pathlib import Path

import pytest
from docs import make_commands

from twinbell.cli import main
from twinbell.cli.command import parser_for

LEAVES = dict(make_commands._leaves(parser_for([])))


def test_the_page_of_commands_is_as_the_program_would_write_it():
    assert make_commands.PAGE.read_text("utf-8") == make_commands.page(), "python -m docs.make_commands"


@pytest.mark.parametrize("words", LEAVES)
def test_every_command_has_help_with_an_example(words, capsys):
    with pytest.raises(SystemExit) as left:
        main([*words.split(), "--help"])

    assert left.value.code == 0
    assert f"example:\n  twinbell {words}" in capsys.readouterr().out.replace("# ", "")


@pytest.mark.parametrize("words", LEAVES)
def test_every_command_takes_json(words):
    options = {option for action in LEAVES[words]._actions for option in action.option_strings}

    assert "--json" in options


@pytest.mark.parametrize(
    "words",
    [[], ["bow"], ["bell"], ["bell", "give"], ["ring", "--loud"], ["letter", "open"], ["age", "seal"]],
)
def test_what_makes_no_sense_is_refused_in_a_sentence_with_a_hint(words, capsys):
    with pytest.raises(SystemExit) as left:
        main(words)

    said = capsys.readouterr()
    assert left.value.code == 2
    assert said.out == ""
    sentence, hint = said.err.splitlines()
    assert sentence.startswith("twinbell: ") and sentence.endswith(".")
    assert "--help" in hint


def test_an_error_in_json_is_one_object(tmp_path, capsys):
    import json

    code = main(["bond", "list", "--home", str(tmp_path / "nowhere"), "--json"])

    said = capsys.readouterr()
    assert code == 8
    assert said.out == ""
    assert set(json.loads(said.err)) == {"error", "sentence", "hint"}


def test_a_fault_of_ours_is_said_without_a_traceback(monkeypatch, capsys):
    def fails(args: argparse.Namespace) -> int:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr("twinbell.cli.ring._run", fails)
    monkeypatch.delenv("TWINBELL_DEBUG", raising=False)

    assert main(["ring"]) == 1
    assert capsys.readouterr().err.startswith("twinbell: Something went wrong inside Twinbell.")


def test_a_reader_that_leaves_early_is_no_error():
    command = f"{sys.executable} -m twinbell.cli --help | head -1"

    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True)

    assert done.stdout.startswith("usage: twinbell")
    assert done.stderr == ""


def test_the_version_is_told_without_loading_anything():
    code = "import sys; sys.argv = ['twinbell', '--version']; from twinbell.cli import main; main()"
    loaded = (
        f"{code}; print(*sorted(name for name in sys.modules if 'twinbell' in name or name == 'argparse'))"
    )

    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True)

    version, modules = done.stdout.splitlines()
    assert version.startswith("twinbell ")
    assert modules.split() == ["twinbell", "twinbell.cli", "twinbell.errors"]


@pytest.mark.parametrize("heavy", ["asyncio", "aiohttp", "picows", "http.client", "apsw", "cryptography"])
def test_help_loads_nothing_heavy(heavy):
    code = "import sys; from twinbell.cli.command import parser_for; parser_for([])"

    done = subprocess.run(
        [sys.executable, "-c", f"{code}; print({heavy!r} in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "False\n"


def test_no_module_of_the_command_line_stands_beside_its_table():
    from twinbell import cli

    nouns = {path.stem for path in Path(cli.__file__).parent.glob("*.py")}

    assert {noun.replace("-", "_") for noun in cli.NOUNS} <= nouns
