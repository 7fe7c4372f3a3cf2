"""Hashing, and one key from another: SHA-256 and HKDF-SHA256 (RFC 5869).

Labels do not live here. Whoever derives a key keeps its label as a constant beside the derivation.
"""

import hashlib
import hmac

from twinbell.errors import Mistaken

HASH_BYTES = 32
OUTPUT_BYTES_MAX = 255 * HASH_BYTES  # RFC 5869 §2.3: the block counter is one byte


def sha256(*parts: bytes) -> bytes:
    """Return the SHA-256 of `parts` joined.

    Joining forgets where one part ends: fields that could be confused go through `encoding.lv` first.
    """
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.digest()


def extract(ikm: bytes, *, salt: bytes = b"") -> bytes:
    """Return the pseudorandom key (32 bytes) of HKDF-Extract."""
    return hmac.digest(salt or bytes(HASH_BYTES), ikm, "sha256")


def expand(prk: bytes, *, info: bytes, length: int = HASH_BYTES) -> bytes:
    """Return `length` bytes of HKDF-Expand; at most 8160."""
    if not 0 < length <= OUTPUT_BYTES_MAX:
        raise Mistaken(f"HKDF gives 1 to {OUTPUT_BYTES_MAX} bytes.")
    out = block = b""
    counter = 0
    while len(out) < length:
        counter += 1
        block = hmac.digest(prk, block + info + bytes([counter]), "sha256")
        out += block
    return out[:length]


def hkdf(ikm: bytes, *, info: bytes, salt: bytes = b"", length: int = HASH_BYTES) -> bytes:
    """Return `length` bytes derived from `ikm` for the one use that `info` names."""
    return expand(extract(ikm, salt=salt), info=info, length=length)
