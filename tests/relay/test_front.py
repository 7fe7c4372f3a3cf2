"""One port for two kinds of speech: what a connection becomes, and when."""

import http.client

import pytest
from tests.relay.running import running
from websockets.sync.client import connect

from twinbell.wire import frame


@pytest.fixture(scope="module")
def relay(tmp_path_factory):
    with running(tmp_path_factory.mktemp("front") / "data") as it:
        yield it


@pytest.mark.parametrize("asked", [1, 3])
def test_a_connection_that_was_kept_may_still_become_a_websocket(relay, asked):
    kept = http.client.HTTPConnection("127.0.0.1", relay.port)
    for _ in range(asked):
        kept.request("GET", "/healthz")
        kept.getresponse().read()

    with connect(f"ws://127.0.0.1:{relay.port}/ws", sock=kept.sock, compression=None) as link:
        link.send(frame.Attach(1, bytes(16), bytes(32)).to_bytes())
        answer = frame.parse(link.recv(10, decode=False))

    assert isinstance(answer, frame.Trouble)


def test_a_refusal_does_not_end_a_kept_connection(relay):
    kept = http.client.HTTPConnection("127.0.0.1", relay.port)
    statuses = []
    for path in ("/nothing", "/healthz", "/wsx"):
        kept.request("GET", path)
        answer = kept.getresponse()
        answer.read()
        statuses.append(answer.status)

    assert statuses == [404, 200, 404]
    kept.close()
