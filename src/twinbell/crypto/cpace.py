"""CPace (draft-irtf-cfrg-cpace): two who share a few words get a strong key, and one guess is one run.

Suite CPACE-X25519-SHA512, initiator-responder, with key confirmation. A is the initiator (who gives the
bell), B the responder. Associated data of both sides is bound into the key. Nothing here counts guesses:
that is the bell's part, and without it the words are worth little.

The generator is computed with Python's integers, which is not constant time. A run computes it once for
a password that is good for one run, so there is nothing to average over.
"""

import hashlib
import hmac
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from twinbell.errors import Damaged, Mistaken

SHARE_BYTES = 32
SCALAR_BYTES = 32
ISK_BYTES = 64
TAG_BYTES = 64

_DSI = b"CPace255"
_DSI_ISK = b"CPace255_ISK"
_MAC_LABEL = b"CPaceMac"
_SID_OUTPUT_LABEL = b"CPaceSidOutput"
_HASH_BLOCK_BYTES = 128  # SHA-512

_P = 2**255 - 19
_A = 486662  # Curve25519: v^2 = u^3 + A u^2 + u
_Z = 2  # a non-square


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """What crossed the wire: each side's share (32 bytes) and its associated data."""

    share_a: bytes
    data_a: bytes
    share_b: bytes
    data_b: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What a run leaves: the key (64 bytes), each side's confirmation tag (64 bytes), and its public id."""

    isk: bytes = field(repr=False)
    tag_a: bytes = field(repr=False)
    tag_b: bytes = field(repr=False)
    sid_output: bytes


def begin(password: bytes, *, sid: bytes, channel: bytes) -> tuple[bytes, bytes]:
    """Return a fresh scalar (32 bytes, secret, for this run alone) and the share (32 bytes) to send.

    `password` is the draft's PRS, `channel` its CI.
    """
    scalar = X25519PrivateKey.generate().private_bytes_raw()
    return scalar, share(scalar, generator(password, sid=sid, channel=channel))


def finish(scalar: bytes, transcript: Transcript, *, sid: bytes, initiator: bool) -> Session:
    """Return the session of `transcript`, computed from this side's scalar.

    A wrong password shows only when the tags are compared: see `check_tag`. Raises `Damaged` where the
    other share is a point of low order, or is our own sent back.
    """
    if transcript.share_a == transcript.share_b:
        raise Damaged("The other side sent our own message back.")
    theirs = transcript.share_b if initiator else transcript.share_a
    isk = _sha512(_lv(_DSI_ISK, sid, _multiply(scalar, theirs)) + _lv_transcript(transcript))
    mac_key = _sha512(_MAC_LABEL + sid + isk)
    return Session(
        isk=isk,
        tag_a=hmac.digest(mac_key, _lv(transcript.share_a, transcript.data_a), "sha512"),
        tag_b=hmac.digest(mac_key, _lv(transcript.share_b, transcript.data_b), "sha512"),
        sid_output=_sha512(_SID_OUTPUT_LABEL + _lv_transcript(transcript)),
    )


def check_tag(expected: bytes, received: bytes) -> None:
    """Return if the other side has the same key; raise `Damaged` if it has not. Constant time."""
    if not hmac.compare_digest(expected, received):
        raise Damaged("The code was not the same on both sides.")


def generator(password: bytes, *, sid: bytes, channel: bytes) -> bytes:
    """Return the point (32 bytes) that password, session and channel decide (draft §7)."""
    zeros = max(0, _HASH_BLOCK_BYTES - 1 - len(_lv(password)) - len(_lv(_DSI)))
    digest = _sha512(_lv(_DSI, password, bytes(zeros), channel, sid))[:SHARE_BYTES]
    return _elligator2(int.from_bytes(digest, "little") & (2**255 - 1)).to_bytes(SHARE_BYTES, "little")


def share(scalar: bytes, generator: bytes) -> bytes:
    """Return `scalar` times the generator (32 bytes)."""
    return _multiply(scalar, generator)


def _multiply(scalar: bytes, point: bytes) -> bytes:
    if len(scalar) != SCALAR_BYTES:
        raise Mistaken(f"A CPace scalar has {SCALAR_BYTES} bytes.")
    if len(point) != SHARE_BYTES:
        raise Damaged(f"A CPace share has {SHARE_BYTES} bytes.")
    try:
        return X25519PrivateKey.from_private_bytes(scalar).exchange(X25519PublicKey.from_public_bytes(point))
    except ValueError:  # the result would be all zeros, and known to everybody
        raise Damaged("The other side sent a point that no honest side sends.") from None


def _elligator2(r: int) -> int:
    """Map a number below 2^255 to the u coordinate of a point (RFC 9380 §6.7.1)."""
    v = -_A * pow(1 + _Z * r * r, -1, _P) % _P  # never 1/0: -1/Z is no square
    square = pow(v * v * v + _A * v * v + v, (_P - 1) // 2, _P) != _P - 1
    return v if square else (-v - _A) % _P


def _lv_transcript(transcript: Transcript) -> bytes:
    return _lv(transcript.share_a, transcript.data_a) + _lv(transcript.share_b, transcript.data_b)


def _lv(*parts: bytes) -> bytes:
    return b"".join(_leb128(len(part)) + part for part in parts)


def _leb128(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def _sha512(data: bytes) -> bytes:
    return hashlib.sha512(data).digest()
