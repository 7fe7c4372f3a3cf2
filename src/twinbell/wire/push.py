"""Web Push (RFC 8030): where a browser's push service can wake one device, as client and relay say it.

A device gives the relay its subscription and nothing else; the relay's knock at the push service says
nothing but that it knocked. Who may be knocked at is a list of the relay's: without it anybody could send the
relay to addresses inside its own network.
"""

import base64
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from twinbell.errors import Damaged, Mistaken
from twinbell.wire.limits import PUSH_ENDPOINT_CHARS_MAX
from twinbell.wire.mailbox import parse_json
from twinbell.wire.mailbox import path as mailbox_path

KEY_PATH = "/v1/push"
POINT_BYTES = 65  # an uncompressed point of P-256
AUTH_BYTES = 16

# The push services of Chromium and its kin, of Firefox, of Safari, and of Edge.
SERVICES = (
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    "*.push.apple.com",
    "*.notify.windows.com",
)

_NAME = re.compile(r"(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+", re.ASCII)
_LOOPBACK = re.compile(r"http://(localhost|127\.0\.0\.1|\[::1\]):[1-9][0-9]{0,4}", re.ASCII)
_ENDPOINT = re.compile(r"https?://[\x21-\x7e]+", re.ASCII)
_PARTS = re.compile(r"(https?)://([^/?#]*)(?:[/?#][\x21-\x7e]*)?", re.ASCII)
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+", re.ASCII)


def path(box: bytes) -> str:
    return f"{mailbox_path(box)}/push"


@dataclass(frozen=True, slots=True)
class Subscription:
    """A device's subscription: an address at its push service, its public key, a secret shared with it."""

    endpoint: str = field(repr=False)
    p256dh: bytes = field(repr=False)
    auth: bytes = field(repr=False)

    def to_bytes(self) -> bytes:
        record = {"endpoint": self.endpoint, "p256dh": to_text(self.p256dh), "auth": to_text(self.auth)}
        return json.dumps(record).encode()

    @classmethod
    def parse(cls, data: bytes) -> "Subscription":
        """Return the subscription in `data`; raise `Damaged` for anything else."""
        record = parse_json(data)
        endpoint = record.get("endpoint")
        if record.keys() != {"endpoint", "p256dh", "auth"} or not isinstance(endpoint, str):
            raise Damaged("A subscription is an endpoint, p256dh and auth.")
        if len(endpoint) > PUSH_ENDPOINT_CHARS_MAX or not _ENDPOINT.fullmatch(endpoint):
            raise Damaged(f"An endpoint is an address of {PUSH_ENDPOINT_CHARS_MAX} characters at most.")
        point, auth = from_text(record["p256dh"]), from_text(record["auth"])
        if len(point) != POINT_BYTES or point[0] != 4 or len(auth) != AUTH_BYTES:
            raise Damaged("The keys of a subscription are 65 and 16 bytes.")
        return cls(endpoint, point, auth)


class Services:
    """The push services that a relay knocks at: names, `*.` and a name; for tests, a port of this machine."""

    def __init__(self, allowed: Iterable[str]) -> None:
        self._names: set[str] = set()
        self._endings: list[str] = []
        self._origins: set[str] = set()
        for each in allowed:
            if _LOOPBACK.fullmatch(each):
                self._origins.add(each)
            elif not _NAME.fullmatch(each):
                raise Mistaken(f"{each} is not the name of a push service.")
            elif each.startswith("*."):
                self._endings.append(each[1:])
            else:
                self._names.add(each)

    def origin(self, endpoint: str) -> str:
        """Return the origin of an endpoint that may be knocked at; raise `Damaged` for any other.

        Only https, the usual port, no user and nothing but the name as it was allowed.
        """
        found = _PARTS.fullmatch(endpoint)
        scheme, host = found.groups() if found else ("", "")
        origin = f"{scheme}://{host}"
        if origin in self._origins:
            return origin
        # The name as it stands: no port, no user, no capitals, so what is compared is what is asked.
        plain = scheme == "https" and _HOST.fullmatch(host)
        if plain and (host in self._names or any(host.endswith(end) for end in self._endings)):
            return origin
        raise Damaged("The relay knocks at no push service of that name.")


def key_to_bytes(public: bytes) -> bytes:
    return json.dumps({"key": to_text(public)}).encode()


def key_from_bytes(data: bytes) -> bytes:
    """Return the relay's public key, 65 bytes; raise `Damaged` for anything else."""
    key = from_text(parse_json(data).get("key"))
    if len(key) != POINT_BYTES or key[0] != 4:
        raise Damaged("The key of a relay that pushes is a point of 65 bytes.")
    return key


def to_text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_text(text: object) -> bytes:
    """Return the bytes of unpadded base64url in its one spelling; raise `Damaged` for anything else."""
    if not isinstance(text, str) or len(text) > 200 or not text.isascii():
        raise Damaged("Here base64url is missing.")
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise Damaged("This is not base64url.") from None
    if to_text(data) != text:
        raise Damaged("This is not base64url without padding.")
    return data
