"""Sending without loading the rules: what a ring feels like is decided here.

A ring touches five numbers of a pendant's record and seals one body. The classes that read and write the
whole record cost three times the interpreter's own start; so sending works on the record itself, and tests
hold it to the classes (`bond/pendant`, `bond/envelope`): same body, same next record, an envelope that opens.

A deposit at a relay without TLS (the one on this machine, or behind a tunnel) is one write and one read on a
socket. All else goes through `relay`. docs/decisions/0063 has the figures.
"""

import socket
from hashlib import sha256
from os import urandom
from typing import Any
from urllib.parse import urlsplit

from twinbell.crypto import hpke
from twinbell.encoding import Value, decode_map, encode
from twinbell.errors import Damaged, TwinbellError, Unreachable

PENDANT_BYTES_MAX = 1 << 22
LABEL_ENVELOPE = b"twinbell/v1/envelope"
ENVELOPE_VERSION = b"\x01"
BODY_BYTES_MAX = 2953
PLAIN_BYTES = 2955
DAY_S = 86_400
NO_PENDANT = "The record of a pendant is not what it should be."

CONNECT_S, ANSWER_S = 10.0, 30.0
ANSWER_BYTES_MAX = 16_384


class Sender:
    """What sending needs of a pendant, read from its record."""

    def __init__(self, pendant: bytes) -> None:
        self._record = decode_map(pendant, bytes_max=PENDANT_BYTES_MAX)
        if self._record.get("v") != 1 or self._record.get("type") != "pendant":
            raise Damaged("This is no pendant, or one of a newer Twinbell.")
        try:
            self._read()
        except KeyError:
            raise Damaged(NO_PENDANT) from None

    def _read(self) -> None:
        keyring = _map(self._record["keyring"])
        self._bond, peer = _map(keyring["bond"]), _map(keyring["peer"])
        self._prekey, inbox = _map(peer["prekey"]), _map(peer["inbox"])
        signed = decode_map(_bytes(peer["signed"]), bytes_max=PENDANT_BYTES_MAX)
        self._bundle = decode_map(_bytes(signed["record"]), bytes_max=PENDANT_BYTES_MAX)
        self.relay = str(inbox["relay"])
        self.box, self.token = _bytes(inbox["box"]), _bytes(inbox["deposit"])
        self._psk = _bytes(inbox["key"])

    def wrote(self, kind: str, content: dict[str, Value], *, now_s: int) -> tuple[bytes, int, bytes]:
        """Return the next record of the pendant, the counter of this body, and the body: `Pendant.wrote`."""
        sending = _map(self._record["sending"])
        n = _int(sending["next"])
        body = encode(
            {
                "kind": kind,
                "device": _map(self._record["device"])["id"],
                "n": n,
                "prev": sending["prev"],
                "heads": self._heads(now_s),
                "sent": now_s - now_s % 60,
                "body": content,
            }
        )
        if len(body) > BODY_BYTES_MAX:
            raise Damaged("This is too long for an envelope.")
        self._record["sending"] = {"next": n + 1, "prev": sha256(body).digest()}
        return encode(self._record), n, body

    def seal(self, body: bytes) -> bytes:
        """Return a fresh envelope around `body`: `Pendant.seal`."""
        bond, role = _bytes(self._bond["id"]), _int(self._bond["role"])
        info = LABEL_ENVELOPE + bond + bytes([role]) + _int(self._bundle["epoch"]).to_bytes(4)
        plain = (len(body).to_bytes(2) + body).ljust(PLAIN_BYTES, b"\0")
        enc, sealed = hpke.seal(_bytes(self._prekey["key"]), plain, info=info, psk=self._psk, psk_id=bond)
        return ENVELOPE_VERSION + _bytes(self._prekey["tag"]) + enc + sealed

    def is_stale(self, sealed: bytes) -> bool:
        """Say whether an envelope is sealed to a prekey that is not the newest: `Pendant.is_stale`."""
        return sealed[1:5] != self._prekey["tag"]

    def _heads(self, now_s: int) -> list[Value]:
        exact = self._record["receipts_ours"] is True and self._record["receipts_theirs"] is True
        day, heads = (now_s - DAY_S) // DAY_S, []
        for chain in map(_map, _list(self._record["receiving"])):
            if exact:
                came = [_int(chain["next"]) - 1] if chain["next"] else []
            else:
                came = [_int(n) for at, n in map(_list, _list(chain["days"])) if _int(at) < day]
            if came:
                heads.append([chain["device"], came[-1]])
        return list(heads)


def fits(url: str, blob: bytes | None) -> bool:
    """Say whether `deposit` can do this: no TLS, nothing beside the envelope."""
    return url.startswith("http://") and blob is None


def deposit(url: str, box: bytes, token: bytes, deposit_id: bytes, sealed: bytes) -> None:
    """Leave an envelope at a relay, by one request on a connection of its own.

    Raises what `Relay.deposit` raises.
    """
    from base64 import urlsafe_b64encode

    parts = urlsplit(url)
    bearer = urlsafe_b64encode(token).rstrip(b"=").decode()
    head = (
        f"PUT {parts.path}/v1/mailboxes/{box.hex()}/envelopes/{deposit_id.hex()} HTTP/1.1\r\n"
        f"Host: {parts.netloc}\r\nAuthorization: Bearer {bearer}\r\n"
        f"Content-Type: application/octet-stream\r\nContent-Length: {len(sealed)}\r\n"
        "Connection: close\r\n\r\n"
    )
    # As bytes, or Python loads the tables of international names, also for a number.
    host = (parts.hostname or "").encode("idna" if not (parts.hostname or "").isascii() else "ascii")
    try:
        place: Any = (host, parts.port or 80)
        with socket.create_connection(place, CONNECT_S) as line:
            line.settimeout(ANSWER_S)
            line.sendall(head.encode("ascii") + sealed)
            answer = b""
            while len(answer) < ANSWER_BYTES_MAX and (part := line.recv(ANSWER_BYTES_MAX)):
                answer += part
    except OSError:
        raise Unreachable(f"The relay at {parts.netloc} can't be reached.") from None
    _judge(answer, parts.netloc)


def _judge(answer: bytes, name: str) -> None:
    head, _, body = answer.partition(b"\r\n\r\n")
    version, _, rest = head.partition(b" ")
    if not version.startswith(b"HTTP/1.") or not rest[:3].isdigit():
        raise Unreachable(f"What answers at {name} is no relay.")
    status = int(rest[:3])
    if 200 <= status < 300:
        return
    from twinbell.wire import problems

    refusal = problems.parse(status, body)
    if type(refusal) is Damaged:  # it is our request that the relay could not read
        raise TwinbellError(f"The relay at {name} could not read what we sent.")
    raise refusal


def fresh_id() -> bytes:
    """Return the id of a deposit."""
    return urandom(16)


# The record was written by this program into a vault that notices a turned bit; these say so if not.


def _map(value: Value) -> dict[str, Value]:
    if not isinstance(value, dict):
        raise Damaged(NO_PENDANT)
    return value


def _list(value: Value) -> list[Value]:
    if not isinstance(value, list):
        raise Damaged(NO_PENDANT)
    return value


def _bytes(value: Value) -> bytes:
    if not isinstance(value, bytes):
        raise Damaged(NO_PENDANT)
    return value


def _int(value: Value) -> int:
    if not isinstance(value, int):
        raise Damaged(NO_PENDANT)
    return value
