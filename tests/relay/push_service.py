"""A push service on this machine: takes what a relay sends, and answers as it is told to."""

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import http_ece
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from twinbell.wire.push import Subscription


@dataclass
class Knock:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class PushService:
    """`answers` are given one after the other, then 201; `knocks` is what came."""

    origin: str = ""
    knocks: list[Knock] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)


@dataclass
class Browser:
    """What a browser keeps of its subscription."""

    key: ec.EllipticCurvePrivateKey
    subscription: Subscription

    @classmethod
    def subscribe(cls, service: PushService, name: str = "") -> "Browser":
        key = ec.generate_private_key(ec.SECP256R1())
        point = key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        endpoint = f"{service.origin}/push/{name or secrets.token_hex(8)}"
        return cls(key, Subscription(endpoint, point, secrets.token_bytes(16)))

    def opens(self, body: bytes) -> bytes:
        """Open a push as a browser does (RFC 8291), by another library than ours."""
        opened: bytes = http_ece.decrypt(
            body, private_key=self.key, auth_secret=self.subscription.auth, version="aes128gcm"
        )
        return opened


@contextmanager
def push_service() -> Iterator[PushService]:
    service = PushService()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            service.knocks.append(Knock(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(service.answers.pop(0) if service.answers else 201)
            self.send_header("Location", f"{service.origin}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.origin = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
