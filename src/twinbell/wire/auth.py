"""Capabilities: who may do what with a mailbox is who holds which token.

There are no accounts. A token is 32 random bytes, made by the client, fresh for each relay, shown in the
`Authorization` header or in the first frame of a channel, never in a URL. The relay stores SHA-256 of it
and nothing else: whoever steals the database can neither collect nor deposit.
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from enum import Enum

from twinbell.errors import Damaged, Unauthorised
from twinbell.wire.limits import TOKEN_BYTES

_SCHEME = "Bearer "
_TEXT_CHARS = 43  # 32 bytes in unpadded base64url


class Right(Enum):
    """What a token allows; the value is what an ATTACHED frame carries."""

    OWNER = 1  # change the mailbox's tokens and its slot
    COLLECT = 2  # read, acknowledge, use the slot; one token a device
    DEPOSIT = 3  # leave envelopes and their blobs


@dataclass(frozen=True, slots=True)
class Token:
    """One bearer token; it does not print itself."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != TOKEN_BYTES:
            raise Damaged(f"A token is {TOKEN_BYTES} bytes.")

    @classmethod
    def generate(cls) -> "Token":
        return cls(secrets.token_bytes(TOKEN_BYTES))

    @property
    def hash(self) -> bytes:
        """SHA-256 of the token, 32 bytes: all that a relay keeps.

        A plain hash, not a slow one: there is nothing to guess in 256 random bits.
        """
        return hashlib.sha256(self.secret).digest()

    def header(self) -> str:
        """Return the value of the `Authorization` header."""
        return _SCHEME + base64.urlsafe_b64encode(self.secret).rstrip(b"=").decode()


def parse_header(value: str | None) -> Token:
    """Return the token in an `Authorization` header; raise `Unauthorised` for none or anything else."""
    if value is None or not value.startswith(_SCHEME) or len(value) != len(_SCHEME) + _TEXT_CHARS:
        raise Unauthorised
    text = value[len(_SCHEME) :]
    try:
        token = Token(base64.b64decode(text + "=", altchars=b"-_", validate=True))
    except (ValueError, Damaged):
        raise Unauthorised from None
    if token.header() != value:  # the last character has two bits that nothing reads
        raise Unauthorised
    return token
