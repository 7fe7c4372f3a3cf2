"""Relays as processes of their own, to be killed and asked; and the naive server that is caught instead.

Not a harness itself. A `Process` is ended by its own id and by nothing else.
"""

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from twinbell.wire.auth import Token

# What `twinbell relay serve` does, with a fault on request.
_SERVE = """
import sys, json
from twinbell.relay.app import serve
from twinbell.relay.settings import load
flags, bad = json.loads(sys.argv[1]), json.loads(sys.argv[2])
if bad.pop("hasty", False):
    import twinbell.relay.api as api
    api.UNAUTHORISED_S = 0
if bad.pop("slow", False):
    import time
    from twinbell.relay.mailbox import Mailboxes
    find = Mailboxes.find
    def slow_find(self, box):
        live = find(self, box)
        time.sleep(0.001 if live is not None else 0)
        return live
    Mailboxes.find = slow_find
serve(load(flags, environment={}), told=lambda address: print(address, flush=True), **bad)
"""
GENEROUS = {
    "deposits_per_minute": 10**9,
    "requests_per_minute": 10**9,
    "strangers_per_minute": 10**8,
    "sockets_per_address": 20_000,
    "reserve_mib": 1,
}


class Process:
    """A relay in a process of its own. `bad` switches a known fault on."""

    def __init__(self, data: Path, *, bad: dict[str, object] | None = None, **settings: object) -> None:
        flags = {"listen": "127.0.0.1:0", "data": str(data), **GENEROUS, **settings}
        self.process = subprocess.Popen(
            [sys.executable, "-c", _SERVE, json.dumps(flags), json.dumps(bad or {})],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline().strip()
        if not line:
            raise RuntimeError(f"the relay did not start: {self.errors()}")
        self.port = int(line.rpartition(":")[2])

    def errors(self) -> str:
        assert self.process.stderr is not None
        return self.process.stderr.read()

    def kill(self) -> None:
        """End it as a power switch would, but for the disk."""
        self.process.kill()
        self._reap()

    def stop(self) -> str:
        """End it as an operator would, and return what it had logged."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
            return self.errors()
        finally:
            self._reap()

    def _reap(self) -> None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(20)
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()

    def rss_bytes(self) -> int:
        words = Path(f"/proc/{self.process.pid}/statm").read_text().split()
        return int(words[1]) * os.sysconf("SC_PAGE_SIZE")


def ask(
    port: int, method: str, path: str, *, token: Token | None = None, body: bytes | None = None
) -> tuple[int, bytes]:
    """Send one request and return status and body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        headers = {"Authorization": token.header()} if token is not None else {}
        connection.request(method, path, body=body, headers=headers)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def canary_s(port: int) -> float:
    """Return how long an honest request waits now."""
    begun_s = time.monotonic()
    status, _ = ask(port, "GET", "/healthz")
    assert status == 200, status
    return time.monotonic() - begun_s
