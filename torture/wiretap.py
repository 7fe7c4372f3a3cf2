"""A plain TCP proxy that writes down whatever passes, in both directions."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress

_PART = 65536
_PATIENCE_S = 10


class Wiretap:
    """Listens on a free port of this machine and connects on to another."""

    def __init__(self, port: int) -> None:
        self._to = ("127.0.0.1", port)
        self._door = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self._heard: list[bytearray] = []
        self._threads: list[threading.Thread] = []
        self._start(self._serve)

    @property
    def url(self) -> str:
        """The address under which the tapped relay is reached."""
        return f"http://127.0.0.1:{self._door.getsockname()[1]}"

    def heard(self) -> bytes:
        """Return everything that passed, each direction of each connection in one piece."""
        with self._lock:
            return b"\0".join(bytes(stream) for stream in self._heard)

    def close(self) -> None:
        """Take no more connections, and wait for the last ones to end: whoever talks has to hang up first."""
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)  # wakes `accept`
        self._door.close()
        for thread in self._threads:
            thread.join(_PATIENCE_S)

    def _start(self, target: Callable[..., None], *args: socket.socket) -> threading.Thread:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()
        return thread

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._door.accept()
                self._start(self._carry, near)

    def _carry(self, near: socket.socket) -> None:
        with near, suppress(OSError), socket.create_connection(self._to) as far:
            back = self._start(self._pump, far, near)
            self._pump(near, far)
            back.join()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        stream = bytearray()
        with self._lock:
            self._heard.append(stream)
        with suppress(OSError):
            while part := source.recv(_PART):
                with self._lock:
                    stream += part
                sink.sendall(part)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)
