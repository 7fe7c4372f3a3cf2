"""What `deploy/` says of a relay is true of the relay: commands, settings, port, health."""

import json
import re
import shutil
import subprocess
from dataclasses import fields
from pathlib import Path

import pytest

from twinbell.cli.command import parser_for
from twinbell.relay.settings import VARIABLE_PREFIX, Settings

DEPLOY = Path(__file__).parent.parent / "deploy"
PORT = Settings().listen.rpartition(":")[2]
UNIT = DEPLOY / "twinbell-relay.service"


def text(name: str) -> str:
    return (DEPLOY / name).read_text("utf-8")


def test_the_container_starts_a_relay():
    (entry,) = re.findall(r"^ENTRYPOINT (\[.*\])$", text("Dockerfile"), re.MULTILINE)
    program, *words = json.loads(entry)

    args = parser_for(words).parse_args(words)

    assert program == "twinbell"
    assert args.listen == f"0.0.0.0:{PORT}"
    assert re.search(r"^USER (?!root)\w+$", text("Dockerfile"), re.MULTILINE)
    assert f"127.0.0.1:{PORT}/healthz" in text("Dockerfile")
    assert f"relay:{PORT}" in text("Caddyfile")


def test_the_unit_starts_a_relay():
    (command,) = re.findall(r"^ExecStart=\S+/twinbell (.*)$", text(UNIT.name), re.MULTILINE)

    args = parser_for(command.split()).parse_args(command.split())

    assert args.listen == f"127.0.0.1:{PORT}"


def test_every_variable_is_a_setting():
    known = {VARIABLE_PREFIX + each.name.upper() for each in fields(Settings)}

    named = {
        name for path in DEPLOY.iterdir() for name in re.findall(rf"\b{VARIABLE_PREFIX}\w+", path.read_text())
    }

    assert named
    assert named <= known


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_understands_the_unit(tmp_path):
    """The program is not where the unit says on this machine; nothing else may be wrong."""
    unit = tmp_path / UNIT.name
    unit.write_text(re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", text(UNIT.name), flags=re.MULTILINE))

    done = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True)

    assert done.stderr == ""
    assert done.returncode == 0
