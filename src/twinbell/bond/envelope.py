"""An envelope: 4096 bytes, whatever is in it, that one inbox key and one prekey open.

    0x01 ‖ prekey tag (4) ‖ encapsulation (1120) ‖ ciphertext (2971)
    plaintext (2955) = length (2) ‖ body (CBOR) ‖ zeros

HPKE in PSK mode seals it (RFC 9180, suite 647a/0001/0003): the psk is the receiver's inbox key, so only who
knows it can write, and `info` binds bond, direction and the receiver's epoch. Mailbox, relay and tokens are
never bound, or a change of relay would make what is under way unreadable.

A body that is too long goes into a blob, an age file to a fresh identity whose seed is in the envelope.

What the bodies say is in `message.py`; in which order they come is in `chain.py`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from twinbell.bond.frozen import Frozen
from twinbell.bond.keys import EPOCH_MAX, Keyring, PublicPrekey, Role
from twinbell.bond.record import Fields, Random, Record, fresh
from twinbell.crypto import hpke, kdf
from twinbell.encoding import decode_map, encode, padme
from twinbell.errors import Damaged, Mistaken, NotForMe

LABEL_ENVELOPE = (
    b"twinbell/v1/envelope"  # ‖ bond id ‖ sender's role byte ‖ receiver's epoch u32be: HPKE's info
)

VERSION_BYTE = b"\x01"
ENVELOPE_BYTES = 4096
TAG_BYTES = 4
ENC_BYTES = 1120
PLAIN_BYTES = ENVELOPE_BYTES - 1 - TAG_BYTES - ENC_BYTES - 16
BODY_BYTES_MAX = PLAIN_BYTES - 2

BLOB_BYTES_MAX = 1 << 20  # of what travels in a blob without being a letter: bundles, keyrings
BLOB_BYTES_MIN = 4096
BLOB_ID_BYTES = 16


class Opener(Protocol):
    """A prekey whose seed is here."""

    @property
    def tag(self) -> bytes: ...
    @property
    def seed(self) -> bytes: ...
    @property
    def number(self) -> int: ...


class Opened(Frozen):
    """What was in an envelope, and by what it opened."""

    body: bytes
    sender: Role
    prekey: int  # number of the prekey to which it was sealed
    epoch: int
    newest: bool  # by the inbox key that was tried first


@dataclass(frozen=True, slots=True, kw_only=True)
class BlobRef:
    """What an envelope says of the blob beside it: enough to fetch, check and open it."""

    id: bytes
    seed: bytes = field(repr=False)
    length: int
    sha256: bytes

    def to_record(self) -> Record:
        return {"id": self.id, "seed": self.seed, "bytes": self.length, "sha256": self.sha256}

    @classmethod
    def from_record(cls, record: Record) -> "BlobRef":
        fields = Fields(record, "blob")
        return cls(
            id=fields.data("id", BLOB_ID_BYTES),
            seed=fields.data("seed", 32),
            length=fields.number("bytes", 1, 2 * BLOB_BYTES_MAX),
            sha256=fields.data("sha256", 32),
        )


def info(bond: bytes, sender: Role, epoch: int) -> bytes:
    """Return the context to which an envelope is bound."""
    if not 0 <= epoch <= EPOCH_MAX:
        raise Mistaken("An epoch has four bytes.")
    return LABEL_ENVELOPE + bond + bytes([sender]) + epoch.to_bytes(4)


def seal(body: bytes, *, to: PublicPrekey, psk: bytes, bond: bytes, sender: Role, epoch: int) -> bytes:
    """Return the 4096 bytes in which `body` (at most 2953 bytes) travels.

    `psk` is the receiver's inbox key, `epoch` the receiver's. Sealing the same body twice gives other bytes:
    keep what was deposited, and repeat that.
    """
    if len(body) > BODY_BYTES_MAX:
        raise Mistaken(f"A body has at most {BODY_BYTES_MAX} bytes; a longer one goes into a blob.")
    plain = (len(body).to_bytes(2) + body).ljust(PLAIN_BYTES, b"\0")
    enc, sealed = hpke.seal(to.key, plain, info=info(bond, sender, epoch), psk=psk, psk_id=bond)
    return VERSION_BYTE + to.tag + enc + sealed


def tag_of(envelope: bytes) -> bytes:
    """Return the tag of the prekey to which an envelope is sealed; raise `Damaged` if it is none."""
    if len(envelope) != ENVELOPE_BYTES:
        raise Damaged(f"An envelope has {ENVELOPE_BYTES} bytes.")
    if envelope[:1] != VERSION_BYTE:
        raise Damaged("This envelope was made by a newer Twinbell.")
    return envelope[1 : 1 + TAG_BYTES]


def open_(
    envelope: bytes,
    *,
    prekeys: Iterable[Opener],
    inbox_keys: Iterable[tuple[int, bytes]],
    bond: bytes,
    senders: Iterable[Role],
) -> Opened:
    """Return what is in an envelope: tries each prekey with its tag, each (epoch, inbox key), each sender.

    Raises `Damaged` for what is no envelope or is not padded with zeros, `NotForMe` where no key of ours
    opens it: it is from another bond, changed, forged, or sealed to a key that is gone.
    """
    tag = tag_of(envelope)
    enc, sealed = envelope[5 : 5 + ENC_BYTES], envelope[5 + ENC_BYTES :]
    senders, inbox_keys = list(senders), list(inbox_keys)
    for prekey in (prekey for prekey in prekeys if prekey.tag == tag):
        for at, (epoch, psk) in enumerate(inbox_keys):
            for sender in senders:
                try:
                    plain = hpke.open_(
                        prekey.seed, enc, sealed, info=info(bond, sender, epoch), psk=psk, psk_id=bond
                    )
                except Damaged:
                    continue
                return Opened(_unpadded(plain), sender, prekey.number, epoch, newest=at == 0)
    raise NotForMe("This message could not be opened with any key that is here.")


def open_own(envelope: bytes, keyring: Keyring) -> Opened:
    """Open an envelope from our own inbox: from the peer, or from another device of our own."""
    if keyring.bond is None:
        raise Mistaken("There is no bond yet, so there is nothing to open.")
    return open_(
        envelope,
        prekeys=reversed(keyring.prekeys),
        inbox_keys=reversed(keyring.inbox_keys),
        bond=keyring.bond.id,
        senders=(keyring.bond.role.other, keyring.bond.role),
    )


def seal_own(body: bytes, keyring: Keyring) -> bytes:
    """Seal `body` to our own inbox, for our other devices."""
    if keyring.bond is None:
        raise Mistaken("There is no bond yet, so there is nobody to write to.")
    epoch, psk = keyring.inbox_keys[-1]
    prekey = keyring.prekeys[-1].public
    return seal(body, to=prekey, psk=psk, bond=keyring.bond.id, sender=keyring.bond.role, epoch=epoch)


def _unpadded(plain: bytes) -> bytes:
    length = int.from_bytes(plain[:2])
    if len(plain) != PLAIN_BYTES or length > BODY_BYTES_MAX or any(plain[2 + length :]):
        raise Damaged("This envelope is not padded as it should be.")
    return plain[2 : 2 + length]


def seal_blob(content: Record, *, random: Random = fresh) -> tuple[BlobRef, bytes]:
    """Return what the envelope says of a blob, and the blob: an age file of `content`, padded.

    The padding is Padmé with a floor of 4 KiB, so that its size tells little of what it is.
    """
    from twinbell.age.hybrid import HybridIdentity
    from twinbell.age.stream import seal as seal_age

    record = encode(content)
    if len(record) > BLOB_BYTES_MAX:
        raise Mistaken(f"A body has at most {BLOB_BYTES_MAX} bytes, also in a blob.")
    plain = (len(record).to_bytes(4) + record).ljust(max(padme(len(record) + 4), BLOB_BYTES_MIN), b"\0")
    seed = random(32)
    sealed = seal_age(plain, [HybridIdentity(seed).recipient])
    ref = BlobRef(id=random(BLOB_ID_BYTES), seed=seed, length=len(sealed), sha256=kdf.sha256(sealed))
    return ref, sealed


def open_blob(ref: BlobRef, blob: bytes) -> Record:
    """Return the content of a blob; raise `Damaged` unless it is the one that the envelope meant."""
    from twinbell.age.hybrid import HybridIdentity
    from twinbell.age.stream import open_ as open_age

    if len(blob) != ref.length or kdf.sha256(blob) != ref.sha256:
        raise Damaged("What came beside this message is not what it says.")
    plain = open_age(blob, [HybridIdentity(ref.seed)])
    length = int.from_bytes(plain[:4])
    if len(plain) < 4 or length > len(plain) - 4 or any(plain[4 + length :]):
        raise Damaged("What came beside this message is not padded as it should be.")
    return decode_map(plain[4 : 4 + length], bytes_max=BLOB_BYTES_MAX)
