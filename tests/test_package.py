"""The wheel that people install: it builds, and runs with what it says it needs and nothing more."""

import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

from twinbell import __version__

TOP = Path(__file__).parent.parent


def run(*words: str | Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(list(map(str, words)), capture_output=True, text=True, cwd=TOP, timeout=300)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    built = run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder)
    assert built.returncode == 0, built.stderr
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """An environment that holds the wheel and its locked run dependencies."""
    folder = tmp_path_factory.mktemp("venv")
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    fetched = run(python, "-m", "pip", "install", "-q", "--require-hashes", "-r", "requirements/run.txt")
    if fetched.returncode != 0:
        pytest.skip(f"the run dependencies can't be fetched here: {fetched.stderr[-300:]}")
    placed = run(python, "-m", "pip", "install", "-q", "--no-deps", wheel)
    assert placed.returncode == 0, placed.stderr
    return folder / "bin"


def test_the_wheel_holds_the_program_and_its_licence(wheel):
    names = zipfile.ZipFile(wheel).namelist()

    sources = {path.relative_to(TOP / "src").as_posix() for path in (TOP / "src").rglob("*.py")}
    assert sources <= set(names)
    assert "twinbell/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert all(name.startswith(("twinbell/", "twinbell-")) for name in names)


def test_the_program_runs_where_nothing_else_is_installed(installed):
    version = run(installed / "twinbell", "--version")
    help_ = run(installed / "twinbell", "--help")
    age = run(installed / "twinbell", "age", "--help")
    checked = run(installed / "python", "-m", "pip", "check")

    assert version.stdout == f"twinbell {__version__}\n"
    assert help_.returncode == 0
    assert "bell" in help_.stdout
    assert age.returncode == 0, age.stderr
    assert checked.returncode == 0, checked.stdout


def test_every_module_imports_where_nothing_else_is_installed(wheel, installed):
    sources = [name for name in zipfile.ZipFile(wheel).namelist() if name.endswith(".py")]
    names = [name.removesuffix(".py").replace("/", ".") for name in sorted(sources)]
    modules = [name.removesuffix(".__init__") for name in names if not name.endswith("__main__")]

    done = run(installed / "python", "-c", "import sys\nfor n in sys.argv[1:]: __import__(n)", *modules)

    assert done.returncode == 0, done.stderr


def test_the_version_is_said_once_and_the_same():
    project = tomllib.loads((TOP / "pyproject.toml").read_text())["project"]

    assert project["version"] == __version__


def test_the_lock_for_people_has_what_the_project_asks_for():
    project = tomllib.loads((TOP / "pyproject.toml").read_text())["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["relay"]]
    source = (TOP / "requirements" / "run.in").read_text().split("\n")

    assert sorted(asked) == sorted(line for line in source if line and not line.startswith("#"))
