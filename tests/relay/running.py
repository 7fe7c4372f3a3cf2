"""A whole relay on a free port, in a thread of this process, and the few words to speak to it."""

import asyncio
import http.client
import secrets
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from tests.jumping_clock import JumpingClock
from websockets.sync.client import ClientConnection, connect

from twinbell.clock import Clock
from twinbell.relay.app import Relay
from twinbell.relay.settings import load
from twinbell.wire import frame, mailbox
from twinbell.wire.auth import Token

GENEROUS = {"reserve_mib": 1, "strangers_per_minute": 100_000, "requests_per_minute": 1_000_000}


@dataclass
class Answer:
    status: int
    body: bytes
    headers: dict[str, str]

    @property
    def slug(self) -> str:
        return str(mailbox.parse_json(self.body)["type"]).rpartition(":")[2]


class Asked(Protocol):
    """A relay that can be asked, in this process or in its own."""

    @property
    def clock(self) -> Clock: ...

    def ask(
        self, method: str, path: str, token: Token | None = None, body: bytes | None = None
    ) -> Answer: ...


@dataclass
class Running:
    relay: Relay
    port: int
    clock: JumpingClock
    _loop: asyncio.AbstractEventLoop

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(
        self,
        method: str,
        path: str,
        token: Token | None = None,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            fields = dict(headers or {}) | ({"Authorization": token.header()} if token else {})
            connection.request(method, path, body=body, headers=fields)
            response = connection.getresponse()
            return Answer(response.status, response.read(), {k.lower(): v for k, v in response.getheaders()})
        finally:
            connection.close()

    def do(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Run something on the relay's own loop."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(30)

    def sweep(self) -> None:
        self.do(self.relay.sweep.once())

    @contextmanager
    def socket(self, **more: Any) -> "Iterator[Wire]":
        with connect(f"ws://127.0.0.1:{self.port}/ws", compression=None, **more) as connection:
            yield Wire(connection)


@dataclass
class Wire:
    """A WebSocket by another library than the relay's."""

    connection: ClientConnection

    def send(self, *frames: frame.Frame) -> None:
        for each in frames:
            self.connection.send(each.to_bytes())

    def receive(self, timeout: float = 10) -> Any:
        data = self.connection.recv(timeout)
        assert isinstance(data, bytes)
        return frame.parse(data)

    def receive_until(self, kind: type, timeout: float = 10) -> Any:
        while True:
            received = self.receive(timeout)
            if isinstance(received, kind):
                return received


@dataclass
class Person:
    """One person's mailbox, and the tokens to it."""

    box: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    owner: Token = field(default_factory=Token.generate)
    phone: Token = field(default_factory=Token.generate)
    tablet: Token = field(default_factory=Token.generate)
    peer: Token = field(default_factory=Token.generate)
    own: Token = field(default_factory=Token.generate)

    def setting(self, *, epoch: int = 1, tablet: bool = False, **changed: Any) -> mailbox.Setting:
        collect = {"aa" * 8: self.phone.hash} | ({"bb" * 8: self.tablet.hash} if tablet else {})
        fields: dict[str, Any] = {
            "epoch": epoch,
            "collect": collect,
            "deposit": {"peer": self.peer.hash, "self": self.own.hash},
        }
        return mailbox.Setting(**(fields | changed))

    def register(self, relay: Asked, **how: Any) -> "Person":
        answer = relay.ask("PUT", mailbox.path(self.box), self.owner, self.setting(**how).to_bytes())
        assert answer.status in (200, 201), answer
        return self

    def deposit(
        self,
        relay: Asked,
        body: bytes,
        *,
        id_: bytes | None = None,
        token: Token | None = None,
        **more: Any,
    ) -> Answer:
        path = mailbox.envelope_path(self.box, id_ or secrets.token_bytes(16))
        return relay.ask("PUT", path, token or self.peer, body, **more)

    def collect(self, relay: Asked, *, token: Token | None = None, after: int | None = None) -> mailbox.Page:
        answer = relay.ask("GET", mailbox.envelopes_path(self.box, after=after), token or self.phone)
        assert answer.status == 200, answer
        return mailbox.Page.parse(answer.body)

    def acknowledge(self, relay: Asked, upto: int, *, token: Token | None = None) -> Answer:
        body = mailbox.cursor_to_bytes(upto)
        return relay.ask("POST", mailbox.cursor_path(self.box), token or self.phone, body)


def eventually(question: Callable[[], Any], *, seconds: float = 10) -> Any:
    """Ask until the answer is true: for what the relay does after its answer."""
    end_s = time.monotonic() + seconds
    while not (answer := question()):
        assert time.monotonic() < end_s, "it never came"
        time.sleep(0.01)
    return answer


@contextmanager
def running(data: Path, *, clock: JumpingClock | None = None, **settings: Any) -> Iterator[Running]:
    """Start a relay, and stop it in the end."""
    jumping = clock or JumpingClock()
    flags = {"listen": "127.0.0.1:0", "data": data, **GENEROUS, **settings}
    relay = Relay(load(flags, environment={}), clock=jumping)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(relay.start(), loop).result(30)
        try:
            yield Running(relay, int(relay.address.rpartition(":")[2]), jumping, loop)
        finally:
            asyncio.run_coroutine_threadsafe(relay.stop(), loop).result(30)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
