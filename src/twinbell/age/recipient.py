"""The two small protocols that carry the whole format: wrap a file key, and unwrap it.

Post-quantum, passphrase and time-lock are nothing but recipients. An identity has three answers: the key,
"not for me" (None), and broken (`HeaderDamaged`); a time-lock has a fourth, `NotYet`.
"""

from collections.abc import Sequence
from typing import Protocol

from twinbell.age.header import Stanza
from twinbell.errors import HeaderDamaged, Mistaken, NotForMe, Refused

POST_QUANTUM = "postquantum"
ALONE = "alone"


class Recipient(Protocol):
    """Someone to encrypt to.

    All recipients of a file must have equal `labels`: a file that is sealed to a post-quantum key and to a
    classic one would be no stronger than the classic one, without anybody noticing.
    """

    @property
    def labels(self) -> frozenset[str]: ...

    def wrap(self, file_key: bytes) -> list[Stanza]:
        """Return the stanzas from which the identity gets `file_key` (16 bytes) back."""


class Identity(Protocol):
    """Someone who may be able to open a file."""

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        """Return the file key, or None if no stanza is for this identity.

        Raises `HeaderDamaged` for a stanza of its own type that is malformed, and `NotYet` for one whose time
        has not come.
        """


def wrap(file_key: bytes, recipients: Sequence[Recipient]) -> list[Stanza]:
    """Return the stanzas for all `recipients`; raise `Mistaken` if they do not go together."""
    if not recipients:
        raise Mistaken("An age file needs at least one recipient.")
    labels = recipients[0].labels
    if len(recipients) > 1 and any(ALONE in recipient.labels for recipient in recipients):
        raise Mistaken("A passphrase must be the only recipient of a file.")
    if any(recipient.labels != labels for recipient in recipients):
        raise Mistaken(
            "Post-quantum and classic recipients do not go into one file.",
            hint="It would be no stronger than its classic recipients. Use keys of one kind.",
        )
    return [stanza for recipient in recipients for stanza in recipient.wrap(file_key)]


def unwrap(stanzas: Sequence[Stanza], identities: Sequence[Identity]) -> bytes:
    """Return the file key by the first of `identities` that can give it; raise `NotForMe` if none can.

    An identity that refuses for now (`NotYet`) does not stand in the way of another one that can open.
    """
    if len(stanzas) > 1 and any(stanza.type == "scrypt" for stanza in stanzas):
        # Who opens with a passphrase expects that whoever wrote the file knew it (age v1, "scrypt").
        raise HeaderDamaged("This age file mixes a passphrase with other recipients.")
    refusal: Refused | None = None
    for identity in identities:
        try:
            file_key = identity.unwrap(stanzas)
        except Refused as error:
            refusal = refusal or error
            continue
        if file_key is not None:
            return file_key
    raise refusal or NotForMe()
