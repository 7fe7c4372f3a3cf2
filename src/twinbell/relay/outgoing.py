"""What goes out, gathered for each connection until the end of the loop's turn.

uvloop's transports write at once, each time with a system call, which costs more than all else that is done
for an envelope. One group of envelopes often has several for a connection.
"""

import asyncio
from typing import Protocol

from twinbell.relay import log


class Gathering(Protocol):
    """A connection that has something to write."""

    def flush(self) -> None: ...


class Outgoing:
    """The connections that have something to write."""

    def __init__(self) -> None:
        self._connections: list[Gathering] = []

    def add(self, connection: Gathering) -> None:
        """Have `connection` flushed before this turn of the loop ends."""
        if not self._connections:
            asyncio.get_running_loop().call_soon(self.flush)
        self._connections.append(connection)

    def flush(self) -> None:
        connections, self._connections = self._connections, []
        for connection in connections:
            try:
                connection.flush()
            except Exception as error:  # one that fails must not cost the others theirs
                log.fault(error)
