"""What the README tells a person to type works, in that order, with real processes."""

import re
import shlex
from pathlib import Path

import pytest
from demo.people import Person, Relay

README = Path(__file__).parent.parent.parent / "README.md"
CODE = "7-crater-lamp-violin@relay.example"
RELAY = "https://relay.example"


@pytest.fixture
def relay(tmp_path):
    relay = Relay.start(tmp_path / "relay")
    yield relay
    relay.stop()


@pytest.fixture
def typed():
    """The command lines of the README, as words."""
    blocks = re.findall(r"^```\n(.*?)^```", README.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    lines = [line for block in blocks for line in block.splitlines() if line.startswith("twinbell ")]
    return [shlex.split(line)[1:] for line in lines]


def test_five_commands_make_a_bond_and_send_a_letter(relay, typed, tmp_path, monkeypatch):
    serve, give, answer, ring, letter = typed
    mei, jun = Person("Mei", tmp_path / "mei"), Person("Jun", tmp_path / "jun")
    (tmp_path / "hello.txt").write_text("Hello.\n")
    (tmp_path / "dusk.jpg").write_bytes(b"a photo")
    monkeypatch.chdir(tmp_path)

    assert serve == ["relay", "serve"]
    with mei.leaves_running(*_at(relay, give), "--no-passphrase") as giving:
        code = giving.says()["spoken"]
        joined = jun.types(*(code if word == CODE else word for word in answer), "--no-passphrase")
        giving.ends()
    rung = mei.types(*ring)
    sent = mei.types(*letter)
    waiting = jun.types("letter", "list")["letters"]

    assert joined["status"] == "joined"
    assert rung["status"] == "sent"
    assert [each["letter"] for each in waiting] == [sent["letter"]]


def _at(relay: Relay, words: list[str]) -> list[str]:
    return [relay.url if word == RELAY else word for word in words]
