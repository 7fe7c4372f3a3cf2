"""Which pages may speak to a relay, over its WebSocket and its requests (test O9)."""

import pytest
from tests.relay.running import Person, running
from tests.relay.test_hardening import ORIGINS, UPGRADE, raw

from twinbell.relay.origin import Origins
from twinbell.wire import mailbox

APP = "https://app.example"

# What a browser says a page is, and the address that it asked: which page may connect to itself.
OWN = {
    ("http://127.0.0.1:8140", "127.0.0.1:8140"): True,
    ("http://localhost:8140", "localhost:8140"): True,
    ("http://[::1]:8140", "[::1]:8140"): True,
    ("http://localhost", "localhost"): True,
    ("https://localhost:8140", "localhost:8140"): True,
    ("https://relay.example", "relay.example"): True,
    ("https://relay.example:8443", "relay.example:8443"): True,
    ("http://relay.example", "relay.example"): False,
    ("http://relay.example:8140", "relay.example:8140"): False,
    ("http://localhost:3000", "localhost:8140"): False,
    ("http://127.0.0.1:8140", "localhost:8140"): False,
    ("http://localhost:8140", "127.0.0.1:8140"): False,
    ("http://LOCALHOST:8140", "localhost:8140"): False,
    ("http://localhost.evil.example", "localhost.evil.example"): False,
    ("http://127.0.0.1.evil.example", "127.0.0.1.evil.example"): False,
    ("http://evil.localhost:8140", "evil.localhost:8140"): False,
    ("http://127.0.0.2:8140", "127.0.0.2:8140"): False,
    ("http://10.0.0.1:8140", "10.0.0.1:8140"): False,
    ("http://0.0.0.0:8140", "0.0.0.0:8140"): False,
    ("http://localhost:", "localhost:"): False,
    ("http://localhost:8140/", "localhost:8140"): False,
    ("http://user@localhost:8140", "user@localhost:8140"): False,
    ("https://", ""): False,
    ("http://", ""): False,
    ("null", "localhost:8140"): False,
    ("", "localhost:8140"): False,
    ("", ""): False,
    (APP, "anything"): True,
    ("http://app.example", "app.example"): False,
}


@pytest.mark.parametrize(("origin", "host"), OWN)
def test_a_page_may_connect_to_the_relay_that_it_came_from(origin, host):
    assert Origins([APP]).may_connect(origin, host) is OWN[origin, host]


def test_a_page_may_not_connect_where_no_host_was_named():
    assert not Origins([]).may_connect("https://relay.example", None)
    assert Origins([]).may_connect(None, None)


@pytest.fixture(scope="module")
def relay(tmp_path_factory):
    with running(tmp_path_factory.mktemp("origin") / "data", origins=[APP]) as it:
        yield it


@pytest.mark.parametrize(
    "origin", ["http://127.0.0.1:{port}", "http://localhost:{port}", "http://127.0.0.1:1"]
)
def test_over_the_wire_a_page_of_this_machine_is_the_relays_own(relay, origin):
    origin = origin.format(port=relay.port)
    upgrade = UPGRADE.replace(b"relay.example", origin.removeprefix("http://").encode())

    if origin.endswith(":1"):  # asked at its own address, by a page of another port
        upgrade = UPGRADE.replace(b"relay.example", f"127.0.0.1:{relay.port}".encode())
    answer = raw(relay, upgrade + f"Origin: {origin}\r\n\r\n".encode(), seconds=0.3)

    assert answer.startswith(b"HTTP/1.1 403" if origin.endswith(":1") else b"HTTP/1.1 101")


def cors(answer):
    return {name: value for name, value in answer.headers.items() if name.startswith("access-control-")}


def preflight(relay, path, origin, method="PUT"):
    asked = {"Origin": origin, "Access-Control-Request-Method": method}
    return relay.ask("OPTIONS", path, headers=asked)


def test_a_page_that_was_allowed_may_ask_and_read(relay):
    person = Person().register(relay)
    path = mailbox.envelopes_path(person.box)

    asked = preflight(relay, path, APP)
    read = relay.ask("GET", path, person.phone, headers={"Origin": APP})
    refused = relay.ask("GET", path, headers={"Origin": APP})

    assert asked.status == 204
    assert asked.headers["access-control-allow-origin"] == APP
    assert "Authorization" in asked.headers["access-control-allow-headers"]
    assert {"PUT", "PATCH", "DELETE"} <= set(asked.headers["access-control-allow-methods"].split(", "))
    for answer in (read, refused):
        assert answer.headers["access-control-allow-origin"] == APP
        assert answer.headers["vary"] == "Origin"
    assert (read.status, refused.slug) == (200, "unauthorised")


@pytest.mark.parametrize("origin", sorted(set(ORIGINS) - {APP, ""}))
def test_any_other_page_may_not(relay, origin):
    origin = origin.encode().decode("latin-1")
    path = mailbox.path(b"x" * 16)

    asked = preflight(relay, path, origin)
    answer = relay.ask("GET", path, headers={"Origin": origin})

    assert asked.slug == "origin"
    assert not cors(asked)
    assert not cors(answer)


def test_no_answer_ever_allows_credentials_or_sets_a_cookie(relay):
    for path in ("/", "/v1/about", "/info", "/chains", "/healthz", "/v1/mailboxes/x", "/nowhere"):
        for method in ("GET", "OPTIONS"):
            answer = relay.ask(method, path, headers={"Origin": APP, "Access-Control-Request-Method": "GET"})

            assert "access-control-allow-credentials" not in answer.headers
            assert "set-cookie" not in answer.headers


def test_the_beacon_is_open_to_every_page_and_the_rest_to_none(relay):
    for path in ("/info", "/chains", "/public/1", "/v2/chains", "/v1/about"):
        assert (
            relay.ask("GET", path, headers={"Origin": "https://any.example"}).headers[
                "access-control-allow-origin"
            ]
            == "*"
        )
    for path in ("/", "/healthz", "/metrics", "/app.json"):
        assert not cors(relay.ask("GET", path, headers={"Origin": APP}))


def test_no_capability_is_taken_from_an_address(relay):
    """A token in a query is no token: addresses end up in histories and logs."""
    person = Person().register(relay)
    token = person.phone.header().removeprefix("Bearer ")

    for name in ("token", "access_token", "authorization", "Authorization"):
        answer = relay.ask("GET", f"{mailbox.envelopes_path(person.box)}?{name}={token}")

        assert answer.slug == "unauthorised"
