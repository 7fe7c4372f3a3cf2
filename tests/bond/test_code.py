import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinbell.bond.code import Code, Form, check_nameplate, fresh_secret
from twinbell.errors import Damaged, Mistaken

LINK = "https://relay.example/bell#abcdefghijklmnopqrstuvwxyz-aaaaaaaaaaaaaaaaaaaaaaaaaa"


@pytest.mark.parametrize(
    "text",
    [
        "7-crater-lamp-violin@relay.example",
        "  7-crater-lamp-violin@relay.example\n",
        "7 crater lamp violin @ relay.example",
        "7--Crater--LAMP violin@Relay.Example",
        "7-crat-lamp-viol@relay.example",
        "7 – crater – lamp – violin@https://relay.example",
    ],
)
def test_a_spoken_code_is_understood_as_people_type_it(text):
    code = Code.parse(text)

    assert code == Code(
        form=Form.SPOKEN, relay="https://relay.example", nameplate="7", secret="crater-lamp-violin"
    )
    assert code.password == b"crater-lamp-violin"


@pytest.mark.parametrize(
    "host, relay",
    [
        ("relay.example", "https://relay.example"),
        ("relay.example:8443", "https://relay.example:8443"),
        ("localhost:4000", "http://localhost:4000"),
        ("127.0.0.1:4000", "http://127.0.0.1:4000"),
        ("[::1]:4000", "http://[::1]:4000"),
        ("http://relay.example", "http://relay.example"),
        ("https://relay.example/twinbell", "https://relay.example/twinbell"),
    ],
)
def test_a_relay_is_met_by_https_unless_it_is_this_machine_or_says_otherwise(host, relay):
    code = Code.parse(f"7-crater-lamp-violin@{host}")

    assert code.relay == relay
    assert Code.parse(str(code)) == code


def test_a_code_without_a_relay_takes_the_one_that_is_known():
    code = Code.parse("7-crater-lamp-violin", relay="http://127.0.0.1:4000/")

    assert code.relay == "http://127.0.0.1:4000"


def test_a_link_is_read_and_written_back():
    code = Code.parse(LINK)

    assert code.form is Form.LINK
    assert code.nameplate == "abcdefghijklmnopqrstuvwxyz"
    assert str(code) == LINK


@pytest.mark.parametrize(
    "text, says",
    [
        ("", "at which relay"),
        ("crater-lamp-violin", "at which relay"),
        ("crater-lamp-violin@relay.example", "a number and three words"),
        ("7@relay.example", "a number and three words"),
        ("07-crater-lamp-violin@relay.example", "a number and three words"),
        ("7-crater-lamp@relay.example", "has three words"),
        ("7-crater-lamp-violin-lamp@relay.example", "has three words"),
        ("7-crater-lmap-violin@relay.example", "'lmap'"),
        ("7-crater-lamp-violin@", "relay"),
        ("7-crater-lamp-violin@a b", "name of a relay"),
        ("7-crater-lamp-violin@ftp://relay.example", "https://"),
        ("7-crater-lamp-violin@a@b", "name of a relay"),
        ("x" * 600, "too long"),
        ("https://relay.example/#abcdefghijklmnopqrstuvwxyz-aaaaaaaaaaaaaaaaaaaaaaaaaa", "lead to a bell"),
        (LINK[:-1], "not whole"),
        (LINK + "a", "not whole"),
        (LINK[:-1] + "b", "letter of this link is wrong"),
        (LINK.replace("https", "gopher"), "https://"),
    ],
)
def test_what_is_wrong_with_a_code_is_said_in_a_sentence(text, says):
    with pytest.raises(Mistaken, match=says):
        Code.parse(text)


@given(st.text(max_size=80))
def test_whatever_is_typed_is_a_code_or_a_sentence(text):
    try:
        code = Code.parse(text, relay="https://relay.example")
    except Mistaken:
        return

    assert Code.parse(str(code)) == code


@pytest.mark.parametrize("form", Form)
def test_a_fresh_secret_makes_a_code_that_parses(form):
    nameplate = {"spoken": "123", "link": "a" * 26}[form.value]

    secret = fresh_secret(form, secrets.token_bytes)

    code = Code(form=form, relay="https://relay.example", nameplate=nameplate, secret=secret)
    assert Code.parse(str(code)) == code


@pytest.mark.parametrize("nameplate", ["", "0", "01", "1234567890", "7-crater", "a", "\u0667"])
def test_a_relay_that_names_a_bell_strangely_is_not_believed(nameplate):
    with pytest.raises(Damaged):
        check_nameplate(Form.SPOKEN, nameplate)


def test_printing_a_code_for_a_log_shows_no_secret():
    assert "crater" not in repr(Code.parse("7-crater-lamp-violin@relay.example"))
