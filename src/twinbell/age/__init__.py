"""The age file format (age-encryption.org/v1), complete and our own: see `docs/spec/age.md`.

Names are looked up when they are first used: who only wants a header does not wait for the ciphers.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from twinbell.age.header import Stanza
    from twinbell.age.hybrid import HybridIdentity, HybridRecipient
    from twinbell.age.recipient import Identity, Recipient
    from twinbell.age.scrypt import ScryptIdentity, ScryptRecipient
    from twinbell.age.stream import (
        DecryptReader,
        EncryptWriter,
        decrypt,
        encrypt,
        header_length,
        open_,
        read_stanzas,
        seal,
        sealed_length,
    )
    from twinbell.age.tlock import TlockIdentity, TlockRecipient
    from twinbell.age.x25519 import X25519Identity, X25519Recipient

_HOME = {
    "Stanza": "header",
    "HybridIdentity": "hybrid",
    "HybridRecipient": "hybrid",
    "Identity": "recipient",
    "Recipient": "recipient",
    "ScryptIdentity": "scrypt",
    "ScryptRecipient": "scrypt",
    "DecryptReader": "stream",
    "EncryptWriter": "stream",
    "decrypt": "stream",
    "encrypt": "stream",
    "header_length": "stream",
    "open_": "stream",
    "read_stanzas": "stream",
    "seal": "stream",
    "sealed_length": "stream",
    "TlockIdentity": "tlock",
    "TlockRecipient": "tlock",
    "X25519Identity": "x25519",
    "X25519Recipient": "x25519",
}

__all__ = [
    "DecryptReader",
    "EncryptWriter",
    "HybridIdentity",
    "HybridRecipient",
    "Identity",
    "Recipient",
    "ScryptIdentity",
    "ScryptRecipient",
    "Stanza",
    "TlockIdentity",
    "TlockRecipient",
    "X25519Identity",
    "X25519Recipient",
    "decrypt",
    "encrypt",
    "header_length",
    "open_",
    "read_stanzas",
    "seal",
    "sealed_length",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'twinbell.age' has no attribute {name!r}")
    return getattr(import_module(f"twinbell.age.{_HOME[name]}"), name)
