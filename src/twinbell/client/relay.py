"""What a client asks of a relay: one method a request, answers as records, refusals as our errors.

Tokens go into `Authorization` alone, never into an address. Mailboxes, deposits and blobs are named by 16
bytes that the client chose, so each request may be repeated until it is answered.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from twinbell import encoding
from twinbell.client.transport import Answer, Body, Transport
from twinbell.errors import (
    Burnt,
    Conflict,
    Damaged,
    Mistaken,
    NotFound,
    NotYet,
    OverQuota,
    TwinbellError,
    Unauthorised,
    Unreachable,
)

BATCH = 100
LONG_POLL_S = 25
PART_BYTES = 8 * 1024 * 1024  # a blob goes up in parts: a broken connection costs at most one
CBOR = {"Content-Type": "application/cbor"}
OCTETS = {"Content-Type": "application/octet-stream"}
JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Arrived:
    """An envelope in a mailbox: its place in the log, the minute it came, its blobs and its bytes."""

    seq: int
    arrived_s: int
    blobs: tuple[bytes, ...]
    body: bytes = field(repr=False)


class Relay:
    """A relay, spoken to over HTTP."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    @property
    def url(self) -> str:
        """The address that this relay is known by."""
        return self._transport.url

    @property
    def name(self) -> str:
        """Host and port: how a person calls this relay."""
        return self._transport.name

    def close(self) -> None:
        """Hang up."""
        self._transport.close()

    def about(self) -> dict[str, Any]:
        """Return what the relay says of itself: its version, its limits, and the chains it hands out."""
        return self._json(self._ask("GET", "/v1/about"))

    # Mailboxes

    def put_mailbox(
        self,
        box: bytes,
        owner: bytes,
        *,
        epoch: int,
        collect: dict[str, bytes],
        deposit: dict[str, bytes],
    ) -> None:
        """Make a mailbox, or replace its capabilities; tokens are given as their SHA-256."""
        record: encoding.Value = {
            "v": 1,
            "type": "mailbox",
            "epoch": epoch,
            "collect": dict(collect),
            "deposit": dict(deposit),
        }
        self._ask("PUT", f"/v1/mailboxes/{box.hex()}", owner, body=encoding.encode(record), fields=CBOR)

    def deposit(
        self, box: bytes, token: bytes, deposit_id: bytes, body: bytes, blobs: Sequence[bytes] = ()
    ) -> tuple[int, int]:
        """Leave an envelope; return its place and arrival. The same id and bytes give the same answer."""
        fields = dict(OCTETS)
        if blobs:
            fields["Twinbell-Blobs"] = ",".join(blob.hex() for blob in blobs)
        path = f"/v1/mailboxes/{box.hex()}/envelopes/{deposit_id.hex()}"
        answer = self._json(self._ask("PUT", path, token, body=body, fields=fields))
        return _int(answer, "seq"), _int(answer, "arrived")

    def collect(self, box: bytes, token: bytes, *, after: int | None) -> tuple[list[Arrived], bool]:
        """Return envelopes behind `after` in order, and whether there are more."""
        place = "" if after is None else f"after={after}&"
        answer = self._ask("GET", f"/v1/mailboxes/{box.hex()}/envelopes?{place}limit={BATCH}", token)
        record = encoding.decode_map(answer.body, bytes_max=8 * 1024 * 1024)
        envelopes = record.get("envelopes")
        if not isinstance(envelopes, list):
            raise _nonsense(self.name)
        return [_arrived(item, self.name) for item in envelopes], record.get("more") is True

    def acknowledge(self, box: bytes, token: bytes, upto: int) -> None:
        """Tell the relay that everything up to `upto` is safe on this device's disk."""
        body = json.dumps({"upto": upto}).encode()
        self._ask("POST", f"/v1/mailboxes/{box.hex()}/cursor", token, body=body, fields=JSON)

    def read_slot(self, box: bytes, token: bytes) -> tuple[bytes, int]:
        """Return what is in the slot and its version; empty and 0 if nothing is."""
        try:
            answer = self._ask("GET", f"/v1/mailboxes/{box.hex()}/slot", token)
        except NotFound:
            return b"", 0
        return answer.body, int(answer.fields.get("etag", '"0"').strip('W/"') or 0)

    def write_slot(self, box: bytes, token: bytes, data: bytes, *, replaces: int) -> int:
        """Replace the slot if it is still at version `replaces`; raise `Conflict` if it is not."""
        fields = {**OCTETS, "If-Match": f'"{replaces}"'}
        return _int(
            self._json(self._ask("PUT", f"/v1/mailboxes/{box.hex()}/slot", token, body=data, fields=fields)),
            "version",
        )

    # Blobs

    def send_blob(
        self, box: bytes, token: bytes, blob: bytes, src: BinaryIO, length: int, told: Callable[[int], None]
    ) -> None:
        """Send a file of `length` bytes, going on from where an earlier try stopped; `told` hears how far."""
        path = f"/v1/mailboxes/{box.hex()}/blobs/{blob.hex()}"
        offset = _int(self._json(self._ask("POST", f"{path}?length={length}", token)), "offset")
        told(offset)
        while offset < length:
            src.seek(offset)
            part = _Part(src, min(PART_BYTES, length - offset))
            fields = {**OCTETS, "Upload-Offset": str(offset), "Content-Length": str(part.left)}
            answer = self._transport.request("PATCH", path, body=part, fields=fields | _bearer(token))
            if answer.status == 409:  # another process of ours sends the same file: go on from where it is
                answer = self._ask("HEAD", path, token)
            self._judge(answer)
            offset = int(answer.fields["upload-offset"])
            told(offset)

    def fetch_blob(
        self, box: bytes, token: bytes, blob: bytes, dst: BinaryIO, *, start: int, told: Callable[[int], None]
    ) -> None:
        """Append the rest of a blob to `dst`, which has `start` bytes of it already."""
        fields = _bearer(token) | ({"Range": f"bytes={start}-"} if start else {})
        path = f"/v1/mailboxes/{box.hex()}/blobs/{blob.hex()}"
        answer = self._transport.download(path, dst, fields=fields, told=told)
        if answer.status == 416:  # there is nothing behind `start`: it was all here
            return
        self._judge(answer)
        if start and answer.status != 206:
            raise _nonsense(self.name)

    # Pairings

    def offer(self, form: str, token: bytes, m1: bytes) -> tuple[str, int]:
        """Open a pairing with the giver's first message; return its nameplate and when it expires."""
        answer = self._json(self._ask("POST", f"/v1/pairings?form={form}", token, body=m1, fields=OCTETS))
        nameplate = answer.get("nameplate")
        if not isinstance(nameplate, str) or not nameplate.isalnum() or not nameplate.isascii():
            raise _nonsense(self.name)
        return nameplate, _int(answer, "expires")

    def offered(self, nameplate: str) -> bytes:
        """Return the giver's first message."""
        return self._ask("GET", f"/v1/pairings/{nameplate}").body

    def say(self, nameplate: str, place: int, token: bytes, message: bytes) -> None:
        """Put message 2, 3 or 4 into its place; saying the same again is the same."""
        self._ask("PUT", f"/v1/pairings/{nameplate}/{place}", token, body=message, fields=OCTETS)

    def hear(self, nameplate: str, place: int, token: bytes, *, wait_s: int = 0) -> bytes | None:
        """Return message 2, 3 or 4, waiting for it a while; None if it has not come. Raises `Burnt`."""
        answer = self._ask("GET", f"/v1/pairings/{nameplate}/{place}?wait={wait_s}", token)
        return answer.body if answer.status == 200 else None

    def burn(self, nameplate: str, token: bytes) -> None:
        """Burn a pairing, so that the other side is told."""
        self._ask("DELETE", f"/v1/pairings/{nameplate}", token)

    # Beacon

    def chain_info(self, chain_hash: bytes | None = None) -> bytes:
        """Return the document of a chain that this relay hands out, its own by default."""
        prefix = f"/{chain_hash.hex()}" if chain_hash else ""
        return self._ask("GET", f"{prefix}/info").body

    def round(self, chain_hash: bytes, number: int | str) -> bytes:
        """Return the document of a round (or "latest"); raise `NotYet` if it lies ahead."""
        return self._ask("GET", f"/{chain_hash.hex()}/public/{number}").body

    def _ask(
        self,
        method: str,
        path: str,
        token: bytes | None = None,
        *,
        body: Body | None = None,
        fields: dict[str, str] | None = None,
    ) -> Answer:
        answer = self._transport.request(method, path, body=body, fields=(fields or {}) | _bearer(token))
        self._judge(answer)
        return answer

    def _judge(self, answer: Answer) -> None:
        if 200 <= answer.status < 300:
            return
        raise _refusal(answer, self.name)

    def _json(self, answer: Answer) -> dict[str, Any]:
        try:
            record = json.loads(answer.body)
        except ValueError:
            record = None
        if not isinstance(record, dict):
            raise _nonsense(self.name)
        return record


class _Part:
    """A stretch of a file, as `http.client` reads a body."""

    def __init__(self, src: BinaryIO, length: int) -> None:
        self._src = src
        self.left = length
        self._length = length
        self._start = src.tell()

    def tell(self) -> int:
        return self._length - self.left

    def seek(self, at: int) -> None:
        self._src.seek(self._start + at)
        self.left = self._length - at

    def read(self, count: int = -1) -> bytes:
        data = self._src.read(self.left if count < 0 else min(count, self.left))
        self.left -= len(data)
        return data


def host(url: str) -> str:
    """Return host and port of an address."""
    return urlsplit(url).netloc


def _bearer(token: bytes | None) -> dict[str, str]:
    if token is None:
        return {}
    from base64 import urlsafe_b64encode

    return {"Authorization": f"Bearer {urlsafe_b64encode(token).rstrip(b'=').decode()}"}


def _arrived(item: encoding.Value, name: str) -> Arrived:
    if not isinstance(item, dict):
        raise _nonsense(name)
    seq, arrived_s, blobs, body = (item.get(key) for key in ("seq", "arrived", "blobs", "body"))
    if not (isinstance(seq, int) and isinstance(arrived_s, int) and isinstance(body, bytes)):
        raise _nonsense(name)
    if not isinstance(blobs, list):
        raise _nonsense(name)
    return Arrived(seq, arrived_s, tuple(blob for blob in blobs if isinstance(blob, bytes)), body)


def _int(record: dict[str, Any], key: str) -> int:
    value = record.get(key)
    if not isinstance(value, int) or isinstance(value, bool):
        raise Damaged("The relay answered with something that is no number.")
    return value


def _nonsense(name: str) -> TwinbellError:
    return Damaged(
        f"What {name} answers is not what a relay says.", hint="Is this the address of a Twinbell relay?"
    )


def _refusal(answer: Answer, name: str) -> TwinbellError:
    """Return our error for a status. The relay's own words are not repeated: they are from outside."""
    hint = f"{name} answered {answer.status}."
    match answer.status:
        case 401 | 403:
            return Unauthorised(hint=hint)
        case 404:
            return NotFound(f"{name} knows nothing of this.")
        case 409 | 412:
            return Conflict(hint=hint)
        case 410:
            return Burnt()
        case 425:
            return NotYet("The relay says that this round is not yet due.")
        case 413 | 414 | 431:
            return Mistaken("This is too large for this relay.")
        case 429:
            return OverQuota(f"{name} asks us to slow down.", hint="Try again in a little while.")
        case 507:
            return OverQuota(f"The mailbox at {name} is full.", hint="It empties when the other one listens.")
        case status if status >= 500:
            return Unreachable(f"{name} is in trouble and answered {status}.")
    return Damaged(
        f"{name} refused a request of ours with {answer.status}.", hint="Is this a Twinbell relay?"
    )
