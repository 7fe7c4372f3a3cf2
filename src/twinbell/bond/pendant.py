"""A pendant: one person's side of one bond, on one device, as a record that is saved whole.

It holds the keyring and the device's own keys, the chains in both directions, and what is still owed. It
decides nothing: `lifecycle.py` makes a new pendant out of an old one and an event.
"""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from twinbell.bond import envelope
from twinbell.bond.about import About, Told
from twinbell.bond.chain import Receiving, Sending
from twinbell.bond.control import IDENTITIES_MAX, Standing
from twinbell.bond.keys import Bond, Bundle, Device, Keyring, Kind, Role
from twinbell.bond.message import GAPS_MAX, Body, digest
from twinbell.bond.record import VERSION, Fields, Record, row
from twinbell.encoding import Value, decode_map, encode
from twinbell.errors import Mistaken

if TYPE_CHECKING:
    from twinbell.bond.bell import Joined

PENDANT_BYTES_MAX = 1 << 22
DEVICES_MAX = 32
UNOPENED_MAX = 64
RINGS_AN_HOUR = 20  # are sounded unless the person wants fewer
RINGS_AN_HOUR_MAX = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Pendant:
    """One side of a bond. Frozen: `lifecycle.step` returns the next one."""

    keyring: Keyring
    device: Device
    standing: Standing = field(default_factory=Standing)
    sending: Sending = field(default_factory=Sending)
    sending_self: Sending = field(default_factory=Sending)
    receiving: tuple[Receiving, ...] = ()
    receiving_self: tuple[Receiving, ...] = ()
    verified_s: int = 0  # when this person compared the words; 0 = not yet
    changed: bool = False  # the peer's keys changed by a word of their identity alone: compare again
    peer_verified_s: int = 0
    receipts_ours: bool = False
    receipts_theirs: bool = False
    serial: int = 1  # counts changes of the keyring that copies should have
    copied: int = 0  # the serial that was last given to slot and peer
    peer_copy: int = 0  # the serial of the peer's keyring that is kept here
    asked: tuple[tuple[int, int], ...] = ()  # counters of ours that the peer has not got
    unopened: tuple[tuple[bytes, int], ...] = ()  # (short hash, when it came)
    named: tuple[tuple[int, int], ...] = ()  # (day, counter of ours that the peer had by then)
    inbox_used_s: int = 0  # when the peer was first seen to use our newest inbox key; 0 = not yet
    rung: tuple[int, ...] = ()  # when rings were sounded in the last hour
    daily_s: int = 0
    rings_an_hour: int = RINGS_AN_HOUR
    about_ours: About = field(default_factory=About)
    about_theirs: About = field(default_factory=About)
    about_told: Told | None = None  # when they told it
    portrait_told: Told | None = None  # of the portrait itself, the client keeps the newest
    identities: tuple[bytes, ...] = ()  # by which the peer's letters were signed before, oldest first
    restored_s: int = 0  # when this person came back from paper, on this device; 0 = never

    @classmethod
    def begin(cls, keyring: Keyring, device: Device, joined: "Joined") -> "Pendant":
        """Return the pendant that a bell leaves: `keyring` is the one whose bundle was shown in it."""
        standing = Standing(rooted_epoch=joined.peer.epoch)
        return cls(
            keyring=replace(keyring, bond=joined.bond, peer=joined.peer), device=device, standing=standing
        )

    @property
    def bond(self) -> Bond:
        """What both have of the pairing."""
        if self.keyring.bond is None:
            raise Mistaken("There is no bond yet.")
        return self.keyring.bond

    @property
    def peer(self) -> Bundle:
        """What is known of the other's keys, and where they are written to."""
        if self.keyring.peer is None:
            raise Mistaken("There is no bond yet.")
        return self.keyring.peer

    @property
    def verified(self) -> bool:
        """Whether this person has compared the words, and nothing has changed since that they must see."""
        return self.verified_s > 0 and not self.changed

    @property
    def kind(self) -> Kind:
        """What this bond is for."""
        return self.keyring.kind

    @property
    def receipts(self) -> bool:
        """Whether each may say to the other what has arrived: only while both want it."""
        return self.receipts_ours and self.receipts_theirs

    @property
    def parted(self) -> bool:
        """Whether this person has ended the bond."""
        return self.keyring.parted_s > 0

    @property
    def registration(self) -> Record:
        """The record by which the owner sets up this person's mailbox at its relay."""
        return self.keyring.registration({self.device.id: self.device.collect})

    def seal(self, body: bytes) -> bytes:
        """Return a fresh envelope around `body` for the peer, by their newest prekey and inbox key.

        Called when the envelope is deposited, not when it is written: the peer deletes old prekeys.
        """
        peer = self.peer
        return envelope.seal(
            body,
            to=peer.prekey,
            psk=peer.inbox.key,
            bond=self.bond.id,
            sender=self.bond.role,
            epoch=peer.epoch,
        )

    def is_stale(self, sealed: bytes) -> bool:
        """Say whether an envelope that was never acknowledged is sealed to a prekey that is not the newest.

        Then seal its body again, under another deposit id; else repeat the same bytes under the same id.
        """
        return envelope.tag_of(sealed) != self.peer.prekey.tag

    def heads(self, now_s: int) -> tuple[tuple[bytes, int], ...]:
        """Return what this device may say that it has received, for an envelope that a person caused."""
        heads = [chain.head(now_s, exact=self.receipts) for chain in self.receiving]
        return tuple(head for head in heads if head is not None)

    def wrote(
        self, kind: str, *, now_s: int, heads: bool, **content: object
    ) -> "tuple[Pendant, Body, bytes]":
        """Return the pendant with one body more in its chain, the body, and its bytes."""
        body = Body(
            kind=kind,
            device=self.device.id,
            n=self.sending.next,
            prev=self.sending.prev,
            heads=self.heads(now_s) if heads else (),
            sent_s=now_s - now_s % 60,
            **content,  # type: ignore[arg-type]
        )
        data = body.encode()
        return replace(self, sending=self.sending.after(digest(data))), body, data

    def chain_of(self, sender: Role, device: bytes) -> Receiving:
        """Return the chain of a device that writes to us, a new one if it has not written yet."""
        chains = self.receiving if sender is not self.bond.role else self.receiving_self
        return next((chain for chain in chains if chain.device == device), Receiving(device=device))

    def with_chain(self, sender: Role, chain: Receiving) -> "Pendant":
        """Return the pendant with this chain in the place of the one of the same device."""
        ours = sender is self.bond.role
        chains = self.receiving_self if ours else self.receiving
        known = [chain if each.device == chain.device else each for each in chains]
        if chain not in known:
            # More devices than anyone has: the one that was silent longest is forgotten.
            known = sorted([*known, chain], key=lambda each: each.heard_s)[-DEVICES_MAX:]
        return replace(self, receiving_self=tuple(known)) if ours else replace(self, receiving=tuple(known))

    def with_keyring(self, keyring: Keyring, *, copy: bool = True) -> "Pendant":
        """Return the pendant with this keyring; `copy` where slot and peer should get it anew."""
        return replace(self, keyring=keyring, serial=self.serial + int(copy))

    def to_record(self) -> Record:
        return {
            "v": VERSION,
            "type": "pendant",
            "keyring": self.keyring.to_record(),
            "device": self.device.to_record(),
            "standing": self.standing.to_record(),
            "sending": self.sending.to_record(),
            "sending_self": self.sending_self.to_record(),
            "receiving": [chain.to_record() for chain in self.receiving],
            "receiving_self": [chain.to_record() for chain in self.receiving_self],
            "verified": self.verified_s,
            "changed": self.changed,
            "peer_verified": self.peer_verified_s,
            "receipts_ours": self.receipts_ours,
            "receipts_theirs": self.receipts_theirs,
            "serial": self.serial,
            "copied": self.copied,
            "peer_copy": self.peer_copy,
            "asked": [list(asked) for asked in self.asked],
            "unopened": [list(unopened) for unopened in self.unopened],
            "named": [list(named) for named in self.named],
            "inbox_used": self.inbox_used_s,
            "rung": list(self.rung),
            "daily": self.daily_s,
            "rings_an_hour": self.rings_an_hour,
            "about_ours": self.about_ours.to_record(),
            "about_theirs": self.about_theirs.to_record(),
            "about_told": self.about_told.to_row() if self.about_told else None,
            "portrait_told": self.portrait_told.to_row() if self.portrait_told else None,
            "identities": list(self.identities),
            "restored": self.restored_s,
        }

    @classmethod
    def from_record(cls, value: Value) -> "Pendant":
        fields = Fields.typed(value, "pendant")
        asked = [row(item, int, int) for item in fields.items("asked", length_max=GAPS_MAX * 2)]
        unopened = [row(item, bytes, int) for item in fields.items("unopened", length_max=UNOPENED_MAX)]
        named = [row(item, int, int) for item in fields.items("named", length_max=64)]
        chains, own = fields.items("receiving", length_max=64), fields.items("receiving_self", length_max=64)
        return cls(
            keyring=Keyring.from_record(fields.map("keyring")),
            device=Device.from_record(fields.map("device")),
            standing=Standing.from_record(fields.map("standing")),
            sending=Sending.from_record(fields.map("sending")),
            sending_self=Sending.from_record(fields.map("sending_self")),
            receiving=tuple(Receiving.from_record(chain) for chain in chains),
            receiving_self=tuple(Receiving.from_record(chain) for chain in own),
            verified_s=fields.number("verified"),
            changed=fields.flag("changed"),
            peer_verified_s=fields.number("peer_verified"),
            receipts_ours=fields.flag("receipts_ours"),
            receipts_theirs=fields.flag("receipts_theirs"),
            serial=fields.number("serial"),
            copied=fields.number("copied"),
            peer_copy=fields.number("peer_copy"),
            asked=tuple(asked),  # type: ignore[arg-type]
            unopened=tuple(unopened),  # type: ignore[arg-type]
            named=tuple(named),  # type: ignore[arg-type]
            inbox_used_s=fields.number("inbox_used"),
            rung=tuple(at for at in fields.items("rung", length_max=1024) if isinstance(at, int)),
            daily_s=fields.number("daily"),
            **_later(fields),
        )

    def to_bytes(self) -> bytes:
        """Return the pendant as it is kept in the vault; full of secrets."""
        return encode(self.to_record())

    @classmethod
    def from_bytes(cls, data: bytes) -> "Pendant":
        """Load a pendant; raise `Damaged` for what is none."""
        return cls.from_record(decode_map(data, bytes_max=PENDANT_BYTES_MAX))


def _later(fields: Fields) -> dict[str, Any]:
    """Return the fields that the first Twinbell did not write; nothing where it has written this."""
    if not fields.has("rings_an_hour"):
        return {}
    told = fields.items("about_told", length_max=2) if fields.has("about_told") else None
    drawn = fields.items("portrait_told", length_max=2) if fields.has("portrait_told") else None
    identities = fields.items("identities", length_max=IDENTITIES_MAX)
    return {
        "rings_an_hour": fields.number("rings_an_hour", 0, RINGS_AN_HOUR_MAX),
        "about_ours": About.from_record(fields.map("about_ours")),
        "about_theirs": About.from_record(fields.map("about_theirs")),
        "about_told": Told.from_row(told) if told else None,  # type: ignore[arg-type]
        "portrait_told": Told.from_row(drawn) if drawn else None,  # type: ignore[arg-type]
        "identities": tuple(key for key in identities if isinstance(key, bytes)),
        "restored_s": fields.number("restored"),
    }
