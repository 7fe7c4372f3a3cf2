"""Control messages: what changes the other's rights or beliefs, each signed by a key that may say it.

    epoch      all my keys are new: a device was removed      root (final) or identity (provisional)
    inbox      my inbox key, deposit token and prekey are new root or identity
    verified   I have compared the six words                  root or identity
    receipts   say, or do not say, when something arrived     root or identity
    restored   I came back from paper, on this new device     root
    identities these keys of mine signed before this one      root or identity

The signature is over a label, the bond id and the record. It is needed beside the envelope's own secret:
whoever steals that from me could also write *to* me (B writes to A with A's inbox key).

Two epochs may contend: the thief of a phone signs one with the identity that lay on it, the owner another
with the root from paper. Root beats identity; then the higher epoch; between equals the smaller hash.
"""

from dataclasses import dataclass, replace

from twinbell.bond.frozen import Frozen
from twinbell.bond.keys import BUNDLE_BYTES_MAX, EPOCH_MAX, Bundle, Inbox, Keyring, PublicPrekey, Role
from twinbell.bond.kit import Root
from twinbell.bond.message import Control
from twinbell.bond.record import VERSION, Fields, Record
from twinbell.crypto import kdf
from twinbell.encoding import Value, encode
from twinbell.errors import Damaged, Mistaken

LABEL_CONTROL = b"twinbell/v1/control"  # ‖ bond id ‖ record

CONTROL_BYTES_MAX = 16_384
EPOCH, INBOX, VERIFIED, RECEIPTS = "control-epoch", "control-inbox", "control-verified", "control-receipts"
RESTORED, IDENTITIES = "control-restored", "control-identities"
IDENTITIES_MAX = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """By what right the peer's present keys are theirs: enough to judge the next change."""

    by_root: bool = True  # a bell counts as the root's word
    digest: bytes = bytes(32)  # of the record that brought this epoch; zeros for the bell
    parent: bytes = b""  # identity of the epoch before, while this one is provisional
    rooted_epoch: int = 1
    rooted_digest: bytes = bytes(32)
    inbox_at_s: int = 0
    verified_at_s: int = 0
    receipts_at_s: int = 0
    restored_at_s: int = 0

    def to_record(self) -> Record:
        return {
            "by_root": self.by_root,
            "digest": self.digest,
            "parent": self.parent,
            "rooted_epoch": self.rooted_epoch,
            "rooted_digest": self.rooted_digest,
            "inbox_at": self.inbox_at_s,
            "verified_at": self.verified_at_s,
            "receipts_at": self.receipts_at_s,
            "restored_at": self.restored_at_s,
        }

    @classmethod
    def from_record(cls, value: Value) -> "Standing":
        fields = Fields(value, "standing")
        return cls(
            by_root=fields.flag("by_root"),
            digest=fields.data("digest", 32),
            parent=fields.data("parent", length_max=32),
            rooted_epoch=fields.number("rooted_epoch", 1, EPOCH_MAX),
            rooted_digest=fields.data("rooted_digest", 32),
            inbox_at_s=fields.number("inbox_at"),
            verified_at_s=fields.number("verified_at"),
            receipts_at_s=fields.number("receipts_at"),
            restored_at_s=fields.number("restored_at") if fields.has("restored_at") else 0,
        )


class Judged(Frozen):
    """A control message that holds: what it says, and by whom it was signed."""

    type: str
    fields: Fields
    at_s: int
    by_root: bool
    digest: bytes


def sign(keyring: Keyring, type: str, content: Record, at_s: int, *, root: Root | None = None) -> Control:
    """Return a control message of ours, signed by the identity, and by the root where that is at hand."""
    if keyring.bond is None:
        raise Mistaken("There is no bond yet, so there is nothing to control.")
    bond = keyring.bond
    record = encode(
        {
            "v": VERSION,
            "type": type,
            "role": int(bond.role),
            "epoch": keyring.epoch,
            "at": at_s,
            **content,
        }
    )
    message = LABEL_CONTROL + bond.id + record
    return Control(record, root.signing_key.sign(message) if root else None, keyring.identity.sign(message))


def sign_epoch(before: Keyring, after: Keyring, at_s: int, *, root: Root | None = None) -> Control:
    """Return the control message that brings a new epoch: signed by the root, or else by the old identity."""
    record: Record = {"next": after.epoch, "bundle": after.bundle(root)}
    return sign(before, EPOCH, record, at_s, root=root)


def epoch_of(control: Control) -> int:
    """Return the epoch whose keys signed this."""
    fields = Fields.untyped(control.record, "control message", bytes_max=CONTROL_BYTES_MAX)
    return fields.number("epoch", 1, EPOCH_MAX)


def judge(control: Control, keyring: Keyring, standing: Standing) -> Judged:
    """Return what a control message of the peer says; raise `Damaged` unless who may say it has signed it."""
    from twinbell.crypto.signing import VerifyKey

    bond, peer = keyring.bond, keyring.peer
    if bond is None or peer is None:
        raise Mistaken("There is no bond yet, so nobody can control anything.")
    untyped = Fields.untyped(control.record, "control message", bytes_max=CONTROL_BYTES_MAX)
    type = untyped.text("type", length_max=32)
    fields = Fields.of(control.record, type, bytes_max=CONTROL_BYTES_MAX)
    if fields.number("role", 0, 1) != Role(bond.role).other:
        raise Damaged("This change was signed for the other direction.")
    message = LABEL_CONTROL + bond.id + control.record
    if type == RESTORED and control.by_root is None:  # a thief of the identity must not have letters given
        raise Damaged("Only the paper can say that somebody came back from it.")
    if control.by_root is not None:
        VerifyKey(peer.root).verify(control.by_root, message)
    elif control.by_identity is None:
        raise Damaged("This change is not signed.")
    else:
        _verify_any(control.by_identity, message, _identities(type, peer, standing))
    return Judged(type, fields, fields.number("at"), control.by_root is not None, kdf.sha256(control.record))


def accept_epoch(judged: Judged, peer: Bundle, standing: Standing) -> tuple[Bundle, Standing] | None:
    """Return the peer's new keys and how they stand, or None where an epoch that we have ranks higher.

    Raises `Damaged` for a bundle that does not belong to this epoch and root.
    """
    epoch = judged.fields.number("next", 2, EPOCH_MAX)
    bundle = Bundle.parse(judged.fields.data("bundle", length_max=BUNDLE_BYTES_MAX), by_root=judged.by_root)
    if bundle.epoch != epoch or bundle.root != peer.root or bundle.kind is not peer.kind:
        raise Damaged("The new keys do not belong to this change.")
    if judged.by_root:
        newer = (epoch, _inverse(judged.digest)) > (standing.rooted_epoch, _inverse(standing.rooted_digest))
        if not newer:
            return None
        rooted = replace(standing, rooted_epoch=epoch, rooted_digest=judged.digest)
        return bundle, replace(rooted, by_root=True, digest=judged.digest, parent=b"")
    current = (peer.epoch, b"" if standing.by_root else _inverse(standing.digest))
    if (epoch, _inverse(judged.digest)) <= current or (standing.by_root and epoch <= peer.epoch):
        return None
    parent = peer.identity if standing.by_root else standing.parent
    return bundle, replace(standing, by_root=False, digest=judged.digest, parent=parent)


def accept_inbox(judged: Judged, peer: Bundle, standing: Standing) -> tuple[Bundle, Standing] | None:
    """Return the peer with a new inbox, or None where we know a newer one."""
    inbox = Inbox.from_record(judged.fields.map("inbox"))
    prekey = PublicPrekey.from_record(judged.fields.map("prekey"))
    if judged.fields.number("epoch") != peer.epoch or inbox.generation <= peer.inbox.generation:
        return None
    prekey = prekey if prekey.number > peer.prekey.number else peer.prekey
    return replace(peer, inbox=inbox, prekey=prekey), replace(standing, inbox_at_s=judged.at_s)


def accept_identities(judged: Judged) -> tuple[bytes, ...]:
    """Return the keys, oldest first, by which the peer's letters were signed before the one of now."""
    keys = judged.fields.items("identities", length_max=IDENTITIES_MAX)
    if not all(isinstance(key, bytes) and len(key) == 32 for key in keys):
        raise Damaged("A key of this list is not what it should be.")
    return tuple(keys)  # type: ignore[arg-type]


def _identities(type: str, peer: Bundle, standing: Standing) -> list[bytes]:
    # An epoch may also be signed by the identity from which a provisional one came: its owner and its thief
    # both have that, and the rule must choose between them.
    parents = [standing.parent] if type == EPOCH and standing.parent else []
    return [peer.identity, *parents]


def _verify_any(signature: bytes, message: bytes, keys: list[bytes]) -> None:
    from twinbell.crypto.signing import VerifyKey

    for raw in keys[:-1]:
        try:
            return VerifyKey(raw).verify(signature, message)
        except Damaged:
            continue
    return VerifyKey(keys[-1]).verify(signature, message)


def _inverse(digest: bytes) -> bytes:
    """Return what is greater the smaller `digest` is."""
    return bytes(255 - byte for byte in digest)
