"""Ed25519 (RFC 8032). Ours and theirs are two types, and verification raises."""

from dataclasses import dataclass, field
from functools import cached_property

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from twinbell.errors import Damaged, Mistaken

SEED_BYTES = 32
PUBLIC_BYTES = 32
SIGNATURE_BYTES = 64

_P = 2**255 - 19
_Y8 = int.from_bytes(
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"
)
# The y coordinates of the eight points of small order. With such a key one signature fits every message.
_SMALL_ORDER_Y = frozenset({0, 1, _P - 1, _Y8, _P - _Y8})


@dataclass(frozen=True, slots=True)
class VerifyKey:
    """Their key: what checks a signature. Raises `Damaged` unless it is 32 bytes that can be a key.

    Points of small order and encodings that are not canonical are refused here, since libraries disagree
    about them (RFC 8032 leaves it open), and two clients must not disagree about a signature.
    """

    raw: bytes

    def __post_init__(self) -> None:
        if len(self.raw) != PUBLIC_BYTES:
            raise Damaged(f"An Ed25519 public key has {PUBLIC_BYTES} bytes.")
        y = int.from_bytes(self.raw, "little") & (2**255 - 1)
        if y >= _P or y in _SMALL_ORDER_Y:
            raise Damaged("This is not an Ed25519 public key.")

    def verify(self, signature: bytes, message: bytes) -> None:
        """Return if `signature` (64 bytes) is this key's over `message`; raise `Damaged` if it is not."""
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, message)
        except (InvalidSignature, ValueError):
            raise Damaged("This signature is not right.") from None


@dataclass(frozen=True)
class SigningKey:
    """Our key: a seed of 32 bytes that signs."""

    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.seed) != SEED_BYTES:
            raise Mistaken(f"An Ed25519 seed has {SEED_BYTES} bytes.")

    @classmethod
    def generate(cls) -> "SigningKey":
        """Return a fresh key."""
        return cls(Ed25519PrivateKey.generate().private_bytes_raw())

    @cached_property
    def verify_key(self) -> VerifyKey:
        """The key that checks what this one signs."""
        return VerifyKey(self._private.public_key().public_bytes_raw())

    @cached_property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    def sign(self, message: bytes) -> bytes:
        """Return the signature (64 bytes) over `message`; the same one every time."""
        return self._private.sign(message)
