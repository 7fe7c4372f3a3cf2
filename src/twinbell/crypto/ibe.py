"""Identity-based encryption, as drand's tlock does it: sealed to a name, opened by a signature of it.

The name is the message that a beacon will sign (the hash of a round), so what is sealed now opens by
a signature that does not exist yet. Boneh-Franklin with the Fujisaki-Okamoto transform on BLS12-381,
byte-exact with `drand/tlock` (Go) and `tlock-js`.

    ciphertext = U (96) ‖ V (16) ‖ W (16)
    r = H3(sigma, message)          U = r·G2
    V = sigma ⊕ H2(e(H(name), key)^r)          W = message ⊕ H4(sigma)

Opening computes the same pairing from the signature and U, then r again, and compares U: a changed
bit anywhere is told.
"""

import hashlib
import hmac
import secrets

from twinbell.crypto import bls
from twinbell.errors import Damaged, Mistaken

MESSAGE_BYTES = 16  # an age file key
CIPHERTEXT_BYTES = bls.PUBLIC_BYTES + 2 * MESSAGE_BYTES

# The prefixes of drand's hashes (drand/kyber, encrypt/ibe).
_H2 = b"IBE-H2"
_H3 = b"IBE-H3"
_H4 = b"IBE-H4"


def encrypt(public_key: bytes, name: bytes, message: bytes, sigma: bytes | None = None) -> bytes:
    """Return the 128 bytes that only a signature of `name` under `public_key` opens.

    `message` has 16 bytes. `sigma`, 16 fresh random bytes, is given only by test vectors.
    """
    if len(message) != MESSAGE_BYTES:
        raise Mistaken(f"What is sealed to a signature has {MESSAGE_BYTES} bytes.")
    sigma = secrets.token_bytes(MESSAGE_BYTES) if sigma is None else sigma
    if len(sigma) != MESSAGE_BYTES:
        raise Mistaken(f"Sigma has {MESSAGE_BYTES} bytes.")
    r = _scalar(sigma, message)
    mask = _digest(_H2, bls.pair_sealing(public_key, name, r))
    return bls.base_times(r) + _xor(sigma, mask) + _xor(message, _digest(_H4, sigma))


def decrypt(signature: bytes, ciphertext: bytes) -> bytes:
    """Return the 16-byte message; raise `Damaged` if the signature is not the one, or a bit is off.

    The signature is taken as it is: verify it first, so that a wrong signature and a changed
    ciphertext can be told apart.
    """
    if len(ciphertext) != CIPHERTEXT_BYTES:
        raise Damaged(f"What is sealed to a signature has {CIPHERTEXT_BYTES} bytes.")
    u, v, w = ciphertext[:96], ciphertext[96:112], ciphertext[112:]
    sigma = _xor(v, _digest(_H2, bls.pair_opening(signature, u)))
    message = _xor(w, _digest(_H4, sigma))
    if not hmac.compare_digest(bls.base_times(_scalar(sigma, message)), u):
        raise Damaged("This was changed, or it is sealed to another signature.")
    return message


def _scalar(sigma: bytes, message: bytes) -> int:
    """H3: hash, then hash again under a counter until the result is below the order (about half are)."""
    seed = hashlib.sha256(_H3 + sigma + message).digest()
    for count in range(1, 65535):
        digest = hashlib.sha256(count.to_bytes(2, "little") + seed).digest()
        # To fit an order of 255 bits, drand shifts the first byte, and that byte alone.
        number = int.from_bytes(bytes([digest[0] >> 1]) + digest[1:])
        if 0 < number < bls.ORDER:
            return number
    raise Damaged("This was changed, or it is sealed to another signature.")  # one in 2^60000


def _digest(prefix: bytes, data: bytes) -> bytes:
    return hashlib.sha256(prefix + data).digest()[:MESSAGE_BYTES]


def _xor(a: bytes, b: bytes) -> bytes:
    return bytes(x ^ y for x, y in zip(a, b, strict=True))
