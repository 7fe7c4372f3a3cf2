"""The classic recipient: X25519 (age v1, "X25519"). A key reads `age1…`, its secret `AGE-SECRET-KEY-1…`."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from twinbell.age import bech32
from twinbell.age.header import Stanza, argument_bytes, check_shape
from twinbell.crypto import aead, kdf
from twinbell.encoding import b64
from twinbell.errors import Damaged, HeaderDamaged

TYPE = "X25519"
KEY_BYTES = 32
_INFO = b"age-encryption.org/v1/X25519"
_PUBLIC_PREFIX = "age"
_SECRET_PREFIX = "AGE-SECRET-KEY-"  # noqa: S105  # what every secret begins with


@dataclass(frozen=True, slots=True)
class X25519Recipient:
    """A public key of 32 bytes."""

    public: bytes

    labels = frozenset[str]()

    @classmethod
    def parse(cls, text: str) -> "X25519Recipient":
        """Return the recipient that `age1…` names; raise `Damaged` if it names none."""
        prefix, public = bech32.decode(text)
        if prefix != _PUBLIC_PREFIX:
            raise Damaged("This is not an X25519 age recipient: those begin with age1.")
        return cls(public)

    def __post_init__(self) -> None:
        if len(self.public) != KEY_BYTES:
            raise Damaged(f"An X25519 age recipient has {KEY_BYTES} bytes.")

    def __str__(self) -> str:
        return bech32.encode(_PUBLIC_PREFIX, self.public)

    def wrap(self, file_key: bytes) -> list[Stanza]:
        """Return one stanza; raise `Damaged` if the public key is a point of low order."""
        ephemeral = secrets.token_bytes(KEY_BYTES)
        share = _public(ephemeral)
        shared = _exchange(ephemeral, self.public)
        if shared is None:
            raise Damaged("This recipient is no key: whatever is sealed to it, everybody could open.")
        key = kdf.hkdf(shared, info=_INFO, salt=share + self.public)
        return [Stanza(TYPE, (b64(share),), aead.seal(key, file_key))]


@dataclass(frozen=True, slots=True)
class X25519Identity:
    """A secret of 32 bytes."""

    secret: bytes = field(repr=False)

    @classmethod
    def generate(cls) -> "X25519Identity":
        """Return a fresh identity."""
        return cls(secrets.token_bytes(KEY_BYTES))

    @classmethod
    def parse(cls, text: str) -> "X25519Identity":
        """Return the identity that `AGE-SECRET-KEY-1…` is; raise `Damaged` if it is none."""
        prefix, secret = bech32.decode(text)
        if prefix != _SECRET_PREFIX:
            raise Damaged("This is not an X25519 age identity: those begin with AGE-SECRET-KEY-1.")
        return cls(secret)

    def __post_init__(self) -> None:
        if len(self.secret) != KEY_BYTES:
            raise Damaged(f"An X25519 age identity has {KEY_BYTES} bytes.")

    def __str__(self) -> str:
        """The secret itself, as it stands in a key file."""
        return bech32.encode(_SECRET_PREFIX, self.secret)

    @property
    def recipient(self) -> X25519Recipient:
        return X25519Recipient(_public(self.secret))

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
        share = argument_bytes(stanza, 0, KEY_BYTES)
        shared = _exchange(self.secret, share)
        if shared is None:
            raise HeaderDamaged("An X25519 stanza of this age file has a share of low order.")
        key = kdf.hkdf(shared, info=_INFO, salt=share + _public(self.secret))
        try:
            return aead.open_(key, stanza.body)
        except Damaged:
            return None


def _public(secret: bytes) -> bytes:
    return X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()


def _exchange(secret: bytes, public: bytes) -> bytes | None:
    """Return the shared secret, or None where it would be all zeros (RFC 7748 §6.1)."""
    try:
        return X25519PrivateKey.from_private_bytes(secret).exchange(X25519PublicKey.from_public_bytes(public))
    except ValueError:
        return None
