"""Reminders: one constant sentence, to services on a list, never into the relay's own network."""

import asyncio
import contextvars
import json
import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from tests.relay.push_service import Browser, push_service
from tests.relay.watching import Watched, count, days, watching

from twinbell.errors import Mistaken
from twinbell.relay import remind
from twinbell.relay.settings import load
from twinbell.wire import watch as wire
from twinbell.wire.silence import Stage
from twinbell.wire.watch import AppriseChannel, PushChannel, Trial

# Apprise looks for a module that Python 3.13 has no more.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


@dataclass
class Service:
    """A service on this machine that takes messages as Apprise sends them to `json://`."""

    port: int = 0
    said: list[dict[str, object]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    turns_to: str = ""

    def url(self, name: str = "somebody", scheme: str = "json") -> str:
        return f"{scheme}://127.0.0.1:{self.port}/{name}"


@contextmanager
def message_service():
    service = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            service.said.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(service.answers.pop(0) if service.answers else 200)
            if service.turns_to:
                self.send_header("Location", service.turns_to)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def messages():
    with message_service() as it:
        yield it


@pytest.fixture(scope="module")
def pushes():
    with push_service() as it:
        yield it


@pytest.fixture
def relay(tmp_path, pushes):
    with watching(tmp_path / "data", pushes, remind=["json"], remind_private=True) as it:
        yield it


def try_(relay, watched, name):
    answer = relay.ask("POST", wire.trial_path(watched.id), watched.owner, wire.trial_to_bytes(name))
    assert answer.status == 200, answer
    return Trial.parse(answer.body)


def test_a_message_is_one_sentence_and_counts_once_it_was_taken(relay, messages, pushes):
    watched = Watched()
    watched.put(relay)
    channels = (
        AppriseChannel("mail", messages.url()),
        PushChannel("phone", Browser.subscribe(pushes).subscription),
    )
    assert watched.channels(relay, *channels).status == 200
    messages.answers += [500] * 1_000
    days(relay, 32)
    assert {each.channel for each in watched.view(relay).accepted} == {"phone"}
    messages.answers.clear()
    days(relay, 5.5)

    view = watched.view(relay)
    assert view.stage is Stage.ASKING
    assert {each.channel for each in view.accepted} == {"phone", "mail"}
    texts = {(said["title"], said["message"]) for said in messages.said}
    assert texts == {(remind.TITLE, remind.TEXT)}
    everything = json.dumps(messages.said)
    assert watched.id.hex() not in everything
    assert "somebody" not in everything


def test_in_a_rehearsal_the_message_says_so(relay, messages):
    watched = Watched()
    watched.terms = replace(watched.terms, unit_s=60, every=1, grace=1, veto=1, rehearsal=True)
    watched.put(relay)
    assert watched.channels(relay, AppriseChannel("mail", messages.url())).status == 200
    for _ in range(3):
        count(relay, 60)

    assert {said["message"] for said in messages.said} == {remind.TEXT_REHEARSED}


def test_a_test_says_what_became_of_it(relay, messages):
    watched = Watched()
    watched.put(relay)
    watched.channels(relay, AppriseChannel("mail", messages.url()))

    assert try_(relay, watched, "mail") == Trial(True)
    messages.answers.append(403)
    assert try_(relay, watched, "mail") == Trial(False, "refused")


@pytest.mark.parametrize(
    "url",
    [
        "mailtos://a:b@example.org",  # not on this relay's list
        "JSON://127.0.0.1/?+X-Header=1",
        "json://127.0.0.1/?template=/etc/passwd",
        "json://127.0.0.1/?redirect=yes",
        "json://127.0.0.1/?:field=1",
        "json://",
        "file:///etc/passwd",
    ],
)
def test_only_what_the_operator_allows_is_a_channel(relay, url):
    watched = Watched()
    watched.put(relay)

    assert watched.channels(relay, AppriseChannel("it", url.replace("JSON", "json"))).slug == "malformed"
    assert watched.view(relay).channels == ()


def test_without_the_setting_there_is_push_alone(tmp_path, pushes, messages):
    with watching(tmp_path / "data", pushes) as relay:
        watched = Watched()
        watched.put(relay)

        assert watched.channels(relay, AppriseChannel("it", messages.url())).slug == "malformed"
        about = json.loads(relay.ask("GET", "/v1/about").body)
        assert about["watches"]["remind"] == ["push"]


def test_a_scheme_that_was_taken_from_the_list_is_not_used(tmp_path, pushes, messages):
    with watching(tmp_path / "data", pushes, remind=["json"], remind_private=True) as relay:
        watched = Watched()
        watched.put(relay)
        watched.channels(relay, AppriseChannel("mail", messages.url()))
    with watching(tmp_path / "data", pushes) as relay:
        assert try_(relay, watched, "mail") == Trial(False, "not-offered")
    assert messages.said == []


@pytest.mark.parametrize(
    "name", ["127.0.0.1", "localhost", "[::1]", "10.0.0.1", "169.254.169.254", "192.168.1.1"]
)
def test_a_reminder_does_not_lead_into_the_own_network(tmp_path, pushes, messages, name):
    """Refused when it connects: so neither a name nor a redirect helps."""
    with watching(tmp_path / "data", pushes, remind=["json"]) as relay:
        watched = Watched()
        watched.put(relay)
        watched.channels(relay, AppriseChannel("mail", f"json://{name}:{messages.port}/x"))

        assert not try_(relay, watched, "mail").accepted
        assert messages.said == []


def test_a_redirect_is_not_followed(relay, messages):
    with message_service() as elsewhere:
        messages.turns_to = f"http://127.0.0.1:{elsewhere.port}/"
        messages.answers.append(307)
        watched = Watched()
        watched.put(relay)
        watched.channels(relay, AppriseChannel("mail", messages.url()))

        assert not try_(relay, watched, "mail").accepted
        assert len(messages.said) == 1
        assert elsewhere.said == []


def test_the_guard_stands_before_reminders_alone(messages):
    remind._guard()

    def connect() -> None:
        with socket.create_connection(("127.0.0.1", messages.port), 5):
            pass

    connect()
    context = contextvars.copy_context()
    context.run(remind._guarded.set, True)
    with pytest.raises(OSError, match="reminder"):
        context.run(connect)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        (("1.1.1.1", 443), True),
        (("2606:4700:4700::1111", 443, 0, 0), True),
        (("::ffff:10.0.0.1", 443, 0, 0), False),
        (("127.0.0.1", 25), False),
        (("0.0.0.0", 25), False),  # noqa: S104  (an address to refuse)
        (("100.64.0.1", 25), False),
        (("fe80::1%eth0", 25, 0, 2), False),
        (("fd00::1", 25, 0, 0), False),
        (("224.0.0.1", 25), False),
        (("example.org", 25), False),
        ("/run/docker.sock", False),
        (b"\0abstract", False),
    ],
)
def test_what_is_public(address, public):
    assert remind.is_public(address) is public


def test_a_service_that_hangs_is_not_waited_for(relay, messages, monkeypatch):
    monkeypatch.setattr(remind, "WATCH_REMIND_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        watched = Watched()
        watched.put(relay)
        watched.channels(relay, AppriseChannel("mail", f"json://127.0.0.1:{silent.getsockname()[1]}/x"))

        assert try_(relay, watched, "mail") == Trial(False, "unreachable")


def test_at_most_so_many_wait(relay, messages, monkeypatch):
    monkeypatch.setattr(remind, "WAITING_MAX", 0)

    assert relay.do(_send(relay, messages)) == "unreachable"


async def _send(relay, messages):
    return await asyncio.wait_for(relay.relay.reminders.send("apprise", messages.url().encode()), 10)


def test_the_setting_takes_schemes():
    assert load({"remind": ["mailtos", "ntfys"]}, environment={}).remind == ("mailtos", "ntfys")
    for bad in ("mailtos://", "Mail", "a b", ""):
        with pytest.raises(Mistaken):
            load({"remind": [bad]}, environment={})
