"""What `--json` prints has exactly the keys that the page of commands names."""

import json
import re

import pytest
from docs import make_commands
from tests.stories.people import Person

from twinbell.cli.command import parser_for
from twinbell.client.news import FACTS

PAGE = dict(make_commands._leaves(parser_for([])))


def keys(words: str) -> set[str]:
    """The keys that the page names for a command; those of nested objects as `letters.state`."""
    _, _, named = (PAGE[words].epilog or "").partition("\n\njson:\n")
    flat = re.sub(r"\(.*?\)", "", " ".join(named.split()))
    found = set()
    for name, nested in re.findall(r"(\w+)(?:: \[\{(.*?)\}\])?", flat):
        found.add(name)
        found |= {f"{name}.{inner.strip()}" for inner in nested.split(",") if nested}
    return found


def printed(record: dict[str, object]) -> set[str]:
    found = set()
    for name, value in record.items():
        found.add(name)
        if isinstance(value, list):
            found |= {f"{name}.{inner}" for item in value if isinstance(item, dict) for inner in item}
    return found


def test_every_command_prints_the_keys_that_it_names(relay, mei, jun, tmp_path):
    (tmp_path / "gift.txt").write_text("gift")
    with mei.leaves_running(
        "bell", "give", "--relay", relay.url, "--name", "Mei", "--no-passphrase", "--json"
    ) as giving:
        given = giving.says()
        answered = jun.types("bell", "answer", given["spoken"], "--name", "Jun", "--no-passphrase")
        finished = giving.says()
    words = {
        "bond list": [], "bond show": [], "bond verify": ["--yes"], "bond rename": ["--to", "Junie"],
        "bond picture": [], "ring": [], "beacon show": [], "doctor": [], "kit show": [],
        "bond about": ["--place", "here"], "bond portrait": [], "bond receipts": ["on"], "bond quiet": [],
        "bond export": ["--to", str(tmp_path / "jun.tar")],
    }  # fmt: skip
    records = {name: mei.types(*name.split(), *more) for name, more in words.items()}
    records["letter write"] = mei.types(
        "letter", "write", "-", "--attach", str(tmp_path / "gift.txt"), "--opens", "in 2s", stdin="hello"
    )
    letter = records["letter write"]["letter"]
    records["letter list"] = jun.types("letter", "list")
    records["letter show"] = jun.types("letter", "show", letter)
    while jun.tries("letter", "open", letter).code == 3:
        pass
    records["letter open"] = jun.types("letter", "open", letter)
    records["letter save"] = jun.types("letter", "save", letter, "--into", str(tmp_path / "saved"))
    records["kit copy"] = jun.types("kit", "copy", "--to", str(tmp_path / "keyring.age"))
    back = Person("Mei", tmp_path / "back")
    page = "\n".join(records["kit show"]["page"])
    records["kit restore"] = back.types("kit", "restore", "-", "--no-passphrase", stdin=page)
    records["bond part"] = back.types("bond", "part", "--yes")
    records["bell answer"] = answered
    records["beacon mark"] = mei.types("beacon", "mark", "quicknet", "--others")

    assert set(given) | set(finished) == keys("bell give") - {"then", "once", "answered"}
    for name, record in records.items():
        assert printed(record) == keys(name), name


def test_the_keys_of_the_issue_stay(relay, pair):
    assert {"bond", "peer", "words", "status"} == keys("bell answer")
    assert {"bonds", "bonds.bond", "bonds.peer", "bonds.verified", "bonds.since"} <= keys("bond list")
    assert {"ring", "status"} == keys("ring")
    assert {"letter", "opens", "rounds", "held_by"} <= keys("letter write")
    assert {f"letters.{name}" for name in ("letter", "bond", "direction", "opens", "state")} <= keys(
        "letter list"
    )
    assert {"letter", "from", "subject", "text", "attachments", "signature"} <= keys("letter open")


def test_every_event_has_the_keys_that_are_named_for_it(pair):
    mei, jun = pair
    mei.types("ring")
    mei.types("bond", "verify", "--yes")
    mei.types("letter", "write", "-", stdin="hello")

    events = jun.hears(1)

    assert {event["event"] for event in events} == {"ring", "verified", "letter"}
    for event in events:
        assert tuple(event) == ("event", "bond", "at", *FACTS[event["event"]])


def test_a_pipe_gets_json_and_nothing_else(pair):
    mei, jun = pair
    mei.types("ring")

    answer = jun.tries("listen", "--for", "0.5")

    assert [json.loads(line)["event"] for line in answer.out.splitlines()] == ["ring"]


@pytest.mark.parametrize("words", [name for name in PAGE if not name.startswith(("relay", "age"))])
def test_every_command_of_a_home_names_its_keys(words):
    assert "json:" in (PAGE[words].epilog or "")
