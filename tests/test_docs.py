"""The documentation is complete and leads somewhere: whatever a person meets appears in it."""

import argparse
import re
import shlex
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from torture.__main__ import harnesses

from twinbell import errors
from twinbell.cli.command import parser_for
from twinbell.relay.settings import Settings
from twinbell.wire import limits
from twinbell.wire.problems import Problem

TOP = Path(__file__).parent.parent
DOCS = TOP / "docs"
PAGES = sorted([*TOP.glob("*.md"), *DOCS.rglob("*.md"), *(TOP / "changelog.d").glob("README.md")])
COMMANDS = DOCS / "guide" / "commands.md"
NAMES = [page.relative_to(TOP).as_posix() for page in PAGES]


def text(path: Path) -> str:
    return path.read_text("utf-8")


def leaves(parser: argparse.ArgumentParser, words: tuple[str, ...] = ()) -> Iterator[tuple[str, list[str]]]:
    """Yield each command in full, with its own options."""
    nested = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    for action in nested:
        for word, child in action.choices.items():
            yield from leaves(child, (*words, word))
    if not nested:
        options = [name for action in parser._actions for name in action.option_strings]
        yield " ".join(words), [name for name in options if name.startswith("--")]


def commands() -> dict[str, list[str]]:
    return dict(leaves(parser_for([])))


def blocks(page: Path) -> Iterator[str]:
    """Yield the lines of the code blocks of a page, joined where they end in a backslash."""
    for block in re.findall(r"^```(?:sh|bash|console)?\n(.*?)^```", text(page), re.DOTALL | re.MULTILINE):
        yield from block.replace("\\\n", " ").splitlines()


def typed(page: Path) -> Iterator[list[str]]:
    """Yield each `twinbell` command line that a page tells a person to type."""
    for line in blocks(page):
        line = line.removeprefix("$ ").split("|")[-1].strip()
        if line.startswith("twinbell "):
            yield shlex.split(line.split("  #")[0].split(" > ")[0].split(" < ")[0], comments=True)


def test_every_command_and_option_is_explained():
    page = text(COMMANDS)

    missing = [name for name in commands() if f"twinbell {name}" not in page]
    options = {option for found in commands().values() for option in found} - {"--help"}

    assert not missing
    assert not [option for option in sorted(options) if option not in page]


def test_every_exit_code_is_explained():
    page = text(COMMANDS)
    classes = [each for each in vars(errors).values() if isinstance(each, type)]
    codes = {each.exit_code for each in classes if issubclass(each, errors.TwinbellError)}

    rows = set(map(int, re.findall(r"^\| *`?(\d+)`? *\|", page, re.MULTILINE)))

    assert codes | {0} <= rows


def test_every_setting_of_a_relay_is_explained():
    page = text(DOCS / "guide" / "relay.md")

    assert not [each.name for each in fields(Settings) if f"| `{each.name}` |" not in page]


def test_every_problem_has_its_line_in_the_specification():
    spec = "\n".join(map(text, sorted((DOCS / "spec").glob("*.md"))))

    assert not [problem.slug for problem in Problem if f"`{problem.slug}`" not in spec]


def test_every_limit_is_told_with_its_value():
    page = text(DOCS / "spec" / "limits.md")
    values = {name: value for name, value in vars(limits).items() if name.isupper()}

    assert values
    assert not [name for name, value in values.items() if f"| `{name}` | {value:,} |" not in page]


@pytest.mark.parametrize("page", NAMES)
def test_every_link_leads_somewhere(page):
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text(TOP / page)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (TOP / page).parent / path if path else TOP / page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            broken.append(target)

    assert not broken


def anchors(page: Path) -> set[str]:
    heads = re.findall(r"^#+ (.*)$", text(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", NAMES)
def test_every_file_that_is_named_is_there(page):
    named = set(re.findall(r"`([\w.-]+/[\w./-]+\.(?:py|md|toml|mjs|service|yaml))`", text(TOP / page)))

    roots = [TOP, TOP / "src" / "twinbell", TOP / "docs", (TOP / page).parent]

    assert not [name for name in named if not any((root / name).exists() for root in roots)]


@pytest.mark.parametrize("page", NAMES)
def test_every_command_line_in_the_docs_can_be_typed(page):
    for line in typed(TOP / page):
        try:
            parser_for(line[1:]).parse_args(line[1:])
        except SystemExit as left:
            assert left.code == 0, f"{page}: {shlex.join(line)}"


def test_every_make_target_in_the_docs_exists():
    targets = set(re.findall(r"^(\w+):", text(TOP / "Makefile"), re.MULTILINE))

    quoted = {name for page in PAGES for name in re.findall(r"`make (\w+)", text(page))}
    shown = {line.split()[1] for page in PAGES for line in blocks(page) if line.startswith("make ")}

    assert shown
    assert quoted | shown <= targets


@pytest.mark.parametrize("folder", ["spec", "decisions"])
def test_every_page_of_a_folder_is_in_its_table(folder):
    table = text(DOCS / folder / "README.md")

    pages = [page.name for page in sorted((DOCS / folder).glob("*.md")) if page.name != "README.md"]

    assert pages
    assert not [name for name in pages if f"({name})" not in table]


def test_every_test_that_the_threat_model_leans_on_is_there():
    page = text(DOCS / "threat-model.md")
    who, _, table = page.partition("## The numbered tests")

    leaned_on = set(re.findall(r"\b([A-Z]\d{1,2})\b", " ".join(re.findall(r"\(([^)]*)\)", who))))
    rows = dict(re.findall(r"^\| *([A-Z]\d{1,2}) *\|(.*)$", table, re.MULTILINE))

    assert leaned_on <= set(rows)
    for row in rows.values():
        files = re.findall(r"`((?:tests|torture|fuzz|web/tests)/[\w/.]+)`", row)
        assert files
        assert all((TOP / file).exists() for file in files), row


def test_every_harness_is_in_the_threat_model():
    page = text(DOCS / "threat-model.md")

    found = harnesses()

    assert not [name for name in found if f"`torture/{name}.py`" not in page]
    assert not [says for says in found.values() if not re.match(r"[A-Z]\d", says)]
