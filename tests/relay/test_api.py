import base64
import json
import secrets
import socket

import pytest
from tests.relay.running import Person, running

from twinbell import __version__
from twinbell.wire import mailbox
from twinbell.wire.auth import Token
from twinbell.wire.problems import CONTENT_TYPE, TYPE_PREFIX


def test_a_relay_says_what_it_is(relay):
    about = json.loads(relay.ask("GET", "/v1/about").body)

    assert (about["twinbell"], about["version"]) == (1, __version__)
    assert about["chains"][0]["schemeID"] == "bls-unchained-g1-rfc9380"
    assert about["limits"]["envelope_bytes"] == 16_384


def test_a_relay_says_how_it_is(relay):
    health, metrics = relay.ask("GET", "/healthz"), relay.ask("GET", "/metrics")

    assert json.loads(health.body) == {"status": "ok"}
    assert "\ntwinbell_mailboxes " in metrics.body.decode()
    assert metrics.headers["content-type"].startswith("text/plain; version=0.0.4")


def test_metrics_are_sums_without_names(relay, person):
    person.deposit(relay, b"x")

    page = relay.ask("GET", "/metrics").body.decode()

    values = [line for line in page.splitlines() if not line.startswith("#")]
    assert all(len(line.split(" ")) == 2 and "{" not in line for line in values)
    assert person.box.hex() not in page
    assert "127.0.0.1" not in page


def test_every_refusal_is_one_problem_document(relay, person):
    refusals = [
        relay.ask("GET", "/nowhere"),
        relay.ask("DELETE", "/healthz"),
        relay.ask("GET", mailbox.envelopes_path(person.box)),
        relay.ask("GET", mailbox.path(b"x" * 16) + "/envelopes?after=minus", person.phone),
        relay.ask("PUT", mailbox.path(person.box), person.owner, b"\xff"),
        relay.ask("PUT", mailbox.path(person.box), person.owner, bytes(9000)),
        relay.ask("POST", "/v1/pairings?form=shouted", Token.generate(), b"m1"),
        relay.ask("PUT", "/v1/mailboxes/xyz", person.owner, b""),
        relay.ask("GET", "/ws"),
    ]

    for answer in refusals:
        fields = json.loads(answer.body)
        assert answer.headers["content-type"] == CONTENT_TYPE
        assert fields["status"] == answer.status
        assert fields["type"].startswith(TYPE_PREFIX)
        assert fields["title"].endswith(".")
    assert [answer.status for answer in refusals] == [404, 405, 401, 401, 400, 413, 400, 400, 400]


def test_absent_and_not_yours_are_the_same_bytes(relay, person):
    path, nobody = mailbox.envelopes_path(person.box), mailbox.envelopes_path(secrets.token_bytes(16))
    odd = base64.urlsafe_b64encode(bytes(31)).decode()

    answers = [
        relay.ask("GET", path, Token.generate()),
        relay.ask("GET", path, person.peer),
        relay.ask("GET", nobody, Token.generate()),
        relay.ask("GET", nobody, person.phone),
        relay.ask("GET", path),
        relay.ask("GET", path, headers={"Authorization": "Basic x"}),
        relay.ask("GET", path, headers={"Authorization": f"Bearer {odd}"}),
    ]

    assert len({(answer.status, answer.body) for answer in answers}) == 1
    assert len({tuple(sorted(answer.headers.keys())) for answer in answers}) == 1
    assert answers[0].status == 401


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xa0",
        Person().setting().to_bytes()[:-1],
        Person().setting().to_bytes() + b"\0",
        Person().setting(deposit={"friend": bytes(32)}).to_bytes(),
        Person().setting(collect={"short": bytes(32)}).to_bytes(),
        Person().setting(collect={f"{n:016x}": bytes([n]) * 32 for n in range(17)}).to_bytes(),
        Person().setting(collect={"aa" * 8: bytes(32), "bb" * 8: bytes(32)}).to_bytes(),
        Person().setting(deposit={"peer": bytes(31)}).to_bytes(),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(relay, body):
    assert relay.ask("PUT", mailbox.path(secrets.token_bytes(16)), Token.generate(), body).status == 400


@pytest.mark.parametrize("upto", [b"", b"{}", b'{"upto": -1}', b'{"upto": 1.5}', b'{"upto": true}', b"[1]"])
def test_a_cursor_that_makes_no_sense_is_refused(relay, person, upto):
    assert relay.ask("POST", mailbox.cursor_path(person.box), person.phone, upto).status == 400


def test_a_cursor_beyond_what_was_given_is_refused(relay, person):
    assert person.acknowledge(relay, 4_000_000).status == 400


def test_no_compressed_bodies(relay, person):
    answer = person.deposit(relay, b"x", headers={"Content-Encoding": "gzip"})

    assert (answer.status, answer.slug) == (400, "malformed")


def test_wrong_tokens_have_a_budget_and_right_ones_go_on(data):
    person = Person()
    with running(data, strangers_per_minute=2) as relay:
        person.register(relay)

        answers = [relay.ask("GET", mailbox.envelopes_path(person.box), Token.generate()) for _ in range(12)]

        assert {answer.status for answer in answers} == {401, 429}
        assert person.deposit(relay, b"x").status == 200


def test_requests_have_a_budget(data):
    with running(data, requests_per_minute=5) as relay:
        answers = [relay.ask("GET", "/healthz").status for _ in range(6)]

        assert answers == [200] * 5 + [429]


def test_behind_a_proxy_of_ours_each_caller_has_its_own_budget(data):
    with running(data, requests_per_minute=1, behind_proxy="yes") as relay:
        answers = [
            relay.ask("GET", "/healthz", headers={"X-Forwarded-For": f"6.6.6.6, 10.0.0.{number}"}).status
            for number in (1, 2, 1)
        ]

        assert answers == [200, 200, 429]


def test_without_a_proxy_nobody_chooses_their_own_address(data):
    with running(data, requests_per_minute=1) as relay:
        answers = [
            relay.ask("GET", "/healthz", headers={"X-Forwarded-For": f"10.0.0.{number}"}).status
            for number in (1, 2)
        ]

        assert answers == [200, 429]


def test_a_body_that_does_not_come_is_slow_and_no_fault_of_the_disk(relay, person, monkeypatch):
    monkeypatch.setattr("twinbell.relay.requests.BODY_S", 0.1)
    path = mailbox.envelope_path(person.box, secrets.token_bytes(16))
    with socket.create_connection(("127.0.0.1", relay.port), 10) as line:
        line.sendall(
            f"PUT {path} HTTP/1.1\r\nHost: relay\r\nAuthorization: {person.peer.header()}\r\n"
            "Content-Length: 9\r\n\r\nabc".encode()
        )

        assert line.recv(4096).startswith(b"HTTP/1.1 408 ")
