"""The recovery kit: one root on paper, from which a person's side of a bond can be had back.

The kit root (32 bytes) outranks every other key of its person. Three things are derived from it: the
root key that signs, the recipient to which every letter and the keyring are sealed, and the token that
owns the mailbox at a relay. The page also says where the keyring lies, and whose bond it is; all else
is in the keyring.

No key that lives on devices is here: those are in `keys.py`.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from twinbell.bond.record import VERSION, Fields, Random, Record
from twinbell.crypto import kdf
from twinbell.errors import Damaged, Mistaken

if TYPE_CHECKING:  # signing and words are imported where they are used: a ring needs neither
    from twinbell.crypto.signing import SigningKey

LABEL_SIGN = b"twinbell/v1/kit/sign"
LABEL_AGE = b"twinbell/v1/kit/age"
LABEL_OWNER = b"twinbell/v1/kit/owner "  # ‖ relay URL: a fresh token for each relay
LABEL_FINGERPRINT = b"twinbell/v1/root"

SEED_BYTES = 32
FINGERPRINT_BYTES = 16
WORDS = 24
RELAY_URL_LENGTH_MAX = 255


@dataclass(frozen=True, slots=True)
class Root:
    """The kit root: 32 random bytes that a person has on paper."""

    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.seed) != SEED_BYTES:
            raise Mistaken(f"A kit root has {SEED_BYTES} bytes.")

    @classmethod
    def generate(cls, random: Random) -> "Root":
        return cls(random(SEED_BYTES))

    @property
    def signing_key(self) -> "SigningKey":
        """The Ed25519 key that has the last word in this bond."""
        from twinbell.crypto.signing import SigningKey

        return SigningKey(kdf.hkdf(self.seed, info=LABEL_SIGN))

    @property
    def age_seed(self) -> bytes:
        """The 32-byte seed of the kit's age identity; secret."""
        return kdf.hkdf(self.seed, info=LABEL_AGE)

    @property
    def recipient(self) -> bytes:
        """The 1216-byte public key of the kit's age identity."""
        from twinbell.crypto import xwing

        return xwing.public(self.age_seed)

    def owner_token(self, relay: str) -> bytes:
        """The 32-byte bearer token that owns this person's mailbox at `relay`; secret."""
        return kdf.hkdf(self.seed, info=LABEL_OWNER + relay.encode())


def fingerprint(root_public: bytes) -> bytes:
    """Return the 16 bytes by which a kit page names the peer's root key."""
    return kdf.sha256(LABEL_FINGERPRINT, root_public)[:FINGERPRINT_BYTES]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What is printed: enough to come back with nothing else in hand."""

    root: Root = field(repr=False)
    relay: str
    box: bytes
    peer: bytes  # fingerprint of the peer's root key

    def lines(self) -> list[str]:
        """Return the page as plain text, readable by a person and by `parse`."""
        from twinbell.crypto import words

        kit = words.kit(self.root.seed)
        rows = [
            " ".join(f"{n + 1:2} {kit[n]:<10}" for n in range(at, at + 4)).rstrip()
            for at in range(0, WORDS, 4)
        ]
        return [
            "Twinbell recovery kit, version 1",
            "",
            *rows,
            "",
            f"relay   {self.relay}",
            f"inbox   {_grouped(self.box)}",
            f"peer    {_grouped(self.peer)}",
        ]

    @classmethod
    def parse(cls, text: str) -> "Page":
        """Read a page back, as it was printed or as someone typed it: numbers and line breaks are free.

        Raises `Damaged` for a word that is not in the list, a checksum that does not fit, a missing line.
        """
        from twinbell.crypto import words

        named: dict[str, str] = {}
        kit: list[str] = []
        for line in text.splitlines():
            name, _, rest = line.strip().partition(" ")
            if name.lower() in ("relay", "inbox", "peer") and rest.strip():
                named[name.lower()] = rest.strip()
            elif name.lower() != "twinbell":
                kit += [word for word in line.lower().split() if not word.strip(".:)").isdigit()]
        missing = [name for name in ("relay", "inbox", "peer") if name not in named]
        if missing:
            raise Damaged(f"This kit page has no line “{missing[0]}”.")
        if len(kit) != WORDS:
            raise Damaged(f"A kit page has {WORDS} words, and this one has {len(kit)}.")
        return cls(
            root=Root(words.unkit(kit)),
            relay=named["relay"],
            box=_ungrouped(named["inbox"]),
            peer=_ungrouped(named["peer"]),
        )

    def to_record(self) -> Record:
        return {
            "v": VERSION,
            "type": "kit",
            "root": self.root.seed,
            "relay": self.relay,
            "box": self.box,
            "peer": self.peer,
        }

    @classmethod
    def from_record(cls, record: Record) -> "Page":
        fields = Fields.typed(record, "kit")
        return cls(
            root=Root(fields.data("root", SEED_BYTES)),
            relay=fields.text("relay", length_max=RELAY_URL_LENGTH_MAX),
            box=fields.data("box", 16),
            peer=fields.data("peer", FINGERPRINT_BYTES),
        )


def _grouped(data: bytes) -> str:
    text = data.hex()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def _ungrouped(text: str) -> bytes:
    try:
        data = bytes.fromhex(text)
    except ValueError:
        raise Damaged("A line of this kit page is not made of the digits 0 to 9 and a to f.") from None
    if len(data) != 16:
        raise Damaged("A line of this kit page is too short or too long.")
    return data
