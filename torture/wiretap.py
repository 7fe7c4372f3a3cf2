"""A plain TCP proxy that writes down whatever passes, in both directions."""

import socket
import threading
from contextlib import suppress

_PART = 65536


class Wiretap:
    """Listens on a free port of this machine and connects on to another."""

    def __init__(self, port: int) -> None:
        self._to = ("127.0.0.1", port)
        self._door = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self._heard: list[bytearray] = []
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def url(self) -> str:
        """The address under which the tapped relay is reached."""
        return f"http://127.0.0.1:{self._door.getsockname()[1]}"

    def heard(self) -> bytes:
        """Return everything that passed, each direction of each connection in one piece."""
        with self._lock:
            return b"\0".join(bytes(stream) for stream in self._heard)

    def close(self) -> None:
        """Take no more connections."""
        self._door.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._door.accept()
                far = socket.create_connection(self._to)
                for source, sink in ((near, far), (far, near)):
                    stream = bytearray()
                    with self._lock:
                        self._heard.append(stream)
                    threading.Thread(target=self._pump, args=(source, sink, stream), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, stream: bytearray) -> None:
        with suppress(OSError):
            while part := source.recv(_PART):
                with self._lock:
                    stream += part
                sink.sendall(part)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)
