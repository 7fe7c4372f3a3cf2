"""The passphrase recipient: scrypt (age v1, "scrypt"). It stands alone in its file.

Who opens a file with a passphrase believes that whoever wrote it knew that passphrase; a second recipient in
the same header would break that.
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from twinbell.age.header import Stanza, argument_bytes, check_shape
from twinbell.age.recipient import ALONE
from twinbell.crypto import aead
from twinbell.encoding import b64
from twinbell.errors import Damaged, HeaderDamaged, Mistaken

TYPE = "scrypt"
SALT_BYTES = 16
LOG_N = 18  # 256 MiB and about a second; what age uses
LOG_N_MAX = 22  # 4 GiB: a file must not make its reader work for hours
_INFO = b"age-encryption.org/v1/scrypt"
_R, _P = 8, 1


@dataclass(frozen=True, slots=True)
class ScryptRecipient:
    """A passphrase to seal with; each step of `log_n` doubles the work, for its owner and for a thief."""

    passphrase: str = field(repr=False)
    log_n: int = LOG_N

    labels = frozenset({ALONE})

    def __post_init__(self) -> None:
        if not self.passphrase:
            raise Mistaken("A passphrase is not empty.")
        if not 1 <= self.log_n <= LOG_N_MAX:
            raise Mistaken(f"The work factor of a passphrase is 1 to {LOG_N_MAX}.")

    def wrap(self, file_key: bytes) -> list[Stanza]:
        """Return one stanza."""
        salt = secrets.token_bytes(SALT_BYTES)
        key = _derive(self.passphrase, salt, self.log_n)
        return [Stanza(TYPE, (b64(salt), str(self.log_n)), aead.seal(key, file_key))]


@dataclass(frozen=True, slots=True)
class ScryptIdentity:
    """A passphrase to open with; a file that asks for more work than `log_n_max` is refused."""

    passphrase: str = field(repr=False)
    log_n_max: int = LOG_N_MAX

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        """Return the file key, or None for another passphrase; raise `HeaderDamaged` for a broken stanza."""
        for stanza in stanzas:
            if stanza.type == TYPE:
                if len(stanzas) > 1:
                    raise HeaderDamaged("This age file mixes a passphrase with other recipients.")
                return self._unwrap(stanza)
        return None

    def _unwrap(self, stanza: Stanza) -> bytes | None:
        check_shape(stanza, args=2)
        salt = argument_bytes(stanza, 0, SALT_BYTES)
        if not re.fullmatch("[1-9][0-9]{0,2}", stanza.args[1], re.ASCII):
            raise HeaderDamaged("The work factor of this passphrase is not a number.")
        log_n = int(stanza.args[1])
        if log_n > self.log_n_max:
            raise HeaderDamaged(f"This passphrase asks for more work than 2^{self.log_n_max}.")
        try:
            return aead.open_(_derive(self.passphrase, salt, log_n), stanza.body)
        except Damaged:
            return None


def _derive(passphrase: str, salt: bytes, log_n: int) -> bytes:
    # Not hashlib's: that one stops at 2 GiB of memory, which is one step short of LOG_N_MAX.
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    return Scrypt(salt=_INFO + salt, length=32, n=1 << log_n, r=_R, p=_P).derive(passphrase.encode())
