"""The key by which push services know this relay (VAPID, RFC 8292), and one message to one of them.

`push/key` is made at the first start, outside the database and its backups, readable by its owner alone.
Losing it costs little: browsers see another key and subscribe anew. The only file that knows pywebpush.
"""

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from twinbell.errors import Damaged, Refused
from twinbell.relay.clockfile import write_durably
from twinbell.wire.limits import PUSH_PLAIN_BYTES, PUSH_TTL_S
from twinbell.wire.push import Subscription, to_text

if TYPE_CHECKING:
    from py_vapid import Vapid02

FOLDER = "push"
KEY = "key"
_CLAIM_S = 12 * 3600  # RFC 8292 allows a day
_SAYS = bytes(PUSH_PLAIN_BYTES)  # the whole message: it says that something came, and so does its silence


class PushKey:
    """The relay's key, and what it signs: who knocks, and whom to write to about it."""

    def __init__(self, vapid: "Vapid02", contact: str) -> None:
        self._vapid = vapid
        self._contact = contact

    @classmethod
    def open(cls, data: Path, *, contact: str) -> "PushKey | None":
        """Return the key of this relay, made if there is none; None where pywebpush is not installed.

        Raises `Refused` when others can read it, and `Damaged`.
        """
        try:
            from py_vapid import Vapid02
            from pywebpush import WebPusher  # noqa: F401  (both or none)
        except ImportError:
            return None
        folder = data / FOLDER
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / KEY
        if not path.exists():
            made = ec.generate_private_key(ec.SECP256R1())
            write_durably(path, made.private_bytes(_PEM, _PKCS8, serialization.NoEncryption()))
        elif os.name == "posix" and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise Refused(f"Others can read the push key in {path}.", hint=f"Run `chmod 600 {path}`.")
        try:
            key = serialization.load_pem_private_key(path.read_bytes(), None)
        except ValueError:
            raise Damaged("The file of the push key is damaged.") from None
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
            raise Damaged("The file of the push key holds another kind of key.")
        return cls(Vapid02(key), contact)

    @property
    def public(self) -> bytes:
        """The public key, which a browser's subscription names: 65 bytes."""
        point: bytes = self._vapid.public_key.public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        return point

    def message(
        self, subscription: Subscription, *, origin: str, now_s: float
    ) -> tuple[dict[str, str], bytes]:
        """Return the header fields and the sealed body of one push, always of the same length (RFC 8291)."""
        from pywebpush import WebPusher

        keys = {"p256dh": to_text(subscription.p256dh), "auth": to_text(subscription.auth)}
        pusher = WebPusher({"endpoint": subscription.endpoint, "keys": keys})
        body: bytes = pusher.encode(_SAYS, "aes128gcm")["body"]
        claims = {"aud": origin, "sub": self._contact, "exp": int(now_s) + _CLAIM_S}
        signed: dict[str, str] = self._vapid.sign(claims)
        return {
            "Authorization": signed["Authorization"],
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(PUSH_TTL_S),
            "Urgency": "high",
        }, body


def check_point(subscription: Subscription) -> None:
    """Return if the subscription's key is a point of the curve; raise `Damaged` if not."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), subscription.p256dh)
    except ValueError:
        raise Damaged("The key of this subscription is no point of P-256.") from None


_PEM = serialization.Encoding.PEM
_PKCS8 = serialization.PrivateFormat.PKCS8
