"""A socket that stays open: frames of `wire/frame.py` in and out. `listen` and `room` use it.

picows and asyncio are imported here and nowhere else in the client, because a ring would pay for them.
"""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from picows import WSAutoPingStrategy, WSError, WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from twinbell.client.transport import CONNECT_S
from twinbell.errors import Damaged, Unreachable
from twinbell.wire import frame as wire
from twinbell.wire.limits import FRAME_BYTES_MAX, PING_S

PATH = "/ws"


class Socket(WSListener):
    """One open connection. Iterate over it for frames; it ends when the connection does."""

    def __init__(self, first: Sequence[wire.Frame]) -> None:
        self._first = first
        self._frames: asyncio.Queue[wire.Frame | None] = asyncio.Queue()
        self._transport: WSTransport | None = None

    def send(self, frame: wire.Frame) -> None:
        """Send a frame, unless the connection has just ended: then its reader is about to learn of it."""
        if self._transport is not None:
            self._transport.send(WSMsgType.BINARY, frame.to_bytes())

    async def frames(self) -> AsyncIterator[wire.Frame]:
        """Yield what the relay says until it hangs up."""
        while (frame := await self._frames.get()) is not None:
            yield frame

    @property
    def waiting(self) -> bool:
        """Whether more frames are here already."""
        return not self._frames.empty()

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.disconnect()

    def on_ws_connected(self, transport: WSTransport) -> None:
        self._transport = transport
        for frame in self._first:
            self.send(frame)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.CLOSE:
            transport.disconnect()
        elif frame.msg_type == WSMsgType.BINARY:
            try:
                self._frames.put_nowait(wire.parse(frame.get_payload_as_bytes()))
            except Damaged:  # whatever this is, it is no relay of ours: hang up, and try again later
                transport.disconnect()

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self._transport = None
        self._frames.put_nowait(None)


@asynccontextmanager
async def connect(url: str, first: Sequence[wire.Frame], *, ca: str | None = None) -> AsyncIterator[Socket]:
    """Open a socket to the relay at `url`; raise `Unreachable` if it does not come about."""
    secure = url.startswith("https://")
    address = ("wss" if secure else "ws") + url.removeprefix("https" if secure else "http") + PATH
    socket = Socket(first)
    try:
        async with asyncio.timeout(CONNECT_S):
            transport, _ = await ws_connect(
                lambda: socket,
                address,
                ssl_context=ssl.create_default_context(cafile=ca) if secure else None,
                enable_auto_ping=True,
                auto_ping_idle_timeout=PING_S,
                auto_ping_reply_timeout=PING_S,
                auto_ping_strategy=WSAutoPingStrategy.PING_WHEN_IDLE,
                max_frame_size=FRAME_BYTES_MAX + 64,
                max_redirects=0,
            )
    except (OSError, WSError) as error:
        raise Unreachable(f"The relay at {urlsplit(url).netloc} can't be reached.") from error
    try:
        yield socket
    finally:
        socket.close()
        with contextlib.suppress(Exception):
            await transport.wait_disconnected()
