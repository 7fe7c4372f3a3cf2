"""One connection to one server, by `http.client`: kept alive, with deadlines and limits on what comes back.

Every request of ours is safe to repeat, so a kept connection that died between two requests is opened anew
and the request sent once more. Whatever goes wrong on the way becomes `Unreachable`; what the server answers
is for `relay` to judge. No proxies, no redirects, no cookies, no compression.
"""

import http.client
import os
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import BinaryIO, NamedTuple, Protocol
from urllib.parse import urlsplit

from twinbell.errors import Mistaken, Unreachable

CA_VARIABLE = "TWINBELL_CA"
CONNECT_S = 10.0
SILENCE_S = 30.0  # longer than the longest long poll, 25 s
ANSWER_BYTES_MAX = 8 * 1024 * 1024
CHUNK = 256 * 1024
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Source(Protocol):
    """A body that is read as it goes: a file, or a stretch of one."""

    def read(self, count: int = -1, /) -> bytes: ...

    def seek(self, at: int, /) -> object: ...

    def tell(self) -> int: ...


Body = bytes | Source


class Answer(NamedTuple):
    """What a server said: a status, header fields by their lower-case names, and the whole body."""

    status: int
    fields: Mapping[str, str]
    body: bytes


def base_url(text: str) -> str:
    """Return a relay's address as it is kept: scheme, host and port, no slash at the end.

    Without a scheme it is https, or http when the host is this machine. Raises `Mistaken`.
    """
    text = text.strip()
    if "://" not in text:
        host = urlsplit(f"//{text}").hostname or ""
        text = f"{'http' if host in LOOPBACK else 'https'}://{text}"
    if not text.isascii() or not text.isprintable() or " " in text:
        raise Mistaken(f"{text} is not the address of a relay.")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise Mistaken(f"{text} is not the address of a relay.") from None
    if (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or parts.username
        or parts.query
        or parts.fragment
    ):
        raise Mistaken(f"{text} is not the address of a relay.", hint="It looks like https://relay.example.")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{port}" if port else "") + parts.path.rstrip("/")


class Transport:
    """A connection to the server at `url`, opened when it is first needed."""

    def __init__(self, url: str, *, ca: str | None = None, connect_s: float = CONNECT_S) -> None:
        parts = urlsplit(url)
        self.url = url
        self.name = parts.netloc
        self._host, self._port, self._secure = parts.hostname or "", parts.port, parts.scheme == "https"
        self._prefix = parts.path.rstrip("/")
        self._ca = ca or os.environ.get(CA_VARIABLE) or None
        self._connect_s = connect_s
        self._connection: http.client.HTTPConnection | None = None

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def request(
        self,
        method: str,
        path: str,
        *,
        body: Body | None = None,
        fields: Mapping[str, str] | None = None,
        silence_s: float = SILENCE_S,
        bytes_max: int = ANSWER_BYTES_MAX,
    ) -> Answer:
        """Send one request and return the whole answer; raise `Unreachable` if none comes."""
        with self._told():
            response = self._send(method, path, body, fields or {}, silence_s)
            chunks, length, end_s = [], 0, time.monotonic() + 4 * silence_s
            while chunk := response.read1(CHUNK):
                chunks.append(chunk)
                length += len(chunk)
                if length > bytes_max or time.monotonic() > end_s:
                    response.close()  # it may hold the socket alone: see `_exchange`
                    self.close()
                    raise Unreachable(f"What {self.name} answers does not end.")
            self._finish(response)
            return Answer(response.status, _fields(response), b"".join(chunks))

    def download(
        self,
        path: str,
        dst: BinaryIO,
        *,
        fields: Mapping[str, str],
        told: Callable[[int], None],
        start: int = 0,
    ) -> Answer:
        """Fetch a body of any length into `dst`, telling of each piece; a refusal is returned, not written.

        Raises `Unreachable` if it breaks off; what has come is in `dst`, and a `Range` may go on from there.
        With `start`, whole answers to a request for the rest are skipped up to there.
        """
        with self._told():
            response = self._send("GET", path, None, fields, SILENCE_S)
            if response.status not in (200, 206):
                body = response.read(ANSWER_BYTES_MAX)
                self._finish(response)
                return Answer(response.status, _fields(response), body)
            skip = start if response.status == 200 else 0
            while chunk := response.read1(CHUNK):
                skipped = min(skip, len(chunk))
                skip -= skipped
                dst.write(chunk[skipped:])
                told(len(chunk) - skipped)
            self._finish(response)
            return Answer(response.status, _fields(response), b"")

    def _finish(self, response: http.client.HTTPResponse) -> None:
        cut = response.length
        response.close()
        if cut:  # read1 does not complain of a body that ends too early
            self.close()
            raise Unreachable(f"{self.name} broke off in the middle of an answer.")

    def _send(
        self, method: str, path: str, body: Body | None, fields: Mapping[str, str], silence_s: float
    ) -> http.client.HTTPResponse:
        kept = self._connection is not None
        start = body.tell() if body is not None and not isinstance(body, bytes) else 0
        try:
            return self._exchange(method, path, body, fields, silence_s)
        except (ConnectionError, http.client.RemoteDisconnected, http.client.CannotSendRequest):
            self.close()
            if not kept:
                raise
            # The server had closed the kept connection: nothing is known of this request, so it goes again.
            if body is not None and not isinstance(body, bytes):
                body.seek(start)
            return self._exchange(method, path, body, fields, silence_s)

    def _exchange(
        self, method: str, path: str, body: Body | None, fields: Mapping[str, str], silence_s: float
    ) -> http.client.HTTPResponse:
        connection = self._connection or self._connect()
        if connection.sock is not None:
            connection.sock.settimeout(silence_s)
        connection.request(method, self._prefix + path, body=body, headers=dict(fields))
        response = connection.getresponse()
        if response.will_close:
            self._connection = None  # http.client keeps the socket for the response alone
        return response

    def _connect(self) -> http.client.HTTPConnection:
        if self._secure:
            context = ssl.create_default_context(cafile=self._ca)
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                self._host, self._port, timeout=self._connect_s, context=context
            )
        else:
            connection = http.client.HTTPConnection(self._host, self._port, timeout=self._connect_s)
        connection.connect()
        self._connection = connection
        return connection

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn whatever happens to a connection into the sentence that fits."""
        try:
            yield
        except Unreachable:
            raise
        except ssl.SSLCertVerificationError:
            self.close()
            raise Unreachable(
                f"The certificate of {self.name} is not one that this machine trusts.",
                hint=f"Is it a relay with a certificate of its own? {CA_VARIABLE} names a file to trust.",
            ) from None
        except (OSError, http.client.HTTPException):
            self.close()
            raise Unreachable(f"The relay at {self.name} can't be reached.") from None
        except BaseException:
            self.close()  # Ctrl-C in the middle of an answer: the rest of it belongs to nobody
            raise


def _fields(response: http.client.HTTPResponse) -> dict[str, str]:
    return {name.lower(): value for name, value in response.getheaders()}
