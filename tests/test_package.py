"""The wheel that people install: it builds, and runs with what it says it needs and nothing more."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

from twinbell import __version__

TOP = Path(__file__).parent.parent
DIST = TOP / "web" / "dist"
CARRIED = "twinbell/_web/"


def run(*words: str | Path, top: Path = TOP, **variables: str) -> "subprocess.CompletedProcess[str]":
    env = os.environ | variables
    return subprocess.run(
        list(map(str, words)), capture_output=True, text=True, cwd=top, env=env, timeout=300
    )


def build(kind: str, into: Path, *, top: Path = TOP, **variables: str) -> Path:
    """Build a wheel or an sdist of the folder `top`, and return it."""
    done = try_build(kind, into, top=top, **variables)
    assert done.returncode == 0, done.stderr
    (path,) = into.glob("*.whl" if kind == "wheel" else "*.tar.gz")
    return path


def try_build(
    kind: str, into: Path, *, top: Path = TOP, **variables: str
) -> "subprocess.CompletedProcess[str]":
    return run(
        sys.executable, "-m", "build", f"--{kind}", "--no-isolation", "--outdir", into, top=top, **variables
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return build("wheel", tmp_path_factory.mktemp("dist"))


@pytest.fixture
def bare(tmp_path):
    """The sources alone, as they are without a build of the app."""
    top = tmp_path / "bare"
    top.mkdir()
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE", "CHANGELOG.md"):
        shutil.copy(TOP / name, top)
    shutil.copytree(TOP / "src", top / "src", ignore=shutil.ignore_patterns("__pycache__"))
    return top


@pytest.fixture
def no_node(tmp_path):
    """A PATH on which there is neither Node nor npm."""
    folder = tmp_path / "path"
    folder.mkdir()
    return {"PATH": str(folder)}


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
    assert not [name for name in names if "node_modules" in name]


def listed(folder):
    return [file["path"] for file in json.loads((folder / "app.json").read_text())["files"]]


def test_the_wheel_carries_the_web_app_as_it_was_built(wheel):
    archive = zipfile.ZipFile(wheel)

    carried = {name.removeprefix(CARRIED) for name in archive.namelist() if name.startswith(CARRIED)}
    assert {"app.json", *listed(DIST)} <= carried
    assert all(archive.read(CARRIED + path) == (DIST / path).read_bytes() for path in carried)


def test_a_relay_from_the_wheel_finds_its_app(wheel, installed):
    code = "from twinbell.relay.webroot import find_root; print(find_root())"
    found = run(installed / "python", "-c", code)

    assert found.stdout.strip().endswith("site-packages/twinbell/_web")


def test_an_sdist_carries_it_too_and_needs_no_node(tmp_path, no_node):
    sdist = build("sdist", tmp_path / "sdist")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path / "from", filter="data")
    (top,) = (tmp_path / "from").iterdir()

    wheel = build("wheel", tmp_path / "wheel", top=top, **no_node)

    assert not (top / "web" / "node_modules").exists()
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {CARRIED + path for path in listed(DIST)} <= names


def test_without_a_build_and_without_node_the_app_is_left_out_and_that_is_said(bare, tmp_path, no_node):
    shutil.copytree(
        TOP / "web", bare / "web", ignore=shutil.ignore_patterns("dist*", "node_modules", "tests")
    )

    done = try_build("wheel", tmp_path / "wheel", top=bare, **no_node)
    refused = try_build("wheel", tmp_path / "none", top=bare, **no_node, TWINBELL_BUILD_WEB="1")

    assert done.returncode == 0
    assert "The web app is left out" in done.stdout + done.stderr
    (wheel,) = (tmp_path / "wheel").glob("*.whl")
    assert not [name for name in zipfile.ZipFile(wheel).namelist() if name.startswith(CARRIED)]
    assert refused.returncode != 0
    assert "web/dist is missing" in refused.stdout + refused.stderr


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
    extras = project["optional-dependencies"]
    asked = [*project["dependencies"], *extras["relay"], *extras["push"], *extras["remind"]]
    source = (TOP / "requirements" / "run.in").read_text().split("\n")

    assert sorted(asked) == sorted(line for line in source if line and not line.startswith("#"))
