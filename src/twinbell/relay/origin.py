"""Which pages may speak to this relay, by the `Origin` that a browser sends and no page can change.

Compared whole and exactly: no suffixes, no other port or scheme, not `null`. What sends no `Origin` is no
browser and needs no leave. Nothing here carries credentials: there are no cookies, and a token is
shown by whoever has it.
"""

import re
from collections.abc import Sequence

from twinbell.wire.blob import BLOBS_HEADER, OFFSET_HEADER
from twinbell.wire.mailbox import MISSED_HEADER

# A page of this machine is itself also over http; anywhere else somebody could have changed it on its way.
_LOOPBACK = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?", re.ASCII)

_METHODS = "GET, HEAD, PUT, POST, PATCH, DELETE"
_ASKED = f"Authorization, Content-Type, If-Match, Range, {BLOBS_HEADER}, {OFFSET_HEADER}"
_TOLD = f"Content-Range, ETag, Retry-After, {MISSED_HEADER}, {OFFSET_HEADER}"
_PREFLIGHT_S = 7_200  # what browsers keep at most


class Origins:
    """The relay's own address, and the pages elsewhere that its operator allowed."""

    def __init__(self, allowed: Sequence[str]) -> None:
        self._allowed = frozenset(allowed)
        self.own = ""  # known when the relay listens

    def may_connect(self, origin: str | None, host: str | None) -> bool:
        """Tell whether whoever says so may open a WebSocket; `host` is the address that was asked."""
        if origin is None or origin in self._allowed:
            return True
        if not host or not origin:
            return False
        if origin in (self.own, f"https://{host}"):
            return True
        return origin == f"http://{host}" and _LOOPBACK.fullmatch(host) is not None

    def cors(self, origin: str | None) -> dict[str, str]:
        """Return what lets a page of an allowed origin read an answer; nothing for any other."""
        if origin is None or origin not in self._allowed:
            return {}
        return {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Expose-Headers": _TOLD,
            "Vary": "Origin",
        }

    def preflight(self, origin: str | None) -> dict[str, str]:
        """Return what lets such a page ask at all."""
        headers = self.cors(origin)
        if headers:
            headers["Access-Control-Allow-Methods"] = _METHODS
            headers["Access-Control-Allow-Headers"] = _ASKED
            headers["Access-Control-Max-Age"] = str(_PREFLIGHT_S)
        return headers
