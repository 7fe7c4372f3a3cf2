"""The architecture, as a table that is checked.

Each package may import itself and what its line allows; nothing else of ours. What is PURE also keeps
away from the outside world: bytes, events and times come in as arguments, decisions go out as results.
Imports inside functions count as well. `docs/architecture.md` draws the same table.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SRC = Path(__file__).parent.parent / "src" / "twinbell"

GROUND = {"errors", "encoding", "__version__"}
MAY_IMPORT = {
    "crypto": GROUND,
    "age": GROUND | {"crypto"},
    "wire": GROUND | {"crypto"},
    "bond": GROUND | {"crypto", "age", "wire"},
    "relay": GROUND | {"clock", "crypto", "wire"},  # not age, not bond: it cannot read
    "client": GROUND | {"clock", "crypto", "age", "wire", "bond"},
    "cli": GROUND | {"clock", "crypto", "age", "wire", "bond", "relay", "client"},
}
PURE = {"crypto", "age", "wire", "bond"}
OUTSIDE = {
    "aiohttp", "apsw", "asyncio", "datetime", "http", "os", "pathlib", "picows", "random", "select",
    "shutil", "signal", "socket", "sqlite3", "ssl", "subprocess", "tempfile", "threading", "time",
    "urllib", "uvloop", "zoneinfo",
}  # fmt: skip

BY_CALL = {"__import__", "import_module", "importlib.import_module"}


def imports(source: str) -> Iterator[str]:
    """Yield every module that `source` imports, at its top or inside a function, written in full."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "write imports in full"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in BY_CALL:
            yield ast.unparse(node.args[0]).strip("'")


def breaches(package: str, source: str) -> list[str]:
    """Return what `source`, living in `package`, imports and must not."""
    found = []
    for name in imports(source):
        top, *rest = name.split(".")
        if top == "twinbell":
            if not {*rest[:1]} <= MAY_IMPORT[package] | {package}:
                found.append(name)
        elif package in PURE and top in OUTSIDE:
            found.append(name)
    return found


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_a_package_keeps_to_its_layer(package):
    files = sorted((SRC / package).rglob("*.py"))

    found = {str(path.relative_to(SRC)): breaches(package, path.read_text("utf-8")) for path in files}

    assert files
    assert not {path: names for path, names in found.items() if names}


def test_every_package_has_a_line_in_the_table():
    assert {path.parent.name for path in SRC.glob("*/__init__.py")} == set(MAY_IMPORT)


def test_the_ground_stands_on_nothing():
    for noun in ("errors", "encoding", "clock"):
        ours = [n for n in imports((SRC / f"{noun}.py").read_text("utf-8")) if n.startswith("twinbell")]
        assert all(name.startswith("twinbell.errors.") for name in ours)


@pytest.mark.parametrize(
    ("package", "source"),
    [
        ("relay", "def read():\n    from twinbell.bond.letter import open_letter"),
        ("relay", "import twinbell.age.stream"),
        ("relay", "import importlib\nimportlib.import_module('twinbell.age')"),
        ("client", "from twinbell.relay.api import routes"),
        ("wire", "def now():\n    import time"),
        ("bond", "from twinbell import clock"),
        ("crypto", "from os import urandom"),
    ],
)
def test_what_crosses_a_layer_is_seen(package, source):
    assert breaches(package, source)
