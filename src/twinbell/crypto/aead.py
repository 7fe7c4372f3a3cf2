"""ChaCha20-Poly1305 (RFC 8439): what was sealed opens whole, or not at all.

The nonce is all zeros unless given: most keys of ours are derived for a single message, and a fixed
nonce is safe for exactly as long as that stays true. Whoever seals twice with a key passes its own.
"""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from twinbell.errors import Damaged

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
_ZERO_NONCE = bytes(NONCE_BYTES)


def seal(key: bytes, plaintext: bytes, *, aad: bytes = b"", nonce: bytes = _ZERO_NONCE) -> bytes:
    """Return `plaintext` encrypted, 16 bytes longer; `aad` is authenticated and not contained."""
    return ChaCha20Poly1305(key).encrypt(nonce, plaintext, aad)


def open_(key: bytes, sealed: bytes, *, aad: bytes = b"", nonce: bytes = _ZERO_NONCE) -> bytes:
    """Return what `seal` was given; raise `Damaged` if key, nonce, `aad` or a single bit differs."""
    try:
        return ChaCha20Poly1305(key).decrypt(nonce, sealed, aad)
    except InvalidTag:
        raise Damaged("This does not open with this key.") from None
