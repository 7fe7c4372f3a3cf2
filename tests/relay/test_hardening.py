"""What strangers may try: origins, slow heads, long frames, sockets that do not read (tests D4, D6, O9)."""

import secrets
import socket
import struct
import time

import pytest
from tests.relay.running import Running, eventually, running
from websockets.exceptions import ConnectionClosed, InvalidStatus

from twinbell.relay import front
from twinbell.relay import socket as relay_socket
from twinbell.wire import frame
from twinbell.wire.auth import Right, Token
from twinbell.wire.limits import CHANNELS_MAX, FRAME_BYTES_MAX, HEAD_BYTES_MAX, WRITE_BUFFER_BYTES_MAX
from twinbell.wire.problems import Problem

UPGRADE = (
    b"GET /ws HTTP/1.1\r\nHost: relay.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
)


def raw(relay: Running, data: bytes, *, seconds: float = 5) -> bytes:
    """Send bytes and return all that comes until the relay closes, or nothing more comes."""
    with socket.create_connection(("127.0.0.1", relay.port)) as link:
        link.settimeout(seconds)
        link.sendall(data)
        got = b""
        try:
            while part := link.recv(65_536):
                got += part
        except (TimeoutError, ConnectionError):
            pass
        return got


def masked(kind: int, payload: bytes, *, length: int | None = None) -> bytes:
    """A client's WebSocket frame; `length` may lie."""
    size = len(payload) if length is None else length
    if size < 126:
        head = bytes([kind, 0x80 | size])
    elif size < 65_536:
        head = bytes([kind, 0x80 | 126]) + struct.pack(">H", size)
    else:
        head = bytes([kind, 0x80 | 127]) + struct.pack(">Q", size)
    return head + bytes(4) + payload


ORIGINS = {
    "https://app.example": True,  # allowed by the operator
    "https://relay.example": True,  # the relay's own page
    "https://app.example.": False,
    "https://app.example/": False,
    "https://app.example:443": False,
    "https://app.example:8443": False,
    "http://app.example": False,
    "https://APP.example": False,
    "https://xapp.example": False,
    "https://app.example.evil": False,
    "https://app.example@evil": False,
    "https://evil.app.example": False,
    "https://app.exampl": False,
    "https://app.examplé": False,
    "https://xn--app-exampl-abc": False,
    "HTTPS://app.example": False,
    "https:app.example": False,
    "//app.example": False,
    "app.example": False,
    "null": False,
    "": False,
    " ": False,
    "*": False,
    "https://": False,
    "file://": False,
    "http://relay.example": False,
    "https://relay.example:8140": False,
    "http://127.0.0.1": False,
    "http://localhost:8140": False,
    "chrome-extension://abcdef": False,
    "https://app.example https://evil": False,
    "data:text/html,x": False,
}


@pytest.mark.parametrize("origin", ORIGINS)
def test_only_pages_that_were_allowed_may_connect(origins, origin):
    answer = raw(origins, UPGRADE + b"Origin: " + origin.encode() + b"\r\n\r\n", seconds=0.3)

    assert answer.startswith(b"HTTP/1.1 101" if ORIGINS[origin] else b"HTTP/1.1 403")


@pytest.fixture(scope="module")
def origins(tmp_path_factory):
    with running(tmp_path_factory.mktemp("origins") / "data", origins=["https://app.example"]) as relay:
        yield relay


def test_what_is_no_browser_needs_no_origin(relay):
    assert raw(relay, UPGRADE + b"\r\n", seconds=0.3).startswith(b"HTTP/1.1 101")


def test_an_upgrade_on_a_kept_connection_is_refused(relay):
    answer = raw(relay, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" + UPGRADE + b"\r\n", seconds=0.5)

    assert answer.count(b"HTTP/1.1 ") == 2
    assert b"HTTP/1.1 404" in answer


@pytest.mark.parametrize("size", range(1, 9))
def test_the_first_bytes_may_come_one_by_one(relay, size):
    with socket.create_connection(("127.0.0.1", relay.port)) as link:
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        link.settimeout(5)
        data = UPGRADE + b"\r\n"
        for start in range(0, 16, size):
            link.sendall(data[start : min(16, start + size)])
            time.sleep(0.001)
        link.sendall(data[16:])

        assert link.recv(100).startswith(b"HTTP/1.1 101")


@pytest.mark.parametrize("at_once", [True, False])
def test_an_upgrade_that_is_no_text_is_refused_and_not_a_fault(relay, capfd, at_once):
    with socket.create_connection(("127.0.0.1", relay.port)) as link:
        link.settimeout(5)
        data = UPGRADE.replace(b"Host: ", b"Host: \xb6") + b"X-Odd: \xb6\r\n\r\n"
        for part in [data] if at_once else [data[:-2], data[-2:]]:
            link.sendall(part)
            time.sleep(0.001)
        answer = b"".join(iter(lambda: link.recv(4096), b""))

    assert answer.startswith(b"HTTP/1.1 400")
    assert b"urn:twinbell:problem:malformed" in answer
    assert "error" not in capfd.readouterr().err


def test_the_head_of_an_upgrade_has_its_length(relay):
    answer = raw(relay, UPGRADE + b"X-Long: " + b"a" * HEAD_BYTES_MAX, seconds=0.5)

    assert answer.startswith(b"HTTP/1.1 413")


def test_a_head_has_ten_seconds(relay, monkeypatch):
    monkeypatch.setattr(front, "HEAD_S", 0.2)

    begun_s = time.monotonic()
    for start in (b"", b"GET /w", b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: "):
        assert raw(relay, start) == b""

    assert 0.5 < time.monotonic() - begun_s < 3


def test_a_trickled_head_is_cut_also_on_a_kept_connection(relay, monkeypatch):
    monkeypatch.setattr(front, "HEAD_S", 0.3)
    with socket.create_connection(("127.0.0.1", relay.port)) as link:
        link.settimeout(5)
        link.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"200 OK" in link.recv(4096)
        begun_s = time.monotonic()
        try:
            for byte in b"GET /healthz HTTP/1.1\r\nX-Slow: " + b"a" * 100:
                link.sendall(bytes([byte]))
                time.sleep(0.02)
        except ConnectionError:
            pass

    assert time.monotonic() - begun_s < 2


def test_a_socket_that_attaches_nothing_is_closed(relay, monkeypatch):
    monkeypatch.setattr(relay_socket, "HEAD_S", 0.2)
    with relay.socket() as wire, pytest.raises(ConnectionClosed):
        wire.send(frame.Attach(1, bytes(16), bytes(32)))
        assert wire.receive() == frame.Trouble(1, Problem.UNAUTHORISED)
        wire.receive(5)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00",
        b"\xff" * 10,
        b"\x03\x00\x01",
        frame.Attached(1, Right.COLLECT, 0).to_bytes(),
        frame.Deposited(1, bytes(16), 1, 1).to_bytes(),
        frame.Envelope(1, 1, 1, (), b"x").to_bytes(),
        frame.Deposit(1, bytes(16), (b"a" * 16, b"a" * 16), b"x").to_bytes(),
        frame.Deposit(1, bytes(16), (), b"").to_bytes(),
        frame.Ack(1, 2**33).to_bytes(),
    ],
)
def test_what_is_no_frame_ends_the_socket(relay, data):
    with relay.socket() as wire:
        wire.connection.send(data)

        with pytest.raises(ConnectionClosed):
            wire.receive(5)


def test_text_and_pieces_are_not_taken(relay):
    for message in ("text", [b"in ", b"pieces"]):
        with relay.socket() as wire, pytest.raises(ConnectionClosed):
            wire.connection.send(message)
            wire.receive(5)


def test_a_channel_without_a_right_is_refused_and_the_rest_goes_on(relay, person):
    with relay.socket() as wire:
        wire.send(frame.Attach(1, person.box, person.phone.secret), frame.Attach(2, person.box, bytes(32)))
        got = {wire.receive(), wire.receive()}
        wire.send(frame.Deposit(2, bytes(16), (), b"x"), frame.Deposit(1, bytes(16), (), b"x"))
        refused = {wire.receive(), wire.receive()}
        person.deposit(relay, b"still here")

        assert frame.Trouble(2, Problem.UNAUTHORISED) in got
        assert refused == {frame.Trouble(n, Problem.UNAUTHORISED, bytes(16)) for n in (1, 2)}
        assert wire.receive().body == b"still here"


def test_a_socket_has_so_many_channels_and_each_once(relay, person):
    with relay.socket() as wire:
        for number in range(CHANNELS_MAX):
            wire.send(frame.Attach(number, person.box, person.peer.secret))
            assert isinstance(wire.receive(), frame.Attached)
        wire.send(frame.Attach(CHANNELS_MAX, person.box, person.peer.secret))

        with pytest.raises(ConnectionClosed):
            wire.receive(5)


@pytest.mark.parametrize("length", [FRAME_BYTES_MAX + 1, 2**20, 2**31, 2**63 - 1])
def test_a_frame_too_long_is_closed_unread(relay, length):
    with socket.create_connection(("127.0.0.1", relay.port)) as link:
        link.settimeout(5)
        link.sendall(UPGRADE + b"\r\n")
        link.recv(4096)

        link.sendall(masked(0x82, b"x" * 100, length=length))
        got = b""
        try:
            while part := link.recv(4096):
                got += part
        except ConnectionError:
            pass

    assert got[:1] in (b"\x88", b"")  # a close, or no more words


def test_no_deflate_is_agreed_to(relay):
    asked = b"Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"

    answer = raw(relay, UPGRADE + asked, seconds=0.3)

    assert answer.startswith(b"HTTP/1.1 101")
    assert b"deflate" not in answer.lower()


def test_a_compressed_frame_is_not_taken(relay):
    answer = raw(relay, UPGRADE + b"\r\n" + masked(0xC2, b"x"), seconds=2)

    assert b"\x88" in answer.partition(b"\r\n\r\n")[2][:1]


def test_a_reader_that_does_not_read_costs_a_bounded_buffer(relay, person):
    with relay.socket() as sender:
        sender.send(frame.Attach(1, person.box, person.peer.secret))
        sender.receive()
        with socket.create_connection(("127.0.0.1", relay.port)) as link:
            link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            attach = frame.Attach(1, person.box, person.phone.secret).to_bytes()
            link.sendall(UPGRADE + b"\r\n" + masked(0x82, attach))
            for _ in range(600):
                sender.send(frame.Deposit(1, secrets.token_bytes(16), (), bytes(16_000)))
            for _ in range(600):
                sender.receive_until(frame.Deposited)

            listening = eventually(lambda: relay.do(largest_buffer(relay)))

    assert listening <= WRITE_BUFFER_BYTES_MAX
    assert len(person.collect(relay, after=0).envelopes) == 64  # nothing was lost


async def largest_buffer(relay: Running) -> int:
    sockets = [one for one in relay.relay.sockets if one._raw is not None]
    return max((one._raw.get_write_buffer_size() for one in sockets), default=0)


def test_an_asker_that_does_not_read_is_closed(relay, person):
    """Answers cannot be left out, so whoever asks on and never reads is cut off at 256 KiB."""
    ack = masked(0x82, frame.Ack(9, 1).to_bytes())
    with socket.create_connection(("127.0.0.1", relay.port)) as link:
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        link.sendall(UPGRADE + b"\r\n")
        link.settimeout(20)
        with pytest.raises(OSError):
            for _ in range(10_000):
                link.sendall(ack * 100)

    assert eventually(lambda: relay.ask("GET", "/healthz").status == 200)


def test_an_address_has_so_many_connections(data):
    with running(data, sockets_per_address=3) as relay:
        links = [socket.create_connection(("127.0.0.1", relay.port)) for _ in range(3)]
        eventually(lambda: relay.relay.guard.open_sockets == 3)

        refused = raw(relay, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        for link in links:
            link.close()
        eventually(lambda: relay.relay.guard.open_sockets == 0)

        assert refused == b""
        assert relay.ask("GET", "/healthz").status == 200


def test_refused_upgrades_tell_why(data):
    with running(data) as relay:
        with pytest.raises(InvalidStatus) as refusal, relay.socket(origin="https://evil.example"):
            pass

        assert refusal.value.response.status_code == 403
        assert b"urn:twinbell:problem:origin" in bytes(refusal.value.response.body or b"")


def test_no_log_line_holds_an_address_or_an_id(relay, person, capfd):
    token = Token.generate()
    raw(relay, b"\x16\x03\x01\x02\x00garbage")
    raw(relay, b"GET / HTTP/9.9\r\n\r\n", seconds=0.3)
    person.deposit(relay, b"x", token=token)

    out, error = capfd.readouterr()

    assert "127.0.0.1" not in out + error
    assert person.box.hex() not in out + error
