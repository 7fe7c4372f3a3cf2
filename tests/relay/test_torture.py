"""Short forms of the harnesses in `torture/` that concern the relay; each must also catch its known fault."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).parent.parent.parent


def harness(name: str, *args: str) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-m", f"torture.{name}", *args], cwd=TOP, capture_output=True, text=True, timeout=280
    )
    assert done.stdout, done.stderr
    found: dict[str, object] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


@pytest.mark.torture
@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("kill9", ["--rounds", "3"]),
        ("powercut", ["--cuts", "60"]),
        ("badinput", ["--count", "300"]),
        ("alike", ["--count", "600"]),
    ],
)
def test_a_harness_holds_and_catches(name, args):
    if name == "powercut" and shutil.which("strace") is None:
        pytest.skip("strace, which records the power cut of test X2, is not installed")

    found = harness(name, *args)

    assert found["held"], found
    assert found["caught"], found
