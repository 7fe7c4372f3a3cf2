"""The keys that one person has in one bond, and what the peer is shown of them.

    Root (kit.py)   on paper: outranks everything
    Keyring         what all devices of a person share: identity, letter keys, prekeys, inbox
    Device          what one device has for itself (device.py)
    Bundle          the public side of a keyring, signed: what the peer knows (bundle.py)
    Bond            what both have of the pairing: its id, who gave the bell, the bits of the six words

Nothing is shared between two bonds. An *epoch* is one set of identity, letter key and inbox key; a new one
begins when a device is removed. A *generation* counts every change of the inbox's tokens, so that the
relay can tell the newer of two.

The protocol that makes a bond is in `bell.py`; who may replace which key is in `control.py`.
"""

from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import TYPE_CHECKING

from twinbell.bond.bundle import (
    BUNDLE_BYTES_MAX,
    EPOCH_MAX,
    LABEL_BUNDLE,
    NAME_LENGTH_MAX,
    RECIPIENT_BYTES,
    Bundle,
    Inbox,
    Kind,
    PublicPrekey,
    check_name,
    check_relay_url,
    read_kind,
)
from twinbell.bond.device import Device
from twinbell.bond.kit import RELAY_URL_LENGTH_MAX, Page, Root
from twinbell.bond.prekey import SEED_BYTES, Prekey
from twinbell.bond.record import VERSION, Fields, Random, Record, row
from twinbell.bond.watchkeys import WatchKeys
from twinbell.crypto import kdf
from twinbell.encoding import Value, encode, padme
from twinbell.errors import Damaged, Mistaken
from twinbell.wire.limits import DEVICE_BYTES, ID_BYTES, TOKEN_BYTES

if TYPE_CHECKING:  # imported where they are used: a ring needs neither
    from twinbell.crypto.signing import SigningKey

__all__ = [
    "BUNDLE_BYTES_MAX", "DEVICE_BYTES", "EPOCH_MAX", "LABEL_BUNDLE", "Bond", "Bundle", "Device", "Inbox",
    "Keyring", "Kind", "Page", "Prekey", "PublicPrekey", "Role", "Root", "check_relay_url",
]  # fmt: skip

BOND_BYTES = 32
WORDS_BYTES = 9  # 66 bits and six zeros

KEYRING_BYTES_MAX = 60_000  # sealed and padded it must fit into the relay's slot of 64 KiB
KEYRING_BYTES_MIN = 16_384
SINK_S = 30 * 86_400  # for so long the one who was parted from meets what an absent person's mailbox is
INBOX_KEYS_MAX = 3  # the newest, and what may still be under way to the two before


class Role(IntEnum):
    """Who gave the bell and who answered it; the byte that keeps the two directions apart."""

    GIVER = 0
    ANSWERER = 1

    @property
    def other(self) -> "Role":
        return Role(1 - self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bond:
    """What a bell left behind for both: the id, the bits of the words and the picture, and since when."""

    id: bytes
    role: Role
    words: bytes  # 66 bits
    since_s: int

    def to_record(self) -> Record:
        return {"id": self.id, "role": int(self.role), "words": self.words, "since": self.since_s}

    @classmethod
    def from_record(cls, value: Value) -> "Bond":
        fields = Fields(value, "bond")
        return cls(
            id=fields.data("id", BOND_BYTES),
            role=Role(fields.number("role", 0, 1)),
            words=fields.data("words", WORDS_BYTES),
            since_s=fields.number("since"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyring:
    """All secrets of one person in one bond that every device of theirs may have, and the kit.

    Lists are oldest first, the current one last. Letter keys and identities are never dropped: they
    open and check what was written decades ago.
    """

    root: bytes  # public
    kit: bytes = field(repr=False)  # public: the kit's age recipient
    epoch: int
    identities: tuple[bytes, ...] = field(repr=False)  # Ed25519 seeds
    letters: tuple[bytes, ...] = field(repr=False)  # age1pq seeds
    prekeys: tuple[Prekey, ...] = field(repr=False)
    inbox_keys: tuple[tuple[int, bytes], ...] = field(repr=False)  # (epoch, key)
    relay: str
    box: bytes
    deposit_peer: bytes = field(repr=False)
    deposit_self: bytes = field(repr=False)
    generation: int
    chain: Record | None
    name: str
    devices: tuple[tuple[bytes, bytes], ...] = field(repr=False)  # (device id, age recipient)
    bond: Bond | None = None
    peer: Bundle | None = None  # the other's keys, as they are known now
    parted_s: int = 0  # when this person ended the bond: paper must not begin it again
    kind: Kind = Kind.PAIR
    watch: WatchKeys = field(repr=False, default=WatchKeys())  # what last letters hang on (watchkeys.py)

    @classmethod
    def generate(
        cls,
        root: Root,
        device: Device,
        *,
        relay: str,
        name: str,
        chain: Record | None,
        now_s: int,
        random: Random,
        kind: Kind = Kind.PAIR,
    ) -> "Keyring":
        """Return a keyring for a bond that is about to begin.

        Raises `Mistaken` for a name or a relay URL that no bundle could carry.
        """
        try:
            check_name(name), check_relay_url(relay)
        except Damaged as error:
            raise Mistaken(str(error)) from None
        return cls(
            root=root.signing_key.verify_key.raw,
            kit=root.recipient,
            epoch=1,
            identities=(random(SEED_BYTES),),
            letters=(random(SEED_BYTES),),
            prekeys=(Prekey.generate(1, now_s, random),),
            inbox_keys=((1, random(SEED_BYTES)),),
            relay=relay,
            box=random(ID_BYTES),
            deposit_peer=random(TOKEN_BYTES),
            deposit_self=random(TOKEN_BYTES),
            generation=1,
            chain=chain,
            name=name,
            devices=((device.id, device.recipient),),
            kind=kind,
        )

    @property
    def identity(self) -> "SigningKey":
        """The Ed25519 key that signs letters and control messages now."""
        from twinbell.crypto.signing import SigningKey

        return SigningKey(self.identities[-1])

    @property
    def letter_recipient(self) -> bytes:
        """The age1pq public key to which letters to this person are sealed now."""
        from twinbell.crypto import xwing

        return xwing.public(self.letters[-1])

    @property
    def inbox(self) -> Inbox:
        """The inbox as the peer is to know it."""
        return Inbox(
            relay=self.relay,
            box=self.box,
            deposit=self.deposit_peer,
            key=self.inbox_keys[-1][1],
            generation=self.generation,
        )

    def bundle(self, root: Root | None) -> bytes:
        """Return the signed bundle of this keyring: what the peer is shown. A bell asks for the root."""
        fields: Record = {
            "v": VERSION,
            "type": "bundle",
            "epoch": self.epoch,
            "root": self.root,
            "identity": self.identity.verify_key.raw,
            "letter": self.letter_recipient,
            "kit": self.kit,
            "prekey": self.prekeys[-1].public.to_record(),
            "inbox": self.inbox.to_record(),
            "chain": self.chain,
            "name": self.name,
        }
        if self.kind is not Kind.PAIR:
            fields["kind"] = str(self.kind)
        record = encode(fields)
        signed = encode(
            {
                "v": VERSION,
                "type": "signed-bundle",
                "record": record,
                "by_root": root.signing_key.sign(LABEL_BUNDLE + record) if root else None,
                "by_identity": self.identity.sign(LABEL_BUNDLE + record),
            }
        )
        if len(signed) > BUNDLE_BYTES_MAX:
            raise Mistaken("This bundle is too long: the chain record in it is larger than any should be.")
        return signed

    def registration(self, collect: dict[bytes, bytes]) -> Record:
        """Return the record by which the owner sets up the mailbox; `collect` holds a token per device id.

        After parting the peer's token is a sink for a while: it is answered as before, and nothing is kept.
        """
        record: Record = {
            "v": VERSION,
            "type": "mailbox",
            "epoch": self.generation,
            "collect": {device.hex(): kdf.sha256(token) for device, token in collect.items()},
            "deposit": {"peer": kdf.sha256(self.deposit_peer), "self": kdf.sha256(self.deposit_self)},
        }
        if self.parted_s:
            record["deposit"] = {"self": kdf.sha256(self.deposit_self)}
            record["sinks"] = {kdf.sha256(self.deposit_peer).hex(): self.parted_s + SINK_S}
        return record

    def page(self, root: Root) -> Page:
        """Return the kit page; raise `Mistaken` before there is a bond."""
        if self.peer is None:
            raise Mistaken("The kit page names the other person, so it comes after the bell was answered.")
        return Page(root=root, relay=self.relay, box=self.box, peer=self.peer.fingerprint)

    def with_prekey(self, now_s: int, random: Random) -> "Keyring":
        """Return the keyring with a fresh prekey as the current one."""
        fresh = Prekey.generate(self.prekeys[-1].number + 1, now_s, random)
        return replace(self, prekeys=(*self.prekeys, fresh))

    def with_inbox(self, random: Random, *, leap: int = 0) -> "Keyring":
        """Return the keyring with a fresh inbox key and deposit token: the old ones are known to a thief."""
        keys = (*self.inbox_keys, (self.epoch, random(SEED_BYTES)))[-INBOX_KEYS_MAX:]
        return replace(
            self,
            inbox_keys=keys,
            deposit_peer=random(TOKEN_BYTES),
            generation=self.generation + 1 + leap,
        )

    def with_epoch(self, device: Device, now_s: int, random: Random, *, leap: int = 0) -> "Keyring":
        """Return the keyring of a new epoch, in which only `device` is left: all that a thief knew is new.

        `leap` goes past epochs and generations that a keyring from elsewhere may not know of.
        """
        fresh = replace(
            self,
            epoch=self.epoch + 1 + leap,
            identities=(*self.identities, random(SEED_BYTES)),
            letters=(*self.letters, random(SEED_BYTES)),
            deposit_self=random(TOKEN_BYTES),
            devices=((device.id, device.recipient),),
        )
        return fresh.with_prekey(now_s, random).with_inbox(random, leap=leap)

    def parted(self, now_s: int) -> "Keyring":
        """Return the keyring of a bond that ends now; its generation shows a relay's backup to be older."""
        return replace(self, parted_s=now_s, generation=self.generation + 1)

    def seal(self) -> bytes:
        """Return `keyring.age`: sealed to each device and the kit, padded so that its size tells little."""
        from twinbell.age.hybrid import HybridRecipient
        from twinbell.age.stream import seal

        record = encode(self.to_record())
        if len(record) > KEYRING_BYTES_MAX:
            raise Mistaken("This keyring has grown beyond what the relay's slot takes.")
        padded = max(padme(len(record) + 4), KEYRING_BYTES_MIN)
        plain = (len(record).to_bytes(4) + record).ljust(padded, b"\0")
        recipients = [HybridRecipient(public) for _, public in self.devices]
        return seal(plain, [*recipients, HybridRecipient(self.kit)])

    @classmethod
    def open(cls, sealed: bytes, age_seed: bytes) -> "Keyring":
        """Open a `keyring.age` with the age seed of a device or of the kit.

        Raises what `twinbell.age` raises, and `Damaged` for what is not a keyring inside.
        """
        from twinbell.age.hybrid import HybridIdentity
        from twinbell.age.stream import open_

        plain = open_(sealed, [HybridIdentity(age_seed)])
        length = int.from_bytes(plain[:4])
        if len(plain) < 4 or length > len(plain) - 4 or any(plain[4 + length :]):
            raise Damaged("This keyring is not padded as it should be.")
        return cls.from_record(Fields.of(plain[4 : 4 + length], "keyring", bytes_max=KEYRING_BYTES_MAX))

    def to_record(self) -> Record:
        record: Record = {
            "v": VERSION,
            "type": "keyring",
            "root": self.root,
            "kit": self.kit,
            "epoch": self.epoch,
            "identities": list(self.identities),
            "letters": list(self.letters),
            "prekeys": [[key.number, key.tag, key.seed, key.made_s, key.passed_s] for key in self.prekeys],
            "inbox_keys": [[epoch, key] for epoch, key in self.inbox_keys],
            "relay": self.relay,
            "box": self.box,
            "deposit_peer": self.deposit_peer,
            "deposit_self": self.deposit_self,
            "generation": self.generation,
            "chain": self.chain,
            "name": self.name,
            "devices": [[device, public] for device, public in self.devices],
            "bond": self.bond.to_record() if self.bond else None,
            "peer": self.peer.to_record() if self.peer else None,
        }
        if self.parted_s:
            record["parted"] = self.parted_s
        if self.kind is not Kind.PAIR:
            record["kind"] = str(self.kind)
        if self.watch != WatchKeys():
            record["watch"] = self.watch.to_record()
        return record

    @classmethod
    def from_record(cls, value: "Value | Fields") -> "Keyring":
        fields = value if isinstance(value, Fields) else Fields.typed(value, "keyring")
        rows = [row(item, int, bytes, bytes, int, int) for item in fields.items("prekeys", length_max=256)]
        return cls(
            root=fields.data("root", 32),
            kit=fields.data("kit", RECIPIENT_BYTES),
            epoch=fields.number("epoch", 1, EPOCH_MAX),
            identities=_seeds(fields.items("identities", length_max=256)),
            letters=_seeds(fields.items("letters", length_max=256)),
            prekeys=tuple(
                Prekey(number=number, tag=tag, seed=seed, made_s=made_s, passed_s=passed_s)  # type: ignore[arg-type]
                for number, tag, seed, made_s, passed_s in rows
            ),
            inbox_keys=tuple(
                row(item, int, bytes)  # type: ignore[misc]
                for item in fields.items("inbox_keys", length_max=INBOX_KEYS_MAX)
            ),
            relay=fields.text("relay", length_max=RELAY_URL_LENGTH_MAX),
            box=fields.data("box", ID_BYTES),
            deposit_peer=fields.data("deposit_peer", TOKEN_BYTES),
            deposit_self=fields.data("deposit_self", TOKEN_BYTES),
            generation=fields.number("generation", 1),
            chain=fields.map("chain") if fields.has("chain") else None,
            name=fields.text("name", length_max=NAME_LENGTH_MAX),
            devices=tuple(
                row(item, bytes, bytes)  # type: ignore[misc]
                for item in fields.items("devices", length_max=32)
            ),
            bond=Bond.from_record(fields.map("bond")) if fields.has("bond") else None,
            peer=Bundle.from_record(fields.map("peer")) if fields.has("peer") else None,
            parted_s=fields.number("parted") if fields.has("parted") else 0,
            kind=read_kind(fields),
            watch=WatchKeys.from_record(fields.map("watch")) if fields.has("watch") else WatchKeys(),
        )


def _seeds(values: "list[Value] | object") -> tuple[bytes, ...]:
    seeds = tuple(values) if isinstance(values, list) else ()
    if not seeds or not all(isinstance(seed, bytes) and len(seed) == SEED_BYTES for seed in seeds):
        raise Damaged("A key of this keyring is not what it should be.")
    return seeds
