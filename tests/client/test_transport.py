"""The transport against a real server on this machine, one that misbehaves on request."""

import io
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from twinbell.client.transport import Transport, base_url
from twinbell.errors import Mistaken, Unreachable

BLOB = bytes(range(256)) * 4000


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    drop = True
    connections: list[object] = []  # noqa: RUF012  # one server, one test

    def setup(self):
        super().setup()
        self.connections.append(self)

    def do_GET(self):
        if self.path == "/drop-kept" and Handler.drop:
            Handler.drop = False
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        body, status, length = b"hello", 200, None
        if self.path == "/blob":
            start = int((self.headers.get("Range") or "bytes=0-")[6:-1])
            body, status = BLOB[start:], 206 if start else 200
        if self.path == "/whole":
            body = BLOB
        if self.path == "/cut":
            length = 2 * len(body)
            self.close_connection = True
        if self.path == "/no":
            status = 404
        self.send_response(status)
        self.send_header("Content-Length", str(length or len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_PUT(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    Handler.connections.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Handler.drop = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def transport(server):
    transport = Transport(f"http://127.0.0.1:{server.server_port}")
    yield transport
    transport.close()


def test_one_connection_serves_many_requests(transport):
    assert transport.request("GET", "/").body == b"hello"
    assert transport.request("PUT", "/", body=b"ring").body == b"ring"
    assert transport.request("GET", "/no").status == 404

    assert len(Handler.connections) == 1


def test_a_kept_connection_that_died_is_opened_anew(transport):
    transport.request("GET", "/")

    answer = transport.request("GET", "/drop-kept")

    assert answer.body == b"hello"
    assert len(Handler.connections) == 2


def test_an_answer_that_is_cut_short_is_no_answer(transport):
    with pytest.raises(Unreachable, match="broke off"):
        transport.request("GET", "/cut")


def test_an_answer_without_an_end_is_refused(transport):
    with pytest.raises(Unreachable, match="does not end"):
        transport.request("GET", "/blob", bytes_max=1000)


@pytest.mark.parametrize("path", ["/blob", "/whole"])
@pytest.mark.parametrize("start", [0, 1, 1_000_000])
def test_a_download_goes_on_from_where_it_was(transport, path, start):
    dst = io.BytesIO(BLOB[:start])
    dst.seek(start)

    fields = {"Range": f"bytes={start}-"} if start else {}
    transport.download(path, dst, fields=fields, told=lambda _: None, start=start)

    assert dst.getvalue() == BLOB


def test_nobody_there_is_told_in_words():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    with pytest.raises(Unreachable, match=f"127.0.0.1:{port} can't be reached"):
        Transport(f"http://127.0.0.1:{port}").request("GET", "/")


def test_a_server_that_is_silent_is_given_up():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        transport = Transport(f"http://127.0.0.1:{silent.getsockname()[1]}")

        with pytest.raises(Unreachable):
            transport.request("GET", "/", silence_s=0.05)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("relay.example", "https://relay.example"),
        ("https://relay.example/", "https://relay.example"),
        ("localhost:8470", "http://localhost:8470"),
        ("127.0.0.1:8470", "http://127.0.0.1:8470"),
        ("[::1]:8470", "http://[::1]:8470"),
        ("http://relay.example:80", "http://relay.example:80"),
        ("https://Relay.Example", "https://relay.example"),
    ],
)
def test_an_address_is_kept_in_one_form(typed, kept):
    assert base_url(typed) == kept


@pytest.mark.parametrize(
    "typed", ["", "ftp://a", "https://", "https://a:99999", "https://u:p@a", "https://a?b", "a b"]
)
def test_what_is_no_address_is_refused(typed):
    with pytest.raises(Mistaken, match="not the address"):
        base_url(typed)
