"""What one device has for itself: its keys, and on the first one what belongs on paper."""

from dataclasses import dataclass, field

from twinbell.bond.kit import Root
from twinbell.bond.record import VERSION, Fields, Random, Record
from twinbell.encoding import Value
from twinbell.wire.limits import DEVICE_BYTES, TOKEN_BYTES

SEED_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """What one device has for itself, and shares with no other."""

    id: bytes
    age_seed: bytes = field(repr=False)
    collect: bytes = field(repr=False)
    owner: bytes = field(repr=False, default=b"")  # owner token of the mailbox; only on the first device
    root: bytes = field(repr=False, default=b"")  # kit root, until the kit page is confirmed

    @classmethod
    def generate(cls, random: Random, *, root: Root | None = None, relay: str = "") -> "Device":
        owner = root.owner_token(relay) if root else b""
        return cls(
            id=random(DEVICE_BYTES),
            age_seed=random(SEED_BYTES),
            collect=random(TOKEN_BYTES),
            owner=owner,
            root=root.seed if root else b"",
        )

    @property
    def recipient(self) -> bytes:
        from twinbell.crypto import xwing

        return xwing.public(self.age_seed)

    def to_record(self) -> Record:
        return {
            "v": VERSION,
            "type": "device",
            "id": self.id,
            "age": self.age_seed,
            "collect": self.collect,
            "owner": self.owner,
            "root": self.root,
        }

    @classmethod
    def from_record(cls, value: Value) -> "Device":
        fields = Fields.typed(value, "device")
        return cls(
            id=fields.data("id", DEVICE_BYTES),
            age_seed=fields.data("age", SEED_BYTES),
            collect=fields.data("collect", TOKEN_BYTES),
            owner=fields.data("owner", length_max=TOKEN_BYTES),
            root=fields.data("root", length_max=SEED_BYTES),
        )
