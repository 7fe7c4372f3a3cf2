"""What goes out, gathered for each connection until the end of the loop's turn.

uvloop's transports write at once, each time with a system call, which costs more than all else that is done
for an envelope. One group of envelopes often has several for a connection.
"""

import asyncio
from typing import Protocol

from twinbell.relay import log

GATHER_BYTES = 32 * 1024  # so much for one connection does not wait for the end of the turn


class Connection(Protocol):
    """One that has something to write."""

    out: list[bytes]

    def write(self, data: bytes) -> None: ...


class Outgoing:
    """The connections that have something to write."""

    def __init__(self) -> None:
        self._connections: list[Connection] = []

    def add(self, connection: Connection) -> None:
        """Have what `connection` has in `out` written before this turn of the loop ends."""
        if not self._connections:
            asyncio.get_running_loop().call_soon(self.flush)
        self._connections.append(connection)

    def flush(self) -> None:
        connections, self._connections = self._connections, []
        for connection in connections:
            out = connection.out
            if out:
                connection.out = []
                try:
                    connection.write(out[0] if len(out) == 1 else b"".join(out))
                except Exception as error:  # one that fails must not cost the others theirs
                    log.fault(error)
