"""What is committed speaks of the project alone: no machine, no registry, no workshop."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

TOP = Path(__file__).parent.parent

# Written in two halves, so that this file does not find itself.
FORBIDDEN = [
    r"(?<![\w.~-])/(work|farm|root|home/\w+)" + r"/",
    r"/opt/" + r"(wheels|pypi)",
    r"/tmp/" + r"(contract|h\d)",
    r"registry\." + r"(npmjs|yarnpkg)",
    r"(files\." + r"pythonhosted|pypi\.org/simple)",
    r'"resolved' + r'":',
    r"--(extra-)?index" + r"-url",
    r"\b(DESIGN|PROTOCOL|RISKS|STACK|STYLE|LOOK|CONTRACT)" + r"\.md\b",
]
SHARED = r"\.\./" + r"shared"  # where the public vectors may lie, which is the CI's own business


@pytest.fixture(scope="module")
def committed():
    if not shutil.which("git") or not (TOP / ".git").exists():
        pytest.skip("this is no git checkout")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=TOP, capture_output=True, check=True).stdout
    paths = [TOP / name for name in listed.decode().split("\0") if name]
    return {path.relative_to(TOP).as_posix(): path.read_bytes() for path in paths if path.is_file()}


@pytest.mark.parametrize("pattern", FORBIDDEN)
def test_no_file_names_a_machine_a_registry_or_a_workshop(committed, pattern):
    found = [name for name, data in committed.items() if re.search(pattern.encode(), data)]

    assert not found


def test_only_the_ci_knows_where_public_vectors_may_lie(committed):
    found = [name for name, data in committed.items() if re.search(SHARED.encode(), data)]

    assert set(found) <= {".ci/run"}


def test_such_words_would_be_found():
    assert re.search(FORBIDDEN[0], "see /work" + "/main")
    assert re.search(FORBIDDEN[5], '      "resolved' + '": "https://…"')
