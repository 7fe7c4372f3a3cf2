"""`twinbell relay clock` and `twinbell relay beacon`, on a real data folder."""

import io
import json

import pytest

from twinbell.cli import main
from twinbell.relay import beaconkey, clockfile
from twinbell.relay.clockgate import State
from twinbell.relay.keeper import Keeper


@pytest.fixture
def keeper(tmp_path):
    return Keeper.open(tmp_path / "relay", period_s=7)


def run(capsys, *words):
    code = main([str(word) for word in words])
    out, err = capsys.readouterr()
    return code, out, err


def test_the_clock_is_shown_in_words_and_in_json(keeper, tmp_path, capsys):
    code, words, _ = run(capsys, "relay", "clock", "show", "--data", tmp_path / "relay")
    assert code == 0
    assert "steady" in words

    code, text, _ = run(capsys, "relay", "clock", "show", "--json", "--data", tmp_path / "relay")
    shown = json.loads(text)
    assert code == 0
    assert shown["state"] == "steady"
    assert abs(shown["wall"] - shown["believed"]) <= 60
    assert shown["backed_up"] is False


def test_a_confirmation_reaches_the_relay(keeper, tmp_path, capsys):
    keeper.gate = type(keeper.gate)(keeper.gate.anchor_s - 86_400, keeper.gate.anchor_boot_s)
    assert keeper.read().state is State.LEAPT

    code, _, _ = run(capsys, "relay", "clock", "confirm", "--yes", "--data", tmp_path / "relay")
    keeper.look()

    assert code == 0
    assert keeper.read().state is State.STEADY


def test_without_a_terminal_nobody_confirms_by_accident(keeper, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))

    code, _, _ = run(capsys, "relay", "clock", "confirm", "--data", tmp_path / "relay")

    assert code != 0
    assert not (keeper.folder / clockfile.CONFIRM).exists()


def test_two_of_the_three_lists_bring_the_key_back(keeper, tmp_path, capsys, monkeypatch):
    code, text, _ = run(capsys, "relay", "beacon", "backup", "--json", "--data", tmp_path / "relay")
    words = json.loads(text)
    assert code == 0
    assert keeper.is_backed_up()

    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(words["shares"][1:]) + "\n"))
    code, text, _ = run(
        capsys, "relay", "beacon", "restore", "--json", "--data", tmp_path / "anew",
        "--period", words["period"], "--genesis", words["genesis"], "--hash", words["chain"],
    )  # fmt: skip

    assert (code, json.loads(text)) == (0, {"chain": keeper.chain.hash.hex()})
    assert beaconkey.load(tmp_path / "anew/beacon") == beaconkey.load(keeper.folder)
    assert Keeper.open(tmp_path / "anew").read().gate_s <= keeper.read().gate_s + 1


def test_a_lost_key_comes_back_into_its_own_folder(keeper, tmp_path, capsys, monkeypatch):
    _, text, _ = run(capsys, "relay", "beacon", "backup", "--json", "--data", tmp_path / "relay")
    before = beaconkey.load(keeper.folder)
    (keeper.folder / beaconkey.KEY).unlink()

    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(json.loads(text)["shares"][:2])))
    code, _, _ = run(capsys, "relay", "beacon", "restore", "--data", tmp_path / "relay")

    assert code == 0
    assert beaconkey.load(keeper.folder) == before


def test_words_of_another_chain_write_nothing(keeper, tmp_path, capsys, monkeypatch):
    _, text, _ = run(capsys, "relay", "beacon", "backup", "--json", "--data", tmp_path / "relay")
    words = json.loads(text)

    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(words["shares"][:2])))
    code, _, err = run(
        capsys, "relay", "beacon", "restore", "--data", tmp_path / "anew",
        "--period", words["period"] + 1, "--genesis", words["genesis"], "--hash", words["chain"],
    )  # fmt: skip

    assert code == 6
    assert words["chain"] in err
    assert not (tmp_path / "anew/beacon/key").exists()


@pytest.mark.parametrize("lines", [0, 1])
def test_one_list_is_not_enough(keeper, tmp_path, capsys, monkeypatch, lines):
    _, text, _ = run(capsys, "relay", "beacon", "backup", "--json", "--data", tmp_path / "relay")

    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(json.loads(text)["shares"][:lines])))
    code, _, _ = run(
        capsys, "relay", "beacon", "restore", "--data", tmp_path / "anew", "--period", 7, "--genesis", 1
    )

    assert code == 6


def test_a_key_that_is_there_is_not_overwritten(keeper, tmp_path, capsys, monkeypatch):
    _, text, _ = run(capsys, "relay", "beacon", "backup", "--json", "--data", tmp_path / "relay")

    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(json.loads(text)["shares"][:2])))
    code, _, _ = run(capsys, "relay", "beacon", "restore", "--data", tmp_path / "relay")

    assert code == 7


def test_the_words_on_the_page_are_all_there(keeper, tmp_path, capsys):
    _, out, _ = run(capsys, "relay", "beacon", "backup", "--data", tmp_path / "relay")

    rows = [line.split() for line in out.splitlines() if line.startswith("  ")]

    assert sum(len(row) for row in rows if len(row) == 11) == 99
    assert keeper.chain.hash.hex() in out


def test_there_is_nothing_to_show_where_no_relay_was(tmp_path, capsys):
    for words in (("clock", "show"), ("clock", "confirm", "--yes"), ("beacon", "backup")):
        code, _, err = run(capsys, "relay", *words, "--data", tmp_path)
        assert code == 8
        assert "no beacon" in err
