"""A second implementation, in JavaScript and from the specification alone, reads the vectors of a bond."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
VECTORS = HERE.parents[1] / "vectors"

needs_npm = pytest.mark.skipif(
    not shutil.which("node") or not (HERE / "node_modules" / "age-encryption").exists(),
    reason="node and the packages of tests/interop are not installed",
)


def run(vectors):
    return subprocess.run(
        ["node", "bond.mjs", str(vectors)], cwd=HERE, capture_output=True, text=True, timeout=120
    )


@needs_npm
def test_keys_bells_envelopes_and_changes_mean_the_same_in_javascript():
    done = run(VECTORS)

    assert done.returncode == 0, done.stderr
    read = json.loads(done.stdout)
    assert sorted(read["envelope"]) == sorted(path.stem for path in (VECTORS / "envelope").glob("*.json"))
    assert {noun: len(names) for noun, names in read.items()}["bell"] == 2
    assert len(read["chain"]) == len([*(VECTORS / "chain").glob("*control*.json")])


@needs_npm
def test_the_reader_in_javascript_sees_a_changed_vector(tmp_path):
    shutil.copytree(VECTORS, tmp_path / "vectors")
    path = tmp_path / "vectors" / "bell" / "spoken.json"
    vector = json.loads(path.read_text())
    path.write_text(json.dumps(vector | {"words_bits": "00" * 9}))

    assert run(tmp_path / "vectors").returncode != 0
