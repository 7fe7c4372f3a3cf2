"""From an upgrade's head to a WebSocket: who may have one, and picows' protocol for it."""

from collections.abc import Callable
from typing import Any

from picows import (
    WSAutoPingStrategy,
    WSUpgradeRequest,
    WSUpgradeResponse,
    WSUpgradeResponseWithListener,
)
from picows.picows import WSProtocol  # type: ignore[attr-defined]

from twinbell.relay import log
from twinbell.relay.socket import Owner, Socket
from twinbell.wire.limits import FRAME_BYTES_MAX, HEAD_S, PING_S
from twinbell.wire.problems import CONTENT_TYPE, Problem, document


def make_protocol(owner: Owner, peer: str) -> Any:
    """Return picows' server side of one WebSocket.

    Its constructor is no public API: fifteen arguments by position. So it is called here only, the version is
    pinned, and a test holds it.
    """

    def listener(request: WSUpgradeRequest) -> Socket | WSUpgradeResponseWithListener:
        headers = request.headers
        # picows answers with a hash of the key, and fails where it is no ASCII.
        key = headers.get("Sec-WebSocket-Key", "")
        if headers.get("Upgrade", "").lower() != "websocket" or not key or not key.isascii():
            return _turned_down(Problem.MALFORMED)
        if owner.stopping:
            return _turned_down(Problem.STOPPING)
        if not owner.origin_allowed(headers.get("Origin"), headers.get("Host")):
            return _turned_down(Problem.ORIGIN)
        return Socket(owner, owner.address_of(peer, headers.get("X-Forwarded-For")))

    factory: Callable[[WSUpgradeRequest], Socket | WSUpgradeResponseWithListener] = listener
    protocol = _Protocol(
        None,  # host: the client's side only
        None,  # path: likewise
        False,  # not the client's side
        factory,
        log.QUIET,
        True,  # disconnect when the listener raises
        HEAD_S,
        True,  # ping, so that dead connections are found
        PING_S,
        PING_S,
        WSAutoPingStrategy.PING_WHEN_IDLE,
        True,  # answer pings
        FRAME_BYTES_MAX,
        None,  # no headers of our own
        1024,  # bytes of read buffer to begin with: 13 KiB a connection instead of 27
    )
    protocol.owner, protocol.peer = owner, peer
    return protocol


def _turned_down(problem: Problem) -> WSUpgradeResponseWithListener:
    body = document(problem)
    headers = {"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store"}
    response = WSUpgradeResponse.create_error_response(problem.status, body, headers)
    return WSUpgradeResponseWithListener(response, None)


class _Protocol(WSProtocol):  # type: ignore[misc]
    """picows' protocol that tells when its connection has ended, also before there was a listener."""

    __slots__ = ("owner", "peer")

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self.owner.release(self.peer)
