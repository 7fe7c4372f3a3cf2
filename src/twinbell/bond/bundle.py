"""What one person is shown of the other's keys: the bundle, with the prekey and the inbox in it.

All of it is public to the two and to nobody else: who knows `deposit` and `key` of an inbox may write there.
The secrets behind it are in `keys.py`.
"""

import re
from dataclasses import dataclass, field, replace
from enum import StrEnum

from twinbell.bond.kit import RELAY_URL_LENGTH_MAX, fingerprint
from twinbell.bond.record import Fields, Record
from twinbell.encoding import Value
from twinbell.errors import Damaged
from twinbell.wire.limits import ID_BYTES as BOX_BYTES
from twinbell.wire.limits import TOKEN_BYTES

LABEL_BUNDLE = b"twinbell/v1/bundle"  # ‖ record: what identity and root sign

RECIPIENT_BYTES = 1216
KEY_BYTES = 32
_LABEL = "[A-Za-z0-9_-]{1,63}"
_RELAY_URL = re.compile(
    rf"https?://(?:{_LABEL}(?:\.{_LABEL})*|\[(?P<v6>[0-9A-Fa-f:.]+)\])(?::(?P<port>[0-9]{{1,5}}))?(?:/.*)?"
)
TAG_BYTES = 4

EPOCH_MAX = 2**32 - 1  # four bytes in the info of an envelope
NAME_LENGTH_MAX = 64
BUNDLE_BYTES_MAX = 8192  # measured: 4.5 KiB with a chain; m3 and m4 carry it within the relay's 16 KiB


class Kind(StrEnum):
    """What a bond is for: two who belong together, or one who looks after the other's last letters."""

    PAIR = "pair"
    GUARDIAN = "guardian"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicPrekey:
    """A prekey as the peer knows it. A higher number is newer; the tag finds it again."""

    number: int
    tag: bytes
    key: bytes = field(repr=False)  # long, not secret

    def to_record(self) -> Record:
        return {"number": self.number, "tag": self.tag, "key": self.key}

    @classmethod
    def from_record(cls, value: Value) -> "PublicPrekey":
        fields = Fields(value, "prekey")
        return cls(
            number=fields.number("number", 1),
            tag=fields.data("tag", TAG_BYTES),
            key=fields.data("key", RECIPIENT_BYTES),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """Where a person is written to. Whoever knows `deposit` and `key` may write."""

    relay: str
    box: bytes
    deposit: bytes = field(repr=False)
    key: bytes = field(repr=False)
    generation: int

    def to_record(self) -> Record:
        return {
            "relay": self.relay,
            "box": self.box,
            "deposit": self.deposit,
            "key": self.key,
            "generation": self.generation,
        }

    @classmethod
    def from_record(cls, value: Value) -> "Inbox":
        fields = Fields(value, "inbox")
        return cls(
            relay=check_relay_url(fields.text("relay", length_max=RELAY_URL_LENGTH_MAX)),
            box=fields.data("box", BOX_BYTES),
            deposit=fields.data("deposit", TOKEN_BYTES),
            key=fields.data("key", KEY_BYTES),
            generation=fields.number("generation", 1),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """What one person knows of the other's keys.

    `signed` is as it was received; `prekey` and `inbox` may have been renewed since.
    """

    epoch: int
    root: bytes
    identity: bytes
    letter: bytes = field(repr=False)  # long, not secret
    kit: bytes = field(repr=False)
    prekey: PublicPrekey
    inbox: Inbox
    chain: Record | None  # the beacon of their relay, as `Chain.record` writes it
    name: str
    kind: Kind = Kind.PAIR
    signed: bytes = field(repr=False)

    @classmethod
    def parse(cls, signed: bytes, *, by_root: bool = True) -> "Bundle":
        """Read a signed bundle; raise `Damaged` unless record and both signatures are good.

        Without `by_root` the root may not have signed: its holder had lost a device and had no kit at hand.
        """
        from twinbell.crypto.signing import VerifyKey
        from twinbell.wire.beacon import Chain

        bundle = cls._read(signed)
        if bundle.chain is not None:
            Chain.from_record(bundle.chain)
        outer = Fields.of(signed, "signed-bundle", bytes_max=BUNDLE_BYTES_MAX)
        message = LABEL_BUNDLE + outer.data("record")
        VerifyKey(bundle.identity).verify(outer.data("by_identity", 64), message)
        if by_root or outer.has("by_root"):
            VerifyKey(bundle.root).verify(outer.data("by_root", 64), message)
        return bundle

    @classmethod
    def _read(cls, signed: bytes) -> "Bundle":
        outer = Fields.of(signed, "signed-bundle", bytes_max=BUNDLE_BYTES_MAX)
        fields = Fields.of(outer.data("record"), "bundle", bytes_max=BUNDLE_BYTES_MAX)
        return cls(
            epoch=fields.number("epoch", 1, EPOCH_MAX),
            root=fields.data("root", 32),
            identity=fields.data("identity", 32),
            letter=fields.data("letter", RECIPIENT_BYTES),
            kit=fields.data("kit", RECIPIENT_BYTES),
            prekey=PublicPrekey.from_record(fields.map("prekey")),
            inbox=Inbox.from_record(fields.map("inbox")),
            chain=fields.map("chain") if fields.has("chain") else None,
            name=check_name(fields.text("name", length_max=NAME_LENGTH_MAX)),
            kind=read_kind(fields),
            signed=signed,
        )

    @property
    def fingerprint(self) -> bytes:
        """The 16 bytes of the root key for a kit page."""
        return fingerprint(self.root)

    def to_record(self) -> Record:
        return {"signed": self.signed, "prekey": self.prekey.to_record(), "inbox": self.inbox.to_record()}

    @classmethod
    def from_record(cls, value: Value) -> "Bundle":
        """Load what `parse` has checked before: the signatures are not looked at again."""
        fields = Fields(value, "peer")
        return replace(
            cls._read(fields.data("signed", length_max=BUNDLE_BYTES_MAX)),
            prekey=PublicPrekey.from_record(fields.map("prekey")),
            inbox=Inbox.from_record(fields.map("inbox")),
        )


def kind_of(signed: bytes) -> Kind:
    """Return for what kind of bond a signed bundle is meant; nothing else of it is looked at."""
    outer = Fields.of(signed, "signed-bundle", bytes_max=BUNDLE_BYTES_MAX)
    return read_kind(Fields.of(outer.data("record"), "bundle", bytes_max=BUNDLE_BYTES_MAX))


def read_kind(fields: Fields) -> Kind:
    """Return the kind that a record names. One that names none is of a pair, as all were at first."""
    if not fields.has("kind"):
        return Kind.PAIR
    text = fields.text("kind", length_max=16)
    if text != Kind.GUARDIAN:  # a pair says nothing, so that there is one way to write it
        raise Damaged("This bond is of a kind that this Twinbell does not know.")
    return Kind.GUARDIAN


def check_name(name: str) -> str:
    """Return `name` if a person can be called so; raise `Damaged` if not."""
    # A name is shown on the other's screen and terminal: nothing in it may move the cursor.
    if not name.strip() or not name.isprintable() or len(name) > NAME_LENGTH_MAX:
        raise Damaged(f"A name has 1 to {NAME_LENGTH_MAX} characters, all of them visible.")
    return name


def check_relay_url(url: str) -> str:
    """Return `url` if it can be the address of a relay; raise `Damaged` if not."""
    if not url.startswith(("https://", "http://")) or url.endswith("/") or len(url) > RELAY_URL_LENGTH_MAX:
        raise Damaged("The address of a relay begins with https:// and does not end with a slash.")
    if not url.isascii() or not url.isprintable() or any(mark in url for mark in ' ?#@\\"<>'):
        raise Damaged("The address of a relay is its scheme, its host and no more.")
    # The other one chooses it, and whatever cannot be connected to would stop each of our commands.
    match = _RELAY_URL.fullmatch(url)
    if not match or not 0 < int(match["port"] or 1) < 65_536:
        raise Damaged("The address of a relay names a host, and perhaps a port.")
    if match["v6"] and not _is_ipv6(match["v6"]):
        raise Damaged("The address of a relay names a host, and perhaps a port.")
    return url


def _is_ipv6(text: str) -> bool:
    from ipaddress import IPv6Address

    try:
        IPv6Address(text)
    except ValueError:
        return False
    return True
