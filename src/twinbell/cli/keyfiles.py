"""Key files as age has them: one key a line, empty lines and `#` comments between, or such a file sealed
under a passphrase. What stands in a file of keys is a secret: no message here repeats a line of it.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from twinbell.age.header import Stanza
from twinbell.age.recipient import Identity, Recipient
from twinbell.cli import ui
from twinbell.errors import Damaged, Mistaken, NotForMe, NotFound

# A kind of key is imported when the first of it is met: the post-quantum one takes as long as a small file.
FILE_BYTES_MAX = 1 << 20  # of keys; thousands of them
STANDARD = "-"
SCRYPT = "scrypt"
_ARMOR = b"-----BEGIN AGE ENCRYPTED FILE-----"
_BINARY = b"age-encryption.org/v1\n"


def recipient(text: str) -> Recipient:
    """Return the recipient that `age1…` names; raise `Mistaken` with what is wrong about it."""
    try:
        if text.startswith("age1pq1"):
            from twinbell.age.hybrid import HybridRecipient

            return HybridRecipient.parse(text)
        if text.startswith("age1") and "1" not in text[4:]:
            from twinbell.age.x25519 import X25519Recipient

            return X25519Recipient.parse(text)
    except Damaged as error:
        raise Mistaken(f"{_short(text)} is no recipient. {error}") from None
    if text.startswith("ssh-"):
        raise Mistaken(
            "SSH keys are not taken as recipients here.", hint="`twinbell age keygen` makes a key."
        )
    if text.startswith("AGE-SECRET-KEY-"):
        raise Mistaken(
            "This is a secret key, not a recipient.", hint="`twinbell age keygen -y` shows its recipient."
        )
    if text.startswith("age1"):
        raise Mistaken(f"{_short(text)} needs an age plugin, and there are none here.")
    raise Mistaken(f"{_short(text)} is no recipient: those begin with age1.")


def recipients_file(name: str) -> list[Recipient]:
    """Return the recipients that stand in a file."""
    found = [recipient(line) for line in _lines(_read(name), name)]
    if not found:
        raise Mistaken(f"There are no recipients in {name}.")
    return found


def identities_file(name: str) -> list[Identity]:
    """Return the identities in a key file; one that is sealed under a passphrase asks when it is needed."""
    data = _read(name)
    if data.startswith(_BINARY) or data.lstrip().startswith(_ARMOR):
        return [SealedKeyFile(data, name)]
    return parse_identities(data, name)


def parse_identities(data: bytes, name: str) -> list[Identity]:
    """Return the identities that stand in `data`, which came from `name`."""
    if b"-----BEGIN OPENSSH PRIVATE KEY-----" in data or b"PRIVATE KEY-----" in data:
        raise Mistaken(f"{name} is an SSH key, which is not taken as an identity here.")
    found: list[Identity] = []
    for number, line in enumerate(_lines(data, name), start=1):
        try:
            found.append(_identity(line))
        except Damaged as error:
            raise Mistaken(f"Key {number} in {name} is no identity. {error}") from None
    if not found:
        raise Mistaken(f"There are no keys in {name}.")
    return found


def _identity(line: str) -> Identity:
    if line.startswith("AGE-SECRET-KEY-PQ-1"):
        from twinbell.age.hybrid import HybridIdentity

        return HybridIdentity.parse(line)
    if line.startswith("AGE-SECRET-KEY-1"):
        from twinbell.age.x25519 import X25519Identity

        return X25519Identity.parse(line)
    if line.startswith("AGE-PLUGIN-"):
        raise Damaged("It needs an age plugin, and there are none here.")
    if line.startswith("age1"):
        raise Damaged("It is a recipient, which seals and does not open.")
    raise Damaged("Those begin with AGE-SECRET-KEY-.")


def recipients_of(identities: Iterable[Identity]) -> Iterator[Recipient]:
    """Return who can be sealed to so that these identities open it."""
    from twinbell.age.hybrid import HybridIdentity
    from twinbell.age.x25519 import X25519Identity

    for identity in identities:
        if isinstance(identity, HybridIdentity | X25519Identity):
            yield identity.recipient
        elif isinstance(identity, SealedKeyFile):
            yield from recipients_of(identity.identities())


class Passphrase:
    """An identity that asks for a passphrase when a file was sealed with one, and not before."""

    def __init__(self, question: str = "Passphrase:") -> None:
        self._question = question

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        """Return the file key, None if no passphrase opens this; raise `NotForMe` for a wrong one."""
        if not any(stanza.type == SCRYPT for stanza in stanzas):
            return None
        from twinbell.age.scrypt import ScryptIdentity

        file_key = ScryptIdentity(ui.ask_secret(self._question)).unwrap(stanzas)
        if file_key is None:
            raise NotForMe("This is not the passphrase.")
        return file_key


class SealedKeyFile:
    """The identities in a key file that is itself sealed under a passphrase; asks once, when needed."""

    def __init__(self, data: bytes, name: str) -> None:
        self._data = data
        self._name = name
        self._identities: list[Identity] | None = None

    def identities(self) -> list[Identity]:
        """Return what is in the file; raise `NotForMe` for a wrong passphrase."""
        if self._identities is None:
            from twinbell.age.stream import open_

            try:
                plain = open_(self._data, [Passphrase(f"Passphrase of {self._name}:")])
            except Damaged as error:
                raise type(error)(f"The key file {self._name} is damaged.") from None
            self._identities = parse_identities(plain, self._name)
        return self._identities

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        """Return what the first fitting identity of the file returns."""
        for identity in self.identities():
            if (file_key := identity.unwrap(stanzas)) is not None:
                return file_key
        return None


def choose_passphrase(ask: Callable[[str], str] = ui.ask_secret) -> str:
    """Ask for a new passphrase, twice; make one if none is given."""
    chosen = ask("Passphrase (none to have one made):")
    if not chosen:
        from twinbell.crypto import words

        chosen = "-".join(word for _ in range(4) for word in words.spoken())
        print(f"The passphrase is {chosen}", file=sys.stderr, flush=True)
        return chosen
    if ask("The same again:") != chosen:
        raise Mistaken("These two are not the same.")
    return chosen


def _read(name: str) -> bytes:
    if name == STANDARD:
        data = sys.stdin.buffer.read(FILE_BYTES_MAX + 1)
    else:
        try:
            with Path(name).open("rb") as file:
                data = file.read(FILE_BYTES_MAX + 1)
        except OSError as error:
            raise NotFound(f"The key file {name} can't be read: {error.strerror}.") from None
    if len(data) > FILE_BYTES_MAX:
        raise Mistaken(f"{name} is longer than any file of keys.")
    return data


def _lines(data: bytes, name: str) -> Iterator[str]:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise Mistaken(f"{name} is not a file of keys.") from None
    for line in text.splitlines():
        stripped = line.strip()
        if stripped and not stripped.startswith("#"):
            yield stripped


def _short(text: str) -> str:
    return text if len(text) <= 24 else f"{text[:20]}…"
