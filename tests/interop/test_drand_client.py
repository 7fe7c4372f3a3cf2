"""Unmodified npm `drand-client` and `tlock-js` against a real relay process."""

import json
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

HERE = Path(__file__).parent

pytestmark = pytest.mark.skipif(
    shutil.which("node") is None or not (HERE / "node_modules/drand-client").exists(),
    reason="node or npm drand-client is not installed: make setup",
)


@pytest.fixture
def relay(tmp_path):
    with subprocess.Popen(
        [
            *(sys.executable, "-m", "twinbell.cli", "relay", "serve", "--json"),
            *("--listen", "127.0.0.1:0", "--data", str(tmp_path), "--beacon-period", "1"),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["relay"]
        process.terminate()
        process.wait(20)


def test_the_relay_is_a_drand_network_to_drands_own_clients(relay):
    with urllib.request.urlopen(f"{relay}/info") as answer:  # noqa: S310
        info = json.load(answer)

    done = subprocess.run(
        ["node", "drand.mjs", relay, info["hash"], info["public_key"]],
        cwd=HERE,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    health = said.pop("health")
    assert health["status"] == 200
    assert health["current"] == health["expected"] >= 1
    future = said.pop("future")
    assert future.endswith("got 425"), future
    seen = {"first": 1, "byTime": 1, "latest": True, "latestDirectly": True}
    assert said == {
        "plain": seen,
        "by hash": seen,
        "watched": 1,
        "chains": [f"/{info['hash']}"],
        "fastest": 1,
        "wrongHash": "refused",
        "early": "refused",
        "due": "happy birthday",
    }
