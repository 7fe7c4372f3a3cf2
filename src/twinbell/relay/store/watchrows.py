"""What is kept of watches, row by row. All times are counted seconds, but for those that say otherwise."""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from twinbell.wire.silence import Rule, Stage, Vote

HASH_BYTES = 32
KEY_BYTES = 32
OWNER, READER, SEATS = 0, 1, 2  # where whose token's hash lies in `tokens`; guardians from SEATS on
Kind: TypeAlias = Literal["terms", "pending", "newest", "shown", "away"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A watch but for what is long. `number` is 0 before it was put for the first time."""

    number: int = 0
    id: bytes
    stage: Stage = Stage.KEPT
    due: int | None = None
    base: int
    away: int = 0
    returned: bool = False
    stopped: bytes = field(default=b"", repr=False)
    n: int = 0
    rule: Rule
    zone: str
    tokens: tuple[bytes, ...] = field(repr=False)
    asked: int = 0
    asked_at: int = 0
    over_s: int | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """A signed record, and when it came or will hold."""

    at: int
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeptVote:
    """The newest vote of a guardian, as it was signed."""

    vote: Vote
    n: int
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Channel:
    """A way to remind the writer. It is not tried before `next`; `accepted`: the last success, or 0."""

    name: str
    kind: str
    address: bytes = field(repr=False)
    next: int = 0
    accepted: int = 0


@dataclass(frozen=True, slots=True)
class Doorbell:
    """Where a guardian, or with an empty seat the recipient, is rung."""

    seat: bytes
    box: bytes
    token: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Flip:
    """A change of stage or a repeated question that is still to be acted on."""

    number: int
    watch: int
    stage: Stage
    at: int
    first: int
