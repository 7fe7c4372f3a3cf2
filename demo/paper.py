"""From the 24 words of a kit page to an age key, without Twinbell: BIP-39, RFC 5869 and BIP-173.

Whoever finds the page in twenty years can write this anew from `docs/spec/`. So nothing of ours is imported.
"""

import hashlib
import hmac
import re

from mnemonic import Mnemonic

LABEL = b"twinbell/v1/kit/age"
PREFIX = "age-secret-key-pq-"
ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def age_key(page: list[str]) -> str:
    """Return the age identity of a kit page: one line that begins with AGE-SECRET-KEY-PQ-1."""
    words = [word for line in page for word in re.findall(r"\b\d{1,2} ([a-z]{3,8})\b", line)]
    root = bytes(Mnemonic("english").to_entropy(words))
    extracted = hmac.digest(bytes(32), root, hashlib.sha256)  # HKDF with no salt
    seed = hmac.digest(extracted, LABEL + b"\x01", hashlib.sha256)
    return _bech32(seed).upper()


def _bech32(data: bytes) -> str:
    bits = "".join(f"{byte:08b}" for byte in data)
    values = [int(bits[at : at + 5].ljust(5, "0"), 2) for at in range(0, len(bits), 5)]
    expanded = [ord(char) >> 5 for char in PREFIX] + [0] + [ord(char) & 31 for char in PREFIX]
    check = _polymod([*expanded, *values, *[0] * 6]) ^ 1
    values += [(check >> 5 * (5 - at)) & 31 for at in range(6)]
    return PREFIX + "1" + "".join(ALPHABET[value] for value in values)


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit in range(5):
            check ^= GENERATOR[bit] if top >> bit & 1 else 0
    return check
