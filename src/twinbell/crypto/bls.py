"""BLS signatures on the curve BLS12-381: short ones on G1 (48 bytes), keys on G2 (96 bytes).

This is drand's scheme `bls-unchained-g1-rfc9380`. Bytes come in and bytes go out; points stay inside
this file, which alone knows the library. What identity-based encryption needs of the pairing is here
too, and `ibe.py` builds on it.

Every point from outside is checked in one place: the right length, the one encoding that a point
has, on the curve, in the subgroup, and never infinity. Infinity is the dangerous one: it is a
"signature" of everything under the key infinity, and the library reads it from many encodings.
"""

import hashlib
import secrets

from py_arkworks_bls12381 import GT, G1Point, G2Point, Scalar

from twinbell.errors import Damaged, Mistaken

SCHEME = "bls-unchained-g1-rfc9380"
DST = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"  # RFC 9380 suite on G1, "basic" signatures

SECRET_BYTES = 32
PUBLIC_BYTES = 96
SIGNATURE_BYTES = 48

ORDER = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001

_INFINITY = 0x40  # the flag bit in the first byte of a compressed point

_BASE = G2Point()


def keygen() -> bytes:
    """Return a fresh secret key: 32 bytes, big-endian, from 1 to the order of the group less 1."""
    return (1 + secrets.randbelow(ORDER - 1)).to_bytes(SECRET_BYTES)


def public(secret: bytes) -> bytes:
    """Return the 96-byte public key of `secret`."""
    return bytes((_BASE * _secret(secret)).to_compressed_bytes())


def sign(secret: bytes, message: bytes) -> bytes:
    """Return the 48-byte signature of `message`: always the same one, so it can be made on demand."""
    return bytes((_hash_to_g1(message) * _secret(secret)).to_compressed_bytes())


def verify(public_key: bytes, message: bytes, signature: bytes) -> None:
    """Raise `Damaged` unless `signature` is the one of `message` under `public_key`."""
    key, point = _g2(public_key), _g1(signature)
    # e(signature, base) = e(H(message), key), with one final exponentiation for both sides.
    if not GT.pairing_check([point, -_hash_to_g1(message)], [_BASE, key]):
        raise Damaged("This is not the signature that it should be.")


def check_public(public_key: bytes) -> None:
    """Raise `Damaged` unless these 96 bytes are a public key."""
    _g2(public_key)


def base_times(scalar: int) -> bytes:
    """Return `scalar` times the base point of G2: 96 bytes."""
    return bytes((_BASE * Scalar(_in_range(scalar))).to_compressed_bytes())


def pair_sealing(public_key: bytes, message: bytes, scalar: int) -> bytes:
    """Return e(H(message), public_key)^scalar, as 576 bytes in the order that drand hashes."""
    # The power moves into G1, where it is cheap: e(P, Q)^s = e(sP, Q).
    return _gt_bytes(GT.pairing(_hash_to_g1(message) * Scalar(_in_range(scalar)), _g2(public_key)))


def pair_opening(signature: bytes, point: bytes) -> bytes:
    """Return e(signature, point), as 576 bytes in the order that drand hashes."""
    return _gt_bytes(GT.pairing(_g1(signature), _g2(point)))


def round_message(round: int) -> bytes:
    """Return what the keepers of an unchained drand chain sign for `round`: SHA-256 of eight bytes."""
    if not 1 <= round < 1 << 64:
        raise Mistaken("A round is a number from 1 to 2^64 - 1.")
    return hashlib.sha256(round.to_bytes(8)).digest()


def _secret(secret: bytes) -> Scalar:
    if len(secret) != SECRET_BYTES:
        raise Mistaken(f"A secret key has {SECRET_BYTES} bytes.")
    return Scalar(_in_range(int.from_bytes(secret)))


def _in_range(scalar: int) -> int:
    if not 0 < scalar < ORDER:
        raise Mistaken("This number is not below the order of the group.")
    return scalar


def _hash_to_g1(message: bytes) -> G1Point:
    return G1Point.hash_to_curve(message, DST)


def _g1(data: bytes) -> G1Point:
    if len(data) != SIGNATURE_BYTES:
        raise Damaged(f"A signature of this kind has {SIGNATURE_BYTES} bytes.")
    if data[0] & _INFINITY:
        raise Damaged("This signature is the point at infinity.")
    try:
        point = G1Point.from_compressed_bytes(data)
    except ValueError:
        raise Damaged("This signature is not a point of the group.") from None
    if bytes(point.to_compressed_bytes()) != data:
        raise Damaged("This signature is not in its one encoding.")
    return point


def _g2(data: bytes) -> G2Point:
    if len(data) != PUBLIC_BYTES:
        raise Damaged(f"A key of this kind has {PUBLIC_BYTES} bytes.")
    if data[0] & _INFINITY:
        raise Damaged("This key is the point at infinity.")
    try:
        point = G2Point.from_compressed_bytes(data)
    except ValueError:
        raise Damaged("This key is not a point of the group.") from None
    if bytes(point.to_compressed_bytes()) != data:
        raise Damaged("This key is not in its one encoding.")
    return point


def _gt_bytes(element: GT) -> bytes:
    # The library prints its coefficients little-endian and lowest first; Kilic's Go library, which
    # drand hashes, writes them big-endian and highest first: the same bytes from the other end.
    return bytes.fromhex(str(element))[::-1]
