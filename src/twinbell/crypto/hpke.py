"""HPKE (RFC 9180) in the one suite that is used here: X-Wing, HKDF-SHA256, ChaCha20-Poly1305.

Base mode, and PSK mode where `psk` is given: who knows the psk proves it by sealing. Single-shot only:
each message has a fresh encapsulation, so the nonce of message 0 is the only one ever used with its key.
`cryptography` has base mode alone; docs/decisions/0010 says why the schedule is our own.
"""

from typing import NamedTuple

from twinbell.crypto import aead, kdf, xwing
from twinbell.errors import Damaged, Mistaken

KEM_ID = 0x647A
KDF_ID = 0x0001
AEAD_ID = 0x0003
PSK_BYTES_MIN = 32  # RFC 9180 §9.5

_SUITE = b"HPKE" + KEM_ID.to_bytes(2) + KDF_ID.to_bytes(2) + AEAD_ID.to_bytes(2)
_VERSION = b"HPKE-v1"
_MODE_BASE, _MODE_PSK = b"\x00", b"\x01"


class Schedule(NamedTuple):
    """What follows from a shared secret: the key of the message, its nonce, and the exporter's secret.

    Not a dataclass: a ring would load `dataclasses` for this alone, half of an interpreter's start.
    """

    key: bytes
    base_nonce: bytes
    exporter: bytes

    def __repr__(self) -> str:
        return "Schedule()"

    def export(self, context: bytes, *, length: int = 32) -> bytes:
        """Return `length` bytes that both ends know and `context` names (RFC 9180 §5.3)."""
        return _expand(self.exporter, b"sec", context, length)


def seal(
    public: bytes, plaintext: bytes, *, info: bytes, aad: bytes = b"", psk: bytes = b"", psk_id: bytes = b""
) -> tuple[bytes, bytes]:
    """Return the encapsulation (1120 bytes) and the ciphertext (16 bytes longer than `plaintext`)."""
    enc, secret = xwing.encapsulate(public)
    keys = schedule(secret, info=info, psk=psk, psk_id=psk_id)
    return enc, aead.seal(keys.key, plaintext, aad=aad, nonce=keys.base_nonce)


def open_(
    seed: bytes,
    enc: bytes,
    ciphertext: bytes,
    *,
    info: bytes,
    aad: bytes = b"",
    psk: bytes = b"",
    psk_id: bytes = b"",
) -> bytes:
    """Return what `seal` was given; raise `Damaged` if anything differs, the psk included."""
    keys = schedule(xwing.decapsulate(seed, enc), info=info, psk=psk, psk_id=psk_id)
    try:
        return aead.open_(keys.key, ciphertext, aad=aad, nonce=keys.base_nonce)
    except Damaged:
        raise Damaged("This was not sealed to this key, or it was changed on the way.") from None


def schedule(secret: bytes, *, info: bytes, psk: bytes = b"", psk_id: bytes = b"") -> Schedule:
    """Return the key schedule of a shared secret (RFC 9180 §5.1).

    Raises `Mistaken` for a psk without its id, an id without its psk, and a psk under 32 bytes.
    """
    if bool(psk) != bool(psk_id):
        raise Mistaken("A psk and its id go together.")
    if psk and len(psk) < PSK_BYTES_MIN:
        raise Mistaken(f"A psk has at least {PSK_BYTES_MIN} bytes.")
    context = (
        (_MODE_PSK if psk else _MODE_BASE)
        + _extract(b"", b"psk_id_hash", psk_id)
        + _extract(b"", b"info_hash", info)
    )
    prk = _extract(secret, b"secret", psk)
    return Schedule(
        key=_expand(prk, b"key", context, aead.KEY_BYTES),
        base_nonce=_expand(prk, b"base_nonce", context, aead.NONCE_BYTES),
        exporter=_expand(prk, b"exp", context, kdf.HASH_BYTES),
    )


def _extract(salt: bytes, label: bytes, ikm: bytes) -> bytes:
    return kdf.extract(_VERSION + _SUITE + label + ikm, salt=salt)


def _expand(prk: bytes, label: bytes, info: bytes, length: int) -> bytes:
    return kdf.expand(prk, info=length.to_bytes(2) + _VERSION + _SUITE + label + info, length=length)
