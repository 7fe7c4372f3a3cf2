"""The post-quantum recipient: ML-KEM-768 with X25519, so that either one suffices (age v1, "mlkem768x25519").

The file key is sealed with HPKE in base mode. A key reads `age1pq1…`, its secret `AGE-SECRET-KEY-PQ-1…`.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from twinbell.age import bech32
from twinbell.age.header import Stanza, argument_bytes, check_shape
from twinbell.age.recipient import POST_QUANTUM
from twinbell.crypto import hpke, xwing
from twinbell.encoding import b64
from twinbell.errors import Damaged, HeaderDamaged

TYPE = "mlkem768x25519"
SEED_BYTES = 32
PUBLIC_BYTES = 1216
ENC_BYTES = 1120  # an ML-KEM-768 ciphertext (1088) and an X25519 share (32)
_X25519_BYTES = 32
_INFO = b"age-encryption.org/mlkem768x25519"
_PUBLIC_PREFIX = "age1pq"
_SECRET_PREFIX = "AGE-SECRET-KEY-PQ-"  # noqa: S105  # what every secret begins with


@dataclass(frozen=True, slots=True)
class HybridRecipient:
    """A public key of 1216 bytes."""

    public: bytes

    labels = frozenset({POST_QUANTUM})

    @classmethod
    def parse(cls, text: str) -> "HybridRecipient":
        """Return the recipient that `age1pq1…` names; raise `Damaged` if it names none."""
        prefix, public = bech32.decode(text)
        if prefix != _PUBLIC_PREFIX:
            raise Damaged("This is not a post-quantum age recipient: those begin with age1pq1.")
        return cls(public)

    def __post_init__(self) -> None:
        if len(self.public) != PUBLIC_BYTES:
            raise Damaged(f"A post-quantum age recipient has {PUBLIC_BYTES} bytes.")

    def __str__(self) -> str:
        return bech32.encode(_PUBLIC_PREFIX, self.public)

    def wrap(self, file_key: bytes) -> list[Stanza]:
        """Return one stanza; raise `Damaged` if the public key is no key."""
        enc, body = hpke.seal(self.public, file_key, info=_INFO)
        return [Stanza(TYPE, (b64(enc),), body)]


@dataclass(frozen=True, slots=True)
class HybridIdentity:
    """A secret seed of 32 bytes."""

    seed: bytes = field(repr=False)

    @classmethod
    def generate(cls) -> "HybridIdentity":
        """Return a fresh identity."""
        return cls(secrets.token_bytes(SEED_BYTES))

    @classmethod
    def parse(cls, text: str) -> "HybridIdentity":
        """Return the identity that `AGE-SECRET-KEY-PQ-1…` is; raise `Damaged` if it is none."""
        prefix, seed = bech32.decode(text)
        if prefix != _SECRET_PREFIX:
            raise Damaged("This is not a post-quantum age identity: those begin with AGE-SECRET-KEY-PQ-1.")
        return cls(seed)

    def __post_init__(self) -> None:
        if len(self.seed) != SEED_BYTES:
            raise Damaged(f"A post-quantum age identity has {SEED_BYTES} bytes.")

    def __str__(self) -> str:
        """The secret itself, as it stands in a key file."""
        return bech32.encode(_SECRET_PREFIX, self.seed)

    @property
    def recipient(self) -> HybridRecipient:
        return HybridRecipient(xwing.public(self.seed))

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        """Return the file key, or None if no stanza is mine; raise `HeaderDamaged` for a broken one.

        A stanza of this type that does not open may be another recipient's, or damaged: that cannot be told.
        """
        for stanza in stanzas:
            if stanza.type == TYPE and (file_key := self._unwrap(stanza)) is not None:
                return file_key
        return None

    def _unwrap(self, stanza: Stanza) -> bytes | None:
        check_shape(stanza, args=1)
        enc = argument_bytes(stanza, 0, ENC_BYTES)
        try:
            return hpke.open_(self.seed, enc, stanza.body, info=_INFO)
        except Damaged:
            # ML-KEM answers a foreign ciphertext with a random secret, so "not for me" looks the same as
            # damage here. A share of low order is nobody's: it would make the X25519 half a constant.
            if _has_low_order(enc[-_X25519_BYTES:]):
                raise HeaderDamaged(
                    "A post-quantum stanza of this age file has a share of low order."
                ) from None
            return None


def _has_low_order(share: bytes) -> bool:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

    # Every secret is a multiple of the cofactor, so the answer does not depend on which one is used.
    try:
        X25519PrivateKey.from_private_bytes(bytes(range(32))).exchange(
            X25519PublicKey.from_public_bytes(share)
        )
    except ValueError:
        return True
    return False
