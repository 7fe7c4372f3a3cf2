"""X-Wing: ML-KEM-768 and X25519 as one key encapsulation (draft-connolly-cfrg-xwing-kem).

It holds as long as either of the two does. A private key is its 32-byte seed and nothing else.
"""

import hashlib

from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from twinbell.errors import Damaged, Mistaken

SEED_BYTES = 32
PUBLIC_BYTES = 1216  # ML-KEM 1184, X25519 32
CIPHERTEXT_BYTES = 1120  # ML-KEM 1088, X25519 32
SECRET_BYTES = 32

_MLKEM_SEED_BYTES = 64
_MLKEM_PUBLIC_BYTES = 1184
_MLKEM_CIPHERTEXT_BYTES = 1088
_LABEL = b"\\.//^\\"  # draft §5.3; drawn, it is an X-wing


def generate() -> bytes:
    """Return a fresh private key: a seed of 32 bytes."""
    import secrets  # late: it costs as much as the rest of this file, and most commands open, not generate

    return secrets.token_bytes(SEED_BYTES)


def public(seed: bytes) -> bytes:
    """Return the public key (1216 bytes) of a seed."""
    mlkem, x25519 = _private(seed)
    return mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()


def encapsulate(public: bytes) -> tuple[bytes, bytes]:
    """Return a ciphertext (1120 bytes) for the holder of `public`, and the secret (32 bytes) it carries.

    Raises `Damaged` for what is no public key.
    """
    if len(public) != PUBLIC_BYTES:
        raise Damaged(f"An X-Wing public key has {PUBLIC_BYTES} bytes.")
    try:
        mlkem = MLKEM768PublicKey.from_public_bytes(public[:_MLKEM_PUBLIC_BYTES])
        theirs = X25519PublicKey.from_public_bytes(public[_MLKEM_PUBLIC_BYTES:])
        ephemeral = X25519PrivateKey.generate()
        secret_x = ephemeral.exchange(theirs)
        secret_m, ciphertext_m = mlkem.encapsulate()
    except ValueError:  # a coefficient that is not reduced, or a point of low order
        raise Damaged("This is not an X-Wing public key.") from None
    ciphertext_x = ephemeral.public_key().public_bytes_raw()
    return ciphertext_m + ciphertext_x, _combine(
        secret_m, secret_x, ciphertext_x, public[_MLKEM_PUBLIC_BYTES:]
    )


def decapsulate(seed: bytes, ciphertext: bytes) -> bytes:
    """Return the secret (32 bytes) that `ciphertext` carries for this seed.

    A changed or foreign ciphertext gives another secret, not an error: ML-KEM rejects implicitly, and what
    is sealed with the secret tells. Raises `Damaged` for a wrong length or an X25519 point of low order,
    which the draft would let through; nobody makes one by accident.
    """
    if len(ciphertext) != CIPHERTEXT_BYTES:
        raise Damaged(f"An X-Wing ciphertext has {CIPHERTEXT_BYTES} bytes.")
    mlkem, x25519 = _private(seed)
    ciphertext_x = ciphertext[_MLKEM_CIPHERTEXT_BYTES:]
    try:
        secret_m = mlkem.decapsulate(ciphertext[:_MLKEM_CIPHERTEXT_BYTES])
        secret_x = x25519.exchange(X25519PublicKey.from_public_bytes(ciphertext_x))
    except ValueError:
        raise Damaged("This is not an X-Wing ciphertext.") from None
    return _combine(secret_m, secret_x, ciphertext_x, x25519.public_key().public_bytes_raw())


def _private(seed: bytes) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
    if len(seed) != SEED_BYTES:
        raise Mistaken(f"An X-Wing seed has {SEED_BYTES} bytes.")
    expanded = hashlib.shake_256(seed).digest(_MLKEM_SEED_BYTES + 32)
    return (
        MLKEM768PrivateKey.from_seed_bytes(expanded[:_MLKEM_SEED_BYTES]),
        X25519PrivateKey.from_private_bytes(expanded[_MLKEM_SEED_BYTES:]),
    )


def _combine(secret_m: bytes, secret_x: bytes, ciphertext_x: bytes, public_x: bytes) -> bytes:
    return hashlib.sha3_256(secret_m + secret_x + ciphertext_x + public_x + _LABEL).digest()
