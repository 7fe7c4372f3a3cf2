"""What is said inside an envelope: the body record, and the kinds of content that this Twinbell knows.

    {kind, device, n, prev, heads, sent, body}      or, where the content is in a blob:
    {kind, device, n, prev, heads, sent, blob}

`n` and `prev` make the chain of a sending device, `heads` says what the sender has received (`chain.py`).
A kind that is not known here is kept and told, never dropped: the other may have a newer Twinbell.
"""

from dataclasses import dataclass
from typing import TypeAlias

from twinbell.bond.about import About, Portrait
from twinbell.bond.envelope import BODY_BYTES_MAX, BlobRef
from twinbell.bond.frozen import Frozen
from twinbell.bond.guardian import KINDS as WATCH_KINDS
from twinbell.bond.guardian import AboutWatch
from twinbell.bond.keys import DEVICE_BYTES, EPOCH_MAX, PublicPrekey
from twinbell.bond.record import Fields, Record, row
from twinbell.crypto import kdf
from twinbell.encoding import Value, decode_map, encode
from twinbell.errors import Damaged, Mistaken

HASH_BYTES = 32
KIND_LENGTH_MAX = 32
HEADS_MAX = 32  # devices of two people
MINUTE_S = 60
COUNTER_MAX = 2**48
SENT_S_MAX = 2**37  # the year 6325: its minute has four bytes in the chain

PATTERN_STEPS_MAX = 32
PATTERN_STEP_MS_MIN, PATTERN_STEP_MS_MAX = 10, 5_000
PATTERN_MS_MAX = 30_000  # a ring is a moment; whoever wants more rings again
GAPS_MAX = 64  # in one `missing`: what fits into an envelope; the newest are asked for first
LETTER_BYTES_MAX = 2**40


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """One body: who sent it as the how-manieth, and its content or the blob that has it."""

    kind: str
    device: bytes
    n: int
    prev: bytes
    heads: tuple[tuple[bytes, int], ...] = ()
    sent_s: int  # a whole minute: finer times would tell more than a letter's date does
    content: Record | None = None
    blob: BlobRef | None = None

    def encode(self) -> bytes:
        """Return the body as it is sealed, hashed and kept."""
        record: Record = {
            "kind": self.kind,
            "device": self.device,
            "n": self.n,
            "prev": self.prev,
            "heads": [[device, n] for device, n in self.heads],
            "sent": self.sent_s,
        }
        if self.blob:
            record["blob"] = self.blob.to_record()
        else:
            record["body"] = self.content
        return encode(record)

    @classmethod
    def parse(cls, data: bytes) -> "Body":
        """Read a body; raise `Damaged` for what is none. The content is looked at by `read`."""
        fields = Fields(decode_map(data, bytes_max=BODY_BYTES_MAX), "message")
        blob = BlobRef.from_record(fields.map("blob")) if fields.has("blob") else None
        return cls(
            kind=fields.text("kind", length_max=KIND_LENGTH_MAX),
            device=fields.data("device", DEVICE_BYTES),
            n=fields.number("n", 0, COUNTER_MAX),
            prev=fields.data("prev", HASH_BYTES),
            heads=_heads(fields.items("heads", length_max=HEADS_MAX)),
            sent_s=fields.number("sent", 0, SENT_S_MAX),
            content=None if blob else fields.map("body"),
            blob=blob,
        )


def digest(body: bytes) -> bytes:
    """Return the hash by which a body is known to the chain."""
    return kdf.sha256(body)


class Ring(Frozen):
    """A touch: milliseconds on, off, on, …"""

    pattern: tuple[int, ...] = (400,)

    kind = "ring"

    def __post_init__(self) -> None:
        steps = self.pattern
        if not 1 <= len(steps) <= PATTERN_STEPS_MAX or sum(steps) > PATTERN_MS_MAX:
            raise Mistaken(
                f"A ring has at most {PATTERN_STEPS_MAX} steps and {PATTERN_MS_MAX // 1000} seconds."
            )
        if not all(PATTERN_STEP_MS_MIN <= step <= PATTERN_STEP_MS_MAX for step in steps):
            raise Mistaken(
                f"A step of a ring lasts {PATTERN_STEP_MS_MIN} to {PATTERN_STEP_MS_MAX} milliseconds."
            )

    def to_record(self) -> Record:
        return {"pattern": list(self.pattern)}

    @classmethod
    def from_record(cls, record: Record) -> "Ring":
        steps = Fields(record, "ring").items("pattern", length_max=PATTERN_STEPS_MAX)
        numbers = tuple(step for step in steps if isinstance(step, int) and not isinstance(step, bool))
        if len(numbers) != len(steps):
            raise Damaged("The pattern of this ring is not made of numbers.")
        return cls(numbers)


class Knock(Frozen):
    """The sender is at the room, or about to be: come. Where the room is, both know (`room.py`)."""

    kind = "knock"

    def to_record(self) -> Record:
        return {}

    @classmethod
    def from_record(cls, record: Record) -> "Knock":
        return cls()


class Letter(Frozen):
    """What an envelope says of a letter beside it: `letter.age` is the blob."""

    id: bytes
    blob: bytes
    length: int
    sha256: bytes  # of letter.age
    lock: bytes  # SHA-256 of lock.cbor
    eml: bytes  # SHA-256 of letter.eml.age

    kind = "letter"

    def to_record(self) -> Record:
        return {
            "id": self.id,
            "blob": self.blob,
            "bytes": self.length,
            "sha256": self.sha256,
            "lock": self.lock,
            "eml": self.eml,
        }

    @classmethod
    def from_record(cls, record: Record) -> "Letter":
        fields = Fields(record, "letter")
        return cls(
            id=fields.data("id", 16),
            blob=fields.data("blob", 16),
            length=fields.number("bytes", 1, LETTER_BYTES_MAX),
            sha256=fields.data("sha256", HASH_BYTES),
            lock=fields.data("lock", HASH_BYTES),
            eml=fields.data("eml", HASH_BYTES),
        )


class LetterAgain(Frozen):
    """A letter of this bond for one who came back from paper: theirs and ours, each as it was sealed."""

    letter: Letter
    yours: bool  # whoever reads this has written it
    at_s: int  # when it was written, or came: a whole minute

    kind = "letter-again"

    def to_record(self) -> Record:
        return {**self.letter.to_record(), "yours": self.yours, "at": self.at_s}

    @classmethod
    def from_record(cls, record: Record) -> "LetterAgain":
        fields = Fields(record, "letter")
        return cls(Letter.from_record(record), fields.flag("yours"), fields.number("at", 0, SENT_S_MAX))


class NewPrekey(Frozen):
    """The sender's newest prekey, of this epoch of theirs."""

    epoch: int
    prekey: PublicPrekey

    kind = "prekey"

    def to_record(self) -> Record:
        return {"epoch": self.epoch, "prekey": self.prekey.to_record()}

    @classmethod
    def from_record(cls, record: Record) -> "NewPrekey":
        fields = Fields(record, "prekey")
        return cls(fields.number("epoch", 1, EPOCH_MAX), PublicPrekey.from_record(fields.map("prekey")))


class Missing(Frozen):
    """What the sender has not got: counters of the receiver's devices, and all above some, once."""

    gaps: tuple[tuple[bytes, int, int], ...]  # (device, first, last)
    above: tuple[tuple[bytes, int], ...] = ()

    kind = "missing"

    def to_record(self) -> Record:
        return {"gaps": [list(gap) for gap in self.gaps], "above": [[device, n] for device, n in self.above]}

    @classmethod
    def from_record(cls, record: Record) -> "Missing":
        fields = Fields(record, "missing")
        gaps = [row(item, bytes, int, int) for item in fields.items("gaps", length_max=GAPS_MAX)]
        return cls(
            tuple(gaps),  # type: ignore[arg-type]
            _heads(fields.items("above", length_max=HEADS_MAX)),
        )


class Control(Frozen):
    """A record that changes what the other may do or must believe, signed (`control.py`)."""

    record: bytes
    by_root: bytes | None
    by_identity: bytes | None

    kind = "control"

    def to_record(self) -> Record:
        return {"record": self.record, "by_root": self.by_root, "by_identity": self.by_identity}

    @classmethod
    def from_record(cls, record: Record) -> "Control":
        fields = Fields(record, "control")
        return cls(
            fields.data("record", length_max=16_384),
            fields.data("by_root", 64) if fields.has("by_root") else None,
            fields.data("by_identity", 64) if fields.has("by_identity") else None,
        )


class KeyringCopy(Frozen):
    """The sender's `keyring.age`, to be kept unopened, so that paper works when their relay is gone."""

    serial: int
    sealed: bytes

    kind = "keyring"

    def to_record(self) -> Record:
        return {"serial": self.serial, "sealed": self.sealed}

    @classmethod
    def from_record(cls, record: Record) -> "KeyringCopy":
        fields = Fields(record, "keyring")
        return cls(fields.number("serial"), fields.data("sealed", length_max=65_536))


Content: TypeAlias = (
    Ring
    | Knock
    | Letter
    | LetterAgain
    | About
    | Portrait
    | NewPrekey
    | Missing
    | Control
    | KeyringCopy
    | AboutWatch
)

_KINDS: dict[str, type[Content]] = {
    kind.kind: kind
    for kind in (
        *(Ring, Knock, Letter, LetterAgain, About, Portrait, NewPrekey, Missing, Control, KeyringCopy),
        *WATCH_KINDS,
    )
}


def read(kind: str, content: Record) -> Content | None:
    """Return the content of a body, or None for a kind that this Twinbell does not know.

    Raises `Damaged` where the kind is known and the content does not fit it.
    """
    if kind not in _KINDS:
        return None
    try:
        return _KINDS[kind].from_record(content)
    except Mistaken as error:
        raise Damaged(str(error)) from None


def _heads(values: "list[Value] | object") -> tuple[tuple[bytes, int], ...]:
    rows = [row(item, bytes, int) for item in (values if isinstance(values, list) else [])]
    if not all(len(device) == DEVICE_BYTES for device, _ in rows):  # type: ignore[arg-type]
        raise Damaged("A device of this message is not named as it should be.")
    return tuple(rows)  # type: ignore[arg-type]
