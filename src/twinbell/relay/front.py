"""The first bytes of a connection decide: `GET /ws` goes to picows, everything else to aiohttp.

One port for both, because clients have one address and proxies one rule. The path is looked at and not the
headers, so nothing is parsed before the decision. Here too is the deadline for a request's head: aiohttp
waits for ever for one that trickles in.
"""

import asyncio
from typing import Any

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from twinbell.relay import log
from twinbell.relay.socket import Owner
from twinbell.relay.upgrade import make_protocol
from twinbell.wire.limits import HEAD_BYTES_MAX, HEAD_S, IDLE_S
from twinbell.wire.problems import CONTENT_TYPE, Problem, document

_WS = (b"GET /ws ", b"GET /ws?")
_DECIDE_BYTES = 8


class Handler(RequestHandler):
    """aiohttp's side of one connection, whose refusals of what is not HTTP are problem documents too."""

    __slots__ = ("front",)
    front: "Front"

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        problem = Problem.TOO_LARGE if status in (413, 431) else Problem.MALFORMED
        # aiohttp repeats some headers in its refusals, and fails where their bytes are no text.
        if status >= 500 and not isinstance(exc, UnicodeError):
            problem = Problem.FAULT
        if request.writer.output_size > 0:
            raise ConnectionError("an answer is under way already")
        answer = web.Response(status=problem.status, body=document(problem), content_type=CONTENT_TYPE)
        answer.force_close()
        return answer

    def log_exception(self, *args: Any, **kw: Any) -> None:
        """Say nothing: what aiohttp would say holds an address."""


class Front(asyncio.Protocol):
    """One connection until it is decided, and after that if it speaks HTTP."""

    __slots__ = ("_head", "_inner", "_owner", "_peer", "_server", "_timer", "_transport", "_waiting")

    def __init__(self, owner: Owner, server: web.Server) -> None:
        self._owner = owner
        self._server = server
        self._head = b""
        self._inner: Handler | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._transport: Any = None
        self._waiting = True  # for a head; not while a request is being answered
        self._peer = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        peer = transport.get_extra_info("peername")
        self._peer = str(peer[0]) if peer else "local"
        if not self._owner.admit(self._peer):
            self._peer = ""
            self._transport.abort()
            return
        self._set_deadline(HEAD_S)

    def connection_lost(self, error: Exception | None) -> None:
        self._cancel_deadline()
        if self._peer:
            self._owner.release(self._peer)
        if self._inner is not None:
            self._inner.connection_lost(error)

    def data_received(self, data: bytes) -> None:
        if self._inner is not None:
            if self._waiting and self._head == b"":
                if data.startswith(_WS):  # proxies, and Node, ask for it on a connection that they have kept
                    self._leave_http()
                    self._set_deadline(HEAD_S)
                    self._upgrade(data)
                    return
                self._head = b"."  # the head has begun: from now on it has ten seconds
                self._set_deadline(HEAD_S)
            self._inner.data_received(data)
            return
        self._head += data
        if len(self._head) < _DECIDE_BYTES and _WS[0].startswith(self._head[:7]):
            return
        if self._head.startswith(_WS):
            self._upgrade(self._head)
        else:
            self._become_http(self._head)

    def eof_received(self) -> None:
        if self._inner is not None:
            self._inner.eof_received()

    def pause_writing(self) -> None:
        if self._inner is not None:
            self._inner.pause_writing()

    def resume_writing(self) -> None:
        if self._inner is not None:
            self._inner.resume_writing()

    # --- what the application tells about HTTP requests

    def begun(self) -> None:
        self._waiting = False
        self._cancel_deadline()

    def answered(self) -> None:
        self._waiting = True
        self._head = b""
        if not self._transport.is_closing():
            self._set_deadline(IDLE_S)

    def _become_http(self, head: bytes) -> None:
        # A silent logger: aiohttp then makes no access lines at all.
        inner = self._inner = Handler(
            self._server,
            loop=asyncio.get_running_loop(),
            keepalive_timeout=2 * IDLE_S,  # ours comes first
            access_log=log.QUIET,
            auto_decompress=False,
            max_line_size=HEAD_BYTES_MAX,
            max_field_size=HEAD_BYTES_MAX,
            max_headers=64,
            lingering_time=0,
        )
        inner.front = self
        inner.connection_made(self._transport)
        inner.data_received(head)

    def _leave_http(self) -> None:
        self._cancel_deadline()
        if self._inner is not None:
            self._inner.transport = None  # or it would close the connection that it loses
            self._inner.connection_lost(None)
            self._inner = None

    def _upgrade(self, data: bytes) -> None:
        """Wait for the whole head of an upgrade: picows fails where its bytes are no text."""
        self._head = data
        end = data.find(b"\r\n\r\n")
        if 0 <= end <= HEAD_BYTES_MAX:
            self._cancel_deadline()
            if _is_text(data[:end]):
                self._become_websocket(data)
            else:
                self._turn_down(Problem.MALFORMED)
        elif len(data) > HEAD_BYTES_MAX:
            self._turn_down(Problem.TOO_LARGE)

    def _turn_down(self, problem: Problem) -> None:
        body = document(problem)
        self._transport.write(
            b"HTTP/1.1 %d Refused\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
            % (problem.status, CONTENT_TYPE.encode(), len(body), body)
        )
        self._transport.close()

    def _become_websocket(self, head: bytes) -> None:
        """Hand the connection over for good; picows takes what came already through its own buffer."""
        protocol = make_protocol(self._owner, self._peer)
        self._transport.set_protocol(protocol)
        protocol.connection_made(self._transport)
        while head:
            room = protocol.get_buffer(-1)
            count = min(len(room), len(head))
            room[:count] = head[:count]
            protocol.buffer_updated(count)
            head = head[count:]

    def _set_deadline(self, after_s: float) -> None:
        self._cancel_deadline()
        self._timer = asyncio.get_running_loop().call_later(after_s, self._transport.abort)

    def _cancel_deadline(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
