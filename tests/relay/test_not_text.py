"""Heads whose bytes are no text are refused as what they are, not as a fault of ours (test D1)."""

import socket

import pytest
from torture.relays import Process

HEADS = (
    b"GET /v1/about HTTP/1.1\r\nHost: x\r\nExpect: \xff\r\n\r\n",
    b"GET /nowhere HTTP/1.1\r\nHost: x\r\nExpect: \xff\r\n\r\n",
    b"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: \xc3\xa9\xff\xff\r\n\r\n",
)


@pytest.fixture(scope="module")
def relay(tmp_path_factory):
    process = Process(tmp_path_factory.mktemp("relay"))
    yield process
    assert "error" not in process.stop()


@pytest.mark.parametrize("head", HEADS)
def test_a_head_that_is_no_text_is_malformed(relay, head):
    with socket.create_connection(("127.0.0.1", relay.port), 10) as line:
        line.sendall(head)

        answer = line.recv(4096)

    assert answer.split()[1] == b"400"
