"""What a client asks of a relay: one method a request, answers as records, refusals as our errors.

Tokens go into `Authorization` alone, never into an address. Mailboxes, deposits and blobs are named by 16
bytes that the client chose, so each request may be repeated until it is answered. Paths and records are those
of `wire`, which the relay reads too. `listen` holds a WebSocket instead; that is in `client/listen.py`.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO

from twinbell.client.transport import Answer, Body, Transport
from twinbell.encoding import Value, encode
from twinbell.errors import Conflict, Damaged, NotFound, OverQuota, TwinbellError
from twinbell.wire import mailbox
from twinbell.wire.auth import Token
from twinbell.wire.limits import PAGE_BYTES_MAX, PAIRING_WAIT_S_MAX

if TYPE_CHECKING:
    from twinbell.wire import pairing

# `wire.blob`, `wire.pairing` and `wire.problems` are imported where they are used: a ring needs none of them.

PART_BYTES = 8 * 1024 * 1024  # a blob goes up in parts: a broken connection costs at most one
OCTETS = {"Content-Type": "application/octet-stream"}


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

    def put_mailbox(self, box: bytes, owner: bytes, registration: Value) -> None:
        """Make a mailbox, or replace its capabilities."""
        fields = {"Content-Type": mailbox.CBOR_TYPE}
        self._ask("PUT", mailbox.path(box), owner, body=encode(registration), fields=fields)

    def deposit(
        self, box: bytes, token: bytes, deposit_id: bytes, body: bytes, blobs: Sequence[bytes] = ()
    ) -> mailbox.Receipt:
        """Leave an envelope. The same id and bytes give the same answer; other bytes raise `Conflict`."""
        fields = dict(OCTETS)
        if blobs:
            from twinbell.wire import blob as wire_blob

            fields[wire_blob.BLOBS_HEADER] = wire_blob.blobs_header(tuple(blobs))
        answer = self._ask("PUT", mailbox.envelope_path(box, deposit_id), token, body=body, fields=fields)
        return mailbox.Receipt.parse(answer.body)

    def collect(self, box: bytes, token: bytes, *, after: int | None) -> mailbox.Page:
        """Return envelopes behind `after`, or behind what this device has acknowledged."""
        answer = self._ask("GET", mailbox.envelopes_path(box, after=after), token)
        return mailbox.Page.parse(answer.body)

    def acknowledge(self, box: bytes, token: bytes, upto: int) -> None:
        """Tell the relay that everything up to `upto` is safe on this device's disk."""
        self._ask("POST", mailbox.cursor_path(box), token, body=mailbox.cursor_to_bytes(upto), fields=_JSON)

    def read_slot(self, box: bytes, token: bytes) -> tuple[bytes, int]:
        """Return what is in the slot and its version; nothing and 0 if it was never written."""
        try:
            answer = self._ask("GET", mailbox.slot_path(box), token)
        except NotFound:
            return b"", 0
        return answer.body, _version(answer.fields.get("etag", ""))

    def write_slot(self, box: bytes, token: bytes, data: bytes, *, replaces: int) -> int:
        """Replace the slot if it is still at version `replaces`; raise `Conflict` if it is not."""
        fields = {**OCTETS, "If-Match": f'"{replaces}"'}
        answer = self._ask("PUT", mailbox.slot_path(box), token, body=data, fields=fields)
        return int(self._json(answer)["version"])

    # Blobs

    def send_blob(
        self,
        box: bytes,
        token: bytes,
        blob: bytes,
        src: BinaryIO,
        *,
        length: int,
        told: Callable[[int], None],
    ) -> None:
        """Send a file of `length` bytes from where an earlier try stopped; `told` hears how far it is."""
        from twinbell.wire import blob as wire_blob

        path = wire_blob.path(box, blob)
        answer = self._ask("POST", wire_blob.begin_path(box, blob, length=length), token)
        offset = wire_blob.offset_from_bytes(answer.body)
        told(offset)
        while offset < length:
            src.seek(offset)
            part = _Part(src, min(PART_BYTES, length - offset))
            fields = {**OCTETS, wire_blob.OFFSET_HEADER: str(offset), "Content-Length": str(part.left)}
            try:
                answer = self._ask("PATCH", path, token, body=part, fields=fields)
            except Conflict:  # another process of ours sends the same file: go on from where it is
                answer = self._ask("HEAD", path, token)
            offset = wire_blob.parse_length(answer.fields.get(wire_blob.OFFSET_HEADER.lower()))
            told(offset)

    def fetch_blob(
        self,
        box: bytes,
        token: bytes,
        blob: bytes,
        dst: BinaryIO,
        *,
        start: int,
        told: Callable[[int], None],
    ) -> None:
        """Append the rest of a blob to `dst`, which has `start` bytes of it already."""
        from twinbell.wire import blob as wire_blob

        fields = _bearer(token) | ({"Range": wire_blob.range_header(start)} if start else {})
        answer = self._transport.download(
            wire_blob.path(box, blob), dst, fields=fields, told=told, start=start
        )
        if answer.status != 416:  # nothing lies behind `start`: it was all here
            self._judge(answer)

    # Pairings

    def offer(self, form: "pairing.Form", token: bytes, m1: bytes) -> "pairing.Opened":
        """Open a pairing with the giver's first message; the same token and message give the same answer."""
        from twinbell.wire import pairing

        return pairing.Opened.parse(
            self._ask("POST", pairing.open_path(form), token, body=m1, fields=OCTETS).body
        )

    def offered(self, nameplate: str) -> bytes:
        """Return the giver's first message."""
        from twinbell.wire import pairing

        return self._ask("GET", pairing.path(nameplate)).body

    def say(self, nameplate: str, part: int, token: bytes, message: bytes) -> None:
        """Put message 2, 3 or 4 into its place; saying the same again is the same."""
        from twinbell.wire import pairing

        self._ask("PUT", pairing.part_path(nameplate, part), token, body=message, fields=OCTETS)

    def hear(self, nameplate: str, part: int, token: bytes, *, wait_s: int = 0) -> bytes | None:
        """Return message 2, 3 or 4, waiting for it a while; None if it has not come. Raises `Burnt`."""
        from twinbell.wire import pairing

        wait_s = min(wait_s, PAIRING_WAIT_S_MAX)
        answer = self._ask("GET", pairing.part_path(nameplate, part, wait_s=wait_s), token)
        return answer.body if answer.status == 200 else None

    def burn(self, nameplate: str, token: bytes) -> None:
        """Burn a pairing, so that the other side is told."""
        from twinbell.wire import pairing

        self._ask("DELETE", pairing.path(nameplate), token)

    def _ask(
        self,
        method: str,
        path: str,
        token: bytes | None = None,
        *,
        body: Body | None = None,
        fields: dict[str, str] | None = None,
    ) -> Answer:
        answer = self._transport.request(
            method, path, body=body, fields=(fields or {}) | _bearer(token), bytes_max=PAGE_BYTES_MAX
        )
        self._judge(answer)
        return answer

    def _judge(self, answer: Answer) -> None:
        if not 200 <= answer.status < 300:
            raise self._refusal(answer)

    def _refusal(self, answer: Answer) -> TwinbellError:
        from twinbell.wire import problems

        error = problems.parse(answer.status, answer.body)
        if isinstance(error, OverQuota):
            error.hint = error.hint or "What is not sent waits here and goes by itself, later."
        if type(error) is Damaged:  # it is our request that the relay could not read, not a letter
            return TwinbellError(f"The relay at {self.name} could not read what we sent.")
        return error

    def _json(self, answer: Answer) -> dict[str, Any]:
        import json

        try:
            record = json.loads(answer.body)
        except ValueError:
            record = None
        if not isinstance(record, dict):
            raise Damaged(
                f"What {self.name} answers is not what a relay says.",
                hint="Is this the address of a Twinbell relay?",
            )
        return record


_JSON = {"Content-Type": "application/json"}


class _Part:
    """A stretch of a file, as `http.client` reads a body."""

    def __init__(self, src: BinaryIO, length: int) -> None:
        self._src = src
        self._start = src.tell()
        self._length = length
        self.left = length

    def tell(self) -> int:
        return self._length - self.left

    def seek(self, at: int) -> None:
        self._src.seek(self._start + at)
        self.left = self._length - at

    def read(self, count: int = -1) -> bytes:
        data = self._src.read(self.left if count < 0 else min(count, self.left))
        self.left -= len(data)
        return data


def _bearer(token: bytes | None) -> dict[str, str]:
    return {"Authorization": Token(token).header()} if token is not None else {}


def _version(etag: str) -> int:
    text = etag.strip('"')
    if not (text.isascii() and text.isdigit()):
        raise Damaged("The relay did not say which version this is.")
    return int(text)
