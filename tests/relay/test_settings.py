from pathlib import Path

import pytest

from twinbell.errors import Mistaken
from twinbell.relay.settings import load


def test_a_flag_outranks_a_variable_and_that_a_file(tmp_path):
    file = tmp_path / "relay.toml"
    file.write_text(
        'listen = "127.0.0.1:1"\ndata = "/file"\nreserve-mib = 7\nwitness = ["https://a", "https://b"]\n'
    )
    environment = {"TWINBELL_RELAY_DATA": "/variable", "TWINBELL_RELAY_LISTEN": "127.0.0.1:2"}

    settings = load({"listen": "127.0.0.1:3"}, environment=environment, file=file)

    assert (settings.port, settings.data, settings.reserve_mib) == (3, Path("/variable"), 7)
    assert settings.witness == ("https://a", "https://b")


def test_the_file_may_be_named_by_a_variable(tmp_path):
    file = tmp_path / "relay.toml"
    file.write_text("sockets = 5\n")

    assert load({}, environment={"TWINBELL_RELAY_CONFIG": str(file)}).sockets == 5


def test_lists_in_variables_are_split_at_spaces():
    assert load({}, environment={"TWINBELL_RELAY_ORIGINS": "https://a https://b"}).origins == (
        "https://a",
        "https://b",
    )


def test_addresses_of_six_have_brackets():
    settings = load({"listen": "[::1]:80"}, environment={})

    assert (settings.host, settings.port) == ("::1", 80)


@pytest.mark.parametrize(
    "flags",
    [
        {"listen": "8140"},
        {"listen": "host:port"},
        {"listen": "host:70000"},
        {"sockets": "many"},
        {"sockets": 0},
        {"beacon_period": "-3"},
        {"behind_proxy": "perhaps"},
        {"tls_cert": "cert.pem"},
        {"colour": "blue"},
        {"origins": ["https://app.example/"]},
        {"origins": ["https://APP.example"]},
        {"origins": ["http://app.example"]},
        {"origins": ["null"]},
        {"connect": ["*"]},
        {"connect": ["https://a; script-src *"]},
        {"connect": ["wss://relay.example"]},
    ],
)
def test_what_makes_no_sense_is_refused(flags):
    with pytest.raises(Mistaken):
        load(flags, environment={})


@pytest.mark.parametrize("text", ["not = = toml", "colour = 1"])
def test_a_file_that_makes_no_sense_is_refused(tmp_path, text):
    file = tmp_path / "relay.toml"
    file.write_text(text)

    with pytest.raises(Mistaken):
        load({}, environment={}, file=file)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(Mistaken):
        load({}, environment={}, file=tmp_path / "none.toml")
